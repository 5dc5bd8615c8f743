"""Which of two versions is the newer? A key to sort by, for any text that a package gives as its version."""

from __future__ import annotations

import re
from string import digits

_PARTS = r"[0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"[vV]?([0-9]+(?:\.[0-9]+)*)(?:-(?=[^.+])({_PARTS})|([A-Za-z]{_PARTS}))?(?:\+.*)?", re.DOTALL)

_ZEROS = re.compile(r"\A([vV]?[0-9]+(?:\.[0-9]+)*?)(?:\.0+)+(?![0-9.])")
_RUNS = re.compile(r"[0-9]+|[^0-9]")
_DIGITS = ord("0") - 1
"""A number within a word stands where its digits would: before every letter."""

Key = tuple[int | tuple[int, ...], ...]


def newest_first(version: str) -> tuple[Key, Key]:
    """A key that is smaller for a newer version, by the precedence of Semantic Versioning 2.0.0 (section 11).

    The numbers decide first, as many as there are; a missing one is older than any. Then a release is newer than its
    pre-releases, whose identifiers are compared one by one: numbers as numbers, below words, words by their letters
    and the numbers in them, so that rc9 is older than rc10, which letters alone would not have.
    What is no such version is older than all that are, and compared as one word. A leading v and build metadata do not
    count. No number is too long.

    >>> sorted(["1.0.0", "1.0.0-rc.2", "1.0.1-rc1", "v1.10", "1.0.0-rc.10", "1.9", "draft"], key=newest_first)
    ['v1.10', '1.9', '1.0.1-rc1', '1.0.0', '1.0.0-rc.10', '1.0.0-rc.2', 'draft']
    """
    found = _VERSION.fullmatch(version)
    if not found:
        return (1,), _word(version)
    numbers: Key = tuple(_number(part) for part in found[1].split("."))
    before = found[2] or found[3]
    if not before:
        return (0, *numbers, (2,)), ()
    parts = before.split(".")
    return (0, *numbers, (2,)), (*(_number(part) if part.isdecimal() else _word(part) for part in parts), (2,))


def is_older(version: str, other: str) -> bool:
    """Whether a version comes before another, in the order of `newest_first`; zeros at the end do not count.

    >>> is_older("1.9.0", "1.10.0"), is_older("2.0.0-rc.1", "2.0.0"), is_older("1.0", "1.0.0"), is_older("2.0", "1.9")
    (True, True, False, False)
    """
    first, second = (newest_first(_ZEROS.sub(r"\1", text)) for text in (version, other))
    return first > second


def _number(written: str) -> tuple[int, ...]:
    """Larger first: by how many digits there are, then by the digits, as Python reads no number of 5,000 of them."""
    plain = written.lstrip("0")
    return (1, -len(plain), *(-ord(digit) for digit in plain))


def _word(text: str) -> tuple[int, ...]:
    """Later in the alphabet first, before all numbers."""
    runs = (_run(found[0]) for found in _RUNS.finditer(text))
    return (0, *(part for run in runs for part in run), 1)


def _run(text: str) -> tuple[int, ...]:
    return (-_DIGITS, *_number(text)[1:]) if text[0] in digits else (-ord(text),)
