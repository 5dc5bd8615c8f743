"""How are items and attempts read from and written to JSON lines?"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from metier.attempt import Attempt
from metier.errors import InputError
from metier.item import Item

T = TypeVar("T")


def read_items(path: Path) -> Iterator[Item]:
    """Read items, one JSON object a line; `-` is standard input.

    Raises:
        InputError: The file is missing, or a line is no item; the message names the line.
    """
    return _read(Item, path)


def read_attempts(path: Path) -> Iterator[Attempt]:
    """Read attempts, one JSON object a line; as `read_items`."""
    return _read(Attempt, path)


def write_lines(nouns: Iterable[object], path: Path) -> None:
    """Write nouns as canonical JSON lines; the file appears whole or not at all."""
    from metier.digest import canonical

    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.writelines(canonical(noun) + b"\n" for noun in nouns)
    part.replace(path)


def _read(noun: type[T], path: Path) -> Iterator[T]:
    from metier.border import load_json

    try:
        lines = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Cannot read {str(path)!r}: {error}.") from error
    # Only \n ends a line: an answer may hold the other characters that `splitlines` splits at.
    for number, line in enumerate(lines.split("\n"), start=1):
        if line.strip():
            yield load_json(noun, line, where=f"{path}, line {number}")
