"""`metier run` and `metier report`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, place, say, table

if TYPE_CHECKING:
    from metier.govern.look import LookedAt

_ENDPOINT = """
{readable} of {total} packages can be read. Their text was scanned; what they are worth is unknown. A model endpoint
would add that: `metier evaluate take EXAM.jsonl --client URL#MODEL --skill PACKAGE` asks the same items with and
without a skill in hand, and `metier evaluate compare` gives the paired difference with its interval."""


def run(
    path: Annotated[
        Path, typer.Argument(parser=place, help="A workspace with a metier.toml, or a folder of SKILL.md packages.")
    ] = Path(),
    start: Annotated[str | None, typer.Option("--from", help="Run this stage and all after it again.")] = None,
    only: Annotated[str | None, typer.Option("--only", help="Run this stage alone, again.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run and why; run nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Turn the wheel of a workspace once, or look over a folder of SKILL.md packages.

    Example: metier run examples/first-trade
    """
    from metier.errors import ConfigError
    from metier.workspace import FILE, open_workspace

    if path.is_file():
        raise ConfigError(
            f"Expected a folder, got the file {str(path)!r}.", hint=f"Pass its folder: metier run {path.parent}"
        )
    if path.is_dir() and not (path / FILE).exists() and not (start or only or dry_run):
        _look_over(path, json)
        return
    from metier import lifecycle
    from metier.faces.screen import Screen

    workspace = open_workspace(path)
    with Screen(lifecycle.STAGES, title=f"metier · {workspace.settings.workspace.name}") as screen:
        turned = lifecycle.run(workspace, listener=screen, start=start, only=only, dry_run=dry_run)
    written = None if dry_run or only else _write_report(path, reused={t.stage for t in turned if t.reused})
    if json:
        as_json({"stages": turned, "report": str(written) if written else None})
    elif dry_run:
        table(("stage", "would"), ((t.stage, "stay as it is" if t.reused else f"run: {t.why}") for t in turned))
    elif written:
        say(f"\nReport: {written}")


def report(
    workspace: Annotated[Path, typer.Argument(parser=place, help="The folder with metier.toml.")] = Path(),
    json: AsJson = False,
) -> None:
    """Write the report of the latest results of a workspace again.

    Example: metier report examples/first-trade
    """
    written = _write_report(workspace)
    as_json({"report": str(written)}) if json else typer.echo(written)


def _write_report(folder: Path, *, reused: Collection[str] = ()) -> Path:
    from contextlib import closing

    from metier import lifecycle
    from metier.faces.report import write_report
    from metier.stores.open import open_store
    from metier.workspace import open_workspace

    workspace = open_workspace(folder)
    with closing(open_store(workspace.store, bulk=workspace.home / "objects")) as store:
        runs = list(store.runs())
        return write_report(
            lifecycle.latest(workspace, store),
            store,
            folder / ".metier" / "report.html",
            title=workspace.settings.workspace.name,
            started=f"{runs[-1].started[:16].replace('T', ' ')} UTC" if runs else "",
            evidence_digest=lifecycle.evidence_digest(workspace),
            seed=workspace.settings.workspace.seed,
            policy=workspace.settings.evaluate.policy,
            reused=reused,
            now=lifecycle.present_verdicts(workspace, store),
        )


def _look_over(folder: Path, json: bool) -> None:
    from metier.faces.opened import looked_over

    looked = looked_over([folder])
    if json:
        as_json(looked)
    else:
        table(
            ("package", "exposure", "what is wrong"),
            (
                (
                    one.path,
                    one.verdict.exposure.name.lower() if one.verdict else "unreadable",
                    "; ".join(_wrong(one)) or "nothing",
                )
                for one in looked
            ),
        )
        say(_ENDPOINT.format(readable=sum(one.skill is not None for one in looked), total=len(looked)))
    if any(_wrong(one) for one in looked):
        raise typer.Exit(1)


def _wrong(one: LookedAt) -> list[str]:
    from metier.govern.gates import at

    findings = one.verdict.findings if one.verdict else ()
    return [
        *([one.error] if one.error else []),
        *(f"line {fault.line}: {fault.message}" if fault.line else fault.message for fault in one.faults),
        *map(at, findings),
    ]
