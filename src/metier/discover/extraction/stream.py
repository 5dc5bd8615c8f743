"""How are a million ads read on a small machine? JSON lines in, JSON lines out, in order, with what failed beside.

Memory holds a few batches, whatever the size of the file. A run that was killed goes on where it was and ends with the
same bytes: what is done lies in parts beside the target, and after every batch a note tells how much of them counts. A
line that cannot be read is no reason to stop and none to forget it: it goes to a file of its own, with its number and
why. Who does the work is the matter of `metier.discover.extraction.workers`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, ClassVar

from metier.border import load_json
from metier.digest import canonical
from metier.discover.extraction.found import Extraction
from metier.discover.extraction.workers import Factory, Fields, Line, Row, Submit, engine
from metier.errors import ConfigError, InputError

LONGEST_LINE = 16_000_000
"""Bytes of a line; a longer one is reported and not held in memory."""

_BATCH = 64
_WAITING = 2
"""Batches that wait for each process, so that none is idle and memory stays small."""
_SHOWN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """What came of a file of ads.

    Attributes:
        num_read: Ads that were read, one line of the target each.
        num_bad: Lines that could not be read.
        target: Where the extractions are.
        bad: Where the lines are that could not be read, with number, place and reason; `None` if there is none.
        num_resumed: Lines that an earlier run had done.
    """

    num_read: int
    num_bad: int
    target: Path
    bad: Path | None
    num_resumed: int


@dataclass(slots=True, kw_only=True)
class _Note:
    """How far a run is: the last line that is done, the bytes of both parts, and a digest of the lines up to there."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    settings: str
    number: int = 0
    num_read: int = 0
    num_bad: int = 0
    good_bytes: int = 0
    bad_bytes: int = 0
    sha256: str = field(default_factory=lambda: hashlib.sha256().hexdigest())


