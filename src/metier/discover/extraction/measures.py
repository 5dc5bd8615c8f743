"""How good is a ranking of skills? RP@k, MRR and hits, as the published evaluations count them, with intervals.

RP@k and MRR follow "Design of Negative Sampling Strategies for Distantly Supervised Skill Extraction" (arXiv
2209.05987) and the evaluations after it: both are means over sentences that have at least one gold skill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Measures of a ranking over a set of sentences, in percent.

    Attributes:
        num_sentences: Sentences with a gold skill.
        rp5: RP@5, the mean of |top 5 ∩ gold| / min(5, |gold|).
        rp10: RP@10.
        mrr: Mean of 1 / rank of the first gold skill.
        recall100: Mean share of the gold skills among the first 100.
        implicit_rp5: RP@5 over the gold skills of which no form stands in the sentence.
        implicit_hit5: Share of those pairs whose skill is among the first 5.
        num_implicit: How many such pairs there are.
        explicit_hit5: The same share where a form does stand there.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    num_sentences: int
    rp5: float
    rp10: float
    mrr: float
    recall100: float
    implicit_rp5: float
    implicit_hit5: float
    num_implicit: int
    explicit_hit5: float


def ranks(scores: NDArray[np.float32], gold: Sequence[Sequence[int]]) -> list[NDArray[np.int64]]:
    """Give the rank of each gold skill of each sentence, from 1; equal scores count against it.

    >>> [r.tolist() for r in ranks(np.array([[0.9, 0.1, 0.5]], np.float32), [[2, 0]])]
    [[2, 1]]
    """
    found = []
    for row, skills in zip(scores, gold, strict=True):
        mine = row[np.asarray(skills, np.int64)]
        found.append(np.array([int((row >= score).sum()) for score in mine], np.int64))
    return found


def r_precision(ranks: NDArray[np.int64], k: int) -> float:
    """RP@k of one sentence from the ranks of its gold skills.

    >>> r_precision(np.array([1, 9]), 5)
    0.5
    """
    return float((ranks <= k).sum() / min(k, len(ranks)))


def per_sentence(all_ranks: Sequence[NDArray[np.int64]], k: int = 5) -> Floats:
    """RP@k of each sentence, for paired comparisons."""
    return np.array([r_precision(found, k) for found in all_ranks])


def quality(all_ranks: Sequence[NDArray[np.int64]], explicit: Sequence[Sequence[bool]]) -> Quality:
    """Sum up the ranks of the gold skills of many sentences; sentences without one are left out.

    Args:
        all_ranks: Of each sentence, the rank of each gold skill.
        explicit: Of each sentence, whether a form of each gold skill stands in it.

    >>> quality([np.array([1, 7])], [[True, False]]).rp5
    50.0
    """
    kept = [(r, np.asarray(e, bool)) for r, e in zip(all_ranks, explicit, strict=True) if len(r)]
    if not kept:
        nan = float("nan")
        return Quality(
            num_sentences=0, rp5=nan, rp10=nan, mrr=nan, recall100=nan, implicit_rp5=nan, implicit_hit5=nan,
            num_implicit=0, explicit_hit5=nan,
        )  # fmt: skip
    flat, named = np.concatenate([r for r, _ in kept]), np.concatenate([e for _, e in kept])
    implied = [r[~e] for r, e in kept if (~e).any()]
    return Quality(
        num_sentences=len(kept),
        rp5=_percent([r_precision(r, 5) for r, _ in kept]),
        rp10=_percent([r_precision(r, 10) for r, _ in kept]),
        mrr=_percent([1 / r.min() for r, _ in kept]),
        recall100=_percent([(r <= 100).mean() for r, _ in kept]),
        implicit_rp5=_percent([r_precision(r, 5) for r in implied]),
        implicit_hit5=_percent(flat[~named] <= 5),
        num_implicit=int((~named).sum()),
        explicit_hit5=_percent(flat[named] <= 5),
    )


def auroc(positive: Sequence[float] | Floats, negative: Sequence[float] | Floats) -> float:
    """Chance that a positive scores above a negative, ties counting half (Mann–Whitney).

    >>> auroc([0.9, 0.4], [0.4, 0.1])
    0.875
    """
    a, b = np.asarray(positive, float), np.asarray(negative, float)
    if not len(a) or not len(b):
        return float("nan")
    ordered = np.sort(b)
    below, upto = np.searchsorted(ordered, a, "left"), np.searchsorted(ordered, a, "right")
    return float((below + upto).mean() / (2 * len(b)))


def calibration_error(probabilities: Floats, right: NDArray[np.bool_], *, bins: int = 10) -> float:
    """Mean distance of stated probability and observed share, over bins of equal size (expected calibration error).

    >>> calibration_error(np.array([0.5, 0.5]), np.array([True, False]), bins=1)
    0.0
    """
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, min(bins, max(len(order), 1))) if len(part)]
    gaps = [len(part) * abs(probabilities[part].mean() - right[part].mean()) for part in parts]
    return float(sum(gaps) / len(order)) if len(order) else float("nan")


def paired_bootstrap(
    first: Floats, second: Floats, *, seed: int = 0, replicates: int = 10_000
) -> tuple[float, float, float]:
    """Give the mean difference first − second over the same sentences and its 95 % percentile interval.

    >>> paired_bootstrap(np.array([1.0, 1.0]), np.array([0.0, 0.0]))
    (1.0, 1.0, 1.0)
    """
    gap = np.asarray(first, float) - np.asarray(second, float)
    if not len(gap):
        return float("nan"), float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    means = [gap[rng.integers(0, len(gap), (min(1000, replicates), len(gap)))].mean(1)
             for _ in range(0, replicates, 1000)]  # fmt: skip
    low, high = np.quantile(np.concatenate(means), [0.025, 0.975])
    return float(gap.mean()), float(low), float(high)


def _percent(values: Sequence[float] | NDArray[np.bool_] | NDArray[np.float64]) -> float:
    return float(100 * np.mean(values)) if len(values) else float("nan")
