"""What in this package should somebody look at before an agent does?

Facts, then chains: every program, command and sentence of a package is read (`parts`, `unpack`, `read`), steps are told by
what they do (`labels`), names are followed (`flow`), and what weighs is where facts meet or contradict the stated purpose
(`chains`, `prose`). Rules are data (`rules`). Nothing is executed, no link is followed and nothing is fetched.
"""

from __future__ import annotations

from metier.govern.scan.package import scan, scan_text

__all__ = ["scan", "scan_text"]
