"""`metier skill installed` and `metier skill edit`: packages where they lie, on the disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, place, say, table

if TYPE_CHECKING:
    from metier.stores.fault import Fault
    from metier.stores.places import Discovery

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def _folder(said: str | Path) -> Path:
    from metier.errors import ConfigError

    if not place(said).is_dir():
        raise ConfigError(f"Expected a folder, got {str(said)!r}.", hint="Name one that is there.")
    return Path(said)


@app.command()
def installed(
    project: Annotated[Path, typer.Argument(parser=_folder, help="A folder of the project.")] = Path(),
    plugin: Annotated[
        list[Path] | None,
        typer.Option("--plugin", parser=_folder, metavar="<path>", help="The folder of a plugin."),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", parser=_folder, metavar="<path>", help="The home folder of the user; yours if not given."
        ),
    ] = None,
    trust: Annotated[bool, typer.Option("--trust", help="You trust what lies in the project.")] = False,
    json: AsJson = False,
) -> None:
    """List the packages that an agent would find here: of the project, of the user and of plugins.

    Exit code 1 if one could not be loaded, or a link or folder that may hold more was not looked into.

    Example: metier skill installed . --plugin examples/first-trade
    """
    from metier.stores.places import discover_packages

    found = discover_packages(project, home=home or Path.home(), plugins=plugin or (), trust_project=trust)
    if json:
        as_json(found)
    else:
        _show(found)
    if found.skipped or any(one.fault for one in found.packages):
        raise typer.Exit(1)


def _show(found: Discovery) -> None:
    rows = []
    for one in found.packages:
        marks = [
            *([f"not loaded: {one.fault}"] if one.fault else []),
            *([f"shadowed by {one.shadowed_by}"] if one.shadowed_by else []),
            *([f"nested in {one.nested_in}"] if one.nested_in else []),
            *([] if one.is_trusted else ["untrusted project"]),
        ]
        rows.append((one.name, one.place.value, one.path, "; ".join(marks), one.description.split(". ")[0]))
    table(("skill", "place", "package", "remarks", "description"), rows)
    if found.skipped:
        told = [*map(str, found.skipped[:20]), *([f"{num - 20:,} more"] if (num := len(found.skipped)) > 20 else [])]
        say(f"Not looked into, as links, unreadable or beyond the bounds: {', '.join(told)}")


@app.command()
def edit(
    package: Annotated[Path, typer.Argument(parser=place, help="The folder of a package, or its SKILL.md.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=TEXT, or metadata.KEY=TEXT.", metavar="FIELD=TEXT")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="A field, or metadata.KEY.")] = None,
    body: Annotated[Path | None, typer.Option("--body", help="A file with the new Markdown below the fields.")] = None,
    json: AsJson = False,
) -> None:
    """Change fields of a SKILL.md and keep every other byte. Exit code 1 if strict tools refuse what came of it.

    Example: metier skill edit skills/pdf --set license=MIT --set metadata.version=1.1.0 --remove compatibility
    """
    from metier.errors import ConfigError, nearest
    from metier.stores.edit import edit_package

    changes: dict[str, str | None] = dict.fromkeys(remove or ())
    for setting in settings or ():
        name, sign, value = setting.partition("=")
        if not sign:
            raise ConfigError(f"Expected FIELD=TEXT, got {setting!r}.", hint="Write it as in license=MIT.")
        if name in changes:
            raise ConfigError(f"The field {name!r} is to be changed twice.", hint="Set it once or remove it.")
        changes[name] = value
    absent = _absent(package, remove or ())
    edited = edit_package(package, changes, body=body.read_text(encoding="utf-8") if body else None)
    if json:
        as_json({"path": edited.path, "fields": edited.fields, "faults": edited.faults, "refusals": edited.refusals})
    else:
        table(("field", "value"), edited.fields.items())
        for refusal in edited.refusals:
            say(refusal)
    for name in absent:
        say(f"There was no field {name!r} to remove. {nearest(name, edited.fields)}")
    if not edited.is_valid:
        raise typer.Exit(1)


def _absent(package: Path, names: Iterable[str]) -> list[str]:
    """The fields that a package does not have: to remove them changes nothing."""
    from metier.stores.edit import edit_text
    from metier.stores.package import manifest_bytes, manifest_path

    file = manifest_path(package)
    text = manifest_bytes(file).decode(errors="replace")
    return [name for name in names if edit_text(text, {name: None}, where=str(file)) == text]


def check(paths: list[Path], *, json: bool) -> None:
    """Show where the packages in some folders leave the format, and what cannot be read as one; nothing is scanned."""
    rows = list(_faults(paths))
    if json:
        as_json([{"path": path, "error": error, "fix": fix, "faults": faults} for path, error, fix, faults in rows])
    else:
        table(
            ("package", "line", "level", "fault", "way out"),
            (
                row
                for path, error, fix, faults in rows
                for row in [
                    *([(path, "", "error", error, fix)] if error else []),
                    *((path, fault.line, fault.level, fault.message, fault.fix) for fault in faults),
                ]
            ),
        )
    if any(error or any(fault.level == "error" for fault in faults) for _, error, _, faults in rows):
        raise typer.Exit(1)


def _faults(paths: list[Path]) -> Iterator[tuple[str, str, str, tuple[Fault, ...]]]:
    """Every package once, by the folder as it was given: its name, why it cannot be read, the way out, its faults."""
    from metier.errors import MetierError, PackageError
    from metier.stores.package import NOT_LOOKED_INTO, all_packages, read_package

    passed = set[Path]()
    for folder in paths:
        found, unseen = all_packages(folder)
        if not found and not unseen:
            hint = "A package is a folder with a SKILL.md."
            raise PackageError(f"Expected SKILL.md packages in {str(folder)!r}, found none.", hint=hint)
        for number, package in enumerate((*found, *unseen)):
            lies = package.resolve() if number < len(found) else package.parent.resolve() / package.name
            if lies in passed:
                continue
            passed.add(lies)
            path = package.as_posix() if len(paths) > 1 else package.relative_to(folder).as_posix()
            path = folder.resolve().name if path == "." else path
            if number >= len(found):
                yield path, NOT_LOOKED_INTO, "", ()
                continue
            try:
                yield path, "", "", read_package(package).faults
            except MetierError as error:
                yield path, str(error), error.hint, ()
            except Exception as fault:  # whatever a package does to its reader, the others are still to be read
                yield path, f"The package {str(package)!r} cannot be read: {type(fault).__name__}.", "", ()


def check_strictly(paths: list[Path], *, json: bool) -> None:
    """Show what skills-ref 0.1.1 says of the packages in some folders, and of each folder that holds none."""
    from metier.stores.package import NOT_LOOKED_INTO, all_packages
    from metier.stores.strict import validate

    errors = dict[str, list[str]]()
    for path in paths:
        folders, unseen = all_packages(path)
        errors |= {str(folder): validate(_named(folder)) for folder in folders or [path]}
        errors |= {str(place): [NOT_LOOKED_INTO] for place in unseen}
    if json:
        as_json([{"path": path, "errors": said} for path, said in errors.items()])
    else:
        table(("package", "error"), ((path, error) for path, said in errors.items() for error in said))
    if any(errors.values()):
        raise typer.Exit(1)


def _named(folder: Path) -> Path:
    """The folder by its own name, which the format compares: "." has none, and ".." is that of no folder."""
    return folder if folder.name not in ("", "..") else folder.resolve()
