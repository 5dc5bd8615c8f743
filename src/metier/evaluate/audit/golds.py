r"""Does an exam contradict itself about an answer, and can the answer it grades with be matched at all?

Each rule looks at one record and yields what it finds. A value counts as contradicted only beyond the precision it is
printed in, with or without the power of ten that the unit may hide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from metier.evaluate.audit.finding import Finding, Severity
from metier.evaluate.audit.reading import Reading, agree, clean, read
from metier.evaluate.audit.record import Record

_FACTOR = re.compile(r"10\s*\^\s*\{?\s*([-+−]?\s*\d{1,3})\s*\}?")
_NUMBER = re.compile(r"(?<![\w.])-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?:\s*\*\s*10\s*\^\s*\{?\s*-?\d+\s*\}?)?")
_SIGNS = re.compile(r"=|\\approx|≈|\$|\\\\|&|\\sim|\n| is ")
_MANY = re.compile(r"(?:,\s|;|\bor\b|\band\b)\s*\}?\s*(?=[-+\d.\\]|[A-Za-z]\w*\s*=)|^\s*(?:\\pm(?![A-Za-z])|±)")
_LAST = re.compile(r"=|\\(?:approx|simeq|sim)(?![A-Za-z])|≈")
_RANGE = re.compile(r"\d[\d.]*\s*-{1,2}\s*\d[\d.]*")
_UNIT_BOX = re.compile(r"\\(?:mathrm|text|operatorname|circ)(?![A-Za-z])")
_ERROR_BAR = re.compile(r"^(?:\\pm(?![A-Za-z])|±)\s*[\d.]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<![\\])\x09(?=(?:imes|ext|frac|an|heta|au|o)\b)")
_ASKS = re.compile(
    r"(?i)\b(?:what(?: is|'s| are)?|find|compute|calculate|determine|evaluate|give|estimate|approximate)\b[^.?!]{0,60}?"
    r"\bprobabilit(?:y|ies)\b(?! (?:density|amplitude|current|generating|mass|distribution|function))"
)
_ASKS_P = re.compile(
    r"(?i)\b(?:find|compute|calculate|determine|evaluate|what is)\s+\$?\s*(?:P|\\Pr|\\mathbb\{P\})\s*[\\(]"
)
_PERCENT = re.compile(r"(?i)%|per ?cent")


def check_gold(record: Record) -> list[Finding]:
    r"""Every fault of one gold. Choices and texts without digits are left to other rules.

    >>> bad = Record(place="a.json:0", prompt="What is the probability?", gold="1.44", latex=r"$\frac{36}{125}$")
    >>> [finding.rule for finding in check_gold(bad)]
    ['gold_contradicts_latex', 'impossible_probability']
    """
    found = [*_characters(record), *_unit(record)]
    if record.choices:
        return found
    if not record.gold.strip():
        return [*found, _of(record, "empty_gold", repr(record.gold), "There is no answer to grade with.", "error")]
    gold = read(record.gold)
    found += _spelling(record, gold)
    if gold is not None:
        found += [*_latex(record, gold), *_solution(record, gold), *_zero(record, gold), *_probability(record, gold)]
    return found


def exponent_of(unit: str) -> int | None:
    r"""The power of ten that a unit holds, if it holds one.

    >>> exponent_of(r"$10^{-19} \mathrm{~J}$"), exponent_of("m") is None
    (-19, True)
    """
    found = _FACTOR.search(unit)
    return int(found[1].replace("−", "-").replace(" ", "")) if found else None


def _of(record: Record, rule: str, evidence: str, message: str, severity: Severity) -> Finding:
    return Finding(rule=rule, place=record.place, evidence=evidence[:300], message=message, severity=severity)


def _characters(record: Record) -> Iterator[Finding]:
    for name in ("prompt", "gold", "latex", "unit", "solution"):
        text = getattr(record, name)
        if found := _CONTROL.search(text):
            near = text[max(found.start() - 10, 0) : found.end() + 15]
            yield _of(
                record,
                "control_character",
                f"{name}: {near!r}",
                f"The {name} holds {found[0]!r}, most likely a backslash that a parser took for an escape.",
                "error" if name in ("gold", "latex") else "warning",
            )


def _unit(record: Record) -> Iterator[Finding]:
    exponent = exponent_of(record.unit)
    if exponent is None:
        return
    said = f"The unit hides a factor of 10^{exponent}: an answer in full and one without the factor are both natural."
    yield _of(record, "unit_hides_exponent", repr(record.unit), said, "warning")
    after = record.unit[_FACTOR.search(record.unit).end() :]  # type: ignore[union-attr]
    if after.strip("$ ") == "" and after != after.rstrip():
        said = "The unit is only a power of ten, but a blank behind it makes it look like a factor before a unit."
        yield _of(record, "unit_ends_in_blank", repr(record.unit), said, "error")


def _spelling(record: Record, gold: Reading | None) -> Iterator[Finding]:
    text = record.gold.strip()
    if _is_plain(record):
        try:
            float(text)
        except ValueError:
            said = "A parser of plain numbers refuses the gold" + (
                ", so no answer can match it." if gold else " and no number is found in it."
            )
            yield _of(record, "unparsable_gold", repr(record.gold), said, "error")
    elif re.search(r"\d[−–]|[−–]\s*\d|\d,\d{3}(?!\d)", text):
        said = "The gold has a comma or a minus sign that a strict parser of numbers refuses."
        yield _of(record, "unusual_gold", repr(record.gold), said, "note")


def _is_plain(record: Record) -> bool:
    """Whether plain numbers are compared within a share of the gold, as problems without a grader of their own are."""
    return record.item is None or record.item.grader == "scibench"


def _latex(record: Record, gold: Reading) -> Iterator[Finding]:
    text = clean(record.latex)
    if not text:
        return
    evidence = f"{record.gold!r} beside {record.latex!r}, unit {record.unit!r}"
    if (many := _MANY.search(text)) and not _MANY.search(clean(record.gold)) and _values(text, many):
        said = "The written answer has several values, the graded one has a single value."
        yield _of(record, "gold_of_many_values", evidence, said, "error")
        return
    written = read(_LAST.split(text)[-1])
    factors = [1.0, *_factors(record)]
    if "%" in text + record.unit:
        factors += [100.0, 0.01]
    if "°" in text:
        factors.append(180 / math.pi)
    if written and not _RANGE.fullmatch(text) and any(agree(gold, written, factor=factor) for factor in factors):
        return
    if written is None or _RANGE.fullmatch(text) or not _is_unit(written.rest, record.unit):
        yield _of(record, "unread_latex", evidence, "The written answer could not be compared with the gold.", "note")
        return
    said = f"The graded answer {gold.value:.6g} is not the written one, {written.value:.6g}."
    yield _of(record, "gold_contradicts_latex", evidence, said, "error")


def _is_unit(rest: str, unit: str) -> bool:
    """Whether what stands behind a number is the unit of the gold: no other unit, and no part of a formula."""
    rest = _ERROR_BAR.sub("", rest)
    return not rest or _unit_letters(rest) == _unit_letters(unit) or not _unit_letters(rest)


def _unit_letters(unit: str) -> str:
    return re.sub(r"[^A-Za-zμΩ]", "", _UNIT_BOX.sub("", unit))


def _values(text: str, many: re.Match[str]) -> bool:
    """Whether numbers stand on both sides of the sign between two values, or behind a leading plus-minus."""
    sides = (text[: many.start()], text[many.end() :])
    return all(read(side.rpartition("=")[2]) for side in sides if side.strip() or many.start())


def _factors(record: Record) -> list[float]:
    exponent = exponent_of(record.unit)
    return [] if exponent is None else [10.0**exponent, 10.0**-exponent]


def _solution(record: Record, gold: Reading) -> Iterator[Finding]:
    """A gold that the worked solution nowhere reaches, while its last value is another one."""
    if not record.solution.strip() or not gold.value:
        return
    text = clean(record.solution.replace("\n", " "))
    closed = [reading for part in _SIGNS.split(text) if (reading := read(part))]
    values = [reading for found in _NUMBER.finditer(text) if (reading := read(found[0]))] + closed
    bare = read(text)
    if bare and _unit_letters(bare.rest) == _unit_letters(record.unit):
        # The solution is the answer and no more, in the same unit, so the power of ten must be the same too.
        arrived = any(agree(gold, bare, factor=factor) for factor in (1.0, *_factors(record)))
    else:
        arrived = not values or any(_same_digits(gold, value) for value in values)
    if arrived:
        return
    # The last value after a sign of equality is what the solution arrives at.
    last = closed[-1] if closed else values[-1]
    evidence = f"{record.gold!r}; the solution ends in {text[-80:]!r}"
    said = f"The solution never arrives at {gold.value:.6g}; the last value it states is {last.value:.6g}."
    yield _of(record, "gold_contradicts_solution", evidence, said, "error")


def _same_digits(one: Reading, other: Reading) -> bool:
    """Whether two values agree up to sign and a power of ten, as a prefix of a unit makes it."""
    a, b = abs(one.value), abs(other.value)
    if not a or not b:
        return False
    slack = max(one.slack / a, other.slack / b, 1e-3)
    return any(abs(a / b / 10.0**power - 1) <= slack for power in _powers(a / b))


def _powers(ratio: float) -> tuple[int, int]:
    power = math.floor(math.log10(ratio))
    return power, power + 1


def _zero(record: Record, gold: Reading) -> Iterator[Finding]:
    if gold.value:
        return
    policy = record.item.policy if record.item else {}
    if _is_plain(record) or (policy.get("relative") and not policy.get("absolute")):
        said = "No answer but an exact zero is within a relative tolerance of zero."
        yield _of(record, "zero_gold", repr(record.gold), said, "warning")


def _probability(record: Record, gold: Reading) -> Iterator[Finding]:
    question = record.prompt.strip()[-600:]
    if 0 <= gold.value <= 1 or not (_ASKS.search(question) or _ASKS_P.search(question)):
        return
    if _PERCENT.search(question + record.unit + record.gold) or (record.unit.strip(" $") and not _factors(record)):
        return
    scaled = gold.value * 10.0 ** (exponent_of(record.unit) or 0)
    if not 0 <= scaled <= 1:
        said = f"The question asks for a probability, the gold is {scaled:.6g}."
        yield _of(record, "impossible_probability", repr(record.gold), said, "error")
