"""Which number does a text say, and in which unit? `3.0 m/s`, `5 ft 11 in`, `¤5`; compared in `leaves`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from metier.graders.ladder.doubles import TooBigError, UndefinedError, Value
from metier.graders.ladder.evaluate import as_float, value
from metier.graders.ladder.syntax import UnreadError, read
from metier.graders.ladder.tree import Apply, Literal, Node, parts
from metier.graders.ladder.units import pairs, units


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the text of its unit, how many decimals it shows, and its tree where one formula says it."""

    value: Value
    unit: str
    decimals: int
    node: Node | None


_COMPOUND = re.compile(r"([\d.]++) ?([A-Za-z°'\"]++\.?)(?:,? (?:and )?| ?)")
_MARKS = {"'": "ft", '"': "in", "''": "in"}


@lru_cache(maxsize=8192)
def quantity_of(text: str, log_base: int = 0) -> Quantity | None:
    """Read a number and the text of its unit, or None.

    Raises:
        TooBigError: The number cannot be held.

    >>> found = quantity_of("3.0 m/s")
    >>> float(found.value), found.unit, found.decimals
    (3.0, 'm/s', 1)
    """
    try:
        node, rest = read(text)
    except UnreadError:
        if text.startswith(("¤", "€", "£")):
            found = quantity_of(re.sub(r"^[¤€£]\s*", "", text))
            return found and Quantity(found.value, text[0], found.decimals, found.node)
        if text.startswith("-¤"):
            return quantity_of(f"¤-{text[2:]}")
        return None
    rest = re.sub(r"(?i)^,? *(?:or so|approx\w*)\b", "", rest).strip(" ,.")
    rest = re.sub(r" ?\([^()]*\b(?:s\.?f|sig|d\.?p|decimal|rounded|approx)[^()]*\)$", "", rest)
    rest = re.sub(r" ?\((?:(?:≈|=|or|about)[^()]*|[\d.]+ ?%)\)$", "", rest)
    rest = re.sub(r"^\(([^()]*)\)$", r"\1", rest).strip("[] ") if rest else rest
    if rest and (compound := _compound(text)):
        return compound
    try:
        found_value = value(node, log_base=log_base)
    except UndefinedError:
        return None
    decimals = max((part.decimals for part in parts(node) if isinstance(part, Literal)), default=0)
    return Quantity(found_value, rest, decimals, node)


def _compound(text: str) -> Quantity | None:
    """`5 ft 11 in` as feet; `1 h 30 min` as hours. Each unit is smaller than the one before."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
    found = list(_COMPOUND.finditer(body))
    if len(found) < 2 or "".join(part[0] for part in found) != body:
        return None
    marks = {"'": "arcmin", '"': "arcsec", "''": "arcsec"} if "°" in body else _MARKS
    named = [marks.get(part[2], part[2].rstrip(".")) for part in found]
    if named[0] in ("degrees", "degree", "deg"):
        named = [re.sub("^(?=min|sec)", "arc", name) for name in named]
    read_ = [units(name) for name in named]
    if not all(read_):
        return None
    scales = [one[0] for one in read_]
    if any(later.dimension != scales[0].dimension or later.factor >= one.factor for one, later in pairwise(scales)):
        return None
    try:
        total = sum(float(part[1]) * scale.factor for part, scale in zip(found, scales, strict=True)) / scales[0].factor
    except ValueError:
        return None
    return Quantity(sign * total, named[0], 0, None)


def number_of(text: str) -> Value | None:
    """Read a number that has no unit, or None.

    >>> number_of("1/2"), number_of("3 m")
    (Fraction(1, 2), None)
    """
    try:
        found = quantity_of(text.strip())
    except TooBigError:
        return None
    return found.value if found and not found.unit else None


def quantity_or_none(text: str) -> Quantity | None:
    """As `quantity_of`, and None where the number is too big.

    >>> quantity_or_none("9^9^9^9") is None
    True
    """
    try:
        return quantity_of(text)
    except TooBigError:
        return None


def is_quantity(text: str) -> bool:
    """Whether a text is a number alone, or with a unit that is understood.

    >>> is_quantity("3 km"), is_quantity("2x")
    (True, False)
    """
    found = quantity_or_none(text)
    return found is not None and (not found.unit or bool(units(found.unit)))


_ROUNDED = 0.02
"""Two links of a chain may be rounded to this share of each other."""


def differing_links(sides: list[str]) -> tuple[str, str] | None:
    """The first two neighbours in a chain `a = b = c` that are numbers and disagree beyond rounding, or None.

    >>> differing_links(["x", "6/2", "3"]), differing_links(["2+2", "5"]), differing_links(["300 cm", "3 m"])
    (None, ('2+2', '5'), None)
    """
    if sum(any(mark.isdigit() for mark in side) for side in sides) < 2:
        return None
    for one, other in pairwise(sides):
        left, right = quantity_or_none(one), quantity_or_none(other)
        if left and right and _disagree(left, right):
            return one, other
    return None


def _disagree(left: Quantity, right: Quantity) -> bool:
    low, high = as_float(left.value), as_float(right.value)
    if left.unit != right.unit:
        fitting = list(pairs(left.unit, right.unit)) if left.unit and right.unit else []
        if not fitting:
            return False
        mine, theirs = fitting[0]
        high = (high * theirs.factor + theirs.zero - mine.zero) / mine.factor
    printed = [one for one in (left, right) if isinstance(one.node, Literal)] if left.unit == right.unit else []
    leeway = max((0.5 * 10.0**-one.decimals for one in printed), default=0.0)
    leeway = max(leeway, *(_last_place(one) * abs(low) for one in (left, right)))
    return not abs(low - high) <= max(_ROUNDED * max(abs(low), abs(high)), leeway)


def _last_place(one: Quantity) -> float:
    """Half a unit in the last decimal of `1.7*10^{-5}`, as a share of it."""
    node = one.node
    if not (isinstance(node, Apply) and node.op == "mul" and _is_power_of_ten(node.args[-1])):
        return 0.0
    mantissa = node.args[0]
    if not (isinstance(mantissa, Literal) and mantissa.decimals and mantissa.value):
        return 0.0
    return 0.5 * float(10.0**-mantissa.decimals) / abs(float(mantissa.value))


def _is_power_of_ten(node: Node) -> bool:
    return isinstance(node, Apply) and node.op == "pow" and node.args[0] == Literal(10, 0)
