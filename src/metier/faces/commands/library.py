"""`metier skill add` and its kin: packages from elsewhere, pinned to the byte."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, one_line, place, say, table

if TYPE_CHECKING:
    from metier.errors import MetierError
    from metier.govern.diff import UpdateDiff
    from metier.govern.sign import Trust

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

LibraryOption = Annotated[
    Path, typer.Option("--library", "-l", parser=place, metavar="<path>", help="The folder of installed packages.")
]
NamesArgument = Annotated[list[str], typer.Argument(help="The names of installed packages.")]
RootOption = Annotated[list[Path] | None, typer.Option("--root", help="A root certificate to trust, PEM.")]
KeyOption = Annotated[list[Path] | None, typer.Option("--key", help="A public key to trust, PEM.")]
IdentityOption = Annotated[
    str | None,
    typer.Option("--identity", help="Whose login to trust, such as an e-mail address; Sigstore vouches for it."),
]
IssuerOption = Annotated[
    str | None, typer.Option("--issuer", help="Who lets --identity log in, such as https://accounts.google.com.")
]
AllowOption = Annotated[str, typer.Option("--allow", help="Why it may be installed in spite of what was found.")]
_SAME = "nothing changed"
FromOption = Annotated[
    Path | None,
    typer.Option("--from", parser=place, metavar="<path>", help="Another source than the one it came from."),
]


@app.command("add")
def add_package(
    sources: Annotated[list[Path], typer.Argument(parser=place, help="A folder, or a .zip, .tar.gz or .tar.bz2.")],
    library: LibraryOption = Path("skills"),
    root: RootOption = None,
    key: KeyOption = None,
    identity: IdentityOption = None,
    issuer: IssuerOption = None,
    allow: AllowOption = "",
    json: AsJson = False,
) -> None:
    """Scan packages, check their signatures if you say whom to trust, install them and lock every byte of them.

    Of several, each is installed whole or not at all. Exit code 1 if one of them was not, and 2 if none was.

    Example: metier skill add downloads/pdf-forms.zip downloads/clean-csv --library skills
    """
    from metier.govern.admit import add_all

    done = add_all(library, sources, trust=trusted(root, key, identity, issuer), allow=allow)
    failed = [one.error for one in done if one.error is not None]
    if len(done) == 1 and failed:
        raise failed[0]
    if json:
        told = [
            {"source": one.source, "name": one.name, "locked": one.locked, "error": _why(one.error)} for one in done
        ]
        as_json(told if len(done) > 1 else {"name": done[0].name, "locked": done[0].locked})
    for one in sorted(done, key=lambda one: one.error is not None):  # what went wrong is seen last
        if one.error is not None:
            say(one_line(f"Not installed: {one.source}: {_why(one.error)}"))
        elif one.locked and not json:
            at = f"{one.name} {one.locked.version}"
            say(f"Installed {at} ({one.locked.decision.value}, signature {one.locked.signature}): {one.locked.tree}")
    if len(done) > 1:
        say(f"{len(done) - len(failed)} of {len(done)} packages are installed.")
    if failed:
        raise typer.Exit(1 if len(failed) < len(done) else 2)


def _why(error: MetierError | OSError | None) -> str:
    """Why a package was not installed, and the way out."""
    return " ".join((str(error), *getattr(error, "__notes__", ()))) if error else ""


@app.command("remove")
def remove_package(names: NamesArgument, library: LibraryOption = Path("skills"), json: AsJson = False) -> None:
    """Remove installed packages and their entries in the lock; none if one of them is not installed.

    Example: metier skill remove pdf-forms clean-csv
    """
    from metier.stores.install import remove_all

    removed = remove_all(library, names)
    if json:
        told = [{"name": name, "locked": locked} for name, locked in removed.items()]
        as_json(told if len(told) > 1 else told[0])
        return
    for name, locked in removed.items():
        say(f"Removed {name} {locked.version}.")


@app.command("update")
def update_package(
    names: NamesArgument,
    library: LibraryOption = Path("skills"),
    source: FromOption = None,
    only_diff: Annotated[bool, typer.Option("--diff", help="Only tell what is new in them.")] = False,
    root: RootOption = None,
    key: KeyOption = None,
    identity: IdentityOption = None,
    issuer: IssuerOption = None,
    allow: AllowOption = "",
    json: AsJson = False,
) -> None:
    """Replace installed packages by what their sources hold now, unless that does more or is a lower version.

    Of several, each is replaced whole or not at all. Exit code 1 if one of them was not, and 2 if none was.
    One whose signature was verified must verify again: say whom you trust.
    With --diff nothing is installed; exit code 1 if a new version needs to be approved anew.

    Example: metier skill update pdf-forms --diff
    """
    from metier.errors import ConfigError
    from metier.govern.admit import preview, update_all

    names = list(dict.fromkeys(names))
    if source is not None and len(names) > 1:
        raise ConfigError(
            f"Expected one package to update --from {str(source)!r}, got {len(names)}.",
            hint="Name one; the others are updated from where they came.",
        )
    trust = trusted(root, key, identity, issuer)
    if only_diff:
        seen = {name: preview(library, name, source=source, trust=trust) for name in names}
        _show_updates(seen, json=json) if len(seen) > 1 else show_update(seen[names[0]], json=json)
        return
    done = update_all(library, names, source=source, trust=trust, allow=allow)
    failed = [one.error for one in done if one.error is not None]
    if len(done) == 1 and failed:
        raise failed[0]
    if json:
        told = [{"name": one.name, "old": one.old, "new": one.new, "error": _why(one.error)} for one in done]
        as_json(told if len(done) > 1 else {"name": done[0].name, "old": done[0].old, "new": done[0].new})
    for one in sorted(done, key=lambda one: one.error is not None):  # what went wrong is seen last
        if one.error is not None:
            say(one_line(f"Not updated: {one.name}: {_why(one.error)}"))
        elif one.old and one.new and not json:
            at = f"Updated {one.name} from {one.old.version} to {one.new.version}: {one.new.tree}"
            say(f"{one.name} is as it was." if one.old == one.new else at)
    if failed:
        say(f"{len(failed)} of {len(done)} packages are not updated.")
        raise typer.Exit(1 if len(failed) < len(done) else 2)


def _show_updates(seen: Mapping[str, UpdateDiff], *, json: bool) -> None:
    from metier.digest import plain
    from metier.govern.admit import ASKS

    if json:
        as_json([{"name": name, **plain(one)} for name, one in seen.items()])
    else:
        rows = [(name, one, reason) for name, one in seen.items() for reason in one.reasons or (_SAME,)]
        table(("package", "update", "why"), ((name, one.decision.value, reason) for name, one, reason in rows))
    if any(one.decision in ASKS for one in seen.values()):
        raise typer.Exit(1)


def show_update(seen: UpdateDiff, *, json: bool) -> None:
    """Tell what a new version does that the old one did not; exit code 1 if it needs to be approved anew."""
    from metier.govern.admit import ASKS

    if json:
        as_json(seen)
    else:
        table(("update", "why"), [(seen.decision.value, reason) for reason in seen.reasons or (_SAME,)])
    if seen.decision in ASKS:
        raise typer.Exit(1)


@app.command("verify")
def verify_library(library: LibraryOption = Path("skills"), json: AsJson = False) -> None:
    """Compare what is installed with the lock, byte for byte. Exit code 1 if anything differs.

    Example: metier skill verify --library skills
    """
    from metier.stores.lock import verify

    drift = verify(library)
    if json:
        as_json(drift)
    else:
        table(("package", "path", "differs", "how"), [(one.skill, one.path, one.kind, one.message) for one in drift])
    if drift:
        raise typer.Exit(1)


@app.command("restore")
def restore_library(library: LibraryOption = Path("skills"), json: AsJson = False) -> None:
    """Make every installed package what the lock says. Exit code 1 if something differs still, which is told.

    Example: metier skill restore --library skills
    """
    from metier.stores.install import restore
    from metier.stores.lock import verify

    names, left = restore(library), verify(library)
    if json:
        as_json(names)
    elif names:
        say(f"Restored {', '.join(names)}.")
    elif not left:
        say("Everything is as it was locked.")
    for one in left:
        say(one_line(f"Not put right: {'/'.join(filter(None, (one.skill, one.path)))}: {one.message}"))
    if left:
        raise typer.Exit(1)


@app.command("lock")
def show_lock(library: LibraryOption = Path("skills"), json: AsJson = False) -> None:
    """Show what is locked: versions, digests, signatures, scans, and why something was allowed.

    Example: metier skill lock --library skills
    """
    from metier.stores.lock import read_lock

    lock = read_lock(library)
    if json:
        as_json(lock)
        return
    table(
        ("package", "version", "files", "tree", "signature", "scan", "allowed because"),
        (
            (name, one.version, len(one.files), one.tree, one.signature, one.decision.value, one.allowed)
            for name, one in sorted(lock.skills.items())
        ),
    )


def list_installed(library: Path, *, json: bool) -> None:
    """Show the skills that are installed in a library; exit code 1 if the folder of one cannot be read."""
    from metier.errors import PackageError
    from metier.stores.lock import read_lock, verify
    from metier.stores.package import read_package

    rows, lost, option = [], list[str](), f"--library {shlex.quote(str(library))}"
    changed = {one.skill for one in verify(library)}
    for name, locked in sorted(read_lock(library).skills.items()):
        try:
            rows.append((locked, read_package(library / name).skill, name in changed))
        except PackageError as error:
            lost.append(name)
            say(f"left out: {error}")
    if json:
        as_json([{"skill": s, "digest": s.digest, "locked": locked, "changed": new} for locked, s, new in rows])
    else:
        table(
            ("skill", "version", "scan", "description"),
            (
                (s.name, s.version, "changed since" if new else locked.decision.value, s.description.split(". ")[0])
                for locked, s, new in rows
            ),
        )
    if not rows and not lost:
        say(f"Nothing is locked in {str(library)!r}. Install into it: metier skill add SOURCE {option}")
    if any(new for _, _, new in rows):
        say(f"What differs from what was scanned and locked: metier skill verify {option}")
    if lost:
        raise typer.Exit(1)


def trusted(
    roots: list[Path] | None, keys: list[Path] | None, identity: str | None, issuer: str | None
) -> Trust | None:
    """Whom the options say to trust; None if nobody is named.

    Raises:
        ConfigError: Only one of identity and issuer is named, or a root or key beside them.
    """
    from metier.errors import ConfigError
    from metier.govern.sign import trust_from, trust_login

    if identity is None and issuer is None:
        return trust_from(roots or (), keys or ()) if roots or keys else None
    if roots or keys:
        raise ConfigError(
            "Expected --identity and --issuer without --root and --key.", hint="Check either a login or a key."
        )
    return trust_login(identity or "", issuer or "")
