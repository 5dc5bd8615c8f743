"""How does a package come into a library, go out, change, and come back as it was?

The lock is the truth, written before a folder comes and after one goes: a process killed at any moment leaves the old
lock or the new one, every byte the lock names lies under `.metier/objects`, and `restore` makes the folders what the
lock says. What a package may do is judged by functions that are passed in; this module knows no scanner.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from metier.errors import ConfigError, Conflict, MetierError, NotStored, PackageError, StoreError, nearest
from metier.skill import Skill
from metier.stores.bulk import FileBulk
from metier.stores.checks import is_name, lies_inside
from metier.stores.disk import told
from metier.stores.lock import (
    HOME,
    LOCK_NAME,
    TURN,
    Drift,
    Lock,
    Locked,
    approved,
    drift_of,
    locked_files,
    read_lock,
    refuse_missing,
    write_lock,
)
from metier.stores.package import read_package
from metier.stores.plain import open_plain
from metier.stores.tree import read_tree
from metier.stores.unpack import stage
from metier.stores.versions import is_older
from metier.verdict import Decision, Scan, Severity

REFUSED = (Decision.BLOCK, Decision.INCOMPLETE)
"""What a package is not installed with, unless somebody says why it may be."""

UNCHECKED, VERIFIED = "unchecked", "verified"
"""The states of a signature that nobody looked at, and of one by somebody who is trusted."""
_BROUGHT = "_source"
"""Where a package is brought to beside the place of its name; no package can be called so."""
_MAX_TOLD = 200
"""So many characters of a path are shown."""
_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")

Scanner = Callable[[Path], Scan]
SignatureCheck = Callable[[Path], tuple[str, str]]
Objection = Callable[[Path, Path], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A package in a folder, with what the lock says of it or would say."""

    name: str
    folder: Path
    locked: Locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of installing a package.

    Attributes:
        locked: Its entry in the lock; None if it was not installed.
        error: Why it was not.
    """

    source: str
    name: str = ""
    locked: Locked | None = None
    error: MetierError | OSError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What came of replacing an installed package by what its source holds now.

    Attributes:
        old, new: Its entries in the lock, the same where nothing changed; None if it was not replaced.
        error: Why it was not.
    """

    name: str
    old: Locked | None = None
    new: Locked | None = None
    error: MetierError | OSError | None = None


def add(
    library: str | Path,
    source: str | Path,
    *,
    scan: Scanner,
    signature: SignatureCheck | None = None,
    allow: str = "",
) -> tuple[str, Locked]:
    """Install a package and lock it. Returns its name and its entry in the lock.

    Of the same files, added again, what is known is kept: why they were allowed, and a signature not checked this time.

    Args:
        source: A folder or an archive.
        scan: What looks at the package before it is installed.
        signature: Tells the state of its signature, and who signed.
        allow: Why it may be installed though its scan blocks or could not read all of it; kept in the lock, unless
            nothing speaks against it.

    Raises:
        PackageError: It is none, its scan refuses it, or the same files were verified before and are not any more.
        ConfigError: `allow` says nothing.
        Conflict: Another package of that name is installed, or the source is installed here or holds the library.
    """
    (done,) = add_all(library, [source], scan=scan, signature=signature, allow=allow)
    if done.error is not None:
        raise done.error
    assert done.locked is not None
    return done.name, done.locked


def add_all(
    library: str | Path,
    sources: Iterable[str | Path],
    *,
    scan: Scanner,
    signature: SignatureCheck | None = None,
    allow: str = "",
) -> list[Added]:
    """Install packages, each whole or not at all, as `add` does one, and write the lock once for all of them.

    Raises:
        ConfigError: `allow` says nothing.
        PackageError, StoreError: The lock cannot be read or written; nothing was installed.
    """
    _refuse_empty(allow)
    folder = Path(library)
    is_new, done = not folder.is_dir(), list[Added]()
    with _made(folder):
        lock = read_lock(folder)
        skills = dict(lock.skills)
        for source in sources:
            try:
                _refuse_around(folder, source)
                if not is_new:
                    _refuse_installed(folder, source, lock)
                with _staged(folder, source, scan, signature) as staged:
                    locked = _admitted(folder, skills.get(staged.name), staged, allow)
            except (MetierError, OSError) as error:
                done.append(Added(source=str(source), error=error))
            else:
                skills[staged.name] = locked
                done.append(Added(source=str(source), name=staged.name, locked=locked))
        if skills != lock.skills:
            write_lock(folder, replace(lock, skills=skills))
        return [_rebuilt(folder, one) for one in done]


