r"""Does the grader of a question accept the question's own answer, in the form that the prompt asks for?

A perfect answerer writes the gold as told: with three digits after the decimal point, as a letter, in a box. What a
grader then calls wrong costs every model points for its format and not for its knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.attempt import Grade, Outcome
from metier.errors import MetierError
from metier.evaluate.audit.duplicates import right_option
from metier.evaluate.audit.finding import Finding, Severity
from metier.evaluate.audit.reading import Reading, read
from metier.evaluate.audit.record import Record
from metier.grader import GraderFor

_COUNTS = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = rf"(\d|{'|'.join(_COUNTS)})"
_PLACES = re.compile(
    rf"(?i)\b{_COUNT}\s+(?:digits?|places?|figures?)\s+(?:after|behind|past)\s+the\s+decimal"
    rf"|\b{_COUNT}\s+decimal(?:s|\s+(?:places?|digits?))"
)
_FIGURES = re.compile(rf"(?i)\b{_COUNT}\s+significant\s+(?:figures?|digits?)")
_WHOLE = re.compile(r"(?i)(?:as an?|nearest|to the nearest) (?:integer|whole number)")
_LETTER = re.compile(
    r"(?i)(?:only |with |by )?(?:the|a|one|single) (?:single )?(?:letter|option letter)\b|\bletter of\b"
)
_BOX = re.compile(r"\\(?:boxed|fbox)")


def check_format(record: Record, grader_for: GraderFor, *, asks: str = "") -> list[Finding]:
    r"""Feed the grader the gold itself, then the gold in each form that the prompt or `asks` names.

    Args:
        grader_for: Finds the grader that the record's item names.
        asks: Instructions that stand outside the prompt, such as the system message.

    >>> from metier.graders import grader_for
    >>> from metier.item import Item
    >>> item = Item(prompt="Charge in C, with three digits after the decimal point?", reference="1.6e-19",
    ...             grader="number", policy={"relative": 0.05})
    >>> [f.rule for f in check_format(Record(place="e:0", prompt=item.prompt, gold="1.6e-19", item=item), grader_for)]
    ['format_refused']
    """
    if record.item is None:
        return []
    try:
        grader = grader_for(record.item)
    except MetierError as error:
        return [_found(record, "no_grader", str(error), "The grader of this item cannot be made.", "error")]
    found = []
    plain = [(answer, grader(record.item, answer)) for answer in _plain(record.gold)]
    if not any(grade.is_correct for _, grade in plain):
        found.append(_finding(record, "", *plain[0]))
    for form, answer in _forms(record, asks):
        if not (grade := grader(record.item, answer)).is_correct:
            found.append(_finding(record, form, answer, grade))
    return found


def _plain(gold: str) -> tuple[str, ...]:
    """The gold alone and in the two frames that models use; a grader that takes one of them can be satisfied."""
    return gold, rf"\boxed{{{gold}}}", f"The answer is {gold}."


def _finding(record: Record, form: str, answer: str, grade: Grade) -> Finding:
    item = record.item
    assert item is not None
    evidence = f"{answer!r} for {record.gold!r}: {grade.outcome.value} ({grade.reason})"
    if not form:
        said = f"The grader {item.grader!r} does not accept the gold itself."
        # A model may be asked for another form; what is unscored is at least not marked wrong.
        severity: Severity = "error" if grade.outcome == Outcome.INCORRECT else "warning"
        return _found(record, "gold_refused", evidence, said, severity)
    said = f"The prompt asks for the answer {form}; the grader {item.grader!r} refuses the gold in that form."
    return _found(record, "format_refused", evidence, said, "error")


def _found(record: Record, rule: str, evidence: str, message: str, severity: Severity) -> Finding:
    return Finding(rule=rule, place=record.place, evidence=evidence[:300], message=message, severity=severity)


def _forms(record: Record, asks: str) -> Iterator[tuple[str, str]]:
    """Every form that is asked for, as words and as the answer of a perfect answerer."""
    text = f"{asks}\n{record.prompt}"
    in_box = bool(_BOX.search(text))
    gold = read(record.gold)
    forms = [*_numbers(text, gold)] if gold and not record.choices else []
    index = right_option(record)
    if index is not None and _LETTER.search(text):
        forms.append(("as a letter", chr(65 + index)))
    for form, answer in forms:
        yield form, rf"\boxed{{{answer}}}" if in_box else answer
    if in_box and not forms:
        yield "in a box", rf"\boxed{{{record.gold}}}"


def _numbers(text: str, gold: Reading) -> Iterator[tuple[str, str]]:
    if found := _PLACES.search(text):
        places = _count(found)
        yield f"with {places} digits after the decimal point", f"{gold.value:.{places}f}"
    if found := _FIGURES.search(text):
        figures = max(_count(found), 1)
        yield f"with {figures} significant digits", f"{gold.value:.{figures - 1}e}"
    if _WHOLE.search(text):
        yield "as a whole number", f"{gold.value:.0f}"


def _count(found: re.Match[str]) -> int:
    word = next(group for group in found.groups() if group).lower()
    return _COUNTS[word] if word in _COUNTS else int(word)
