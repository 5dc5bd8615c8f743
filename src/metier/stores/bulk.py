"""Where do the big things lie? Files addressed by the SHA-256 of their content, in a plain folder.

A file is written beside its place, forced to the disk and renamed, so a reader meets all of it or none of it. It does
not know the database; the database names files by digest.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from metier.digest import canonical, digest
from metier.errors import CorruptStore, NotStored
from metier.item import Item
from metier.stores.disk import told
from metier.stores.nouns import revive

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_BLOCK = 1 << 20


class FileBulk:
    """Files addressed by content in one folder, which is made when the first file is kept.

    The file of `sha256:abcd…` is `ab/cd/abcd…`. Several processes may keep files at once: whoever is second finds the
    same bytes in place.

    Args:
        path: The folder.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> bulk = FileBulk(folder.name)
    >>> bulk.get(bulk.put(b"weights"))
    b'weights'
    >>> folder.cleanup()
    """

    def __init__(self, path: str | Path) -> None:
        self._folder = Path(path)

    def put(self, data: bytes) -> str:
        """Keep bytes and return their digest. Keeping the same bytes again does nothing.

        Raises:
            StoreFull: The disk is full; nothing half-written is left.
            CorruptStore: A damaged file lies in the place of these bytes; it is kept.
            StoreError: The folder cannot be written.
        """
        name = digest(data)
        with self._keeping():
            is_kept = self._place(name).exists()
        if is_kept:
            self.get(name)
            return name
        return self._keep([data])

    def get(self, digest: str) -> bytes:
        """Read bytes back, checked against their digest.

        Raises:
            NotStored: Nothing is kept under that digest.
            CorruptStore: The file does not hold what was written.
        """
        path = self.path(digest)
        with self._reading():
            data = path.read_bytes()
        _check(path, digest, hashlib.sha256(data).hexdigest())
        return data

    def path(self, digest: str) -> Path:
        """Where the file lies, for libraries that want a path; its content is not checked here. Raises NotStored."""
        place = self._place(digest)
        with self._reading():
            is_kept = place.is_file()
        if not is_kept:
            raise NotStored(
                f"No file is kept under {digest!r} in {str(self._folder)!r}.",
                hint="Was the folder moved away from its database, or is this the digest of something else?",
            )
        return place

    def put_items(self, items: Iterable[Item]) -> str:
        """Keep items as one JSON-lines file and return its digest. The order counts; memory stays small.

        >>> with tempfile.TemporaryDirectory() as folder:
        ...     bulk = FileBulk(folder)
        ...     [item.prompt for item in bulk.items(bulk.put_items([Item(prompt="1 + 1 =", reference="2")]))]
        ['1 + 1 =']
        """
        return self._keep(canonical(item) + b"\n" for item in items)

    def items(self, digest: str) -> Iterator[Item]:
        """Read items back in order. The whole file is checked before the first item is given.

        Raises:
            NotStored: Nothing is kept under that digest.
            CorruptStore: The file does not hold what was written, or holds something other than items.
        """
        path = self.path(digest)
        with self._reading(), path.open("rb") as file:
            _check(path, digest, hashlib.file_digest(file, "sha256").hexdigest())
        return _items(path)

    def _place(self, name: str) -> Path:
        if not _DIGEST.fullmatch(name):
            raise NotStored(f"Expected a digest such as 'sha256:e3b0…', got {name!r}.")
        letters = name.removeprefix("sha256:")
        return self._folder / letters[:2] / letters[2:4] / letters

    def _keep(self, pieces: Iterable[bytes]) -> str:
        """Write pieces to a file that has no name yet, then give it the name of its content."""
        with self._keeping():
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self._folder, prefix=".part-")
        try:
            name = self._written(handle, pieces)
            place = self._place(name)
            with self._keeping():
                place.parent.mkdir(parents=True, exist_ok=True)
                Path(part).replace(place)
                _sync_folder(place.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(part).unlink(missing_ok=True)
            raise
        return name

    def _written(self, handle: int, pieces: Iterable[bytes]) -> str:
        # Only what the disk raises is told as a fault of the store; what the source of the pieces raises goes through.
        sha = hashlib.sha256()
        try:
            for block in _blocks(pieces):
                sha.update(block)
                with self._keeping():
                    _write(handle, block)
            with self._keeping():
                os.fsync(handle)
        finally:
            with self._keeping():
                os.close(handle)
        return "sha256:" + sha.hexdigest()

    def _keeping(self) -> AbstractContextManager[None]:
        return told("keep", "a file", self._folder)

    def _reading(self) -> AbstractContextManager[None]:
        return told("read", "a file", self._folder)


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting, size = [], 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _write(handle: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync_folder(folder: Path) -> None:
    # A rename outlives a power cut only once the folder that holds the name is on the disk too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check(path: Path, name: str, found: str) -> None:
    if name != "sha256:" + found:
        raise CorruptStore(
            f"The file {str(path)!r} does not hold what was written: its SHA-256 is {found}.",
            hint="It is kept as it is. Move it away and run again to make its content anew, or restore a copy.",
        )


def _items(path: Path) -> Iterator[Item]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield revive(Item, line)
            except (ValueError, TypeError) as failure:
                raise CorruptStore(f"Line {number} of {str(path)!r} is not an item: {failure}.") from failure