def _admitted(folder: Path, old: Locked | None, staged: Staged, allow: str) -> Locked:
    """The entry in the lock of a package that may be installed; its bytes are kept."""
    _refuse_blocked(staged, allow)
    if old is not None and old.files != staged.locked.files:
        raise Conflict(
            f"Another package {staged.name!r} is installed in {str(folder)!r}.",
            hint=f"Update it, or remove it first: metier skill remove {staged.name} {_named(folder)}",
        )
    if old is None and os.path.lexists(folder / staged.name):
        raise Conflict(
            f"Something that is not in the lock lies in {str(folder / staged.name)!r}.",
            hint="Move it away, or name another library with --library. "
            "If it is what you would install, add it from where it lies outside of the library.",
        )
    if old is not None:
        staged = _carried(old, staged)
    lost = lost_signature(old, staged.locked) if old is not None else ""
    _refuse_unapproved(staged.name, lost, allow)
    return _kept(folder, staged, allow if lost or _is_spoken_against(staged) else "")


def _rebuilt(folder: Path, added: Added) -> Added:
    """Put a package that is locked into its place, or say why it did not come there; `restore` does then."""
    if added.locked is None:
        return added
    try:
        _rebuild(folder, added.name, added.locked)
    except (MetierError, OSError) as error:
        return Added(source=added.source, error=_locked_already(error, folder))
    return added


def update(
    library: str | Path,
    name: str,
    *,
    scan: Scanner,
    objection: Objection,
    source: str | Path | None = None,
    signature: SignatureCheck | None = None,
    allow: str = "",
) -> tuple[Locked, Locked]:
    """Replace an installed package by what its source holds now. Returns the old and the new entry of the lock.

    Args:
        objection: Given the installed and the new folder, says what needs approval, or nothing. A lost signature and a
            lower version need it anyway.
        source: Another source than the one it came from.
        signature: Tells the state of its signature, and who signed; a package that was verified must be so again.
        allow: Why it may be replaced in spite of an objection or of its scan; kept in the lock.

    Raises:
        NotStored: No such package is installed.
        PackageError: It is not what was locked, its new version is refused, or it is another package.
        ConfigError: `allow` says nothing.
        Conflict: `source` is what is installed here, or holds the library.
    """
    (done,) = update_all(
        library, [name], scan=scan, objection=objection, source=source, signature=signature, allow=allow
    )
    if done.error is not None:
        raise done.error
    assert done.old is not None
    assert done.new is not None
    return done.old, done.new


def update_all(
    library: str | Path,
    names: Iterable[str],
    *,
    scan: Scanner,
    objection: Objection,
    source: str | Path | None = None,
    signature: SignatureCheck | None = None,
    allow: str = "",
) -> list[Updated]:
    """Replace installed packages, each whole or not at all, as `update` does one, and write the lock once for all.

    Raises:
        ConfigError: `allow` says nothing.
        PackageError, StoreError: There is no such library, or the lock cannot be read or written; nothing was replaced.
    """
    _refuse_empty(allow)
    folder, done = Path(library), list[Updated]()
    with _alone(folder):
        lock, drift = read_lock(folder), drift_of(folder)
        skills = dict(lock.skills)
        for name in dict.fromkeys(names):
            try:
                with _candidate(folder, name, source, scan, signature, drift) as (old, staged):
                    new = _renewed(folder, old, staged, objection, allow)
            except (MetierError, OSError) as error:
                done.append(Updated(name=name, error=error))
            else:
                skills[name] = new
                done.append(Updated(name=name, old=old, new=new))
        if skills != lock.skills:
            write_lock(folder, replace(lock, skills=skills))
        return [_replaced(folder, one) for one in done]


