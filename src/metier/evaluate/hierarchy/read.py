"""Where do trees of codes come from? A table with a parent column or with prefixes, or nested JSON; plain or gzip."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from metier.errors import InputError, nearest
from metier.evaluate.hierarchy.codes import CodeTree, Row, tree_of
from metier.evaluate.unreadable import unreadable

CODE = ("code", "hscode", "symbol", "id", "notation", "conceptUri", "uri", "DIAGNOSIS CODE")
PARENT = ("parent", "parent_id", "broader", "broaderUri")
DESCRIPTION = ("description", "text", "label", "preferredLabel", "title", "name", "LONG DESCRIPTION")
KIND = ("kind", "type", "level")


def read_tree(
    path: Path,
    *,
    name: str = "",
    code: str = "",
    parent: str = "",
    description: str = "",
    prefixes: Sequence[int] | None = None,
    encoding: str = "utf-8-sig",
) -> CodeTree:
    """Read a tree of codes.

    Args:
        path: CSV, TSV or JSON, with `.gz` if compressed. JSON is a list of nodes with `children`, or of flat rows.
        name: What the codes are called; by default the name of the file.
        code, parent, description: Columns, where they are not among the usual names.
        prefixes: Without a parent column a code's parent is its longest prefix that is a code. With lengths given, the
            prefixes of these lengths become nodes too, if need be without a description.

        encoding: Of the text; older tables are often `cp1252`.

    Raises:
        InputError: The file cannot be read, a column is missing, or the codes make no tree.
    """
    text = _text(path, encoding)
    where = path.name
    if not text.strip():
        raise InputError(
            f"Expected codes in {str(path)!r}, but it is empty.",
            hint="A table has a column for the code and one for its description; JSON is a list of nodes.",
        )
    names = (code, parent, description)
    rows = list(_from_json(text, where, names) if text.lstrip()[:1] in ("[", "{") else _from_table(text, where, names))
    if not any(row.parent for row in rows):
        rows = _by_prefix(rows, prefixes or ())
    return tree_of(name or where.split(".")[0], rows)


def _text(path: Path, encoding: str) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode(encoding)
    except (OSError, EOFError, UnicodeDecodeError, LookupError) as error:
        raise unreadable(path, error, hint="Name its encoding, such as --encoding cp1252.") from error


def _from_table(text: str, where: str, names: Sequence[str]) -> Iterator[Row]:
    head = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter="\t" if "\t" in head else ";" if ";" in head else ",")
    columns = [column for column in table.fieldnames or () if column]
    code = _column(columns, names[0], CODE, where)
    parent = _column(columns, names[1], PARENT, where, needed=False)
    description = _column(columns, names[2], DESCRIPTION, where)
    kind = _column(columns, "", KIND, where, needed=False)
    for number, row in enumerate(table, start=2):
        if (row.get(code) or "").strip():
            yield _row(row, (code, parent, description, kind), f"{where}, line {number}")


def _from_json(text: str, where: str, names: Sequence[str]) -> Iterator[Row]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InputError(f"{where}: no JSON: {error}.", hint="Expected one list of nodes, or a table.") from error
    stack: list[tuple[Any, str]] = [(node, "") for node in reversed(data if isinstance(data, list) else [data])]
    while stack:
        node, above = stack.pop()
        if not isinstance(node, dict):
            raise InputError(f"{where}: expected nodes as objects, got {type(node).__name__} below {above!r}.")
        columns = list(node)
        code = _column(columns, names[0], CODE, where)
        parent = _column(columns, names[1], PARENT, where, needed=False)
        description = _column(columns, names[2], DESCRIPTION, where)
        kind = _column(columns, "", KIND, where, needed=False)
        row = _row(node, (code, parent, description, kind), where, above=above)
        yield row
        stack += [(child, row.code) for child in reversed(node.get("children") or ())]


def _column(columns: Sequence[str], wanted: str, usual: Sequence[str], where: str, *, needed: bool = True) -> str:
    if wanted and wanted not in columns:
        raise InputError(f"{where} has no column {wanted!r}.", hint=nearest(wanted, columns))
    found = wanted or next((name for name in usual if name in columns), "")
    if not found and needed:
        raise InputError(
            f"{where} has no column {usual[0]!r}; it has {', '.join(map(repr, columns))}.",
            hint=f"Name the column of the {usual[0]}.",
        )
    return found


def _row(data: dict[str, Any], columns: Sequence[str], where: str, *, above: str = "") -> Row:
    code, parent, description, kind = ("" if not c else " ".join(str(data.get(c) or "").split()) for c in columns)
    return Row(code=code, parent=parent or above, description=description, kind=kind, where=where)


def _by_prefix(rows: Sequence[Row], lengths: Sequence[int]) -> list[Row]:
    known = {row.code: row for row in rows}
    for row in rows:
        for length in lengths:
            if length < len(row.code):
                known.setdefault(row.code[:length], Row(code=row.code[:length], where=row.where))
    found = []
    for row in known.values():
        prefix = next((row.code[:n] for n in range(len(row.code) - 1, 0, -1) if row.code[:n] in known), "")
        found.append(Row(code=row.code, parent=prefix, description=row.description, kind=row.kind, where=row.where))
    return found
