"""Where the repository is, and whether every suite is required. No conftest: several folders have one of their own."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent
REQUIRE_ALL = os.environ.get("METIER_REQUIRE") == "all"
