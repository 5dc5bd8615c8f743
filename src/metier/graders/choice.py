"""Which option was chosen? The reference is a letter, or the text of the right option."""

from __future__ import annotations

import re
from dataclasses import dataclass

from metier.attempt import Grade
from metier.graders.answer import MAX_ANSWER_CHARS, stated
from metier.item import Item

_ALONE = re.compile(r"^\W*([A-Z])\W*$", re.IGNORECASE)
_LEADING = re.compile(r"^\s*[(\[*]*([A-Z])[)\].:*]+(?:\s|$)")
_MARKED = re.compile(r"[(\[*]([A-Z])[)\]*]|\b(?:option|choice)\s+([A-Z])\b", re.IGNORECASE)


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
        """Grade one answer: `same`, `different`, `no_answer`, `ambiguous` or `no_choices`."""
        wanted = _index(item, item.reference)
        if wanted is None:
            return Grade.unscored("no_choices", f"the reference {item.reference!r} is none of the item's choices")
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
    whole = _index(item, said.rstrip("."))
    if whole is not None:
        return {whole}
    options = len(item.choices)
    leading = _LEADING.match(said)
    if leading and _number(leading[1]) < options:
        return {_number(leading[1])}
    marked = {_number(a or b) for a, b in _MARKED.findall(said)}
    bare = {_number(letter) for letter in re.findall(r"\b([A-Z])\b", said) if letter not in "AI"}
    if re.search(r"\bA\b(?!\s+(?!or\b|and\b)[a-z])", said):
        bare.add(0)
    texts = {i for i, text in enumerate(item.choices) if text and _holds(said, text)}
    for found in (marked, bare, texts):
        inside = {i for i in found if i < options}
        if inside:
            return inside
    return set()


def _index(item: Item, said: str) -> int | None:
    """Which option a letter or an option's whole text names."""
    letter = _ALONE.match(said)
    folded = " ".join(said.split()).casefold()
    for i, text in enumerate(item.choices):
        if " ".join(text.split()).casefold() == folded:
            return i
    if letter and _number(letter[1]) < len(item.choices):
        return _number(letter[1])
    return None


def _holds(said: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(text.casefold())}(?!\w)", said.casefold()) is not None


def _number(letter: str) -> int:
    return ord(letter.upper()) - ord("A")


def _letter(index: int) -> str:
    return chr(ord("A") + index)
