"""Read the ads in `data/sentences_*.txt`, in which a broken bar stands wherever a sentence ends.

Cuts are compared by how many letters and digits lie before them, so that it does not matter to whom a blank, a bullet,
the number of an item or a tag is given. Both files were written before there was a splitter; `sentences_a.txt` was
looked at while it was made, `sentences_b.txt` was not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
_BAR = "¦"
_UNCOUNTED = re.compile(
    r"</?[a-z][^<>]*>|&lt;.*?&gt;|&\w+;|&#\d+;|(?m:^[ \t]*(?:\(?\d{1,2}[.)]|[a-z]\)|o(?=\s))\s)|(?<=\s)\d\)"
)


class Ad(NamedTuple):
    """One text with the places where its sentences end, counted as described above."""

    name: str
    text: str
    counted: list[int]
    cuts: frozenset[int]

    def found(self, ends: Iterable[int]) -> frozenset[int]:
        """The cuts of a splitter that ends its sentences at these offsets of the text."""
        return frozenset(self.counted[end] for end in ends) - {0, self.counted[-1]}


def read_gold(part: str) -> list[Ad]:
    """The ads of part "a" or "b"."""
    lines = (DATA / f"sentences_{part}.txt").read_text(encoding="utf-8").replace("␍", "\r")
    names_and_texts = re.split(r"(?m)^=== (.*)\n", lines)[1:]
    return [_ad(*pair) for pair in zip(names_and_texts[::2], names_and_texts[1::2], strict=True)]


def _ad(name: str, marked: str) -> Ad:
    text = marked.replace(_BAR, "")
    uncounted = {place for found in _UNCOUNTED.finditer(text) for place in range(*found.span())}
    counted = [0]
    for place, sign in enumerate(text):
        counted.append(counted[-1] + (sign.isalnum() and place not in uncounted))
    ends, place = [], 0
    for sign in marked:
        if sign == _BAR:
            ends.append(place)
        else:
            place += 1
    return Ad(name, text, counted, frozenset(counted[end] for end in ends) - {0, counted[-1]})
