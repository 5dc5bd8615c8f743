"""`metier govern`: what may this skill touch, and why?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.show import AsJson, WorkspaceOption, as_json, table

app = typer.Typer(name="govern", help="Scan packages, explain verdicts.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def scan(
    paths: Annotated[list[Path], typer.Argument(help="Package folders, or folders that hold some.")],
    json: AsJson = False,
) -> None:
    """Scan packages and say how far each would be trusted as it is. Exit code 1 if one needs review or is blocked.

    Example: metier govern scan examples/first-trade/packages
    """
    from metier.faces.opened import looked_over
    from metier.verdict import ExposureTier

    looked = looked_over(paths)
    if json:
        as_json([{"path": one.path, "verdict": one.verdict, "error": one.error} for one in looked])
    else:
        table(
            ("package", "vetting", "exposure", "why"),
            (
                (one.path, v.vetting.name.lower(), v.exposure.name.lower(), "; ".join(v.reasons))
                if (v := one.verdict)
                else (one.path, "unreadable", "none", one.error)
                for one in looked
            ),
        )
    if any(one.verdict is None or one.verdict.exposure == ExposureTier.METADATA for one in looked):
        raise typer.Exit(1)


@app.command()
def explain(
    skill: Annotated[str, typer.Argument(help="The name of a skill that was judged.")],
    workspace: WorkspaceOption = Path(),
    json: AsJson = False,
) -> None:
    """Tell every verdict on a skill, oldest first, with its reasons, findings and the runs it rests on.

    Example: metier govern explain letterwork -w examples/first-trade
    """
    from metier.errors import NotStored, nearest
    from metier.faces.opened import stored

    with stored(workspace) as store:
        verdicts = list(store.verdicts(skill))
        known = {verdict.skill for verdict in store.verdicts()}
    if not verdicts:
        raise NotStored(f"No skill {skill!r} was judged.", hint=nearest(skill, known))
    if json:
        as_json(verdicts)
        return
    table(
        ("digest", "vetting", "exposure", "because"),
        (
            (v.digest[:19], v.vetting.name.lower(), v.exposure.name.lower(), line)
            for v in verdicts
            for line in (
                *v.reasons,
                *(f"{f.path}, line {f.line}: {f.message} {f.evidence}" for f in v.findings),
                *(f"rests on {run_id}" for run_id in v.run_ids),
            )
        ),
    )
