"""How much did the folders that may be written grow? Files that were deleted but are still open count, too."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress

from metier.sandboxes.processes import descendants


class Growth:
    """Remembers how much lies in some folders.

    Raises:
        OSError: A folder in them cannot be looked into, so that nothing can be said of its growth.

    >>> import shutil, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     growth = Growth([folder])
    ...     _ = shutil.copy(os.__file__, folder)
    ...     num_bytes, num_files = growth.since(0)
    >>> num_bytes >= 10_000, num_files
    (True, 1)
    """

    def __init__(self, folders: Iterable[str]) -> None:
        self._folders = tuple(folders)
        try:
            self._before = _sum(self._everything())
        except OSError as error:
            raise OSError(f"what lies in {', '.join(self._folders)} cannot be measured: {error}") from error

    def since(self, pid: int) -> tuple[int, int]:
        """Bytes and files more than at first; the processes below `pid` may hold deleted ones open.

        Raises:
            OSError: A folder cannot be looked into.
        """
        now = _sum([*self._everything(), *_deleted(pid)])
        return now[0] - self._before[0], now[1] - self._before[1]

    def _everything(self) -> Iterator[os.stat_result]:
        for folder in self._folders:
            yield from _below(folder)


def _below(path: str) -> Iterator[os.stat_result]:
    """Everything in a folder, from folder to folder, as a path can be longer than the kernel takes; or the one file.

    Raises:
        OSError: A folder cannot be looked into, though whoever runs this might write in it.
    """
    with suppress(FileNotFoundError):
        top = os.lstat(path)
        if not stat.S_ISDIR(top.st_mode):
            yield top
            return
        entered = [_enter(path)]
        try:
            while entered:
                folder, entries = entered[-1]
                if not entries:
                    os.close(folder)
                    entered.pop()
                    continue
                entry = entries.pop()
                with suppress(FileNotFoundError, NotADirectoryError):  # another has taken its place since
                    yield (found := entry.stat(follow_symlinks=False))
                    if stat.S_ISDIR(found.st_mode) and not _is_closed(entry.name, folder, found):
                        entered.append(_enter(entry.name, folder))
        finally:
            for folder, _ in entered:
                os.close(folder)


def _enter(path: str, above: int | None = None) -> tuple[int, list[os.DirEntry[str]]]:
    """Hold a folder open, for its entries are asked for by their names in it."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
    try:
        with os.scandir(folder) as entries:
            return folder, list(entries)
    except OSError:
        os.close(folder)
        raise


def _is_closed(name: str, above: int, found: os.stat_result) -> bool:
    """Whether a folder is another user's who lets nobody in; our own could be opened again by its mode."""
    return found.st_uid != os.geteuid() and not os.access(name, os.X_OK, dir_fd=above, effective_ids=True)


def _deleted(pid: int) -> Iterator[os.stat_result]:
    for child in descendants(pid):
        with suppress(OSError):
            for name in os.listdir(f"/proc/{child}/fd"):
                with suppress(OSError):
                    held = os.stat(f"/proc/{child}/fd/{name}")
                    if not held.st_nlink:
                        yield held


def _sum(found: Iterable[os.stat_result]) -> tuple[int, int]:
    each = {(one.st_dev, one.st_ino): one.st_blocks * 512 for one in found}
    return sum(each.values()), len(each)
