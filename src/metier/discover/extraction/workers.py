"""Who reads a batch of ads? This process, several of it, or a Ray cluster: three engines that give the same lines.

An engine is a context that hands out `submit`: it takes a batch and gives a function that waits for what came of it. A
reader is made once in every worker by a factory, a function of a module or a `functools.partial` of one, so that it can
be sent to a process that was started afresh.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from itertools import cycle
from typing import Any

from metier.digest import canonical
from metier.discover.extraction.found import Extraction
from metier.errors import ConfigError, MetierError, StageError, nearest

Reader = Callable[[str], Extraction]
Factory = Callable[[], Reader]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the input: its number, where it begins in bytes, and what stands there."""

    number: int
    offset: int
    raw: bytes
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Under which keys an ad tells its text, where it comes from and its date; other keys do not count."""

    text: str = "text"
    source: str = "source"
    date: str = "date"


_GO_ON = "Run the same command again to go on; with fewer processes if memory was short."
Row = tuple[bytes, str]
"""A line to write, and why it is none: for a line that was read, the second is empty."""
Submit = Callable[[list[Line]], Callable[[], list[Row]]]


def engine(
    name: str, factory: Factory, *, processes: int = 1, fields: Fields | None = None, where: str = "line"
) -> AbstractContextManager[Submit]:
    """Open one of the engines `local` and `ray`.

    Args:
        name: Which.
        factory: Makes a reader, once in each worker.
        processes: How many work at once; `local` with one works in this process.
        fields: Where the ad stands in its line.
        where: What an ad without a source is called, before its number.

    Raises:
        ConfigError: There is no such engine, it is not installed, or there is nobody to work.

    >>> lines = [Line(number=1, offset=0, raw=b'{"text": "SQL"}'), Line(number=2, offset=16, raw=b"[]")]
    >>> with engine("local", lambda: lambda text: Extraction(text=text, sentences=(), skills=())) as submit:
    ...     [fault for _, fault in submit(lines)()]
    ['', "it has no text under the key 'text'"]
    """
    if processes < 1:
        raise ConfigError(f"Expected at least one process, got {processes}.")
    if name not in ("local", "ray"):
        raise ConfigError(f"There is no engine {name!r}.", hint=nearest(name, ("local", "ray")))
    job = partial(_work, fields=fields or Fields(), where=where)
    if name == "ray":
        return _ray(factory, job, processes)
    return _pool(factory, job, processes) if processes > 1 else _inline(factory, job)


@contextmanager
def _inline(factory: Factory, job: Callable[..., list[Row]]) -> Iterator[Submit]:
    read = factory()

    def submit(batch: list[Line]) -> Callable[[], list[Row]]:
        return partial(job, read, batch)

    yield submit


@contextmanager
def _pool(factory: Factory, job: Callable[..., list[Row]], processes: int) -> Iterator[Submit]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    def wait(future: Any) -> list[Row]:
        try:
            return future.result()  # type: ignore[no-any-return]
        except BrokenProcessPool as error:
            raise StageError("A process that read ads died; what was written before is kept.", hint=_GO_ON) from error

    # A fork of a process that has threads may stand still; a fresh process never does.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            yield lambda batch: partial(wait, pool.submit(_work_there, factory, job, batch))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_MADE: dict[str, Reader] = {}
"""The reader of a worker process: it has no other place to keep one between two batches."""


def _work_there(factory: Factory, job: Callable[..., list[Row]], batch: list[Line]) -> list[Row]:
    if "reader" not in _MADE:
        _MADE["reader"] = _made(factory)
    return job(_MADE["reader"], batch)


def _made(factory: Factory) -> Reader:
    """Make the reader; an error that cannot travel between processes is told in one that can."""
    try:
        return factory()
    except MetierError as error:
        raise StageError(str(error), hint=error.hint) from None


@contextmanager
def _ray(factory: Factory, job: Callable[..., list[Row]], processes: int) -> Iterator[Submit]:
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise ConfigError("The engine 'ray' needs Ray, which is not installed.", hint="pip install ray") from error
    started = not ray.is_initialized()
    if started:
        ray.init(num_cpus=processes, include_dashboard=False, log_to_driver=False)
    actors = [ray.remote(_Actor).remote(factory, job) for _ in range(processes)]
    turn = cycle(actors)

    def wait(promised: Any) -> list[Row]:
        try:
            found = ray.get(promised)
        except ray.exceptions.RayError as error:
            raise StageError("A worker of Ray died; what was written before is kept.", hint=_GO_ON) from error
        if isinstance(found, StageError):
            raise found
        return found  # type: ignore[no-any-return]

    try:
        yield lambda batch: partial(wait, next(turn).work.remote(batch))
    finally:
        for actor in actors:
            ray.kill(actor)
        if started:
            ray.shutdown()


class _Actor:
    """A worker of Ray, which keeps its reader."""

    def __init__(self, factory: Factory, job: Callable[..., list[Row]]) -> None:
        self.factory, self.job = factory, job
        self.read: Reader | None = None

    def work(self, batch: list[Line]) -> list[Row] | StageError:
        try:
            self.read = self.read or _made(self.factory)
        except StageError as error:
            return error  # raised here, it would come back inside an error of Ray with all its traces
        return self.job(self.read, batch)


def _work(read: Reader, batch: list[Line], *, fields: Fields, where: str) -> list[Row]:
    return [_row(read, line, fields, where) for line in batch]


def _row(read: Reader, line: Line, fields: Fields, where: str) -> Row:
    try:
        text, source, date = _ad(line, fields)
    except ValueError as error:
        return b"", str(error)
    try:
        found = read(text)
        made = replace(found, source=source or found.source or f"{where} {line.number}", date=date or found.date)
        return canonical(made), ""
    except Exception as error:  # whatever a reader does to one ad, the others are still to be read
        return b"", f"the reader failed: {type(error).__name__}: {error}"


def _ad(line: Line, fields: Fields) -> tuple[str, str, str]:
    """Text, source and date of an ad.

    Raises:
        ValueError: The line is no ad; the message says why.
    """
    if line.fault:
        raise ValueError(line.fault)
    try:
        row = json.loads(line.raw)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no JSON: {error}") from None
    text = row.get(fields.text) if isinstance(row, dict) else None
    if not isinstance(text, str):
        raise ValueError(f"it has no text under the key {fields.text!r}")
    source, date = row.get(fields.source), row.get(fields.date)
    found = text, "" if source is None else str(source), date if isinstance(date, str) else ""
    if any("\ud800" <= sign <= "\udfff" for part in found for sign in part):
        raise ValueError("it holds half a surrogate pair, which is no character")
    return found
