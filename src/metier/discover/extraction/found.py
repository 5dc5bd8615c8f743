"""What was found in a text? One record for each skill, with where it stands, why, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """Whether a form of the skill stands in the text, or the text only speaks of it."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """One skill that a text asks for.

    Attributes:
        uri: The concept in the taxonomy.
        label: Its preferred label.
        score: What the ranking is by; comparable within one sentence only.
        probability: Calibrated: of a hundred with 0.8, about eighty are right.
        kind: Explicit if a form stands in the text, else implicit.
        start: First character of the span `[start, end)` in the text that was given, or `None` if no span speaks.
        end: One past the last character of the span.
        form: The label or alternative label nearest to the text: for an explicit skill, the one that stands there.
        lanes: The score of each lane (`lexical`, `dense`, `window`, `prior` ...) before they are joined.
        neighbours: Sentences seen in training, or labels, that speak for it.
        taxonomy: Name and version of the taxonomy, such as `esco 1.1.1`.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    uri: str
    label: str
    score: float
    probability: float
    kind: Kind
    start: int | None = None
    end: int | None = None
    form: str = ""
    lanes: Mapping[str, float] = field(default_factory=dict)
    neighbours: tuple[str, ...] = ()
    taxonomy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One sentence of a document and what it asks for.

    Attributes:
        start: First character of the sentence `[start, end)` in the document.
        end: One past its last character.
        skills: The best first; empty where the sentence asks for none.
        skipped: Why nothing was looked for (`boilerplate`, `heading` ...), or empty.
        asks: Probability that the sentence asks for any skill, known or not; `None` if the model was never told.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    start: int
    end: int
    skills: tuple[Extracted, ...] = ()
    skipped: str = ""
    asks: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledUp:
    """A skill that stands for itself, or a group that stands for skills that are too close to part.

    Attributes:
        uri: The skill or the group.
        label: Its preferred label.
        score: The score of the best skill in it.
        probability: That one of them is asked for: the skills exclude nothing, so it is that of the best of them.
        level: How many steps it lies below the top of the taxonomy, by the shortest way: 0 for a group at the top;
            `None` if the taxonomy does not hold it.
        skills: What it stands for, the best first; one if nothing was rolled up.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    uri: str
    label: str
    score: float
    probability: float
    level: int | None = None
    skills: tuple[Extracted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """All that a document asks for.

    Attributes:
        text: The document as it was given; every offset counts its characters.
        sentences: Each sentence in order, also those that were skipped.
        skills: Each skill once, with its surest place, the surest first.
        source: Where the document came from.
        date: When it was published, as ISO 8601, if that is known.
        rolled: The same skills with those that are close under their group, if that was asked for; none is left out.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("rolled",)

    text: str
    sentences: tuple[Read, ...]
    skills: tuple[Extracted, ...]
    source: str = ""
    date: str = ""
    rolled: tuple[RolledUp, ...] = ()
