"""Where are the packages of a folder, and did one of them change? Nothing is read but what the disk tells of a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from metier.stores.package import is_searched
from metier.stores.served.uris import MANIFEST

_MAX_DEPTH, _MAX_MARKS = 6, 200_000


@dataclass(frozen=True, slots=True)
class Look:
    """What a look through a folder met.

    Attributes:
        places: The folders that hold a SKILL.md, sorted, an enclosing one before what it encloses.
        marks: What the disk told of every folder and every SKILL.md, by its path.
    """

    places: tuple[Path, ...]
    marks: Mapping[Path, object]

    @property
    def holds(self) -> bool:
        """Whether no package came or went since, and no SKILL.md was written; other files are not looked at."""
        try:
            return all(_mark(path.stat()) == seen for path, seen in self.marks.items())
        except OSError:
            return False


def look(folder: Path) -> Look:
    """Look through a folder for packages; no link is followed."""
    found, marks = list[Path](), dict[Path, object]()
    pending = [(folder, 0)]
    while pending and len(marks) < _MAX_MARKS:
        here, depth = pending.pop()
        try:
            # Before it is read, so that what comes while it is read is not taken for seen.
            marks[here] = _mark(here.stat())
            with os.scandir(here) as entries:
                within = sorted(entries, key=lambda entry: entry.name, reverse=True)
            manifests = [one for one in within if one.name.lower() == MANIFEST.lower() and not one.is_symlink()]
            marks |= {Path(one.path): _mark(one.stat(follow_symlinks=False)) for one in manifests}
        except OSError:
            continue
        if manifests:
            found.append(here)
        if depth < _MAX_DEPTH:
            pending += [
                (Path(entry.path), depth + 1)
                for entry in within
                if entry.is_dir(follow_symlinks=False) and is_searched(entry.name)
            ]
    return Look(tuple(found), marks)


def _mark(info: os.stat_result) -> tuple[int, int, int]:
    return (info.st_mtime_ns, info.st_size, info.st_ino)


def stamp(place: Path) -> object:
    """What changes when a file of a package does, as far as the disk tells without reading it."""
    marks: list[tuple[str, int, int, int]] = []
    pending: list[str] = [str(place)]
    while pending and len(marks) < 20_000:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    info = entry.stat(follow_symlinks=False)
                    marks.append((entry.path, info.st_mtime_ns, info.st_size, info.st_ino))
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
        except OSError:
            continue
    return tuple(sorted(marks))
