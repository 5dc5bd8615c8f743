"""Write a clean copy of a CSV file and report what was changed, as JSON on standard output.

    python clean_csv.py orders.csv --out orders.clean.csv

The copy is UTF-8 with commas and plain line ends. Values are trimmed and never guessed.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections import Counter
from pathlib import Path

DELIMITERS = ",;\t|"


def main() -> int:
    parser = argparse.ArgumentParser(description="Write a clean copy of a CSV file.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--delimiter")
    parser.add_argument("--encoding")
    parser.add_argument("--drop-repeated", action="store_true")
    args = parser.parse_args()
    if args.delimiter is not None and len(args.delimiter) != 1:
        parser.error(f"expected a delimiter of one character, got {args.delimiter!r}")
    try:
        if args.out.resolve() == args.path.resolve():
            raise ValueError("the clean copy would be written over its input")
        data = args.path.read_bytes()
        encoding = args.encoding or find_encoding(data)
        text = data.decode(encoding).removeprefix("\ufeff")
        delimiter = args.delimiter or find_delimiter(text)
        rows, report = clean(text, delimiter, drop_repeated=args.drop_repeated)
        with args.out.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    except (OSError, ValueError, LookupError, csv.Error) as error:
        print(f"clean_csv: {error}", file=sys.stderr)
        return 2
    print(json.dumps({"rows": max(0, len(rows) - 1), **report, "encoding": encoding, "delimiter": delimiter}))
    return 1 if report["ragged_rows"] else 0


def find_encoding(data: bytes) -> str:
    """UTF-8 if it is, UTF-16 if it says so, else what old desktops write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def find_delimiter(text: str) -> str:
    """The delimiter that gives the most rows of the commonest width; a comma if none gives two columns."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row))
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 0))
        return (count, width) if width > 1 else (0, 1)

    return max(DELIMITERS, key=fit)


def clean(text: str, delimiter: str, *, drop_repeated: bool) -> tuple[list[list[str]], dict[str, object]]:
    """The clean rows, the header among them, and what was changed."""
    rows: list[list[str]] = []
    seen: set[tuple[str, ...]] = set()
    blank = repeated = trimmed = 0
    ragged: list[list[int]] = []
    for number, raw in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        row = [cell.strip() for cell in raw]
        if not any(row):
            blank += 1
            continue
        width = len(rows[0]) if rows else len(row)
        if len(row) != width:
            ragged.append([number, len(row)])
            if len(row) > width:
                continue
            row += [""] * (width - len(row))
        if tuple(row) in seen:
            repeated += 1
            if drop_repeated:
                continue
        seen.add(tuple(row))
        trimmed += sum(cell != cell.strip() for cell in raw)
        rows.append(row)
    return rows, {
        "columns": len(rows[0]) if rows else 0,
        "blank_rows": blank,
        "repeated_rows": repeated,
        "trimmed_cells": trimmed,
        "ragged_rows": ragged,
    }


if __name__ == "__main__":
    sys.exit(main())
