"""What do both versions of a package say, what does only one of them, and what stands looser in it?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

from metier.govern.scan.keys import veiled
from metier.govern.settings import Held, held, pairs
from metier.govern.units import Unit

LISTED = re.compile(r"allow|trust|permit|whitelist|origin|host|domain|role|owner|admin|scope|audience", re.I)
"""What a list is of that lets somebody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosening:
    """A value, a form or a place that stands looser than it stood.

    Attributes:
        what: What it comes to, in words: `publicly_accessible was false and is true`.
        line: Of the new version; of the old one where the line is gone.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    path: str
    line: int
    text: str
    what: str


class Versions:
    """Both versions, and what only one of them says; what more than one comparison asks for is worked out once.

    Attributes:
        fresh, lost: What only the new version says, and only the old one.
        said_in, says_in: The units of each file, in order.
        pairs, held_in: The settings of a unit, and of the units of a file.
    """

    def __init__(self, said: Sequence[Unit], says: Sequence[Unit], was: Mapping[str, str]) -> None:
        known, kept = ({(unit.key, unit.is_code) for unit in units} for units in (said, says))
        self.said, self.says = said, says
        self.fresh = [unit for unit in says if (unit.key, unit.is_code) not in known]
        self.lost = [unit for unit in said if (unit.key, unit.is_code) not in kept]
        self.said_in, self.says_in = by_path(said), by_path(says)
        self.pairs: Callable[[Unit], tuple[tuple[str, str], ...]] = cache(lambda unit: tuple(pairs(unit)))
        self.held_in: Callable[[tuple[Unit, ...]], Held] = cache(held)
        self._was = was

    @cached_property
    def said_at(self) -> Mapping[tuple[str, int], Unit]:
        return {(unit.path, unit.line): unit for unit in self.said}

    @cached_property
    def says_at(self) -> Mapping[tuple[str, int], Unit]:
        return {(unit.path, unit.line): unit for unit in self.says}

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the code of the new version."""
        return frozenset(word for unit in self.says if unit.is_code for word in unit.words)

    def old_path(self, path: str) -> str:
        return self._was.get(path, path)

    def changed(self) -> Iterator[tuple[str, tuple[Unit, ...], tuple[Unit, ...]]]:
        """Each file of both versions in which something changed, with what it said and says."""
        touched = {self.old_path(unit.path) for unit in self.fresh} | {unit.path for unit in self.lost}
        for path, says in sorted(self.says_in.items()):
            old = self.old_path(path)
            if old in touched and old in self.said_in:
                yield path, self.said_in[old], says


def by_path(units: Sequence[Unit]) -> Mapping[str, tuple[Unit, ...]]:
    """The units of each file, in order."""
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        found[unit.path].append(unit)
    return {path: tuple(held_there) for path, held_there in found.items()}


def told_of(unit: Unit, what: str) -> Loosening:
    """A loosening that is told of a unit, without the keys in it."""
    return Loosening(path=unit.path, line=unit.line, text=veiled(unit.text, end=300), what=what)
