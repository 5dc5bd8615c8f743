"""What does a file of records hold, and how is one written so that a killed run loses nothing?

One JSON object a line: `{"request": …, "reply": …, "model": …}`. A line is written whole and reaches the disk before
the reply is passed on: started again with the same file, a run takes what is there and asks only the rest.
"""

from __future__ import annotations

import errno
import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import ClassVar

from metier.border import load_json
from metier.client import Reply, Request
from metier.digest import plain
from metier.errors import ClientError, ConfigError, DocumentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of a file of records.

    Attributes:
        model: The name of the client that answered; empty in a record written by hand.

    >>> Record(request=Request.ask("2 + 2 ="), reply=Reply(text="4"), model="m").reply.text
    '4'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    request: Request
    reply: Reply
    model: str = ""


def recorded(
    ask: Callable[[Iterable[Request]], Iterator[Reply]], requests: Iterable[Request], recorder: Recorder
) -> Iterator[Reply]:
    """Answer from the records where they know, ask where they do not, and record that.

    Runs of unknown requests go to `ask` as one lazy stream each: a resumed run (known, then unknown) keeps the
    concurrency of its client.
    """
    keyed = ((request, request.digest) for request in requests)
    for known, group in groupby(keyed, key=lambda pair: recorder.known(pair[1]) is not None):
        if known:
            yield from (reply for _, key in group if (reply := recorder.known(key)))
        else:
            taken: deque[tuple[Request, str]] = deque()
            for reply in ask(_noted(group, taken)):
                yield recorder.keep(*taken.popleft(), reply)


class Recorder:
    """A file of records that is being written.

    Args:
        path: The file; made when the first reply is kept.
        model: The name of the client whose replies they are. Records of another model are refused.
    """

    def __init__(self, path: Path, *, model: str) -> None:
        self.path = Path(path)
        self.model = model
        self._file: int | None = None

    def known(self, key: str) -> Reply | None:
        """Find the answer to a request by its digest, marked as cached; a recorded failure does not count."""
        record = self._records.get(key)
        return replace(record.reply, cached=True) if record and not record.reply.error else None

    def keep(self, request: Request, key: str, reply: Reply) -> Reply:
        """Append a reply, and give what a replay will give: the first one, where a request was asked twice at once."""
        known = self.known(key)
        if known:
            return known
        record = Record(request=request, reply=replace(reply, cached=False), model=self.model)
        if self._records.get(key) != record:
            self._append(record, key)
        return reply

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @cached_property
    def _records(self) -> dict[str, Record]:
        if not self.path.exists():
            return {}
        _mend(self.path)
        records = read_records(self.path)
        model = next((record.model for record in records.values()), self.model)
        if model != self.model:
            raise ConfigError(
                f"Expected records of {self.model!r} in {str(self.path)!r}, which holds replies of {model!r}.",
                hint="Record each model to a file of its own.",
            )
        return records

    def _append(self, record: Record, key: str) -> None:
        try:
            line = json.dumps(plain(record), ensure_ascii=False).encode() + b"\n"
        except UnicodeEncodeError:
            # Half of a surrogate pair in a prompt: no UTF-8 file can hold it, and one bad line would spoil the file.
            return
        try:
            self._write(line)
        except OSError as fault:
            raise ClientError(f"Cannot record a reply in {str(self.path)!r}: {fault.strerror}.") from fault
        self._records[key] = record

    def _write(self, line: bytes) -> None:
        if self._file is None:
            self._file = _open_to_append(self.path)
        # One write, so that a killed process leaves at most one half line, the last.
        written = os.write(self._file, line)
        if written < len(line):
            os.ftruncate(self._file, os.fstat(self._file).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(self._file)


def read_records(path: Path) -> dict[str, Record]:
    """Read a file of records, by the digest of their request. A half-written last line is passed over.

    A request may be recorded twice with the same reply, and a failure gives way to what was recorded after it.

    Raises:
        DocumentError: A line is not a record, two lines contradict each other, or they are of two models.
    """
    records: dict[str, Record] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip() or (not line.endswith(b"\n") and not _is_json(line)):
                continue
            where = f"{path}:{number}"
            record = load_json(Record, line, where=where, error=DocumentError)
            _check_model(record, records, where)
            _add(records, replace(record, reply=replace(record.reply, cached=False)), where)
    return records


def _add(records: dict[str, Record], record: Record, where: str) -> None:
    key = record.request.digest
    before = records.get(key)
    if before and not before.reply.error and before.reply != record.reply:
        raise DocumentError(
            f"{where}: expected the reply {before.reply.text[:80]!r} that was recorded before for {key}, "
            f"got {record.reply.text[:80]!r}.",
            hint="Remove one of the two lines.",
        )
    records[key] = record


def _check_model(record: Record, records: dict[str, Record], where: str) -> None:
    model = next((first.model for first in records.values()), record.model)
    if record.model != model:
        raise DocumentError(
            f"{where}: expected a reply of {model!r} as in the lines above, got one of {record.model!r}."
        )


def _noted(pairs: Iterable[tuple[Request, str]], taken: deque[tuple[Request, str]]) -> Iterator[Request]:
    for request, key in pairs:
        taken.append((request, key))
        yield request


def _open_to_append(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)


def _mend(path: Path) -> None:
    """Take away a last line that was only half written, or end one that lacks only its end."""
    with path.open("r+b") as file:
        last = next(iter(deque(file, maxlen=1)), b"")
        if not last or last.endswith(b"\n"):
            return
        if _is_json(last):
            file.write(b"\n")
        else:
            file.truncate(file.tell() - len(last))


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
