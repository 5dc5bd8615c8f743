"""What do two runs say of the same questions? Pairs of scores, kept column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar


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
class Pairs:
    """Pairs, of which each attribute has one value a pair, as in `Pair`.

    >>> pairs = pairs_of([Pair(task="t", sample_id="q", cluster="", before=0.0, after=1.0)])
    >>> pairs.changes, next(iter(pairs)).sample_id
    ([1.0], 'q')
    """

    task: Sequence[str]
    sample_id: Sequence[str]
    cluster: Sequence[str]
    before: Sequence[float]
    after: Sequence[float]
    epochs_before: Sequence[int]
    epochs_after: Sequence[int]
    spread_before: Sequence[float | None]
    spread_after: Sequence[float | None]
    reply_before: Sequence[str]
    reply_after: Sequence[str]

    def __len__(self) -> int:
        return len(self.before)

    def __iter__(self) -> Iterator[Pair]:
        for (
            task,
            sample_id,
            cluster,
            one,
            two,
            epochs_one,
            epochs_two,
            spread_one,
            spread_two,
            said_one,
            said_two,
        ) in zip(*(column for _, column in self._columns()), strict=True):
            yield Pair(
                task=task,
                sample_id=sample_id,
                cluster=cluster,
                before=one,
                after=two,
                epochs_before=epochs_one,
                epochs_after=epochs_two,
                spread_before=spread_one,
                spread_after=spread_two,
                reply_before=said_one,
                reply_after=said_two,
            )

    @property
    def changes(self) -> list[float]:
        """After less before, pair by pair."""
        return [after - before for before, after in zip(self.before, self.after, strict=True)]

    def at(self, places: Sequence[int]) -> Pairs:
        """Some of the pairs, in the order given."""
        return Pairs(**{name: [column[place] for place in places] for name, column in self._columns()})

    def _columns(self) -> Iterator[tuple[str, Sequence[Any]]]:
        return ((name, getattr(self, name)) for name in _NAMES)


_NAMES = tuple(field.name for field in fields(Pairs))


def pairs_of(pairs: Pairs | Sequence[Pair]) -> Pairs:
    """Turn pairs into columns; columns stay as they are."""
    if isinstance(pairs, Pairs):
        return pairs
    return Pairs(**{name: [getattr(pair, name) for pair in pairs] for name in _NAMES})
