"""A sandbox of the kernel's own access rules: Landlock for files and signals, seccomp for everything else.

Needs no helper program, no namespaces and no privileges; Linux 6.12 or later. It shows the program the machine as it
is, closed: the names and sizes of files outside can still be asked for, their content cannot.
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Sequence
from pathlib import Path

from metier.sandbox import Grant, Layer, Limits, Outcome
from metier.sandboxes.confine import DEVICES, NULL, Confined, confine, outcome
from metier.sandboxes.hire import Wardens
from metier.sandboxes.layers import linux, refuse, seccomp


class LandlockSandbox:
    """Keeps the promise of `metier.sandbox.Sandbox` with Landlock and seccomp.

    >>> with LandlockSandbox() as sandbox:
    ...     sandbox.run(["/bin/echo", "hello"], grant=Grant(exec=("/bin/echo",))).stdout
    b'hello\\n'
    """

    name = "landlock"

    def __init__(self) -> None:
        self._wardens = Wardens()
        self._checked = False

    def __enter__(self) -> LandlockSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self) -> tuple[Layer, ...]:
        """Tell which layers are there."""
        return (linux(), _landlock(), seccomp())

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
        request = {**confined.request(limits, trace=trace), "kind": self.name, "rights": _rights(confined)}
        return outcome(*self._wardens.ask(request, stdin, stop))

    def close(self) -> None:
        """Let go of the wardens. May be called twice."""
        self._wardens.close()


def _landlock() -> Layer:
    if platform.system() != "Linux":
        return Layer(name="Landlock", present=False, detail="not a Linux kernel")
    from metier.sandboxes.ruleset import MIN_ABI, abi

    version = abi()
    if not version:
        return Layer(name="Landlock", present=False, detail="the kernel has none, or was started without it (lsm=)")
    return Layer(name=f"Landlock ABI {version}", present=version >= MIN_ABI, detail=f"ABI {MIN_ABI} is needed")


def _rights(confined: Confined) -> dict[str, int]:
    from metier.sandboxes.ruleset import EXEC, READ, WRITE

    rights: dict[str, int] = {}
    for paths, wanted in (
        (confined.read, READ),
        (confined.write, READ | WRITE),
        (confined.exec, READ | EXEC),
        (confined.loaders, EXEC),
        (DEVICES, READ),
        ((NULL,), READ | WRITE),
    ):
        for path in paths:
            if Path(path).exists():
                rights[path] = rights.get(path, 0) | wanted
    return rights
