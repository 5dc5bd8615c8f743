"""Which kinds of negatives are there? Random ones, siblings, and those near in writing, in meaning or by relation."""

from __future__ import annotations

import numpy as np

from metier.discover.supervision.sampler import SHORT, FromPool, Rows, forbidden, is_among
from metier.discover.supervision.space import Indices, Pool, Space, pool
from metier.errors import InputError


class Random:
    """Draw any concept, each with the same chance.

    >>> from metier.discover.supervision.space import space
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> here = space(Taxonomy(name="t", concepts=tuple(Concept(id=c, label=c) for c in "abc")))
    >>> sorted(Random(here).draw([np.array([0])], 3, np.random.default_rng(0))[0].tolist())
    [-1, 1, 2]
    """

    def __init__(self, space: Space) -> None:
        self._space = space

    def columns(self, count: int) -> tuple[str, ...]:
        """`random` in each column."""
        return ("random",) * count

    def draw(self, positives: Rows, count: int, rng: np.random.Generator, *, occurring: Rows | None = None) -> Indices:
        """Draw as `Sampler.draw` promises: what is barred or there already is drawn again."""
        size = len(self._space)
        barred = forbidden(self._space, positives, occurring)
        drawn = np.full((len(positives), count), SHORT, dtype=np.int64)
        free = size - np.bincount(barred // max(size, 1), minlength=len(positives))
        scarce = np.flatnonzero(free < 4 * count)
        todo = np.flatnonzero(free >= 4 * count)
        while len(todo):
            part = drawn[todo]
            empty = part == SHORT
            part[empty] = rng.integers(size, size=int(empty.sum()))
            part[empty & is_among(todo[:, None] * size + part, barred)] = SHORT
            part[_repeated(part)] = SHORT
            drawn[todo] = part
            todo = todo[(part == SHORT).any(axis=1)]
        for row in scarce:
            start, end = np.searchsorted(barred, (row * size, (row + 1) * size))
            left = np.setdiff1d(np.arange(size), barred[start:end] - row * size)
            chosen = rng.permutation(left)[:count]
            drawn[row, : len(chosen)] = chosen
        return drawn


def _repeated(drawn: Indices) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where a row holds what it holds further left."""
    order = np.argsort(drawn, axis=1, kind="stable")
    ordered = np.take_along_axis(drawn, order, axis=1)
    again = np.zeros(drawn.shape, dtype=bool)
    again[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
    repeated = np.empty_like(again)
    np.put_along_axis(repeated, order, again, axis=1)
    return repeated


def siblings(space: Space) -> FromPool:
    """Draw concepts that share a parent with a positive.

    A parent with more than `space.largest_group` children makes no siblings: what a group of hundreds has in common is
    little, and drawing from it would be drawing at random.

    >>> from metier.discover.supervision.space import space
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> family = [Concept(id="up", label="up"), *(Concept(id=c, label=c, parents=("up",)) for c in "abc")]
    >>> siblings(space(Taxonomy(name="t", concepts=tuple(family)), ids="abc")).pool.of(0)
    array([1, 2])
    """
    taxonomy = space.taxonomy
    groups: dict[str, list[int]] = {}
    for at, name in enumerate(space.ids):
        for parent in taxonomy[name].parents:
            groups.setdefault(parent, []).append(at)
    groups = {parent: group for parent, group in groups.items() if len(group) <= space.largest_group}
    return FromPool(
        "siblings",
        space,
        pool(
            (other for parent in taxonomy[name].parents for other in groups.get(parent, ()) if other != at)
            for at, name in enumerate(space.ids)
        ),
    )


def related(space: Space) -> FromPool:
    """Draw concepts that a positive is related to, or that are related to it.

    Raises:
        InputError: The space has no relations.

    >>> from metier.discover.supervision.space import space
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> two = Taxonomy(name="t", concepts=(Concept(id="a", label="a"), Concept(id="b", label="b")))
    >>> related(space(two, related={"a": ["b"], "b": []}.__getitem__)).pool.of(1)
    array([0])
    """
    if space.related is None:
        raise InputError("The sampler 'related' needs relations, the space has none.", hint="Pass related= to space().")
    lists: list[set[int]] = [set() for _ in space.ids]
    for at, name in enumerate(space.ids):
        for other in space.indices(space.related(name)).tolist():
            if other != at:
                lists[at].add(other)
                lists[other].add(at)
    return FromPool("related", space, pool(lists))


def embedding_near(space: Space) -> FromPool:
    """Draw from the `space.neighbours` concepts whose vectors have the greatest cosine with that of a positive.

    Raises:
        InputError: The space has no vectors.

    >>> from metier.discover.supervision.space import space
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> three = Taxonomy(name="t", concepts=tuple(Concept(id=c, label=c) for c in "abc"))
    >>> vectors = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> embedding_near(space(three, vectors=vectors, neighbours=1)).pool.of(0)
    array([1])
    """
    if space.vectors is None:
        raise InputError(
            "The sampler 'embedding-near' needs vectors, the space has none.", hint="Pass vectors= to space()."
        )
    lengths = np.linalg.norm(space.vectors, axis=1, keepdims=True)
    unit = (space.vectors / np.where(lengths, lengths, 1)).astype(np.float32)
    return FromPool("embedding-near", space, _nearest(unit, space.neighbours))


def _nearest(unit: np.ndarray[tuple[int, ...], np.dtype[np.float32]], neighbours: int) -> Pool:
    size = len(unit)
    many = min(neighbours, size - 1)
    nearest = np.empty((size, max(many, 0)), dtype=np.int64)
    for start in range(0, size, 512) if many > 0 else ():
        scores = unit[start : start + 512] @ unit.T
        rows = np.arange(len(scores))
        scores[rows, start + rows] = -np.inf
        nearest[start : start + len(scores)] = np.argpartition(scores, -many, axis=1)[:, -many:]
    nearest.sort(axis=1)
    return Pool(np.arange(size + 1, dtype=np.int64) * max(many, 0), nearest.ravel())
