"""What is a sentence that was labelled because it names a skill, and what may be set?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple

from metier.discover.match import Mention
from metier.discover.matching.rules import stop_forms
from metier.errors import InputError


def _ours() -> frozenset[str]:
    return frozenset(stop_forms("labels"))


class Sentence(NamedTuple):
    """A sentence and where it came from, such as `ads.jsonl:12`."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One sentence and the skills it is a positive example of.

    Attributes:
        text: The sentence, perhaps with mentions masked.
        concepts: Identifiers of the skills, sorted.
        mentions: Where a skill of `concepts` is still named in `text`, from left to right.
        occurring: Every concept that the sentence names before masking, labelled or not. None of them is a negative.
        masked: The skills of `concepts` that `text` no longer names.
        source: Where the sentence came from.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    text: str
    concepts: tuple[str, ...]
    mentions: tuple[Mention, ...] = ()
    occurring: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """What may be set when sentences are labelled.

    Attributes:
        seed: What the choice among equals, and of what to mask, follows from; never the order of files or lines.
        cap: Sentences that one skill keeps.
        stop_forms: Forms that label nothing, in lower case; ours by default.
        max_share: A form named in a greater share of the sentences labels nothing, if it is named in over 50.
        short: A form with a capital and at most so many characters must stand as the taxonomy writes it or in capitals.
        ambiguous: Which of its concepts a form labels that names several: none (`drop`), the one whose preferred label
            it is (`preferred`; none if that is not one), or all (`all`).
        min_context: Words that must stand beside the mentions.
        max_words: Longer ones are no sentences.
        near: Of two sentences whose word trigrams overlap by this Jaccard similarity, one is kept.
        mask_share: The share of positives whose mentions are masked.
        mask: What stands in place of a masked mention; empty to cut it out.

    Raises:
        InputError: A number is out of its range.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    seed: int = 0
    cap: int = 20
    stop_forms: frozenset[str] = field(default_factory=_ours)
    max_share: float = 0.02
    short: int = 4
    ambiguous: Literal["drop", "preferred", "all"] = "drop"
    min_context: int = 3
    max_words: int = 100
    near: float = 0.8
    mask_share: float = 0.0
    mask: str = "[MASK]"

    def __post_init__(self) -> None:
        for name, low in (("cap", 1), ("short", 0), ("min_context", 0), ("max_words", 1)):
            if getattr(self, name) < low:
                raise InputError(f"Expected {name} of at least {low}, got {getattr(self, name)}.")
        if self.ambiguous not in ("drop", "preferred", "all"):
            raise InputError(f"Expected ambiguous as drop, preferred or all, got {self.ambiguous!r}.")
        for name in ("max_share", "near", "mask_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"Expected {name} between 0 and 1, got {getattr(self, name)}.")
        if not self.near:
            raise InputError("Expected near above 0, got 0: every two sentences would be duplicates.")
