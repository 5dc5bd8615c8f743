"""Does a model find the questions of an exam less surprising than it should? Min-K % of the log-probabilities.

A text that was trained on has few tokens that surprise. How few is usual depends on the text, so the questions are
compared with others that could as well have been the exam: questions of the same kind that the model cannot have seen,
or the same questions with their wrong options in other orders. Needs numpy (extra `evaluate`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from metier.client import TellsLogProbs, TokenLogProbs

Way = Literal["min-k", "min-k++", "loss"]
WAYS: tuple[Way, ...] = ("min-k", "min-k++", "loss")
SHARE = 0.2
"""Of the tokens, those that surprise most: the 20 % of Shi et al."""
_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """How likely the questions are to a model, beside others.

    Attributes:
        way: `min-k`, `min-k++` or `loss`.
        against: What they were compared with: `reference`, or `options` in other orders.
        count: Questions of the exam.
        seen, expected: The mean score of the exam, and that of the others; higher is less surprising.
        auroc: How often a question of the exam has a higher score than another, ties by halves; 0.5 is chance.
        p_value: One-sided, by permutation: exact if the others could as well have been the exam.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    way: str
    against: str
    count: int
    seen: float
    expected: float
    auroc: float
    p_value: float


def score(told: TokenLogProbs, way: Way = "min-k", *, share: float = SHARE) -> float:
    """How little the most surprising tokens of a text surprise; not a number for a text of no tokens.

    `min-k` is the mean of the lowest `share` of log p(x_i | x_<i), at least one token (Shi et al., "Detecting
    Pretraining Data from Large Language Models", arXiv 2310.16789, equation 1). `min-k++` is the same of
    (log p(x_i | x_<i) - μ_i) / σ_i, with μ and σ over the vocabulary (Zhang et al., arXiv 2404.02936, equation 3).
    `loss` is the mean over all tokens, the logarithm of the perplexity with its sign turned.

    >>> told = TokenLogProbs(values=(-0.1, -8.0, -0.2, -0.1, -4.0), means=(-1.0,) * 5, spreads=(2.0,) * 5)
    >>> score(told), score(told, "min-k++"), round(score(told, "loss"), 2)
    (-8.0, -3.5, -2.48)
    """
    if not told.values:
        return math.nan
    if way == "min-k++":
        every = zip(told.values, told.means, told.spreads, strict=True)
        values = [(value - mean) / max(spread, 1e-6) for value, mean, spread in every]
    else:
        values = list(told.values)
    values.sort()
    counted = values if way == "loss" else values[: max(1, int(share * len(values)))]
    return math.fsum(counted) / len(counted)


def against_reference(
    exam: Sequence[str],
    reference: Sequence[str],
    client: TellsLogProbs,
    *,
    ways: Sequence[Way] = ("min-k",),
    seed: int = 0,
    draws: int = 9999,
) -> list[Surprise]:
    """Compare the questions with others that the model cannot have seen, in each way; nothing for fewer than five.

    The sum of the ranks of the exam's questions is compared with that in `draws` other splits of all of them.
    """
    told = client.log_probs([*exam, *reference])
    found = []
    for way in ways:
        scores = [score(one, way) for one in told]
        ours, others = (
            [one for one in side if not math.isnan(one)] for side in (scores[: len(exam)], scores[len(exam) :])
        )
        if min(len(ours), len(others)) >= _FEWEST:
            found.append(_by_ranks(way, ours, others, seed, draws))
    return found


def against_orders(
    variants: Sequence[Sequence[str]],
    client: TellsLogProbs,
    *,
    ways: Sequence[Way] = ("min-k",),
    seed: int = 0,
    draws: int = 9999,
) -> list[Surprise]:
    """Compare each question, the first of its variants, with the others of them; nothing for fewer than five.

    The sum of the scores is compared with that of `draws` choices of one variant for each question.
    """
    told = iter(client.log_probs([text for group in variants for text in group]))
    groups = [[next(told) for _ in group] for group in variants]
    if len(groups) < _FEWEST:
        return []
    return [_by_choice(way, [[score(one, way) for one in group] for group in groups], seed, draws) for way in ways]


def _by_ranks(way: Way, ours: Sequence[float], others: Sequence[float], seed: int, draws: int) -> Surprise:
    import numpy as np

    ranks = _ranks([*ours, *others])
    n, m = len(ours), len(others)
    seen = float(ranks[:n].sum())
    chance = np.random.default_rng(seed)
    sums = np.array([chance.permutation(ranks)[:n].sum() for _ in range(draws)])
    return Surprise(
        way=way,
        against="reference",
        count=n,
        seen=math.fsum(ours) / n,
        expected=math.fsum(others) / m,
        auroc=(seen - n * (n + 1) / 2) / (n * m),
        p_value=float((1 + (sums >= seen - 1e-9).sum()) / (1 + draws)),
    )


def _by_choice(way: Way, groups: Sequence[Sequence[float]], seed: int, draws: int) -> Surprise:
    import numpy as np

    chance = np.random.default_rng(seed)
    # What is the same in every order of a question says nothing; only how far it lies from their mean counts.
    away = [np.array(group) - math.fsum(group) / len(group) for group in groups]
    drawn = np.sum([one[chance.integers(0, len(one), size=draws)] for one in away], axis=0)
    seen = float(sum(one[0] for one in away))
    firsts, rest = [group[0] for group in groups], [one for group in groups for one in group[1:]]
    higher = [(group[0] > one) + 0.5 * (group[0] == one) for group in groups for one in group[1:]]
    return Surprise(
        way=way,
        against="options",
        count=len(groups),
        seen=math.fsum(firsts) / len(firsts),
        expected=math.fsum(rest) / len(rest),
        auroc=math.fsum(higher) / len(higher),
        p_value=float((1 + (drawn >= seen - 1e-9).sum()) / (1 + draws)),
    )


def _ranks(values: Sequence[float]) -> Any:
    """From 1, ties at their mean."""
    import numpy as np

    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]
