"""How much memory do the processes of a run hold that no file holds and more than one may see?

Its pages stay while any piece of it is mapped anywhere. So neither what a process has present nor what it still maps
tells how many there are: what was asked for counts, in full and once, until nobody holds it any more.
"""

from __future__ import annotations

import heapq
import mmap
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from metier.sandboxes.processes import descendants

_IN_FLIGHT_S = 0.05


class Shared:
    """Remembers the shared mappings that were asked for.

    Args:
        root: The process below which all processes of the run are.
        max_bytes: What all mappings together may hold.

    >>> import os
    >>> shared = Shared(os.getpid(), max_bytes=1 << 20)
    >>> shared.may_take(1, 1 << 19), shared.may_take(2, 1 << 20), shared.num_bytes
    (True, False, 524288)
    """

    def __init__(self, root: int, *, max_bytes: int) -> None:
        self._root, self._max_bytes = root, max_bytes
        self._asked: list[int] = []
        self._in_flight: dict[int, tuple[int, float]] = {}

    @property
    def num_bytes(self) -> int:
        """What may be held at most, as far as is known."""
        return sum(self._asked) + sum(length for length, _ in self._in_flight.values())

    def may_take(self, tid: int, length: int) -> bool:
        """Whether a thread may map so much more; if so, it counts."""
        self._arrive(tid)
        if self.num_bytes + length > self._max_bytes:
            self.forget()
        allowed = self.num_bytes + length <= self._max_bytes
        if allowed:
            self._in_flight[tid] = length, time.monotonic()
        return allowed

    def forget(self) -> None:
        """Forget what is held no more: of what was asked for, the largest are left, as many as there are."""
        self._arrive()
        self._asked = heapq.nlargest(len(self._held()), self._asked)

    def _arrive(self, tid: int = 0) -> None:
        """What was allowed shows in the maps once its thread asks again, or after a while."""
        now = time.monotonic()
        for one, (length, at) in list(self._in_flight.items()):
            if one == tid or now - at > _IN_FLIGHT_S:
                self._asked.append(length)
                del self._in_flight[one]

    def _held(self) -> set[bytes]:
        """The inodes that are mapped. Nothing forks meanwhile, but a child whose parent ends may change its place."""
        seen: set[int] = set()
        held: set[bytes] = set()
        while new := set(descendants(self._root)) - seen:
            for pid in new:
                held.update(inode for device, inode in _mappings(pid) if device == _device())
            seen |= new
        return held


def _mappings(pid: int | str) -> Iterator[tuple[bytes, bytes]]:
    """The device and the inode of every mapping of a process."""
    with suppress(OSError), open(f"/proc/{pid}/maps", "rb") as file:
        for line in file:
            _, _, _, device, inode, *_ = line.split(None, 5)
            yield device, inode


@lru_cache
def _device() -> bytes:
    """Where the kernel keeps memory without a name: where a mapping of our own lies."""
    before = set(_mappings("self"))
    with mmap.mmap(-1, mmap.PAGESIZE):
        (ours,) = set(_mappings("self")) - before
    return ours[0]
