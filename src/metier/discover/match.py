"""Which concepts does a text name, and where exactly?

Literal matching of every label: case does not count, a blank in a label also matches a hyphen or a line break, words
are whole words, the longest label wins and mentions do not overlap. The labels are a tree of tokens, so a taxonomy of
50,000 labels is matched as fast as one of fifty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from metier.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place where a text names a concept: character offsets `[start, end)` and the form as it stands there."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    concept: str
    form: str
    start: int
    end: int


class Matcher:
    """Find the labels of a taxonomy in text. A form that names several concepts is a mention of each of them.

    >>> from metier.taxonomy import Concept, Taxonomy
    >>> swap = Concept(id="swap-ends", label="swap ends", alt_labels=("exchange the outer letters",))
    >>> [m.form for m in Matcher(Taxonomy(name="t", concepts=(swap,))).find("Swap-ends them; swap  ends.")]
    ['Swap-ends', 'swap  ends']
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._root = _Node()
        for concept in taxonomy:
            for label in concept.labels:
                node = self._root
                for token in _tokens(label):
                    node = node.after.setdefault(token, _Node())
                if node is not self._root and concept.id not in node.concepts:
                    node.concepts.append(concept.id)

    def find(self, text: str) -> Iterator[Mention]:
        """Give the mentions in a text, from left to right. The time grows with the text, not with the taxonomy."""
        read = 0
        for token in _TOKEN.finditer(text):
            start = token.start()
            if start < read or _fold(token) not in self._root.after or _is_word(text[start - 1 : start]):
                continue
            end, concepts = self._longest(text, start)
            read = end
            for concept in concepts:
                yield Mention(concept=concept, form=text[start:end], start=start, end=end)

    def _longest(self, text: str, start: int) -> tuple[int, Sequence[str]]:
        """Where the longest label from here on ends, and whose it is."""
        best: tuple[int, Sequence[str]] = (start, ())
        node, place = self._root, start
        while (token := _TOKEN.match(text, place)) and (after := node.after.get(_fold(token))):
            node, place = after, token.end()
            if node.concepts and not _is_word(text[place : place + 1]):
                best = place, node.concepts
        return best


@dataclass(slots=True)
class _Node:
    """What labels say up to here: whose label ends here, and which tokens may come next."""

    after: dict[str, _Node] = field(default_factory=dict)
    concepts: list[str] = field(default_factory=list)


# A gap, a word with its combining marks, or one sign. Folding works on whole tokens, so it may change their length and
# the offsets still count characters of the text.
_TOKEN = re.compile(r"([\s\-\u2010\u2011]+)|\w[\w\u0300-\u036f]*|.")


def _fold(token: re.Match[str]) -> str:
    if token[1]:
        return " "
    folded = token[0].casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def _tokens(label: str) -> list[str]:
    tokens = [_fold(token) for token in _TOKEN.finditer(label)]
    if tokens[-1:] == [" "]:
        tokens.pop()
    return tokens[1:] if tokens[:1] == [" "] else tokens


def _is_word(neighbour: str) -> bool:
    """Whether a label would end inside a word here, as ".NET" does in "ASP.NET"."""
    return neighbour.isalnum() or neighbour == "_"
