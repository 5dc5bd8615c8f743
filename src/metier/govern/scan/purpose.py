"""What does a package say that it is for, and how much of it is there?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PAGES = (
    ".html", ".htm", ".xhtml", ".xml", ".svg", ".ipynb", ".mjml", ".eml", ".liquid", ".hbs", ".ejs", ".njk", ".twig", ".mustache", ".erb",
)  # fmt: skip
"""Endings of files that a program fills in or shows, or that hold one, and that tell nothing of the package."""
MAX_SMALL_ACTS = 8
"""With more, a package is not small, however little it says."""
MAX_SMALL_PROSE = 120
"""With more words, it says too much to be small."""


@dataclass(slots=True)
class Purpose:
    """What a package says that it is, and how much of it there is; of its words only so many are counted as tell whether it is small."""

    name: str = ""
    description: str = ""
    body: str = ""
    words: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    is_security: bool = False
    documents: tuple[str, ...] = ()
    num_acts: int = 0
    num_prose: int = 0
    sends: list[tuple[str, int, str]] = field(default_factory=list)
    unsafe_context: set[tuple[str, int]] = field(default_factory=set)
    runs: frozenset[str] = frozenset()

    @property
    def is_small(self) -> bool:
        """Whether so little is in it that one act is the whole of it."""
        return self.num_acts <= MAX_SMALL_ACTS and self.num_prose <= MAX_SMALL_PROSE

    def only_shows(self, path: str, places: re.Pattern[str]) -> bool:
        """Whether a file lies in places of what is shown or tried, and nothing in the package has it run.

        >>> tests = re.compile("^tests/")
        >>> [Purpose(runs=frozenset({"tests/a.py"})).only_shows(path, tests) for path in ("tests/a.py", "tests/b.py")]
        [False, True]
        """
        return path not in self.runs and places.search(path) is not None

    def names(self, host: str) -> bool:
        """Whether any document of the package names a host, or what was registered for it; true if it has no documents.

        >>> shown = Purpose(documents=("Sends to https://api.notes.invalid.",))
        >>> shown.names("cdn.notes.invalid"), shown.names("notes-cdn.invalid"), Purpose().names("a.invalid")
        (True, False, True)
        """
        registered = ".".join(host.split(".")[-2:])
        return not self.documents or any(registered in text for text in self.documents)

    def says(self, pattern: str) -> bool:
        """Whether name or description speak of something."""
        return re.search(pattern, f"{self.name} {self.description}", re.I) is not None
