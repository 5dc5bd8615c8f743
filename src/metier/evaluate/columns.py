"""How are a hundred thousand scores of a run kept? Column by column, and rows where one is asked for.

A row of its own for every answer costs more to make than a whole comparison costs to compute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain

from metier.evaluate.samples import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The samples of a run; each attribute has one value a sample, in the order of the run, as in `Sample`."""

    sample_ids: Sequence[str]
    scores: Sequence[float | None]
    tasks: Sequence[str]
    clusters: Sequence[str]
    epochs: Sequence[int]
    models: Sequence[str]
    replies: Sequence[str]

    def __len__(self) -> int:
        return len(self.sample_ids)

    def __getitem__(self, place: int) -> Sample:
        return Sample(
            sample_id=self.sample_ids[place],
            score=self.scores[place],
            task=self.tasks[place],
            cluster=self.clusters[place],
            epoch=self.epochs[place],
            model=self.models[place],
            reply=self.replies[place],
        )

    def __iter__(self) -> Iterator[Sample]:
        return (self[place] for place in range(len(self)))


def columns_of(rows: Iterable[Sample]) -> Columns:
    """Turn rows into columns; columns stay as they are.

    >>> columns_of([Sample(sample_id="q1", score=1.0), Sample(sample_id="q2", score=None)]).scores
    [1.0, None]
    """
    if isinstance(rows, Columns):
        return rows
    kept = list(rows)
    return Columns(
        sample_ids=[row.sample_id for row in kept],
        scores=[row.score for row in kept],
        tasks=[row.task for row in kept],
        clusters=[row.cluster for row in kept],
        epochs=[row.epoch for row in kept],
        models=[row.model for row in kept],
        replies=[row.reply for row in kept],
    )


def joined(parts: Sequence[Columns]) -> Columns:
    """One run of several parts, in their order.

    >>> part = columns_of([Sample(sample_id="q1", score=1.0)])
    >>> len(joined([part, part]))
    2
    """
    if len(parts) == 1:
        return parts[0]
    columns = {field.name: [getattr(part, field.name) for part in parts] for field in fields(Columns)}
    return Columns(**{name: list(chain.from_iterable(pieces)) for name, pieces in columns.items()})
