"""`metier practice`: items of the string trade, and the practice stage of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.show import AsJson, as_json, as_lines, place, table

app = typer.Typer(name="practice", help="Practise skills.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def functions(json: AsJson = False) -> None:
    """List the atomic string functions.

    Example: metier practice functions
    """
    from metier.practice.strings import FUNCTIONS

    rows = [{"name": f.name, "family": f.family, "definition": f.definition} for f in FUNCTIONS.values()]
    if json:
        as_json(rows)
    else:
        table(("function", "family", "definition"), ((r["name"], r["family"], r["definition"]) for r in rows))


@app.command()
def items(
    function: Annotated[
        list[str] | None, typer.Option("--function", "-f", help="Draw from these; all by default.")
    ] = None,
    level: Annotated[int, typer.Option(min=1, help="How many functions an item composes.")] = 1,
    count: Annotated[int, typer.Option("--count", "-n", min=1)] = 10,
    seed: int = 0,
    for_exam: Annotated[bool, typer.Option("--for-exam", help="Use inputs that practice never sees.")] = False,
    json: AsJson = False,
) -> None:
    """Draw items of the string trade, as JSON lines.

    Example: metier practice items --level 2 --count 10 --seed 0
    """
    from metier.practice.strings import FUNCTIONS, make_items

    drawn = make_items(function or list(FUNCTIONS), level=level, count=count, seed=seed, for_exam=for_exam)
    as_json(list(drawn)) if json else as_lines(drawn)


@app.command()
def curves(
    workspace: Annotated[Path, typer.Argument(parser=place, help="The folder with metier.toml.")] = Path(),
    json: AsJson = False,
) -> None:
    """Show the learning curves of the latest practice.

    Example: metier practice curves examples/first-trade
    """
    from metier.faces.opened import result
    from metier.faces.screen import sparkline

    found = result(workspace, "practice").output["curves"]
    if json:
        as_json(found)
        return
    rows = []
    for arm, points in found.items():
        for name in points[-1] if points else ():
            values = [float(point[name]) for point in points if isinstance(point.get(name), int | float)]
            if name != "step" and values:
                rows.append((arm, name, sparkline(values, width=40), f"{values[0]:.3g}", f"{values[-1]:.3g}"))
    table(("arm", "what", "curve", "first", "last"), rows)
