"""How are items and attempts read from and written to JSON lines?"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from metier.attempt import Attempt
from metier.errors import ConfigError, StoreError, StoreFull
from metier.evaluate.unreadable import unreadable
from metier.faces.output import writing
from metier.item import Item

if TYPE_CHECKING:
    from metier.evaluate.transcript import Line

T = TypeVar("T")

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when there is no room, or none for this user or this file."""


def read_items(path: Path) -> Iterator[Item]:
    """Read items, one JSON object a line; `-` is standard input.

    Raises:
        InputError: The file is missing, or a line is no item; the message names the line.
    """
    return _read(Item, path)


def read_attempts(path: Path) -> Iterator[Attempt]:
    """Read attempts, one JSON object a line; as `read_items`."""
    return _read(Attempt, path)


def read_run(path: Path) -> list[Line]:
    """Read the samples of a run, from its transcript or from attempts as JSON lines, which hold no turns.

    Raises:
        InputError: The file is missing or is neither; the message names the line.
    """
    from metier.evaluate.transcript import Line, read_transcript
    from metier.evaluate.transcript_places import is_head

    try:
        with path.open("rb") as file:
            first = file.readline()
    except OSError as error:
        raise unreadable(path, error) from error
    return list(read_transcript(path) if is_head(first) else (Line(attempt=one) for one in read_attempts(path)))


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, with or without a byte order mark.

    Raises:
        InputError: It cannot be read as text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def read_lines(path: Path) -> list[str]:
    """Read the lines of a text file that are not blank; as `read_text`."""
    return [line.strip() for line in read_text(path).splitlines() if line.strip()]


def write_lines(nouns: Iterable[object], path: Path) -> None:
    """Write nouns as canonical JSON lines, as `metier.faces.output.writing` writes.

    Raises:
        StoreFull: The disk is full.
        StoreError: The file cannot be written.
    """
    from metier.digest import canonical

    try:
        with writing(path) as file:
            file.writelines(canonical(noun) + b"\n" for noun in nouns)
    except OSError as error:
        if error.errno in DISK_FULL:
            raise StoreFull(
                f"The disk is full: {str(path)!r} was not written; what was done before is kept.",
                hint="Free some space and run the same command again to go on.",
            ) from error
        raise StoreError(f"Cannot write {str(path)!r}: {error.strerror}.") from error


def make_writable(path: Path, option: str, *, is_any: bool = False) -> None:
    """Make the folder of a file, and tell before the work, and not after it, that the file cannot be written.

    Args:
        is_any: Whether it may be a pipe or a device, as where `writing` writes it.

    Raises:
        ConfigError: It is a folder or no ordinary file, its folder cannot be made, or it may not be written.
    """
    way_out = "Name a file in a folder that you may write."
    if path.exists() and not path.is_file() and (path.is_dir() or not is_any):
        raise ConfigError(f"{option}: expected a file to write, got {str(path)!r}, which is none.", hint=way_out)
    if path.exists() and not path.is_file():
        if not os.access(path, os.W_OK):
            raise ConfigError(f"{option}: cannot write {str(path)!r}: permission denied.", hint=way_out)
        return
    path = Path(os.path.realpath(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{option}: cannot make the folder of {str(path)!r}: {error.strerror}.", hint=way_out
        ) from error
    if not os.access(path.parent, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.R_OK | os.W_OK)):
        raise ConfigError(f"{option}: cannot write {str(path)!r}: permission denied.", hint=way_out)


def _read(noun: type[T], path: Path) -> Iterator[T]:
    from metier.border import load_json

    try:
        lines = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    # Only \n ends a line: an answer may hold the other characters that `splitlines` splits at.
    for number, line in enumerate(lines.split("\n"), start=1):
        if line.strip():
            yield load_json(noun, line, where=f"{path}, line {number}")
