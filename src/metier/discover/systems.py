"""Which known systems follow which design pattern? Records to hold the nouns and the rules against.

Table V of "SoK: Agentic Skills" (arXiv 2602.20867) maps 19 systems. What is shipped here are the systems that the
paper's sections on the seven patterns name, as far as notes on the paper could confirm them: for one system the whole
list of patterns, for the others at least those listed; a representation or a scope only where it was said. What could
not be confirmed is empty, and nothing was filled in. The sentences on how a system holds its skills are our own.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from metier.skill import Pattern, Representation, Scope, Skill

_SIGNS = {
    Pattern.PROGRESSIVE_DISCLOSURE: r"(?:descriptions?|metadata)\b.*\b(?:on demand|loads?|picks?)\b",
    Pattern.CODE: r"\b(?:code|functions|programs?|commands)\b.*\bruns?\b|\bprograms?\b.*\bare run\b",
    Pattern.WORKFLOW: r"\b(?:enforces?|gates?)\b",
    Pattern.SELF_EVOLVING: r"\b(?:grows|evolves|promoted to skills)\b",
    Pattern.HYBRID_MACRO: r"\b(?:prose and scripts|words is interleaved with actions)\b",
    Pattern.META_SKILL: r"\bmodel (?:generates|creates)\b",
    Pattern.MARKETPLACE: r"\b(?:marketplace|publish\w*|distributed?|store)\b",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system of the literature.

    Attributes:
        patterns: Those that are confirmed; `is_whole` says whether these are all.
        representation, scope: None where it could not be confirmed.
        holds: How it holds and runs its skills, in one sentence.
    """

    name: str
    patterns: tuple[Pattern, ...]
    is_whole: bool
    representation: Representation | None
    scope: Scope | None
    holds: str

    def as_skill(self) -> Skill:
        """The record as a skill with its patterns, for whatever reads skills."""
        return Skill(
            name=re.sub(r"[^a-z0-9]+", "-", self.name.lower()),
            description=self.holds,
            representation=self.representation or Representation.NATURAL_LANGUAGE,
            scope=self.scope or Scope.SINGLE_TOOL,
            patterns=self.patterns,
        )


@lru_cache(maxsize=1)
def systems() -> tuple[System, ...]:
    """The records, in the order of the patterns.

    >>> [system.name for system in systems() if Pattern.SELF_EVOLVING in system.patterns][0]
    'Voyager'
    """
    text = (files("metier.discover") / "systems.csv").read_text(encoding="utf-8")
    by_number = {pattern.number: pattern for pattern in Pattern}
    return tuple(
        System(
            name=row["system"],
            patterns=tuple(by_number[number] for number in row["patterns"].split("|")),
            is_whole=row["whole"] == "yes",
            representation=Representation(row["representation"]) if row["representation"] else None,
            scope=Scope(row["scope"]) if row["scope"] else None,
            holds=row["holds"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def patterns_told(text: str) -> tuple[Pattern, ...]:
    """The design patterns that a sentence on a system tells of.

    A system is no package: there are no files to look at, so this reads words, where `classify` reads packages.

    >>> [pattern.number for pattern in patterns_told("Third parties publish assistants in a store.")]
    ['P7']
    """
    return tuple(pattern for pattern, sign in _SIGNS.items() if re.search(sign, text, re.IGNORECASE))
