"""Which files lie in a folder, with what content? What a signature, a lock and an update are compared with.

Links are never followed and special files never opened: both are told as odd. The digest of a tree can be computed
anew with standard tools, in the folder (names keep their `./` to the end, as `-` alone would be no file):

    find . -type f | LC_ALL=C sort | xargs -d '\\n' sha256sum -- | sed 's|  \\./|  |' | sha256sum
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from metier.errors import PackageError
from metier.stores.disk import told
from metier.stores.plain import NotPlain, open_plain

MAX_FILES = 10_000
MAX_DEPTH = 32
MAX_BYTES = 16 << 30
"""Of all files of a package together. A file with holes claims any size, and takes hours to be read."""

_BLOCK = 1 << 20

OddKind = Literal["link", "special", "unreadable", "too deep", "name"]


class Hasher(Protocol):
    """What `hashlib` gives."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""
        ...

    def hexdigest(self) -> str:
        """The digest of what was taken so far, as hexadecimal digits."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFile:
    """One file.

    Attributes:
        path: Inside the folder, forward slashes.
        digest: Hexadecimal digits, of the algorithm the tree was read with.
        mode: The permission bits.
    """

    path: str
    digest: str
    size: int
    mode: int = 0o644

    @property
    def is_executable(self) -> bool:
        """Whether anybody may execute it."""
        return bool(self.mode & 0o111)


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Something in a folder that is no plain file with a plain name, and was not read."""

    path: str
    kind: OddKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The files of a folder, by path, and what else lies there.

    Attributes:
        empty: Folders in which nothing lies; none of them comes along when a package is installed.

    >>> Tree(files=(TreeFile(path="a.md", digest="e3b0", size=0),)).digest[:14]
    'sha256:351fcab'
    """

    files: tuple[TreeFile, ...] = ()
    odd: tuple[Odd, ...] = ()
    empty: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the lines that `sha256sum` writes for the files in the order of their paths.

        Paths and contents alone: modes, empty folders and what is odd, links among it, have no part in it.
        """
        lines = sorted((file.path.encode("utf-8", "surrogateescape"), file.digest) for file in self.files)
        text = b"".join(sha.encode() + b"  " + path + b"\n" for path, sha in lines)
        return "sha256:" + hashlib.sha256(text).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How one path of a folder differs from what was recorded of it."""

    kind: Literal["changed", "missing", "extra", "renamed", "mode"]
    path: str
    was: str = ""


def read_tree(
    folder: str | Path, *, skip: frozenset[str] = frozenset(), new_hash: Callable[[], Hasher] = hashlib.sha256
) -> Tree:
    """Read every file of a folder, hidden ones too.

    Args:
        skip: Paths that are passed over, folders with all that lies in them.
        new_hash: Makes the hasher.

    Raises:
        PackageError: There is no such folder, or it holds more than 10,000 files or 16 GiB.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.md").write_text("x")
    ...     [(file.path, file.size) for file in read_tree(folder).files]
    [('a.md', 1)]
    """
    top = os.fspath(folder)
    if not os.path.isdir(top):  # noqa: PTH112 - a path of ours is a string here, for speed
        raise PackageError(f"Expected a folder, got {top!r}.", hint="Name one that is there.")
    files: list[TreeFile] = []
    odd: list[Odd] = []
    empty: list[str] = []
    room = MAX_BYTES
    with told("read", "a package", Path(top)):
        for path, entry, kind in _walk(top, skip, empty):
            found = kind or _read(entry, path, new_hash, room)
            if isinstance(found, TreeFile):
                files.append(found)
                room -= found.size
            else:
                odd.append(Odd(path=path, kind=found))
            if len(files) + len(odd) > MAX_FILES:
                raise PackageError(
                    f"The folder {top!r} holds more than {MAX_FILES} files.",
                    hint="Pack what belongs together into one file, or keep it elsewhere.",
                )
    return Tree(
        files=tuple(sorted(files, key=_path)),
        odd=tuple(sorted(odd, key=lambda o: o.path)),
        empty=tuple(sorted(empty)),
    )


def differences(recorded: Mapping[str, str], tree: Tree) -> list[Difference]:
    """Tell how a tree differs from recorded digests by path; a file that only moved is told once, as renamed.

    >>> tree = Tree(files=(TreeFile(path="b", digest="1", size=1), TreeFile(path="c", digest="2", size=1)))
    >>> [(d.kind, d.path, d.was) for d in differences({"a": "1", "c": "3"}, tree)]
    [('renamed', 'b', 'a'), ('changed', 'c', '')]
    """
    found = {file.path: file.digest for file in tree.files}
    missing = {path: digest for path, digest in recorded.items() if path not in found}
    told_of = [Difference(kind="changed", path=p) for p, d in recorded.items() if p in found and found[p] != d]
    by_digest: dict[str, list[str]] = {}
    for path in sorted(missing, reverse=True):
        by_digest.setdefault(missing[path], []).append(path)
    for path in sorted(found.keys() - recorded.keys()):
        same = by_digest.get(found[path])
        was = same.pop() if same else ""
        missing.pop(was, None)
        told_of.append(Difference(kind="renamed" if was else "extra", path=path, was=was))
    told_of += [Difference(kind="missing", path=path) for path in missing]
    return sorted(told_of, key=lambda difference: difference.path)


def _walk(top: str, skip: frozenset[str], empty: list[str]) -> Iterator[tuple[str, os.DirEntry[str], OddKind | None]]:
    """All that lies in a folder and is none; folders in which nothing lies are noted in `empty`."""
    pending = [(top, "", 0)]
    while pending:
        here, prefix, depth = pending.pop()
        is_empty = bool(prefix)
        with os.scandir(here) as entries:
            for entry in entries:
                is_empty = False
                path = prefix + entry.name
                if path in skip:
                    continue
                if not _is_plain(entry.name):
                    yield path, entry, "name"
                elif entry.is_symlink():
                    yield path, entry, "link"
                elif not entry.is_dir(follow_symlinks=False):
                    yield path, entry, None if entry.is_file(follow_symlinks=False) else "special"
                elif depth >= MAX_DEPTH:
                    yield path, entry, "too deep"
                elif not os.access(entry.path, os.R_OK | os.X_OK):
                    yield path, entry, "unreadable"
                else:
                    pending.append((entry.path, path + "/", depth + 1))
        if is_empty:
            empty.append(prefix[:-1])


def _is_plain(name: str) -> bool:
    """Whether a name can stand in a list of lines, and is the same on every system."""
    return name.isprintable() and "\\" not in name


def refuse_large(handle: int, path: str, room: int) -> None:
    """Refuse to read an open file that claims more bytes than there is room for in its package.

    Raises:
        PackageError: It does.
    """
    if (size := os.fstat(handle).st_size) > room:
        raise PackageError(
            f"A package may hold {MAX_BYTES} bytes, and with {path!r}, which claims {size}, this one holds more.",
            hint="Keep what is so large elsewhere, and say in the package where.",
        )


def _read(entry: os.DirEntry[str], path: str, new_hash: Callable[[], Hasher], room: int) -> TreeFile | OddKind:
    try:
        handle = open_plain(entry.path)
    except NotPlain:
        return "special"
    except OSError:
        return "unreadable"
    try:
        refuse_large(handle, entry.path, room)
        info = os.fstat(handle)
        hasher, size = new_hash(), 0
        while block := os.read(handle, _BLOCK):
            hasher.update(block)
            size += len(block)
        return TreeFile(path=path, digest=hasher.hexdigest(), size=size, mode=stat.S_IMODE(info.st_mode))
    except OSError:
        return "unreadable"
    finally:
        os.close(handle)


def _path(file: TreeFile) -> str:
    return file.path
