r"""Are two functions given in cases the same? Their values at the bounds of all cases, and between and beyond them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise

from metier.graders.ladder.doubles import TooBigError, UndefinedError
from metier.graders.ladder.evaluate import as_float, value
from metier.graders.ladder.formulas import formula_of
from metier.graders.ladder.quantity import number_of
from metier.graders.ladder.structure import Interval, Leaf, Many, Shape, shape
from metier.graders.ladder.tree import Node, names

_CASES = re.compile(
    r"(?:[^=]*=)? *\\begin ?\{(?:cases|array)\}(?:\{[^{}]*\})?(.*)\\end ?\{(?:cases|array)\}", re.DOTALL
)
_WHERE = re.compile(r"(?i)^[, ]*(?:if|for|when|where)?\b *")
_ELSE = re.compile(r"(?i)^[, ]*(?:otherwise|else|elsewhere)\b.*$")
_MOST = 12

Case = tuple[Node, "list[Interval] | None"]


def same_cases(gold: str, answer: str) -> bool | None:
    r"""Whether two functions in `cases` have the same values; None if they cannot be read, or may just differ in name.

    >>> gold = r"\begin{cases} x^2 & x ≥ 0 \cr -x & x < 0 \end{cases}"
    >>> same_cases(gold, r"f(x)=\begin{cases} -x, & if x<0 \cr x^2, & otherwise \end{cases}")
    True
    >>> same_cases(gold, r"\begin{cases} x^2 & x > 0 \cr 1-x & x ≤ 0 \end{cases}")
    False
    """
    if "\\begin" not in gold and "\\begin" not in answer:
        return None
    wanted, said = (_cases(text) if "\\begin" in text else _everywhere(text) for text in (gold, answer))
    if not wanted or not said:
        return None
    unknown = frozenset().union(*(names(node) for node, _ in (*wanted, *said)))
    labels = {one.label for _, where in (*wanted, *said) for one in where or () if one.label}
    if len(labels) != 1:
        return None
    variable = labels.pop()
    others = {name: 0.37 + 0.61 * place for place, name in enumerate(sorted(unknown - {variable}))}
    points = _points(wanted, said)
    if points is None:
        return None
    functions = [_function(cases, variable, others) for cases in (wanted, said)]
    return all(_equal(functions[0](point), functions[1](point)) for point in points)


def _cases(text: str) -> list[Case] | None:
    found = _CASES.fullmatch(text)
    rows = [row for row in re.split(r"\\cr|\\\\", found[1]) if row.strip()] if found else []
    read: list[Case] = []
    for row in rows[: _MOST + 1]:
        parts = row.split("&", 1) if "&" in row else re.split(r",(?=[^,]*$)", row, maxsplit=1)
        node = formula_of(parts[0].strip(" ,"))
        where = parts[1].replace("&", " ").strip(" ,.;") if len(parts) == 2 else ""
        if node is None or not where:
            return None
        if _ELSE.match(where):
            read.append((node, None))
            continue
        intervals = _intervals(shape(_WHERE.sub("", where)))
        if intervals is None:
            return None
        read.append((node, intervals))
    return read if 0 < len(read) <= _MOST else None


def _everywhere(text: str) -> list[Case] | None:
    node = formula_of(text.rpartition("=")[2])
    return [(node, None)] if node else None


def _intervals(one: Shape) -> list[Interval] | None:
    if isinstance(one, Interval):
        return [one]
    if isinstance(one, Leaf) and one.label and number_of(one.text) is not None:
        return [Interval(low=one.text, high=one.text, closed=(True, True), label=one.label)]
    if isinstance(one, Many) and one.kind in ("union", "list"):
        parts = [_intervals(part) for part in one.parts]
        return [inner for part in parts for inner in part or ()] if None not in parts else None
    return None


def _points(*functions: list[Case]) -> list[float] | None:
    ends: set[float] = set()
    for _, where in (case for cases in functions for case in cases):
        for end in (end for one in where or () for end in (one.low, one.high)):
            if "\\infty" in end:
                continue
            number = number_of(end)
            if number is None or isinstance(as_float(number), complex):
                return None
            ends.add(as_float(number).real)
    bounds = sorted(ends) or [0.0]
    steps = (0.173, 0.719, 1.31)
    between = [low + step / 1.5 * (high - low) for low, high in pairwise(bounds) for step in steps]
    beyond = [end for step in steps for end in (bounds[0] - step, bounds[-1] + step)]
    return [*bounds, *between, *beyond]


def _function(cases: list[Case], variable: str, others: dict[str, float]) -> Callable[[float], complex | None]:
    def at(point: float) -> complex | None:
        holding = [node for node, where in cases if where and any(_holds(one, point) for one in where)]
        found = [_value(node, {**others, variable: point}) for node in holding or _else(cases)]
        # Cases that overlap and differ are no function, and equal to none.
        return found[0] if found and all(_equal(found[0], one) for one in found) else (math.nan if found else None)

    return at


def _else(cases: list[Case]) -> list[Node]:
    return [node for node, where in cases if where is None][:1]


def _value(node: Node, at: dict[str, float]) -> complex | None:
    try:
        return complex(as_float(value(node, at)))
    except (UndefinedError, TooBigError):
        return None


def _holds(one: Interval, point: float) -> bool:
    low, high = (_end(end) for end in (one.low, one.high))
    return (low < point or (one.closed[0] and low == point)) and (point < high or (one.closed[1] and high == point))


def _end(text: str) -> float:
    if "\\infty" in text:
        return float("-inf" if "-" in text else "inf")
    return as_float(number_of(text)).real


def _equal(one: complex | None, other: complex | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other))
