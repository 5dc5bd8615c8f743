"""`metier serve`: let agents find, load and run the good ones."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metier.faces.show import place, say

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

    from metier.stores.served.shelf import Shelf

_STEP, _MAX_NOTES = 250, 20


def serve(
    folder: Annotated[Path, typer.Argument(parser=place, help="A folder of packages, or a workspace.")] = Path(),
    mcp: Annotated[bool, typer.Option("--mcp", help="Speak the Model Context Protocol; it is the only one.")] = True,
    http: Annotated[str, typer.Option(help="Serve over HTTP at HOST:PORT instead of standard input and output.")] = "",
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A name under which the server may be called from elsewhere.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            parser=place,
            metavar="<path>",
            help="A policy file: what it takes to be read and run. The strict one by default.",
        ),
    ] = None,
    hide: Annotated[
        bool, typer.Option("--hide", help="Hide what may not be read, and do not list its metadata.")
    ] = False,
    run: Annotated[bool, typer.Option("--run/--no-run", help="Whether scripts may be run at all.")] = True,
) -> None:
    """Serve skills to agents over the Model Context Protocol, each as far as it is trusted.

    Example: metier serve --mcp skills
    """
    from metier.faces.mcp.ending import Ending

    ending = None if http else Ending()
    try:
        from metier.faces.mcp.opened import library_of, make_tools, mark_of, recorder_of, sandboxed
        from metier.faces.mcp.opening import Opening
        from metier.faces.mcp.server import make_server
        from metier.faces.mcp.transport import serve_http, serve_stdio
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "anyio", "starlette", "uvicorn"):
            raise
        from metier.errors import MissingExtra

        raise MissingExtra(error.name or "mcp", extra="mcp", needed_for="metier serve") from error
    from metier.govern.kept import kept_scans
    from metier.stores.served.shelf import Shelf

    library, judge = library_of(folder, policy, kept=kept_scans())

    def make() -> tuple[Server[Any], Opening]:
        shelf = Shelf(library, judge, mark=mark_of(folder), hide=hide, later=True, tell=_tell)
        tools = make_tools(shelf, sandboxed() if run else None, recorder_of(folder))

        def then() -> None:
            _say_what_is_served(shelf, folder, has_policy=policy is not None)
            # The shelf lives as long as the server; to look through it again and again would halt a page for 0.1 s.
            gc.freeze()

        opening = Opening(shelf, then=then, failed=lambda fault: say(f"The packages cannot be judged: {fault}"))
        return make_server(shelf, tools, opening), opening

    if http:
        serve_http(
            lambda: make()[0], http, allowed=allow_host or (), tell=lambda url: say(f"Serving at {url} until stopped.")
        )
    else:
        if sys.stdin.isatty():
            say("A client is expected on standard input, as a host starts one; --http 8000 serves over HTTP instead.")
        server, opening = make()
        serve_stdio(server, ending)
        # A client that left has had them judged: who reads its log is told of them.
        opening.wait()


def _tell(done: int, total: int) -> None:
    if done % _STEP == 0 and done < total:
        say(f"{done} of {total} packages are judged.")


def _say_what_is_served(shelf: Shelf, folder: Path, *, has_policy: bool) -> None:
    readable = sum(offer.readable for offer in shelf.offers)
    say(f"{len(shelf.offers)} skills are served, {readable} of them may be read; {len(shelf.withheld)} notes.")
    for path, reason in shelf.withheld[:_MAX_NOTES]:
        say(f"  {path}: {reason}")
    if len(shelf.withheld) > _MAX_NOTES:
        say(f"  and {len(shelf.withheld) - _MAX_NOTES} more")
    if not shelf.offers and not shelf.withheld:
        say(f"  No package lies in {str(folder)!r}: a package is a folder with a SKILL.md.")
    elif shelf.offers and not readable and (folder / "metier.toml").is_file():
        say(f"  Why its verdicts let nothing be read: metier govern explain SKILL -w {folder}")
    elif shelf.offers and not readable and not has_policy:
        say("  The strict policy lets nothing be read without a second opinion; --policy FILE sets another,")
        say('  such as a file that says: semantic = "optional"')
