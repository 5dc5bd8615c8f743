"""Which files of a package take names from which? Imports of Python and JavaScript, and what a shell sources."""

from __future__ import annotations

import re
from collections.abc import Iterable

from metier.govern.scan.statement import Statement
from metier.govern.scan.variables import NAME

_BEGINS = ("from ", "import ", ". ", "source ", "const ", "let ", "var ")
_FROM = re.compile(r"from\s+\.*([\w.]+)\s+import\s+(.+)")
_REQUIRED = re.compile(r"(?:import|const|let|var)\s*\{([^}]*)\}\s*(?:=\s*require\(|from)\s*[\"']\.{1,2}/([^\"']+)[\"']")
_SOURCED = re.compile(r"(?:\.|source)\s+[\"']?([\w./${}()-]+)")
_DOCUMENTS = (".docx", ".odt", ".ipynb", ".pdf")

Taken = tuple[str, frozenset[str] | None]
"""The path of another file, and the names that are taken from it; None for all."""


def neighbours(statements: Iterable[Statement]) -> dict[str, list[Taken]]:
    """For each file the files of the same package that it takes names from.

    >>> one = Statement("a.py", 1, "from b import *")
    >>> neighbours([one, Statement("b.py", 1, "x = 1")])
    {'a.py': [('b.py', None)]}
    """
    asked: list[tuple[str, str, frozenset[str] | None, bool]] = []
    paths: dict[str, str] = {}
    seen = ""
    for statement in statements:
        if statement.path != seen:
            seen = statement.path
            paths[_stem(seen)] = seen
        if statement.text.startswith(_BEGINS) and (wanted := _wanted(statement)):
            asked.append((seen, *wanted, statement.is_shell))
    found: dict[str, list[Taken]] = {}
    for path, stem, names, is_shell in asked:
        other = paths.get(stem) or (_alike(stem, paths) if names is None and not is_shell else None)
        if other and other != path:
            found.setdefault(path, []).append((other, names))
            if is_shell:
                found.setdefault(other, []).append((path, names))
    return found


def _alike(stem: str, paths: dict[str, str]) -> str | None:
    """A file that may be the module under another name: renamed, or inside a document."""
    return next((path for other, path in paths.items() if other.endswith(stem) or path.endswith(_DOCUMENTS)), None)


def _wanted(statement: Statement) -> tuple[str, frozenset[str] | None] | None:
    if statement.is_shell:
        sourced = _SOURCED.match(statement.text)
        return (_stem(sourced[1]), None) if sourced else None
    if taken := _FROM.match(statement.text):
        return taken[1].rsplit(".", 1)[-1], None if "*" in taken[2] else frozenset(NAME.findall(taken[2]))
    required = _REQUIRED.match(statement.text)
    return (_stem(required[2]), frozenset(NAME.findall(required[1]))) if required else None


def _stem(path: str) -> str:
    return re.sub(r"(?<=\w)\.\w{1,4}$", "", path.rsplit("/", 1)[-1])
