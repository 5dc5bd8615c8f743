"""Which answers of two runs belong together, and which have no partner?

This module knows rows of two runs, no statistics.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from metier.evaluate.samples import Sample

Key = tuple[str, str]
"""A question: its task and its sample_id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question, answered and scored in both runs.

    Attributes:
        before, after: Scores, averaged over the epochs that were scored.
        spread_before, spread_after: Variance of the score between epochs (over one less than their number), or `None`
            where a single epoch was scored.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    task: str
    sample_id: str
    cluster: str
    before: float
    after: float
    epochs_before: int = 1
    epochs_after: int = 1
    spread_before: float | None = None
    spread_after: float | None = None
    reply_before: str = ""
    reply_after: str = ""

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a run holds that no pair was made of.

    Attributes:
        only_here: Questions that the other run does not have.
        unscored: Questions with no scored epoch, in this run.
        unscored_epochs: Epochs without a score, of questions that have others; they do not enter the average.
        repeated: Questions whose epoch stands twice or more in the run; the first counts.
        contradicted: Those of them whose scores differ.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    only_here: tuple[Key, ...] = ()
    unscored: tuple[Key, ...] = ()
    unscored_epochs: int = 0
    repeated: tuple[Key, ...] = ()
    contradicted: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Pairs in the order of task and sample_id, and what was left out of them.

    `moved` are questions that the two runs put into different clusters; the first run's holds.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    pairs: tuple[Pair, ...]
    before: LeftOut
    after: LeftOut
    moved: tuple[Key, ...] = ()


@dataclass(slots=True)
class _Answers:
    """The epochs of one question in one run."""

    cluster: str
    reply: str
    scores: dict[int, float | None]

    def scored(self) -> list[float]:
        return [score for score in self.scores.values() if score is not None]


@dataclass(slots=True)
class _Run:
    answers: dict[Key, _Answers]
    repeated: dict[Key, bool]


def align(before: Iterable[Sample], after: Iterable[Sample]) -> Alignment:
    """Pair two runs by task and sample_id. The order of the rows does not matter, but among repeated ones.

    Raises:
        ValueError: A score is no number between 0 and 1.

    >>> before = [Sample(sample_id="q1", score=0.0), Sample(sample_id="q2", score=None)]
    >>> after = [Sample(sample_id="q1", score=1.0), Sample(sample_id="q2", score=1.0), Sample(sample_id="q3", score=1.0)]
    >>> found = align(before, after)
    >>> [(pair.sample_id, pair.change) for pair in found.pairs], found.before.unscored, found.after.only_here
    ([('q1', 1.0)], (('', 'q2'),), (('', 'q3'),))
    """
    old, new = _gathered(before), _gathered(after)
    pairs, moved = [], []
    for key in sorted(old.answers.keys() & new.answers.keys()):
        a, b = old.answers[key], new.answers[key]
        if a.cluster and b.cluster and a.cluster != b.cluster:
            moved.append(key)
        made = _paired(key, a, b)
        if made is not None:
            pairs.append(made)
    return Alignment(pairs=tuple(pairs), before=_left_out(old, new), after=_left_out(new, old), moved=tuple(moved))


def _gathered(rows: Iterable[Sample]) -> _Run:
    answers: dict[Key, _Answers] = {}
    repeated: dict[Key, bool] = {}
    for row in rows:
        score = row.score
        if score is not None and not 0.0 <= score <= 1.0:
            raise ValueError(f"Expected a score between 0 and 1 or none, got {score!r} at {row.sample_id!r}.")
        key = (row.task, row.sample_id)
        here = answers.get(key)
        if here is None:
            answers[key] = _Answers(row.cluster, row.reply, {row.epoch: score})
        elif row.epoch in here.scores:
            repeated[key] = repeated.get(key, False) or here.scores[row.epoch] != score
        else:
            here.scores[row.epoch] = score
            here.cluster = here.cluster or row.cluster
    return _Run(answers, repeated)


def _paired(key: Key, a: _Answers, b: _Answers) -> Pair | None:
    old, new = a.scored(), b.scored()
    if not old or not new:
        return None
    return Pair(
        task=key[0],
        sample_id=key[1],
        cluster=a.cluster or b.cluster,
        before=_mean(old),
        after=_mean(new),
        epochs_before=len(old),
        epochs_after=len(new),
        spread_before=_spread(old),
        spread_after=_spread(new),
        reply_before=a.reply,
        reply_after=b.reply,
    )


def _left_out(run: _Run, other: _Run) -> LeftOut:
    unscored, epochs = [], 0
    for key, one in run.answers.items():
        missing = len(one.scores) - len(one.scored())
        if missing:
            if missing == len(one.scores):
                unscored.append(key)
            else:
                epochs += missing
    return LeftOut(
        only_here=tuple(sorted(run.answers.keys() - other.answers.keys())),
        unscored=tuple(sorted(unscored)),
        unscored_epochs=epochs,
        repeated=tuple(sorted(run.repeated)),
        contradicted=tuple(sorted(key for key, differs in run.repeated.items() if differs)),
    )


def _mean(scores: list[float]) -> float:
    return scores[0] if len(scores) == 1 else math.fsum(scores) / len(scores)


def _spread(scores: list[float]) -> float | None:
    if len(scores) < 2:
        return None
    mean = _mean(scores)
    return math.fsum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
