"""Which concepts does a sentence name at all, also inside or across longer names?

A matcher gives the longest names, one beside the other: "agile project management" hides "project management". For
what labels a sentence that is right; as a negative, what is hidden is wrong all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from metier.discover.match import Mention

_WORD = re.compile(r"\w+\S*|\S+")


class Finder(Protocol):
    """Finds where a text names concepts, as `metier.discover.match.Matcher`."""

    def find(self, text: str) -> Iterable[Mention]:
        """Give the mentions in a text, from left to right."""
        ...


def occurring(text: str, mentions: Sequence[Mention], matcher: Finder) -> tuple[str, ...]:
    """All concepts whose forms stand in a text, sorted: those of the mentions, and those that they hide.

    >>> from metier.discover.match import Matcher
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> labels = ("agile project management", "project management", "management style")
    >>> matcher = Matcher(Taxonomy(name="t", concepts=tuple(Concept(id=label, label=label) for label in labels)))
    >>> text = "your agile project management style"
    >>> occurring(text, tuple(matcher.find(text)), matcher)
    ('agile project management', 'management style', 'project management')
    """
    named = {mention.concept for mention in mentions}
    for start, end in {(mention.start, mention.end) for mention in mentions}:
        words = [word.span() for word in _WORD.finditer(text, start, end)]
        for at, (begin, _) in enumerate(words):
            named.update(mention.concept for mention in _from(text, begin, matcher) if at)
            named.update(
                mention.concept
                for _, stop in words[at : len(words) - (at == 0)]
                for mention in matcher.find(text[begin:stop])
            )
    return tuple(sorted(named))


def _from(text: str, begin: int, matcher: Finder) -> list[Mention]:
    """What is named from this character on."""
    found: list[Mention] = []
    for mention in matcher.find(text[begin:]):
        if mention.start:
            break
        found.append(mention)
    return found
