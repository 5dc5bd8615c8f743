"""Among which concepts are negatives drawn, and which of them are kin? Integer indices and the hierarchy over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metier.errors import InputError
from metier.taxonomy import Taxonomy

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pool:
    """A list of concepts for each concept: `members[starts[i]:starts[i + 1]]`, sorted, each once."""

    starts: Indices
    members: Indices

    def of(self, index: int) -> Indices:
        """The list of one concept.

        >>> pool([[1], []]).of(0)
        array([1])
        """
        return self.members[self.starts[index] : self.starts[index + 1]]


def pool(lists: Iterable[Iterable[int]]) -> Pool:
    """Make a pool of one list for each concept, in order.

    >>> pool([[2, 1, 2], [], [0]]).members
    array([1, 2, 0])
    """
    rows = [sorted(set(row)) for row in lists]
    starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    return Pool(starts, np.array([member for row in rows for member in row], dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The concepts that negatives are drawn from, by index, and what samplers may ask about them.

    Attributes:
        taxonomy: The whole taxonomy, with groups that are no candidates themselves.
        ids: The candidates; index i means `ids[i]` everywhere.
        kin: Of each candidate the candidates that are itself, above it or below it at any distance.
        related: Identifiers of the concepts that a concept is related to; whatever lies outside `ids` does not count.
        vectors: One row for each candidate, if `embedding-near` is to be drawn from.
        largest_group: A parent with more candidates below it makes none of them siblings.
        neighbours: How many nearest concepts the samplers of near ones know of each concept.
    """

    taxonomy: Taxonomy
    ids: tuple[str, ...]
    kin: Pool
    related: Callable[[str], Iterable[str]] | None = None
    vectors: NDArray[Any] | None = None
    largest_group: int = 200
    neighbours: int = 50
    index: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def indices(self, concepts: Iterable[str]) -> Indices:
        """The indices of those concepts that are candidates.

        >>> from metier.taxonomy import Concept
        >>> space(Taxonomy(name="t", concepts=(Concept(id="a", label="a"),))).indices(["a", "elsewhere"])
        array([0])
        """
        known = self.index
        return np.array([known[concept] for concept in concepts if concept in known], dtype=np.int64)


def space(
    taxonomy: Taxonomy,
    ids: Sequence[str] | None = None,
    *,
    related: Callable[[str], Iterable[str]] | None = None,
    vectors: NDArray[Any] | None = None,
    largest_group: int = 200,
    neighbours: int = 50,
) -> Space:
    """Number the candidates and find their kin; all concepts of the taxonomy are candidates unless `ids` says which.

    Raises:
        InputError: An identifier is unknown or there twice, or there is not one finite vector for each candidate.

    >>> from metier.taxonomy import Concept
    >>> tree = Taxonomy(name="t", concepts=(Concept(id="a", label="a"), Concept(id="b", label="b", parents=("a",))))
    >>> space(tree).kin.of(0)
    array([0, 1])
    """
    names = tuple(ids) if ids is not None else tuple(concept.id for concept in taxonomy)
    index = {name: at for at, name in enumerate(names)}
    if len(index) < len(names):
        raise InputError("Expected each candidate once, got one twice.")
    above = [taxonomy.ancestors(name) for name in names]
    kin = [{at} for at in range(len(names))]
    for at, ancestors in enumerate(above):
        for up in (index[name] for name in ancestors if name in index):
            kin[at].add(up)
            kin[up].add(at)
    if vectors is not None and (vectors.ndim != 2 or len(vectors) != len(names) or not np.isfinite(vectors).all()):
        raise InputError(f"Expected one finite vector for each of {len(names)} candidates, got {vectors.shape}.")
    return Space(
        taxonomy=taxonomy,
        ids=names,
        index=index,
        kin=pool(kin),
        related=related,
        vectors=vectors,
        largest_group=largest_group,
        neighbours=neighbours,
    )
