"""A browser for the tests marked so; they are passed over where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from browser import QUIET, Show


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """Open a page in a browser of its own and give what it writes to standard output."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        (pytest.fail if os.environ.get("METIER_REQUIRE") == "all" else pytest.skip)(
            "No Chromium: apt-get install chromium, then run the tests marked browser again."
        )

    def shown(page: Path, *options: str) -> str:
        command = [browser, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", *options, page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

    return shown
