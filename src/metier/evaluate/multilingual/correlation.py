"""How sure is a rank correlation, and what would it be without noise?

This module knows numbers alone. Formulas for Pearson's r are used on ranks, as is common; simulations of how well that
holds are in `benchmarks/evaluate_multilingual.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

from metier.errors import InputError

RESAMPLES = 2000
"""Resamples of the bootstrap where nothing else is said."""

LEAST = 4
"""Fewer pairs carry no interval: the standard error has n - 3 below the line."""


def spearman(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Spearman's rho, ties at their mean rank; `None` if there are fewer than 3 pairs or all of one side are equal.

    Raises:
        InputError: The two do not pair, or a number is not finite.

    >>> spearman([1, 2, 3, 4], [10, 30, 20, 40])
    0.8
    >>> spearman([1, 1, 1], [1, 2, 3]) is None
    True
    """
    import numpy as np

    pairs = _pairs(x, y)
    if len(pairs) < 3:
        return None
    rho = float(_rowwise(np.array([pairs[:, 0]]), np.array([pairs[:, 1]]))[0])
    return None if math.isnan(rho) else round(rho, 12)


def fisher_interval(rho: float, n: int, *, level: float = 0.95, variance: str = "bonett-wright") -> tuple[float, float]:
    """An interval of a rank correlation from rho and n alone, by Fisher's z = atanh(rho).

    Args:
        variance: The variance of z. "bonett-wright": (1 + rho²/2) / (n - 3) (Psychometrika 65 (2000) 23); "fieller":
            1.06 / (n - 3) (Fieller, Hartley & Pearson, Biometrika 44 (1957) 470), for |rho| < 0.8; "wide":
            1.06² / (n - 3), the cautious reading of Fieller that takes 1.06 / √(n - 3) as the standard error;
            "pearson": 1 / (n - 3), too narrow for ranks and given for comparison.

    Raises:
        InputError: rho is not between -1 and 1, n is below 4, or the variance has another name.

    >>> [round(end, 2) for end in fisher_interval(0.47, 30)]
    [0.11, 0.72]
    >>> [round(end, 2) for end in fisher_interval(0.68, 30, variance="wide")]
    [0.4, 0.84]
    """
    factors = {"bonett-wright": 1 + rho**2 / 2, "fieller": 1.06, "wide": 1.06**2, "pearson": 1.0}
    if variance not in factors:
        raise InputError(f"Expected a variance of {', '.join(factors)}, got {variance!r}.")
    if not -1 <= rho <= 1 or n < LEAST:
        raise InputError(f"Expected a correlation between -1 and 1 of at least {LEAST} pairs, got {rho} of {n}.")
    if abs(rho) == 1:
        return rho, rho
    half = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(factors[variance] / (n - 3))
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


def bootstrap_interval(
    x: Sequence[float], y: Sequence[float], *, seed: int = 0, resamples: int = RESAMPLES, level: float = 0.95
) -> tuple[float, float] | None:
    """The BCa bootstrap interval of Spearman's rho over pairs (Efron, JASA 82 (1987) 171).

    `None` below 4 pairs or where a side is constant. The same pairs in another order give the same interval.

    >>> low, high = bootstrap_interval(range(20), [n + 7 * (n % 3) for n in range(20)])
    >>> 0.4 < low < high <= 1
    True
    """
    import numpy as np

    pairs = _pairs(x, y)
    if len(pairs) < LEAST or spearman(x, y) is None:
        return None
    pairs = pairs[np.lexsort(pairs.T)]
    return _bca(lambda drawn: _rowwise(drawn[..., 0], drawn[..., 1]), pairs, seed, resamples, level)


