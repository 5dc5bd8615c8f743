"""Are two answers without parts the same? Numbers with units, then formulas, then words."""

from __future__ import annotations

import re
from fractions import Fraction

from metier.graders.ladder.doubles import TooBigError, Value
from metier.graders.ladder.evaluate import as_float
from metier.graders.ladder.formulas import compare_formulas, formula_of
from metier.graders.ladder.phrases import same_meaning
from metier.graders.ladder.quantity import Quantity, is_quantity, quantity_of, quantity_or_none
from metier.graders.ladder.structure import Leaf
from metier.graders.ladder.tree import Apply, parts
from metier.graders.ladder.units import counts, pairs, units
from metier.graders.ladder.verdict import Context, Verdict

_ALIKE = (frozenset("EKUTWQH"), frozenset("VUEε"), frozenset("yf"), frozenset("PpF"), frozenset("TP"), frozenset("ILJ"))
"""Letters that books use for one thing: energies, voltages, functions, pressures and forces, periods, moments."""


_NAMING = re.compile(
    r"\\?[A-Za-z]+ ?(?:_ ?(?:\{[^{}]*\}|\w+))?'* ?(?:\([^()]*\))?|\\frac ?\{ ?d.*\} ?\{ ?d.*\}|d\w ?/ ?d\w|"
    r"\\Delta ?[A-Za-z](?:_\{?\w*\}?)?(?:\^.*)?|[A-Za-z]{2,}(?: [A-Za-z]{2,})+"
)
_INDEXED = re.compile(r"(\\Delta ?)?(\\?[A-Za-z]+?)(?:_?\{?(\d+)\}?)?")
_CALL = re.compile(r"([A-Za-z]) ?\(([a-z])\)")


def compare_leaves(gold: Leaf, answer: Leaf, context: Context) -> Verdict:
    """Compare two answers that have no parts: as numbers with units, then as formulas, then as words."""
    verdict = _last_sides(gold, answer, context)
    related = gold.whole and "=" in (answer.whole or answer.text) and not is_quantity(gold.text)
    if not related or (verdict.is_same and not _is_formula(gold.label, answer.label)):
        return verdict
    # `F = m a` may be said as `m a = F` or `a = F / m`, whose last sides differ.
    found = compare_formulas(gold.whole, answer.whole or answer.text, context)
    return found if found and (verdict.is_same or found.is_same is not False) else verdict


def _last_sides(gold: Leaf, answer: Leaf, context: Context) -> Verdict:
    if gold.text == answer.text and not gold.label and not answer.label:
        return Verdict(True, "same", gold.text[:200])
    if gold.label and (gold.label, gold.text) == (answer.text, answer.label):
        return Verdict(True, "same", f"{gold.label}={gold.text}")
    if _other_name(gold, answer):
        return Verdict(False, "different_names", f"{answer.label} against {gold.label}")
    if "=" in answer.text and gold.label and "=" not in gold.text:
        gold = Leaf(text=f"{gold.label}={gold.text}")
    elif "=" in gold.text and answer.label and "=" not in answer.text:
        answer = Leaf(text=f"{answer.label}={answer.text}")
    if gold.text.isalpha() and (known := same_meaning(gold.text, answer.text)) is not None:
        return Verdict(known, "same_words" if known else "different", gold.text[:200])
    if gold.text.isalpha() and gold.text.casefold() == answer.text.casefold() and len(gold.text) > 2:
        return Verdict(True, "same_words", gold.text[:200])
    if _LONG_WORD.search(gold.text) and _plain_words(gold.text.casefold()) == _plain_words(answer.text.casefold()):
        return Verdict(True, "same_words", gold.text[:200])
    if "_" in gold.text + answer.text and _unbraced(gold.text) == _unbraced(answer.text):
        return Verdict(True, "same", gold.text[:200])
    verdict = _quantities(gold.text, answer.text, context)
    if verdict is None:
        verdict = compare_formulas(gold.text, answer.text, context)
    return verdict or _words(gold.text, answer.text)


