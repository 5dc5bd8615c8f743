r"""Which problems does the user's copy of SciBench hold, and what items do they make?

The layout is that of github.com/mandyyyyii/scibench: `dataset/original/BOOK.json` and `BOOK_sol.json`, pictures in
`dataset/img/{problem,problem_solution}/N/`. The module knows no prompt beyond the question and no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.border import load_json
from metier.errors import InputError
from metier.evaluate.unreadable import unreadable
from metier.graders.scibench import shown_unit
from metier.item import Exam, ExamProtocol, Item

BOOKS = ("atkins", "calculus", "chemmc", "class", "diff", "fund", "matter", "quan", "stat", "thermo")
"""The ten books of the data set."""

MAX_TOKENS = 2048
"""Room for a worked solution; the released code sets no limit."""

_PART = re.compile(r"(?:\s*\([a-z]\)|_[a-z])+$")
_POWER = re.compile(r"10\s*\^")

AUDITED: dict[tuple[str, str], tuple[str, str]] = {
    ("atkins:51", "0.00017"): ("0.000017", "its answer_latex says 1.7e-5, and so does the computation"),
    ("stat:29", "1.44"): ("0.288", "a probability above 1; its answer_latex says 36/125"),
    ("stat:51", "0.6296296296"): ("0.7037037037", "its answer_latex comes to 19/27"),
    ("stat_sol:17", "0.4444"): ("0.4556", "its solution comes to 41/90"),
    ("diff:18", "89,034.79"): ("89034.79", "the released rule cannot read the comma"),
    ("diff:38", "102,965.21"): ("102965.21", "the released rule cannot read the comma"),
    ("diff:26", "−2"): ("-2", "the released rule cannot read the sign U+2212"),
    ("diff:33", "−1.642876"): ("-1.642876", "the released rule cannot read the sign U+2212"),
}
"""Golds that are wrong or that no answer can match, by key and by the gold as it stands: the right gold and the reason.

A corrected copy of the data set is left as it is, for its gold no longer is the one named here.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem, as the file has it.

    Attributes:
        key: The name of its file and its row, counted from 0: `atkins:51`, `stat_sol:17`, `problem/3:0` for a picture.
        book: Which book it is from.
        exercise: The book and the number of the exercise, without the letter of a part: parts stand or fall together.
        gold: The answer that is graded.
        unit: LaTeX that may hold a factor `10^k` of the gold.
        image: The picture that belongs to it, if there is one.
    """

    key: str
    book: str
    exercise: str
    text: str
    gold: str
    latex: str = ""
    unit: str = ""
    solution: str = ""
    image: Path | None = None

    @property
    def audited_gold(self) -> str:
        """The right answer: the stored gold, unless `AUDITED` corrects it."""
        return AUDITED.get((self.key, self.gold.strip()), (self.gold, ""))[0]


def read_problems(folder: Path, *, pictures: bool = False) -> list[Problem]:
    """Read the user's copy: the repository, its `dataset`, or the folder with the JSON files.

    Args:
        pictures: Read the problems with a picture too; they lie in `img` beside `original`.

    Raises:
        InputError: There is nothing to read, or a row lacks a field.

    >>> read_problems(Path("nowhere"))
    Traceback (most recent call last):
    metier.errors.InputError: Expected the data of SciBench in 'nowhere', found no JSON file of its books.
    The folder dataset/original of github.com/mandyyyyii/scibench holds them.
    """
    places = (folder, folder / "original", folder / "dataset" / "original")
    found = next((p for p in places if any((p / f"{book}.json").is_file() for book in BOOKS)), None)
    if found is None:
        raise InputError(
            f"Expected the data of SciBench in {str(folder)!r}, found no JSON file of its books.",
            hint="The folder dataset/original of github.com/mandyyyyii/scibench holds them.",
        )
    files = [found / f"{book}{part}.json" for book in BOOKS for part in ("", "_sol")]
    problems = [problem for file in files if file.is_file() for problem in _problems(file)]
    return problems + (_with_pictures(found.parent / "img") if pictures else [])


def item_of(problem: Problem, *, audited: bool = True, whole_units: bool = False) -> Item:
    r"""Make the item: the published question, graded strictly.

    The system message demands three decimals, so a value rounded to them is right, be it 0.000; but not where the
    question shows the factor `10^k`: it then asks for the mantissa, and a full value of 0.000 obeys nothing.

    Args:
        audited: Grade against the corrected gold.
        whole_units: Keep a factor `10^k` of the unit in the question. The published prompts cut it if anything follows.

    >>> problem = Problem(key="fund:1", book="fund", exercise="fund/1", text="How far?", gold="3", unit="$10^{3}$ m")
    >>> item_of(problem).prompt, item_of(problem, whole_units=True).prompt
    ('How far? The unit of the answer is  m.', 'How far? The unit of the answer is $10^{3}$ m.')
    """
    unit = problem.unit if whole_units else shown_unit(problem.unit)
    return Item(
        prompt=f"{problem.text} The unit of the answer is {unit}.",
        reference=problem.audited_gold if audited else problem.gold,
        grader="answer",
        policy={"unit": problem.unit, "relative": 0.05, "decimals": 0 if _POWER.search(unit) else 3},
        concepts=(problem.book,),
        cluster=problem.exercise,
        source=f"scibench {problem.key}",
    )


def exam_of(
    problems: Iterable[Problem], *, audited: bool = True, whole_units: bool = False, max_tokens: int = MAX_TOKENS
) -> Exam:
    """Make the exam; greedy decoding, as published.

    >>> exam_of([Problem(key="fund:1", book="fund", exercise="fund/1", text="1 + 1?", gold="2")]).name
    'scibench'
    """
    items = tuple(item_of(problem, audited=audited, whole_units=whole_units) for problem in problems)
    return Exam(name="scibench", items=items, protocol=ExamProtocol(max_tokens=max_tokens))


def _problems(path: Path) -> list[Problem]:
    rows = load_json(list[dict[str, Any]], _text(path), where=str(path))
    return [_problem(row, f"{path.stem}:{i}", path.stem) for i, row in enumerate(rows)]


def _with_pictures(folder: Path) -> list[Problem]:
    found = sorted(folder.glob("problem*/*/data.json"), key=lambda p: (p.parts[-3], len(p.parts[-2]), p.parts[-2]))
    problems = []
    for path in found:
        kind, number = path.parts[-3:-1]
        image = path.with_name("img_question.png")
        row = load_json(dict[str, Any], _text(path), where=str(path))
        problems.append(_problem(row, f"{kind}/{number}:0", kind, image=image if image.is_file() else None))
    return problems


def _problem(row: dict[str, Any], key: str, stem: str, *, image: Path | None = None) -> Problem:
    for name in ("problem_text", "answer_number", "source", "problemid"):
        if not isinstance(row.get(name), str):
            raise InputError(f"{key}: expected the field {name!r} as text, got {row.get(name)!r}.")
    exercise = _PART.sub("", row["problemid"].strip().lower())
    return Problem(
        key=key,
        book=row["source"].strip(),
        exercise=f"{row['source'].strip()}{'_sol' if stem.endswith(('_sol', '_solution')) else ''}/{exercise or key}",
        text=row["problem_text"],
        gold=row["answer_number"],
        latex=str(row.get("answer_latex") or ""),
        unit=str(row.get("unit") or ""),
        solution=str(row.get("solution") or ""),
        image=image,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
