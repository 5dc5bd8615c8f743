"""Do two formulas, or two equations, say the same? Their trees, then random points, then a confirmation."""

from __future__ import annotations

import re
from functools import lru_cache

from metier.graders.ladder.confirm import confirm
from metier.graders.ladder.equations import indexed, same_equation
from metier.graders.ladder.structure import split
from metier.graders.ladder.symbolic import same, same_up_to_constant
from metier.graders.ladder.syntax import UnreadError, read_all
from metier.graders.ladder.tree import BINDERS, Apply, Name, Node, names, parts
from metier.graders.ladder.verdict import Context, Verdict

# Not the one below a sum.
_EQUALS = re.compile("=")
_REDUCED = re.compile(r"\\hbar(?![A-Za-z])|ħ")


@lru_cache(maxsize=4096)
def formula_of(text: str) -> Node | None:
    """Read a text that is a formula from end to end, or None.

    >>> formula_of("2x") is None, formula_of("2x +") is None
    (False, True)
    """
    try:
        return read_all(text)
    except UnreadError:
        return None


def compare_formulas(gold: str, answer: str, context: Context) -> Verdict | None:
    """Compare as formulas, or as equations; None if one of them is none, so that another rung may try."""
    if re.search(r"C_\{?\d", gold) and "c_" not in gold:
        # A constant of integration has no name of its own.
        answer = re.sub(r"(?<![A-Za-z\\])c(?=_)", "C", answer)
    related = "=" in gold and "=" in answer
    gold, answer = indexed(gold, imaginary=related), indexed(answer, imaginary=related)
    sides = split(gold, _EQUALS), split(answer, _EQUALS)
    if len(sides[0]) == len(sides[1]) > 1:
        return _equations(sides[0], sides[1], context)
    if len(sides[0]) == 2 and len(sides[1]) == 1 and _is_relation(sides[0][0]):
        return Verdict(False, "different_kind", f"{answer[:100]} against {gold[:100]}")
    wanted, said = formula_of(sides[0][-1]), formula_of(sides[1][-1])
    if wanted is None or said is None:
        return None
    if _is_word(wanted) or _is_word(said):
        return None
    if "j" in names(said) - names(wanted) and Name("i") in parts(wanted):
        said = formula_of(re.sub(r"(?<![A-Za-z])j(?![A-Za-z])", "i", sides[1][-1])) or said
    if _one_planck(names(wanted), names(said)):
        wanted, said = (formula_of(_REDUCED.sub(r"(\\frac{h}{2\\pi})", side[-1])) or wanted for side in sides)
    context.trace("symbols", f"{sorted(names(said))} against {sorted(names(wanted))}")
    if wanted == said:
        return Verdict(True, "same_formula")
    found = same(wanted, said, relative=context.policy.relative)
    if found is False and "log" in gold + answer:
        found = same(wanted, said, relative=context.policy.relative, log_base=10)
    if not found and same_up_to_constant(wanted, said):
        return Verdict(True, "same_up_to_constant")
    if found is None and not _binds(wanted) and not _binds(said):
        found = confirm(wanted, said)
        context.trace("confirmation", str(found))
    if found is None:
        return Verdict(None, "undecided", f"{answer[:100]} against {gold[:100]}")
    return Verdict(found, "same_formula" if found else "different", f"{answer[:100]} against {gold[:100]}")


def _one_planck(wanted: frozenset[str], said: frozenset[str]) -> bool:
    r"""Whether one formula has the Planck constant and the other the reduced one, as `h^2 / 8mL^2` for `\hbar`."""
    constants = {"h", "hbar"}
    return len(wanted & constants) == len(said & constants) == 1 and wanted & constants != said & constants


def _binds(node: Node) -> bool:
    """Whether a sum or an integral is in it, over which sympy may ponder long."""
    return any(isinstance(part, Apply) and part.op in BINDERS for part in parts(node))


def _equations(gold: list[str], answer: list[str], context: Context) -> Verdict | None:
    """Two equations; of more than two sides, the same sides in any order."""
    trees = [formula_of(side) for side in gold], [formula_of(side) for side in answer]
    wanted, said = ([tree for tree in side if tree is not None] for side in trees)
    if len(wanted) != len(gold) or len(said) != len(answer):
        return None
    if len(wanted) > 2:
        others = frozenset().union(*map(names, wanted)) != frozenset().union(*map(names, said))
        found: bool | None = sorted(map(repr, wanted)) == sorted(map(repr, said)) or (False if others else None)
    else:
        one, two, three, four = (*wanted, *said)
        found = same_equation((one, two), (three, four), relative=context.policy.relative)
    if found is None:
        return Verdict(None, "undecided")
    return Verdict(found, "same_formula" if found else "different")


def _is_relation(left: str) -> bool:
    """Whether a left side adds up several names, as in `x + y = 5`, so that the right one alone is no answer."""
    node = formula_of(left) if not re.search(r"[(\\]", left) else None
    return isinstance(node, Apply) and node.op == "add" and len(names(node)) > 1


def _is_word(node: Node) -> bool:
    return isinstance(node, Name) and len(node.name) > 3 and node.name.isalpha() and node.name != "hbar"
