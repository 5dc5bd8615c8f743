"""Is one correlation larger than another, and how many models would tell?

Numbers alone, of correlations that are known; no data. Tests for Pearson's r are used on ranks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from metier.errors import InputError
from metier.evaluate.multilingual.correlation import LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two correlations with the same third variable, set against each other.

    Attributes:
        first, second: The correlations with the common variable.
        between: The correlation of the two with each other.
        n: The number of models all three are known for.
        t, p_williams: Williams' T2 with n - 3 degrees of freedom, two-sided.
        z, p_steiger: Steiger's Z1* on pooled Fisher transforms, two-sided.
    """

    first: float
    second: float
    between: float
    n: int
    t: float
    p_williams: float
    z: float
    p_steiger: float


def contrast(first: float, second: float, between: float, n: int) -> Contrast:
    """Test whether two benchmarks correlate differently with the same human ratings.

    Williams' T2 as in Steiger (Psychological Bulletin 87 (1980) 245, equation 7) and Steiger's Z1* (his equation 14).

    Raises:
        InputError: n is below 4, or no three variables can correlate so.

    >>> found = contrast(0.68, 0.47, 0.8, 30)
    >>> round(found.p_williams, 3), round(found.p_steiger, 3)
    (0.025, 0.028)
    """
    from scipy.stats import t as students_t

    determinant = 1 - first**2 - second**2 - between**2 + 2 * first * second * between
    if n < LEAST or max(abs(first), abs(second), abs(between)) >= 1 or determinant <= 0:
        raise InputError(
            f"No three variables correlate with {first}, {second} and {between} over {n} models.",
            hint=f"Each must lie inside -1 and 1, they must fit together, and at least {LEAST} models are needed.",
        )
    mean = (first + second) / 2
    below = 2 * (n - 1) / (n - 3) * determinant + mean**2 * (1 - between) ** 3
    t = (first - second) * math.sqrt((n - 1) * (1 + between) / below)
    z = (math.atanh(first) - math.atanh(second)) * math.sqrt((n - 3) / (2 - 2 * _shared(mean, between)))
    return Contrast(
        first=first,
        second=second,
        between=between,
        n=n,
        t=t,
        p_williams=float(2 * students_t.sf(abs(t), n - 3)),
        z=z,
        p_steiger=2 * NormalDist().cdf(-abs(z)),
    )


def least_between(first: float, second: float, n: int, *, alpha: float = 0.05) -> float | None:
    """How closely the two must agree with each other before Williams' test calls their difference significant.

    From the value given on upwards it does. A claim that one correlation is larger than another says nothing until this
    third one is known. `None` if not even the closest agreement is enough.

    >>> round(least_between(0.68, 0.47, 30), 2)
    0.74
    >>> least_between(0.5, 0.49, 10) is None
    True
    """
    slack = math.sqrt((1 - first**2) * (1 - second**2))
    low, high = first * second - slack, first * second + slack
    least = None
    for step in range(999, 0, -1):
        between = low + (high - low) * step / 1000
        if contrast(first, second, between, n).p_williams >= alpha:
            break
        least = between
    return least


def unlike(first: float, num_first: int, second: float, num_second: int) -> float:
    """The two-sided p of two correlations from different models, by Fisher's z with Bonett and Wright's variance.

    Where some models are in both, the two vary together and the true p is smaller.

    >>> round(unlike(0.93, 7, 0.37, 30), 3)
    0.044
    """
    if max(abs(first), abs(second)) >= 1 or min(num_first, num_second) < LEAST:
        raise InputError(f"Expected correlations inside -1 and 1 of {LEAST} models, got {first}, {second}.")
    spread = (1 + first**2 / 2) / (num_first - 3) + (1 + second**2 / 2) / (num_second - 3)
    return 2 * NormalDist().cdf(-abs(math.atanh(first) - math.atanh(second)) / math.sqrt(spread))


def needed(first: float, second: float, *, between: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """How many models it takes to tell two correlations with the same ratings apart, from Steiger's Z1*.

    `between` is the correlation of the two benchmarks with each other.

    >>> needed(0.68, 0.47, between=0.6)
    87
    """
    if first == second:
        raise InputError(f"Expected two different correlations, got {first} twice.")
    mean = (first + second) / 2
    spread = 2 - 2 * _shared(mean, between)
    normal = NormalDist()
    effect = math.atanh(first) - math.atanh(second)
    return math.ceil(3 + spread * ((normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) / effect) ** 2)


def _shared(mean: float, between: float) -> float:
    """The correlation of two Fisher transforms that share a variable, both at their mean (Steiger's equation 11)."""
    shared = between * (1 - 2 * mean**2) - mean**2 * (1 - 2 * mean**2 - between**2) / 2
    return shared / (1 - mean**2) ** 2
