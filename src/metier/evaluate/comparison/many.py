"""What is left of p-values when many were looked at?"""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of any false alarm among them keeps its level (S. Holm, 1979).

    p̃_(i) = max over j ≤ i of min(1, (m - j + 1) · p_(j)), in the order given.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    m, most = len(p_values), 0.0
    adjusted = [0.0] * m
    for rank, place in enumerate(_ascending(p_values)):
        most = max(most, min(1.0, (m - rank) * p_values[place]))
        adjusted[place] = most
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the share of false alarms among the alarms keeps its level.

    p̃_(i) = min over j ≥ i of min(1, m · p_(j) / j) (Benjamini and Hochberg, 1995), in the order given.

    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    m, least = len(p_values), 1.0
    adjusted = [0.0] * m
    for rank, place in reversed(list(enumerate(_ascending(p_values), start=1))):
        least = min(least, m * p_values[place] / rank)
        adjusted[place] = least
    return adjusted


def _ascending(p_values: Sequence[float]) -> list[int]:
    return sorted(range(len(p_values)), key=lambda place: p_values[place])
