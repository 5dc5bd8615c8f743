"""What does this text say once its disguise is off? The same number of lines, so that places stay true.

Invisible characters go, look-alike letters become the letters they look like, escapes and entities are written out.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from metier.govern.scan.triggers import may_hold

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_TAGS = re.compile("[\U000e0020-\U000e007e][\U000e0020-\U000e007e]{3,}")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,7}\U000e007f")
_BIDI = re.compile("[\u202d\u202e\u2066-\u2068]")
_INSIDE_WORD = re.compile("[A-Za-z][\u200b\u2060\ufeff\u00ad]+[A-Za-z]")
_RUN = re.compile(
    "[\u200b\u200c\u200d\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]"
    "(?:(?<=[\u200b\u200c\u200d\u2060\ufeff])[\u200b\u200c\u200d\u2060\ufeff]{7,}"
    "|(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,})"
)
"""These begin with one sign of a set, which is looked for faster than a repeated one."""
_TAG_SIGNS = frozenset(map(chr, range(0xE0020, 0xE007F)))
_DISGUISES = (
    (_TAGS, "tags", _TAG_SIGNS),
    (_BIDI, "bidi", frozenset("\u202d\u202e\u2066\u2067\u2068")),
    (
        _RUN,
        "invisible",
        frozenset("\u200b\u200c\u200d\u2060\ufeff")
        | {*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0))},
    ),
    (_INSIDE_WORD, "split-word", frozenset("\u200b\u2060\ufeff\u00ad")),
)
"""What hides, its name, and the signs of which it needs one."""
_MIXED_WORD = re.compile(
    "(?<![A-Za-z])[A-Za-z]+[\u0370-\u052f\u0530-\u058f]+[A-Za-z\u0370-\u058f]*|[\u0370-\u058f]{1,3}[A-Za-z]{2,}"
)
_ESCAPES = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2})+|u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})+"
    r"|u\{[0-9a-fA-F]{1,5}\}(?:\\u\{[0-9a-fA-F]{1,5}\})+|[0-7]{3}(?:\\[0-7]{3}){2,})"
)
_ONE_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,5})\}|\\([0-7]{3})")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2}){5,}")
_ENTITIES = re.compile(r"&#x?[0-9a-fA-F]{2,5};(?:&#x?[0-9a-fA-F]{2,5};){2,}")
_LETTERS = {
    "а": "a", "А": "A", "В": "B", "е": "e", "Е": "E", "о": "o", "О": "O", "р": "p", "Р": "P", "с": "c", "С": "C",
    "у": "y", "У": "Y", "х": "x", "Х": "X", "і": "i", "І": "I", "ј": "j", "Ј": "J", "ѕ": "s", "Ѕ": "S", "ԁ": "d",
    "ԛ": "q", "ԝ": "w", "һ": "h", "К": "K", "к": "k", "М": "M", "Н": "H", "Т": "T", "ӏ": "l", "Α": "A", "Β": "B",
    "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y",
    "Χ": "X", "α": "a", "ε": "e", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "ι": "i", "κ": "k",
    "օ": "o", "ս": "u", "ո": "n", "ց": "g", "հ": "h",
}  # fmt: skip
_FEW = 4
"""So few signs are taken away one by one."""
_OVER_LETTERS = frozenset(map(chr, range(0x300, 0x370)))
_MARKED_LETTER = re.compile("([A-Za-z])[\u0300-\u036f]+")
"""A letter of English with marks that stand by themselves; where a language has such letters they mostly are one sign."""
_ALIKE_LETTERS = str.maketrans(_LETTERS)
_ASCII = bytes(range(128))
_SIGNS = {
    "\u2044": "/", "\u2215": "/", "\u29f8": "/", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u02bc": "'",
    "\u2010": "-", "\u2011": "-", "\u2212": "-", "\ufe63": "-", "\u2223": "|", "\u00a0": " ", "\u2007": " ", "\u202f": " ",
    "\u2758": "|", "\u01c0": "|", "\u23d0": "|", "\u2800": " ", "\u3164": " ", "\uffa0": " ", "\u115f": " ", "\u1160": " ",
    "\u2028": " ", "\u2029": " ", "\u0085": " ", "\x0b": " ", "\x0c": " ",
}  # fmt: skip
_INVISIBLE_SIGNS = frozenset(
    chr(code)
    for first, last in (
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x17B4, 0x17B5), (0x180B, 0x180E), (0x200B, 0x200F),
        (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0000, 0xE007F), (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)  # fmt: skip


_COMMANDS_OF_WINDOWS = (
    "msiexec", "mshta", "powershell", "pwsh", "certutil", "bitsadmin", "rundll32", "regsvr32", "wscript", "cscript", "curl", "conhost",
    "schtasks",
)  # fmt: skip
_OF_WINDOWS = re.compile(rf"\b(?:{'|'.join(_COMMANDS_OF_WINDOWS)})\b", re.I)


def _plain_of_windows(text: str) -> Iterator[str]:
    """The lines of a text; most hold none of these signs, and are given in one piece."""
    begin, place = 0, text.find("^")
    while place >= 0:
        first, end = text.rfind("\n", begin, place) + 1 or begin, text.find("\n", place)
        end = end if end >= 0 else len(text)
        yield text[begin:first]
        yield _without_carets(text[first:end])
        begin, place = end, text.find("^", end)
    yield text[begin:]


def _without_carets(line: str) -> str:
    """A command of Windows without the signs that its shell passes over, if they hide what it is."""
    said = line.replace("^", "")
    is_hidden = may_hold(said, _COMMANDS_OF_WINDOWS) and _OF_WINDOWS.search(said) and not _OF_WINDOWS.search(line)
    return said if is_hidden else line


def plain_text(text: str) -> str:
    r"""Write a text without disguise. Lines stay lines.

    >>> plain_text("c\u200burl \u0441url \uff43url \\x63\\x75rl")
    'curl curl curl curl'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = plain_letters(text)
    if "\\" in text:
        text = _ESCAPES.sub(lambda found: _one_line(_ONE_ESCAPE.sub(_character, found[0]), found[0]), text)
    if "^" in text:
        text = "".join(_plain_of_windows(text))
    if "%" in text:
        text = _PERCENT.sub(lambda found: _one_line(unquote(found[0]), found[0]), text)
    return _ENTITIES.sub(lambda found: _one_line(html.unescape(found[0]), found[0]), text) if "&#" in text else text


