"""Where are the packages of a folder, and did one of them change? Nothing is read but what the disk tells of a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from metier.stores.served.uris import MANIFEST

_MAX_DEPTH, _MAX_FOLDERS = 6, 200_000
_NOT_SEARCHED = (".git", ".metier", "node_modules")


def places(folder: Path) -> Iterator[Path]:
    """The folders that hold a SKILL.md, sorted, an enclosing one before what it encloses; no link is followed."""
    pending, num_looked = [(folder, 0)], 0
    while pending and num_looked < _MAX_FOLDERS:
        here, depth = pending.pop()
        num_looked += 1
        try:
            with os.scandir(here) as entries:
                found = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError:
            continue
        if any(entry.name.lower() == MANIFEST.lower() and not entry.is_symlink() for entry in found):
            yield here
        if depth < _MAX_DEPTH:
            pending += [
                (Path(entry.path), depth + 1)
                for entry in found
                if entry.is_dir(follow_symlinks=False) and entry.name not in _NOT_SEARCHED
            ]


def mark(folder: Path) -> object:
    """What changes when something is put directly into a folder, or taken out of it."""
    info = folder.stat()
    return (info.st_mtime_ns, info.st_ino)


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
