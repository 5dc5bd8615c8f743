"""How is a transcript written so that a kill at any byte loses nothing? What it holds is in `transcript`.

Each sample is one write to a file that is locked for this process; the file is put in the order of the exam at the end.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from metier.digest import plain
from metier.errors import InputError, StoreError, StoreFull
from metier.evaluate.transcript import Head, Line, read_head, to_bytes
from metier.evaluate.transcript_places import latest, lines_at, opened, places, slot_of, to_json

_SYNC = 64
"""Samples between two times that the file is brought to the disk: what a loss of power may cost."""


class Transcript:
    """A transcript that is being written. One process writes to it at a time.

    Opening it makes the file, or mends it: a torn last line is cut off.

    Args:
        path: The file.
        head: What is run; must be what the file was begun with.

    Raises:
        InputError: The file is no transcript, or one of another run.
        StoreError: It cannot be written, or another process writes to it.
    """

    def __init__(self, path: Path, head: Head) -> None:
        self.path, self.head = Path(path), head
        self._unsynced = 0
        self._file = _open_locked(self.path)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Transcript:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def answered(self) -> set[tuple[str, int]]:
        """Which samples are there, by item and epoch, without those whose call failed."""
        return {slot for slot, place in latest(self.path).items() if not place.sample["error"]}

    def keep(self, line: Line) -> None:
        """Append a sample. When this returns, a kill of this process no longer loses it."""
        self._append(to_bytes(line))

    def put_in_order(self, slots: Iterable[tuple[str, int]]) -> None:
        """Write the samples in the order of the exam, each once, so that no interruption shows in the bytes.

        The last that is done with an open transcript, as the file is written anew.
        """
        wanted = list(slots)
        if [slot_of(place.sample) for place in places(self.path)] == wanted:
            return
        there = latest(self.path)
        part = self.path.with_name(self.path.name + ".part")
        try:
            with part.open("wb") as file:
                file.write(to_json(plain(self.head)) + b"\n")
                file.writelines(lines_at(self.path, (there[slot] for slot in wanted if slot in there)))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except OSError as fault:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise _unwritable(self.path, fault) from fault

    def close(self) -> None:
        """Bring the file to the disk and let go of it. May be called twice."""
        if self._file >= 0:
            with suppress(OSError):
                os.fsync(self._file)
            os.close(self._file)
            self._file = -1

    def _begin(self) -> None:
        """Write the head, or check it before anything of the file is cut off: it may be the user's own."""
        head = to_json(plain(self.head)) + b"\n"
        with opened(self.path) as file:
            first = file.readline(1 << 24)
        if head.startswith(first) and first != head:
            os.ftruncate(self._file, 0)
            self._append(head)
            return
        found = read_head(self.path)
        if found.run_id != self.head.run_id:
            raise InputError(
                f"Expected the transcript of this run in {str(self.path)!r}, found that of {found.exam!r} taken by "
                f"{found.model!r} ({found.strategy}) under other conditions.",
                hint="Name another file for this run.",
            )
        _mend(self._file)

    def _append(self, data: bytes) -> None:
        try:
            written = os.write(self._file, data)
            if written < len(data):
                os.ftruncate(self._file, os.fstat(self._file).st_size - written)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._unsynced += 1
            if self._unsynced >= _SYNC:
                os.fsync(self._file)
                self._unsynced = 0
        except OSError as fault:
            raise _unwritable(self.path, fault) from fault


def _open_locked(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        raise _unwritable(path, fault) from fault
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(file)
        raise StoreError(
            f"Another process writes to {str(path)!r}.", hint="Wait until it has ended, or name another file."
        ) from fault
    return file


def _mend(file: int) -> None:
    """Cut off a torn last line."""
    size = os.fstat(file).st_size
    end, step = size, 1 << 16
    while end:
        begin = max(0, end - step)
        found = os.pread(file, end - begin, begin).rfind(b"\n")
        if found >= 0:
            end = begin + found + 1
            break
        end = begin
    if end < size:
        os.ftruncate(file, end)


def _unwritable(path: Path, fault: OSError) -> StoreError:
    if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(
            f"The disk is full: {str(path)!r} was not written; what was done before is kept.",
            hint="Free some space and start the run again to go on.",
        )
    return StoreError(f"Cannot write {str(path)!r}: {fault.strerror}.")
