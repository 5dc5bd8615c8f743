"""Which skills do these documents speak of? Documents and a taxonomy in, skills with their provenance out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from metier.digest import digest
from metier.discover.match import Matcher
from metier.document import Document
from metier.skill import Skill, State
from metier.taxonomy import Concept, Taxonomy

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What a survey found.

    Attributes:
        skills: One for each concept without children that some document names, in the order of the taxonomy.
        packages: The packages that were given, with the concepts that they name.
        mentions: How often each concept is named, over all documents and packages.
        silent: Documents that name no concept and imply none, by source.
        implied: How often each concept is implied by a document that does not name it; empty without a model.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    skills: tuple[Skill, ...]
    packages: tuple[Skill, ...]
    mentions: dict[str, int]
    silent: tuple[str, ...]
    implied: dict[str, int] = field(default_factory=dict)


def survey(
    documents: Iterable[Document],
    taxonomy: Taxonomy,
    *,
    packages: Sequence[Skill] = (),
    implied: Callable[[str], Iterable[str]] | None = None,
) -> Discovery:
    """Find the skills that documents and packages speak of and place them in a taxonomy.

    A package is a skill already: it is placed by what its name, description and body name, and adds to the mentions,
    but makes no new skill of a concept; only documents do. A skill is called by the identifier of its concept if that
    can be a name, else by the label and some digits of the identifier's digest.

    Args:
        documents: What is read.
        taxonomy: Where skills belong.
        packages: Skills that are placed.
        implied: Gives the concepts that a text speaks of without naming them, as a trained model does.

    >>> from metier.taxonomy import Concept
    >>> strings = Taxonomy(name="strings", concepts=(Concept(id="reverse", label="reverse", definition="Backwards."),))
    >>> found = survey([Document(title="Reverse", text="To reverse a word", source="handbook.md#1")], strings)
    >>> found.skills[0].name, found.skills[0].provenance
    ('reverse', ('handbook.md#1: Reverse',))
    """
    matcher = Matcher(taxonomy)
    mentions: dict[str, int] = {}
    sources: dict[str, list[str]] = {}
    silent, meant = [], dict[str, int]()
    for document in documents:
        text = f"{document.title}\n{document.text}"
        named = _named(matcher, text, mentions)
        unnamed = [c for c in implied(text) if c in taxonomy and c not in named] if implied else []
        for concept in named:
            sources.setdefault(concept, []).append(f"{document.source}: {document.title}")
        for concept in dict.fromkeys(unnamed):
            sources.setdefault(concept, []).append(f"{document.source}: {document.title} (implied)")
            meant[concept] = meant.get(concept, 0) + 1
        if not named and not unnamed:
            silent.append(document.source)
    placed = tuple(_placed(package, matcher, mentions) for package in packages)
    skills = tuple(
        _skill(taxonomy, concept.id, sources[concept.id])
        for concept in taxonomy
        if concept.id in sources and not taxonomy.children(concept.id)
    )
    return Discovery(
        skills=skills,
        packages=placed,
        mentions=dict(sorted(mentions.items())),
        silent=tuple(silent),
        implied=dict(sorted(meant.items())),
    )


def _named(matcher: Matcher, text: str, mentions: dict[str, int]) -> list[str]:
    named: dict[str, None] = {}
    for mention in matcher.find(text):
        mentions[mention.concept] = mentions.get(mention.concept, 0) + 1
        named[mention.concept] = None
    return list(named)


def _placed(package: Skill, matcher: Matcher, mentions: dict[str, int]) -> Skill:
    text = f"{package.name}\n{package.description}\n{package.policy}"
    return replace(package, concepts=tuple(dict.fromkeys((*package.concepts, *_named(matcher, text, mentions)))))


def _name(concept: Concept) -> str:
    """A name for agents: an identifier may be a URI, as in ESCO, and several concepts may share a label."""
    if len(concept.id) <= 64 and _NAME.fullmatch(concept.id):
        return concept.id
    words = re.findall(r"[a-z0-9]+", concept.label.casefold())
    return "-".join([*words, digest(concept.id)[7:15]])[-64:].lstrip("-")


def _skill(taxonomy: Taxonomy, concept_id: str, sources: list[str]) -> Skill:
    concept = taxonomy[concept_id]
    return Skill(
        name=_name(concept),
        description=concept.definition or concept.label,
        concepts=(concept_id, *taxonomy.ancestors(concept_id)),
        provenance=tuple(dict.fromkeys(sources)),
        state=State.DISCOVERED,
    )
