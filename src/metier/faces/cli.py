"""The `metier` command. Heavy things are imported inside the commands, so that `--help` is instant."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from metier import __version__
from metier.errors import MetierError
from metier.faces.commands import compose, discover, distill, evaluate, govern, practice, run, skill, update

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
for group in (discover, distill, practice, evaluate, govern, compose, update, skill):
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
    """Run the command line. Exit codes: 0 done, 1 findings, 2 wrong use or a run that could not finish."""
    try:
        app()
    except MetierError as error:
        typer.echo(f"metier: {error}", err=True)
        for line in error.hint.splitlines():
            typer.echo(f"  {line}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        typer.echo("metier: stopped. What was done is kept; run the same command again to go on.", err=True)
        sys.exit(130)
