"""`metier update`: where does the policy fail, and was the new version promoted?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.show import AsJson, as_json, place, say, table

app = typer.Typer(name="update", help="Learn from failures.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def weaknesses(
    workspace: Annotated[Path, typer.Argument(parser=place, help="The folder with metier.toml.")] = Path(),
    json: AsJson = False,
) -> None:
    """Show where the policy failed before the last update, and what was decided.

    Example: metier update weaknesses examples/first-trade
    """
    from metier.faces.opened import result

    output = result(workspace, "update").output
    if json:
        as_json({key: output[key] for key in ("weaknesses", "differences", "promoted", "reasons", "version")})
        return
    table(("skills", "failed", "of"), ((w["cluster"], w["failed"], w["tried"]) for w in output["weaknesses"]))
    say(("promoted: " if output["promoted"] else "not promoted: ") + "; ".join(output["reasons"]))
