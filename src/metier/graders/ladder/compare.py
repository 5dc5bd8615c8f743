"""Are two cleaned answers the same thing? Shapes part by part, then numbers with units, then formulas, then words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from metier.graders.ladder.confirm import confirm
from metier.graders.ladder.evaluate import TooBigError, UndefinedError, Value, as_float, value
from metier.graders.ladder.policy import Policy
from metier.graders.ladder.structure import Interval, Leaf, Many, Nothing, Shape, shape
from metier.graders.ladder.symbolic import same, same_up_to_constant
from metier.graders.ladder.syntax import Apply, Literal, Name, Node, UnreadError, names, parts, read, read_all
from metier.graders.ladder.units import Unit, pairs, units

_MOST_COMPARED = 12
"""Longer lists are compared in order: each pair of parts may take a millisecond."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two answers are the same (None: cannot tell), why, and what was compared."""

    is_same: bool | None
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    unit: str
    power: int
    policy: Policy
    trace: Callable[[str, str], None]


def compare(
    gold: str, answer: str, *, unit: str, power: int, policy: Policy, trace: Callable[[str, str], None]
) -> Verdict:
    """Compare two cleaned texts.

    Args:
        gold: The right answer.
        answer: The one to judge.
        unit: The unit of the gold, cleaned.
        power: The k of a factor 10^k of the unit.
        policy: What counts as equal.
        trace: Told what each rung says.

    >>> compare("1/2", "0.5", unit="", power=0, policy=Policy(), trace=lambda rung, word: None).reason
    'same'
    """
    context = _Context(unit=unit, power=power, policy=policy, trace=trace)
    if gold == answer and not policy.interval:
        return Verdict(True, "same", gold[:200])
    wanted, said = shape(gold), shape(answer)
    trace("structure", f"{_kind(said)} against {_kind(wanted)}")
    if policy.interval and isinstance(wanted, Interval | Many):
        return _inside(wanted, said, context)
    return _shapes(wanted, said, context)


def _kind(one: Shape) -> str:
    return f"{one.kind} of {len(one.parts)}" if isinstance(one, Many) else type(one).__name__.lower()


def _shapes(gold: Shape, answer: Shape, context: _Context) -> Verdict:
    if isinstance(gold, Many) and gold.kind == "set" and len(gold.parts) == 1:
        gold = gold.parts[0]
    if isinstance(answer, Many) and answer.kind == "set" and len(answer.parts) == 1:
        answer = answer.parts[0]
    if isinstance(gold, Nothing) or isinstance(answer, Nothing):
        return Verdict(type(gold) is type(answer), "same" if type(gold) is type(answer) else "different_kind")
    if isinstance(gold, Many) and isinstance(answer, Many):
        return _many(gold, answer, context)
    if isinstance(gold, Interval) or isinstance(answer, Interval):
        return _intervals(gold, answer, context)
    if isinstance(answer, Many) and isinstance(gold, Leaf):
        return _one_of_several(gold, answer, context)
    if isinstance(gold, Many):
        vector = _vector(answer.text) if isinstance(answer, Leaf) else None
        if vector and gold.kind in ("tuple", "brackets", "vector"):
            vector = (
                vector[: max(len(gold.parts), 2)]
                if not any(part.text != "0" for part in vector[len(gold.parts) :])
                else vector
            )
            return _many(gold, Many(kind="tuple", parts=vector), context)
        return Verdict(False, "different_kind")
    return _leaves(gold, answer, context) if isinstance(answer, Leaf) else Verdict(False, "different_kind")


