"""`metier govern`: what may this skill touch, and why?"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.commands import library, sign, trust
from metier.faces.show import AsJson, WorkspaceOption, as_json, is_terminal, may_be_left, place, say, table

if TYPE_CHECKING:
    from metier.audit import Event
    from metier.govern.story import Story

app = typer.Typer(
    name="govern",
    help="Scan packages, explain verdicts, keep the audit log.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class ScanFormat(StrEnum):
    """How the result of a scan is written."""

    PRETTY = "pretty"
    JSON = "json"
    SARIF = "sarif"
    HTML = "html"


class FailOn(StrEnum):
    """From which decision on a scan fails."""

    REVIEW = "review"
    INCOMPLETE = "incomplete"
    BLOCK = "block"


PathsArgument = Annotated[list[Path], typer.Argument(parser=place, help="Package folders, or folders that hold some.")]
PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", parser=place, metavar="<path>", help="A policy file (TOML); strict without one."),
]
OpinionOption = Annotated[
    str, typer.Option("--opinion", help="The model for a second opinion (G2), such as http://127.0.0.1:8000/v1#model.")
]


@app.command()
def scan(
    paths: PathsArgument,
    policy: PolicyOption = None,
    format: Annotated[
        ScanFormat | None,
        typer.Option(
            "--format",
            help="pretty is for people, html a page for a reviewer, json and sarif are for programs. "
            "Without it: pretty on a terminal, one line a package in a pipe.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Write to this file (- is standard output); its ending says the format without --format."
        ),
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            "--fail-on",
            help="From which decision on the exit code is 1: review (as without it), incomplete or block. "
            "What cannot be read as a package is incomplete.",
        ),
    ] = None,
    yara: Annotated[
        Path | None,
        typer.Option(
            "--yara",
            parser=place,
            metavar="<path>",
            help="YARA rules of your own: a file, or a folder of .yar and .yara.",
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            parser=place,
            metavar="<path>",
            help="An older version of the one package: tell only what is new since, as it is.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Scan packages and say why each would be let through or not. Exit code 1 if one needs review or is blocked.

    With --against OLD, tell what a version does that the old one did not; exit code 1 if it needs to be approved anew.

    Example: metier govern scan examples/first-trade/packages --format html --out scan.html

    Example: metier govern scan skills/tidy --against skills-of-last-week/tidy
    """
    from metier.errors import ConfigError
    from metier.faces import scanned
    from metier.faces.files import make_writable
    from metier.faces.opened import looked_over, scanner
    from metier.faces.page import write_page
    from metier.govern.diff import diff
    from metier.govern.look import refuse_many
    from metier.stores.package import read_package
    from metier.verdict import Decision

    if against:
        if len(paths) > 1 or policy or format or out or fail_on:
            raise ConfigError(
                "Expected one package with --against OLD, and neither --policy, --format, --out nor --fail-on."
            )
        for folder in (against, *paths):
            refuse_many(folder)
        read_package(paths[0])
        library.show_update(diff(against, paths[0], scanner(yara)), json=json)
        return
    out = None if out == Path("-") else out
    form = _form(format, out, json=json)
    if out:
        make_writable(out, "--out", is_any=True)
    looked = looked_over(paths, policy=policy, yara=yara)
    with may_be_left():
        if form is None:
            table(
                ("package", "decision", "vetting", "exposure", "why"),
                (
                    (
                        one.path,
                        one.decision.value,
                        v.vetting.name.lower(),
                        v.exposure.name.lower(),
                        "; ".join(v.reasons),
                    )
                    if (v := one.verdict)
                    else (one.path, one.decision.value, "unreadable", "none", one.error)
                    for one in looked
                ),
            )
        else:
            text = scanned.written(looked, form.value, title=f"Scan of {_named(paths)}", coloured=out is None)
            if out:
                write_page(text, out)
                say(f"{scanned.told(looked)} Written to {out}.")
            else:
                typer.echo(text, nl=False)
    order = tuple(Decision)
    least = order.index(Decision(fail_on or FailOn.REVIEW))
    if any(order.index(one.decision) >= least for one in looked):
        raise typer.Exit(1)


def _named(paths: list[Path]) -> str:
    """The folders of a scan, of which a shell can give thousands."""
    told = [str(path) if path.name not in ("", "..") else path.resolve().name or str(path) for path in paths[:_NAMED]]
    names = [*told, *([f"{len(paths) - _NAMED:,} more"] if len(paths) > _NAMED else [])]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


