"""How is a CSV table read, plain or gzipped, so that a fault is told with its line?"""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from metier.errors import InputError
from metier.evaluate.unreadable import unreadable


def read_rows(path: str | Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Read the rows of a CSV table, each with the place to name in a message; further columns are kept.

    Args:
        path: A `.csv` file, or one that ends in `.gz`.
        columns: The columns that must be there.

    Raises:
        InputError: The file cannot be read, lacks a column, or a row has more or fewer cells than the head.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "t.csv").write_text("a,b\\n1,2\\n")
    ...     [row for _, row in read_rows(Path(folder, "t.csv"), ["a"])]
    [{'a': '1', 'b': '2'}]
    """
    try:
        packed = Path(path).read_bytes()
        text = (gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        lacking = [name for name in columns if name not in (rows.fieldnames or ())]
        if lacking:
            raise InputError(
                f"{str(path)!r} has no column {lacking[0]!r}.", hint=f"Expected the columns {', '.join(columns)}."
            )
        for row in rows:
            where = f"{path}, line {rows.line_num}"
            if None in row or None in row.values():
                raise InputError(f"{where}: expected {len(rows.fieldnames or ())} cells, as the head has.")
            yield where, dict(row)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(path, error) from error


def number(text: str, where: str, *, least: float = -math.inf) -> float:
    """Read a finite number that is at least so large.

    Raises:
        InputError: It is none, or too small.

    >>> number("1.5", "here")
    1.5
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < least:
        wanted = f"a number of at least {least:g}" if least > -math.inf else "a number"
        raise InputError(f"{where}: expected {wanted}, got {text!r}.")
    return value
