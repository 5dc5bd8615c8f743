"""The promise of a sandbox: run a program so that it touches only what it was granted, and tell what it touched.

Everything is denied unless a `Grant` allows it; what a run may use up is bounded by `Limits`. A sandbox that cannot
keep the promise on this machine refuses to run: it never runs with less. The network cannot be granted at all. The
kinds are in `sandboxes/`; `metier.sandboxes.probes` tries to break out of whatever keeps this promise.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from metier.capability import Capability
from metier.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a program may touch; everything else is denied.

    Attributes:
        read: Files and folders, each with all below it. A symbolic link grants what it points to.
        write: Files and folders that may be read, written, made and deleted in.
        exec: Programs, or folders of programs, that may be started. They may be read, and so may the shared libraries
            of the system, or no program could start.
        env: Environment variables: `NAME` is passed on as it is here, `NAME=value` is set. Nothing else is.

    >>> both = Grant(read=("/srv/data",)) | Grant(read=("/srv/data", "/srv/more"), env=("LANG=C",))
    >>> both.read, both.env
    (('/srv/data', '/srv/more'), ('LANG=C',))
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    exec: tuple[str, ...] = ()
    env: tuple[str, ...] = ()

    def __or__(self, other: Grant) -> Grant:
        """What either grants."""
        return Grant(
            read=_either(self.read, other.read),
            write=_either(self.write, other.write),
            exec=_either(self.exec, other.exec),
            env=_either(self.env, other.env),
        )


def _either(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


_MOST = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use up, all its processes together.

    Attributes:
        wall_s: Seconds until it is killed.
        cpu_s: CPU seconds of all processes until it is killed.
        memory_bytes: Address space of each process, and memory of all together until it is killed; more that they
            would share is refused to the program.
        processes: Processes and threads alive at one time; one more is refused to the program.
        output_bytes: Standard output and standard error, each, until it is killed.
        disk_bytes: Growth of the folders that may be written until it is killed; also the size of one file.
        files: Growth of the number of files in them; also how many one process may hold open.

    Raises:
        ConfigError: A limit is not above 0, none at all, or more than the kernel counts.

    >>> Limits(wall_s=1.0).processes
    32
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    wall_s: float = 10.0
    cpu_s: float = 10.0
    memory_bytes: int = 1 << 30
    processes: int = 32
    output_bytes: int = 1 << 20
    disk_bytes: int = 64 << 20
    files: int = 256

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if not (math.isfinite(value) and value > 0):
                raise ConfigError(f"Expected a finite limit {limit.name!r} above 0, got {value!r}.")
            if value > _MOST:
                raise ConfigError(
                    f"Expected a limit {limit.name!r} of at most {_MOST}, got {value!r}.",
                    hint=f"The kernel counts no further. The limit is {limit.default} where none is named.",
                )


class Act(StrEnum):
    """What a program did or tried to do."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    CHANGE = "change"  # modes, owners, times, attributes
    EXEC = "exec"
    CONNECT = "connect"
    LISTEN = "listen"
    SYSTEM = "system"  # a system call that no program in a sandbox needs: ptrace, mount, bpf …


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One thing that a program did or tried.

    Attributes:
        target: A path with its links resolved; `tcp 192.0.2.1:443`, `udp …`, `unix /path` or `dns name`; for
            `Act.SYSTEM` the name of the call.
        allowed: Whether it was granted. What was not granted did not happen.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    act: Act
    target: str
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a program touched, each thing once, in the order of its first touch.

    Attributes:
        complete: False if there was more than is kept.

    >>> trace = Trace(accesses=(Access(act=Act.READ, target="/etc/passwd", allowed=False),))
    >>> [access.target for access in trace.denied]
    ['/etc/passwd']
    >>> trace.targets(Act.READ, Act.WRITE)
    ('/etc/passwd',)
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    accesses: tuple[Access, ...] = ()
    complete: bool = True

    @property
    def denied(self) -> tuple[Access, ...]:
        """What it tried without a grant."""
        return tuple(access for access in self.accesses if not access.allowed)

    def targets(self, *acts: Act) -> tuple[str, ...]:
        """What was touched by these acts, allowed or not."""
        return tuple(access.target for access in self.accesses if access.act in acts)