def _many(gold: Many, answer: Many, context: _Context) -> Verdict:
    wanted, said = gold.parts, answer.parts
    if len(wanted) != len(said):
        wanted, said = _distinct(wanted, context), _distinct(said, context)
    if len(wanted) != len(said):
        return Verdict(False, "different_number_of_parts", f"{len(said)} against {len(wanted)}")
    ordered = {"tuple", "brackets", "vector"}
    if {gold.kind, answer.kind} == {"tuple", "brackets"} and len(wanted) == len(said) == 2:
        # A pair of numbers may be an interval, whose ends count.
        return Verdict(False, "different_ends")
    labels = _labels(wanted), _labels(said)
    if labels[0] and labels[1]:
        if set(labels[0]) != set(labels[1]):
            return Verdict(False, "different_names", f"{sorted(labels[1])} against {sorted(labels[0])}")
        said = tuple(labels[1][name] for name in labels[0])
        return _in_order(wanted, said, context)
    if gold.kind in ordered and answer.kind in ordered:
        return _in_order(wanted, said, context)
    if {gold.kind, answer.kind} & {"set", "union"} and {gold.kind, answer.kind} & ordered:
        return Verdict(False, "different_kind")
    if gold.kind in ordered and not (gold.kind in ordered and answer.kind in ordered) and answer.kind == "list":
        return _in_order(wanted, said, context)
    if len(wanted) > _MOST_COMPARED:
        return _in_order(wanted, said, context)
    return _any_order(wanted, said, context)


def _labels(parts_: tuple[Shape, ...]) -> dict[str, Shape]:
    found: dict[str, Shape] = {
        part.label: part for part in parts_ if isinstance(part, Leaf) and re.search("[A-Za-z]", part.label)
    }
    return found if len(found) == len(parts_) > 1 else {}


def _distinct(parts_: tuple[Shape, ...], context: _Context) -> tuple[Shape, ...]:
    kept: list[Shape] = []
    for part in parts_[:_MOST_COMPARED]:
        if not any(_shapes(part, other, context).is_same for other in kept):
            kept.append(part)
    return (*kept, *parts_[_MOST_COMPARED:])


def _in_order(gold: tuple[Shape, ...], answer: tuple[Shape, ...], context: _Context) -> Verdict:
    unsure = None
    for wanted, said in zip(gold, answer, strict=True):
        found = _shapes(wanted, said, context)
        if found.is_same is False:
            return Verdict(False, "different_part", found.evidence)
        unsure = unsure or (found if found.is_same is None else None)
    return unsure or Verdict(True, "same_parts")


def _any_order(gold: tuple[Shape, ...], answer: tuple[Shape, ...], context: _Context) -> Verdict:
    left = list(answer)
    for wanted in gold:
        found = [_shapes(wanted, said, context).is_same for said in left]
        if True in found:
            del left[found.index(True)]
        elif None in found:
            return Verdict(None, "undecided_part")
        else:
            return Verdict(False, "different_part", f"no {_text(wanted)} among {', '.join(map(_text, answer))}")
    return Verdict(True, "same_parts")


def _text(one: Shape) -> str:
    return one.text[:60] if isinstance(one, Leaf) else _kind(one)


def _one_of_several(gold: Leaf, answer: Many, context: _Context) -> Verdict:
    """Several answers are right for one only if each of them is it; an error bar and a decimal comma are one answer."""
    if answer.kind == "plus-minus":
        left, _, spread = answer.parts[0].text.partition("+") if isinstance(answer.parts[0], Leaf) else ("", "", "")
        bar = _number(re.sub(r"[^\d.eE+-].*", "", spread.strip()))
        centre = _number(left.strip("( "))
        if bar is not None and centre and abs(as_float(bar)) <= 0.2 * abs(as_float(centre)):
            rest = re.sub(r"^[\d.]+(?:[eE][-+]?\d+)?", "", spread.strip())
            return _leaves(gold, Leaf(text=left.strip("( ") + rest.replace(")", " ")), context)
    if answer.kind in ("tuple", "vector") and (vector := _vector(gold.text)):
        return (
            _in_order(vector[: len(answer.parts)], answer.parts, context)
            if len(answer.parts) in (2, 3)
            else Verdict(False, "different_kind")
        )
    if answer.kind in ("list", "set") and _agree(gold, answer.parts, context):
        return Verdict(True, "same_in_every_form")
    if answer.kind == "list" and len(answer.parts) == 2:
        whole, decimals = (part.text if isinstance(part, Leaf) and not part.label else "" for part in answer.parts)
        if (
            re.fullmatch(r"-?\d+", whole)
            and re.match(r"\d+(?!\d*[.])", decimals)
            and "." in gold.text
            and len(gold.text) == len(whole + decimals) + 1
        ):
            return _leaves(gold, Leaf(text=f"{whole}.{decimals}"), context)
    return Verdict(False, "several_answers", f"{len(answer.parts)} answers where one is asked")


