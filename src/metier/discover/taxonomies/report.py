"""What was found while a taxonomy was read? Counts, what did not fit, and what is refused; never only the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from metier.taxonomy import Taxonomy

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One kind of thing that did not fit: how often, some examples, and whether the taxonomy is refused for it."""

    what: str
    count: int
    examples: tuple[str, ...] = ()
    refused: bool = False

    def __str__(self) -> str:
        """One line.

        >>> str(Note(what="edges of unknown concepts, left out", count=2, examples=("a", "b")))
        '2 edges of unknown concepts, left out: a, b'
        """
        more = ", …" if self.count > len(self.examples) else ""
        return f"{self.count} {self.what}: {', '.join(self.examples)}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A taxonomy as it was read, with all that was found on the way.

    Attributes:
        taxonomy: None if anything was refused.
        counts: What there is of each sort: concepts by kind, edges, alternative labels, files by shape.
        cached: Whether it came out of the cache.
    """

    taxonomy: Taxonomy | None
    notes: tuple[Note, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    cached: bool = False

    @property
    def refusals(self) -> tuple[Note, ...]:
        """The notes for which the taxonomy is refused.

        >>> Loaded(taxonomy=None, notes=(Note(what="empty labels", count=1, refused=True),)).refusals[0].what
        'empty labels'
        """
        return tuple(note for note in self.notes if note.refused)


def note(what: str, found: Iterable[str], *, refused: bool = False) -> list[Note]:
    """No note if nothing was found, else one with the first five as examples.

    >>> note("cycles", []), note("cycles", ["a"])[0].count
    ([], 1)
    """
    listed = list(found)
    return [Note(what=what, count=len(listed), examples=tuple(listed[:_SHOWN]), refused=refused)] if listed else []
