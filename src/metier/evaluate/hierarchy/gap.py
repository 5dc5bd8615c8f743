"""What share of the gap between two models does a prompt close? A ratio of two differences, with its interval."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.evaluate.student import t_quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """(helped - weak) / (strong - weak), over the same questions.

    Attributes:
        low, high: Fieller's 95 % interval; None where the gap is not told from 0, so that any share fits the data.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    weak: float
    helped: float
    strong: float
    share: float | None
    low: float | None
    high: float | None
    questions: int
    clusters: int


def share_recovered(
    weak: Sequence[float],
    helped: Sequence[float],
    strong: Sequence[float],
    *,
    clusters: Sequence[Hashable] = (),
    level: float = 0.95,
) -> Recovered:
    """Measure how much of the gap a prompt closes, paired by question.

    The interval is that of Fieller (*JRSS B* 16 (1954) 175) for a ratio of two means, with clustered variances and
    Student's t with G - 1 degrees of freedom, G the number of clusters. It needs no resampling, and says so where the
    denominator may be 0.

    Args:
        weak, helped, strong: Scores of the same questions: of the weak model as it is, helped by the prompt, and of the
            strong model.
        clusters: Which questions stand or fall together; by default each for itself.

    Raises:
        ValueError: The lists differ in length, or there are fewer than two clusters.

    >>> found = share_recovered([0, 0, 1, 0] * 5, [1, 0, 1, 0] * 5, [1, 1, 1, 0] * 5)
    >>> found.share, round(found.low, 2), round(found.high, 2)
    (0.5, 0.11, 0.89)
    """
    n, groups = len(weak), list(clusters) or list(range(len(weak)))
    if not n == len(helped) == len(strong) == len(groups):
        raise ValueError(f"Expected as many scores of each, got {n}, {len(helped)}, {len(strong)} and {len(groups)}.")
    if len(set(groups)) < 2:
        raise ValueError("Expected two or more clusters.")
    gained = [b - a for a, b in zip(weak, helped, strict=True)]
    gap = [b - a for a, b in zip(weak, strong, strict=True)]
    a, b = math.fsum(gained) / n, math.fsum(gap) / n
    sums: dict[Hashable, list[float]] = {}
    for group, x, y in zip(groups, gained, gap, strict=True):
        one = sums.setdefault(group, [0.0, 0.0])
        one[0] += x - a
        one[1] += y - b
    factor = len(sums) / (len(sums) - 1) / n**2
    v_aa, v_ab, v_bb = (
        factor * math.fsum(one[i] * one[j] for one in sums.values()) for i, j in ((0, 0), (0, 1), (1, 1))
    )
    low, high = _fieller(a, b, v_aa, v_ab, v_bb, t_quantile(level, len(sums) - 1))
    return Recovered(
        weak=math.fsum(weak) / n,
        helped=math.fsum(helped) / n,
        strong=math.fsum(strong) / n,
        share=a / b if b else None,
        low=low,
        high=high,
        questions=n,
        clusters=len(sums),
    )


def _fieller(
    a: float, b: float, v_aa: float, v_ab: float, v_bb: float, t: float
) -> tuple[float, float] | tuple[None, None]:
    """Solve (a - rb)² = t² (v_aa - 2 r v_ab + r² v_bb) for r."""
    square, half, constant = b * b - t * t * v_bb, a * b - t * t * v_ab, a * a - t * t * v_aa
    inside = half * half - square * constant
    if square <= 0 or inside < 0:
        return None, None
    return (half - math.sqrt(inside)) / square, (half + math.sqrt(inside)) / square
