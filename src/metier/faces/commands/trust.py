"""`metier govern approve`, `promote`, `revoke` and what else moves a skill: each by somebody, for a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, WorkspaceOption, as_json, place, say, table

if TYPE_CHECKING:
    from metier.govern.policy import GovernPolicy
    from metier.store import Store
    from metier.verdict import Verdict

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
SkillArgument = Annotated[str, typer.Argument(help="The name of a skill that was judged.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides this.")]
BecauseOption = Annotated[str, typer.Option("--because", help="Why, in one sentence.")]
DigestOption = Annotated[
    str, typer.Option("--digest", help="Which content of it, by 8 or more digits; the one judged last without.")
]
WhenOption = Annotated[str, typer.Option("--when", help="A date to enter, such as 2026-01-31; no clock is read.")]


@app.command()
def approve(
    skill: SkillArgument,
    by: ByOption,
    because: BecauseOption,
    digest: DigestOption = "",
    when: WhenOption = "",
    workspace: WorkspaceOption = Path(),
    json: AsJson = False,
) -> None:
    """Answer for a content whose findings you have read. A block cannot be approved, and a changed byte needs it anew.

    Example: metier govern approve letterwork --by "Ada" --because "read it whole" -w examples/first-trade
    """
    from metier.govern.transitions import approve as move

    _move(workspace, json, lambda store, policy: move(
        store, skill, who=by, because=because, digest=digest, policy=policy, when=when))  # fmt: skip


@app.command()
def certify(
    skill: SkillArgument,
    by: ByOption,
    because: BecauseOption,
    digest: DigestOption = "",
    when: WhenOption = "",
    workspace: WorkspaceOption = Path(),
    json: AsJson = False,
) -> None:
    """Certify what reached organisation by evidence: vetting vendor, still under supervision until it is promoted.

    Example: metier govern certify letterwork --by "Ada" --because "audited" -w examples/first-trade
    """
    from metier.govern.transitions import certify as move

    _move(workspace, json, lambda store, policy: move(
        store, skill, who=by, because=because, digest=digest, policy=policy, when=when))  # fmt: skip


@app.command()
def promote(
    skill: SkillArgument,
    by: ByOption,
    because: BecauseOption = "",
    digest: DigestOption = "",
    when: WhenOption = "",
    workspace: WorkspaceOption = Path(),
    json: AsJson = False,
) -> None:
    """Let a certified skill act by itself, after enough supervised uses without a fault.

    Example: metier govern promote letterwork --by "Ada" -w examples/first-trade
    """
    from metier.govern.transitions import promote as move

    _move(workspace, json, lambda store, policy: move(
        store, skill, who=by, because=because, digest=digest, policy=policy, when=when))  # fmt: skip


@app.command()
def record(
    skill: SkillArgument,
    uses: Annotated[int, typer.Option("--uses", help="Supervised uses in which nothing went wrong.")] = 0,
    violation: Annotated[str, typer.Option("--violation", help="A safety violation, in one sentence.")] = "",
    by: ByOption = "runtime",
    digest: DigestOption = "",
    when: WhenOption = "",
    workspace: WorkspaceOption = Path(),
    json: AsJson = False,
) -> None:
    """Record supervised uses, or one violation, which takes the skill a tier down.

    Example: metier govern record letterwork --uses 5 -w examples/first-trade
    """
    from metier.errors import ConfigError
    from metier.faces.opened import ruled
    from metier.govern.transitions import record_uses, violated

    if bool(uses) == bool(violation):
        raise ConfigError("Expected --uses or --violation, and not both.")
    if violation:
        _move(workspace, json, lambda store, policy: violated(
            store, skill, because=violation, who=by, digest=digest, policy=policy, when=when))  # fmt: skip
        return
    with ruled(workspace) as (store, policy):
        now = record_uses(store, skill, uses=uses, who=by, digest=digest, policy=policy, when=when)
    as_json(now) if json else say(
        f"{now.skill}: {now.uses} supervised uses without a fault, {now.exposure.name.lower()}"
    )


@app.command()
def revoke(
    skill: SkillArgument,
    by: ByOption,
    because: BecauseOption,
    digest: DigestOption = "",
    when: WhenOption = "",
    workspace: WorkspaceOption = Path(),
    json: AsJson = False,
) -> None:
    """Take all trust from a skill after an incident; later content of that name stays down too, until it is restored.

    Example: metier govern revoke letterwork --by "Ada" --because "it sent mail" -w examples/first-trade
    """
    from metier.govern.transitions import revoke as move

    _move(workspace, json, lambda store, policy: move(
        store, skill, who=by, because=because, digest=digest, policy=policy, when=when))  # fmt: skip


@app.command()
def restore(
    skill: SkillArgument,
    by: ByOption,
    because: BecauseOption,
    package: Annotated[
        Path,
        typer.Option("--package", parser=place, metavar="<path>", help="The package folder, which is audited now."),
    ],
    opinion: Annotated[str, typer.Option("--opinion", help="The model for a second opinion (G2).")] = "",
    when: WhenOption = "",
    workspace: WorkspaceOption = Path(),
    json: AsJson = False,
) -> None:
    """Audit a package again, and lift its falls if it passes. Nothing else comes back: its tier is that of the audit.

    Whoever restores it answers for what needs review in it, as by an approval.

    Example: metier govern restore tidy --package packages/tidy --by "Ada" --because "mended" -w examples/first-trade
    """
    from metier.errors import GovernError
    from metier.faces.opened import judging, ruled
    from metier.govern.look import look_at
    from metier.govern.transitions import restore as move

    with ruled(workspace) as (store, policy), judging(opinion) as opinion_of:
        fresh = look_at(package, policy=policy, opinion_of=opinion_of, store=store)
        if fresh.skill != skill:
            raise GovernError(f"The package {str(package)!r} holds the skill {fresh.skill!r}, not {skill!r}.")
        verdict = move(store, fresh, who=by, because=because, policy=policy, when=when)
    _show(verdict, json)


def _move(folder: Path, json: bool, move: Callable[[Store, GovernPolicy], Verdict]) -> None:
    from metier.faces.opened import ruled

    with ruled(folder) as (store, policy):
        verdict = move(store, policy)
    # Shown last: an output that fails keeps nothing of what was decided from being done.
    _show(verdict, json)


def _show(verdict: Verdict, json: bool) -> None:
    if json:
        as_json(verdict)
        return
    tiers = (verdict.vetting.name.lower(), verdict.exposure.name.lower())
    table(("skill", "vetting", "exposure", "why"), [(verdict.skill, *tiers, "; ".join(verdict.reasons))])
