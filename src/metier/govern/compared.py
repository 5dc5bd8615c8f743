"""Which lines compare the other way round, or with another number, and so stop for less than they did?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from metier.govern.stops import CHECKED, LEAVES, STOPS
from metier.govern.units import Unit
from metier.govern.versions import Versions

_LOOP = re.compile(r"^\W{0,2}(?:for|while)\b")
_FLIPS = tuple(
    (re.compile(a), re.compile(b))
    for a, b in (
        (r"-(?:mtime|mmin|atime|size)\s+\+\d", r"-(?:mtime|mmin|atime|size)\s+-\d"),
        (r"(?<![<>=!-])>=?(?!>)", r"(?<![<>=!-])<=?(?!<)"),
        (r"(?<![=!<>])==(?!=)", r"!=(?!=)"),
        (r"\bnot\s+in\b", r"(?<!not )\bin\b"),
        (r"\band\b|&&", r"\bor\b|\|\|"),
    )
)
"""What compares, and what compares the other way round."""
_SIDES = re.compile(r"(?<![\w.])([\w.]+)(?:\[[^\]]*\]|\(\))?\s*[<>]=?\s*([\w.]+)")
_UNEQUAL = re.compile(r"!==?(?!=)")
_ONE_SIDED = re.compile(r"(?<![<>=!-])[<>]=?(?![<>])")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_TOKEN = re.compile(r"\w+")
_NEARLY_ALL = 0.8
_COMPARED = re.compile(r"([<>]=?)\s*(\d+(?:\.\d+)?)\b")


def is_turned_round(old: str, new: str) -> bool:
    """Whether a line is the same but for a comparison, which goes the other way; loops apart."""
    if _LOOP.search(new):
        return False
    for one, other in _FLIPS:
        for a, b in ((one, other), (other, one)):
            is_other = a.search(old) and not b.search(old) and b.search(new) and not a.search(new)
            if is_other and _are_alike(a.sub("", old), b.sub("", new)):
                return not _are_swapped(old, new)
    return False


def _are_swapped(old: str, new: str) -> bool:
    """Whether what is compared changed its sides with the sign: `a >= b` and `b <= a`."""
    before, after = (_SIDES.search(text) for text in (old, new))
    return before is not None and after is not None and before[1] == after[2] and before[1] != after[1]


def stops_for_less(old: Unit, new: Unit, both: Versions) -> bool:
    """Whether a condition that stops holds for less: unequal became greater, or the sides of a sign were exchanged."""
    if not (_stops(old, both.said_at) and _stops(new, both.says_at)):
        return False
    if (
        CHECKED.search(new.text)
        and _are_alike(*(_DIGITS.sub("", one.text) for one in (old, new)))
        and stops_later(old.text, new.text)
    ):
        return True
    if _UNEQUAL.search(old.text) and not _UNEQUAL.search(new.text) and _ONE_SIDED.search(new.text):
        return not _ONE_SIDED.search(old.text) and _are_alike(_UNEQUAL.sub("", old.text), _ONE_SIDED.sub("", new.text))
    before, after = (_SIDES.search(one.text) for one in (old, new))
    if before is None or after is None or before[1] == before[2]:
        return False
    signs = [found[0] for found in (_ONE_SIDED.search(old.text), _ONE_SIDED.search(new.text)) if found]
    return (before[1], before[2]) == (after[2], after[1]) and len({sign[0] for sign in signs}) == 1


def _stops(unit: Unit, at: Mapping[tuple[str, int], Unit]) -> bool:
    """Whether a condition, or the line behind it, stops."""
    behind = at.get((unit.path, unit.line + 1))
    return STOPS.search(unit.text) is not None or (behind is not None and STOPS.search(behind.text) is not None)


def _are_alike(old: str, new: str) -> bool:
    was, now = (Counter(_TOKEN.findall(text)) for text in (old, new))
    return 2 * (was & now).total() >= _NEARLY_ALL * (was + now).total()


def is_inverted(old: Unit, new: Unit, both: Versions) -> bool:
    """Whether a condition was turned round together with what it is for: `if a == b: continue` and `if a != b: do`."""
    behind, now = both.said_at.get((old.path, old.line + 1)), both.says_at.get((new.path, new.line + 1))
    return behind is not None and LEAVES.search(behind.text) is not None and (now is None or now.key != behind.key)


def stops_later(old: str, new: str) -> bool:
    """Whether the numbers with which a line compares before it stops let more pass, as far as can be told."""
    before, after = (_COMPARED.findall(text) for text in (old, new))
    if not before or not after or before == after:
        return False
    if len(before) != len(after) or any(a[0] != b[0] for (a, _), (b, _) in zip(before, after, strict=True)):
        return True
    is_more = [
        (sign[0] == ">") == (float(b) > float(a)) for (sign, a), (_, b) in zip(before, after, strict=True) if a != b
    ]
    return any(is_more) or not is_more
