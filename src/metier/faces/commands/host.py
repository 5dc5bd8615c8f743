"""`metier skill host`: use the skills of a server that nobody vouched for, as the Skills extension (SEP-2640) asks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metier.faces.show import AsJson, as_json, one_line, say, table

if TYPE_CHECKING:
    from metier.stores.served.consent import Answer, Ask, Question
    from metier.stores.served.host import Host
    from metier.stores.served.registry import Known

app = typer.Typer(
    name="host", help="List, approve and load the skills of an MCP server.", no_args_is_help=True, rich_markup_mode=None
)

ServerArgument = Annotated[str, typer.Argument(help="A URL, or the command of a server in quotes.")]
HandleArgument = Annotated[str, typer.Argument(help="A skill as the listing calls it: LABEL/PATH.")]
LabelOption = Annotated[str, typer.Option("--label", help="What to call the server; approvals are kept under it.")]
ApprovalsOption = Annotated[
    Path | None, typer.Option("--approvals", help="The file of approvals; yours in ~/.local/state/metier by default.")
]


@app.command("list")
def list_served(
    server: ServerArgument, label: LabelOption = "", approvals: ApprovalsOption = None, json: AsJson = False
) -> None:
    """List what a server offers and what of it you approved. Exit code 1 if an entry breaks a rule and is not used.

    Example: metier skill host list "metier serve --mcp skills"
    """
    with _opened(server, _nobody, label, approvals) as host:
        rows = [_row(host, known) for known in host.known()]
        refused = host.refused
    if json:
        as_json({"skills": rows, "refused": refused})
    else:
        keys = ("handle", "state", "files", "bytes", "digest", "collides", "description")
        table(("skill", *keys[1:]), ([_cell(row[key]) for key in keys] for row in rows))
        for one in refused:
            say(f"not used: {one_line(one.what)}: {one_line(one.why)}")
    if refused:
        raise typer.Exit(1)


@app.command("show")
def show_served(
    server: ServerArgument,
    handle: HandleArgument,
    text: Annotated[bool, typer.Option("--text", help="Fetch and verify its SKILL.md too, and show it.")] = False,
    label: LabelOption = "",
    approvals: ApprovalsOption = None,
    json: AsJson = False,
) -> None:
    """Show one skill: its digest, every file with its own, and whether you approved it. Loads nothing.

    Example: metier skill host show "metier serve --mcp skills" docs/pdf --label docs --text
    """
    with _opened(server, _nobody, label, approvals) as host:
        known = host.renew(host.resolve(handle))
        row, entry = _row(host, known), known.entry
        read = host.inspect(known) if text else None
    if json:
        as_json({**row, "entry": entry.plain(), "text": read})
        return
    table(("field", "value"), ((key, _cell(value)) for key, value in row.items()))
    table(("file", "bytes", "digest"), ((one.uri, one.size, one.digest) for one in entry.resources or ()))
    if read is not None:
        _write(read)


@app.command("approve")
def approve_served(
    server: ServerArgument,
    handle: HandleArgument,
    digest: Annotated[
        str, typer.Option("--digest", help="Agree to this digest of the listing and to no other, without being asked.")
    ] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Forget instead what you agreed to of it.")] = False,
    label: LabelOption = "",
    approvals: ApprovalsOption = None,
    json: AsJson = False,
) -> None:
    """Agree to loading a skill as it is, byte for byte. A change of any file takes the approval away.

    Example: metier skill host approve "metier serve --mcp skills" docs/pdf --label docs
    """
    with _opened(server, _expecting(digest) if digest else _person, label, approvals) as host:
        known = host.renew(host.resolve(handle))
        if revoke:
            host.revoke(known)
        else:
            host.approve(known)
        row = _row(host, known)
    if json:
        as_json(row)
        return
    say(f"{handle} is {row['state']}: {row['digest']}")


@app.command("load")
def load_served(
    server: ServerArgument,
    handle: HandleArgument,
    file: Annotated[str, typer.Argument(help="A file of the skill; its instructions by default.")] = "",
    label: LabelOption = "",
    approvals: ApprovalsOption = None,
    json: AsJson = False,
) -> None:
    """Write the verified text of a skill as a model is to see it: as data, with its origin. Asks unless approved.

    Example: metier skill host load "metier serve --mcp skills" docs/pdf --label docs
    """
    with _opened(server, _person, label, approvals) as host:
        loaded = host.load(host.renew(host.resolve(handle)))
        text = host.show(loaded, file) if file else loaded.text
    if json:
        entry = loaded.known.entry
        as_json({"handle": handle, "digest": entry.bound_to, "base": loaded.base, "file": file, "text": text})
        return
    _write(text)


@contextmanager
def _opened(server: str, ask: Ask, label: str, approvals: Path | None) -> Iterator[Host]:
    try:
        from metier.faces.mcp.hosting import hosted
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "anyio"):
            raise
        from metier.errors import MissingExtra

        raise MissingExtra(error.name or "mcp", extra="mcp", needed_for="metier skill host") from error
    with hosted(server, ask, label=label, approvals=approvals) as host:
        yield host


def _row(host: Host, known: Known) -> dict[str, Any]:
    entry = known.entry
    approved, changed = host.is_approved(known), host.has_changed(known)
    return {
        "handle": known.handle,
        "uri": entry.uri,
        "state": "approved" if approved else "changed since you approved it" if changed else "not approved",
        "files": len(entry.resources or ()),
        "bytes": sum(one.size for one in entry.resources or ()),
        "digest": entry.bound_to,
        "collides": list(known.collides),
        "description": entry.description,
    }


def _nobody(question: Question) -> Answer:
    from metier.stores.served.consent import Answer

    return Answer.NO


def _expecting(digest: str) -> Ask:
    """Agrees to the content that the user named, and to no other."""
    from metier.stores.served.consent import Answer

    def ask(question: Question) -> Answer:
        if question.entry.bound_to == digest:
            return Answer.ALWAYS
        say(f"What the server lists now is not what you named: {question.entry.bound_to}")
        return Answer.NO

    return ask


def _person(question: Question) -> Answer:
    """Asks at the terminal; where there is none, nobody agreed."""
    from metier.stores.served.consent import Answer

    entry = question.entry
    if question.changed:
        say("You agreed to it before; it has changed since.")
    if not sys.stdin.isatty():
        say(f"Nobody can be asked here. To agree: metier skill host approve … --digest {entry.bound_to}")
        return Answer.NO
    for resource in entry.resources or ():
        say(f"  {resource.digest}  {resource.size:>9}  {one_line(resource.uri)}")
    if question.inside:
        say(f"It lies inside of {one_line(question.inside)}; agreeing to that one was not agreeing to this one.")
    said = typer.prompt(
        f"{question.wish.value} {one_line(entry.name)!r} of the server {question.server!r}? no, once, always",
        default="no",
        err=True,
    )
    return Answer(said) if said in set(Answer) else Answer.NO


def _write(text: str) -> None:
    """A text of strangers must not move the cursor or colour the screen."""
    for line in text.split("\n"):
        typer.echo(one_line(line.expandtabs()))


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list) else value
