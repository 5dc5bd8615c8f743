"""A sandbox of namespaces: bubblewrap shows the program a machine that holds nothing but what was granted.

Needs the `bwrap` program, not set-user-ID, and a kernel that lets this user make user namespaces. What is not granted
is not there at all: no name, no size, no process, no network interface.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from metier.sandbox import Grant, Layer, Limits, Outcome
from metier.sandboxes.addresses import HOST
from metier.sandboxes.confine import DEVICES, NULL, Confined, confine, covers, outcome
from metier.sandboxes.hire import Wardens
from metier.sandboxes.layers import linux, refuse, seccomp

_ALONE = (
    *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--die-with-parent", "--new-session", "--hostname", HOST, "--cap-drop", "ALL", "--clearenv"),
)

_ANSWERS_S = 10
_HEARING = """
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Undoes that a caller ignores the end of its children, which what it starts inherits."""


class BubblewrapSandbox:
    """Keeps the promise of `metier.sandbox.Sandbox` with bubblewrap and seccomp.

    Args:
        program: The `bwrap` to use; by default the first on the PATH.

    >>> with BubblewrapSandbox() as sandbox:
    ...     sandbox.run(["/bin/echo", "hello"], grant=Grant(exec=("/bin/echo",))).stdout
    b'hello\\n'
    """

    name = "bubblewrap"

    def __init__(self, program: str = "") -> None:
        self._program = program
        self._wardens = Wardens()
        self._checked = False

    def __enter__(self) -> BubblewrapSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self) -> tuple[Layer, ...]:
        """Tell which layers are there; namespaces are tried out."""
        program = self._bwrap()
        binary = _binary(program)
        return (linux(), seccomp(), binary, _namespaces(program if binary.present else "", version=binary.name))

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
        """Run one program to its end; see `metier.sandbox.Sandbox.run`."""
        if not self._checked:
            refuse(self.name, self.check())
            self._checked = True
        confined = confine(argv, grant, cwd=cwd)
        request = {**confined.request(limits, trace=trace), "kind": self.name}
        request |= {"argv": [self._bwrap(), *_arguments(confined)], "env": []}
        return outcome(*self._wardens.ask(request, stdin, stop))

    def close(self) -> None:
        """Let go of the wardens. May be called twice."""
        self._wardens.close()

    def _bwrap(self) -> str:
        return self._program or shutil.which("bwrap") or ""


def _arguments(confined: Confined) -> list[str]:
    words = [*_ALONE, "--seccomp", "{seccomp}"]
    for name, value in confined.env:
        words += ["--setenv", name, value]
    for path, how in _mounts(confined):
        words += [how, path, path]
    for alias, real in _links(confined):
        words += ["--symlink", real, alias]
    return [*words, "--remount-ro", "/", "--chdir", confined.cwd, "--", *confined.argv]


def _mounts(confined: Confined) -> list[tuple[str, str]]:
    """Each granted path, outer ones first; what lies in one that is there already is part of it."""
    shown = sorted({*confined.read, *confined.exec, *confined.loaders}, key=lambda path: path.count("/"))
    mounts: dict[str, str] = {}
    for path in shown:
        if not covers(confined.write, path) and not covers(mounts, path):
            mounts[path] = "--ro-bind"
    mounts |= dict.fromkeys(confined.write, "--bind")
    mounts |= {path: "--dev-bind" for path in (*DEVICES, NULL) if Path(path).exists()}
    return sorted(mounts.items(), key=lambda mount: mount[0].count("/"))


def _links(confined: Confined) -> list[tuple[str, str]]:
    """Each granted path that is not real, unless the folder that holds it is there already."""
    links: dict[str, str] = {}
    granted = (*confined.read, *confined.write, *confined.exec)
    for alias, real in sorted(confined.aliases, key=lambda pair: pair[0].count("/")):
        if not covers(granted, alias) and not covers(links, alias):
            links[alias] = real
    return list(links.items())


def _binary(program: str) -> Layer:
    if not program or not os.access(program, os.X_OK):
        return Layer(name="bwrap", present=False, detail="not found; install the package bubblewrap")
    version = _asked(program).stdout.strip()
    if Path(program).stat().st_mode & 0o6000:
        return Layer(name=version or "bwrap", present=False, detail="set-user-ID, and so cannot be confined itself")
    return Layer(name=version or "bwrap", present=bool(version), detail=program)


def _namespaces(program: str, *, version: str) -> Layer:
    name = "user, process and network namespaces"
    if not program:
        return Layer(name=name, present=False, detail="needs bwrap to be tried out")
    tried = _asked(program, *_ALONE, "--ro-bind", "/", "/", "--", program)
    # A caller that reaps its children first leaves 0 for their exit code: only what was said tells that it was run.
    present = tried.returncode == 0 and tried.stdout.strip() == version
    detail = "tried out" if present else tried.stderr.strip()[:200] or f"started a program that is not {version}"
    return Layer(name=name, present=present, detail=detail)


def _asked(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """What it says of its version, itself or by what it starts. It waits for children, so it must hear of them."""
    try:
        return subprocess.run(
            [sys.executable, "-I", "-S", "-c", _HEARING, program, *words, "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_ANSWERS_S,
        )
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess(error.cmd, 1, "", f"did not answer within {_ANSWERS_S} seconds")
