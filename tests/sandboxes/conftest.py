"""Both kinds, each opened once; a machine that lacks a layer skips its tests and says which layer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from metier.errors import SandboxError
from metier.sandbox import Grant, Outcome, Sandbox
from metier.sandboxes import open_sandbox, python_grant

KINDS = ("bubblewrap", "landlock")


@pytest.fixture(scope="session", params=KINDS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    try:
        opened = open_sandbox(request.param)
    except SandboxError as error:
        pytest.skip(f"needs the layers of a sandbox: {error}")
    with opened:
        yield opened


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder that may be written."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def run(sandbox: Sandbox, work: Path) -> Callable[..., Outcome]:
    """Run Python code that may write in `work`."""

    def python(code: str, *, grant: Grant = Grant(), **rest: Any) -> Outcome:
        granted = python_grant() | grant | Grant(write=(str(work),))
        return sandbox.run([sys.executable, "-I", "-S", "-c", code], grant=granted, **rest)

    return python