def stream(
    source: Path,
    target: Path,
    factory: Factory,
    *,
    processes: int = 1,
    name: str = "local",
    fields: Fields | None = None,
    settings: str = "",
    progress: Callable[[int, int], None] | None = None,
    batch: int = _BATCH,
) -> Streamed:
    """Read the ads of a file of JSON lines and write what each asks for, one `Extraction` a line, in the same order.

    Lines that cannot be read are in `TARGET.bad.jsonl` afterwards. Blank lines are passed over. If an earlier run was
    killed, its parts are taken up, provided that the source is the same up to there and so are the settings.

    Args:
        source: One JSON object a line.
        target: Written when all is done; what was there before is replaced.
        factory: Makes a reader, once in each process: a function of a module or a `functools.partial` of one.
        processes: How many work at once.
        name: Of the engine: `local` (processes of this machine) or `ray`.
        fields: Under which keys an ad tells its text, source and date.
        settings: What the reader is made with: a run that was killed is taken up by the same settings alone.
        progress: Called after every batch with the lines that are done and those of them that were bad.
        batch: Ads a process gets at once.

    Raises:
        InputError: The source cannot be opened.
        ConfigError: An earlier run had other settings or another source; the engine cannot be had.
        StageError: A worker died; what was written before is kept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    parts, finals = _places(target)
    note = _earlier(parts[2], settings) if parts[2].exists() else _Note(settings=settings)
    resumed = note.num_read + note.num_bad
    with ExitStack() as stack:
        lines = _lines(stack.enter_context(_opened(source)))
        seen = _passed(lines, note, source)
        good = stack.enter_context(_part(parts[0], finals[0], note.good_bytes))
        bad = stack.enter_context(_part(parts[1], finals[1], note.bad_bytes))
        where = f"{source.name}, line"
        submit = stack.enter_context(engine(name, factory, processes=processes, fields=fields, where=where))
        for done, rows in _in_order(lines, submit, batch=batch, most=_WAITING * processes):
            _write(done, rows, good, bad, note)
            for line in done:
                seen.update(line.raw)
            note.number, note.sha256 = done[-1].number, seen.hexdigest()
            _keep(note, parts[2])
            if progress:
                progress(note.num_read + note.num_bad, note.num_bad)
    _finish(parts, finals, has_bad=note.num_bad > 0)
    return Streamed(
        num_read=note.num_read,
        num_bad=note.num_bad,
        target=target,
        bad=finals[1] if note.num_bad else None,
        num_resumed=resumed,
    )


def read_extractions(path: Path) -> Iterator[Extraction]:
    """Read extractions, one JSON object a line, one at a time; `-` is standard input.

    Raises:
        InputError: The file cannot be read, or a line is no extraction; the message names the line.
    """
    if str(path) == "-":
        yield from _extractions(sys.stdin.buffer, "standard input")
        return
    with _opened(path) as file:
        yield from _extractions(file, str(path))


def _extractions(file: BinaryIO, where: str) -> Iterator[Extraction]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield load_json(Extraction, line, where=f"{where}, line {number}")


def _places(target: Path) -> tuple[list[Path], list[Path]]:
    """The parts and the note of a run, and what the parts become."""
    parts = [Path(f"{target}{ending}") for ending in (".part", ".bad.part", ".state.json")]
    return parts, [target, Path(f"{target}.bad.jsonl")]


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"Cannot read {str(path)!r}: {error.strerror}.") from error


def _lines(file: BinaryIO) -> Iterator[Line]:
    """The lines that are not blank; of one that is too long the beginning, with the fault."""
    number = offset = 0
    while raw := file.readline(LONGEST_LINE):
        number, start, fault = number + 1, offset, ""
        offset += len(raw)
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            fault, raw, rest = f"it is longer than {LONGEST_LINE:,} bytes", raw[:_SHOWN], raw
            while rest and not rest.endswith(b"\n"):
                rest = file.readline(LONGEST_LINE)
                offset += len(rest)
        raw = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if raw.strip():
            yield Line(number=number, offset=start, raw=raw, fault=fault)


def _passed(lines: Iterator[Line], note: _Note, source: Path) -> hashlib._Hash:
    """Pass over what an earlier run has done, and see that it is what that run read."""
    seen = hashlib.sha256()
    number = 0
    while number < note.number and (line := next(lines, None)):
        number = line.number
        seen.update(line.raw)
    if number != note.number or seen.hexdigest() != note.sha256:
        raise ConfigError(
            f"{str(source)!r} is not the file that the earlier run read up to line {note.number}.",
            hint="Give the same file to go on, or remove the .state.json beside the target to begin again.",
        )
    return seen


def _in_order(
    lines: Iterator[Line], submit: Submit, *, batch: int, most: int
) -> Iterator[tuple[list[Line], list[Row]]]:
    """Batches with what came of them, in the order of the source, and never more than `most` under way."""
    waiting: deque[tuple[list[Line], Callable[[], list[Row]]]] = deque()
    while some := list(islice(lines, batch)):
        waiting.append((some, submit(some)))
        if len(waiting) >= most:
            done, wait = waiting.popleft()
            yield done, wait()
    for done, wait in waiting:
        yield done, wait()


def _write(lines: list[Line], rows: list[Row], good: BinaryIO, bad: BinaryIO, note: _Note) -> None:
    """Append a batch to both parts, and have it on the disk before the note says so."""
    for line, (row, fault) in zip(lines, rows, strict=True):
        if fault:
            note.num_bad += 1
            raw = line.raw.decode("utf-8", "surrogateescape").rstrip("\r\n")
            told = {"line": line.number, "offset": line.offset, "why": fault, "raw": raw}
            note.bad_bytes += bad.write(json.dumps(told).encode() + b"\n")
        else:
            note.num_read += 1
            note.good_bytes += good.write(row + b"\n")
    for part in (good, bad):
        part.flush()
        os.fsync(part.fileno())


def _part(part: Path, final: Path, size: int) -> BinaryIO:
    """Open a part to go on after its first `size` bytes, which are those that count."""
    if size and not part.exists() and final.exists() and final.stat().st_size == size:
        final.replace(part)  # the earlier run was killed while it gave the files their names
    if size and (not part.exists() or part.stat().st_size < size):
        raise ConfigError(
            f"Expected {size:,} bytes of an earlier run in {str(part)!r}, which has fewer.",
            hint="Remove the .state.json beside the target to begin again.",
        )
    file = part.open("r+b" if part.exists() else "w+b")
    file.truncate(size)
    file.seek(size)
    return file


def _earlier(path: Path, settings: str) -> _Note:
    note = load_json(_Note, path.read_bytes(), where=str(path), error=ConfigError)
    if note.settings != settings:
        raise ConfigError(
            f"{str(path)!r} is of a run with other settings: {note.settings!r}, not {settings!r}.",
            hint="Use the same settings to go on, or remove the file to begin again.",
        )
    return note


def _keep(note: _Note, path: Path) -> None:
    fresh = path.with_name(f"{path.name}.fresh")
    fresh.write_bytes(canonical(note))
    fresh.replace(path)


def _finish(parts: list[Path], finals: list[Path], *, has_bad: bool) -> None:
    """Give the parts their names; whatever moment a kill comes at, the next run ends the same."""
    parts[0].replace(finals[0])
    if has_bad:
        parts[1].replace(finals[1])
    else:
        parts[1].unlink()
        finals[1].unlink(missing_ok=True)
    parts[2].unlink(missing_ok=True)
