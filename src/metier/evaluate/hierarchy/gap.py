"""How much of the gap to a better model does a prompt recover, and how do repeated answers fall out?"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

BINS = ("all", "majority", "minority", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A share of a gap; the interval is infinite where the gap itself may be nothing."""

    share: float
    low: float
    high: float


def share_recovered(direct: float, structured: float, reference: float) -> float:
    """(structured - direct) / (reference - direct); may lie beyond 0 and 1.

    Raises:
        ValueError: There is no gap.

    >>> round(share_recovered(0.541, 0.778 - 0.075, 0.778), 2)
    0.68
    """
    if reference == direct:
        raise ValueError("Expected a reference that differs from direct: there is no gap to recover.")
    return (structured - direct) / (reference - direct)


def gap_recovered(
    direct: Sequence[float],
    structured: Sequence[float],
    reference: Sequence[float],
    *,
    clusters: Sequence[str] | None = None,
    level: float = 0.95,
) -> Recovered:
    """The share of the gap that is recovered, with Fieller's interval over paired questions in clusters.

    Fieller (JRSS B 16 (1954) 175): all r for which Σ(gain - r·gap) over clusters is not far from 0 by its t-test with
    G-1 degrees of freedom. That set is no interval where the gap itself is not far from 0; the ends are then infinite.

    Args:
        direct, structured, reference: Scores of the same questions in the same order.

    Raises:
        ValueError: Lengths differ, there are fewer than two clusters, or there is no gap.
    """
    from metier.evaluate.student import t_quantile

    rows = list(zip(direct, structured, reference, strict=True))
    names = list(clusters) if clusters is not None else [str(number) for number in range(len(rows))]
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for name, (plain, helped, best) in zip(names, rows, strict=True):
        for place, value in enumerate((helped - plain, best - plain, 1.0)):
            sums[name][place] += value
    groups = list(sums.values())
    num = len(groups)
    if num < 2:
        raise ValueError(f"Expected two clusters or more, got {num}.")
    gain, gap, size = (math.fsum(column) for column in zip(*groups, strict=True))
    if not gap:
        raise ValueError("Expected a reference that differs from direct: there is no gap to recover.")
    # Residuals against each mean, so that clusters of different sizes do not pass for spread.
    pairs = [(a - gain / size * n, b - gap / size * n) for a, b, n in groups]
    t2 = t_quantile(level, num - 1) ** 2 * num / (num - 1)
    s_aa, s_ab, s_bb = (math.fsum(u[i] * u[j] for u in pairs) * t2 for i, j in ((0, 0), (0, 1), (1, 1)))
    a, b, c = gap * gap - s_bb, gain * gap - s_ab, gain * gain - s_aa
    inside = b * b - a * c
    if a <= 0 or inside < 0:
        return Recovered(share=gain / gap, low=-math.inf, high=math.inf)
    return Recovered(share=gain / gap, low=(b - math.sqrt(inside)) / a, high=(b + math.sqrt(inside)) / a)


def majority(answers: Sequence[str], *, seed: int = 0) -> str:
    """The answer given most often over the epochs; ties are drawn, so that no letter is favoured.

    >>> majority(["A", "B", "B"])
    'B'
    """
    most = max(answers.count(answer) for answer in answers)
    return random.Random(seed).choice(sorted({answer for answer in answers if answers.count(answer) == most}))


def bin_of(scores: Sequence[float]) -> str:
    """How many epochs were right: `all`, the `majority`, a `minority` (half is no majority) or `none`.

    >>> bin_of([1, 1, 0]), bin_of([1, 0])
    ('majority', 'minority')
    """
    right = sum(1 for score in scores if score >= 1)
    return BINS[0] if right == len(scores) else BINS[3] if not right else BINS[1 if 2 * right > len(scores) else 2]