def _agree(gold: Leaf, answers: tuple[Shape, ...], context: _Context) -> bool:
    """Whether each answer is right and says the same as the first, to 1 %: one answer in several forms, no hedge."""
    policy = Policy(relative=min(context.policy.relative, 0.01))
    near = _Context(unit=context.unit, power=context.power, policy=policy, trace=context.trace)
    return all(
        _shapes(gold, part, context).is_same and _shapes(answers[0], part, near).is_same
        for part in answers[:_MOST_COMPARED]
    )


def _intervals(gold: Shape, answer: Shape, context: _Context) -> Verdict:
    wanted, said = _as_interval(gold), _as_interval(answer)
    if wanted is None or said is None:
        return Verdict(False, "different_kind", f"{_kind(answer)} against {_kind(gold)}")
    simple = re.compile(r"\\?[A-Za-z]\w*")
    if wanted.label != said.label and simple.fullmatch(wanted.label) and simple.fullmatch(said.label):
        return Verdict(False, "different_names", f"{said.label} against {wanted.label}")
    infinite = [("\\infty" in one.low, "\\infty" in one.high) for one in (wanted, said)]
    for end in (0, 1):
        if not infinite[0][end] and wanted.closed[end] != said.closed[end]:
            return Verdict(False, "different_ends")
    return _in_order(
        tuple(Leaf(text=end) for end in (wanted.low, wanted.high)),
        tuple(Leaf(text=end) for end in (said.low, said.high)),
        context,
    )


def _as_interval(one: Shape) -> Interval | None:
    if isinstance(one, Interval):
        return one
    if isinstance(one, Many) and one.kind in ("tuple", "brackets") and len(one.parts) == 2:
        low, high = one.parts
        if isinstance(low, Leaf) and isinstance(high, Leaf):
            closed = one.kind == "brackets"
            return Interval(low=low.text, high=high.text, closed=(closed, closed))
    return None


def _inside(gold: Shape, answer: Shape, context: _Context) -> Verdict:
    bounds = _as_interval(gold)
    if bounds is None or not isinstance(answer, Leaf):
        return Verdict(False, "different_kind")
    low, high, said = _number(bounds.low), _number(bounds.high), _quantity(answer.text)
    if low is None or high is None or said is None:
        return Verdict(None if said else False, "no_number", answer.text[:80])
    fitting = list(pairs(context.unit, said.unit)) if said.unit else [(Unit(1.0), Unit(1.0))]
    for mine, theirs in fitting:
        number = (as_float(said.value) * theirs.factor + theirs.zero - mine.zero) / mine.factor
        if not isinstance(number, complex) and as_float(low).real <= number <= as_float(high).real:
            return Verdict(True, "inside", f"{number:g} in {bounds.low} to {bounds.high}")
    return Verdict(False, "outside", f"{answer.text[:60]} not in {bounds.low} to {bounds.high}")


@dataclass(frozen=True, slots=True)
class _Quantity:
    value: Value
    unit: str
    decimals: int
    node: Node | None


_COMPOUND = re.compile(r"([\d.]++) ?([A-Za-z°'\"]++\.?)(?:,? (?:and )?| ?)")
_MARKS = {"'": "ft", '"': "in", "''": "in"}


@lru_cache(maxsize=8192)
def _quantity(text: str, log_base: int = 0) -> _Quantity | None:
    """A number and the text of its unit, or None. TooBigError passes through."""
    try:
        node, rest = read(text)
    except UnreadError:
        if text.startswith(("¤", "€", "£")):
            found = _quantity(re.sub(r"^[¤€£]\s*", "", text))
            return found and _Quantity(found.value, text[0], found.decimals, found.node)
        if text.startswith("-¤"):
            return _quantity(f"¤-{text[2:]}")
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
    return _Quantity(found_value, rest, decimals, node)


