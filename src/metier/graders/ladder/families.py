r"""Which letter runs over the whole numbers in `\pi/4 + n\pi, n ∈ Z`? Its name is free."""

from __future__ import annotations

import re

_LETTER = r"(?<![A-Za-z\\])([nkmlp])(?![A-Za-z])"
_TOLD = re.compile(
    rf"[,;]? *\(?(?:where|for|with|and)? *(?:all|any|every|some)? *{_LETTER} *"
    r"(?:∈ *\\?(?:mathbb)? *\{? *Z *\}?(?:\^?[+]|_\{[^{}]*\})?"
    r"|(?:is )?(?:an? |any )?(?:arbitrary )?integers?|= *0 *, *± *1.*)\)?$"
)
_LETTERS = re.compile(_LETTER)


def one_letter(gold: str, answer: str) -> tuple[str, str]:
    r"""Both texts without the remark that a letter is a whole number, and the answer with the letter of the gold.

    >>> one_letter(r"n\pi, n ∈ \mathbb{Z}", r"k \pi"), one_letter("2n + 1", "2k + 1")
    (('n\\pi', 'n \\pi'), ('2n + 1', '2k + 1'))
    """
    told = _TOLD.search(gold) if "Z" in gold or "integer" in gold or "±" in gold else None
    if not told and ("\\pi" not in gold or not _LETTERS.search(gold)):
        return gold, answer
    wanted = gold[: told.start()] if told else gold
    said = _TOLD.sub("", answer)
    mine, theirs = set(_LETTERS.findall(wanted)), set(_LETTERS.findall(said))
    if len(mine) != 1 or len(theirs) != 1 or not wanted:
        return gold, answer
    return wanted, _LETTERS.sub(mine.pop(), said)
