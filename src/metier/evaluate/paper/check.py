"""Is a paper fit to be graded? Every fault, with the question and the line where it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from metier.evaluate.audit.reading import read
from metier.evaluate.paper.sheet import Paper, Question, points_of

_BELONG = {
    "options": ("choice", "choices"),
    "unit": ("number",),
    "relative": ("number",),
    "absolute": ("number",),
    "criteria": ("free",),
    "model_answer": ("free",),
    "parts": ("parts",),
    "answers": ("choice", "choices", "true_false", "number", "short"),
}
"""Which kinds of question a key belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something to mend. `line` counts from 1, or is 0 where it is not known."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    rule: str
    place: str
    message: str
    line: int = 0


def check_paper(paper: Paper, *, text: str = "") -> list[Fault]:
    """Collect all faults. `text` is the file that the paper was read from, to tell lines.

    >>> question = Question(id="1", prompt="Sky?", kind="choice", points=1, options=("green", "blue"), answers=("C",))
    >>> [fault.rule for fault in check_paper(Paper(name="p", points=2, questions=(question,)))]
    ['answer_is_no_option', 'total']
    """
    lines = _Lines(text)
    found = [fault for question in paper.questions for fault in _question(question, "question ", lines)]
    found += _repeated([question.id for question in paper.questions], "the paper")
    if not paper.questions:
        found.append(Fault(rule="empty", place="the paper", message="There are no questions."))
    total = sum(map(points_of, paper.questions))
    if paper.points and abs(total - paper.points) > 1e-9:
        said = f"The paper states {paper.points:g} points, its questions have {total:g}."
        found.append(Fault(rule="total", place="the paper", message=said))
    return found


class _Lines:
    """The line of each id, in the order they are asked for: a paper and its file name them in the same order."""

    def __init__(self, text: str) -> None:
        marks = re.finditer(r'(?m)(?:"id"\s*:|^\s*id\s*=)\s*["\']([^"\'\n]*)["\']', text)
        self.found = [(mark[1], text.count("\n", 0, mark.start()) + 1) for mark in marks]

    def next(self, name: str) -> int:
        for i, (found, line) in enumerate(self.found):
            if found == name:
                del self.found[: i + 1]
                return line
        return 0


def _question(question: Question, above: str, lines: _Lines) -> Iterator[Fault]:
    place = f"{above}{question.id}"
    line = lines.next(question.id)
    for rule, message in (*_form(question), *_answers(question)):
        yield Fault(rule=rule, place=place, line=line, message=message)
    yield from _repeated([part.id for part in question.parts], place)
    for part in question.parts:
        yield from _question(part, f"{place}.", lines)


def _repeated(names: list[str], place: str) -> list[Fault]:
    return [
        Fault(rule="repeated_id", place=place, message=f"The id {name!r} is used {count} times.")
        for name, count in Counter(names).items()
        if count > 1
    ]


def _form(question: Question) -> Iterator[tuple[str, str]]:
    if not question.id or "." in question.id:
        yield "id", f"Expected an id without a dot, got {question.id!r}."
    if not question.prompt.strip() and question.kind != "parts":
        yield "empty_prompt", "There is no text."
    for key, kinds in _BELONG.items():
        if getattr(question, key) and question.kind not in kinds:
            yield "foreign_key", f"The key {key!r} does not belong to a question of kind {question.kind!r}."
    for key in ("relative", "absolute"):
        if not 0 <= getattr(question, key) < float("inf"):
            yield "tolerance", f"Expected {key} as a finite number of 0 or more, got {getattr(question, key)}."
    if question.kind == "parts":
        yield from _parts(question)
    elif not 0 < question.points < float("inf"):
        yield "points", f"Expected more than 0 points, got {question.points:g}."


def _parts(question: Question) -> Iterator[tuple[str, str]]:
    if not question.parts:
        yield "no_parts", "There are no parts."
    elif question.points and abs(question.points - points_of(question)) > 1e-9:
        yield "sum", f"It states {question.points:g} points, its parts have {points_of(question):g}."


def _answers(question: Question) -> Iterator[tuple[str, str]]:
    answers, kind = question.answers, question.kind
    if kind == "free":
        yield from _criteria(question)
        return
    if kind == "parts":
        return
    if not answers or not all(answer.strip() for answer in answers):
        yield "no_answer", "There is no answer to grade with."
        return
    if kind in ("choice", "true_false", "number") and len(answers) > 1:
        yield "many_answers", f"Expected one answer, got {len(answers)}."
    if kind == "true_false" and any(answer not in ("true", "false") for answer in answers):
        yield "true_false", f"Expected 'true' or 'false', got {answers[0]!r}."
    if kind == "number" and not _is_number(answers[0]):
        yield "number", f"Expected a number, got {answers[0]!r}."
    if kind in ("choice", "choices"):
        yield from _options(question)


def _options(question: Question) -> Iterator[tuple[str, str]]:
    letters = [chr(65 + i) for i in range(len(question.options))]
    if not 2 <= len(letters) <= 26:
        yield "options", f"Expected 2 to 26 options, got {len(letters)}."
    if strange := [answer for answer in question.answers if answer not in letters]:
        yield "answer_is_no_option", f"The answer {strange[0]!r} is none of the letters {', '.join(letters)}."
    if len(set(question.answers)) < len(question.answers):
        yield "repeated_answer", "An answer is given twice."
    texts = [" ".join(option.split()) for option in question.options]
    if len(set(texts)) < len(texts):
        yield "identical_options", "Two options say the same."


def _criteria(question: Question) -> Iterator[tuple[str, str]]:
    if not question.criteria:
        yield "no_criteria", "A free answer is graded by criteria, and there are none."
        return
    if any(not one.text.strip() for one in question.criteria):
        yield "empty_criterion", "A criterion has no text."
    if any(not 0 < one.points < float("inf") for one in question.criteria):
        yield "points", "A criterion has no points."
    total = sum(one.points for one in question.criteria)
    if abs(total - question.points) > 1e-9:
        yield "sum", f"It has {question.points:g} points, its criteria have {total:g}."


def _is_number(text: str) -> bool:
    found = read(text)
    return found is not None and not found.rest
