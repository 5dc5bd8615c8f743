"""How is a taxonomy read from a table of our own? CSV with one concept a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from metier.errors import DocumentError, InputError, nearest
from metier.taxonomy import Concept, Taxonomy

COLUMNS = ("id", "label", "alt_labels", "parents", "definition", "kind")


def parse_taxonomy(text: str, *, name: str, where: str) -> Taxonomy:
    """Read a taxonomy from CSV text with the columns id, label, alt_labels, parents, definition, kind.

    Several alternative labels or parents are separated by `|`. Only id and label must be there.

    Raises:
        DocumentError: The text is empty, a column is unknown, missing or there twice, a row has too many fields, an
            open quote, or no id or label, or the graph is not sound. The message names the line.

    >>> text = "id,label,alt_labels,parents\\norder,order,,\\nreverse,reverse,backwards|mirrored,order\\n"
    >>> parse_taxonomy(text, name="strings", where="strings.csv")["reverse"].labels
    ('reverse', 'backwards', 'mirrored')
    """
    concepts, lines = [], dict[str, int]()
    for line, row in _rows(text, where):
        if not row["id"] or not row["label"]:
            raise DocumentError(
                f"{where}, line {line}: expected an id and a label, got {row['id']!r} and {row['label']!r}."
            )
        lines[row["id"]] = line
        concepts.append(
            Concept(
                id=row["id"],
                label=row["label"],
                alt_labels=_several(row.get("alt_labels", "")),
                parents=_several(row.get("parents", "")),
                definition=row.get("definition", ""),
                kind=row.get("kind", ""),
            )
        )
        if len(lines) < len(concepts):
            raise DocumentError(f"{where}, line {line}: the identifier {row['id']!r} is taken by an earlier row.")
    try:
        return Taxonomy(name=name, concepts=tuple(concepts))
    except InputError as error:
        raise DocumentError(f"{where}, line {lines[str(error.key[0])]}: {error}", hint=error.hint) from None


def _rows(text: str, where: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row by column, without the blanks around its cells, and the line on which it begins."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    columns: list[str] = []
    begins = 1
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if columns and any(row):
                if len(row) > len(columns):
                    raise DocumentError(
                        f"{where}, line {begins}: expected {len(columns)} fields, got {len(row)}.",
                        hint="Put quotes around a field that holds a comma.",
                    )
                yield begins, dict(zip(columns, row + [""] * (len(columns) - len(row)), strict=True))
            elif any(row):
                columns = _header(row, f"{where}, line {begins}")
            begins = reader.line_num + 1
    except csv.Error as error:
        raise DocumentError(f"{where}, line {begins}: this row is no CSV: {error}.") from error
    if not columns:
        raise DocumentError(f"{where}: expected a header with the columns {', '.join(COLUMNS)}, the file is empty.")


def _header(columns: list[str], where: str) -> list[str]:
    for column in columns:
        if column not in COLUMNS:
            raise DocumentError(f"{where}: unknown column {column!r}.", hint=nearest(column, COLUMNS))
        if columns.count(column) > 1:
            raise DocumentError(f"{where}: the column {column!r} is there twice.")
    for column in ("id", "label"):
        if column not in columns:
            raise DocumentError(f"{where}: expected a column {column!r}, got {', '.join(map(repr, columns))}.")
    return columns


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
