"""How much did the folders that may be written grow? Files that were deleted but are still open count, too."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress

from metier.sandboxes.processes import descendants


class Growth:
    """Remembers how much lies in some folders.

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
        self._before = _sum(self._everything())

    def since(self, pid: int) -> tuple[int, int]:
        """Bytes and files more than at first; the processes below `pid` may hold deleted ones open."""
        now = _sum([*self._everything(), *_deleted(pid)])
        return now[0] - self._before[0], now[1] - self._before[1]

    def _everything(self) -> Iterator[os.stat_result]:
        for folder in self._folders:
            yield from _below(folder)


def _below(path: str) -> Iterator[os.stat_result]:
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    yield entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
            continue
        with suppress(OSError):
            yield os.lstat(folder)


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