def bootstrap_difference(
    common: Sequence[float],
    first: Sequence[float],
    second: Sequence[float],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> tuple[float, float] | None:
    """The BCa bootstrap interval of rho(common, first) - rho(common, second), the models drawn as whole rows.

    >>> human = list(range(12))
    >>> bootstrap_difference(human, human, human)
    (0.0, 0.0)
    """
    import numpy as np

    rows = np.column_stack([_pairs(common, first), _pairs(common, second)[:, 1]])
    if len(rows) < LEAST or spearman(common, first) is None or spearman(common, second) is None:
        return None
    rows = rows[np.lexsort(rows.T)]

    def difference(drawn: Any) -> Any:
        return _rowwise(drawn[..., 0], drawn[..., 1]) - _rowwise(drawn[..., 0], drawn[..., 2])

    return _bca(difference, rows, seed, resamples, level)


def corrected(rho: float, *, reliabilities: Sequence[float]) -> float:
    """Spearman's correction for attenuation: rho / √(product of reliabilities), held between -1 and 1.

    It says what the correlation would be without noise in the ratings, in the mean; it adds no certainty. A value held
    at 1 means that the reliabilities are too pessimistic for the data.

    Raises:
        InputError: A reliability is not above 0 and at most 1.

    >>> round(corrected(0.6, reliabilities=[0.8]), 3)
    0.671
    """
    if not all(0 < one <= 1 for one in reliabilities):
        raise InputError(f"Expected reliabilities above 0 and at most 1, got {list(reliabilities)}.")
    return max(-1.0, min(1.0, rho / math.sqrt(math.prod(reliabilities))))


def reliability(values: Sequence[float], standard_errors: Sequence[float]) -> float | None:
    """The share of the variance of ratings that is not noise: 1 - mean(SE²) / variance; `None` if none is left.

    >>> round(reliability([1000, 1100, 1200, 1300], [10, 10, 10, 10]), 3)
    0.994
    """
    from statistics import fmean, variance

    if len(values) != len(standard_errors) or len(values) < 2:
        raise InputError(f"Expected at least 2 ratings with an error each, got {len(values)}, {len(standard_errors)}.")
    whole = variance(values)
    left = 1 - fmean(error**2 for error in standard_errors) / whole if whole > 0 else 0.0
    return left if left > 0 else None


def needed_for_width(rho: float, width: float, *, level: float = 0.95) -> int:
    """How many models make the Bonett-Wright interval of rho at most so wide, from end to end.

    >>> needed_for_width(0.68, 0.2)
    141
    """
    if not 0 < width < 2 or not -1 < rho < 1:
        raise InputError(f"Expected a width between 0 and 2 and a correlation inside -1 and 1, got {width}, {rho}.")
    low, high = LEAST - 1, LEAST
    while _width(rho, high, level) > width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _width(rho, middle, level) <= width else (middle, high)
    return high


def _width(rho: float, n: int, level: float) -> float:
    low, high = fisher_interval(rho, n, level=level)
    return high - low


def _pairs(x: Sequence[float], y: Sequence[float]) -> Any:
    import numpy as np

    if len(x) != len(y):
        raise InputError(f"Expected as many numbers on both sides, got {len(x)} and {len(y)}.")
    pairs = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    if not np.isfinite(pairs).all():
        raise InputError("Expected finite numbers to correlate, got one that is not.")
    return pairs


def _rowwise(x: Any, y: Any) -> Any:
    """Spearman's rho of every row of two arrays of shape (rows, n); nan where a row is constant."""
    import numpy as np
    from scipy.stats import rankdata

    a, b = (rankdata(side, axis=-1) for side in (x, y))
    a, b = (side - side.mean(axis=-1, keepdims=True) for side in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (a * b).sum(axis=-1) / np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))


def _bca(statistic: Any, rows: Any, seed: int, resamples: int, level: float) -> tuple[float, float]:
    """Bias-corrected and accelerated percentile interval; resamples without a value are left out."""
    import numpy as np

    n, normal = len(rows), NormalDist()
    drawn = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    values = statistic(rows[drawn])
    values = np.sort(values[np.isfinite(values)])
    observed = float(statistic(rows[None])[0])
    if values[0] == values[-1]:
        return float(values[0]), float(values[-1])
    # Half of those equal to the observed value count as below it: ranks of few models tie often.
    below = ((values < observed).sum() + (values == observed).sum() / 2) / len(values)
    bias = normal.inv_cdf(min(max(below, 0.5 / len(values)), 1 - 0.5 / len(values)))
    left_out = statistic(np.stack([np.delete(rows, place, axis=0) for place in range(n)]))
    pull = np.nanmean(left_out) - left_out[np.isfinite(left_out)]
    spread = float((pull**2).sum()) ** 1.5
    acceleration = float((pull**3).sum()) / (6 * spread) if spread > 0 else 0.0
    ends = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        z = bias + normal.inv_cdf(share)
        # Few models can push the acceleration past the pole of the formula.
        ends.append(normal.cdf(bias + z / max(1 - acceleration * z, 0.01)))
    low, high = np.quantile(values, ends)
    return float(low), float(high)
