"""What does a grant come to on this machine? The part of a run that all kinds share.

A path is granted as what it really is; a program brings what no program starts without: its loader, the shared
libraries of the system, and five harmless devices.
"""

from __future__ import annotations

import os
import platform
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from metier.errors import ConfigError
from metier.sandbox import Access, Act, Grant, Killed, Limits, Outcome, Trace

DEVICES = ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
NULL = "/dev/null"
_LIBRARIES = ("/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/libexec/coreutils")
_LOADER_FILES = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld-musl-x86_64.path", "/etc/ld-musl-aarch64.path")
_LOADERS = {
    "x86_64": ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"),
    "aarch64": ("/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1"),
}
_NEVER = ("/proc", "/sys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confined:
    """A grant, with every path checked.

    Attributes:
        argv: With the program's absolute path.
        aliases: Paths as they were granted, and the links that they lead over, each with what it really is.
        read, write, exec: Real paths; `read` holds the libraries.
        loaders: What the kernel starts a dynamic program by; no program that may be started itself.
    """

    argv: tuple[str, ...]
    cwd: str
    env: tuple[tuple[str, str], ...]
    read: tuple[str, ...]
    write: tuple[str, ...]
    exec: tuple[str, ...]
    loaders: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...]

    def request(self, limits: Limits, *, trace: bool) -> dict[str, Any]:
        """What every warden wants to know; a kind adds the rest."""
        return {
            "program": self.argv[0],
            "argv": list(self.argv),
            "env": [list(pair) for pair in self.env],
            "cwd": self.cwd,
            "limits": asdict(limits),
            "trace": trace,
            "folders": list(self.write),
            "names": {
                "read": [*self.read, *self.loaders, *_present(DEVICES)],
                "write": [*self.write, NULL],
                "exec": list(self.exec),
            },
        }


def confine(argv: Sequence[str], grant: Grant, *, cwd: str | Path | None) -> Confined:
    """Check a grant and name everything in it by its real path.

    Raises:
        ConfigError: A path is empty, is not there or cannot be granted, or the program or its folder is not granted.

    >>> confined = confine(["/bin/true"], Grant(exec=("/bin/true",)), cwd=None)
    >>> confined.argv, confined.cwd
    (('/bin/true',), '/')
    """
    if not argv or not argv[0] or any("\0" in word for word in argv):
        raise ConfigError(f"Expected a program and its arguments, got {list(argv)!r}.")
    libraries = _present((*_LIBRARIES, *_LOADER_FILES)) if grant.exec else ()
    given = {kind: tuple(map(_absolute, getattr(grant, kind))) for kind in ("read", "write", "exec")}
    for kind, paths in given.items():
        for path in paths:
            _check(path, kind)
    read, write, exec_ = (_real(given[kind]) for kind in ("read", "write", "exec"))
    read = tuple(dict.fromkeys((*read, *_real(libraries))))
    program = _absolute(argv[0])
    _check_program(program, exec_)
    everything = (*given["read"], *given["write"], *given["exec"], *libraries)
    return Confined(
        argv=(program, *argv[1:]),
        cwd=_folder(cwd, write, (*read, *write, *exec_)),
        env=_environment(grant.env),
        read=read,
        write=write,
        exec=exec_,
        loaders=_loaders(exec_),
        aliases=tuple(dict.fromkeys(pair for path in everything for pair in _aliases(path))),
    )


def outcome(report: dict[str, Any], stdout: bytes, stderr: bytes) -> Outcome:
    """Read a warden's report."""
    accesses = tuple(Access(act=Act(act), target=target, allowed=ok) for act, target, ok in report["accesses"])
    return Outcome(
        exit_code=report["exit_code"],
        stdout=stdout,
        stderr=stderr,
        truncated=report["truncated"],
        killed_by=Killed(report["killed_by"]),
        trace=Trace(accesses=accesses, complete=report["complete"]),
        wall_s=report["wall_s"],
        cpu_s=report["cpu_s"],
    )


