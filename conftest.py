"""Which tests need torch? Modules that do are marked, and left out where it is missing or not asked for."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from house import REQUIRE_ALL

HAS_TORCH = find_spec("torch") is not None
WITHOUT_TORCH = {"__init__", "strings", "groups", "config", "skills", "stage"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the doctests of modules that need torch; skip all that do where it is not installed, unless required."""
    for item in items:
        if needs_torch(item.path):
            item.add_marker(pytest.mark.train)
        if "train" in item.keywords and not HAS_TORCH and not REQUIRE_ALL:
            item.add_marker(pytest.mark.skip(reason="needs the train extra: pip install 'metier[train]'"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import the modules that need torch when it is missing or their doctests are not asked for.

    Nor the one that needs Inspect AI, which changes `zipfile` for the whole process; its tests run it in another.
    """
    if collection_path.stem == "inspect_task":
        return True
    wanted = HAS_TORCH and "not train" not in (config.option.markexpr or "")
    return True if not wanted and needs_torch(collection_path) else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is required, a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if REQUIRE_ALL and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def needs_torch(path: Path) -> bool:
    """Whether a module of the package cannot be imported without torch."""
    learns = path.parent.name == "practice" and path.stem not in WITHOUT_TORCH
    return "src" in path.parts and path.suffix == ".py" and (learns or path.stem == "generation")