def _unbraced(text: str) -> str:
    """`CO_2` as `CO2`: an index with and without its marks."""
    return re.sub(r"[_{} ]", "", text)


def _is_formula(gold: str, answer: str) -> bool:
    """Whether a left side is no name that is chosen freely, as in `P_1 V_1 = P_2 V_2`, and the answer has another."""
    return bool(gold and answer and gold != answer and not _NAMING.fullmatch(gold))


def _other_name(gold: Leaf, answer: Leaf) -> bool:
    """Whether the labels name different things: `x` and `y`, `pH` and `pOH`, `F` and `V` before a formula."""
    one, other = gold.label, answer.label
    if one == other or not one or not other:
        return False
    called = [_CALL.fullmatch(label) for label in (one, other)]
    if called[0] and called[1]:
        if called[0][2] != called[1][2]:
            return True
        one, other = called[0][1], called[1][1]
        if one == other:
            return False
    if not is_quantity(gold.text):
        indices = [_INDEXED.fullmatch(label) for label in (one, other)]
        if indices[0] and indices[1]:
            (delta, name, index), (other_delta, other_name, other_index) = (
                found.groups() for found in indices if found
            )
            if (name == other_name and index and other_index and index != other_index) or (
                name != other_name
                and bool(delta) == bool(other_delta)
                and (delta or (index and index == other_index))
                and not any({name, other_name} <= group for group in _ALIKE)
            ):
                return True
    formulas = not is_quantity(gold.text) and not any({one, other} <= group for group in _ALIKE)
    letter = "[A-Za-z]" if formulas else "[a-z]"
    if all(re.fullmatch(letter, name) for name in (one, other)):
        return True
    return all(re.fullmatch(r"p[A-Z]\w*", name) for name in (one, other))


def _quantities(gold: str, answer: str, context: Context) -> Verdict | None:
    """Compare as numbers with units; None if one of them is none, so that another rung may try."""
    try:
        wanted, said = quantity_of(gold), quantity_of(answer)
        if context.unit == "e" and said and (charge := re.fullmatch(r"(.*[\d}]) ?e", answer)):
            said = quantity_of(charge[1]) or said
    except TooBigError:
        return Verdict(None, "too_big", f"{answer[:100]} against {gold[:100]}")
    if wanted is None or said is None:
        return None
    unit = wanted.unit or context.unit
    if wanted.unit and not units(wanted.unit):
        if not context.unit:
            return None
        unit = context.unit
    if said.unit and said.unit != unit and not units(said.unit):
        if not unit and re.search(r"[+*^=(\\-]|^[a-z]$", said.unit):
            return None
        return _unknown_unit(wanted, said, context)
    context.trace("numbers", f"{_shown(said)} against {_shown(wanted)} {unit}")
    same_value = _same_quantity(wanted, said, unit, context)
    if not same_value and wanted.unit == "" and not said.unit:
        for node in (wanted.node, said.node):
            if node is not None and any(
                isinstance(part, Apply) and part.op == "log" and len(part.args) == 1 for part in parts(node)
            ):
                other_wanted, other_said = quantity_of(gold, 10), quantity_of(answer, 10)
                if other_wanted and other_said:
                    same_value = _same_quantity(other_wanted, other_said, unit, context)
                break
    evidence = f"{_shown(said)} against {_shown(wanted)} {unit}"
    if same_value:
        return Verdict(True, "same" if said.value == wanted.value and not said.unit else "within_tolerance", evidence)
    if said.unit and not list(pairs(unit, said.unit)):
        return Verdict(False, "different_dimension", evidence)
    return Verdict(False, "different", evidence)


