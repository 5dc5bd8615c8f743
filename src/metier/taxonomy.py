"""Where does a skill belong? Concepts with labels and parents, in the manner of SKOS.

A `Taxonomy` is checked when it is made: identifiers are unique, parents and related concepts exist and there is no
cycle. It does not know files; loaders live in `discover/taxonomies/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from metier.digest import digest
from metier.errors import InputError, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One concept: an identifier (a URI or a short name), a preferred label, further labels and its parents.

    Attributes:
        kind: What sort of concept it is, in the words of its source: `knowledge`, `skill/competence`, `group`, ….
        codes: What else it is called by: notations such as `S1.2.3`.
        status: Its state in its source: `released`, `obsolete`, ….
        replaced_by: The identifiers that stand for it since it was given up.
        translations: (language, (preferred label, further ones…)) for each further language.
        related: (relation, identifier) for each other concept that it is related to: `("essential", "…")`.
        collections: The curated subsets that it is a member of.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("kind", "codes", "status", "replaced_by", "translations", "related", "collections")

    id: str
    label: str
    alt_labels: tuple[str, ...] = ()
    definition: str = ""
    parents: tuple[str, ...] = ()
    kind: str = ""
    codes: tuple[str, ...] = ()
    status: str = ""
    replaced_by: tuple[str, ...] = ()
    translations: tuple[tuple[str, tuple[str, ...]], ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    collections: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The preferred label first, then the others."""
        return (self.label, *self.alt_labels)

    def labels_in(self, language: str) -> tuple[str, ...]:
        """The labels in a further language, the preferred one first; empty where there is none.

        >>> Concept(id="a", label="welding", translations=(("de", ("Schweißen",)),)).labels_in("de")
        ('Schweißen',)
        """
        return dict(self.translations).get(language, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """A named, versioned set of concepts that form a directed graph without cycles.

    Attributes:
        language: The language of the labels, such as `en`; empty where nobody said.
        attribution: The notice that whoever shows the concepts has to show as well.

    Raises:
        InputError: Two concepts share an identifier, a parent or a related concept is missing, or the parents run in a
            circle; `key` holds the identifier of the concept at fault.

    >>> strings = Taxonomy(name="strings", concepts=(
    ...     Concept(id="order", label="order"), Concept(id="reverse", label="reverse", parents=("order",))))
    >>> strings.ancestors("reverse")
    ('order',)
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("language", "attribution")

    name: str
    version: str = "1"
    concepts: tuple[Concept, ...] = ()
    language: str = ""
    attribution: str = ""
    _by_id: dict[str, Concept] = field(init=False, repr=False, compare=False)
    _children: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _related: dict[str, dict[str, set[str]]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _digest: list[str] = field(init=False, repr=False, compare=False, default_factory=list)

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
            for relation, other in concept.related:
                if other not in by_id:
                    message = (
                        f"Concept {concept.id!r} of {self.name!r} names {other!r} as {relation}, which is missing."
                    )
                    raise _fault(concept.id, message, hint=nearest(other, by_id))
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

    def descendants(self, concept_id: str) -> tuple[str, ...]:
        """Everything below a concept, nearest first, each once.

        Raises:
            InputError: There is no such concept.

        >>> Taxonomy(name="t", concepts=(Concept(id="a", label="a"), Concept(id="b", label="b", parents=("a",)),
        ...     Concept(id="c", label="c", parents=("b",)))).descendants("a")
        ('b', 'c')
        """
        found: dict[str, None] = {}
        front = dict.fromkeys(self.children(concept_id))
        while front:
            found |= front
            front = dict.fromkeys(down for concept in front for down in self._children[concept] if down not in found)
        return tuple(found)

    def siblings(self, concept_id: str) -> tuple[str, ...]:
        """The other children of its parents, each once, in the order of the parents.

        Never the concept itself, nor anything above or below it: where a parent and its child share a parent, they are
        no siblings.

        Raises:
            InputError: There is no such concept.

        >>> Taxonomy(name="t", concepts=(Concept(id="up", label="up"),
        ...     *(Concept(id=name, label=name, parents=("up",)) for name in "abc"))).siblings("b")
        ('a', 'c')
        """
        found = dict.fromkeys(c for parent in self[concept_id].parents for c in self._children[parent])
        kin = {concept_id, *self.ancestors(concept_id), *self.descendants(concept_id)}
        return tuple(other for other in found if other not in kin)

    def related(self, concept_id: str, *, relation: str | None = None) -> tuple[str, ...]:
        """The concepts that a relation leads to from here, or from there to here, each once, never the concept itself.

        Args:
            relation: Only this relation, such as `essential`; any relation by default.

        Raises:
            InputError: There is no such concept.

        >>> tree = Taxonomy(name="t", concepts=(Concept(id="a", label="a", related=(("optional", "b"),)),
        ...     Concept(id="b", label="b")))
        >>> tree.related("a"), tree.related("b"), tree.related("a", relation="essential")
        (('b',), ('a',), ())
        """
        if not self._related:
            self._related.update(_both_ways(self.concepts))
        near = self._related.get(self[concept_id].id, {})
        return tuple(other for other, relations in near.items() if relation is None or relation in relations)

    @property
    def digest(self) -> str:
        """Name the concepts by their content and order: `sha256:` and 64 digits; name and version do not count.

        Two taxonomies with one digest number their concepts alike, so what was computed for the one, row by row, holds
        for the other. Kept after the first call.

        >>> one, two = (Taxonomy(name=name, concepts=(Concept(id="a", label="a"),)) for name in ("one", "two"))
        >>> one.digest == two.digest
        True
        """
        if not self._digest:
            names = Concept.__slots__
            rows = [[getattr(concept, name) for name in names] for concept in self.concepts]
            text = json.dumps([self.language, names, rows], ensure_ascii=False, separators=(",", ":"))
            self._digest.append(digest(text.encode("utf-8", "surrogatepass")))
        return self._digest[0]

    def _refuse_cycles(self) -> None:
        waits = {concept.id: len(set(concept.parents)) for concept in self.concepts}
        free = [concept_id for concept_id, count in waits.items() if not count]
        for concept_id in free:
            for below in self._children[concept_id]:
                waits[below] -= 1
                if not waits[below]:
                    free.append(below)
        if len(free) < len(waits):
            self._name_the_cycle()

    def _name_the_cycle(self) -> None:
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


def _both_ways(concepts: tuple[Concept, ...]) -> dict[str, dict[str, set[str]]]:
    near: dict[str, dict[str, set[str]]] = {}
    for concept in concepts:
        for relation, other in concept.related:
            if other != concept.id:
                near.setdefault(concept.id, {}).setdefault(other, set()).add(relation)
                near.setdefault(other, {}).setdefault(concept.id, set()).add(relation)
    return near


def _fault(concept_id: str, message: str, *, hint: str = "") -> InputError:
    error = InputError(message, hint=hint)
    error.key = (concept_id,)
    return error
