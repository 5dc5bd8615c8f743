"""Which file does a system call mean, and does the grant cover it?

A path is read from the program's memory and followed as the program would follow it: from its own folder or descriptor,
`/proc/self` and `/dev/stdin` being its own.
"""

from __future__ import annotations

import errno
import os
import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress

from metier.sandboxes.kernel import read_memory

_HERE = 0xFFFFFF9C  # AT_FDCWD
_NO_FOLLOW = 0x100
_NOW, _OMIT = 0x3FFFFFFF, 0x3FFFFFFE
_CREATES = os.O_CREAT | os.O_WRONLY | os.O_TRUNC

_STREAMS = {"/dev/stdin": "0", "/dev/stdout": "1", "/dev/stderr": "2"}

Arguments = tuple[int, ...]

_TWO_NAMES = {"rename": (None, 0, None, 1), "renameat": (0, 1, 2, 3), "renameat2": (0, 1, 2, 3)}
_ONE_NAME = {
    "unlink": ("delete", None, 0),
    "unlinkat": ("delete", 0, 1),
    "rmdir": ("delete", None, 0),
    "mkdir": ("write", None, 0),
    "mkdirat": ("write", 0, 1),
    "mknod": ("write", None, 0),
    "mknodat": ("write", 0, 1),
    "link": ("write", None, 1),
    "linkat": ("write", 2, 3),
    "symlink": ("write", None, 1),
    "symlinkat": ("write", 1, 2),
    "truncate": ("write", None, 0),
}
"""What a call does, and the places of the folder's descriptor and of the path among its arguments."""

_SECOND_NAME = {"link": (None, 0), "linkat": (0, 1)}
"""Of calls that give a file one more name, the places of the one that it has: it can be read by the new one."""


class Names:
    """What a grant covers, by real path, and programs also by identity.

    Args:
        read, write, exec: Real paths, files or folders. What may be written or executed may be read.
    """

    def __init__(self, *, read: Iterable[str], write: Iterable[str], exec: Iterable[str]) -> None:
        self._write, self._exec = _prefixes(write), _prefixes(exec)
        self._read = (*_prefixes(read), *self._write, *self._exec)
        self._programs = {(one.st_dev, one.st_ino) for one in map(os.stat, exec)}

    def readable(self, path: str) -> bool:
        """Whether a real path may be read."""
        return (path + "/").startswith(self._read)

    def writable(self, path: str) -> bool:
        """Whether a real path may be written."""
        return bool(self._write) and (path + "/").startswith(self._write)

    def executable(self, path: str, through: str) -> bool:
        """Whether a program may be started: by its identity, seen through another path, or by a folder it lies in.

        Raises:
            OSError: It is not there.
        """
        seen = os.stat(through)
        return (seen.st_dev, seen.st_ino) in self._programs or (path + "/").startswith(self._exec)

    def opened(self, pid: int, name: str, arguments: Arguments) -> tuple[str, int, int | None]:
        """What an `open`, `openat` or `creat` means: the real path, the flags, and which descriptor of its own.

        That is one that a program names by a path, as `/dev/stderr` or `/dev/fd/63`.
        """
        folder, pointer = (arguments[0], arguments[1]) if name == "openat" else (_HERE, arguments[0])
        flags = _CREATES if name == "creat" else arguments[2 if name == "openat" else 1] & 0xFFFFFFFF
        path = _absolute(pid, folder, pointer)
        before, _, number = path.partition(f"/proc/{pid}/fd/")
        is_own = not before and re.fullmatch(r"\d{1,9}", number)
        return _real(path), flags, int(number) if is_own else None

    def named(self, pid: int, name: str, arguments: Arguments) -> Iterator[tuple[str, str]]:
        """What a call that works on names does to which."""
        if name in _TWO_NAMES:
            first, old, second, new = _TWO_NAMES[name]
            yield "delete", _entry(pid, first, old, arguments)
            yield "write", _entry(pid, second, new, arguments)
        else:
            if name in _SECOND_NAME:
                yield from _linked(pid, name, arguments)
            act, folder, path = _ONE_NAME[name]
            yield act, _entry(pid, folder, path, arguments)

    def started(self, pid: int, name: str, arguments: Arguments) -> tuple[str, str]:
        """The path of a program as it was given, absolute, and the real one."""
        if name == "execve":
            given = _absolute(pid, _HERE, arguments[0])
        elif not read_memory(pid, arguments[1], 1).strip(b"\0"):
            given = f"/proc/{pid}/fd/{arguments[0] & 0xFFFFFFFF}"
        else:
            given = _absolute(pid, arguments[0], arguments[1])
        return given, os.path.realpath(given)

    def place(self, pid: int, name: str, arguments: Arguments) -> int:
        """Hold the file whose mode, times or owner are to be changed, by a descriptor that only names it; to be closed.

        Raises:
            OSError: The program does not see it.
        """
        path, flags = _changed(pid, name, arguments)
        return os.open(path, os.O_PATH | os.O_CLOEXEC | flags)

    def changed(self, pid: int, name: str, arguments: Arguments) -> str:
        """The real path of that file, whether or not the program sees it."""
        path, _ = _changed(pid, name, arguments)
        return os.path.realpath(path.removeprefix(f"/proc/{pid}/root"))


