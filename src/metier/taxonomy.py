"""Where does a skill belong? Concepts with labels and parents, in the manner of SKOS.

A `Taxonomy` is checked when it is made: identifiers are unique, parents exist and there is no cycle. It does not know
files; loaders live in `discover/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from metier.errors import InputError, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One concept: an identifier (a URI or a short name), a preferred label, further labels and its parents."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    id: str
    label: str
    alt_labels: tuple[str, ...] = ()
    definition: str = ""
    parents: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The preferred label first, then the others."""
        return (self.label, *self.alt_labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """A named, versioned set of concepts that form a directed graph without cycles.

    Raises:
        InputError: Two concepts share an identifier, a parent is missing, or the parents run in a circle; `key` holds
            the identifier of the concept at fault.

    >>> strings = Taxonomy(name="strings", concepts=(
    ...     Concept(id="order", label="order"), Concept(id="reverse", label="reverse", parents=("order",))))
    >>> strings.ancestors("reverse")
    ('order',)
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    version: str = "1"
    concepts: tuple[Concept, ...] = ()
    _by_id: dict[str, Concept] = field(init=False, repr=False, compare=False)
    _children: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id: dict[str, Concept] = {}
        for concept in self.concepts:
            if concept.id in by_id:
                raise _fault(concept.id, f"Taxonomy {self.name!r} has two concepts with the identifier {concept.id!r}.")
            by_id[concept.id] = concept
        children: dict[str, list[str]] = {concept_id: [] for concept_id in by_id}
        for concept in self.concepts:
            for parent in dict.fromkeys(concept.parents):
                if parent not in by_id:
                    message = (
                        f"Concept {concept.id!r} of taxonomy {self.name!r} has a parent {parent!r} that is missing."
                    )
                    raise _fault(concept.id, message, hint=nearest(parent, by_id))
                children[parent].append(concept.id)
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "_children", {above: tuple(below) for above, below in children.items()})
        self._refuse_cycles()

    def __getitem__(self, concept_id: str) -> Concept:
        try:
            return self._by_id[concept_id]
        except KeyError:
            raise InputError(
                f"Taxonomy {self.name!r} has no concept {concept_id!r}.", hint=nearest(concept_id, self._by_id)
            ) from None

    def __contains__(self, concept_id: object) -> bool:
        return concept_id in self._by_id

    def __iter__(self) -> Iterator[Concept]:
        return iter(self.concepts)

    def __len__(self) -> int:
        return len(self.concepts)

    def children(self, concept_id: str) -> tuple[str, ...]:
        """The concepts that name this one as a parent, in the order of the taxonomy.

        Raises:
            InputError: There is no such concept.
        """
        return self._children[self[concept_id].id]

    def ancestors(self, concept_id: str) -> tuple[str, ...]:
        """Everything above a concept, nearest first, each once.

        Raises:
            InputError: There is no such concept.
        """
        found: dict[str, None] = {}
        front = dict.fromkeys(self[concept_id].parents)
        while front:
            found |= front
            front = dict.fromkeys(up for concept in front for up in self[concept].parents if up not in found)
        return tuple(found)

    def _refuse_cycles(self) -> None:
        done: set[str] = set()
        for start in self._by_id:
            path: dict[str, Iterator[str]] = {}
            stack = [start] if start not in done else []
            while stack:
                top = stack[-1]
                parents = path.setdefault(top, iter(self._by_id[top].parents))
                parent = next((p for p in parents if p not in done), None)
                if parent is None:
                    done.add(stack.pop())
                elif parent in path:
                    message = f"The parents of concept {parent!r} of taxonomy {self.name!r} run in a circle."
                    raise _fault(parent, message)
                else:
                    stack.append(parent)


def _fault(concept_id: str, message: str, *, hint: str = "") -> InputError:
    error = InputError(message, hint=hint)
    error.key = (concept_id,)
    return error
