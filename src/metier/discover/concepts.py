"""How is a taxonomy read from a file? A CSV table with one concept a row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from metier.errors import DocumentError, InputError, nearest
from metier.taxonomy import Concept, Taxonomy

COLUMNS = ("id", "label", "alt_labels", "parents", "definition")


def load_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy from a CSV file with the columns id, label, alt_labels, parents, definition.

    Several alternative labels or parents are separated by `|`. Only id and label must be there.

    Raises:
        DocumentError: The file is missing, a column is unknown, a row lacks its id or label, or the graph is not sound.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"Cannot read the taxonomy {str(path)!r}: {error}.") from error
    return parse_taxonomy(text, name=path.stem, where=path.name)


def parse_taxonomy(text: str, *, name: str, where: str) -> Taxonomy:
    """Read a taxonomy from CSV text; as `load_taxonomy`.

    >>> text = "id,label,alt_labels,parents\\norder,order,,\\nreverse,reverse,backwards|mirrored,order\\n"
    >>> parse_taxonomy(text, name="strings", where="strings.csv")["reverse"].labels
    ('reverse', 'backwards', 'mirrored')
    """
    rows = csv.DictReader(io.StringIO(text))
    for column in rows.fieldnames or ():
        if column not in COLUMNS:
            raise DocumentError(f"{where}, line 1: unknown column {column!r}.", hint=nearest(column, COLUMNS))
    concepts = []
    for row in rows:
        if None in row or not row.get("id") or not row.get("label"):
            raise DocumentError(
                f"{where}, line {rows.line_num}: expected {len(rows.fieldnames or ())} fields with an id and a label."
            )
        concepts.append(
            Concept(
                id=row["id"],
                label=row["label"],
                alt_labels=_several(row.get("alt_labels")),
                parents=_several(row.get("parents")),
                definition=row.get("definition") or "",
            )
        )
    try:
        return Taxonomy(name=name, concepts=tuple(concepts))
    except InputError as error:
        raise DocumentError(f"{where}: {error}", hint=error.hint) from None


def _several(cell: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (cell or "").split("|") if part.strip())