class Killed(StrEnum):
    """Why a run was ended before its program ended."""

    NOT = ""
    WALL = "wall"
    CPU = "cpu"
    MEMORY = "memory"
    OUTPUT = "output"
    DISK = "disk"
    FILES = "files"
    STOPPED = "stopped"  # whoever started it wanted no more of it
    BREACH = "breach"  # a program was started by a trick past the grant; it was killed before its first instruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended.

    Attributes:
        exit_code: As a shell tells it: 128 + the signal if the program died of one.
        stdout, stderr: Up to `Limits.output_bytes` of each.
        truncated: Whether there was more of either.
        killed_by: The limit that ended the run, or what did in its place.
        wall_s, cpu_s: Time used, measured; no part of any record.

    >>> Outcome(exit_code=0, stdout=b"4\\n").ok
    True
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    exit_code: int
    stdout: bytes = b""
    stderr: bytes = b""
    truncated: bool = False
    killed_by: Killed = Killed.NOT
    trace: Trace = field(default_factory=Trace)
    wall_s: float = 0.0
    cpu_s: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the program ended by itself with exit code 0."""
        return self.exit_code == 0 and not self.killed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRun:
    """A run of a script of a package, as it is recorded: what `metier sandbox run --json` writes and gate G3 reads.

    Attributes:
        digest: The content that was run, as of the skill; empty where the folder holds no package.
        script: Its path inside the package.
        exit_code, killed_by, truncated, stdout, stderr: As of the `Outcome`; the output as text.
        own, granted, started: As `metier.sandboxes.observed` takes them.
        observed: The capabilities that it showed, for whoever reads the record; a gate tells them anew.
        accesses, complete: As of the `Trace`, with the folder of the run called `/metier-run`.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    digest: str
    script: str
    exit_code: int
    kind: str = ""
    killed_by: Killed = Killed.NOT
    truncated: bool = False
    stdout: str = ""
    stderr: str = ""
    own: tuple[str, ...] = ()
    granted: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    observed: tuple[Capability, ...] = ()
    accesses: tuple[Access, ...] = ()
    complete: bool = True

    @property
    def trace(self) -> Trace:
        """What it touched."""
        return Trace(accesses=self.accesses, complete=self.complete)

    @property
    def ok(self) -> bool:
        """Whether it ended by itself with exit code 0."""
        return self.exit_code == 0 and not self.killed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One thing that a sandbox stands on.

    Attributes:
        name: What it is, with the version that was found.
        present: Whether it is there.
        detail: What is wrong, or how it was seen.
    """

    name: str
    present: bool
    detail: str = ""


@runtime_checkable
class Sandbox(Protocol):
    """Runs programs that are not trusted. May be used from several threads at once."""

    @property
    def name(self) -> str:
        """Which kind this is."""
        ...

    def check(self) -> tuple[Layer, ...]:
        """Tell which layers are there. All must be, or `run` refuses."""
        ...

    def run(
        self,
        argv: Sequence[str],
        *,
        grant: Grant,
        limits: Limits = Limits(),
        stdin: bytes = b"",
        cwd: str | Path | None = None,
        trace: bool = True,
        stop: threading.Event | None = None,
    ) -> Outcome:
        """Run one program to its end. When this returns, none of its processes is left.

        Args:
            argv: The program, by its path, and its arguments.
            cwd: Where it starts; must be granted. `None` is the first folder that may be written, else `/`.
            trace: Whether to tell which files it opened; everything else is told anyway.
            stop: Kills it once set, by any thread; the outcome tells what it did until then.

        Raises:
            SandboxError: A layer is missing, or the program could not be started or was stopped before; nothing was
                run.
            ConfigError: A grant names something that is not there or that cannot be granted.
        """
        ...

    def close(self) -> None:
        """Let go of its processes and files; runs that still go on are killed. May be called twice."""
        ...