def _compound(text: str) -> _Quantity | None:
    """`5 ft 11 in` as feet; `1 h 30 min` as hours. Each unit is smaller than the one before."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
    found = list(_COMPOUND.finditer(body))
    if len(found) < 2 or "".join(part[0] for part in found) != body:
        return None
    marks = {"'": "arcmin", '"': "arcsec", "''": "arcsec"} if "°" in body else _MARKS
    named = [marks.get(part[2], part[2].rstrip(".")) for part in found]
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
    return _Quantity(sign * total, named[0], 0, None)


def _number(text: str) -> Value | None:
    try:
        found = _quantity(text.strip())
    except TooBigError:
        return None
    return found.value if found and not found.unit else None


def _leaves(gold: Leaf, answer: Leaf, context: _Context) -> Verdict:
    if gold.text == answer.text and not gold.label and not answer.label:
        return Verdict(True, "same", gold.text[:200])
    if _other_name(gold.label, answer.label):
        return Verdict(False, "different_names", f"{answer.label} against {gold.label}")
    if "=" in answer.text and gold.label and "=" not in gold.text:
        gold = Leaf(text=f"{gold.label}={gold.text}")
    elif "=" in gold.text and answer.label and "=" not in answer.text:
        answer = Leaf(text=f"{answer.label}={answer.text}")
    if gold.text.isalpha() and gold.text.casefold() == answer.text.casefold() and len(gold.text) > 2:
        return Verdict(True, "same_words", gold.text[:200])
    if "_" in gold.text + answer.text and _unbraced(gold.text) == _unbraced(answer.text):
        return Verdict(True, "same", gold.text[:200])
    verdict = _quantities(gold.text, answer.text, context)
    if verdict is None:
        verdict = _formulas(gold.text, answer.text, context)
    return verdict or _words(gold.text, answer.text)


def _unbraced(text: str) -> str:
    """`CO_2` as `CO2`: an index with and without its marks."""
    return re.sub(r"[_{} ]", "", text)


def _other_name(gold: str, answer: str) -> bool:
    return gold != answer and all(re.fullmatch(r"[a-z]", name) for name in (gold, answer))


def _quantities(gold: str, answer: str, context: _Context) -> Verdict | None:
    """Compare as numbers with units; None if one of them is none, so that another rung may try."""
    try:
        wanted, said = _quantity(gold), _quantity(answer)
        if context.unit == "e" and said and (charge := re.fullmatch(r"(.*[\d}]) ?e", answer)):
            said = _quantity(charge[1]) or said
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
                other_wanted, other_said = _quantity(gold, 10), _quantity(answer, 10)
                if other_wanted and other_said:
                    same_value = _same_quantity(other_wanted, other_said, unit, context)
                break
    evidence = f"{_shown(said)} against {_shown(wanted)} {unit}"
    if same_value:
        return Verdict(True, "same" if said.value == wanted.value and not said.unit else "within_tolerance", evidence)
    if said.unit and not list(pairs(unit, said.unit)):
        return Verdict(False, "different_dimension", evidence)
    return Verdict(False, "different", evidence)


def _same_quantity(wanted: _Quantity, said: _Quantity, unit: str, context: _Context) -> bool:
    policy = context.policy
    full = wanted.value * 10**context.power if context.power >= 0 else _divided(wanted.value, 10**-context.power)
    unitless = not unit
    if not said.unit and unit == "%" and not context.unit and policy.near(_divided(wanted.value, 100), said.value):
        return True
    if not said.unit or _same_unit(said.unit, unit):
        if not said.unit and policy.near(wanted.value, said.value, printed=wanted.decimals, unitless=unitless):
            return True
        return policy.near(full, said.value, printed=wanted.decimals if not context.power else 0, unitless=unitless)
    if not unit and said.unit in ("¤", "€", "£", "°", "degrees", "degree") and policy.near(wanted.value, said.value):
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


def _shown(one: _Quantity) -> str:
    number = as_float(one.value)
    return f"{number:.6g}" + (f" {one.unit[:40]}" if one.unit else "")


def _unknown_unit(wanted: _Quantity, said: _Quantity, context: _Context) -> Verdict:
    """Words that are no unit: none is stated where none is asked; else a right number cannot be told."""
    evidence = f"the unit {said.unit[:60]!r} is not understood"
    if re.match(r"[\d.]|(?:to|or)\b.*\d", said.unit):
        return Verdict(False, "several_answers", f"more follows: {said.unit[:60]!r}")
    if not context.policy.near(wanted.value, said.value, printed=wanted.decimals):
        return Verdict(False, "different", f"{_shown(said)} against {_shown(wanted)}")
    if not context.unit and not wanted.unit and re.fullmatch(r"[A-Za-z][A-Za-z ,.'-]*", said.unit):
        return Verdict(True, "within_tolerance", evidence)
    return Verdict(None, "unknown_unit", evidence)


@lru_cache(maxsize=4096)
def _formula(text: str) -> Node | None:
    try:
        return read_all(text)
    except UnreadError:
        return None


def _formulas(gold: str, answer: str, context: _Context) -> Verdict | None:
    sides = gold.split("="), answer.split("=")
    if len(sides[0]) == 2 and len(sides[1]) == 2:
        return _equations(sides[0], sides[1], context)
    wanted, said = _formula(sides[0][-1]), _formula(sides[1][-1])
    if wanted is None or said is None:
        return None
    if _is_word(wanted) or _is_word(said):
        return None
    if "j" in names(said) - names(wanted) and Name("i") in parts(wanted):
        said = _formula(re.sub(r"(?<![A-Za-z])j(?![A-Za-z])", "i", sides[1][-1])) or said
    context.trace("symbols", f"{sorted(names(said))} against {sorted(names(wanted))}")
    if wanted == said:
        return Verdict(True, "same_formula")
    found = same(wanted, said, relative=context.policy.relative)
    if found is False and "log" in gold + answer:
        found = same(wanted, said, relative=context.policy.relative, log_base=10)
    if not found and same_up_to_constant(wanted, said):
        return Verdict(True, "same_up_to_constant")
    if found is None:
        found = confirm(wanted, said)
        context.trace("confirmation", str(found))
    if found is None:
        return Verdict(None, "undecided", f"{answer[:100]} against {gold[:100]}")
    return Verdict(found, "same_formula" if found else "different", f"{answer[:100]} against {gold[:100]}")


def _equations(gold: list[str], answer: list[str], context: _Context) -> Verdict | None:
    """Two equations say the same if what they set to zero differs by a constant factor."""
    trees = [_formula(side) for side in (*gold, *answer)]
    if any(tree is None for tree in trees):
        return None
    one, two, three, four = (tree for tree in trees if tree is not None)
    zeros = [Apply("add", (left, Apply("neg", (right,)))) for left, right in ((one, two), (three, four))]
    at = {name: 1.3 + 0.37 * place for place, name in enumerate(sorted(names(zeros[0]) | names(zeros[1])))}
    try:
        scale = as_float(value(zeros[0], at)) / as_float(value(zeros[1], at))
    except (UndefinedError, TooBigError, ZeroDivisionError):
        return Verdict(None, "undecided")
    factor = Literal(Fraction(scale.real).limit_denominator(10**6))
    found = same(zeros[0], Apply("mul", (factor, zeros[1])), relative=context.policy.relative)
    return Verdict(found, "same_formula" if found else "different")


def _is_word(node: Node) -> bool:
    return isinstance(node, Name) and len(node.name) > 3 and node.name.isalpha()


def _vector(text: str) -> tuple[Leaf, ...] | None:
    r"""The parts of a vector in `\hat{i}`, `\hat{j}`, `\hat{k}`, as texts, or None."""
    if "\\hat" not in text:
        return None
    node = _formula(text)
    axes = [f"hat {axis}" for axis in ("ijk" if "{i}" in text or "{j}" in text or "{k}" in text else "xyz")]
    if node is None or not names(node) <= set(axes):
        return None
    try:
        found = [as_float(value(node, {axis: float(axis == mine) for axis in axes})) for mine in axes]
    except (UndefinedError, TooBigError):
        return None
    return tuple(Leaf(text=f"{number:.15g}") for number in found)


def _words(gold: str, answer: str) -> Verdict:
    wanted, said = (" ".join(re.sub(r"[{}\\$.,;:]", " ", text).casefold().split()) for text in (gold, answer))
    if wanted == said:
        return Verdict(True, "same_words")
    if _quantity_or_none(gold) or _formula(gold) or re.fullmatch(r"[a-z ]+", wanted):
        return Verdict(False, "different", f"{answer[:100]} against {gold[:100]}")
    return Verdict(None, "not_understood", f"{answer[:100]} against {gold[:100]}")


def _quantity_or_none(text: str) -> _Quantity | None:
    try:
        return _quantity(text)
    except TooBigError:
        return None
