"""Where does a package leave the format, and what is the way out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Where a package leaves the format: an error is refused by strict tools, a warning is not.

    Attributes:
        line: Line of SKILL.md, from 1; 0 for the whole package.
        message: One sentence: what was expected and what came.
        fix: The way out.
    """

    level: Literal["error", "warning"]
    line: int
    message: str
    fix: str


def error(line: int, message: str, fix: str) -> Fault:
    """What strict tools refuse.

    >>> error(2, "The name is missing.", "Write name: pdf").level
    'error'
    """
    return Fault(level="error", line=line, message=message, fix=fix)