def plain_letters(text: str) -> str:
    r"""Write a text in the letters that it looks like, without signs that do not show; escapes stay as they are.

    >>> plain_letters("c\u200burl \u0441url \uff43url")
    'curl curl curl'
    """
    if text.isascii():
        return text
    # Most texts hold a few harmless signs: what a text does not hold need not be looked for.
    signs = _odd_signs(text)
    if not _TAG_SIGNS.isdisjoint(signs):
        text = _TAGS.sub(lambda found: "".join(chr(ord(c) - 0xE0000) for c in found[0]), _FLAG.sub("", text))
    if invisible := signs & _INVISIBLE_SIGNS:
        text = _without(invisible, text)
    for sign in signs & _SIGNS.keys():
        text = text.replace(sign, _SIGNS[sign])
    if not _OVER_LETTERS.isdisjoint(signs):
        text = _MARKED_LETTER.sub(r"\1", text)
    lines = text.split("\n")
    text = "\n".join([line if line.isascii() else unicodedata.normalize("NFKC", line) for line in lines])
    if any("\u0370" <= sign <= "\u058f" for sign in signs):
        text = _MIXED_WORD.sub(lambda found: found[0].translate(_ALIKE_LETTERS), text)
    return text


def mixed_words(text: str) -> Iterator[str]:
    r"""The words that look Latin and are of two scripts, as they look.

    >>> list(mixed_words("D\u0435lete it in 5 \u03bcs, at 3 k\u03a9"))
    ['Delete']
    """
    for found in () if text.isascii() else _MIXED_WORD.finditer(text):
        if (plain := found[0].translate(_ALIKE_LETTERS)).isascii():
            yield plain


def _without(signs: set[str], text: str) -> str:
    """A text without some of the invisible signs, which are all that it holds."""
    if len(signs) > _FEW:
        return _INVISIBLE.sub("", text)
    for sign in signs:
        text = text.replace(sign, "")
    return text


def _odd_signs(text: str) -> set[str]:
    """The signs of a text that are not ASCII, and the two of ASCII that are written otherwise."""
    odd = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return {*odd.decode("utf-8", "surrogatepass"), *(sign for sign in "\x0b\x0c" if sign in text)}


def disguises(text: str) -> Iterator[tuple[int, str, str]]:
    """What is hidden from a reader: line, the kind of disguise, what it says.

    One joiner inside an emoji, a byte order mark and the marks of right-to-left scripts are ordinary.
    """
    if text.isascii() or _INVISIBLE_SIGNS.isdisjoint(signs := _odd_signs(text)):
        return
    for pattern, kind, needed in _DISGUISES:
        if needed.isdisjoint(signs):
            continue
        cleaned = _FLAG.sub("", text) if kind == "tags" else text
        found = pattern.search(cleaned)
        if found and (kind != "bidi" or _turns(cleaned, found)):
            shown = _shown(found[0])
            yield (
                cleaned.count("\n", 0, found.start()) + 1,
                kind,
                f"{shown} … {len(found[0])} long" if len(found[0]) > 40 and kind == "invisible" else shown,
            )


def _turns(text: str, found: re.Match[str]) -> bool:
    """Whether a direction mark stands among letters that do not need one."""
    around = text[max(0, found.start() - 60) : found.end() + 60]
    return not re.search("[\u0590-\u08ff]", around)


def _shown(text: str) -> str:
    said = "".join(chr(ord(c) - 0xE0000) if "\U000e0020" <= c <= "\U000e007e" else "" for c in text)
    return said or ascii(text)[1:61]


def _character(found: re.Match[str]) -> str:
    code = int(found[4], 8) if found[4] else int(found[1] or found[2] or found[3], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "?"


def _one_line(decoded: str, written: str) -> str:
    """What was decoded, unless it is no readable text."""
    if not decoded.isprintable() and not decoded.replace("\n", " ").replace("\t", " ").isprintable():
        return written
    return decoded.replace("\\\n", " ").replace("\n", "; ")
