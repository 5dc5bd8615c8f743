"""Do two equations, or two inequalities, say the same? What they set to zero, at points drawn from a seed."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from metier.graders.ladder.doubles import TooBigError, UndefinedError, Value
from metier.graders.ladder.evaluate import as_float, value
from metier.graders.ladder.symbolic import same
from metier.graders.ladder.tree import Apply, Node, names

_POINTS = 6
_ENOUGH = 4
_NEAR = 1e-8
_GLUED = re.compile(r"((?<![A-Za-z\\{_^])[A-Za-z]{1,3}|\\[A-Za-z]+ ?)(\d+)(?![\d.])")
_CALLED = re.compile(
    r"(?:arc|a)?(?:sin|cos|tan|cot|sec|csc)h?|log|ln|lg|exp|frac|sqrt|binom|max|min|abs|erf|gcd|lcm|pi"
)


def indexed(text: str, *, imaginary: bool = False) -> str:
    """`V1` as `V_{1}`: digits glued to a name are its index, where no function and no constant stands before them.

    >>> indexed("P1V1 = 2P2"), indexed("sin2 + e2"), indexed("3 + i4"), indexed("i1 + i2", imaginary=True)
    ('P_{1}V_{1} = 2P_{2}', 'sin2 + e2', '3 + i4', 'i_{1} + i_{2}')
    """

    def index(found: re.Match[str]) -> str:
        name = found[1].strip()
        constant = name in ("e", "E") or (name in ("i", "j") and not imaginary)
        return found[0] if constant or _CALLED.fullmatch(name.lstrip("\\")) else f"{name}_{{{found[2]}}}"

    return _GLUED.sub(index, text) if any(mark.isdigit() for mark in text) else text


def same_equation(gold: tuple[Node, Node], answer: tuple[Node, Node], *, relative: float = 0.0) -> bool | None:
    """Whether two equations, each given as its two sides, hold for the same numbers; None if points do not tell.

    They do if what they set to zero is proportional, or if each vanishes where the other one does: `F = m a` is
    `a = F / m`. An identity (`sin^2 + cos^2 = 1`) is the same as itself only, as every identity holds everywhere.

    >>> from metier.graders.ladder.syntax import read_all
    >>> sides = lambda text: tuple(read_all(side) for side in text.split("="))
    >>> [same_equation(sides("y = 2x"), sides(text)) for text in ("4x = 2y", "x = y/2", "y = 3x", "1 = 2x/y")]
    [True, True, False, True]
    """
    for said in (answer, answer[::-1]):
        if all(_same(one, other, relative) for one, other in zip(gold, said, strict=True)):
            return True
    zeros = _zero(gold), _zero(answer)
    if names(zeros[0]) != names(zeros[1]):
        return False if names(zeros[0]) - names(zeros[1]) or names(zeros[1]) - names(zeros[0]) else None
    ratio = _ratio(zeros[0], zeros[1])
    if ratio is None or ratio:
        return None if ratio is None else True
    return _same_roots(zeros[0], zeros[1])


def same_bound(gold: tuple[Node, Node], answer: tuple[Node, Node]) -> bool | None:
    """Whether `gold[0] < gold[1]` says the same as `answer[0] < answer[1]`: the differences have a positive ratio.

    >>> from metier.graders.ladder.syntax import read_all
    >>> one, two, three = [tuple(map(read_all, sides)) for sides in (("2x", "5-y"), ("y", "5-2x"), ("5-y", "2x"))]
    >>> same_bound(one, two), same_bound(one, three)
    (True, False)
    """
    ratio = _ratio(_zero(gold), _zero(answer))
    return None if ratio is None else ratio > 0


def _same(one: Node, other: Node, relative: float) -> bool:
    return one == other or bool(same(one, other, relative=relative))


def _zero(sides: tuple[Node, Node]) -> Node:
    return Apply("add", (sides[0], Apply("neg", (sides[1],))))


def _points(unknown: frozenset[str]) -> Iterator[dict[str, float]]:
    drawn = random.Random(len(unknown))
    for _ in range(_POINTS):
        yield {name: drawn.uniform(0.4, 2.6) for name in sorted(unknown)}


def _ratio(one: Node, other: Node) -> float | None:
    """The constant ratio of two formulas, 0 if it is none; None where too few points have a value, or all are zero."""
    found: list[complex] = []
    for point in _points(names(one) | names(other)):
        above, below = _at(one, point), _at(other, point)
        if above is not None and below is not None:
            if abs(above) < 1e-12 and abs(below) < 1e-12:
                continue
            if abs(above) < 1e-12 or abs(below) < 1e-12:
                return 0.0
            found.append(complex(above / below))
    if len(found) < _ENOUGH:
        return None
    if any(abs(number - found[0]) > _NEAR * abs(found[0]) for number in found):
        return 0.0
    return found[0].real if abs(found[0].imag) <= _NEAR * abs(found[0]) else abs(found[0])


def _at(node: Node, point: Mapping[str, Value]) -> complex | None:
    try:
        found = as_float(value(node, point))
    except (UndefinedError, TooBigError):
        return None
    number = complex(found)
    return number if math.isfinite(number.real) and math.isfinite(number.imag) else None


def _same_roots(one: Node, other: Node) -> bool | None:
    """Whether each of two formulas of the same names vanishes where the other does, for every name in turn."""
    unknown = names(one)
    if len(unknown) < 2:
        # `x^2 = 4` and `x = 2` share a root; which are all cannot be told from points.
        return False
    seen = 0
    for name in sorted(unknown):
        for zero, left in ((one, other), (other, one)):
            for point in islice(_points(unknown), 3):
                for root in _roots(zero, point, name):
                    rest = _at(left, {**point, name: root})
                    near = _at(left, {**point, name: root * 1.01 + 1e-9})
                    if rest is None or near is None:
                        continue
                    if abs(rest) > 1e-6 * abs(near):
                        return False
                    seen += 1
    return True if seen >= 2 * len(unknown) else None


def _roots(node: Node, point: Mapping[str, float], name: str) -> Iterator[float]:
    """Real roots in one name by the secant rule, from either side of zero."""
    for start in (0.7, -1.9):
        low, high = start, start * 1.3
        at_low, at_high = _at(node, {**point, name: low}), _at(node, {**point, name: high})
        for _ in range(25):
            if at_low is None or at_high is None or at_low == at_high or abs(at_low.imag) + abs(at_high.imag) > 1e-12:
                break
            low, high = high, high - at_high.real * (high - low) / (at_high.real - at_low.real)
            at_low, at_high = at_high, _at(node, {**point, name: high})
            if abs(high - low) <= 1e-13 * abs(high):
                if 1e-6 < abs(high) < 1e6:
                    yield high
                break
