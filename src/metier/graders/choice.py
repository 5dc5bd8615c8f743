"""Which option was chosen? The reference is a letter, or the text of the right option."""

from __future__ import annotations

import re
from dataclasses import dataclass

from metier.attempt import Grade
from metier.graders.answer import MAX_ANSWER_CHARS, stated
from metier.item import Item

_ALONE = re.compile(r"^\W*([A-Za-z])\W*$")
_LEADING = re.compile(r"^\s*[(\[*]*+([A-Za-z])[)\].:*]++(?=\s|$)")
_SECOND = re.compile(
    r"\s*+(?:or|and|[,/&])\s*+[(\[*]*+([A-Za-z])(?:[)\].:*]|\W*$)|\s*+[(\[*]*+([A-Za-z])[)\].:*]*+\s*+$"
)
_MARKED = re.compile(r"[(\[*]([A-Za-z])[)\]*]|\b(?i:option|choice)\s+([A-Zb-z]|a(?!\s+\w))\b")
# "A" before a small word is an article, unless that word goes on about an option.
_VERBS = "or|and|is|was|are|but|because|since|as|for|seems|looks|fits|matches|would|must|should|follows"
_ARTICLE = re.compile(rf"\bA\b(?=[ \t]+(?!(?:{_VERBS})\b)[a-z])")
_LETTER = re.compile(r"\b[A-HJ-Z]\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Read a letter, a marked option or the option's own text, and compare with the right one.

    Two different options in one reply are `ambiguous` and unscored: guessing which was meant would be our answer.

    >>> item = Item(prompt="Sky?", reference="B", choices=("green", "blue"), grader="choice")
    >>> Choice()(item, "The answer is (B).").reason, Choice()(item, "blue").reason
    ('same', 'same')
    >>> Choice()(item, "A or B").outcome.value
    'unscored'
    """

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer: `same`, `different`, `no_answer`, `too_long`; unscored `ambiguous`, `no_option_found`,
        `no_choices`."""
        wanted = _index(item, item.reference)
        if wanted is None:
            return Grade.unscored("no_choices", f"the reference {item.reference[:80]!r} is none of the item's choices")
        if len(answer) > MAX_ANSWER_CHARS:
            return Grade.incorrect("too_long", f"{len(answer)} characters")
        if not answer.strip():
            return Grade.incorrect("no_answer")
        chosen = _chosen(item, answer)
        if not chosen:
            return Grade.unscored("no_option_found", repr(answer[:200]))
        if len(chosen) > 1:
            return Grade.unscored("ambiguous", " and ".join(_letter(i) for i in sorted(chosen)))
        (one,) = chosen
        if one == wanted:
            return Grade.correct("same", _letter(one))
        return Grade.incorrect("different", f"{_letter(one)} is not {_letter(wanted)}")


def _chosen(item: Item, answer: str) -> set[int]:
    """The options an answer names, from the clearest sign to the weakest; the first sign that speaks decides."""
    said = (stated(answer) or answer).strip()
    for text in (said, said.rstrip(".")):
        whole = _index(item, text)
        if whole is not None:
            return {whole}
    options = len(item.choices)
    leading = _LEADING.match(said)
    if leading and _number(leading[1]) < options:
        second = _SECOND.match(said, leading.end())
        return {i for i in (_number(leading[1]), _number(second[1] or second[2]) if second else -1) if 0 <= i < options}
    marked = {_number(bracketed or named) for bracketed, named in _MARKED.findall(said)}
    bare = {_number(letter) for letter in _LETTER.findall(_ARTICLE.sub(" ", said))}
    for found in (marked, bare):
        inside = {i for i in found if i < options}
        if inside:
            return inside
    return _named(item, said)


def _index(item: Item, said: str) -> int | None:
    """Which option a letter or an option's whole text names; the text goes first."""
    folded = _folded(said)
    for i, text in enumerate(item.choices):
        if _folded(text) == folded:
            return i
    letter = _ALONE.match(said)
    return _number(letter[1]) if letter and _number(letter[1]) < len(item.choices) else None


def _named(item: Item, said: str) -> set[int]:
    """The options whose text occurs in an answer; "dark red" is not also "red"."""
    rest, found = _folded(said), set()
    for i, text in sorted(enumerate(map(_folded, item.choices)), key=lambda option: -len(option[1])):
        if text and text in rest:
            rest, count = re.subn(rf"(?<!\w)(?<!\d[.,]){re.escape(text)}(?!\w|[.,]\d)", "\0", rest)
            if count:
                found.add(i)
    return found


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _number(letter: str) -> int:
    return ord(letter.upper()) - ord("A")


def _letter(index: int) -> str:
    return chr(ord("A") + index)