def _renewed(folder: Path, old: Locked, staged: Staged, objection: Objection, allow: str) -> Locked:
    """The entry in the lock of a new version that may be installed; its bytes are kept."""
    if approved(staged.name, staged.locked) == old:
        return old
    _refuse_blocked(staged, allow)
    lost = (lost_signature(old, staged.locked), lowered_version(old, staged.locked))
    reason = " ".join(filter(None, (*lost, objection(folder / staged.name, staged.folder))))
    _refuse_unapproved(staged.name, reason, allow)
    return _kept(folder, staged, allow if reason or _is_spoken_against(staged) else "")


def _replaced(folder: Path, updated: Updated) -> Updated:
    """Put a new version that is locked into its place, or say why it did not come there; `restore` does then."""
    if updated.new is None or updated.new == updated.old:
        return updated
    try:
        _rebuild(folder, updated.name, updated.new)
    except (MetierError, OSError) as error:
        return Updated(name=updated.name, error=_locked_already(error, folder))
    return updated


def _locked_already(error: MetierError | OSError, folder: Path) -> MetierError | OSError:
    error.add_note(f"It is kept and in the lock; put it in its place with: metier skill restore {_named(folder)}")
    return error


@contextmanager
def candidate(
    library: str | Path,
    name: str,
    *,
    scan: Scanner,
    source: str | Path | None = None,
    signature: SignatureCheck | None = None,
) -> Iterator[tuple[Staged, Staged]]:
    """Lend an installed package and its new version, to compare them; nothing is installed.

    Raises:
        NotStored: No such package is installed.
        PackageError: It is not what was locked, or its source cannot be read.
    """
    folder = Path(library)
    with _alone(folder), _candidate(folder, name, source, scan, signature, drift_of(folder)) as (old, staged):
        yield Staged(name=name, folder=folder / name, locked=old), staged


def lost_signature(old: Locked, new: Locked) -> str:
    """Say that the old version was signed by somebody trusted and the new one is not; nothing if that is not so."""
    if old.signature != VERIFIED or new.signature == VERIFIED:
        return ""
    return f"Its signature was {VERIFIED!r} ({old.signer}), and now comes to {new.signature!r}."


def lowered_version(old: Locked, new: Locked) -> str:
    """Say that the version went down, as what was mended since may be back; nothing if that is not so."""
    if not is_older(new.version, old.version):
        return ""
    return f"Its version goes back from {old.version} to {new.version}."


def blocked_by(staged: Staged) -> str:
    """Say that the scan of a package refuses it, and what it found; nothing if that is not so."""
    if staged.locked.decision not in REFUSED:
        return ""
    seen = "; ".join(staged.locked.findings[:3])
    return f"The scan of {staged.name!r} comes to {staged.locked.decision.value!r}{': ' + seen if seen else ''}"


def remove(library: str | Path, name: str) -> Locked:
    """Take a package out of a library and its lock. Returns what was locked.

    Raises:
        NotStored: No such package is installed.
    """
    return remove_all(library, [name])[name]


def remove_all(library: str | Path, names: Iterable[str]) -> dict[str, Locked]:
    """Take packages out of a library, and write its lock once. Returns what was locked, by name.

    Raises:
        NotStored: One of them is not installed; then none is removed.
    """
    folder = Path(library)
    with _alone(folder):
        lock = read_lock(folder)
        found = {name: _entry(lock, name) for name in names}
        gone = set[str]()
        try:
            for name in found:
                _set_aside(folder, name)
                gone.add(name)
        finally:
            if gone:  # also where the disk refuses another, or the lock would name what is not there
                write_lock(folder, replace(lock, skills={n: one for n, one in lock.skills.items() if n not in gone}))
        return found


def installed(library: str | Path, name: str) -> tuple[Locked, Skill]:
    """An installed package: its entry in the lock, and the skill as its folder holds it now.

    Raises:
        NotStored: No such package is installed.
        PackageError: There is no such library, or the folder of the package cannot be read.
    """
    folder = Path(library)
    return _entry(read_lock(folder), name), read_package(folder / name).skill


