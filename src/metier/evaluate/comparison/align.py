"""Which answers of two runs belong together, and which have no partner?

This module knows rows of two runs, no statistics.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class _Epochs:
    """The answers to one question that has several rows in a run."""

    scores: list[float]
    unscored: int
    cluster: str
    is_repeated: bool
    is_contradicted: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """The first row of every question, and what the rows make together where there are more."""

    first: dict[Key, Sample]
    several: dict[Key, _Epochs]

    def cluster(self, key: Key) -> str:
        return self.several[key].cluster if key in self.several else self.first[key].cluster

    def scores(self, key: Key) -> Sequence[float]:
        """The scores of the epochs that have one."""
        if key in self.several:
            return self.several[key].scores
        score = self.first[key].score
        return () if score is None else (score,)


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
    several = old.several.keys() | new.several.keys()
    pairs, moved = [], []
    # From the list, not the set of keys: what comes in order is sorted in no time.
    for key in sorted(key for key in old.first if key in new.first):
        one, two = old.first[key], new.first[key]
        here, there = (old.cluster(key), new.cluster(key)) if key in several else (one.cluster, two.cluster)
        if here != there and here and there:
            moved.append(key)
        pair = _paired(key, here or there, old, new) if key in several else _single(here or there, one, two)
        if pair:
            pairs.append(pair)
    return Alignment(pairs=tuple(pairs), before=_left_out(old, new), after=_left_out(new, old), moved=tuple(moved))


def _gathered(rows: Iterable[Sample]) -> _Run:
    first: dict[Key, Sample] = {}
    several: dict[Key, list[Sample]] = {}
    for row in rows:
        score = row.score
        if score is not None and not 0.0 <= score <= 1.0:
            raise ValueError(f"Expected a score between 0 and 1 or none, got {score!r} at {row.sample_id!r}.")
        key = (row.task, row.sample_id)
        earlier = first.setdefault(key, row)
        if earlier is not row:
            several.setdefault(key, [earlier]).append(row)
    return _Run(first, {key: _epochs(same) for key, same in several.items()})


def _epochs(rows: Sequence[Sample]) -> _Epochs:
    """Of rows of one epoch the first counts."""
    kept: dict[int, Sample] = {}
    for row in rows:
        kept.setdefault(row.epoch, row)
    scores = [row.score for row in kept.values() if row.score is not None]
    return _Epochs(
        scores=scores,
        unscored=len(kept) - len(scores),
        cluster=next((row.cluster for row in kept.values() if row.cluster), ""),
        is_repeated=len(kept) < len(rows),
        is_contradicted=any(kept[row.epoch].score != row.score for row in rows),
    )


def _single(cluster: str, one: Sample, two: Sample) -> Pair | None:
    """As `_paired`, for a question with one row in each run: the usual case, and there may be a million."""
    if one.score is None or two.score is None:
        return None
    return Pair(
        task=one.task,
        sample_id=one.sample_id,
        cluster=cluster,
        before=one.score,
        after=two.score,
        reply_before=one.reply,
        reply_after=two.reply,
    )


def _paired(key: Key, cluster: str, old: _Run, new: _Run) -> Pair | None:
    a, b = old.scores(key), new.scores(key)
    if not a or not b:
        return None
    return Pair(
        task=key[0],
        sample_id=key[1],
        cluster=cluster,
        before=_mean(a),
        after=_mean(b),
        epochs_before=len(a),
        epochs_after=len(b),
        spread_before=_spread(a),
        spread_after=_spread(b),
        reply_before=old.first[key].reply,
        reply_after=new.first[key].reply,
    )


def _left_out(run: _Run, other: _Run) -> LeftOut:
    suspects = [key for key, row in run.first.items() if row.score is None]
    return LeftOut(
        only_here=tuple(sorted(run.first.keys() - other.first.keys())),
        unscored=tuple(sorted(key for key in suspects if not run.scores(key))),
        unscored_epochs=sum(one.unscored for one in run.several.values() if one.scores),
        repeated=tuple(sorted(key for key, one in run.several.items() if one.is_repeated)),
        contradicted=tuple(sorted(key for key, one in run.several.items() if one.is_contradicted)),
    )


def _mean(scores: Sequence[float]) -> float:
    return scores[0] if len(scores) == 1 else math.fsum(scores) / len(scores)


def _spread(scores: Sequence[float]) -> float | None:
    if len(scores) < 2:
        return None
    mean = _mean(scores)
    return math.fsum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
