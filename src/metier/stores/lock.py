"""Which packages are installed here, byte for byte, and who said that they may be?

`metier-skills.lock` lies in the library: JSON with sorted keys, the same content the same bytes. Every digest in it can
be computed anew from what is installed (`metier.stores.tree` says how), so a frozen check needs nothing else.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from metier.border import load_json
from metier.capability import Capability
from metier.digest import digest, plain
from metier.errors import PackageError
from metier.stores.checks import MAX_NAME, is_name
from metier.stores.disk import told
from metier.stores.plain import NotPlain, open_plain
from metier.stores.tree import Tree, TreeFile, differences, read_tree
from metier.verdict import Decision
from metier.whole import whole

LOCK_NAME = "metier-skills.lock"
_AS_IT_WAS = "Put it back as it was, from version control or a copy; without one, add the packages to a new library."
_MAX_LOCK = 1 << 26
_MAX_PATH = 4096
_NOTE_ENDINGS = (".md", ".txt", ".rst")
_NOTES = re.compile(
    "(ACKNOWLEDGEMENTS|AUTHORS|CHANGELOG|CHANGES|CITATION|CONTRIBUTING|CONTRIBUTORS|COPYING|COPYRIGHT|CREDITS|DISCLAIMER"
    "|FAQ|HISTORY|INDEX|LICEN[CS]E|MAINTAINERS|NEWS|NOTES|NOTICE|README|RELEASES|ROADMAP|SECURITY|THANKS|TODO|VERSION)"
    "([-_ ].*)?"
)
"""Texts whose names are written in capitals, and that people read and no agent or tool obeys."""
_READ_BY_NAME = re.compile(
    "agents?|boot|bootstrap|claude|cmakelists|codex|copilot|crush|gemini|heartbeat|identity|llms|memory|opencode|qwen"
    "|replit|requirements|skill|soul|tools|user|warp"
)
"""Texts that an agent or a tool reads by their name; where upper and lower case are one, in any."""
_HIDDEN_NOTES = (".DS_Store", ".git", ".gitattributes", ".gitignore", ".gitkeep")
"""What a Mac and git leave; `.git` is a file where the library is a submodule, and names the folder with the hooks."""
HOME = ".metier"
"""Beside the packages: what is needed to restore them."""
TURN = "lock"
"""The file in it whose holder alone changes the library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """One file of an installed package."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    digest: str
    size: int
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One installed package.

    Attributes:
        source: Where it came from, from the library on.
        archive: The digest of the archive it came in; empty for a folder.
        tree: The digest of all its files.
        signature: What came of checking its signature; `unchecked` when nobody to trust was named.
        signer: Who signed it, if the signature is verified.
        decision: What the scan came to; `observed` and `findings` (rule and path) are what it saw.
        allowed: Why it may be here in spite of its scan, its signature or its changes; empty when nothing spoke
            against it.
        approval: The digest of all of the above, with the name: what was approved is this and nothing else.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    version: str
    source: str
    archive: str = ""
    tree: str
    files: Mapping[str, LockedFile]
    signature: str = "unchecked"
    signer: str = ""
    decision: Decision
    observed: tuple[Capability, ...] = ()
    findings: tuple[str, ...] = ()
    allowed: str = ""
    approval: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """All that is installed, by name."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    lock_version: int = 1
    skills: Mapping[str, Locked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How one thing in the library differs from the lock.

    Attributes:
        kind: `changed`, `missing`, `extra`, `renamed`, `mode`, `link`, `special` …: of a file; `absent`, `unlocked`,
            `approval`: of a package.
        path: Inside the package; empty for the package itself.
    """

    skill: str
    kind: str
    message: str
    path: str = ""


def read_lock(library: str | Path) -> Lock:
    """Read the lock of a library; an empty one where there is none.

    Raises:
        PackageError: There is no such library; or its lock cannot be read, or is not as metier writes it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as library:
    ...     read_lock(library).skills
    {}
    """
    refuse_missing(library)
    path = Path(library) / LOCK_NAME
    try:
        with os.fdopen(open_plain(path), "rb") as file:
            text = file.read(_MAX_LOCK + 1)
    except FileNotFoundError:
        return Lock()
    except NotPlain as error:
        raise PackageError(f"Cannot read {str(path)!r}: {error.strerror}.", hint=_AS_IT_WAS) from error
    except OSError as error:
        raise PackageError(f"Cannot read {str(path)!r}: {error.strerror}.", hint="See that you may read it.") from error
    if len(text) > _MAX_LOCK:
        raise PackageError(
            f"{str(path)!r} has more than the {_MAX_LOCK} bytes that are read of a lock.", hint=_AS_IT_WAS
        )
    try:
        lock = load_json(Lock, text, where=str(path), error=PackageError)
    except PackageError as error:
        error.add_note(_AS_IT_WAS)
        raise
    if lock.lock_version != 1:
        raise PackageError(
            f"{str(path)!r} has the version {lock.lock_version}; this metier reads 1.",
            hint="Upgrade with: pip install --upgrade metier",
        )
    if odd := [name for name in lock.skills if not is_name(name)]:
        raise PackageError(
            f"{str(path)!r} names the package {odd[0][:MAX_NAME]!r}, which is no name of a folder.", hint=_AS_IT_WAS
        )
    if odd := [name for name, locked in lock.skills.items() if "\0" in locked.source]:
        raise PackageError(f"{str(path)!r} names a source of {odd[0]!r} that is no path.", hint=_AS_IT_WAS)
    return lock


def refuse_missing(library: str | Path) -> None:
    """Refuse a library that is not there, as a mistyped path must not pass for an empty one.

    Raises:
        PackageError: There is no such folder.
    """
    if not Path(library).is_dir():
        raise PackageError(
            f"Expected a folder of installed packages, got {str(library)!r}.",
            hint="Name the library with --library; metier skill add makes a new one.",
        )


def write_lock(library: str | Path, lock: Lock) -> None:
    """Write the lock of a library; it appears whole or not at all.

    Raises:
        PackageError: It is larger than a lock that is read.
        StoreFull: The disk is full; the old lock is left.
        StoreError: The library cannot be written.
    """
    folder, text = Path(library), lock_text(lock)
    if len(text) > _MAX_LOCK:
        raise PackageError(
            f"The lock of {str(folder)!r} would have {len(text)} bytes; at most {_MAX_LOCK} are read of one.",
            hint="Install into several libraries.",
        )
    with told("write", "the lock", folder):
        # In a folder of ours, so that what a killed process leaves is told from what others put into the library.
        (folder / HOME).mkdir(parents=True, exist_ok=True)
        with whole(folder / LOCK_NAME, mode=0o644, within=folder / HOME) as file:
            file.write(text)


def lock_text(lock: Lock) -> bytes:
    r"""The bytes of a lock.

    >>> lock_text(Lock())
    b'{\n  "lock_version": 1,\n  "skills": {}\n}\n'
    """
    return json.dumps(plain(lock), sort_keys=True, indent=2, ensure_ascii=False).encode() + b"\n"


def verify(library: str | Path) -> list[Drift]:
    """Tell everything in which a library differs from its lock; nothing when all is as it was approved.

    While another process changes the library it waits, as folders and lock differ until it is done.

    Raises:
        PackageError: There is no such library, or its lock cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as library:
    ...     verify(library)
    []
    """
    refuse_missing(library)
    with _unchanging(Path(library)):
        return drift_of(library)


def drift_of(library: str | Path) -> list[Drift]:
    """As `verify`, for whoever is the one to change the library."""
    folder, lock = Path(library), read_lock(library)
    drift = [one for name, locked in sorted(lock.skills.items()) for one in _drift(folder / name, name, locked)]
    return drift + list(_unlocked(folder, lock))


@contextlib.contextmanager
def _unchanging(library: Path) -> Iterator[None]:
    """Keep others from changing a library meanwhile, in which somebody ever did."""
    try:
        handle = open_plain(library / HOME / TURN)
    except OSError:
        yield
        return
    try:
        with contextlib.suppress(OSError):  # a network share may lock no file
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def approved(name: str, locked: Locked) -> Locked:
    """A locked package with the digest that binds its approval to what it is."""
    return replace(locked, approval=digest({"name": name, **plain(replace(locked, approval=""))}))


def locked_files(tree: Tree) -> dict[str, LockedFile]:
    """The files of a tree as a lock lists them."""
    return {
        file.path: LockedFile(digest=f"sha256:{file.digest}", size=file.size, executable=file.is_executable)
        for file in tree.files
    }


def _drift(folder: Path, name: str, locked: Locked) -> Iterator[Drift]:
    if approved(name, locked) != locked:
        yield Drift(skill=name, kind="approval", message="Its entry in the lock is not what was approved.")
    if folder.is_symlink() or not folder.is_dir():
        yield Drift(skill=name, kind="absent", message="Its folder is not there, or is a link.")
        return
    tree = read_tree(folder)
    for odd in tree.odd:
        yield Drift(skill=name, kind=odd.kind, path=odd.path, message="It is no plain file that can be read.")
    for path in (one for one in tree.empty if not any(file.startswith(f"{one}/") for file in locked.files)):
        yield Drift(skill=name, kind="extra", path=path, message="It is an empty folder, and was not locked.")
    recorded = {path: file.digest.removeprefix("sha256:") for path, file in locked.files.items()}
    for found in differences(recorded, tree):
        yield Drift(skill=name, kind=found.kind, path=found.path, message=_MESSAGES[found.kind].format(found.was))
    for file in tree.files:
        if file.path in locked.files and (message := _mode_fault(file, locked.files[file.path])):
            yield Drift(skill=name, kind="mode", path=file.path, message=message)
    if not differences(recorded, tree) and tree.digest != locked.tree:
        yield Drift(skill=name, kind="approval", message="The digest of the whole is not that of its files.")


def _mode_fault(file: TreeFile, locked: LockedFile) -> str:
    """What is wrong with the permissions of a file; whether its group may write it is left to the umask of a clone."""
    if file.mode & _SPECIAL:
        return "It has a special bit (set-user-ID, set-group-ID or sticky)."
    if file.mode & stat.S_IWOTH:
        return "Anybody may write it."
    if file.is_executable != locked.executable:
        return "It became executable." if file.is_executable else "It is no longer executable."
    return ""


_SPECIAL = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX
_MESSAGES = {
    "changed": "Its content is not what was locked.",
    "missing": "It was locked, and is not there.",
    "extra": "It was not locked.",
    "renamed": "It was locked under the name {!r}.",
}


def _is_note(name: str) -> bool:
    """Whether a file beside the packages is a text about them, which no agent, tool or person takes for an order.

    >>> [name for name in ("README.md", "LICENSE-MIT", "ideas.txt", ".gitignore") if _is_note(name)]
    ['README.md', 'LICENSE-MIT', 'ideas.txt', '.gitignore']
    >>> [name for name in ("AGENTS.md", "SKILL.md", "run.py", "run", "BUILD", ".envrc") if _is_note(name)]
    []
    """
    if name[0] == ".":
        return name in _HIDDEN_NOTES
    stem = name.split(".")[0]
    if name != stem and not name.endswith(_NOTE_ENDINGS):
        return False
    if name == stem or stem.isupper():  # as LICENSE and AGENTS.md are written; a program and other notes are not
        return bool(_NOTES.fullmatch(stem))
    return not _READ_BY_NAME.fullmatch(stem.casefold())


def _is_told(entry: Path) -> bool:
    """Whether something beside the packages is more than a note: a folder, a link, or what may be run."""
    info = entry.lstat()
    if not stat.S_ISREG(info.st_mode) or info.st_mode & 0o111 or not _is_note(entry.name):
        return True
    return entry.name == ".git" and not _leads_out(entry)


def _leads_out(git: Path) -> bool:
    """Whether the `.git` of a submodule names a repository outside of the library, where nobody planted it in here."""
    with contextlib.suppress(OSError, ValueError), os.fdopen(open_plain(git), encoding="utf-8") as file:
        named = file.read(_MAX_PATH).removeprefix("gitdir:").strip()
        at, home = os.path.realpath(git.parent / named), os.path.realpath(git.parent)
        return not Path(at).is_relative_to(home)
    return False


def _unlocked(folder: Path, lock: Lock) -> Iterator[Drift]:
    known = {HOME, LOCK_NAME, *lock.skills}
    for entry in sorted(folder.iterdir()):
        if entry.name not in known and _is_told(entry):
            yield Drift(skill=entry.name, kind="unlocked", message="It lies in the library, and the lock has no such.")
