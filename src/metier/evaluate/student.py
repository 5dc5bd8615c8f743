"""How likely is a t value? Student's distribution from the standard library alone, for the light core."""

from __future__ import annotations

import math


def t_tail(t: float, freedom: float) -> float:
    """Two-sided tail probability P(|T| ≥ |t|) with `freedom` degrees of freedom.

    By the regularised incomplete beta function: P = I_x(ν/2, 1/2) with x = ν / (ν + t²) (Abramowitz and Stegun 26.7.1).

    >>> round(t_tail(2.228138852, 10), 6)
    0.05
    """
    return 0.0 if math.isinf(t) else _beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def t_quantile(level: float, freedom: float) -> float:
    """The t with two-sided tail probability 1 - level.

    Raises:
        ValueError: The level is not between 0 and 1.

    >>> round(t_quantile(0.95, 10), 6)
    2.228139
    """
    if not 0 < level < 1:
        raise ValueError(f"Expected a level between 0 and 1, got {level!r}.")
    low, high = 0.0, 1.0
    while t_tail(high, freedom) > 1 - level:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(middle, freedom) > 1 - level else (low, middle)
    return (low + high) / 2


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (A&S 26.5.8)."""
    if x <= 0.0 or x >= 1.0:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction by Lentz's method."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(1.0 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 500):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + term * d or tiny)
            c = 1.0 + term / c or tiny
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value