def told(pid: int, path: str) -> str:
    """Name a real path as the program does where it is of the program itself, whatever numbers that has in this run.

    >>> told(7, "/proc/7/fd/pipe:[1234]"), told(7, "/proc/70/maps")
    ('/proc/self/fd/pipe', '/proc/70/maps')
    """
    own = f"/proc/{pid}/"
    return f"/proc/self/{path[len(own) :].partition(':[')[0]}" if path.startswith(own) else path


def change(pid: int, name: str, arguments: Arguments, path: str) -> None:
    """Change a mode or times as asked, never to set-user-ID."""
    if "chmod" in name:
        mode = arguments[2] if name == "fchmodat" else arguments[1]
        os.chmod(path, mode & 0o1777)
        return
    times = arguments[2] if name == "utimensat" else arguments[1]
    if not times:
        os.utime(path)
    elif name == "utime":
        os.utime(path, struct.unpack("<2q", read_memory(pid, times, 16)))
    else:
        (first, first_part, second, second_part) = struct.unpack("<4q", read_memory(pid, times, 32))
        scale = 1 if name == "utimensat" else 1000
        before = os.stat(path)
        os.utime(
            path,
            ns=(
                _nanoseconds(first, first_part, scale, before.st_atime_ns),
                _nanoseconds(second, second_part, scale, before.st_mtime_ns),
            ),
        )


def _nanoseconds(seconds: int, part: int, scale: int, before: int) -> int:
    if part == _OMIT:
        return before
    if part == _NOW:
        import time

        return time.time_ns()
    return seconds * 1_000_000_000 + part * scale


def _prefixes(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(path.rstrip("/") + "/" for path in paths)


def _absolute(pid: int, folder: int, pointer: int) -> str:
    """The path a program means, with its links not yet followed."""
    raw, end, _ = read_memory(pid, pointer, 4096).partition(b"\0")
    if not end:
        raise OSError(errno.ENAMETOOLONG, "path")
    if not raw:
        raise OSError(errno.ENOENT, "path")
    path = os.fsdecode(raw)
    for own in ("/proc/self", "/proc/thread-self"):
        if path == own or path.startswith(own + "/"):
            return f"/proc/{pid}{path[len(own) :]}"
    if path in _STREAMS:
        return f"/proc/{pid}/fd/{_STREAMS[path]}"
    if path == "/dev/fd" or path.startswith("/dev/fd/"):
        return f"/proc/{pid}/fd{path[7:]}"
    return path if path.startswith("/") else f"{_folder(pid, folder)}/{path}"


def _real(path: str) -> str:
    """The same as `os.path.realpath`, by three calls instead of one for each folder; a program opens many files.

    >>> _real(__file__) == os.path.realpath(__file__), _real("/proc/self/exe") == os.path.realpath("/proc/self/exe")
    (True, True)
    """
    if not path.startswith("/proc/"):  # where a link leads to what it names, and no name leads back
        with suppress(OSError, ValueError):
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                return os.readlink(f"/proc/self/fd/{place}")
            finally:
                os.close(place)
    return os.path.realpath(path)


def _folder(pid: int, descriptor: int) -> str:
    descriptor &= 0xFFFFFFFF
    return os.readlink(f"/proc/{pid}/cwd" if descriptor == _HERE else f"/proc/{pid}/fd/{descriptor}")


def _entry(pid: int, folder: int | None, path: int, arguments: Arguments) -> str:
    """The real path of a name whose own link is not followed, as it is the name that is worked on."""
    full = _absolute(pid, _HERE if folder is None else arguments[folder], arguments[path])
    head, _, tail = full.rstrip("/").rpartition("/")
    return os.path.join(os.path.realpath(head or "/"), tail)


def _linked(pid: int, name: str, arguments: Arguments) -> Iterator[tuple[str, str]]:
    """The file that is to get one more name, unless the program names it by a descriptor of its own."""
    folder, path = _SECOND_NAME[name]
    if read_memory(pid, arguments[path], 1).strip(b"\0"):
        source = _entry(pid, folder, path, arguments)
        if not source.startswith(f"/proc/{pid}/"):
            yield "read", source


def _changed(pid: int, name: str, arguments: Arguments) -> tuple[str, int]:
    """A path that leads to the file from here, through the program's own root, and how to open it."""
    at = name in ("fchmodat", "utimensat", "fchownat")
    if name in ("fchmod", "fchown") or (at and not arguments[1]):
        return f"/proc/{pid}/fd/{arguments[0] & 0xFFFFFFFF}", 0
    folder, pointer = (arguments[0], arguments[1]) if at else (_HERE, arguments[0])
    path = _absolute(pid, folder, pointer)
    flags = {"utimensat": 3, "fchownat": 4}.get(name)
    no_follow = name == "lchown" or (flags and arguments[flags] & _NO_FOLLOW)
    through = path if path.startswith("/proc/") else f"/proc/{pid}/root{path}"
    return through, os.O_NOFOLLOW if no_follow else 0
