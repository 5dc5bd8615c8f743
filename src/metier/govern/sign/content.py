"""Do the files of a folder match what was signed? Every file that differs, is missing or was planted is told."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from metier.govern.sign.report import FaultKind, SignatureFault
from metier.govern.sign.statement import GIT_PATHS, Manifest
from metier.stores.plain import open_plain
from metier.stores.tree import Difference, Hasher, Tree, TreeFile, differences, read_tree

_INERT = (".gitattributes", ".gitignore")
"""Text that only git reads. Every other path that the signer left out is refused when something lies there."""

_SET_ID = stat.S_ISUID | stat.S_ISGID
_TOLD = {
    "changed": (FaultKind.CHANGED, "Its content is not what was signed."),
    "missing": (FaultKind.MISSING, "It was signed, and is not there."),
    "extra": (FaultKind.PLANTED, "It was not signed."),
    "link": (FaultKind.LINK, "It is a link, and could lead anywhere."),
    "special": (FaultKind.SPECIAL, "It is a pipe, a socket or a device."),
    "unreadable": (FaultKind.SPECIAL, "It cannot be read."),
    "too deep": (FaultKind.SPECIAL, "It lies too deep to be read."),
    "name": (FaultKind.SPECIAL, "Its name holds a backslash or characters that do not show."),
}


def left_out(folder: str | Path) -> list[str]:
    """Name what `sign` leaves out of a package as git's own, and `verify` refuses unless it is told to ignore it.

    >>> left_out("no-such-folder")
    []
    """
    place = Path(folder)
    return [path for path in GIT_PATHS if _anything(place / path) and not _is_inert(place, path)]


def content_faults(
    folder: Path, manifest: Manifest, *, signature: str, ignore_git_paths: bool = False
) -> tuple[list[SignatureFault], list[str]]:
    """Compare a folder with a manifest. Returns the faults, and notes on what was left out and is harmless.

    Args:
        signature: The path of the signature in the folder, which it cannot cover itself; empty if it lies elsewhere.
        ignore_git_paths: Whether what the signer left out as git's own is noted and not refused.
    """
    uncovered = [path for path in _ignored(manifest) if path != signature]
    tree = read_tree(folder, skip=frozenset((signature, *uncovered)), new_hash=_hash(manifest))
    faults = [_fault(*_TOLD[odd.kind], odd.path) for odd in tree.odd]
    if manifest.shard_size:
        tree = _in_shards(folder, tree, manifest)
    odd = {one.path for one in tree.odd}
    faults += [_of(found) for found in differences(manifest.files, tree) if found.path not in odd]
    faults += _mode_faults(tree, manifest)
    notes = []
    for path in uncovered:
        if not (inside := _anything(folder / path)):
            continue
        if _is_inert(folder, path) or (ignore_git_paths and path in GIT_PATHS):
            notes.append(f"{path} is not covered by the signature.")
        else:
            shown = inside.relative_to(folder).as_posix()
            faults.append(_fault(FaultKind.NOT_COVERED, "The signer left it out, so anybody may have put it.", shown))
    return faults, notes


def _ignored(manifest: Manifest) -> list[str]:
    """The paths inside the folder that were left out. `.` would be all of it, and is not heeded."""
    paths = {PurePosixPath(path) for path in manifest.ignored}
    return sorted(p.as_posix() for p in paths if p.parts and not p.is_absolute() and ".." not in p.parts)


def _of(found: Difference) -> SignatureFault:
    if found.kind == "renamed":
        return _fault(FaultKind.RENAMED, f"It was signed under the name {found.was!r}.", found.path)
    return _fault(*_TOLD[found.kind], found.path)


def _mode_faults(tree: Tree, manifest: Manifest) -> Iterator[SignatureFault]:
    for file in tree.files:
        if file.mode & _SET_ID:
            yield _fault(FaultKind.MODE, "It runs as another user (set-user-ID or set-group-ID).", file.path)
        may_be = manifest.executables is None or file.path in manifest.executables
        if file.is_executable and file.path in manifest.files and not may_be:
            yield _fault(FaultKind.MODE, "It was signed as a file that is not executable, and is.", file.path)


def _is_inert(folder: Path, path: str) -> bool:
    if path not in _INERT:
        return False
    mode = (folder / path).lstat().st_mode
    return stat.S_ISREG(mode) and not mode & 0o111


def _anything(path: Path) -> Path | None:
    """The path itself if it is no folder, else something that is none in it; None if nothing is there."""
    if not os.path.lexists(path):
        return None
    if path.is_symlink() or not path.is_dir():
        return path
    for here, folders, files in os.walk(path):
        for name in sorted(files) + [name for name in folders if os.path.islink(Path(here, name))]:  # noqa: PTH114
            return Path(here, name)
    return None


def _in_shards(folder: Path, tree: Tree, manifest: Manifest) -> Tree:
    # An empty file has no shard, so model-signing lists none for it.
    files = [file for file in tree.files if file.size or file.path in manifest.files]
    return replace(tree, files=tuple(replace(file, digest=_pieces(folder, file, manifest)) for file in files))


def _pieces(folder: Path, file: TreeFile, manifest: Manifest) -> str:
    """The digests of a file's pieces; of one that is not listed in so many, of all of it."""
    # Whoever wrote the statement may be nobody to trust, and chose how small a piece is.
    if -(-file.size // manifest.shard_size) != manifest.files.get(file.path, "").count(" "):
        return file.digest
    told = ""
    with os.fdopen(open_plain(folder / file.path), "rb") as content:
        for start in range(0, file.size, manifest.shard_size):
            end = min(start + manifest.shard_size, file.size)
            hasher = _hash(manifest)()
            left = end - start
            while block := content.read(min(left, 1 << 20)):
                hasher.update(block)
                left -= len(block)
            told += f"{start}:{end}:{hasher.hexdigest()} "
    return told


def _hash(manifest: Manifest) -> Callable[[], Hasher]:
    return hashlib.blake2b if manifest.algorithm == "blake2b" else hashlib.sha256


def _fault(kind: FaultKind, message: str, path: str) -> SignatureFault:
    return SignatureFault(kind=kind, message=message, path=path)
