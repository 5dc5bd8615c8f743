r"""Which wrong answers lie near a right one? Slips drawn from a seed, each wrong for certain, to try a grader with.

A slip changes the text of a number, a formula or what else has digits, names or signs, by one of the ways in which
people and programs go wrong. It is kept only where the value is known to be off, or where the changed text cannot say
the same.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from metier.graders.ladder.doubles import TooBigError, UndefinedError
from metier.graders.ladder.evaluate import as_float, value
from metier.graders.ladder.formulas import formula_of
from metier.graders.ladder.normal import normal
from metier.graders.ladder.quantity import quantity_or_none
from metier.graders.ladder.structure import split
from metier.graders.ladder.tree import CONSTANTS, Node, names
from metier.graders.ladder.units import units

_EQUALS = re.compile("=")
_LEADING = re.compile(r"(?<![\d.])([1-9])(?=\d*)")
_NAME = re.compile(r"(?<![A-Za-z\\])([a-zA-Z])(?![A-Za-z])")
_EXPONENT = re.compile(r"\^ ?\{? ?(-?)(\d+)")
_TERM = re.compile(r" ?[+-] ?(?:\d+\.?\d*|[a-z](?:\^\d+)?|\d+[a-z](?:\^\d+)?)(?= ?[+=,)-]|$)")
_SIGN = re.compile(r"(?<=[\w)}]) ?([+-]) ?(?=[\w(\\])")
_OTHER_UNITS = ("m", "km", "cm", "mm", "nm", "s", "ms", "min", "h", "kg", "g", "mg", "J", "kJ", "eV", "cal", "W", "kW",
                "Pa", "kPa", "atm", "bar", "mol", "mmol", "K", "N", "kN", "V", "mV", "A", "mA", "C", "T", "Hz", "kHz",
                "L", "mL", "m^3", "cm^3", "m/s", "km/h", "cm/s", "J/mol", "kJ/mol", "J/(mol K)", "m/s^2", "cm/s^2",
                "rad", "°", "%", "kg/m^3", "g/cm^3", "m^2", "cm^2", "N/m", "Ω", "kΩ", "F", "H", "mol/L")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong answer and the way in which it is wrong."""

    text: str
    kind: str


def slips(gold: str, *, unit: str = "", relative: float = 0.05, most: int = 50, seed: int = 0) -> list[Slip]:
    """Draw different wrong answers to a gold.

    Args:
        gold: The right answer.
        unit: Its unit.
        relative: The tolerance beyond which a value is wrong.
        most: How many to draw at most; a text without numbers, names and signs has none.
        seed: What they depend on.

    >>> [slip.text for slip in slips("12.5", unit="m", most=3, seed=1)] == [
    ...     slip.text for slip in slips("12.5", unit="m", most=3, seed=1)
    ... ]
    True
    >>> {slip.kind for slip in slips("x^2 + 3x", most=50)} >= {"digit", "exponent", "sign", "symbol", "term"}
    True
    """
    drawn = random.Random(f"{seed} {gold} {unit}")
    text = normal(gold)
    found = quantity_or_none(text)
    number = as_float(found.value) if found and not found.unit else 1j
    ways = _texts(text, relative, drawn) if isinstance(number, complex) else _numbers(number, unit, relative, drawn)
    kept: dict[str, Slip] = {}
    for slip in ways:
        kept.setdefault(slip.text, slip)
        if len(kept) >= most:
            break
    return list(kept.values())


def _numbers(number: float, unit: str, relative: float, drawn: random.Random) -> Iterator[Slip]:
    """Slips of one value: its sign, its power of ten, its digits, its unit."""
    behind = f" {unit}" if unit and units(unit) else ""

    def slip(wrong: float, kind: str) -> Iterator[Slip]:
        if abs(wrong - number) > 1.1 * relative * max(abs(wrong), abs(number)) and wrong != number:
            yield Slip(f"{wrong:.6g}{behind if drawn.random() < 0.5 else ''}", kind)

    if number == 0 or not math.isfinite(number):
        return
    factored = re.search(r"10 ?\^", unit)
    yield from slip(-number, "sign")
    for _ in range(400):
        power = drawn.choice((-9, -6, -4, -3, -2, -1, 1, 2, 3, 4, 6, 9))
        if not factored:
            yield from slip(number * 10.0**power, "power of ten")
        digits = list(f"{number:.6g}")
        places = [place for place, mark in enumerate(digits) if mark.isdigit()]
        digits[drawn.choice(places[:3])] = str(drawn.randint(0, 9))
        with suppress(ValueError):
            yield from slip(float("".join(digits)), "digit")
        yield from slip(number * drawn.choice((0.5, 2, 3, 1 / 3, 1.5, 1.2, 0.8, 3.14159, 0.15915, 9.81)), "factor")
        if behind:
            yield from _other_unit(number, unit, relative, drawn)


