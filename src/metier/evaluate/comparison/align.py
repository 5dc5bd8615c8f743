"""Which answers of two runs belong together, and which have no partner?

This module knows rows of two runs, no statistics.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.evaluate.columns import Columns, columns_of
from metier.evaluate.comparison.pairs import Pairs
from metier.evaluate.samples import Sample

Key = tuple[str, str]
"""A question: its task and its sample_id."""

_NONE = -1.0
"""Stands for no score where a column needs a number; no score is below 0."""


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

    pairs: Pairs
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
    """The first place of every question, and what its rows make together where there are more."""

    rows: Columns
    first: dict[Key, int]
    several: dict[Key, _Epochs]


@dataclass(frozen=True, slots=True)
class _Side:
    """What one run says of each question; `_NONE` where it has no score."""

    scores: list[float]
    clusters: list[str]
    replies: list[str]
    epochs: list[int]
    spreads: list[float | None]


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
    old, new = _gathered(columns_of(before)), _gathered(columns_of(after))
    # From the list, not the set of keys: what comes in order is sorted in no time.
    keys = sorted(key for key in old.first if key in new.first)
    pairs, moved = _paired(keys, old, new)
    return Alignment(pairs=pairs, before=_left_out(old, keys), after=_left_out(new, keys), moved=tuple(moved))


def _gathered(rows: Columns) -> _Run:
    wrong = [place for place, score in enumerate(rows.scores) if score is not None and not 0.0 <= score <= 1.0]
    if wrong:
        score, where = rows.scores[wrong[0]], rows.sample_ids[wrong[0]]
        raise ValueError(f"Expected a score between 0 and 1 or none, got {score!r} at {where!r}.")
    keys = list(zip(rows.tasks, rows.sample_ids, strict=True))
    first = dict(zip(keys, range(len(keys)), strict=True))
    several: dict[Key, list[int]] = {}
    if len(first) < len(keys):
        first.clear()
        for place, key in enumerate(keys):
            if first.setdefault(key, place) != place:
                several.setdefault(key, [first[key]]).append(place)
    return _Run(rows, first, {key: _epochs([rows[place] for place in same]) for key, same in several.items()})


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


def _paired(keys: Sequence[Key], old: _Run, new: _Run) -> tuple[Pairs, list[Key]]:
    """The pairs of questions that both runs have scored, and the questions that have moved."""
    one, two = _side(keys, old), _side(keys, new)
    clusters = list(zip(one.clusters, two.clusters, strict=True))
    pairs = Pairs(
        task=[task for task, _ in keys],
        sample_id=[sample_id for _, sample_id in keys],
        cluster=[here or there for here, there in clusters],
        before=one.scores,
        after=two.scores,
        epochs_before=one.epochs,
        epochs_after=two.epochs,
        spread_before=one.spreads,
        spread_after=two.spreads,
        reply_before=one.replies,
        reply_after=two.replies,
    )
    if _NONE in one.scores or _NONE in two.scores:
        scores = zip(one.scores, two.scores, strict=True)
        pairs = pairs.at([place for place, both in enumerate(scores) if _NONE not in both])
    moved = [key for key, (here, there) in zip(keys, clusters, strict=True) if here != there and here and there]
    return pairs, moved


def _side(keys: Sequence[Key], run: _Run) -> _Side:
    places, rows = [run.first[key] for key in keys], run.rows
    scores = [rows.scores[place] for place in places]
    side = _Side(
        scores=[_NONE if score is None else score for score in scores],
        clusters=[rows.clusters[place] for place in places],
        replies=[rows.replies[place] for place in places],
        epochs=[1] * len(keys),
        spreads=[None] * len(keys),
    )
    for place, key in enumerate(keys) if run.several else ():
        if key in run.several:
            same = run.several[key]
            side.scores[place] = _mean(same.scores) if same.scores else _NONE
            side.clusters[place] = same.cluster
            side.epochs[place] = len(same.scores)
            side.spreads[place] = _spread(same.scores)
    return side


def _left_out(run: _Run, both: Sequence[Key]) -> LeftOut:
    unscored = [
        key
        for key, place in (run.first.items() if None in run.rows.scores else ())
        if run.rows.scores[place] is None and not (key in run.several and run.several[key].scores)
    ]
    return LeftOut(
        only_here=tuple(sorted(run.first.keys() - set(both))) if len(both) < len(run.first) else (),
        unscored=tuple(sorted(unscored)),
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
