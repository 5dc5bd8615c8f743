"""How is a table of a taxonomy read? A header and rows, all of it or an error with a line."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metier.errors import DocumentError

_MAX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV file: where it is from, its columns, and each row as long as the columns."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __iter__(self) -> Iterator[dict[str, str]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; as `unpacked`."""
    try:
        return unpacked(path, path.read_bytes())
    except OSError as error:
        raise DocumentError(f"Cannot read {str(path)!r}: {error}.") from error


def unpacked(path: Path, data: bytes) -> str:
    """The text of the bytes of a file; if its name ends in `.gz` they are unpacked, to at most 1 GiB.

    Raises:
        DocumentError: They are no UTF-8, no whole gzip stream, or too many.

    >>> unpacked(Path("t.csv"), b"id,label")
    'id,label'
    """
    try:
        if path.suffix == ".gz":
            data = b"".join(_members(data))
        return data.decode("utf-8-sig")
    except (UnicodeDecodeError, EOFError, zlib.error) as error:
        raise DocumentError(f"Cannot read the taxonomy {str(path)!r}: {error}.") from error


def _members(data: bytes) -> Iterator[bytes]:
    left = _MAX_BYTES
    while data:
        unpack = zlib.decompressobj(wbits=31)
        part = unpack.decompress(data, left)
        left -= len(part)
        if not unpack.eof or left <= 0:
            raise EOFError("it is cut off, or unpacks to more than 1 GiB")
        yield part
        data = unpack.unused_data


def parse_table(text: str, path: Path) -> Table:
    r"""Cut CSV text into a header and rows, without the blanks around cells; blank rows do not count.

    Raises:
        DocumentError: A row is no CSV, or has more cells than the header; missing ones at the end are empty.

    >>> parse_table("id,label\na,b\n", Path("t.csv")).rows
    (('a', 'b'),)
    """
    reader = csv.reader(io.StringIO(text), strict=True)
    rows, columns, begins = [], tuple[str, ...](), 1
    try:
        for cells in reader:
            row = tuple(map(str.strip, cells))
            if not columns:
                columns = row if any(row) else ()
            elif any(row):
                if len(row) > len(columns):
                    raise DocumentError(
                        f"{path.name}, line {begins}: expected {len(columns)} fields, got {len(row)}.",
                        hint="Put quotes around a field that holds a comma.",
                    )
                rows.append(row + ("",) * (len(columns) - len(row)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise DocumentError(f"{path.name}, line {begins}: this row is no CSV: {error}.") from error
    return Table(path=path, columns=columns, rows=tuple(rows))


def header(text: str) -> tuple[str, ...]:
    r"""The columns of CSV text, without the rows; empty if the first line is no CSV.

    >>> header("\n id,label\n")
    ('id', 'label')
    """
    try:
        first = next(csv.reader([text.lstrip().split("\n", 1)[0]], strict=True), [])
    except csv.Error:
        return ()
    return tuple(map(str.strip, first))
