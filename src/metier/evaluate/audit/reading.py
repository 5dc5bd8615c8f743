r"""Which number does a gold say, and how finely is it printed? A small reader of decimals and closed forms.

It reads what answers of exams are made of: decimals, `a \times 10^{k}`, fractions, roots, powers, pi, e, ln, sine and
kin. What it cannot read is None, never a guess. Bounded: 500 characters, 40 brackets deep, powers up to 300.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_CHARS = 500
_MAX_DEPTH = 40
_TOKEN = re.compile(
    r"\s*+(?:(?P<number>(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?)|\\(?P<command>[A-Za-z]++)|(?P<word>[A-Za-z]++)"
    r"|(?P<sign>.))",
    re.DOTALL,
)
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ln": math.log, "log": math.log10, "exp": math.exp, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "sinh": math.sinh, "cosh": math.cosh,
    "tanh": math.tanh, "sqrt": math.sqrt,
}  # fmt: skip
_PRINTED = re.compile(r"[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+)|\*10\^\{?([-+]?\d+)\}?)?")
_CLEAN = (
    (re.compile(r"\\(?:left|right|displaystyle|!|,|;|:|quad|qquad| )|[$~]"), " "),
    (re.compile(r"\\(?:times|cdot)(?![A-Za-z])|[×·]"), "*"),
    (re.compile(r"[−–]"), "-"),
    (re.compile(r"\\[dt]frac"), r"\\frac"),
    (re.compile(r"\{\s*,\s*\}(?=\d)"), ","),
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),
    (re.compile(r"\^\s*\{?\s*\\circ\s*\}?|°"), r"\\degree "),
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
    parser = _Parser(text)
    try:
        value = parser.sum(0)
    except (_Unread, ValueError, ArithmeticError, RecursionError):
        return None
    if not math.isfinite(value):
        return None
    rest = text[parser.place :].strip(" }.")
    printed = _PRINTED.fullmatch(re.sub(r"\s", "", text[: parser.place]))
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


class _Unread(Exception):
    pass


class _Parser:
    """Recursive descent: sum, product (also without a sign), power, atom. `place` is where reading stopped."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def sum(self, depth: int) -> float:
        if depth > _MAX_DEPTH:
            raise _Unread
        value = self._product(depth)
        while (sign := self._sign("+-")) is not None:
            place = self.place
            self.place += sign
            operator = self.text[self.place - 1]
            try:
                right = self._product(depth)
            except _Unread:
                self.place = place
                break
            value = value + right if operator == "+" else value - right
        return value

    def _sign(self, signs: str) -> int | None:
        """How many characters up to the end of one of these signs, if one comes next."""
        tail = self.text[self.place :]
        stripped = tail.lstrip(" ")
        return len(tail) - len(stripped) + 1 if stripped[:1] and stripped[0] in signs else None

    def _take(self, sign: str) -> bool:
        width = self._sign(sign)
        if width is None:
            return False
        self.place += width
        return True

    def _product(self, depth: int) -> float:
        if self._take("-"):
            return -self._product(depth)
        self._take("+")
        start = self.place
        value = self._power(depth)
        whole = self.text[start : self.place].strip().isdecimal()
        while True:
            place = self.place
            try:
                if self._take("*"):
                    value *= self._power(depth)
                elif self._take("/"):
                    value /= self._power(depth)
                elif whole and self.text[place:].lstrip().startswith(r"\frac"):
                    value += self._power(depth)  # a mixed number
                elif self._follows():
                    value *= self._power(depth)
                else:
                    return value
            except _Unread:
                self.place = place
                return value
            whole = False

    def _follows(self) -> bool:
        """Whether a factor without a sign comes next: a bracket or a command, never a digit."""
        tail = self.text[self.place :].lstrip(" ")
        return tail[:1] == "(" or tail[:1] == "\\"

    def _power(self, depth: int) -> float:
        value = self._atom(depth)
        if self._take("!"):
            if not (value.is_integer() and 0 <= value <= 170):
                raise _Unread
            value = float(math.factorial(int(value)))
        if self._take("^"):
            exponent = self._group(depth)
            if abs(exponent) > 300:
                raise _Unread
            power = value**exponent
            if isinstance(power, complex):
                raise _Unread
            value = power
        return value

    def _group(self, depth: int) -> float:
        """What stands in braces, or one signed atom without them."""
        if self._take("{"):
            value = self.sum(depth + 1)
            if not self._take("}"):
                raise _Unread
            return value
        return -self._atom(depth) if self._take("-") else self._atom(depth)

    def _atom(self, depth: int) -> float:
        found = _TOKEN.match(self.text, self.place)
        if found is None:
            raise _Unread
        self.place = found.end()
        if number := found["number"]:
            return float(number)
        if sign := found["sign"]:
            closing = {"(": ")", "{": "}", "[": "]"}.get(sign)
            value = math.pi if sign == "π" else self.sum(depth + 1) if closing else None
            if value is None or (closing and not self._take(closing)):
                raise _Unread
            return value
        return self._named(found["command"] or found["word"], depth)

    def _named(self, name: str, depth: int) -> float:
        if name in ("pi", "e"):
            return math.pi if name == "pi" else math.e
        if name == "degree":
            return math.pi / 180
        if name == "frac":
            return self._digit_or_group(depth) / self._digit_or_group(depth)
        function = _FUNCTIONS.get(name)
        if function is None:
            raise _Unread
        root = 2.0
        if name == "sqrt" and self._take("["):
            root = self.sum(depth + 1)
            if not self._take("]"):
                raise _Unread
        inner = self._group(depth) if self._sign("{") else self._power(depth)
        if self.text[self.place :].lstrip().startswith(r"\degree"):
            self.place = self.text.index(r"\degree", self.place) + 7
            inner *= math.pi / 180
        return function(inner) if root == 2.0 else inner ** (1 / root)

    def _digit_or_group(self, depth: int) -> float:
        if self._sign("{"):
            return self._group(depth)
        tail = self.text[self.place :].lstrip(" ")
        if not tail[:1].isdigit():
            raise _Unread
        self.place = len(self.text) - len(tail) + 1
        return float(tail[0])
