"""What did each run score, book by book, by the released rule and by ours? The layout of the paper's Table 3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from metier.attempt import Attempt
from metier.errors import InputError
from metier.evaluate.comparison.shares import share
from metier.evaluate.scibench.load import BOOKS, Problem, item_of
from metier.evaluate.scibench.settings import PROGRAMS
from metier.grader import GraderFor
from metier.graders.scibench import SciBenchRule
from metier.item import Item

ALL = "all"
"""The row of all books together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One run on one book, or on all of them.

    Attributes:
        answers: All answers; the `unscored` of them count as wrong here, as they do in the paper.
        released, strict: The share that is right by each rule.
        low, high: The 95 % interval of `strict`: parts of one exercise are one cluster in a book, and books in all.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    model: str
    setting: str
    book: str
    answers: int
    unscored: int
    released: float
    strict: float
    low: float
    high: float


def cells(
    problems: Iterable[Problem], attempts: Iterable[Attempt], *, setting: str, grader_for: GraderFor
) -> list[Cell]:
    """Grade the replies of one run by both rules, and count them by book.

    Problems are found by their item, whichever way `item_of` made it. A reply whose call failed counts as unscored.

    Raises:
        InputError: No attempt, or one at an item that is none of these problems.
    """
    known = _by_item(problems)
    rows: list[tuple[Problem, float, bool, bool]] = []
    model = ""
    for attempt in attempts:
        if attempt.item_id not in known:
            raise InputError(
                f"The attempt at {attempt.item_id!r} is at none of these problems.",
                hint="Name the copy of the data set with which the exam was made.",
            )
        problem, item = known[attempt.item_id]
        model = attempt.model
        failed = bool(attempt.error) or attempt.grade.reason.startswith(("no_wolfram", "no_sandbox", "limit_"))
        grade = attempt.grade if failed else grader_for(item)(item, attempt.reply)
        stored = replace(item, reference=problem.gold)
        rule = SciBenchRule(unit=problem.unit, output=setting in PROGRAMS)
        released = not attempt.error and rule(stored, attempt.reply).is_correct
        rows.append((problem, float(released), grade.is_correct, grade.score is None))
    if not rows:
        raise InputError("Expected attempts at problems of SciBench, got none.")
    books = [book for book in BOOKS if any(row[0].book == book for row in rows)]
    return [_cell(model, setting, book, rows) for book in (*books, ALL)]


def table_of(runs: Sequence[Sequence[Cell]]) -> tuple[list[str], list[list[str]]]:
    """The paper's layout: a row for each run and rule, a column for each book, and all of them last; in per cent.

    >>> cell = Cell(
    ...     model="m", setting="zero", book="all", answers=2, unscored=0, released=0.5, strict=1.0, low=0.34, high=1.0
    ... )
    >>> table_of([[cell]])[1]
    [['m', 'zero', 'strict', '100.0'], ['m', 'zero', 'released', '50.0']]
    """
    books = [book for book in (*BOOKS, ALL) if any(cell.book == book for run in runs for cell in run)]
    lines = []
    for run in runs:
        found = {cell.book: cell for cell in run}
        for rule in ("strict", "released"):
            shares = [f"{100 * getattr(found[book], rule):.1f}" if book in found else "" for book in books]
            lines.append([run[0].model, run[0].setting, rule, *shares])
    return ["model", "setting", "rule", *books], lines


def _by_item(problems: Iterable[Problem]) -> Mapping[str, tuple[Problem, Item]]:
    ways = [(audited, whole) for audited in (True, False) for whole in (True, False)]
    made = ((p, item_of(p, audited=audited, whole_units=whole)) for p in problems for audited, whole in ways)
    return {item.item_id: (problem, item) for problem, item in made}


def _cell(model: str, setting: str, book: str, rows: list[tuple[Problem, float, bool, bool]]) -> Cell:
    chosen = [row for row in rows if book in (ALL, row[0].book)]
    clusters = [problem.book if book == ALL else problem.exercise for problem, *_ in chosen]
    strict = share([float(right) for *_, right, _ in chosen], clusters)
    return Cell(
        model=model,
        setting=setting,
        book=book,
        answers=len(chosen),
        unscored=sum(unscored for *_, unscored in chosen),
        released=sum(released for _, released, *_ in chosen) / len(chosen),
        strict=strict.value,
        low=strict.low,
        high=strict.high,
    )
