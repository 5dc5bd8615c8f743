"""What do people say a sentence asks for? Evaluation files become sentences with gold skills.

Read are tables with a column of sentences and one of labels, a row for each label (as the published TECH and HOUSE
sets) or a list of them in one cell (as SkillSkape); JSON lines with `text` and `skills`; and JSON lines of tokens with
tags (as SkillSpan), which tell only whether a sentence asks for anything at all.
"""

from __future__ import annotations

import ast
import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TextIO

from metier.discover.extraction.skills import Skills
from metier.errors import DocumentError

NOTHING = frozenset({"unk", "label not present", "underspecified", ""})
_TEXTS = ("sentence", "text")
_LABELS = ("label", "labels", "skill", "skills", "uri", "uris", "concepts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A sentence and what it asks for.

    Attributes:
        text: The sentence.
        skills: Places of its gold skills, sorted; empty if it has none that the taxonomy knows.
        asks: Whether it asks for any skill, known or not; `None` if nobody said.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    text: str
    skills: tuple[int, ...] = ()
    asks: bool | None = None


def read_gold(path: Path, skills: Skills) -> tuple[list[Gold], list[str]]:
    """Read an evaluation file.

    Returns:
        The sentences, each once, and the labels that the taxonomy does not know.

    Raises:
        DocumentError: The file cannot be read or has no sentence; the message names the line.
    """
    known = _Known(skills)
    found: dict[str, Gold] = {}
    strange: dict[str, None] = {}
    for text, labels, asks in _rows(path):
        places = {place for label in labels if (place := known.place(label)) is not None}
        strange |= dict.fromkeys(label for label in labels if known.place(label) is None and _says(label))
        before = found.get(text, Gold(text=text))
        asked = asks if asks is not None else any(_says(label) for label in labels) or None
        found[text] = Gold(
            text=text,
            skills=tuple(sorted({*before.skills, *places})),
            asks=before.asks or asked if asked is not None else before.asks,
        )
    if not found:
        raise DocumentError(f"{path.name} holds no sentence.", hint="Expected columns such as sentence and label.")
    return list(found.values()), list(strange)


def _says(label: str) -> bool:
    return label.strip().casefold() not in NOTHING


class _Known:
    """Labels by identifier, as written, and without commas or case, as the published sets write them."""

    def __init__(self, skills: Skills) -> None:
        self._index = skills.index
        self._labels: dict[str, int] = {}
        for place, label in enumerate(skills.labels):
            self._labels.setdefault(_bare(label), place)

    def place(self, label: str) -> int | None:
        place = self._index.get(label)
        return self._labels.get(_bare(label)) if place is None else place


def _bare(label: str) -> str:
    return re.sub(r"\s+", " ", label.replace(",", "")).strip().casefold()


def _rows(path: Path) -> Iterator[tuple[str, Sequence[str], bool | None]]:
    try:
        with _opened(path) as file:
            yield from _json_lines(file, path.name) if ".jsonl" in path.name else _table(file, path.name)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise DocumentError(f"Cannot read the evaluation file {str(path)!r}: {error}.") from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _table(file: TextIO, name: str) -> Iterator[tuple[str, Sequence[str], bool | None]]:
    reader = csv.DictReader(file, delimiter="\t" if ".tsv" in name else ",")
    columns = reader.fieldnames or []
    text, label = _column(columns, _TEXTS, name), _column(columns, _LABELS, name)
    for row in reader:
        if (row[text] or "").strip():
            yield row[text], _several(row[label] or ""), None


def _column(columns: Iterable[str], wanted: Sequence[str], name: str) -> str:
    found = next((column for one in wanted for column in columns if column.strip().casefold() == one), None)
    if found is None:
        raise DocumentError(f"{name}, line 1: expected a column {' or '.join(wanted)}, got {list(columns)!r}.")
    return found


def _several(cell: str) -> Sequence[str]:
    if cell.startswith("[") and cell.endswith("]"):
        try:
            return [str(label) for label in ast.literal_eval(cell)]
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return [cell]
    return [cell]


def _json_lines(file: TextIO, name: str) -> Iterator[tuple[str, Sequence[str], bool | None]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield _record(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DocumentError(
                f"{name}, line {number}: expected an object with text and skills, or tokens and tags.",
                hint='Example: {"text": "We use Java.", "skills": ["Java (computer programming)"]}',
            ) from error


def _record(row: dict[str, Any]) -> tuple[str, Sequence[str], bool | None]:
    if "tokens" in row:
        tags = [tag for key, values in row.items() if key.startswith("tags") for tag in values]
        return " ".join(row["tokens"]), [], any(tag != "O" for tag in tags)
    text = next(row[key] for key in _TEXTS if key in row) if any(key in row for key in _TEXTS) else row["text"]
    labels: Any = next((row[key] for key in _LABELS if key in row), [])
    labels = [labels] if isinstance(labels, str) else [str(label) for label in labels]
    asks = row.get("asks")
    return str(text), labels, (bool(labels) if asks is None else bool(asks))
