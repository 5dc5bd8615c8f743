"""How are results shown? Tables for people, one tab-separated line a row for pipes, JSON for programs."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from metier.errors import ConfigError, InputError

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]


def place(said: str | Path) -> Path:
    """A file or folder that a command was given.

    Raises:
        ConfigError: Nothing was given. An unset variable leaves that, and must not come to mean the folder one is in.

    >>> place("skills").name
    'skills'
    """
    if not str(said):
        raise ConfigError("Expected a path, got an empty one.", hint="Name it; . is the folder that you are in.")
    return Path(said)


WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", parser=place, metavar="<path>", help="The folder with metier.toml.")
]


def as_json(data: Any) -> None:
    """Write nouns or plain data as one JSON document; what the command found is told by its exit code all the same."""
    text = as_text(data)
    with may_be_left():
        typer.echo(text)


def as_text(data: Any) -> str:
    """Nouns or plain data as the text of one JSON document.

    >>> as_text([])
    '[]'
    """
    return _json(data, indent=2)


def as_lines(rows: Iterable[Any]) -> None:
    """Write nouns as JSON lines."""
    for row in rows:
        typer.echo(_json(row))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows: a table on a terminal, tab-separated text with a header line in a pipe, which may be left early."""
    if not is_terminal():
        lines = ["\t".join(one_line(cell) for cell in row) for row in [columns, *rows]]
        with may_be_left():
            for line in lines:
                typer.echo(line)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        # What is cut off could be where two names or digests differ.
        shown.add_column(column, overflow="fold")
    for row in rows:
        # Text, not markup: names and messages may come from strangers.
        shown.add_row(*(Text(one_line(cell)) for cell in row))
    Console().print(shown)


def is_terminal() -> bool:
    """Whether a person reads standard output, and no program."""
    return sys.stdout.isatty()


@contextmanager
def may_be_left() -> Iterator[None]:
    """Write what a reader may leave before its end, where what the command found decides the exit code all the same."""
    try:
        yield
    except BrokenPipeError:
        let_go_of_output()


def let_go_of_output() -> None:
    """Point standard output at nothing, or Python fails once more when it writes the rest on its way out."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def spell_out() -> None:
    """Let standard output spell out what its encoding lacks, as JSON does: one sign of a stranger hides no result."""
    codecs.register_error("spelt", _spelt)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="spelt")


def _spelt(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(json.dumps(c)[1:-1] for c in error.object[error.start : error.end]), error.end


def say(text: str) -> None:
    """Talk to the person at the terminal, on standard error. That nobody listens or no log has room stops no work."""
    with suppress(OSError):
        typer.echo("\n".join(map(one_line, text.split("\n"))), err=True)


def one_line(cell: object) -> str:
    r"""One line without control characters: a name must not move the cursor or colour the screen.

    Blanks of any kind become spaces; what cannot be seen besides is spelt out, so that no two names look the same.

    >>> print(one_line("a\x1b[31mb\tc"))
    a\u001b[31mb c
    """
    from metier.faces.words import seen

    spaced = "".join(" " if c in "\t\n\v\f\r\u2028\u2029" else c for c in str(cell))
    return "".join(c if c.isprintable() else " " for c in seen(spaced))


def _json(data: Any, *, indent: int | None = None) -> str:
    """JSON in which what a terminal would act on, and half a surrogate pair, stand as escapes."""
    from metier.digest import plain

    try:
        text = json.dumps(plain(data), ensure_ascii=False, allow_nan=False, indent=indent)
    except ValueError as error:
        raise InputError(f"Expected finite numbers to write as JSON: {error}.") from error
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
