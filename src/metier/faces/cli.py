"""The `metier` command. Heavy things are imported inside the commands, so that `--help` is instant."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any, cast

import typer
import typer.main

from metier import __version__
from metier.errors import MetierError
from metier.faces.commands import (
    compose,
    discover,
    distill,
    evaluate,
    govern,
    practice,
    run,
    sandbox,
    serve,
    skill,
    update,
)
from metier.faces.show import let_go_of_output, one_line, spell_out

app = typer.Typer(
    name="metier",
    help="Carry a skill through its whole life.\n\nExample: metier run examples/first-trade",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
)
app.command("run")(run.run)
app.command("report")(run.report)
app.command("serve")(serve.serve)
for group in (discover, distill, practice, evaluate, govern, compose, update, skill, sandbox):
    app.add_typer(group.app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _metier(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Carry a skill through its whole life: discover, distill, practice, store, compose, evaluate, govern, update.

    Example: metier run examples/first-trade
    """


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 findings, 2 wrong use or a run that could not finish.

    Who stops it gets 130. That a reader has enough before all is written is no failure.
    """
    if sys.stdout is None:
        typer.echo("metier: Expected an open standard output, got a closed one.", err=True)
        typer.echo("  Let it write to /dev/null if nobody is to read it.", err=True)
        sys.exit(2)
    spell_out()
    # Typer's own way of running a command has other words and exit codes for an interruption and a broken pipe.
    command = typer.main.get_command(app)
    try:
        with command.make_context("metier", sys.argv[1:]) as context:
            command.invoke(context)
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except _WRONG_USE as fault:
        cast(Any, fault).show()
        sys.exit(2)
    except BrokenPipeError:
        let_go_of_output()
        sys.exit(0)
    except (MetierError, OSError, UnicodeError) as error:
        for line in _sentences(error):
            with suppress(OSError):
                typer.echo(line, err=True)
        if isinstance(error, OSError):
            let_go_of_output()
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("metier: stopped. What was done is kept; run the same command again to go on.", err=True)
        sys.exit(130)
    sys.exit(0)


_WRONG_USE = cast("tuple[type[Exception], ...]", typer.BadParameter.__bases__)
"""The parser's `UsageError`, which typer names only through its children."""


def _sentences(error: MetierError | OSError | UnicodeError) -> Iterator[str]:
    """What went wrong, and below it the way out."""
    if isinstance(error, MetierError):
        yield f"metier: {one_line(error)}"
        yield from (f"  {one_line(line)}" for line in error.hint.splitlines())
        return
    if isinstance(error, UnicodeError):
        yield f"metier: Expected UTF-8 text: {one_line(error)}."
        return
    from metier.faces.files import DISK_FULL

    place = repr(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else "the output"
    if error.errno in DISK_FULL:
        yield f"metier: The disk is full at {place}; what was done before is kept."
        yield "  Free some space and run the same command again to go on."
    else:
        yield f"metier: Cannot use {place}: {one_line(error.strerror or error)}."