def _same_quantity(wanted: Quantity, said: Quantity, unit: str, context: Context) -> bool:
    policy = context.policy
    full = wanted.value * 10**context.power if context.power >= 0 else _divided(wanted.value, 10**-context.power)
    unitless = not unit
    if not said.unit and unit == "%" and not context.unit and policy.near(_divided(wanted.value, 100), said.value):
        return True
    if not said.unit or _same_unit(said.unit, unit):
        if not said.unit and policy.near(wanted.value, said.value, printed=wanted.decimals, unitless=unitless):
            return True
        return policy.near(full, said.value, printed=wanted.decimals if not context.power else 0, unitless=unitless)
    plain = said.unit in ("¤", "€", "£", "°", "degrees", "degree") or counts(said.unit)
    if not unit and plain and policy.near(wanted.value, said.value):
        return True
    found = list(pairs(unit, said.unit))
    context.trace("units", f"{said.unit!r} against {unit!r}: " + ("fits" if found else "does not fit"))
    for mine, theirs in found:
        if mine.factor == theirs.factor and mine.zero == theirs.zero:
            number: Value = said.value
        else:
            number = (as_float(said.value) * theirs.factor + theirs.zero - mine.zero) / mine.factor
        if policy.near(full, number, printed=wanted.decimals if not context.power else 0, unitless=unitless):
            return True
    return False


def _same_unit(one: str, other: str) -> bool:
    return one == other or one.replace(" ", "") == other.replace(" ", "")


def _divided(number: Value, by: int) -> Value:
    return Fraction(number) / by if isinstance(number, int | Fraction) else number / by


def _shown(one: Quantity) -> str:
    number = as_float(one.value)
    return f"{number:.6g}" + (f" {one.unit[:40]}" if one.unit else "")


def _unknown_unit(wanted: Quantity, said: Quantity, context: Context) -> Verdict:
    """Words that are no unit: none is stated where none is asked; else a right number cannot be told."""
    evidence = f"the unit {said.unit[:60]!r} is not understood"
    if re.match(r"[\d.]|(?:to|or)\b.*\d", said.unit):
        return Verdict(False, "several_answers", f"more follows: {said.unit[:60]!r}")
    if not context.policy.near(wanted.value, said.value, printed=wanted.decimals):
        return Verdict(False, "different", f"{_shown(said)} against {_shown(wanted)}")
    counted = re.fullmatch(r"[A-Za-z][A-Za-z ,.'-]*", said.unit) and not _NO_COUNT.match(said.unit)
    if not context.unit and not wanted.unit and counted:
        return Verdict(True, "within_tolerance", evidence)
    return Verdict(None, "unknown_unit", evidence)


_NO_COUNT = re.compile(r"(?:more|less|fewer|times \w|minus|plus|too|not|is|are|was|gives?|divided|mod(?:ulo)?)\b")
"""What makes of `6 more than x` another number than 6."""
_ORDINALS = [
    "zeroth",
    "0th",
    "first",
    "1st",
    "second",
    "2nd",
    "third",
    "3rd",
    "fourth",
    "4th",
    "fifth",
    "5th",
    "sixth",
    "6th",
    "seventh",
    "7th",
    "eighth",
    "8th",
]
_LONG_WORD = re.compile(r"[ -][a-z]{4}|[a-z]{4}[ -]")
_NUMBERED = dict(zip(_ORDINALS[::2], _ORDINALS[1::2], strict=True))


def _plain_words(text: str) -> str:
    """`second-order` as `2nd order`, without an article and without what adds nothing."""
    words = [word for word in text.replace("-", " ").split() if word not in ("a", "an", "the", "direction")]
    if len(words) == 1 and len(words[0]) > 5:
        return words[0].removesuffix("s")
    return " ".join(_NUMBERED.get(word, word) for word in words)


def _words(gold: str, answer: str) -> Verdict:
    wanted, said = (" ".join(re.sub(r"[{}\\$.,;:]", " ", text).casefold().split()) for text in (gold, answer))
    if wanted == said or _plain_words(wanted) == _plain_words(said):
        return Verdict(True, "same_words")
    if quantity_or_none(gold) or formula_of(gold) or re.fullmatch(r"[a-z ]+", wanted):
        return Verdict(False, "different", f"{answer[:100]} against {gold[:100]}")
    return Verdict(None, "not_understood", f"{answer[:100]} against {gold[:100]}")