def _other_unit(number: float, unit: str, relative: float, drawn: random.Random) -> Iterator[Slip]:
    other = drawn.choice(_OTHER_UNITS)
    mine, theirs = units(unit), units(other)
    if not unit.strip() and other in ("°", "%"):
        return  # Golds without a unit may be angles or shares.
    if not mine or not theirs or theirs[0].zero or any(one.zero for one in mine):
        return
    fitting = [(one, two) for one in mine for two in theirs if one.fits(two)]
    if all(abs(two.factor - one.factor) > 2 * relative * max(one.factor, two.factor) for one, two in fitting):
        yield Slip(f"{number:.6g} {other}", "same dimension" if fitting else "other dimension")


def _texts(text: str, relative: float, drawn: random.Random) -> Iterator[Slip]:
    """Slips of a formula, a list, a reaction: one digit, exponent, sign, name or term is another."""
    letters = sorted(set(_NAME.findall(text)) - {"e", "i", "d", "C", "K", "c", "k", "o", "r", "U", "R"})
    changes: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
        ("digit", _LEADING, lambda found: str(drawn.choice([n for n in range(1, 10) if n != int(found[1])]))),
        ("exponent", _EXPONENT, lambda found: found[0][: -len(found[2])] + str(int(found[2]) + drawn.randint(1, 3))),
        ("sign", _SIGN, lambda found: found[0].replace(found[1], "-" if found[1] == "+" else "+")),
        ("symbol", _NAME, lambda found: drawn.choice([*letters, "w"]) if found[1] in letters else found[0]),
        ("term", _TERM, lambda found: ""),
    )
    tried: set[str] = set()
    for _ in range(200):
        for kind, pattern, change in changes:
            marks = list(pattern.finditer(text))
            if not marks:
                continue
            mark = drawn.choice(marks)
            wrong = text[: mark.start()] + change(mark) + text[mark.end() :]
            if wrong in tried:
                continue
            tried.add(wrong)
            if wrong.strip() and _is_wrong(text, wrong, kind, relative, drawn):
                yield Slip(wrong, kind)


def _is_wrong(text: str, wrong: str, kind: str, relative: float, drawn: random.Random) -> bool:
    """Whether a changed text is wrong for certain: its value is off, or it has none and another digit."""
    if wrong.replace(" ", "") == text.replace(" ", ""):
        return False
    quantities = quantity_or_none(text), quantity_or_none(wrong)
    if quantities[0] and quantities[1] and quantities[0].unit == quantities[1].unit:
        left, right = (as_float(one.value) for one in quantities if one)
        return abs(left - right) > 1.1 * relative * max(abs(left), abs(right))
    sides = [[formula_of(side) for side in split(one, _EQUALS)] for one in (text, wrong)]
    if any(tree is None for trees in sides for tree in trees):
        # The parts of a list may be swapped by other digits or letters; one digit that was not there before is wrong.
        return kind == "digit" and sorted(re.findall(r"[\d.]+", text)) != sorted(re.findall(r"[\d.]+", wrong))
    if all(len(trees) == 1 for trees in sides):
        return _off(sides[0][0], sides[1][0], relative, drawn)
    return all(len(trees) == 2 for trees in sides) and _unscaled(sides[0], sides[1], drawn)


def _unscaled(gold: list[Node | None], answer: list[Node | None], drawn: random.Random) -> bool:
    """Whether what two equations set to zero has no constant ratio."""
    trees = [tree for tree in (*gold, *answer) if tree is not None]
    unknown = sorted(frozenset().union(*map(names, trees)))
    ratios = []
    for _ in range(4):
        at = {name: drawn.uniform(0.3, 2.5) for name in unknown}
        try:
            one, two, three, four = (as_float(value(tree, at)) for tree in trees)
            ratios.append((one - two) / (three - four))
        except (UndefinedError, TooBigError, ZeroDivisionError):
            continue
    return len(ratios) == 4 and any(abs(ratio - ratios[0]) > 0.1 * abs(ratios[0]) for ratio in ratios)


def _off(one: Node | None, other: Node | None, relative: float, drawn: random.Random) -> bool:
    if one is None or other is None:
        return False
    off = 0
    for _ in range(3):
        at = {name: drawn.uniform(0.3, 2.5) for name in sorted((names(one) | names(other)) - CONSTANTS)}
        try:
            left, right = (as_float(value(node, at)) for node in (one, other))
        except (UndefinedError, TooBigError):
            continue
        off += abs(left - right) > 1.1 * relative * max(abs(left), abs(right))
    return off >= 2