_NAMED = 5
_ENDINGS = {
    "": ScanFormat.PRETTY,
    ".html": ScanFormat.HTML,
    ".htm": ScanFormat.HTML,
    ".json": ScanFormat.JSON,
    ".sarif": ScanFormat.SARIF,
    ".sarif.json": ScanFormat.SARIF,
    ".pretty": ScanFormat.PRETTY,
    ".txt": ScanFormat.PRETTY,
}


def _form(format: ScanFormat | None, out: Path | None, *, json: bool) -> ScanFormat | None:
    """The format that the options ask for; None for one line a package.

    Raises:
        ConfigError: Two of them ask for different ones, or a file has an ending that says none.
    """
    from metier.errors import ConfigError

    if json and format not in (None, ScanFormat.JSON):
        raise ConfigError(
            f"Expected one format, got --json and --format {format.value}.", hint="Leave one of them out."
        )
    asked = ScanFormat.JSON if json else format
    if out is None:
        return asked or (ScanFormat.PRETTY if is_terminal() else None)
    name = out.name.lower()
    ending = ".sarif.json" if name.endswith(".sarif.json") else out.suffix.lower()
    named = _ENDINGS.get(ending)
    if asked is None and (named is None or (not ending and (out.is_file() or not out.exists()))):
        raise ConfigError(
            f"--out: expected an ending that says the format, got {str(out)!r}.",
            hint="Use .html, .json, .sarif or .txt, or say it with --format.",
        )
    is_json = ending == ".json" and asked == ScanFormat.SARIF
    if asked and ending and named and named != asked and not is_json:
        raise ConfigError(
            f"Expected one format, got {asked.value} and a file {str(out)!r}.",
            hint="Leave out the option or rename it.",
        )
    return asked or named


