"""How is a script of a package run? With its package to read, a folder of its own to write in, and nothing else."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from metier.errors import InputError
from metier.sandbox import Grant, Limits, Outcome, Sandbox
from metier.sandboxes.python import python_grant

_SHELLS = ("/bin/sh", "/bin/bash")


def run_script(
    sandbox: Sandbox,
    package: str | Path,
    script: str,
    arguments: Sequence[str] = (),
    *,
    grant: Grant = Grant(),
    limits: Limits = Limits(),
    stdin: bytes = b"",
    work: str | Path | None = None,
) -> Outcome:
    """Run a script that lies in a package: `.py` with this Python, `.sh` with the shell, anything else as a program.

    Args:
        script: Its path inside the package.
        grant: What it may touch beyond its package and where it works.
        work: The folder to work in; by default an empty one that is removed afterwards.

    Raises:
        InputError: There is no such file inside the package.
        SandboxError: Nothing was run.

    >>> import os
    >>> from metier.sandboxes import open_sandbox
    >>> with tempfile.TemporaryDirectory() as package, open_sandbox() as sandbox:
    ...     _ = Path(package, "hello.py").write_text("print('hello')")
    ...     run_script(sandbox, package, "hello.py").stdout
    b'hello\\n'
    """
    folder = Path(package).resolve()
    path = (folder / script).resolve()
    if not path.is_file() or not path.is_relative_to(folder):
        raise InputError(f"Expected a script inside {str(package)!r}, got {script!r}.")
    start, needed = _start(path)
    with tempfile.TemporaryDirectory(prefix="metier-run-") as empty:
        place = str(work or empty)
        return sandbox.run(
            [*start, *arguments],
            grant=needed | grant | Grant(read=(str(folder),), write=(place,)),
            limits=limits,
            stdin=stdin,
            cwd=place,
        )


def _start(path: Path) -> tuple[list[str], Grant]:
    if path.suffix == ".py":
        # Isolated: neither the environment nor the folder of the script adds to what can be imported.
        return [sys.executable, "-I", "-S", str(path)], python_grant()
    if path.suffix in (".sh", ".bash"):
        shell = _SHELLS[path.suffix == ".bash"]
        return [shell, str(path)], Grant(exec=(shell,))
    return [str(path)], Grant(exec=(str(path),))
