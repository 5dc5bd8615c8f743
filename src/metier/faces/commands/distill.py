"""`metier distill`: which of these items are worth keeping?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.show import AsJson, as_json, as_lines, say

app = typer.Typer(name="distill", help="Curate items.", no_args_is_help=True, rich_markup_mode=None)


@app.command("curate")
def curate_items(
    items: Annotated[Path, typer.Argument(help="Items as JSON lines; - for standard input.")],
    against: Annotated[list[Path] | None, typer.Option("--against", help="Exams that must stay unseen.")] = None,
    count: Annotated[int | None, typer.Option("--count", "-n", min=1, help="Keep at most so many.")] = None,
    seed: Annotated[int, typer.Option(help="Decides among equals.")] = 0,
    json: AsJson = False,
) -> None:
    """Drop duplicates and what leaks from an exam, then sample evenly by concept. Items go to standard output.

    Example: metier practice items --level 2 --count 50 | metier distill curate - --count 20
    """
    from metier.distill.curate import curate
    from metier.faces.files import read_items

    candidates = list(read_items(items))
    kept_back = [item for path in against or () for item in read_items(path)]
    curated = curate(candidates, count=count or len(candidates), seed=seed, against=kept_back)
    if json:
        as_json({"items": curated.items, "dropped": curated.dropped})
        return
    as_lines(curated.items)
    dropped = ", ".join(f"{number} {reason}" for reason, number in curated.dropped.items() if number)
    say(f"kept {len(curated.items)} of {len(candidates)}; dropped: {dropped or 'none'}")
