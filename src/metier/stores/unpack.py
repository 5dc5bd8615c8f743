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
_SOURCES = "Name a folder, a .zip or a .tar.gz."
_ODD = {
    "unreadable": ("cannot be read", "See that you may read it."),
    "too deep": (f"lies more than {MAX_DEPTH} folders deep", "Move it up."),
    "name": ("has no plain name", "Name it in characters that can be printed, without a backslash."),
}
"""What is said of the odd ones that are neither links nor special files, and the way out."""

_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def stage(source: str | Path, into: str | Path) -> Path:
    """Copy or unpack a package into an empty folder of ours and return where its SKILL.md lies.

    Args:
        source: A folder, or a `.zip`, `.tar`, `.tar.gz` or `.tar.bz2`, told by its content. What lies beside the
            package is left behind, as is `.git`.
        into: Is made if it is missing.

    Raises:
        PackageError: It holds no package or several, or anything that no honest package holds.
        StoreFull: The disk is full.
        StoreError: It cannot be written there.

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
            PackageError: Its path is none of a package, was there before, or there is no more room in a package.
            StoreFull: The disk is full.
            StoreError: It cannot be written.
        """
        self.check(path)
        place = self.folder / path
        with told("copy", "a package", self.folder):
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("xb") as file:
                    while block := self._read(content):
                        self._left -= len(block)
                        if self._left < 0:
                            raise self.refusal(f"has more than {MAX_BYTES} bytes")
                        file.write(block)
                place.chmod(0o755 if is_executable else 0o644)
            except (FileExistsError, NotADirectoryError) as error:
                raise self.refusal(f"has a file and a folder of one name, {path!r}") from error

    def _read(self, content: IO[bytes]) -> bytes:
        try:
            return content.read(_BLOCK)
        except OSError as error:  # so does a damaged archive end, and not the disk that is written
            raise self.refusal(f"cannot be read: {error.strerror or error}", _SOURCES) from error

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

    def refusal(self, reason: str, hint: str = "Take it out of the package, or name another source.") -> PackageError:
        """The error that says what the source has."""
        return PackageError(f"The source {self.source!r} {reason}; nothing was installed.", hint=hint)


def _copy(origin: Path, room: _Room) -> None:
    tree = read_tree(origin, skip=frozenset((".git",)))
    if tree.odd:
        odd = tree.odd[0]
        what, way_out = _ODD.get(odd.kind, (f"is no plain file ({odd.kind})", "Put a plain file in its place."))
        raise room.refusal(f"has {odd.path!r}, which {what}", way_out)
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
        way_out = "Name the folder of the package." if origin.name.lower() == "skill.md" else _SOURCES
        raise room.refusal(f"is no archive that can be read: {error}", way_out) from error
    except OSError as error:
        raise PackageError(f"Cannot read {str(origin)!r}: {error.strerror or error}.", hint=_SOURCES) from error


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
    content = _decompressed(file)
    with tarfile.open(fileobj=content, mode="r|") as archive:
        for number, entry in enumerate(archive):
            if number > 2 * MAX_FILES:
                raise room.refusal(f"has more than {MAX_FILES} files")
            if entry.isdir():
                continue
            data = archive.extractfile(entry) if entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) else None
            if data is None:
                raise room.refusal(f"has {entry.name!r}, which is a link or no plain file")
            room.take(entry.name.removeprefix("./"), data, is_executable=bool(entry.mode & 0o111))
    while content.read(_BLOCK):  # the checksum of what was compressed stands at its end
        pass


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
