"""What did people find lacking? A file of labels for a random sample of the errors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from metier.border import load_json
from metier.errors import InputError
from metier.evaluate.unreadable import unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One line of the file: an error, and the abilities that it lacks; none is an answer."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    attempt_id: str
    ability_ids: tuple[str, ...] = ()


def read_people(path: Path) -> dict[str, frozenset[str]]:
    """Read labels by attempt, one JSON object a line.

    Raises:
        InputError: The file cannot be read, a line is no label, or an attempt is labelled twice; the line is named.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    found: dict[str, frozenset[str]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        one = load_json(Labelled, line, where=where)
        if one.attempt_id in found:
            raise InputError(f"{where}: {one.attempt_id!r} is labelled twice.", hint="Keep one line an error.")
        found[one.attempt_id] = frozenset(one.ability_ids)
    return found
