"""`metier compose`: what came of a goal?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.show import AsJson, WorkspaceOption, as_json, say, table

app = typer.Typer(name="compose", help="Plan goals with stored skills.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def plan(
    steps: Annotated[list[str] | None, typer.Argument(help="Concepts, in the order in which they are applied.")] = None,
    example: Annotated[list[str] | None, typer.Option("--example", "-e", help="INPUT=OUTPUT; may be repeated.")] = None,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", "-f", help="What holds, besides metier.toml's; may be repeated.")
    ] = None,
    max_steps: Annotated[int, typer.Option(min=1, max=3, help="How long a plan found from examples may be.")] = 2,
    workspace: WorkspaceOption = Path(),
    json: AsJson = False,
) -> None:
    """Plan a goal, given as steps or as examples, with the stored skills, and execute the plan. Exit code 1 for a gap.

    Example: metier compose plan -e abcdef=aedcbf -e ghijab=gajihb -w examples/first-trade
    """
    from metier import lifecycle
    from metier.errors import ConfigError
    from metier.faces.opened import stored
    from metier.plan import Example, Gap, Goal
    from metier.workspace import open_workspace

    pairs = [text.partition("=") for text in example or ()]
    if bad := [text for text, (_, found, _) in zip(example or (), pairs, strict=True) if not found]:
        raise ConfigError(f"Expected --example INPUT=OUTPUT, got {bad[0]!r}.")
    goal = Goal(
        name="goal",
        steps=tuple(steps or ()),
        examples=tuple(Example(input=before, output=after) for before, _, after in pairs),
        max_steps=max_steps,
    )
    with stored(workspace) as store:
        settled = open_workspace(workspace)
        made = lifecycle.plan_goal(settled, store, goal, facts=fact or ())
        for sentence in lifecycle.unmatched_in_compose(settled, store):
            say(sentence)
    if json:
        as_json({"kind": type(made).__name__.lower(), "result": made})
    elif isinstance(made, Gap):
        table(("gap", "missing", "nearest"), [(made.reason, ", ".join(made.missing), ", ".join(made.nearest))])
    else:
        arrow = " → ".join(f"{step.skill} {step.version}" for step in made.steps)
        helped = [step for step in made.steps if step.recovery]
        helps = "; ".join(f"{step.skill}: {step.recovery} {step.recovery_version}" for step in helped)
        table(
            ("plan", "examples met", "execution", "recovered by"),
            [(arrow, f"{made.succeeded} of {made.executed}", "; ".join(made.evidence), helps)],
        )
    if isinstance(made, Gap):
        raise typer.Exit(1)
