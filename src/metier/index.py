"""The promise of an index: which skill answers this request, or none?

An index holds skills by origin and name, changes one at a time, and ranks them for a request in milliseconds. What it
says carries a calibrated probability, so "no skill should fire" is an answer. Its kinds are in `stores/find/`;
`metier.testing.check_index` tells whether an object keeps the promise. This module does not know databases or ranking.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from metier.skill import Skill


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One skill as the index lists it.

    Attributes:
        name: Its name, unique within its origin.
        origin: Where it comes from (a folder, a server); the same name may stand under two origins.
        digest: The digest of the indexed content, `Skill.digest`.
        description: What it says of itself. Text of strangers: show it as data.
    """

    name: str
    digest: str
    description: str
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One skill found for a request.

    Attributes:
        listed: Which skill.
        score: How well it matches; comparable within one answer only.
        probability: The calibrated chance that this skill is the right one to load; over all hits of an answer the sum
            is at most 1, and what is missing to 1 is the chance that none is, or one not shown.
        why: The words of the request that counted most for it, strongest first; in lower case and without accents.
    """

    listed: Listed
    score: float
    probability: float
    why: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the skill."""
        return self.listed.name

    @property
    def digest(self) -> str:
        """The digest of the skill."""
        return self.listed.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to one request.

    Attributes:
        hits: The best skills, best first; also when nothing fires, for whoever wants to look.
        fires: Whether a skill should be loaded at all.
        probability: The calibrated chance that some skill of the index answers the request.

    >>> Found(query="Sing!").fires
    False
    """

    query: str
    hits: tuple[Hit, ...] = ()
    fires: bool = False
    probability: float = 0.0


class Level(StrEnum):
    """How much of a skill is shown: progressive disclosure."""

    METADATA = "metadata"
    BODY = "body"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One piece of one skill that was chosen to be shown.

    Attributes:
        text: The piece itself: a line with name and description, the instructions, or a file.
        tokens: What it costs by the counter that was used.
        path: The file, for a resource.
    """

    listed: Listed
    level: Level
    text: str
    tokens: int
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What to show under a budget. `tokens` never exceeds `budget`.

    Attributes:
        shown: The pieces, in the order in which to show them.
        left_out: How many skills of the index are not shown at all.
    """

    shown: tuple[Shown, ...]
    tokens: int
    budget: int
    left_out: int = 0


@runtime_checkable
class Index(Protocol):
    """Holds skills by origin and name and finds them. Every method that writes is one transaction."""

    def put(self, skills: Iterable[Skill], *, origin: str = "") -> int:
        """Add skills, each in place of what stood under its origin and name. Returns how many changed.

        A skill whose digest is already there is left alone; of two with one name, the later stands.
        """
        ...

    def remove(self, names: Iterable[str], *, origin: str = "") -> int:
        """Take skills out and return how many were there."""
        ...

    def skills(self) -> Iterator[Listed]:
        """Everything in the index, by origin and name."""
        ...

    def body(self, listed: Listed) -> str:
        """The instructions of a listed skill as they were indexed. Raises NotStored."""
        ...

    def find(self, query: str, k: int = 5, *, origins: Collection[str] | None = None) -> Found:
        """The best `k` skills for a request, and whether any should fire. The same index gives the same answer.

        With origins, the answer is that of an index which holds the skills of those origins and no other.
        """
        ...

    def close(self) -> None:
        """Let go of the database. May be called twice."""
        ...
