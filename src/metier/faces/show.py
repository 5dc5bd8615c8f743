"""How are results shown? Tables for people, one tab-separated line a row for pipes, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help="The folder with metier.toml.")]


def as_json(data: Any) -> None:
    """Write nouns or plain data as one JSON document."""
    from metier.digest import plain

    typer.echo(json.dumps(plain(data), ensure_ascii=False, indent=2))


def as_lines(rows: Iterable[Any]) -> None:
    """Write nouns as JSON lines."""
    from metier.digest import plain

    for row in rows:
        typer.echo(json.dumps(plain(row), ensure_ascii=False))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows: a table on a terminal, tab-separated text with a header line in a pipe."""
    if not sys.stdout.isatty():
        for row in [columns, *rows]:
            typer.echo("\t".join(_clean(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(column)
    for row in rows:
        # Text, not markup: names and messages may come from strangers.
        shown.add_row(*(Text(_clean(cell)) for cell in row))
    Console().print(shown)


def say(text: str) -> None:
    """Talk to the person at the terminal, on standard error."""
    typer.echo(text, err=True)


def _clean(cell: object) -> str:
    """One line without control characters: a name must not move the cursor or colour the screen."""
    return "".join(c if c.isprintable() else " " for c in str(cell))
