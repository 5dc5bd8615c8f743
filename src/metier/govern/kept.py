"""What did an earlier scan see in exactly these bytes? One file for each content, kept for this user alone.

The key is the SHA-256 of all that a scan reads of a package; the folder it lies in is named by what reads it, which is
metier itself, rules and all, Python and PyYAML. So nothing that is kept is out of date, and a verdict is made of it
anew, by the policy of the day. What is not this user's alone is not believed, nor written to. A package with links, or
with what is no plain file or cannot be read, is scanned each time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import metier
from metier.digest import canonical, digest
from metier.stores import frontmatter
from metier.stores.nouns import revive
from metier.stores.plain import open_plain
from metier.verdict import Scan
from metier.whole import whole


def state_of_user() -> Path:
    """Where metier keeps what is this user's: `metier` in `$XDG_STATE_HOME` or `~/.local/state`.

    A relative one counts for nothing, as the XDG specification has it: it would be of whoever wrote the folder here.

    Raises:
        RuntimeError: This user has no home.
    """
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".local/state") / "metier"


def kept_scans() -> Path | None:
    """Where the scans of this user are kept, if anywhere."""
    with suppress(RuntimeError):
        place = state_of_user() / "scans"
        return place if place.is_absolute() else None
    return None


def scan_once(package: Path, kept: Path, *, scanned: Callable[[Path], Scan]) -> Scan:
    """Scan a package, unless a scan of exactly these bytes is kept; where it cannot be kept nothing is said.

    Args:
        package: Nobody may write to it meanwhile, as to a copy (`metier.govern.look.as_read`).
        kept: A folder of its own; what another version of this package kept there is removed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as package, tempfile.TemporaryDirectory() as kept:
    ...     _ = (Path(package) / "SKILL.md").write_text("Add.")
    ...     [scan_once(Path(package), Path(kept), scanned=lambda _, n=n: Scan(num_files=n)).num_files for n in (1, 2)]
    [1, 1]
    """
    try:
        folder = kept / _reader()
        file = folder / _content(package)
    except OSError:
        return scanned(package)
    with suppress(OSError, ValueError, TypeError, AttributeError):
        if _are_ours(kept, folder):
            return revive(Scan, _read(file))
    seen = scanned(package)
    with suppress(OSError):
        if not folder.is_dir() or not _are_ours(kept, folder):
            shutil.rmtree(kept, ignore_errors=True)
            for place in (kept, folder):  # the mode of a parent is not set along
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _are_ours(kept, folder):
            with whole(file, is_synced=False) as out:
                out.write(canonical(seen))
    return seen


def _content(package: Path) -> str:
    """A digest of the name, the kinds, the modes and the bytes of all that lies in a package."""
    return digest([package.name, list(_listed(package, ""))]).removeprefix("sha256:")


def _listed(folder: Path, below: str) -> Iterator[list[str | int]]:
    with os.scandir(folder) as entries:
        within = sorted(entries, key=lambda entry: entry.name)
    for entry in within:
        mode = entry.stat(follow_symlinks=False).st_mode
        name = f"{below}{entry.name}"
        if stat.S_ISDIR(mode):
            yield [f"{name}/", mode, ""]
            yield from _listed(Path(entry.path), f"{name}/")
        elif stat.S_ISREG(mode):
            with Path(entry.path).open("rb") as file:
                yield [name, mode, hashlib.file_digest(file, "sha256").hexdigest()]
        else:
            raise OSError(f"{name!r} is neither a folder nor a plain file")


def _are_ours(*folders: Path) -> bool:
    """Whether folders are this user's alone; a link to one is none."""
    return all(stat.S_ISDIR(info.st_mode) and _is_ours(info) for info in (folder.lstat() for folder in folders))


def _read(file: Path) -> bytes:
    """The bytes of a file that is this user's alone, for its folder may have been exchanged since it was looked at."""
    with os.fdopen(open_plain(file), "rb") as opened:
        if not _is_ours(os.fstat(opened.fileno())):
            raise PermissionError(f"{str(file)!r} is not this user's alone")
        return opened.read()


def _is_ours(info: os.stat_result) -> bool:
    return info.st_uid == os.geteuid() and not info.st_mode & 0o077


@cache
def _reader() -> str:
    """A digest of all that reads a package: this one, rules and all, Python and what reads its YAML."""
    top = Path(metier.__file__).parent
    files = sorted(path for path in top.rglob("*") if path.suffix != ".pyc" and path.is_file())
    parts = [[path.relative_to(top).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()] for path in files]
    return digest([metier.__version__, sys.version, frontmatter.READER, parts]).removeprefix("sha256:")[:16]
