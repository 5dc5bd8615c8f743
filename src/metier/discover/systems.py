"""Which known systems follow which design pattern? The 19 rows of Table V, as golden records for the nouns.

"SoK: Agentic Skills" (arXiv 2602.20867), Table V, maps 19 systems to patterns, representation, scope, acquisition,
execution, evaluation and governance. The cells are as printed; what they are in the nouns of `metier.skill` is derived.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from metier.skill import Pattern, Representation, Scope, Skill

_REPRESENTATIONS = {
    "Code": Representation.CODE,
    "NL": Representation.NATURAL_LANGUAGE,
    "NL + rules": Representation.NATURAL_LANGUAGE,
    "Hybrid": Representation.HYBRID,
    "Policy": Representation.POLICY,
}
_SCOPES = {"Multi": Scope.MULTI_TOOL, "SWE": Scope.SOFTWARE, "Web": Scope.WEB, "Robotics": Scope.PHYSICAL}
_OUTSIDE = frozenset({"Game", "Mobile", "Social"})  # printed, and none of the six scopes of section V-J2


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A row of Table V; all cells but `patterns` as printed.

    Attributes:
        patterns: In the order of their numbers.
        note: What a footnote says of it.
    """

    name: str
    patterns: tuple[Pattern, ...]
    representation: str
    scope: str
    acquisition: str
    execution: str
    evaluation: str
    governance: str
    note: str = ""

    @property
    def representations(self) -> tuple[Representation, ...]:
        """What the cell says in the five representations of section V-J1; several where it names several."""
        return tuple(_REPRESENTATIONS[part] for part in self.representation.split("/"))

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What the cell says in the six scopes of section V-J2; games, mobile phones and social worlds are none."""
        return tuple(_SCOPES[part] for part in self.scope.split("/") if part not in _OUTSIDE)

    def as_skill(self) -> Skill:
        """The record as a skill, for whatever reads skills: several representations are hybrid."""
        single = self.representations[0] if len(self.representations) == 1 else Representation.HYBRID
        return Skill(
            name=re.sub(r"[^a-z0-9]+", "-", self.name.lower()),
            description=f"Acquired by: {self.acquisition}. Runs by: {self.execution}. Judged by: {self.evaluation}.",
            representation=single,
            scope=self.scopes[0] if len(self.scopes) == 1 else Scope.MULTI_TOOL,
            patterns=self.patterns,
        )


@lru_cache(maxsize=1)
def systems() -> tuple[System, ...]:
    """The records, in the order of the table.

    >>> [system.name for system in systems() if Pattern.META_SKILL in system.patterns]
    ['OpenClaw']
    """
    text = (files("metier.discover") / "systems.csv").read_text(encoding="utf-8")
    by_number = {pattern.number: pattern for pattern in Pattern}
    return tuple(
        System(
            name=row.pop("system"),
            patterns=tuple(by_number[number] for number in row.pop("patterns").split("|")),
            **row,
        )
        for row in csv.DictReader(text.splitlines())
    )
