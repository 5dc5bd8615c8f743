"""How is a file of a package read so that nothing outside of the package can be reached?

Every folder on the way is opened by itself and no link is followed, so a link that is put in place between two looks
leads nowhere; what is no plain file is never opened for reading.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from metier.errors import NotStored, StoreError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_inside(folder: Path, path: str, *, limit: int) -> bytes:
    """Read at most `limit` + 1 bytes of a file below a folder; one byte more than the limit tells that there is more.

    Args:
        path: With forward slashes.

    Raises:
        NotStored: No plain file lies there, or a link stands on the way.
        StoreError: It cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.txt").write_text("abc")
    ...     read_inside(Path(folder), "a.txt", limit=10)
    b'abc'
    """
    *above, name = _parts(path)
    try:
        with _Opened(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as here:
            for part in above:
                here.step(os.open(part, _FOLDER, dir_fd=here.handle))
            return _content(os.open(name, _FILE, dir_fd=here.handle), path, limit)
    except OSError as failure:
        if failure.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG):
            raise NotStored(f"No file {path!r} lies in the package {folder.name!r}.") from failure
        raise StoreError(f"Cannot read {path!r} of the package {folder.name!r}: {failure.strerror}.") from failure


def is_folder_inside(folder: Path, path: str) -> bool:
    """Whether a folder, reached without a link, lies below a package.

    >>> is_folder_inside(Path("/nowhere"), "scripts")
    False
    """
    try:
        with _Opened(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as here:
            for part in _parts(path):
                here.step(os.open(part, _FOLDER, dir_fd=here.handle))
            return True
    except (OSError, NotStored):
        return False


class _Opened:
    """An open folder that is closed when the next one below is open."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def step(self, handle: int) -> None:
        os.close(self.handle)
        self.handle = handle

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)


def _parts(path: str) -> list[str]:
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\x00" in part for part in parts):
        raise NotStored(f"The path {path!r} does not lie inside a package.")
    return parts


def _content(handle: int, path: str, limit: int) -> bytes:
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotStored(f"{path!r} is no plain file.")
        return file.read(limit + 1)
