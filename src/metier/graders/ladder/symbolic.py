"""Are two formulas the same? Their values at many points say no for certain, and yes beyond reasonable doubt.

Two analytic formulas that differ agree at a point drawn at random with probability zero (Schwartz 1980, Zippel 1979 for
polynomials). The points are drawn from a seed; where doubles disagree, 50 digits decide, so that a cancellation is no
difference. Only where the points say nothing does sympy get the tree (`confirm`).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping

from metier.graders.ladder.doubles import TooBigError, UndefinedError, Value
from metier.graders.ladder.evaluate import as_float, value
from metier.graders.ladder.tree import Apply, Literal, Node, names, parts

_REST = 1e-40
"""Cancellation to this part of the terms leaves nothing of 50 digits that could be trusted."""

_ENOUGH = 3
"""Points at which both have a value before they count as the same; without a name all points are one."""


def same(gold: Node, answer: Node, *, relative: float = 0.0, log_base: int = 0) -> bool | None:
    """Whether two formulas are equal where both are real; None if too few points could be compared.

    Args:
        gold: One tree.
        answer: The other.
        relative: How far values may differ; used only if a formula shows decimals.
        log_base: What a bare `log` means.

    >>> from metier.graders.ladder.syntax import read_all
    >>> same(read_all("(x+1)^2"), read_all("x^2+2x+1")), same(read_all("sin(x)"), read_all("x"))
    (True, False)
    """
    unknown = names(gold) | names(answer)
    near = max(relative if _has_decimals(gold) or _has_decimals(answer) else 0.0, 1e-9)
    compared = 0
    whole = _ends(gold) | _ends(answer)
    for real_only, point in _points(sorted(unknown), whole):
        try:
            left, right = (value(node, point, log_base=log_base) for node in (gold, answer))
        except (UndefinedError, TooBigError):
            continue
        if real_only and not (_is_real(left) and _is_real(right)):
            continue
        if not _close(left, right, near) and not _close_precisely(gold, answer, point, near, log_base):
            return False
        compared += 1
        if not unknown:
            return True
    return True if compared >= _ENOUGH else None


def _ends(node: Node) -> frozenset[str]:
    """The names in the ends of sums, which are whole numbers."""
    found = [part.args[1:-1] for part in parts(node) if isinstance(part, Apply) and part.op in ("sum", "prod")]
    return frozenset().union(*(names(end) for ends in found for end in ends))


def _points(unknown: list[str], whole: frozenset[str] = frozenset()) -> Iterator[tuple[bool, Mapping[str, float]]]:
    """Positive points, where complex values count too; then points of both signs, real values only."""
    random_number = random.Random(len(unknown))
    for low, high in ((0.05, 0.95), (0.05, 0.95), (1.05, 3.0), (1.05, 3.0), (0.3, 2.0)):
        drawn = {name: random_number.uniform(low, high) for name in unknown}
        yield False, {name: random_number.randint(1, 9) if name in whole else drawn[name] for name in unknown}
    for low, high in () if whole else ((0.05, 0.95), (1.05, 3.0), (0.05, 2.0)):
        yield True, {name: random_number.choice((-1, -1, 1)) * random_number.uniform(low, high) for name in unknown}


def _is_real(number: Value) -> bool:
    found = as_float(number)
    return not isinstance(found, complex) or abs(found.imag) <= 1e-12 * abs(found)


def _close(left: Value, right: Value, near: float) -> bool:
    low, high = as_float(left), as_float(right)
    # What no double holds is infinite here, and all infinities would be near each other.
    return bool(abs(low) < math.inf and abs(high) < math.inf and abs(low - high) <= near * max(abs(low), abs(high)))


def _close_precisely(gold: Node, answer: Node, point: Mapping[str, float], near: float, log_base: int) -> bool:
    try:
        left, right = (value(node, point, log_base=log_base, precise=True) for node in (gold, answer))
        # What is left of sin² + cos² - 1 is small beside its terms, and no value.
        terms = [abs(value(term, point, log_base=log_base, precise=True)) for term in _terms(gold) + _terms(answer)]
    except (UndefinedError, TooBigError):
        return False
    rest = max(terms, default=0) * _REST
    return bool(abs(left - right) <= max(near * max(abs(left), abs(right)), rest))


def _terms(node: Node) -> list[Node]:
    """Everything that is added up somewhere in a formula."""
    return [term for part in parts(node) if isinstance(part, Apply) and part.op == "add" for term in part.args]


def _has_decimals(node: Node) -> bool:
    return any(isinstance(part, Literal) and part.decimals for part in parts(node))


def same_up_to_constant(gold: Node, answer: Node) -> bool | None:
    """Whether two antiderivatives differ by a constant alone: one name each, added at the top, is taken for it.

    >>> from metier.graders.ladder.syntax import read_all
    >>> same_up_to_constant(read_all("x^2/2 + x + C"), read_all("(x+1)^2/2 + K"))
    True
    """
    bare = tuple(_without_constant(node) for node in (gold, answer))
    if bare[0] is None or bare[1] is None:
        return None
    unknown = sorted(names(bare[0]) | names(bare[1]))
    differences = []
    for real_only, point in _points(unknown):
        try:
            left, right = (value(node, point) for node in (bare[0], bare[1]))
        except (UndefinedError, TooBigError):
            continue
        if not real_only:
            differences.append(as_float(left) - as_float(right))
    if len(differences) < _ENOUGH:
        return None
    return all(abs(one - differences[0]) <= 1e-9 * max(1.0, abs(one)) for one in differences)


def _without_constant(node: Node) -> Node | None:
    if not (isinstance(node, Apply) and node.op == "add"):
        return None
    kept = [
        term
        for term in node.args
        if getattr(term, "name", "") not in ("C", "c", "K", "k", "C_1", "C_0", "constant", "const")
    ]
    if len(kept) != len(node.args) - 1:
        return None
    return kept[0] if len(kept) == 1 else Apply("add", tuple(kept))