def restore(library: str | Path) -> list[str]:
    """Make every package that differs what the lock says, and return the names of those that are now.

    What is not locked is left alone, and an entry of the lock that was edited stays so: `verify` still names both.

    Raises:
        PackageError: There is no such library.
        NotStored: A byte that the lock names is neither kept nor in the source; the others are restored.
    """
    folder = Path(library)
    with _alone(folder):
        lock = read_lock(folder)
        drifted = sorted({one.skill for one in drift_of(folder) if one.kind != "unlocked"} & lock.skills.keys())
        lost = []
        for name in drifted:
            try:
                _rebuild(folder, name, lock.skills[name])
            except (NotStored, PackageError) as error:
                lost.append(f"{name} ({error})")
        if lost:
            raise NotStored(
                f"Cannot restore {'; '.join(lost)}", hint="Put its source back where it was, or add it anew."
            )
        left = {one.skill for one in drift_of(folder)}
        return [name for name in drifted if name not in left]


@contextmanager
def _made(library: Path) -> Iterator[None]:
    """As `_alone`, in a library that is made if it is missing; if nothing comes to be locked in it, it goes again."""
    missing = [place for place in (library, *library.parents) if not place.exists()]
    with _alone(library, make=True):
        try:
            yield
        finally:
            if not (library / LOCK_NAME).exists():
                _unmake(library, missing)


def _unmake(library: Path, missing: list[Path]) -> None:
    """Remove what was made for nothing, the innermost first, up to what holds anything."""
    home = library / HOME
    with contextlib.suppress(OSError):
        if [path.name for path in home.iterdir()] == [TURN]:
            (home / TURN).unlink()
        for place in (home, *missing):
            place.rmdir()


@contextmanager
def _alone(library: Path, *, make: bool = False) -> Iterator[None]:
    """One process at a time; what an earlier one left half-done is cleared away."""
    handle = _turn(library, make=make)
    try:
        for left in (library / HOME).glob("staging-*"):
            shutil.rmtree(left, ignore_errors=True)
        with told("change", "the library", library):
            for left in (library / HOME).glob(".part-*"):
                left.unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def _turn(library: Path, *, make: bool) -> int:
    """Wait until no other process works in a library, and return the open file that keeps them waiting."""
    turn = library / HOME / TURN
    while True:
        if not make:
            refuse_missing(library)
        with told("make" if make else "change", "the library", library):
            turn.parent.mkdir(parents=make, exist_ok=True)
            handle = os.open(turn, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Whoever was before us may have removed the file, and the next one waits at another.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), turn.stat()):
                return handle
        os.close(handle)


