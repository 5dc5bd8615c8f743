r"""Which number does a gold say, and how finely is it printed? With the reader of the answer ladder.

What that cannot read, or what has no finite real value, is None, never a guess. Bounded: 500 characters.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from metier.graders.ladder.evaluate import value as value_of
from metier.graders.ladder.syntax import UnreadError
from metier.graders.ladder.syntax import read as read_formula

MAX_CHARS = 500
_PRINTED = re.compile(r"[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+)|\*10\^\{?([-+]?\d+)\}?)?")
_CLEAN = (
    (re.compile(r"\\(?:left|right|displaystyle|!|,|;|:|quad|qquad| )|[$~]"), " "),
    (re.compile(r"\\(?:times|cdot)(?![A-Za-z])|[×·]"), "*"),
    (re.compile(r"[−–]"), "-"),
    (re.compile(r"\\[dt]frac"), r"\\frac"),
    (re.compile(r"\{\s*,\s*\}(?=\d)"), ","),
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),
    (re.compile(r"\s*\^\s*\{?\s*\\circ\s*\}?"), "°"),
    (re.compile(r"\\(?:math|operator|text)\w*\s*\{\s*e\s*\}"), "e"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A number, what stands after it, and how far apart neighbours of its printed precision lie (0: exact)."""

    value: float
    rest: str = ""
    step: float = 0.0
    digits: int = 0

    @property
    def slack(self) -> float:
        """How far the exact value may lie away: half a step, or a whole one where three digits or more are printed,
        because exams also cut digits off instead of rounding."""
        return self.step * (1.0 if self.digits >= 3 else 0.5)


def read(text: str) -> Reading | None:
    r"""Read the number at the head of an answer; None if there is none or it has no finite value.

    >>> read(r"$1.7 \times 10^{-5}$").value, read(r"\frac{36}{125}").value, read("3\frac{1}{3}").rest
    (1.7e-05, 0.288, '')
    >>> read("-1.00 \\mu \\mathrm{C}").value, read("unknown") is None
    (-1.0, True)
    """
    text = clean(text)
    if not text or len(text) > MAX_CHARS:
        return None
    try:
        node, rest = read_formula(text)
        value = float(value_of(node))
    except (UnreadError, ValueError, ArithmeticError, TypeError):
        return None
    if not math.isfinite(value):
        return None
    read_as = text[: len(text) - len(rest)]
    rest = rest.strip(" }.")
    printed = _PRINTED.fullmatch(re.sub(r"\s", "", read_as))
    if not printed or not (printed[1] or printed[2]):
        return Reading(value=value, rest=rest)
    exponent = int((printed[3] or printed[4] or "0")[:5])
    digits = len((printed[1] + printed[2]).lstrip("0"))
    return Reading(value=value, rest=rest, step=10.0 ** max(min(exponent - len(printed[2]), 300), -300), digits=digits)


def clean(text: str) -> str:
    r"""One spelling: no dollar signs, no spacing commands, a plain minus, `*` for products, a form feed mended to `\f`.

    >>> clean("$3.2 \\times 10^{-3}$")
    '3.2 * 10^{-3}'
    """
    text = text.replace("\f", r"\f").replace("\r", " ")
    for pattern, new in _CLEAN:
        text = pattern.sub(new, text)
    return re.sub(r"\s+", " ", text).strip()


def agree(one: Reading, other: Reading, *, factor: float = 1.0) -> bool:
    """Whether two readings, the first times a factor, can be the same number in the precision they are printed in.

    >>> agree(read("0.178"), read(r"729/4096")), agree(read("164"), read("146"))
    (True, False)
    """
    distance = abs(one.value * factor - other.value)
    slack = max(one.slack * abs(factor), other.slack)
    return distance <= 1e-9 * abs(other.value) or distance < slack * (1 - 1e-9) or distance == slack == 0
