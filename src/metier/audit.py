"""What was done about a skill, by whom and why, so that nobody can change the story afterwards?

An `Event` moves a skill or bears witness. A store keeps each as an `Entry` of a chain: every entry holds the hash of
the one before it, so one that was edited, removed or put elsewhere breaks the chain, and an `Anchor` kept elsewhere
tells whether its end was cut off. No entry holds clock time unless it was passed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from metier.digest import digest
from metier.verdict import ExposureTier, Verdict, VettingTier


class Deed(StrEnum):
    """What was done about a skill."""

    VERDICT = "verdict"
    APPROVAL = "approval"  # a person read this content, and answers for what needed review
    CERTIFICATION = "certification"
    USE = "use"  # supervised invocations in which nothing went wrong
    PROMOTION = "promotion"
    DEMOTION = "demotion"
    REVOCATION = "revocation"
    RESTORATION = "restoration"
    EVIDENCE = "evidence"  # rows that a verdict may rest on were stored, of whichever skill


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Which rows of a store an event of evidence is about; its digest says what they hold.

    Attributes:
        table: What they are: attempts, findings, runs or stages.
        keys: The runs of the attempts, or the key of what is replaced when it is put again.
        first, last: Of attempts, which are never replaced: the positions between which these lie and no others.
        marks: How the digest of each attempt begins, in order. They tell which one was changed, not whether one was.
        as_found: Whether they lay there before the store entered what it keeps.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("first", "last", "marks", "as_found")

    table: str
    keys: tuple[str, ...]
    first: int = 0
    last: int = 0
    marks: tuple[str, ...] = ()
    as_found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What was done about a skill, by whom and why.

    Attributes:
        skill: Its name; empty for evidence, which is of rows and not of a skill.
        digest: The content it was done about; what is said of one content holds for no other. That of the rows for
            evidence.
        vetting, exposure: Where a verdict or a fall put it; None for what moves nothing by itself.
        uses: How many invocations a use stands for.
        covers: What an approval or a restoration answers for: rule and path of each finding, or that there was none.
        verdict: The digest of the whole verdict, for a verdict.
        rows: Which rows were stored, for evidence.
        when: As it was passed in; nobody here reads a clock.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("covers", "rows")

    deed: Deed
    who: str
    skill: str
    digest: str
    because: tuple[str, ...] = ()
    vetting: VettingTier | None = None
    exposure: ExposureTier | None = None
    uses: int = 0
    covers: tuple[str, ...] = ()
    verdict: str = ""
    when: str = ""
    rows: Rows | None = None


def verdict_event(verdict: Verdict, *, who: str = "metier") -> Event:
    """Tell a verdict as an event.

    >>> verdict = Verdict(skill="reverse", digest="sha256:0", vetting=VettingTier.COMMUNITY,
    ...                   exposure=ExposureTier.INSTRUCTIONS, reasons=("clean",))
    >>> verdict_event(verdict).exposure.name
    'INSTRUCTIONS'
    """
    return Event(
        deed=Deed.VERDICT,
        who=who,
        skill=verdict.skill,
        digest=verdict.digest,
        because=verdict.reasons,
        vetting=verdict.vetting,
        exposure=verdict.exposure,
        verdict=digest(verdict),
    )


GENESIS = "sha256:" + "0" * 64
"""What the first entry of a chain names as the one before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit log: an event, its number from 1, and the hash of the line before.

    >>> event = Event(deed=Deed.USE, who="me", skill="reverse", digest="sha256:0", uses=3)
    >>> first = Entry(number=1, previous=GENESIS, event=event)
    >>> Entry(number=2, previous=first.hash, event=event).hash == first.hash
    False
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    number: int
    previous: str
    event: Event

    @property
    def hash(self) -> str:
        """The SHA-256 of the whole line."""
        return digest(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """How long a chain was, and the hash of its last entry: kept elsewhere, it tells whether the chain was cut.

    >>> START.number
    0
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    number: int
    hash: str


START = Anchor(number=0, hash=GENESIS)
"""The anchor of a chain without entries."""
