"""Who draws negatives? The promise of a sampler, and the one way in which all of ours keep it.

A negative is a skill that a sentence does not ask for. None is ever a positive of the sentence, above or below one in
the hierarchy, or named in the sentence. Where a sampler has fewer candidates than were asked for, `SHORT` stands in the
result: it never helps itself to others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metier.discover.supervision.space import Indices, Pool, Space
from metier.errors import InputError

SHORT = -1
_BLOCK = 4_000_000
Rows = Sequence[NDArray[np.int64]]


class Sampler(Protocol):
    """Draws negatives for many sentences at once."""

    def columns(self, count: int) -> tuple[str, ...]:
        """Say which kind of negative stands in each of `count` columns of a draw."""
        ...

    def draw(self, positives: Rows, count: int, rng: np.random.Generator, *, occurring: Rows | None = None) -> Indices:
        """Draw `count` different negatives for each sentence.

        Args:
            positives: For each sentence the indices of its skills; perhaps none.
            count: How many for each.
            rng: Where chance comes from; the same state gives the same draw.
            occurring: For each sentence the indices of all concepts that it names.

        Returns:
            Shape (sentences, count); `SHORT` where there were too few.
        """
        ...


@dataclass(frozen=True, slots=True)
class FromPool:
    """Draw from lists: the members of the lists of a sentence's positives, each positive in turn.

    With one positive every member of its list is equally likely; with several, one is drawn of each list before a
    second of any, so that a positive of a big group does not crowd out the others.

    >>> from metier.discover.supervision.space import pool, space
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> here = space(Taxonomy(name="t", concepts=tuple(Concept(id=c, label=c) for c in "abc")))
    >>> sampler = FromPool("next", here, pool([[1], [2], [0]]))
    >>> sampler.draw([np.array([0]), np.array([1])], 2, np.random.default_rng(0))
    array([[ 1, -1],
           [ 2, -1]])
    """

    name: str
    space: Space
    pool: Pool

    def columns(self, count: int) -> tuple[str, ...]:
        """The sampler's name in each column."""
        return (self.name,) * count

    def draw(self, positives: Rows, count: int, rng: np.random.Generator, *, occurring: Rows | None = None) -> Indices:
        """Draw as `Sampler.draw` promises."""
        size = len(self.space)
        barred = forbidden(self.space, positives, occurring)
        drawn = np.full((len(positives), count), SHORT, dtype=np.int64)
        for start, end in _blocks(self._lengths(positives)):
            rows, asked = _flat(positives[start:end])
            at, members = _gather(self.pool, asked)
            keys = (rows[at] + start) * size + members
            free = ~is_among(keys, barred)
            keys, turn = keys[free], _turns(at[free], rng)
            order = np.lexsort((rng.random(len(keys)), turn, keys // size))
            _fill(drawn, keys[order], size)
        return drawn

    def _lengths(self, positives: Rows) -> Indices:
        rows, asked = _flat(positives)
        lengths = self.pool.starts[asked + 1] - self.pool.starts[asked]
        return np.bincount(rows, weights=lengths, minlength=len(positives)).astype(np.int64)


def forbidden(space: Space, positives: Rows, occurring: Rows | None = None) -> Indices:
    """What must not be drawn, as sorted keys `sentence * len(space) + concept`: kin of the positives, and what occurs.

    Raises:
        InputError: An index is none of the space, or `occurring` has another number of sentences.

    >>> from metier.taxonomy import Concept, Taxonomy
    >>> tree = Taxonomy(name="t", concepts=(Concept(id="a", label="a"), Concept(id="b", label="b", parents=("a",))))
    >>> from metier.discover.supervision.space import space
    >>> forbidden(space(tree), [np.array([], int), np.array([1])])
    array([2, 3])
    """
    rows, asked = _flat(positives)
    _check(asked, len(space))
    at, kin = _gather(space.kin, asked)
    keys = rows[at] * len(space) + kin
    if occurring is not None:
        if len(occurring) != len(positives):
            raise InputError(f"Expected what occurs in {len(positives)} sentences, got {len(occurring)}.")
        rows, named = _flat(occurring)
        _check(named, len(space))
        keys = np.concatenate((keys, rows * len(space) + named))
    return np.unique(keys)


def _check(indices: Indices, size: int) -> None:
    if len(indices) and (indices.min() < 0 or indices.max() >= size):
        raise InputError(f"Expected indices from 0 to {size - 1}, got {indices.min()} to {indices.max()}.")


def _flat(rows: Rows) -> tuple[Indices, Indices]:
    """The row of each element, and the elements."""
    lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
    elements = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows]) if len(rows) else lengths
    return np.repeat(np.arange(len(rows)), lengths), elements


def _gather(lists: Pool, asked: Indices) -> tuple[Indices, Indices]:
    """All members of the lists asked for, and to which of `asked` each belongs."""
    lengths = lists.starts[asked + 1] - lists.starts[asked]
    at = np.repeat(np.arange(len(asked)), lengths)
    within = np.arange(len(at)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return at, lists.members[lists.starts[asked][at] + within]


def is_among(keys: Indices, ordered: Indices) -> NDArray[np.bool_]:
    """Which keys, of any shape, are among others, which are sorted.

    >>> is_among(np.array([3, 4]), np.array([1, 3]))
    array([ True, False])
    """
    if not len(ordered):
        return np.zeros(keys.shape, dtype=bool)
    place = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return np.equal(ordered[place], keys)


def _turns(groups: Indices, rng: np.random.Generator) -> Indices:
    """Shuffle each group (groups are sorted) and number its members."""
    order = np.lexsort((rng.random(len(groups)), groups))
    first = np.searchsorted(groups, groups)
    turns = np.empty(len(groups), dtype=np.int64)
    turns[order] = np.arange(len(groups)) - first
    return turns


def _fill(drawn: Indices, keys: Indices, size: int) -> None:
    """Write the first different keys of each sentence into its row; keys come sentence by sentence."""
    _, first = np.unique(keys, return_index=True)
    keys = keys[np.sort(first)]
    rows = keys // size
    column = np.arange(len(rows)) - np.searchsorted(rows, rows)
    fits = column < drawn.shape[1]
    drawn[rows[fits], column[fits]] = keys[fits] % size


def _blocks(lengths: Indices) -> list[tuple[int, int]]:
    """Ranges of sentences whose lists together stay within what memory holds with ease."""
    if not len(lengths):
        return []
    cuts = np.unique(np.cumsum(lengths) // _BLOCK, return_index=True)[1].tolist()
    return list(zip(cuts, [*cuts[1:], len(lengths)], strict=True))
