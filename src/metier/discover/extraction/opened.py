"""How does a worker get its reader? By a function that a fresh process can import and call."""

from __future__ import annotations

from pathlib import Path

from metier.discover.extraction.found import Extraction
from metier.discover.extraction.model import Lane, load
from metier.discover.extraction.workers import Reader


def reader(folder: Path, *, path: Lane, count: int, least: float | None, keep_boilerplate: bool) -> Reader:
    """Load a model and give the function that reads one ad with it; for `stream` wrap it in `functools.partial`."""
    model = load(folder, path=path)

    def read(text: str) -> Extraction:
        return model.extract(text, count=count, least=least, keep_boilerplate=keep_boilerplate)

    return read
