"""What does an exam hold, row by row? Items as JSON lines, or JSON lists of problems with an answer told several times.

A record keeps the text as it stands in the file: a blank at the end of a unit is what the audit is after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.border import load, load_json
from metier.errors import InputError
from metier.evaluate.unreadable import unreadable
from metier.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One question of an exam with every form of its answer that the exam gives.

    Attributes:
        place: The file and the line, or of a JSON list the row, counted from 0.
        gold: The answer that is graded.
        latex: The same answer in another spelling, or an empty string.
        item: The item, if the exam is made of items; its grader is then tried too.
    """

    place: str
    prompt: str
    gold: str
    latex: str = ""
    unit: str = ""
    solution: str = ""
    item: Item | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The options of a choice question."""
        return self.item.choices if self.item else ()


def read_records(path: Path) -> list[Record]:
    """Read an exam: items as JSON lines, one JSON list of problems, or a folder of such lists.

    A problem has `problem_text` and `answer_number`, and may have `answer_latex`, `unit` and
    `solution`, as in SciBench.

    Raises:
        InputError: There is nothing to read, or a row is neither.

    >>> read_records(Path("nowhere"))
    Traceback (most recent call last):
    metier.errors.InputError: Cannot read 'nowhere': No such file or directory.
    Check the path; it is taken from the current folder.
    """
    if not path.exists():
        raise unreadable(path)
    files = sorted(p for p in path.iterdir() if p.suffix in (".json", ".jsonl")) if path.is_dir() else [path]
    records = [record for file in files for record in _records(file)]
    if not records:
        raise InputError(
            f"Expected questions in {str(path)!r}, found none.",
            hint="One JSON object a line is an item; a .json file holds a list of problems.",
        )
    return records


def record_of(item: Item, place: str) -> Record:
    """The record of an item.

    >>> record_of(Item(prompt="1 + 1 =", reference="2"), "sums:0").gold
    '2'
    """
    unit = item.policy.get("unit", "")
    return Record(
        place=place, prompt=item.prompt, gold=item.reference, unit=unit if isinstance(unit, str) else "", item=item
    )


def _records(path: Path) -> Iterator[Record]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    if path.suffix == ".json":
        rows, unit = list(enumerate(load_json(list[dict[str, Any]], text, where=str(path)))), "row"
    else:
        lines, unit = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()], "line"
        rows = [(n, load_json(dict[str, Any], line, where=f"{path}, line {n}")) for n, line in lines]
    for n, row in rows:
        place = f"{path.name}:{n}"
        if "problem_text" in row or "answer_number" in row:
            yield _problem(row, place)
        else:
            yield record_of(load(Item, row, where=f"{path}, {unit} {n}"), place)


def _problem(row: dict[str, Any], place: str) -> Record:
    if lacking := [key for key in ("problem_text", "answer_number") if row.get(key) is None]:
        raise InputError(f"{place}: the key {lacking[0]!r} is missing.")
    return Record(
        place=place,
        prompt=str(row["problem_text"]),
        gold=str(row["answer_number"]),
        latex=str(row.get("answer_latex") or ""),
        unit=str(row.get("unit") or ""),
        solution=str(row.get("solution") or ""),
    )