def covers(granted: Iterable[str], path: str) -> bool:
    """Whether one of these paths is this one or above it.

    >>> covers(["/a"], "/a/b"), covers(["/a"], "/ab")
    (True, False)
    """
    return any(path == one or path.startswith(one.rstrip("/") + "/") for one in granted)


def loader_of(program: str) -> str:
    """Read which loader a 64-bit ELF program names; an empty string if it names none.

    >>> loader_of(__file__)
    ''
    """
    try:
        with open(program, "rb") as file:
            head = file.read(64)
            if head[:5] != b"\x7fELF\x02":
                return ""
            (offset,) = struct.unpack_from("<Q", head, 32)
            size, count = struct.unpack_from("<HH", head, 54)
            file.seek(offset)
            table = file.read(min(size * count, 1 << 16))
            for place in range(0, size * count, size):
                if struct.unpack_from("<I", table, place)[0] == 3:
                    start, _, _, length = struct.unpack_from("<QQQQ", table, place + 8)
                    file.seek(start)
                    return os.fsdecode(file.read(min(length, 4096)).rstrip(b"\0"))
    except (OSError, ValueError, struct.error):
        pass
    return ""


def _absolute(path: str) -> str:
    if not path:
        # An unset variable leaves that, and must not come to mean the folder one is in.
        raise ConfigError(
            "Expected a path to grant, got an empty one.", hint="Name it; . is the folder that you are in."
        )
    return os.path.abspath(path)


def _real(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(os.path.realpath, paths)))


def _aliases(path: str) -> Iterator[tuple[str, str]]:
    """A path and every link that it leads over, one link to another, with what they are where that is another path."""
    real = os.path.realpath(path)
    while path != real:
        yield path, real
        place = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        if place != path and place != real:
            yield place, real
        leads = os.path.islink(place)
        path = os.path.normpath(os.path.join(os.path.dirname(place), os.readlink(place))) if leads else real


def _present(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(path for path in paths if os.path.exists(path))


def _check(path: str, kind: str) -> None:
    real = os.path.realpath(path)
    if not os.path.exists(real):
        raise ConfigError(f"Cannot grant {kind} on {path!r}, which is not there.")
    if covers(_NEVER, real):
        raise ConfigError(
            f"Cannot grant {kind} on {path!r}: it tells of processes outside the sandbox.",
            hint="Copy what is needed into a folder and grant that.",
        )
    if real == "/":
        raise ConfigError(f"Cannot grant {kind} on '/'.", hint="Name the folders that are needed.")


def _check_program(program: str, exec_: tuple[str, ...]) -> None:
    real = os.path.realpath(program)
    if not os.path.isfile(real) or not os.access(real, os.X_OK):
        raise ConfigError(f"Expected a program that can be executed, got {program!r}.")
    if not covers(exec_, real):
        raise ConfigError(
            f"The program {program!r} is not granted.", hint=f"Add it: Grant(exec=({program!r},)), or python_grant()."
        )


def _folder(cwd: str | Path | None, write: tuple[str, ...], readable: tuple[str, ...]) -> str:
    if cwd is None:
        return next((path for path in write if os.path.isdir(path)), "/")
    folder = os.path.realpath(cwd)
    if not os.path.isdir(folder):
        raise ConfigError(f"Expected a folder to start in, got {str(cwd)!r}.")
    if folder != "/" and not covers(readable, folder):
        raise ConfigError(f"The folder to start in, {str(cwd)!r}, is not granted.", hint="Grant read or write on it.")
    return folder


def _environment(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    found = {}
    for entry in names:
        name, sets, value = entry.partition("=")
        if not name or "\0" in entry:
            raise ConfigError(f"Expected NAME or NAME=value in the environment of a grant, got {entry!r}.")
        if sets:
            found[name] = value
        elif name in os.environ:
            found[name] = os.environ[name]
    return tuple(found.items())


def _loaders(programs: Iterable[str]) -> tuple[str, ...]:
    found = [loader_of(path) for path in programs if os.path.isfile(path)]
    if any(os.path.isdir(path) for path in programs) or "" in found:
        found += [path for path in _LOADERS.get(platform.machine(), ()) if os.path.exists(path)]
    return _real(path for path in found if path and os.path.exists(path))
