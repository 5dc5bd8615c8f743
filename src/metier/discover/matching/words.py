"""How is text cut and folded so that forms can be compared, and where does a name end?

Both engines read the canonical text made here, so they can differ in speed alone.
"""

from __future__ import annotations

import re
import unicodedata

GAP = r"\s\-\u2010\u2011"
WORD = r"\w\u0300-\u036f"
TOKEN = re.compile(rf"([{WORD}]+)|[^{WORD}{GAP}]")  # a word has a group, a sign has none
GAPS = re.compile(rf"[{GAP}]+")
_PIECE = re.compile(rf"([{GAP}]+)|[{WORD}]+|.")
_GAP = re.compile(rf"[{GAP}]")
_BLANKS = {code: " " for code in range(128) if _GAP.match(chr(code))}
_WORD = re.compile(rf"[{WORD}]")
_SUFFIX = re.compile(rf"\.(?:js|net|io)(?![{WORD}])", re.IGNORECASE)
_GLUE = "&-'\u2019.\u2010\u2011"
BEFORE = frozenset(_GLUE)
AFTER = frozenset(_GLUE + "+#")


def is_word(sign: str) -> bool:
    """Whether a character is part of a word; the empty string, beyond the ends of a text, is not.

    >>> is_word("a"), is_word("_"), is_word("-"), is_word("")
    (True, True, False, False)
    """
    return bool(sign) and _WORD.match(sign) is not None


def is_gap(sign: str) -> bool:
    """Whether a character counts as a blank: white space and hyphens, but no dashes.

    >>> is_gap("-"), is_gap(" "), is_gap(".")
    (True, True, False)
    """
    return _GAP.match(sign) is not None


def aligned(text: str) -> str | None:
    """The text without case, if each character folds to one character, else `None`.

    Case folding never shortens, so equal lengths say that character stands against character.

    >>> aligned("Welding"), aligned("Straße")
    ('welding', None)
    """
    if text.isascii():
        return text.lower()
    folded = text.casefold()
    return folded if len(folded) == len(text) and unicodedata.is_normalized("NFC", folded) else None


def canonical(text: str) -> tuple[str, dict[int, int] | None]:
    """A text without case and with single blanks, and where its tokens begin in the text.

    The places are `None` where every character stands where it stood.

    >>> canonical("Swap-Ends")
    ('swap ends', None)
    >>> canonical("Große  Maße")
    ('grosse masse', {0: 0, 6: 5, 7: 7, 12: 11})
    """
    folded = aligned(text)
    if folded is not None:
        said = folded.translate(_BLANKS) if folded.isascii() else _GAP.sub(" ", folded)
        if "  " not in said:
            return said, None
    pieces, places, at = [], dict[int, int](), 0
    for piece in _PIECE.finditer(text.replace("\n", " ")):
        places[at] = piece.start()
        said = " " if piece.lastindex else _folded(piece[0])
        pieces.append(said)
        at += len(said)
    places[at] = len(text)
    return "".join(pieces), places


def _folded(piece: str) -> str:
    return piece.lower() if piece.isascii() else unicodedata.normalize("NFC", piece.casefold())


def glued(text: str, start: int, end: int) -> bool:
    """Whether what stands in `[start, end)` is only part of a name that goes on over a sign.

    So are "C" in "C++" and "C#", "R" in "R&D" and "R-squared", "Node" in "Node.js" and "e" in "e.g.". "Java" in
    "Java+Spring" is a name of its own, and so are "C" in "C/C++", "Python" in "Python's" and
    "Server 2012" in "Server 2012+".

    >>> glued("R&D", 0, 1), glued("C/C++", 0, 1), glued("Node.js", 0, 4), glued("R.", 0, 1)
    (True, False, True, False)
    """
    after, before = text[end : end + 1], text[start - 1 : start] if start else ""
    if text[end - 1].isalpha() and (after == "#" or (after == "+" and not is_word(text[end + 1 : end + 2]))):
        return True
    if after == "." and is_word(text[end - 1]) and _SUFFIX.match(text, end):
        return True
    if before == "." and is_word(text[start - 2 : start - 1]) and _SUFFIX.fullmatch(text, start - 1, end):
        return True
    alone_at_end = is_word(text[end - 1]) and (end - start == 1 or not is_word(text[end - 2]))
    if after in BEFORE and alone_at_end and is_word(text[end + 1 : end + 2]):
        return True
    alone_at_start = is_word(text[start]) and (end - start == 1 or not is_word(text[start + 1]))
    return before in BEFORE and alone_at_start and start > 1 and is_word(text[start - 2])
