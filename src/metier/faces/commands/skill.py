"""`metier skill`: what is in the library, and is this package well formed?"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.errors import ConfigError, NotStored
from metier.faces.commands import host, library, packages
from metier.faces.show import AsJson, WorkspaceOption, as_json, place, say, table

if TYPE_CHECKING:
    from metier.index import Disclosure, Index, Listed
    from metier.skill import Skill
    from metier.verdict import Verdict

_LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library",
        "-l",
        parser=place,
        metavar="<path>",
        help="The folder of installed packages, in place of a workspace.",
    ),
]

_NUM_TOLD = 5
"""So many packages that cannot be read are named beside an answer; more would hide it."""

app = typer.Typer(name="skill", help="List, show, check and find skills.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_skills(
    workspace: WorkspaceOption = Path(),
    every: Annotated[
        bool, typer.Option("--all", help="Every skill ever stored, not those of the latest turn.")
    ] = False,
    installed: _LibraryOption = None,
    json: AsJson = False,
) -> None:
    """List the skills of the workspace as it stands, with their tiers; or what is installed in a library.

    Example: metier skill list -w examples/first-trade
    """
    if installed is not None:
        library.list_installed(installed, json=json)
        return
    from metier.faces.opened import stored
    from metier.lifecycle import current_skills, present_verdicts
    from metier.workspace import open_workspace

    with _or("name installed packages with --library"), stored(workspace) as store:
        settled = open_workspace(workspace)
        skills = list(store.skills()) if every else current_skills(settled, store)
        verdicts = present_verdicts(settled, store)
    rows = [(skill, verdicts.get(skill.digest)) for skill in skills]
    if json:
        as_json([{"skill": skill, "digest": skill.digest, "verdict": verdict} for skill, verdict in rows])
        return
    table(
        ("skill", "version", "exposure", "description"),
        ((s.name, s.version, _exposure(s, v), s.description.split(". ")[0]) for s, v in rows),
    )


@contextmanager
def _or(way_out: str) -> Iterator[None]:
    """Say where there is no workspace what may be named in its stead."""
    try:
        yield
    except ConfigError as error:
        error.add_note(f"Or {way_out}.")
        raise


def _exposure(skill: Skill, verdict: Verdict | None) -> str:
    from metier.skill import State

    if skill.state == State.RETIRED:
        return "retired"
    return verdict.exposure.name.lower() if verdict else "unjudged"


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The name of a stored or installed skill.")],
    version: Annotated[str | None, typer.Option(help="A version; the latest by default.")] = None,
    workspace: WorkspaceOption = Path(),
    library: _LibraryOption = None,
    json: AsJson = False,
) -> None:
    """Show one stored or installed skill: what it does, how it is called, what it is made of.

    Example: metier skill show reverse -w examples/first-trade
    """
    from metier.discover.classify import Classified, stated_or_classified
    from metier.faces.opened import stored
    from metier.stores.install import installed
    from metier.stores.lock import verify
    from metier.stores.package import read_package

    classes: Classified | None
    if library is not None:
        _, skill = installed(library, name)
        classes = stated_or_classified(skill, read_package(library / name).fields)
        if version not in (None, skill.version):
            raise NotStored(f"Of {name!r} the version {skill.version} is installed, not {version}.")
        if differs := [one.message for one in verify(library) if one.skill == name]:
            say(f"{name} is not as it was scanned and locked: {differs[0]}")
    else:
        from metier.lifecycle import classes_of
        from metier.workspace import open_workspace

        with _or("name installed packages with --library"), stored(workspace) as store:
            skill = store.skill(name, version)
        classes = classes_of(open_workspace(workspace), skill)
    if json:
        as_json({"digest": skill.digest, "skill": skill} | ({"classes": classes} if classes else {}))
        return
    placed = classes or skill
    table(
        ("field", "value"),
        (
            ("name", f"{skill.name} {skill.version}"),
            *([("state", skill.state.value)] if library is None else []),
            ("digest", skill.digest),
            ("description", skill.description),
            ("applies when", skill.applicability),
            ("ends when", skill.termination),
            ("is called", skill.interface.call),
            ("made of", placed.representation.value),
            ("acts on", placed.scope.value),
            ("follows", ", ".join(f"{pattern.number} {pattern.value}" for pattern in placed.patterns)),
            ("concepts", ", ".join(skill.concepts)),
            ("learnt from", "; ".join(skill.provenance)),
            ("licence", skill.licence),
            *(("file", f"{file.path} ({file.size} bytes)") for file in skill.files),
        ),
    )


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(parser=place, help="Package folders, or folders that hold some.")],
    strict: Annotated[
        bool, typer.Option("--strict", help="Only the verdict of skills-ref 0.1.1, in its words. Fast.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Check packages against the SKILL.md format.

    Exit code 1 if strict tools would refuse one, one cannot be read, or some are not seen.

    Example: metier skill check skills
    """
    (packages.check_strictly if strict else packages.check)(paths, json=json)


