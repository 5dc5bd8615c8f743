"""`metier sandbox`: run what is not trusted, and see what it touches."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, TextIO

import typer

from metier.faces.show import AsJson, as_json, one_line, place, say, table

app = typer.Typer(
    name="sandbox",
    help="Run what is not trusted, and see what it touches.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Kind = Annotated[str, typer.Option("--kind", help="bubblewrap, landlock, or auto for the first that can run here.")]
Paths = list[str]


@app.command()
def check(json: AsJson = False) -> None:
    """Tell which layers of each kind of sandbox are there. Exit code 1 if no kind has all of them.

    Example: metier sandbox check
    """
    from metier.sandboxes.open import KINDS

    layers = {name: kind().check() for name, kind in KINDS.items()}
    if json:
        as_json(layers)
    else:
        table(
            ("kind", "layer", "there", "detail"),
            (
                (name, layer.name, "yes" if layer.present else "no", layer.detail)
                for name, all_ in layers.items()
                for layer in all_
            ),
        )
    if not any(all(layer.present for layer in all_) for all_ in layers.values()):
        raise typer.Exit(1)


@app.command()
def run(
    package: Annotated[Path, typer.Argument(parser=place, help="The folder that the script lies in; it may be read.")],
    script: Annotated[str, typer.Argument(help="Its path inside the folder, or from here.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help="Handed to the script, which starts in an empty folder: name files by whole paths."),
    ] = None,
    kind: Kind = "auto",
    read: Annotated[Paths | None, typer.Option("--read", help="One more file or folder to read.")] = None,
    write: Annotated[Paths | None, typer.Option("--write", help="One more file or folder to write.")] = None,
    exec_: Annotated[Paths | None, typer.Option("--exec", help="One more program to start.")] = None,
    env: Annotated[Paths | None, typer.Option("--env", help="NAME to pass on or NAME=value to set.")] = None,
    stdin: Annotated[
        Path | None, typer.Option("--stdin", help="A file for the script's standard input; - for that of this command.")
    ] = None,
    wall_s: Annotated[float, typer.Option("--wall", help="Seconds until it is killed.")] = 10.0,
    cpu_s: Annotated[
        float | None, typer.Option("--cpu", help="CPU seconds until it is killed; by default 10, or --wall if longer.")
    ] = None,
    memory: Annotated[int, typer.Option("--memory", help="MiB of memory until it is killed.")] = 1024,
    output: Annotated[int, typer.Option("--output", help="MiB of output, and of errors, until it is killed.")] = 1,
    disk: Annotated[int, typer.Option("--disk", help="MiB that it may write until it is killed.")] = 64,
    files: Annotated[
        int, typer.Option("--files", help="Files that it may make until it is killed; as many may be open.")
    ] = 256,
    processes: Annotated[
        int, typer.Option("--processes", help="Processes and threads at one time; no more start.")
    ] = 32,
    json: AsJson = False,
) -> None:
    """Run a script of a package in a sandbox and tell what it tried. Exit code 1 if it failed or tried what it may not.

    Example: metier sandbox run examples/first-trade/packages/clean-csv scripts/clean_csv.py -- --help
    """
    from metier.sandbox import Grant, Killed, Limits
    from metier.sandboxes import notable, open_sandbox, record_script

    grant = Grant(read=_named(read), write=_named(write), exec=_named(exec_), env=tuple(env or ()))
    limits = Limits(
        wall_s=wall_s,
        cpu_s=max(Limits().cpu_s, wall_s) if cpu_s is None else cpu_s,
        memory_bytes=memory << 20,
        output_bytes=output << 20,
        disk_bytes=disk << 20,
        files=files,
        processes=processes,
    )
    given = _read(stdin) if stdin else b""
    with open_sandbox(kind) as sandbox:
        ended, recorded = record_script(
            sandbox,
            package,
            script,
            arguments or (),
            digest=_digest,
            grant=grant,
            limits=limits,
            stdin=given,
        )
    denied = notable(ended.trace)
    if not recorded.digest and _digest(package):
        say("metier: the package changed while it ran, so the record is of no content")
    if json:
        as_json(recorded)
    else:
        _pass_on(ended.stdout, to=sys.stdout)
        _pass_on(ended.stderr, to=sys.stderr)
        if ended.killed_by:
            limit = ended.killed_by
            way = "" if limit == Killed.BREACH else f"; --{limit.value} allows more"
            say(f"metier: killed by its limit: {limit.value}{way}.")
        for access in denied:
            say(f"metier: denied: {access.act.value} {access.target!r}")
        shown = ", ".join(recorded.observed) or "nothing"
        say(f"metier: observed: {shown} ({recorded.kind}, exit code {ended.exit_code})")
    if denied or not ended.ok:
        raise typer.Exit(1)


def _named(paths: Paths | None) -> tuple[str, ...]:
    """What is granted; an empty path would be the folder one is in."""
    return tuple(path for path in paths or () if place(path))


def _read(path: Path) -> bytes:
    return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()


def _pass_on(output: bytes, *, to: TextIO) -> None:
    """Write what a script said: as it is to a program or file, without control characters to a terminal."""
    with suppress(BrokenPipeError):
        if to.isatty():
            lines = output.decode(errors="replace").splitlines()
            to.write("".join(f"{one_line(line.expandtabs())}\n" for line in lines))
        else:
            to.flush()
            to.buffer.write(output)
        to.flush()


def _digest(folder: Path) -> str:
    """Which content a folder holds; an empty text if it is no package."""
    from metier.errors import PackageError
    from metier.stores.package import read_package

    try:
        return read_package(folder).skill.digest
    except PackageError:
        return ""


@app.command()
def probe(
    kind: Kind = "auto",
    json: AsJson = False,
) -> None:
    """Try to break out of a sandbox in every way that is known here. Exit code 1 if one succeeds.

    Example: metier sandbox probe --kind landlock
    """
    from metier.sandboxes import open_sandbox
    from metier.sandboxes.probes import probe_all

    with open_sandbox(kind) as sandbox:
        probed, name = probe_all(sandbox), sandbox.name
    if json:
        as_json([{"kind": name, "name": one.name, "held": one.held, "inside": one.inside} for one in probed])
    else:
        table(
            ("kind", "attempt", "held", "how"),
            ((name, one.name, "yes" if one.held else "NO", one.inside) for one in probed),
        )
    if not all(one.held for one in probed):
        raise typer.Exit(1)
