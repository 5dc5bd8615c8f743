"""What difference could a comparison see, and how many questions does it take to see one?

After E. Miller, "Adding Error Bars to Evals" (arXiv 2411.00640), section 5. Differences are shares, not points.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from metier.evaluate.student import t_quantile


def needed_items(
    effect: float,
    variance: float,
    *,
    within_before: float = 0.0,
    within_after: float = 0.0,
    epochs_before: int = 1,
    epochs_after: int = 1,
    design_effect: float = 1.0,
    power: float = 0.8,
    alpha: float = 0.05,
) -> int:
    """How many questions a paired comparison needs to see a difference of `effect` with this power.

    n = (z_(α/2) + z_β)² · (ω² + σ_A²/K_A + σ_B²/K_B) / δ², times the design effect where questions are clustered.

    Args:
        variance: ω², of the differences between the two expected scores of a question.
        within_before, within_after: σ_A² and σ_B², of the score of one question between epochs.
        epochs_before, epochs_after: K_A and K_B.

    Raises:
        ValueError: The effect is 0, a variance is negative, or power or alpha is not between 0 and 1.

    >>> needed_items(0.03, 1 / 9, within_before=1 / 6, within_after=1 / 6)
    3876
    >>> needed_items(0.05, 0.2)
    628
    """
    spread = _spread(variance, within_before, within_after, epochs_before, epochs_after)
    if not effect:
        raise ValueError("Expected an effect other than 0, as no number of questions shows none.")
    exact = design_effect * _reach(power, alpha) ** 2 * spread / effect**2
    return max(2, math.ceil(exact - 1e-9))


def smallest_effect(
    n: int,
    variance: float,
    *,
    within_before: float = 0.0,
    within_after: float = 0.0,
    epochs_before: int = 1,
    epochs_after: int = 1,
    design_effect: float = 1.0,
    power: float = 0.8,
    alpha: float = 0.05,
) -> float:
    """The smallest difference that a paired comparison of n questions sees: `needed_items` turned round.

    >>> round(100 * smallest_effect(580, 0.2), 1)
    5.2
    """
    spread = _spread(variance, within_before, within_after, epochs_before, epochs_after)
    if n < 1:
        raise ValueError(f"Expected at least one question, got {n!r}.")
    return _reach(power, alpha) * math.sqrt(design_effect * spread / n)


def smallest_effect_unpaired(n: int, share: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """The same for two shares near `share` on n questions each, if nobody pairs them: what pairing saves.

    >>> round(100 * smallest_effect_unpaired(580, 0.43), 1)
    8.1
    """
    return smallest_effect(n, 2 * share * (1 - share), power=power, alpha=alpha)


def t_power(effect: float, n: int, *, alpha: float = 0.05) -> float:
    """Power of the two-sided paired t-test for a difference of `effect` standard deviations with n pairs.

    By the non-central t distribution; needs scipy. Where `needed_items` says few, this says how many more.

    >>> round(t_power(0.5, 34), 4)
    0.8078
    """
    from scipy.special import nctdtr, stdtrit

    critical = float(stdtrit(n - 1, 1 - alpha / 2))
    shift = effect * math.sqrt(n)
    return float(nctdtr(n - 1, -shift, -critical) + nctdtr(n - 1, shift, -critical))


def few_clusters(freedom: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """By how much more a variance counts with few degrees of freedom: ((t_(α/2) + t_β) / (z_(α/2) + z_β))².

    >>> round(few_clusters(4.0), 2), round(few_clusters(10_000), 2)
    (1.76, 1.0)
    """
    if freedom <= 0:
        return 1.0
    beta = t_quantile(abs(2 * power - 1), freedom) if power != 0.5 else 0.0
    reach = t_quantile(1 - alpha, freedom) + (beta if power >= 0.5 else -beta)
    return (reach / _reach(power, alpha)) ** 2


def _spread(variance: float, within_before: float, within_after: float, epochs_before: int, epochs_after: int) -> float:
    if min(variance, within_before, within_after) < 0 or min(epochs_before, epochs_after) < 1:
        raise ValueError(
            f"Expected variances of 0 or more and epochs of 1 or more, got {variance!r}, {within_before!r}, "
            f"{within_after!r}, {epochs_before!r}, {epochs_after!r}."
        )
    return variance + within_before / epochs_before + within_after / epochs_after


def _reach(power: float, alpha: float) -> float:
    if not (0 < power < 1 and 0 < alpha < 1):
        raise ValueError(f"Expected power and alpha between 0 and 1, got {power!r} and {alpha!r}.")
    return NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)