@contextmanager
def _workplace(library: Path) -> Iterator[Path]:
    with told("prepare", "a package", library):
        place = Path(tempfile.mkdtemp(dir=library / HOME, prefix="staging-"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _staged(library: Path, source: str | Path, scan: Scanner, signature: SignatureCheck | None) -> Iterator[Staged]:
    came_from = _from(library, source)
    with _workplace(library) as place:
        # In a folder of the name it came under, which counts where a SKILL.md says none.
        into = place / _BROUGHT / _called(_at(source))
        with _as_named(source, into), _as_named(library, into, StoreError):
            brought = stage(source, into)
            skill = read_package(brought).skill
        if not is_name(skill.name):
            raise PackageError(
                f"The package in {str(source)!r} is called {skill.name!r}, which is no name of a folder.",
                hint="Give it a name of lower-case letters, digits and hyphens in its SKILL.md.",
            )
        # Under its own name, as signatures and the format speak of the name of the folder.
        package = brought.rename(place / skill.name)
        tree, seen = read_tree(package), scan(package)
        with _as_named(source, package):
            state, signer = signature(package) if signature else (UNCHECKED, "")
        findings = {f"{f.severity.value}: {f.rule} {f.path}" for f in seen.findings if f.severity != Severity.NOTE}
        locked = Locked(
            version=skill.version,
            source=came_from,
            archive="" if Path(source).is_dir() else _digest_of(_at(source)),
            tree=tree.digest,
            files=locked_files(tree),
            signature=state,
            signer=signer,
            decision=seen.decision,
            observed=seen.observed,
            findings=tuple(sorted(findings)),
        )
        yield Staged(name=skill.name, folder=package, locked=locked)


@contextmanager
def _as_named(source: str | Path, into: Path, kind: type[MetierError] = PackageError) -> Iterator[None]:
    """Name in a refusal the source or the library as the user did, and not our copy, which is gone by then."""
    try:
        yield
    except kind as error:
        error.args = (str(error).replace(str(into), str(source)),)
        error.__notes__ = [note.replace(str(into), str(source)) for note in getattr(error, "__notes__", ())]
        raise


@contextmanager
def _candidate(
    library: Path,
    name: str,
    source: str | Path | None,
    scan: Scanner,
    signature: SignatureCheck | None,
    drift: Iterable[Drift],
) -> Iterator[tuple[Locked, Staged]]:
    old = _entry(read_lock(library), name)
    if differs := [one for one in drift if one.skill == name]:
        raise PackageError(
            f"The installed package {name!r} is not what was locked: {differs[0].path or name}: {differs[0].message}",
            hint=f"Restore it first: metier skill restore {_named(library)}",
        )
    if source is not None:
        _refuse_around(library, source)
        _refuse_installed(library, source, read_lock(library))
    else:
        source = library / old.source
        if not source.exists():
            raise PackageError(
                f"The source of {name!r} is not at {str(source)!r} any more.",
                hint=f"Name where it is: metier skill update {name} --from SOURCE",
            )
    with _staged(library, source, scan, signature) as staged:
        if staged.name != name:
            raise PackageError(
                f"Expected a new version of {name!r}, got the package {staged.name!r}.",
                hint=f"Another name is another skill: metier skill add {source}, and metier skill remove {name}",
            )
        yield old, _carried(old, staged)


def _named(library: Path) -> str:
    """The option that names a library, as one types it."""
    return f"--library {shlex.quote(str(library))}"


def _refuse_empty(allow: str) -> None:
    if allow and not any(character.isalnum() for character in allow):
        raise ConfigError(f"Expected a reason, got {allow!r}.", hint="Say in words why it may be installed.")


def _refuse_around(library: Path, source: str | Path) -> None:
    """A package with the library in it would grow by itself at each update."""
    at, home = _at(source), _at(library)
    if home != at and home.is_relative_to(at):
        raise Conflict(
            f"The library {str(library)!r} lies in the source {str(source)!r}, and would be installed with it.",
            hint="Name a library elsewhere with --library, or copy the package out alone.",
        )


def _refuse_installed(library: Path, source: str | Path, lock: Lock) -> None:
    """An installed package that became its own source would never hear of an update."""
    at, home = _at(source), _at(library)
    inside = at.relative_to(home).parts if at.is_relative_to(home) else None
    if inside is not None and (not inside or inside[0] in lock.skills):
        raise Conflict(
            f"The source {str(source)!r} is what is installed in {str(library)!r}.",
            hint=f"Name the source it came from. Compare it with the lock: metier skill verify {_named(library)}",
        )


def _refuse_blocked(staged: Staged, allow: str) -> None:
    if not allow and (blocked := blocked_by(staged)):
        raise PackageError(
            f"{blocked}; it was not installed.",
            hint="See all of it with: metier govern scan. If it may be installed, say why with --allow.",
        )


def _is_spoken_against(staged: Staged) -> bool:
    locked = staged.locked
    return locked.decision != Decision.CLEAN or locked.signature not in (UNCHECKED, VERIFIED)


def _refuse_unapproved(name: str, reason: str, allow: str) -> None:
    if reason and not allow:
        raise PackageError(
            f"The package {name!r} needs to be approved anew: {reason}",
            hint="Look at it with --diff, naming whom you trust if it was signed; "
            "then say why it may be installed with --allow.",
        )


def _carried(old: Locked, staged: Staged) -> Staged:
    """What holds of the same files still: why they were allowed, and who signed them, unless that was checked again."""
    new = staged.locked
    if new.files != old.files:
        return staged
    if new.signature == UNCHECKED:
        new = replace(new, signature=old.signature, signer=old.signer)
    return replace(staged, locked=replace(new, allowed=old.allowed))


def _kept(library: Path, staged: Staged, allow: str) -> Locked:
    """Keep the bytes of a package, and give what the lock says of it."""
    bulk = FileBulk(library / HOME / "objects")
    for path, file in staged.locked.files.items():
        if bulk.put((staged.folder / path).read_bytes()) != file.digest:
            raise StoreError(
                f"The file {path!r} of {staged.name!r} changed while it was installed.", hint="Run it again."
            )
    return approved(staged.name, replace(staged.locked, allowed=allow or staged.locked.allowed))


def _rebuild(library: Path, name: str, locked: Locked) -> None:
    """Make the folder of a package anew from what is kept, and put it in its place."""
    with _workplace(library) as place, told("write", "a package", library):
        new = place / name
        _refuse_outside(locked)
        try:
            _write(library, new, locked)
        except StoreError:  # not kept, or damaged
            shutil.rmtree(new, ignore_errors=True)
            _fetch(library, new, locked)
        if read_tree(new).digest != locked.tree:
            raise PackageError(f"The lock does not agree with itself about {name!r}.")
        _set_aside(library, name)
        new.rename(library / name)


def _refuse_outside(locked: Locked) -> None:
    for path in locked.files:
        if not lies_inside(path):
            raise PackageError(f"The lock names the path {path[:_MAX_TOLD]!r}, which lies outside of its package.")


def _write(library: Path, new: Path, locked: Locked) -> None:
    bulk = FileBulk(library / HOME / "objects")
    new.mkdir()
    for path, file in locked.files.items():
        place = new / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as content:
            content.write(bulk.get(file.digest))
            content.flush()
            os.fsync(content.fileno())
        place.chmod(0o755 if file.executable else 0o644)


def _fetch(library: Path, new: Path, locked: Locked) -> None:
    brought = stage(library / locked.source, new.parent / _BROUGHT)
    tree = read_tree(brought)
    if tree.digest != locked.tree:
        raise NotStored(f"its source {locked.source!r} holds something else now")
    for path in (file.path for file in tree.files if file.path in locked.files):
        (brought / path).chmod(0o755 if locked.files[path].executable else 0o644)
    brought.rename(new)


def _set_aside(library: Path, name: str) -> None:
    """Move what lies in the place of a package away whole; the next process that works here removes it."""
    place = library / name
    if os.path.lexists(place):
        with told("replace", "a package", library), _workplace(library) as aside:
            place.rename(aside / name)


def _entry(lock: Lock, name: str) -> Locked:
    if name not in lock.skills:
        raise NotStored(f"No package {name!r} is in the lock.", hint=nearest(name, lock.skills))
    return lock.skills[name]


def _at(path: str | Path) -> Path:
    """Where a path leads; one that leads round in a circle is told when it is opened."""
    return Path(os.path.realpath(path))


def _from(library: Path, source: str | Path) -> str:
    # From the library on, so that a lock says the same wherever the project lies.
    path = Path(os.path.relpath(_at(source), _at(library))).as_posix()
    if not path.isascii() and path != path.encode(errors="replace").decode():
        raise PackageError(
            f"The source {str(source)!r} lies in a path that is not UTF-8, which no lock can name.",
            hint="Rename that folder, or copy the package out of it.",
        )
    return path


def _called(source: Path) -> str:
    """The name that a source came under, without the ending of an archive."""
    ending = "" if source.is_dir() else next((one for one in _ENDINGS if source.name.lower().endswith(one)), "")
    name = source.name[: len(source.name) - len(ending)]
    return name if name.strip(".") else source.name


def _digest_of(path: Path) -> str:
    with told("read", "an archive", path.parent), os.fdopen(open_plain(path), "rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
