"""How do rows of many files become one sound taxonomy? Collect first, then check, tell and finish."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metier.discover.taxonomies.report import Loaded, Note, note
from metier.taxonomy import Concept, Taxonomy

_URI = re.compile(r"(?:https?://|urn:)[^\s<>\"{}|\\^`]+")
_WORD = re.compile(r"\w+")
# Good copies of ESCO in English stand at 0.87 to 0.96, a copy with shifted rows at 0.03.
_LEAST_OVERLAP = 0.25
_ENOUGH_CONCEPTS = 50


@dataclass(slots=True, kw_only=True)
class Draft:
    """Concepts and edges as they were read, not checked yet.

    Attributes:
        concepts: The fields of each concept by identifier; the fields of `Concept`.
        edges: (concept, parent), in the order of the files.
        relations: (concept, relation, other concept).
        seen_twice: Identifiers that came twice where each may come once.
        uris: Whether identifiers have to be URIs.
    """

    concepts: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    seen_twice: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    uris: bool = True

    def add(self, concept_id: str, **fields: Any) -> None:
        """Take a concept; a second one of the same identifier is noted and left out."""
        if concept_id in self.concepts:
            self.seen_twice.append(concept_id)
        else:
            self.concepts[concept_id] = fields


def finish(draft: Draft, *, name: str, version: str = "1", language: str = "", attribution: str = "") -> Loaded:
    """Check a draft and make the taxonomy of it.

    Refused: an identifier twice, an empty label, an identifier that is no URI where URIs are due, nothing at all, and
    alternative labels that belong to other rows. Left out and told: edges and relations with an unknown end, and the
    edge that would close a circle, in the order of the files.

    >>> draft = Draft(uris=False, edges=[("a", "b"), ("b", "a"), ("a", "x")])
    >>> for name in "ab": draft.add(name, label=name)
    >>> made = finish(draft, name="t")
    >>> made.taxonomy["a"].parents, made.taxonomy["b"].parents
    (('b',), ())
    >>> for found in made.notes: print(found)
    1 edges to an unknown parent, left out: a → x
    1 edges that would close a circle, left out: b → a
    """
    notes = [*draft.notes, *_faults(draft)]
    parents, told = _sound_edges(draft.edges, draft.concepts)
    notes += told
    related: dict[str, list[tuple[str, str]]] = {}
    lost = []
    for origin, relation, other in dict.fromkeys(draft.relations):
        if origin in draft.concepts and other in draft.concepts:
            related.setdefault(origin, []).append((relation, other))
        else:
            lost.append(f"{origin} → {other}")
    notes += note("relations with an unknown end, left out", lost)
    taxonomy = None
    if not any(found.refused for found in notes):
        concepts = tuple(
            Concept(id=key, parents=tuple(parents.get(key, ())), related=tuple(related.get(key, ())), **fields)
            for key, fields in draft.concepts.items()
        )
        taxonomy = Taxonomy(name=name, version=version, concepts=concepts, language=language, attribution=attribution)
    counts = {
        "concepts": len(draft.concepts),
        **Counter(fields.get("kind") or "without a kind" for fields in draft.concepts.values()),
        "edges": sum(map(len, parents.values())),
        "relations": sum(map(len, related.values())),
        "alternative labels": sum(len(fields.get("alt_labels", ())) for fields in draft.concepts.values()),
        "definitions": sum(bool(fields.get("definition")) for fields in draft.concepts.values()),
        **draft.counts,
    }
    return Loaded(taxonomy=taxonomy, notes=tuple(notes), counts=counts)


def overlap(concepts: Iterable[tuple[str, Sequence[str]]]) -> float | None:
    """The share of concepts with alternative labels of which one at least shares a word with the label.

    None if fewer than 50 concepts have alternative labels.

    >>> overlap([("manage staff", ("staff management",))] * 60)
    1.0
    """
    has = [(label, alts) for label, alts in concepts if alts]
    if len(has) < _ENOUGH_CONCEPTS:
        return None
    return sum(not _words(label).isdisjoint(_words(" ".join(alts))) for label, alts in has) / len(has)


def _words(text: str) -> set[str]:
    # Four letters stand for a word, so that "managing" meets "manage" also in languages that inflect more.
    return {word[:4] for word in _WORD.findall(text.casefold()) if len(word) > 2}


def _faults(draft: Draft) -> list[Note]:
    concepts = draft.concepts
    notes = note("identifiers that stand twice", draft.seen_twice, refused=True)
    notes += note("concepts without a label", (key for key, c in concepts.items() if not c["label"]), refused=True)
    if draft.uris:
        bad = (repr(key) for key in concepts if not _URI.fullmatch(key))
        notes += note("identifiers that are no URIs", bad, refused=True)
        share = overlap((c["label"], c.get("alt_labels", ())) for c in concepts.values())
        if share is not None and share < _LEAST_OVERLAP:
            what = (
                f"concepts, of which only {share:.1%} share a word with an alternative label of theirs (in good copies "
                "about 90 %): the labels stand in other rows than they belong to"
            )
            notes += [Note(what=what, count=len(concepts), examples=tuple(concepts)[:1], refused=True)]
    return notes or ([] if concepts else [Note(what="concepts", count=0, refused=True)])


def _sound_edges(
    edges: Iterable[tuple[str, str]], concepts: Mapping[str, Any]
) -> tuple[dict[str, list[str]], list[Note]]:
    """The parents of each concept, without what does not fit, and notes of that."""
    parents: dict[str, list[str]] = {}
    strangers, orphans = [], []
    for child, parent in dict.fromkeys(edges):
        if child not in concepts:
            strangers.append(f"{child} → {parent}")
        elif parent not in concepts:
            orphans.append(f"{child} → {parent}")
        else:
            parents.setdefault(child, []).append(parent)
    closing = _closing(parents)
    for child, parent in closing:
        parents[child].remove(parent)
    notes = note("edges of concepts that are not there, left out", strangers)
    notes += note("edges to an unknown parent, left out", orphans)
    return parents, notes + note("edges that would close a circle, left out", (f"{c} → {p}" for c, p in closing))


def _closing(parents: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The edges without which there is no circle: those that lead back into the path of a walk in the given order."""
    done: set[str] = set()
    closing = []
    for start in parents:
        path = {} if start in done else {start: iter(parents[start])}
        while path:
            top = next(reversed(path))
            for parent in path[top]:
                if parent in path:
                    closing.append((top, parent))
                elif parent not in done:
                    path[parent] = iter(parents.get(parent, ()))
                    break
            else:
                done.add(top)
                del path[top]
    return closing
