"""How does a folder or an archive from a stranger come into a folder of ours, without anything else being touched?

Plain files with plain names come in. A link, a device, a path that leads outside, two entries of one name or more than
an honest package holds refuses the whole. Nothing is executed, and sizes that an archive claims are not believed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import os
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, cast

from metier.errors import PackageError
from metier.stores.disk import told
from metier.stores.package import find_packages
from metier.stores.plain import open_plain
from metier.stores.tree import MAX_DEPTH, MAX_FILES, read_tree

MAX_BYTES = 64 << 20
"""Of all files of a package together, and of an archive as it lies on the disk."""

_BLOCK = 1 << 16
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def stage(source: str | Path, into: str | Path) -> Path:
    """Copy or unpack a package into an empty folder of ours and return where its SKILL.md lies.

    Args:
        source: A folder, or a `.zip`, `.tar`, `.tar.gz` or `.tar.bz2`, told by its content. What lies beside the
            package is left behind, as is `.git`.
        into: Is made if it is missing.

    Raises:
        PackageError: It holds no package or several, or anything that no honest package holds.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = Path(place, "sum")
    ...     folder.mkdir()
    ...     _ = (folder / "SKILL.md").write_text("---\\nname: sum\\ndescription: Add.\\n---\\n")
    ...     sorted(path.name for path in stage(folder, Path(place, "ours")).iterdir())
    ['SKILL.md']
    """
    origin, target = Path(source), Path(into)
    with told("copy", "a package", target):
        target.mkdir(parents=True, exist_ok=True)
    room = _Room(target, str(source))
    if origin.is_dir():
        _copy(origin, room)
    else:
        _unpack(origin, room)
    return _package_in(target, str(source))


class _Room:
    """A folder that takes files until there are too many of them."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder, self.source = folder, source
        self._left, self._seen = MAX_BYTES, set[str]()

    def take(self, path: str, content: IO[bytes], *, is_executable: bool) -> None:
        """Write one file.

        Raises:
            PackageError: Its path is none of a package, was there before, or there is no more room.
        """
        self.check(path)
        place = self.folder / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                while block := content.read(_BLOCK):
                    self._left -= len(block)
                    if self._left < 0:
                        raise self.refusal(f"has more than {MAX_BYTES} bytes")
                    file.write(block)
            place.chmod(0o755 if is_executable else 0o644)
        except (FileExistsError, NotADirectoryError) as error:
            raise self.refusal(f"has a file and a folder of one name, {path!r}") from error

    def check(self, path: str) -> None:
        """Refuse a path that could lead outside, mislead, or be the second of its name."""
        parts = path.split("/")
        if not path.isprintable() or "\\" in path or ":" in path or any(part in ("", ".", "..") for part in parts):
            raise self.refusal(f"has the path {path!r}, which does not lie plainly inside it")
        if len(parts) > MAX_DEPTH:
            raise self.refusal(f"has a path of more than {MAX_DEPTH} folders")
        # Where upper and lower case are one, the second of two such names would overwrite the first.
        if path.casefold() in self._seen:
            raise self.refusal(f"has {path!r} twice")
        self._seen.add(path.casefold())
        if len(self._seen) > MAX_FILES:
            raise self.refusal(f"has more than {MAX_FILES} files")

    def refusal(self, reason: str) -> PackageError:
        """The error that says what the source has."""
        return PackageError(f"The source {self.source!r} {reason}; nothing was installed.")


def _copy(origin: Path, room: _Room) -> None:
    tree = read_tree(origin, skip=frozenset((".git",)))
    if tree.odd:
        raise room.refusal(f"has {tree.odd[0].path!r}, which is no plain file ({tree.odd[0].kind})")
    for file in tree.files:
        with os.fdopen(open_plain(origin / file.path), "rb") as content:
            room.take(file.path, content, is_executable=file.is_executable)


def _unpack(origin: Path, room: _Room) -> None:
    try:
        # A link may name an archive; what it leads to is a plain file.
        with os.fdopen(open_plain(os.path.realpath(origin)), "rb") as file:
            if os.fstat(file.fileno()).st_size > MAX_BYTES:
                raise room.refusal(f"has more than {MAX_BYTES} bytes")
            unpack = _unzip if zipfile.is_zipfile(file) else _untar
            file.seek(0)
            unpack(file, room)
    except _BROKEN as error:
        refusal = room.refusal(f"is no archive that can be read: {error}")
        if origin.name.lower() == "skill.md":
            refusal.add_note("Name the folder of the package.")
        raise refusal from error
    except OSError as error:
        raise PackageError(
            f"Cannot read {str(origin)!r}: {error.strerror or error}.", hint="Name a folder, a .zip or a .tar.gz."
        ) from error


def _unzip(file: IO[bytes], room: _Room) -> None:
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            if entry.is_dir():
                continue
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                raise room.refusal(f"has {entry.filename!r}, which is a link or no plain file")
            with archive.open(entry) as content:
                room.take(entry.filename, content, is_executable=bool(mode & 0o111))


def _untar(file: IO[bytes], room: _Room) -> None:
    with tarfile.open(fileobj=_decompressed(file), mode="r|") as archive:
        for number, entry in enumerate(archive):
            if number > 2 * MAX_FILES:
                raise room.refusal(f"has more than {MAX_FILES} files")
            if entry.isdir():
                continue
            data = archive.extractfile(entry) if entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) else None
            if data is None:
                raise room.refusal(f"has {entry.name!r}, which is a link or no plain file")
            room.take(entry.name.removeprefix("./"), data, is_executable=bool(entry.mode & 0o111))


class _Bounded(io.RawIOBase):
    """A stream that ends in an error when more comes out of it than any package holds, headers included."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._left = content, 2 * MAX_BYTES

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes."""
        block = self._content.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(block)
        if self._left < 0:
            raise ValueError(f"more than {2 * MAX_BYTES} bytes come out of it")
        return block


def _decompressed(file: IO[bytes]) -> IO[bytes]:
    head = file.read(3)
    file.seek(0)
    content = file
    if head[:2] == b"\x1f\x8b":
        content = cast(IO[bytes], gzip.GzipFile(fileobj=file))
    elif head == b"BZh":
        content = cast(IO[bytes], bz2.BZ2File(file))
    return cast(IO[bytes], _Bounded(content))


def _package_in(folder: Path, source: str) -> Path:
    found = sorted(find_packages(folder), key=lambda path: len(path.parts))
    tops = [path for path in found if not any(other != path and path.is_relative_to(other) for other in found)]
    if len(tops) == 1:
        return tops[0]
    listed = ", ".join(path.relative_to(folder).as_posix() for path in tops[:5])
    raise PackageError(
        f"Expected one package in {source!r}, found {len(tops)}{': ' + listed if tops else ''}.",
        hint="Name the folder of one package, or those of several one by one."
        if tops
        else "A package is a folder with a SKILL.md.",
    )
