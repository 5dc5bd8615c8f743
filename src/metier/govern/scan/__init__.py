"""What in this package should somebody look at before an agent does?"""

from __future__ import annotations

from pathlib import Path

from metier.govern.scan.text import scan as _findings
from metier.verdict import Scan


def scan(folder: Path) -> Scan:
    """Scan every file of a package folder. Nothing is executed, no link is followed and nothing is fetched."""
    findings = _findings(folder)
    return Scan(findings=tuple(findings), unread=tuple(f.path for f in findings if f.rule == "unread"))


__all__ = ["scan"]
