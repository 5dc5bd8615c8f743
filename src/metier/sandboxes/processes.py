"""Which processes belong to a run, what do they use, and how does none of them outlive it?

A run's processes are the descendants of its warden: orphans come to it, as it is their subreaper.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

_TICKS = os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> Iterator[int]:
    """Give the processes below one, nearest first.

    >>> os.getpid() in descendants(os.getppid())
    True
    """
    waiting = [pid]
    while waiting:
        for child in children(waiting.pop()):
            yield child
            waiting.append(child)


def children(pid: int) -> list[int]:
    """Give the processes whose parent is this one.

    >>> os.getpid() in children(os.getppid())
    True
    """
    found: list[int] = []
    for task in _tasks(pid):
        with suppress(OSError):
            found += map(int, _read(f"/proc/{pid}/task/{task}/children").split())
    return found


def num_tasks(pid: int) -> int:
    """Count the processes and threads below one."""
    return sum(len(_tasks(child)) for child in descendants(pid))


class Use:
    """Adds up what the processes below one use. What nobody waits for is lost to the kernel's own sums, but not here.

    >>> import subprocess
    >>> with subprocess.Popen(["/bin/sleep", "9"]) as process:
    ...     seconds, memory = Use(os.getpid()).look()
    ...     process.kill()
    >>> seconds >= 0, memory > 0
    (True, True)
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._own: dict[tuple[int, bytes], float] = {}
        self.seconds = 0.0

    def look(self) -> tuple[float, int]:
        """CPU seconds of all processes up to now, and the living ones' own memory in bytes.

        Two sums, each a part of the truth, of which the larger counts: what the living and those that were waited for
        used, and what every process was seen to use.
        """
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        waited_for, memory = ended.ru_utime + ended.ru_stime, 0
        for child in descendants(self._root):
            with suppress(OSError, IndexError):
                words = _words(f"/proc/{child}/stat")
                own, of_children = (sum(map(int, words[place : place + 2])) / _TICKS for place in (13, 15))
                self._own[child, words[21]] = own
                waited_for += own + of_children
                memory += _own_memory(child)
        self.seconds = max(self.seconds, waited_for, sum(self._own.values()))
        return self.seconds, memory


def is_bare(pid: int) -> bool:
    """Whether a process has no capability, can gain none, and is bound to a seccomp filter.

    >>> is_bare(os.getpid())
    False
    """
    words = (line.split(None, 2) for line in _read(f"/proc/{pid}/status").splitlines())
    state = {word[0]: word[1] for word in words if len(word) > 1}
    bare = {b"NoNewPrivs:": b"1", b"Seccomp:": b"2", b"CapPrm:": b"0" * 16, b"CapEff:": b"0" * 16}
    return bare.items() <= state.items()


def kill_all(pid: int, *, patience_s: float = 10.0) -> bool:
    """Kill everything below this process, which must be theirs to wait for, until nothing is left.

    Nothing below may be able to fork: a closed listener sees to that. Returns whether nothing is left.
    """
    deadline = time.monotonic() + patience_s
    pause = 0.0005
    while _reap():
        if time.monotonic() > deadline:
            return False
        for child in descendants(pid):
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
        time.sleep(pause)
        pause = min(0.02, pause * 2)
    return True


def process_of(tid: int) -> int:
    """Give the process that a thread belongs to.

    >>> process_of(os.getpid()) == os.getpid()
    True
    """
    for line in _read(f"/proc/{tid}/status").splitlines():
        if line.startswith(b"Tgid:"):
            return int(line.split()[1])
    return tid


def _own_memory(pid: int) -> int:
    """What no file and no other process need hold, in bytes, also where it was swapped out."""
    lines = _read(f"/proc/{pid}/status").splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith((b"RssAnon:", b"VmSwap:")))


def _reap() -> bool:
    """Wait for what has ended; say whether any child is left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _tasks(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def _read(path: str) -> bytes:
    """Read a small file of /proc with three calls, where `open` makes seven."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)


def _words(path: str) -> list[bytes]:
    """The words of a line of /proc; the name of the program, which may hold anything, counts as two."""
    text = _read(path)
    _, bracket, tail = text.rpartition(b")")
    return [b"", b"", *tail.split()] if bracket else text.split()
