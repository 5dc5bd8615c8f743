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

    first: Sample
    scores: list[float]
    epochs: dict[int, float | None] | None = None
    """Made for the second epoch, as most runs have one."""
    cluster: str = ""


@dataclass(slots=True)
class _Run:
    answers: dict[Key, _Answers]
    repeated: dict[Key, bool]
    unscored: dict[Key, int]
    """How many epochs of a question have no score."""


def align(before: Iterable[Sample], after: Iterable[Sample]) -> Alignment:
    """Pair two runs by task and sample_id. The order of the rows does not matter, but among repeated ones.

    Raises:
        ValueError: A score is no number between 0 and 1.

    >>> before = [Sample(sample_id="q1", score=0.0), Sample(sample_id="q2", score=None)]
    >>> after = [Sample(sample_id=name, score=1.0) for name in ("q1", "q2", "q3")]
    >>> found = align(before, after)
    >>> [(pair.sample_id, pair.change) for pair in found.pairs], found.before.unscored, found.after.only_here
    ([('q1', 1.0)], (('', 'q2'),), (('', 'q3'),))
    """
    old, new = _gathered(before), _gathered(after)
    pairs, moved = [], []
    for key in sorted(old.answers.keys() & new.answers.keys()):
        a, b = old.answers[key], new.answers[key]
        if a.cluster != b.cluster and a.cluster and b.cluster:
            moved.append(key)
        if a.scores and b.scores:
            pairs.append(_paired(key, a, b))
    return Alignment(pairs=tuple(pairs), before=_left_out(old, new), after=_left_out(new, old), moved=tuple(moved))


def _gathered(rows: Iterable[Sample]) -> _Run:
    run = _Run({}, {}, {})
    answers = run.answers
    for row in rows:
        score = row.score
        if score is not None and not 0.0 <= score <= 1.0:
            raise ValueError(f"Expected a score between 0 and 1 or none, got {score!r} at {row.sample_id!r}.")
        key = (row.task, row.sample_id)
        here = answers.get(key)
        if here is None:
            answers[key] = _Answers(row, [] if score is None else [score], None, row.cluster)
        elif not _is_new(here, row, run):
            continue
        elif score is not None:
            here.scores.append(score)
        if score is None:
            run.unscored[key] = run.unscored.get(key, 0) + 1
    return run


def _is_new(here: _Answers, row: Sample, run: _Run) -> bool:
    """Whether this epoch comes for the first time; a repeated one is noted."""
    if here.epochs is None:
        here.epochs = {here.first.epoch: here.first.score}
    if row.epoch in here.epochs:
        key = (row.task, row.sample_id)
        run.repeated[key] = run.repeated.get(key, False) or here.epochs[row.epoch] != row.score
        return False
    here.epochs[row.epoch] = row.score
    here.cluster = here.cluster or row.cluster
    return True


def _paired(key: Key, a: _Answers, b: _Answers) -> Pair:
    old, new = a.scores, b.scores
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
        reply_before=a.first.reply,
        reply_after=b.first.reply,
    )


def _left_out(run: _Run, other: _Run) -> LeftOut:
    return LeftOut(
        only_here=tuple(sorted(run.answers.keys() - other.answers.keys())),
        unscored=tuple(sorted(key for key in run.unscored if not run.answers[key].scores)),
        unscored_epochs=sum(count for key, count in run.unscored.items() if run.answers[key].scores),
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
