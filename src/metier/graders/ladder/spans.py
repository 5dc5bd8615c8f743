"""What do `2 to 3`, `between 2 and 3 m`, `10–20 m` and `2:3:5` say? Two ends or more, in this order."""

from __future__ import annotations

import re
from itertools import pairwise

from metier.graders.ladder.units import units

_NUMBER = r"[-+]?\d[\d.]*(?:e[-+]?\d+)?"
_UNIT = r"(?: ?[A-Za-zμΩ°%¤][A-Za-zμΩ°%/^*{}\d -]*?)?"
_SPAN = re.compile(
    rf"(?i:from )?({_NUMBER})({_UNIT}) to ({_NUMBER})({_UNIT})|"
    rf"(?i:between )({_NUMBER})({_UNIT}) and ({_NUMBER})({_UNIT})"
)
_UNITS = r"(?: [A-Za-zμΩ°%][A-Za-zμΩ°%/^*{}\d -]*?)?"
_DASHED = re.compile(rf"(\d[\d.]*+)(?! ?[eE] ?-)({_UNITS}) ?- ?(\d[\d.]*)({_UNITS}|%|°)")
"""A unit stands apart: `2-3i` and `1-2x` are differences."""
_RATIO = re.compile(r"[\d.]+(?: ?: ?[\d.]+)+|[\d.]+(?: to [\d.]+){2,}")
_QUOTIENT = re.compile(r"[\d.]+/[\d.]+|[\d.]+")


def span_of(text: str) -> tuple[str, str] | None:
    """The two ends of a span in words, both with its unit, or None.

    >>> span_of("between 10 and 20 m"), span_of("3 to 1"), span_of("2-3")
    (('10 m', '20 m'), ('3', '1'), None)
    """
    found = _SPAN.fullmatch(text)
    return _ends([part for part in found.groups() if part is not None]) if found else None


def dashed(text: str) -> tuple[str, str] | None:
    """The two ends of `2-3 m`, which only beside another span is no difference, or None.

    >>> dashed("10-20 m"), dashed("20-10"), dashed("2-3i")
    (('10 m', '20 m'), None, None)
    """
    found = _DASHED.fullmatch(text)
    if not found or found[1].count(".") > 1 or found[3].count(".") > 1 or float(found[1]) >= float(found[3]):
        return None
    if (found[2] and not found[4]) or (found[4] and not units(found[4])):
        return None
    return _ends(list(found.groups()))


def _ends(parts: list[str]) -> tuple[str, str]:
    low, before, high, after = (part.strip() for part in parts)
    return f"{low} {before or after}".strip(), f"{high} {after}".strip()


def ratio_of(text: str) -> tuple[str, ...] | None:
    """The terms of a ratio, `3/1` for two terms included, as `normal` writes `3:1`; None if it is none.

    >>> ratio_of("2:3:5"), ratio_of("1/3"), ratio_of("3")
    (('2', '3', '5'), ('1', '3'), ('3', '1'))
    """
    if _RATIO.fullmatch(text):
        return tuple(re.findall(r"[\d.]+", text))
    if not _QUOTIENT.fullmatch(text):
        return None
    above, _, below = text.partition("/")
    return above, below or "1"


def same_ratio(gold: tuple[str, ...], answer: tuple[str, ...], *, relative: float) -> bool | None:
    """Whether the terms are proportional; None if one is no number.

    >>> same_ratio(("2", "3", "5"), ("4", "6", "10"), relative=0), same_ratio(("1", "3"), ("3", "1"), relative=0)
    (True, False)
    """
    try:
        wanted, said = ([float(term) for term in terms] for terms in (gold, answer))
    except ValueError:
        return None
    if len(wanted) != len(said):
        return False
    near = max(relative, 1e-9)
    crossed = [(low[0] * high[1], high[0] * low[1]) for low, high in pairwise(zip(wanted, said, strict=True))]
    return all(abs(one - other) <= near * max(abs(one), abs(other)) for one, other in crossed)