@app.command()
def classify(
    paths: Annotated[list[Path], typer.Argument(parser=place, help="Package folders, or folders that hold some.")],
    json: AsJson = False,
) -> None:
    """Say what packages are made of, where they act and which design patterns they follow. A label, no trust.

    Exit code 1 if one cannot be read, or a link or folder that may hold more was not looked into.

    Example: metier skill classify skills
    """
    from metier.discover.classify import classify as classified
    from metier.errors import PackageError
    from metier.stores.package import NOT_LOOKED_INTO, all_packages, read_package

    rows, left_out = [], list[tuple[Path, str]]()
    for path in paths:
        folders, unseen = all_packages(path)
        if not folders and not unseen:
            hint = "A package is a folder with a SKILL.md."
            raise PackageError(f"Expected SKILL.md packages in {str(path)!r}, found none.", hint=hint)
        for folder in folders:
            try:
                package = read_package(folder)
            except PackageError as error:
                left_out.append((folder, str(error)))
            else:
                rows.append((package, classified(package.skill, package.fields)))
        left_out += [(link, NOT_LOOKED_INTO) for link in unseen]
    for path, why in left_out:
        say(f"left out: {path}: {why}")
    if json:
        as_json(
            [
                *({"path": package.path, "name": package.skill.name, "classes": found} for package, found in rows),
                *({"path": path, "error": why} for path, why in left_out),
            ]
        )
    else:
        table(
            ("package", "made of", "acts on", "patterns", "because"),
            (
                (
                    package.path,
                    found.representation.value,
                    found.scope.value,
                    " ".join(pattern.number for pattern in found.patterns),
                    "; ".join(found.reasons[:2]),
                )
                for package, found in rows
            ),
        )
    if left_out:
        raise typer.Exit(1)


@app.command()
def search(
    request: Annotated[str, typer.Argument(help="What is to be done, in plain words.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(parser=place, help="Folders of packages; by default the workspace, or what --index holds."),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "-w",
            parser=place,
            metavar="<path>",
            help="The folder with metier.toml; this one by default.",
        ),
    ] = None,
    index: Annotated[str, typer.Option(help="A file or postgresql:// URL that keeps the index for the next time.")] = (
        ":memory:"
    ),
    k: Annotated[int, typer.Option("-k", min=1, help="How many skills to show.")] = 5,
    tokens: Annotated[
        int | None, typer.Option("--tokens", min=1, help="Print what is shown of them to a context of so many tokens.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Find the skills that answer a request, how likely each is the right one, and whether any should be loaded.

    Exit code 1 if a link or folder that may hold more was not looked into.

    Example: metier skill search "fill in this form" skills --index skills-index.db
    """
    from contextlib import ExitStack, closing

    from metier.digest import plain
    from metier.faces.opened import stored
    from metier.stores.find import disclose, open_index, open_kept
    from metier.stores.find.packages import files_of, index_packages, index_skills
    from metier.stores.package import NOT_LOOKED_INTO

    origins: tuple[str, ...] | None = None
    unseen: tuple[Path, ...] = ()
    with ExitStack() as stack:
        if paths:
            opened = stack.enter_context(closing(open_index(index)))
            done = index_packages(opened, paths)
            origins, unseen = done.origins, done.unseen
            for path, error in (*done.left_out[:_NUM_TOLD], *((path, NOT_LOOKED_INTO) for path in unseen)):
                say(f"left out: {path}: {error}")
            if len(done.left_out) > _NUM_TOLD:
                way = f"metier skill check {shlex.join(map(str, paths))}"
                say(f"left out: {len(done.left_out) - _NUM_TOLD} more that cannot be read: {way}")
            for path in done.empty:
                say(f"No package lies in {str(path)!r}. A package is a folder with a SKILL.md.")
        elif workspace or index == ":memory:":
            from metier.lifecycle import readable_skills
            from metier.workspace import open_workspace

            folder = workspace or Path()
            with _or("name folders of packages behind the request"):
                store = stack.enter_context(stored(folder))
            opened = stack.enter_context(closing(open_index(index)))
            origins = (folder.resolve().as_posix(),)
            index_skills(opened, readable_skills(open_workspace(folder), store), origin=origins[0])
        else:
            opened = stack.enter_context(closing(open_kept(index)))
            _withdraw(opened)
        told = disclose(opened, request, tokens, read=files_of, origins=origins) if tokens else None
        found = opened.find(request, k, origins=origins)
    if told is not None:
        _show_told(told, unseen, json=json)
    elif json:
        as_json({**plain(found), "unseen": unseen})
    else:
        table(
            ("skill", "origin", "probability", "why", "description"),
            (
                (hit.name, hit.listed.origin, f"{hit.probability:.2f}", " ".join(hit.why), hit.listed.description)
                for hit in found.hits
            ),
        )
        chance = f"The chance that some skill answers this is {found.probability:.2f}"
        say(f"{chance}: load the first." if found.fires else f"{chance}: load none.")
    if unseen:
        raise typer.Exit(1)


def _show_told(told: Disclosure, unseen: tuple[Path, ...], *, json: bool) -> None:
    from metier.digest import plain
    from metier.faces.show import one_line

    if json:
        as_json({**plain(told), "unseen": unseen})
        return
    for piece in told.shown:
        for line in piece.text.splitlines():
            typer.echo(one_line(line.expandtabs()))
    say(f"{told.tokens} of {told.budget} tokens; {told.left_out} skills are left out.")


def _withdraw(index: Index) -> None:
    """Take out of a kept index what a workspace that it was made from lets nobody read any more, or retired."""
    from metier.faces.opened import stored
    from metier.lifecycle import present_verdicts
    from metier.stores.library import is_retired
    from metier.verdict import ExposureTier
    from metier.workspace import open_workspace

    by_origin: dict[str, list[Listed]] = {}
    for listed in index.skills():
        by_origin.setdefault(listed.origin, []).append(listed)
    for origin, held in by_origin.items():
        if not (Path(origin) / "metier.toml").is_file():
            continue
        with suppress(NotStored), stored(Path(origin)) as store:
            verdicts = present_verdicts(open_workspace(Path(origin)), store)
            closed = {key for key, verdict in verdicts.items() if verdict.exposure == ExposureTier.METADATA}
            gone = [one.name for one in held if one.digest in closed or is_retired(one, store)]
            index.remove(gone, origin=origin)


app.add_typer(library.app)
app.add_typer(packages.app)
app.add_typer(host.app)
