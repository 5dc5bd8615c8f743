"""How do questions reach a person who labels, and how do the answers come back as training records?

As JSON lines, one sentence each, or as CSV for a spreadsheet, one row for each proposal and an empty row for a skill
that was missed. What is not answered stays open and is counted, never taken as a no.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from metier.border import load_json
from metier.discover.extraction.learn import Proposal, Query
from metier.discover.supervision.labelled import Labelled
from metier.errors import InputError
from metier.taxonomy import Taxonomy

COLUMNS = ("query_id", "text", "source", "why", "probability", "uri", "label", "kind", "right")
_YES, _NO = ("y", "yes", "1", "true", "x"), ("n", "no", "0", "false")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A query with what was said of it, as a line of JSON.

    `right` lists the identifiers of the skills that the sentence asks for, proposed or not; `null` is no answer yet.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    query_id: str
    text: str
    source: str = ""
    why: str = ""
    doubt: float = 0.0
    proposals: tuple[Proposal, ...] = ()
    right: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was labelled.

    Attributes:
        labelled: Sentences that ask for skills, as records to train with.
        none: Sentences that ask for nothing.
        refused: Identifiers that were proposed for a sentence and are wrong, by its text: hard negatives.
        num_open: Sentences without an answer, or with one that does not speak of every proposal.
    """

    labelled: tuple[Labelled, ...]
    none: tuple[str, ...]
    refused: tuple[tuple[str, tuple[str, ...]], ...]
    num_open: int


def as_lines(queries: Iterable[Query]) -> Iterator[str]:
    """One line of JSON for each query, with `right` to be filled in."""
    for query in queries:
        yield json.dumps({**asdict(query), "right": None}, ensure_ascii=False)


def as_csv(queries: Iterable[Query]) -> str:
    """A table with a row for each proposal, to be answered by y or n under `right`, and a row for a skill that lacks.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it, which `read_answers` takes away.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for query in queries:
        head = [query.query_id, query.text, query.source, query.why]
        for one in query.proposals:
            table.writerow(map(_safe, [*head, f"{one.probability:.3f}", one.uri, one.label, one.kind, ""]))
        table.writerow(map(_safe, [*head, "", "", "", "", ""]))
    return out.getvalue()


def read_answers(path: Path, *, taxonomy: Taxonomy | None = None) -> Answers:
    """Read labels back, from `.csv` or from JSON lines.

    In a table every proposal needs a y or an n; skills that were missed stand by `uri` with a y. A sentence for which
    a proposal has neither is open.

    Raises:
        InputError: The file is no such table or has a line that is no answer, a cell is neither yes nor no, or a skill
            is not in the taxonomy.
    """
    answers = _rows(path) if path.suffix.lower() == ".csv" else _json_lines(path)
    labelled: list[Labelled] = []
    none: list[str] = []
    refused: list[tuple[str, tuple[str, ...]]] = []
    num_open = 0
    for where, answer in answers:
        if answer.right is None:
            num_open += 1
            continue
        right = tuple(sorted(set(answer.right)))
        for uri in right:
            if taxonomy is not None and uri not in taxonomy:
                raise InputError(f"{where}: taxonomy {taxonomy.name!r} has no concept {uri!r}.")
        wrong = tuple(sorted({one.uri for one in answer.proposals} - set(right)))
        if wrong:
            refused.append((answer.text, wrong))
        if right:
            labelled.append(Labelled(text=answer.text, concepts=right, occurring=right, source=answer.source))
        else:
            none.append(answer.text)
    return Answers(labelled=tuple(labelled), none=tuple(none), refused=tuple(refused), num_open=num_open)


def _json_lines(path: Path) -> Iterator[tuple[str, Answer]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}, line {number}"
            yield where, load_json(Answer, line, where=where)


def _rows(path: Path) -> Iterator[tuple[str, Answer]]:
    """The answers of a table: rows of one query follow each other or not, its first row tells where it stands."""
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    missing = [name for name in ("query_id", "text", "uri", "right") if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"{path}: expected the column {missing[0]!r}.", hint=f"Columns: {', '.join(COLUMNS)}.")
    grouped: dict[str, list[tuple[int, dict[str, str]]]] = {}
    try:
        for row in reader:
            cells = {name: _bare(value or "") for name, value in row.items() if isinstance(name, str)}
            grouped.setdefault(cells["query_id"], []).append((reader.line_num, cells))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: {error}.") from error
    for rows in grouped.values():
        yield f"{path}, line {rows[0][0]}", _answer(path, rows)


def _answer(path: Path, rows: Sequence[tuple[int, dict[str, str]]]) -> Answer:
    said = [(cells, _said(cells["right"], f"{path}, line {number}")) for number, cells in rows if cells["uri"].strip()]
    is_open = any(answer is None for _, answer in said) or not said
    first = rows[0][1]
    return Answer(
        query_id=first["query_id"],
        text=first["text"],
        source=first.get("source", ""),
        proposals=tuple(Proposal(uri=cells["uri"], label="", probability=0.0, kind="") for cells, _ in said),
        right=None if is_open else tuple(cells["uri"] for cells, answer in said if answer),
    )


def _said(cell: str, where: str) -> bool | None:
    word = cell.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word:
        raise InputError(f"{where}: expected y, n or nothing under 'right', got {cell!r}.")
    return None


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")  # as it is: a cell may hold line ends of its own
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Cannot read {str(path)!r}: {error}.") from error
