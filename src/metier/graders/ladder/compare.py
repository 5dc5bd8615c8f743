"""Are two cleaned answers the same thing? Shapes part by part; a part without parts is compared in `leaves`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from metier.graders.ladder.atoms import same_configuration, same_hybrid, same_nuclide, same_term
from metier.graders.ladder.cases import same_cases
from metier.graders.ladder.chemistry import same_charge, same_reaction, same_species
from metier.graders.ladder.dates import same_day, same_time
from metier.graders.ladder.equations import indexed, same_bound
from metier.graders.ladder.evaluate import as_float
from metier.graders.ladder.families import one_letter
from metier.graders.ladder.formulas import formula_of
from metier.graders.ladder.leaves import compare_leaves
from metier.graders.ladder.logic import same_proposition
from metier.graders.ladder.phrases import other_way, same_meaning
from metier.graders.ladder.policy import Policy
from metier.graders.ladder.quantity import number_of, quantity_of
from metier.graders.ladder.spans import dashed, ratio_of, same_ratio
from metier.graders.ladder.structure import Interval, Leaf, Many, Nothing, Shape, as_list_or_sum, shape
from metier.graders.ladder.symbolic import same
from metier.graders.ladder.tree import Node
from metier.graders.ladder.units import Unit, pairs
from metier.graders.ladder.vectors import as_long, vector_of
from metier.graders.ladder.verdict import Context, Verdict

_MOST_COMPARED = 12
"""Longer lists are compared in order: each pair of parts may take a millisecond."""


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
    context = Context(unit=unit, power=power, policy=policy, trace=trace)
    if gold == answer and not policy.interval:
        return Verdict(True, "same", gold[:200])
    gold, answer = one_letter(gold, answer)
    if other_way(gold, answer):
        return Verdict(False, "different", f"{answer[:100]} against {gold[:100]}")
    if (known := _known_kind(gold, answer, unit)) is not None:
        return Verdict(known, "same_words" if known else "different", f"{answer[:100]} against {gold[:100]}")
    wanted, said = shape(gold), shape(answer)
    trace("structure", f"{_kind(said)} against {_kind(wanted)}")
    if policy.interval and isinstance(wanted, Interval | Many):
        return _inside(wanted, as_list_or_sum(said, wanted), context)
    return _shapes(wanted, said, context)


_NUMERAL = re.compile(r"-?[\d.]+(?:e-?\d+)?")
_LETTERED = re.compile(r"\(?[A-J]\)?(?:(?:,? ?(?:and|&) ?|, ?)\(?[A-J]\)?)+")
_CHOICE = re.compile(r"(?i:option|choice|answer) \(?([A-Ja-j])\)?|[(\[]?([A-Ja-j])[)\]]")
_OPTION = re.compile(r"[(\[]?([A-J])[)\].:]+ +(?!.*(?:\bor\b|\band\b|,) *[(\[]?[A-J]\b).+")


_KINDS = (
    same_meaning,
    same_proposition,
    same_day,
    same_time,
    same_configuration,
    same_nuclide,
    same_term,
    same_hybrid,
    same_charge,
    same_reaction,
    same_species,
    same_cases,
)


def _known_kind(gold: str, answer: str, unit: str) -> bool | None:
    """The verdict on what is no number: days, times of day, options by their letter, chemical formulas."""
    if unit or _NUMERAL.fullmatch(gold):
        return None
    if _LETTERED.fullmatch(gold) and (said := _LETTERED.fullmatch(answer)):
        return sorted(re.findall("[A-J]", gold)) == sorted(re.findall("[A-J]", said[0]))
    if len(gold) == 1 and "A" <= gold <= "J":
        option = _OPTION.fullmatch(answer) or _CHOICE.fullmatch(answer)
        return (option[1] or option[option.lastindex or 1]).upper() == gold if option else None
    for known in _KINDS:
        found = known(gold, answer)
        if found is not None:
            return found
    return None


def _kind(one: Shape) -> str:
    return f"{one.kind} of {len(one.parts)}" if isinstance(one, Many) else type(one).__name__.lower()


def _shapes(gold: Shape, answer: Shape, context: Context) -> Verdict:
    if isinstance(gold, Many) and gold.kind == "set" and len(gold.parts) == 1:
        gold = gold.parts[0]
    if isinstance(answer, Many) and answer.kind == "set" and len(answer.parts) == 1:
        answer = answer.parts[0]
    gold, answer = as_list_or_sum(gold, answer), as_list_or_sum(answer, gold)
    if (spans := _spans(gold, answer, context)) is not None:
        return spans
    if isinstance(gold, Nothing) or isinstance(answer, Nothing):
        return Verdict(type(gold) is type(answer), "same" if type(gold) is type(answer) else "different_kind")
    if isinstance(gold, Many) and isinstance(answer, Many):
        return _many(gold, answer, context)
    if isinstance(gold, Interval) or isinstance(answer, Interval):
        return _intervals(gold, answer, context)
    if isinstance(answer, Many) and isinstance(gold, Leaf):
        return _one_of_several(gold, answer, context)
    if isinstance(gold, Many):
        if isinstance(answer, Leaf) and gold.kind in ("tuple", "brackets", "vector"):
            vector = vector_of(answer.text, plain=True)
            if vector:
                return _many(gold, Many(kind="tuple", parts=as_long(vector, max(len(gold.parts), 2))), context)
        return Verdict(False, "different_kind")
    if (
        isinstance(gold, Leaf)
        and isinstance(answer, Leaf)
        and (vector := vector_of(gold.text, plain="\\hat" in answer.text))
    ):
        said = vector_of(answer.text, plain=True)
        if said or number_of(answer.text) is not None or "\\hat" in answer.text:
            return _in_order(vector, said, context) if said else Verdict(False, "different_kind", answer.text[:80])
    return compare_leaves(gold, answer, context) if isinstance(answer, Leaf) else Verdict(False, "different_kind")


def _spans(gold: Shape, answer: Shape, context: Context) -> Verdict | None:
    """The verdict on `2 to 3`, `2-3` and `2:3`, whose ends have an order; None if the gold is none of them."""
    if isinstance(gold, Leaf) and not gold.label and "-" in gold.text[1:] and (ends := dashed(gold.text)):
        gold = Many(kind="span", parts=tuple(Leaf(text=end) for end in ends))
    if isinstance(answer, Leaf) and isinstance(gold, Many) and gold.kind == "span" and (ends := dashed(answer.text)):
        answer = Many(kind="span", parts=tuple(Leaf(text=end) for end in ends))
    written = [isinstance(one, Many) or ":" in getattr(one, "text", "") for one in (gold, answer)]
    ratio = any(written) and not (isinstance(gold, Many) and isinstance(answer, Many))
    if ratio and (wanted := _terms(gold)) and (said := _terms(answer)):
        found = same_ratio(wanted, said, relative=context.policy.relative)
        return Verdict(found, "different" if found is False else "same_parts") if found is not None else None
    if not (isinstance(gold, Many) and gold.kind == "span"):
        return None
    if isinstance(answer, Interval):
        answer = Many(kind="span", parts=(Leaf(text=answer.low), Leaf(text=answer.high)))
    if isinstance(answer, Many) and len(answer.parts) == 2 and answer.kind in ("span", "list", "brackets", "tuple"):
        return _in_order(gold.parts, answer.parts, context)
    return Verdict(False, "different_kind")


def _terms(one: Shape) -> tuple[str, ...] | None:
    if isinstance(one, Many) and one.kind == "span":
        ends = tuple(part.text for part in one.parts if isinstance(part, Leaf))
        return ends if all(end.replace(".", "", 1).isdigit() for end in ends) else None
    return ratio_of(one.text) if isinstance(one, Leaf) and not one.label else None


def _many(gold: Many, answer: Many, context: Context) -> Verdict:
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


def _distinct(parts_: tuple[Shape, ...], context: Context) -> tuple[Shape, ...]:
    kept: list[Shape] = []
    for part in parts_[:_MOST_COMPARED]:
        if not any(_shapes(part, other, context).is_same for other in kept):
            kept.append(part)
    return (*kept, *parts_[_MOST_COMPARED:])


def _in_order(gold: tuple[Shape, ...], answer: tuple[Shape, ...], context: Context) -> Verdict:
    unsure = None
    for wanted, said in zip(gold, answer, strict=True):
        found = _shapes(wanted, said, context)
        if found.is_same is False:
            return Verdict(False, "different_part", found.evidence)
        unsure = unsure or (found if found.is_same is None else None)
    return unsure or Verdict(True, "same_parts")


def _any_order(gold: tuple[Shape, ...], answer: tuple[Shape, ...], context: Context) -> Verdict:
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


def _one_of_several(gold: Leaf, answer: Many, context: Context) -> Verdict:
    """Several answers are right for one only if each of them is it; an error bar and a decimal comma are one answer."""
    if answer.kind == "plus-minus":
        left, _, spread = answer.parts[0].text.partition("+") if isinstance(answer.parts[0], Leaf) else ("", "", "")
        bar = number_of(re.sub(r"[^\d.eE+-].*", "", spread.strip()))
        centre = number_of(left.strip("( "))
        if bar is not None and centre and abs(as_float(bar)) <= 0.2 * abs(as_float(centre)):
            rest = re.sub(r"^[\d.]+(?:[eE][-+]?\d+)?", "", spread.strip())
            return compare_leaves(gold, Leaf(text=left.strip("( ") + rest.replace(")", " ")), context)
    if answer.kind in ("tuple", "vector", "brackets") and (vector := vector_of(gold.text)):
        wanted = Many(kind="vector", parts=as_long(vector, max(len(answer.parts), 2)))
        return _many(wanted, Many(kind="vector", parts=answer.parts), context)
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
            return compare_leaves(gold, Leaf(text=f"{whole}.{decimals}"), context)
    return Verdict(False, "several_answers", f"{len(answer.parts)} answers where one is asked")


def _agree(gold: Leaf, answers: tuple[Shape, ...], context: Context) -> bool:
    """Whether each answer is right and says the same as the first, to 1 %: one answer in several forms, no hedge."""
    policy = Policy(relative=min(context.policy.relative, 0.01))
    near = Context(unit=context.unit, power=context.power, policy=policy, trace=context.trace)
    return all(
        _shapes(gold, part, context).is_same and _shapes(answers[0], part, near).is_same
        for part in answers[:_MOST_COMPARED]
    )


def _intervals(gold: Shape, answer: Shape, context: Context) -> Verdict:
    wanted, said = _as_interval(gold), _as_interval(answer)
    if wanted is None or said is None:
        return Verdict(False, "different_kind", f"{_kind(answer)} against {_kind(gold)}")
    simple = re.compile(r"\\?[A-Za-z]\w*")
    if any(one.label and not simple.fullmatch(one.label) for one in (wanted, said)) and wanted.label and said.label:
        return _bounds(wanted, said, context)
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


def _bounds(gold: Interval, answer: Interval, context: Context) -> Verdict:
    """`2x + y < 5` beside `y < 5 - 2x`: what is bounded is a formula on one side or both."""
    sides = [_less(one) for one in (gold, answer)]
    if sides[0] is None or sides[1] is None:
        if gold.label.replace(" ", "") != answer.label.replace(" ", ""):
            trees = formula_of(gold.label), formula_of(answer.label)
            if trees[0] is None or trees[1] is None or not same(trees[0], trees[1]):
                return Verdict(None, "undecided", f"{answer.label[:60]} against {gold.label[:60]}")
        return _intervals(replace(gold, label="x"), replace(answer, label="x"), context)
    if _open_end(gold) != _open_end(answer):
        return Verdict(False, "different_ends")
    found = same_bound(sides[0], sides[1])
    return Verdict(found, "undecided" if found is None else "same_parts" if found else "different")


def _open_end(one: Interval) -> bool:
    return one.closed[1] if "\\infty" in one.low else one.closed[0]


def _less(one: Interval) -> tuple[Node, Node] | None:
    """The smaller and the larger side of a bound on one side, or None."""
    if ("\\infty" in one.low) == ("\\infty" in one.high):
        return None
    texts = (one.label, one.high) if "\\infty" in one.low else (one.low, one.label)
    less, more = (formula_of(indexed(text)) for text in texts)
    return (less, more) if less and more else None


def _as_interval(one: Shape) -> Interval | None:
    if isinstance(one, Interval):
        return one
    if isinstance(one, Many) and one.kind in ("tuple", "brackets") and len(one.parts) == 2:
        low, high = one.parts
        if isinstance(low, Leaf) and isinstance(high, Leaf):
            closed = one.kind == "brackets"
            return Interval(low=low.text, high=high.text, closed=(closed, closed))
    return None


def _inside(gold: Shape, answer: Shape, context: Context) -> Verdict:
    bounds = _as_interval(gold)
    if bounds is None or not isinstance(answer, Leaf):
        return Verdict(False, "different_kind")
    low, high, said = number_of(bounds.low), number_of(bounds.high), quantity_of(answer.text)
    if low is None or high is None or said is None:
        return Verdict(None if said else False, "no_number", answer.text[:80])
    fitting = list(pairs(context.unit, said.unit)) if said.unit else [(Unit(1.0), Unit(1.0))]
    for mine, theirs in fitting:
        number = (as_float(said.value) * theirs.factor + theirs.zero - mine.zero) / mine.factor
        if not isinstance(number, complex) and as_float(low).real <= number <= as_float(high).real:
            return Verdict(True, "inside", f"{number:g} in {bounds.low} to {bounds.high}")
    return Verdict(False, "outside", f"{answer.text[:60]} not in {bounds.low} to {bounds.high}")
