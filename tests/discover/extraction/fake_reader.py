"""A reader for tests that finds capitalised words; it is made in a process that was started afresh."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.discover.extraction.workers import Reader
from metier.errors import MissingExtra


def extract(text: str) -> Extraction:
    """Every word with a capital is a skill."""
    if "FAIL" in text:
        raise RuntimeError("no such word")
    skills = tuple(
        Extracted(
            uri=found[0].lower(), label=found[0], score=1.0, probability=0.9, kind=Kind.EXPLICIT,
            start=found.start(), end=found.end(), form=found[0],
        )
        for found in re.finditer(r"[A-Z]\w*", text)
    )  # fmt: skip
    return Extraction(text=text, sentences=(Read(start=0, end=len(text), skills=skills),), skills=skills)


def make() -> Reader:
    """The factory."""
    return extract


def make_missing() -> Reader:
    """A factory whose library is not there."""
    raise MissingExtra("torch", extra="encode", needed_for="An encoder")


def make_killed(flag: Path) -> Reader:
    """A factory of a reader that is killed at the word KILL, once."""

    def killed(text: str) -> Extraction:
        if "KILL" in text and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return extract(text)

    return killed
