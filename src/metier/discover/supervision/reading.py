"""Which sentences does a file hold? Lines, Markdown, JSON lines, CSV and CoNLL, plain or gzipped.

One's own ads and the files of an exam are read by the same rules, so that the one can be kept out of the other.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from metier.discover.supervision.labelled import Sentence
from metier.errors import DocumentError

FIELDS = ("sentence", "text", "tokens", "query", "description", "content")
_CONLL = (".conll", ".bio", ".iob")
_MARK = re.compile(r"\s*(?:#{1,6}\s+|>\s*|[-*+•·▪‣]\s+|\d{1,3}[.)]\s+)*")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_RULE = re.compile(r"[\s|:=*_-]*")
Split = Callable[[str], Iterable[tuple[int, int]]]


def read_sentences(path: Path, *, field: str = "", split: Split | None = None) -> Iterator[Sentence]:
    """Read a file into sentences, one by one; the end of its name, before `.gz`, says what it holds.

    `.jsonl`: objects with a text or a list of tokens; `.csv` and `.tsv`: a header and a row each; `.conll`, `.bio`,
    `.iob`: a token a line and a blank line between sentences; `.md`: paragraphs and list items, without marks and
    fenced code; every other: a sentence, or a paragraph to be split, on each line.

    Args:
        path: The file, in UTF-8.
        field: The column or key that holds the text; by default the first there is of `FIELDS`.
        split: Gives the offsets of the sentences in a text. Without it each line of a text is a sentence.

    Raises:
        DocumentError: The file is missing, no UTF-8, cut off, or has no such field; the message names the line.
    """
    name = path.name.removesuffix(".gz")
    suffix = Path(name).suffix.lower()
    rows = _readers(suffix)
    try:
        with _opened(path) as file:
            for line, text in rows(file, path.name, field):
                for sentence in _sentences(text, split):
                    yield Sentence(sentence, f"{path.name}:{line}")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path.name}: expected UTF-8 text, got other bytes.", hint="Convert it.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DocumentError(f"Cannot read {str(path)!r}: {error}.") from error


def read_forms(path: Path) -> frozenset[str]:
    """Read a list of forms, one a line, folded; a line that begins with `#` is a remark.

    Raises:
        DocumentError: The file is missing or no UTF-8.
    """
    forms = (" ".join(sentence.text.casefold().split()) for sentence in read_sentences(path))
    return frozenset(form for form in forms if not form.startswith("#"))


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


Rows = Callable[[TextIO, str, str], Iterator[tuple[int, str]]]


def _readers(suffix: str) -> Rows:
    if suffix in (".jsonl", ".ndjson"):
        return _json_lines
    if suffix in (".csv", ".tsv"):
        return _table if suffix == ".csv" else _tabbed
    if suffix in _CONLL:
        return _conll
    return _markdown if suffix in (".md", ".markdown") else _lines


def _sentences(text: str, split: Split | None) -> Iterator[str]:
    parts = (text[start:end] for start, end in split(text)) if split else text.splitlines()
    yield from (part.strip() for part in parts if part.strip())


def _lines(file: TextIO, name: str, field: str) -> Iterator[tuple[int, str]]:
    yield from enumerate(file, start=1)


def _markdown(file: TextIO, name: str, field: str) -> Iterator[tuple[int, str]]:
    """Paragraphs, headings and list items without their marks; the lines of a paragraph become one."""
    begins, block, fenced = 1, list[str](), ""
    for number, line in enumerate(file, start=1):
        fence = _FENCE.match(line)
        mark = _MARK.match(line)
        text = "" if fence or fenced or _RULE.fullmatch(line) else line[mark.end() if mark else 0 :].strip()
        if fence and (not fenced or fence[1] == fenced):
            fenced = "" if fenced else fence[1]
        if block and (not text or (mark and mark[0].strip()) or block[0].startswith("#")):
            yield begins, _plain(block)
            block = []
        if text:
            begins = begins if block else number
            block.append(line.strip() if line.lstrip().startswith("#") else text)
    if block:
        yield begins, _plain(block)


def _plain(block: Sequence[str]) -> str:
    return _EMPHASIS.sub(r"\2", _MARK.sub("", " ".join(block), count=1))


def _json_lines(file: TextIO, name: str, field: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DocumentError(f"{where}: expected a JSON object, {error}.") from error
        if not isinstance(row, dict):
            raise DocumentError(f"{where}: expected a JSON object, got {type(row).__name__}.")
        yield number, _text(row[_field(list(row), field, where)], where)


def _text(value: Any, where: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(token, str) for token in value):
        return " ".join(value)
    raise DocumentError(f"{where}: expected a text or a list of tokens, got {type(value).__name__}.")


def _table(file: TextIO, name: str, field: str, *, separator: str = ",") -> Iterator[tuple[int, str]]:
    rows = csv.reader(file, delimiter=separator)
    try:
        header = next(rows, [])
        column = header.index(_field(header, field, f"{name}, line 1"))
        for row in rows:
            if len(row) > column:
                yield rows.line_num, row[column]
    except csv.Error as error:
        raise DocumentError(f"{name}, line {rows.line_num}: this row is no CSV: {error}.") from error


def _tabbed(file: TextIO, name: str, field: str) -> Iterator[tuple[int, str]]:
    return _table(file, name, field, separator="\t")


def _conll(file: TextIO, name: str, field: str) -> Iterator[tuple[int, str]]:
    tokens: list[str] = []
    number = 0
    for number, line in enumerate(file, start=1):
        cells = line.split()
        if cells and not line.startswith(("-DOCSTART-", "# ")):
            tokens.append(cells[0])
        elif tokens:
            yield number - 1, " ".join(tokens)
            tokens = []
    if tokens:
        yield number, " ".join(tokens)


def _field(names: Sequence[str], field: str, where: str) -> str:
    found = next((known for known in ((field,) if field else FIELDS) if known in names), None)
    if found is None:
        wanted = repr(field) if field else f"one of {', '.join(FIELDS)}"
        raise DocumentError(
            f"{where}: expected a field {wanted}, got {', '.join(map(repr, names[:8])) or 'none'}.",
            hint="Name the field that holds the text.",
        )
    return found