@app.command()
def gate(
    paths: PathsArgument,
    policy: PolicyOption = None,
    opinion: OpinionOption = "",
    trace: Annotated[
        Path | None, typer.Option("--trace", help="A run of one package, as metier sandbox run --json tells it (G3).")
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "-w",
            parser=place,
            metavar="<path>",
            help="Judge by its policy and history, and keep the verdicts there.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Put packages through the gates G1 to G4. Exit code 1 if one fails a gate, stays unvetted or makes answers worse.

    Example: metier govern gate examples/first-trade/packages/regex-tester
    """
    from metier.faces.opened import looked_over
    from metier.verdict import GateOutcome, VettingTier

    looked = looked_over(paths, policy=policy, opinion=opinion, trace=trace, workspace=workspace)
    if policy and workspace:
        say(f"Judged by {policy}, which is not the policy of {workspace}: the verdicts are not kept there.")
    if json:
        as_json([{"path": one.path, "verdict": one.verdict, "error": one.error} for one in looked])
    else:
        table(
            ("package", "gate", "outcome", "why"),
            (
                row
                for one in looked
                for row in (
                    [(one.path, g.gate.value, g.outcome.value, "; ".join(g.reasons)) for g in one.verdict.gates]
                    + [(one.path, "vetting", one.verdict.vetting.name.lower(), "; ".join(one.verdict.reasons))]
                    if one.verdict
                    else [(one.path, "none", "unreadable", one.error)]
                )
            ),
        )
    verdicts = [one.verdict for one in looked]
    if any(
        v is None
        or v.vetting == VettingTier.UNVETTED
        or any(g.outcome == GateOutcome.FAILED for g in v.gates)
        or (v.evidence is not None and v.evidence.is_harmful)
        for v in verdicts
    ):
        raise typer.Exit(1)


@app.command()
def explain(
    skill: Annotated[str, typer.Argument(help="The name of a skill that was judged.")],
    workspace: WorkspaceOption = Path(),
    digest: trust.DigestOption = "",
    json: AsJson = False,
) -> None:
    """Tell the whole story of a skill: gates, findings, capabilities, evidence, history, and what would raise it.

    Example: metier govern explain letterwork -w examples/first-trade
    """
    from metier.faces.opened import stored
    from metier.govern.story import explain as told
    from metier.lifecycle import measured_in
    from metier.workspace import open_workspace

    with stored(workspace) as store:
        policy = open_workspace(workspace).settings.govern
        story = told(store, skill, digest=digest, policy=policy, evidence_of=measured_in(store))
    if json:
        as_json(story)
        return
    table(("about", "what"), _lines(story))


@app.command()
def audit(
    workspace: WorkspaceOption = Path(),
    skill: Annotated[str, typer.Option("--skill", help="Only the entries about one skill.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Check the chain; exit code 1 if it is broken.")] = False,
    anchor: Annotated[
        Path | None, typer.Option("--anchor", help="A head that was kept elsewhere; --verify compares with it.")
    ] = None,
    keep_anchor: Annotated[
        Path | None, typer.Option("--keep-anchor", help="Write the head to this file; keep it elsewhere.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the audit log, oldest entry first; with --verify, check that nothing was edited, removed, moved or cut off.

    Verdicts and evidence (attempts, findings, runs, stage results) are compared with what was entered.

    Example: metier govern audit --verify -w examples/first-trade
    """
    from metier.errors import ConfigError
    from metier.faces.opened import kept_anchor, stored, write_anchor
    from metier.govern.chain import verify as checked
    from metier.govern.transitions import last_verdict

    if skill and (verify or anchor or keep_anchor):
        raise ConfigError(
            "Expected --skill without --verify, --anchor and --keep-anchor.",
            hint="The chain runs through the entries of every skill, and is checked as a whole.",
        )
    known = kept_anchor(anchor) if anchor else None
    with stored(workspace) as store:
        found = checked(store, anchor=known) if verify or keep_anchor or anchor else None
        entries = [] if found else list(store.entries(skill or None))
        if skill and not entries:
            last_verdict(store, skill)
    if found is None:
        as_json([{"hash": e.hash, "entry": e} for e in entries]) if json else table(
            ("number", "what", "uses", "skill", "digest", "who", "when", "exposure", "why", "hash"),
            (
                (
                    e.number,
                    e.event.deed.value,
                    e.event.uses or "",
                    e.event.skill,
                    e.event.digest[:19],
                    e.event.who,
                    e.event.when,
                    e.event.exposure.name.lower() if e.event.exposure else "",
                    "; ".join(e.event.because),
                    e.hash[:19],
                )
                for e in entries
            ),
        )
        return
    if keep_anchor and found.intact:
        write_anchor(found.head, keep_anchor)
    if json:
        as_json(found)
    else:
        table(("number", "head"), [(found.head.number, found.head.hash)])
        say("intact" if found.intact else "\n".join(found.faults))
        if found.as_found:
            say(f"Entered as found, and not covered before: {'; '.join(found.as_found)}")
    if not found.intact:
        raise typer.Exit(1)


def _lines(story: Story) -> Iterator[tuple[str, str]]:
    from metier.govern.gates import at
    from metier.govern.story import told_capabilities, told_evidence

    v, now = story.verdict, story.standing
    yield "skill", f"{v.skill}, content {v.digest}"
    yield "stands at", f"vetting {v.vetting.name.lower()}, exposure {story.exposure.name.lower()}"
    yield from (("because", reason) for reason in v.reasons)
    yield from ((f"gate {g.gate.value}", f"{g.outcome.value}: {'; '.join(g.reasons)}") for g in v.gates)
    yield from ((f.severity.value, f"{at(f)} {f.evidence}".rstrip()) for f in v.findings)
    yield from (("capabilities", line) for line in told_capabilities(v))
    yield from (("evidence", line) for line in (*told_evidence(v.evidence), *(f"rests on {r}" for r in v.run_ids)))
    if story.measured:
        yield from (("measured since", line) for line in told_evidence(story.measured))
        yield "measured since", "not weighed yet: metier govern gate FOLDER -w WORKSPACE"
    yield "standing", f"{now.uses} supervised uses without a fault since it was last moved"
    yield from (("standing", f"approved by {now.approved_by}") for _ in [0] if now.approved_by)
    yield from (("standing", f"certified by {now.certified_by}") for _ in [0] if now.certified_by)
    for one in story.history:
        tiers = f"{one.vetting.name.lower()}, {one.exposure.name.lower()}"
        yield "history", f"{one.digest[:19]}: {tiers}: {'; '.join(one.reasons)}"
    for e in story.entries:
        yield "audit", f"{e.number} {_told(e.event)} ({e.hash[:19]})"
    yield from (("would raise it", line) for line in story.raises or ("nothing: it stands as high as any",))


def _told(event: Event) -> str:
    uses = f" of {event.uses}" if event.uses else ""
    when = f", {event.when}" if event.when else ""
    why = f": {'; '.join(event.because)}" if event.because else ""
    return f"{event.deed.value}{uses} by {event.who}{when}{why}"


app.add_typer(trust.app)
app.add_typer(sign.app)
