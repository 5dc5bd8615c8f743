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
        InputError: Two concepts share an identifier, a parent is missing, or the parents run in a circle.

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

    def __post_init__(self) -> None:
        by_id = {concept.id: concept for concept in self.concepts}
        object.__setattr__(self, "_by_id", by_id)
        if len(by_id) < len(self.concepts):
            seen: set[str] = set()
            twice = next(c.id for c in self.concepts if c.id in seen or seen.add(c.id))  # type: ignore[func-returns-value]
            raise InputError(f"Taxonomy {self.name!r} has two concepts with the identifier {twice!r}.")
        for concept in self.concepts:
            for parent in concept.parents:
                if parent not in by_id:
                    raise InputError(
                        f"Concept {concept.id!r} of taxonomy {self.name!r} has a parent {parent!r} that is missing.",
                        hint=nearest(parent, by_id),
                    )
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
        """The concepts that name this one as a parent, in the order of the taxonomy."""
        return tuple(c.id for c in self.concepts if concept_id in c.parents)

    def ancestors(self, concept_id: str) -> tuple[str, ...]:
        """Everything above a concept, nearest first, each once."""
        found: list[str] = []
        front = list(self[concept_id].parents)
        while front:
            found += [concept for concept in front if concept not in found]
            front = [up for concept in front for up in self[concept].parents if up not in found]
        return tuple(dict.fromkeys(found))

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
                    raise InputError(f"The parents of concept {parent!r} of taxonomy {self.name!r} run in a circle.")
                else:
                    stack.append(parent)
