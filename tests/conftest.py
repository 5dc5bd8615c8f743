"""What holds for every test: no network but loopback, and no suite skipped in silence."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path

import pytest

from house import REQUIRE_ALL


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for the network fails at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for {host!r}; only loopback is allowed")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs torch where it is not installed, or fail when everything is required."""
    if find_spec("torch") is not None or REQUIRE_ALL:
        return
    skip = pytest.mark.skip(reason="needs the train extra: pip install 'metier[train]'")
    for item in items:
        if "train" in item.keywords:
            item.add_marker(skip)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the modules that import torch at their top where it is not installed; their tests say so."""
    if find_spec("torch") is not None or collection_path.suffix != ".py" or "src" not in collection_path.parts:
        return None
    text = collection_path.read_text(encoding="utf-8")
    return True if "\nimport torch" in text or "\nfrom transformers" in text else None
