"""What share of the gap between two models does a prompt close? A ratio of two differences, with its interval."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.attempt import Attempt
from metier.evaluate.student import t_quantile
from metier.item import Item


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


def gap_of_runs(
    items: Mapping[str, Item],
    weak: Iterable[Attempt],
    helped: Iterable[Attempt],
    strong: Iterable[Attempt],
    *,
    by_majority: bool = False,
) -> tuple[Recovered, int]:
    """Measure the share over three runs, paired by the question behind each item, whatever arm put it.

    Args:
        items: Of all the exams that were taken; their `source` names the question.
        by_majority: A question counts as right if more than half of its epochs are, as the paper votes; else by the
            share of its epochs.

    Returns:
        The share, and how many questions were left out because a run lacks them or could not grade every epoch.

    Raises:
        ValueError: Fewer than two clusters of questions are common to the three runs.
    """
    runs = [_by_question(items, run, by_majority) for run in (weak, helped, strong)]
    common = sorted(set.intersection(*({q for q, score in run.items() if score is not None} for run in runs)))
    clusters = {item.source: item.cluster or item.source for item in items.values()}
    scores = [[run[question] or 0.0 for question in common] for run in runs]
    found = share_recovered(*scores, clusters=[clusters[question] for question in common])
    return found, len(set().union(*runs)) - len(common)


def _by_question(items: Mapping[str, Item], run: Iterable[Attempt], by_majority: bool) -> dict[str, float | None]:
    epochs: dict[str, list[float | None]] = {}
    for attempt in run:
        if item := items.get(attempt.item_id):
            epochs.setdefault(item.source, []).append(attempt.grade.score)
    found: dict[str, float | None] = {}
    for question, scores in epochs.items():
        graded = [score for score in scores if score is not None]
        mean = sum(graded) / len(graded) if len(graded) == len(scores) else None
        found[question] = mean if mean is None or not by_majority else float(mean > 0.5)
    return found


def _fieller(
    a: float, b: float, v_aa: float, v_ab: float, v_bb: float, t: float
) -> tuple[float, float] | tuple[None, None]:
    """Solve (a - rb)² = t² (v_aa - 2 r v_ab + r² v_bb) for r."""
    square, half, constant = b * b - t * t * v_bb, a * b - t * t * v_ab, a * a - t * t * v_aa
    inside = half * half - square * constant
    if square <= 0 or inside < 0:
        return None, None
    return (half - math.sqrt(inside)) / square, (half + math.sqrt(inside)) / square
