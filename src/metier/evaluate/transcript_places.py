"""Where does each sample lie in a transcript? The lines of the file, read without what was said.

The second half of a line, every request and reply, may be long, and stays in the file until it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from metier.errors import InputError
from metier.evaluate.unreadable import unreadable

# No string of JSON can hold it: a quote inside one is escaped.
_TURNS = b',"turns":['


def slot_of(sample: Mapping[str, Any]) -> tuple[str, int]:
    """Which sample the first half of a line is of: item and epoch.

    >>> slot_of({"item_id": "item_1", "epoch": 0})
    ('item_1', 0)
    """
    return sample["item_id"], sample["epoch"]


class Place(NamedTuple):
    """Where a sample lies, with the first half of its line. The second half may be long, and stays in the file."""

    sample: dict[str, Any]
    begin: int
    size: int


def latest(path: Path) -> dict[tuple[str, int], Place]:
    """Where each sample lies; one that was asked again lies where it was answered last."""
    return {slot_of(place.sample): place for place in places(path)}


def places(path: Path) -> Iterator[Place]:
    """Where each line lies, in the order of the file; a torn last line is passed over.

    Raises:
        InputError: A line is no sample.
    """
    with opened(path) as file:
        begin = len(file.readline())
        for number, line in enumerate(file, start=2):
            if not line.endswith(b"\n"):
                return
            end = line.find(_TURNS)
            try:
                if end < 0 or not line.startswith(b'{"sample":'):
                    raise ValueError("no sample")
                yield Place(parsed(line[10:end]), begin, len(line))
            except ValueError:
                raise InputError(
                    f"{path}:{number}: expected a sample of a transcript, got {line[:80]!r}.",
                    hint="Only the last line of a transcript can be torn; this file was changed.",
                ) from None
            begin += len(line)


def lines_at(path: Path, wanted: Iterable[Place]) -> Iterator[bytes]:
    """Read lines as they lie in the file, in the order asked for."""
    with opened(path) as file:
        at = 0
        for place in wanted:
            if place.begin != at:
                file.seek(place.begin)
            yield file.read(place.size)
            at = place.begin + place.size


def opened(path: Path) -> BinaryIO:
    """Open a file to read it.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return Path(path).open("rb")
    except OSError as fault:
        raise unreadable(path, fault) from fault


def is_head(line: bytes) -> bool:
    """Tell whether a line is the first of a transcript.

    >>> is_head(b'{"prompt": "1 + 1 ="}')
    False
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "transcript" in data and "run_id" in data


def to_json(value: Any) -> bytes:
    """Write plain data in canonical form.

    >>> to_json({"b": 1, "a": "é"})
    b'{"a":"\\xc3\\xa9","b":1}'
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def parsed(data: bytes) -> Any:
    """Read what `to_json` wrote.

    >>> parsed(b'{"a":1}')
    {'a': 1}
    """
    return json.loads(data.decode("utf-8", "surrogatepass"))
