"""How does a chain of stages run, and run again only where something changed?

A stage is addressed by what goes in: its name, its settings, the files it reads and what the stages before it gave.
The same address means the same result, so a finished stage is not run again, a changed one is, and a killed run goes on
where it stopped. This module knows no stage; `metier.lifecycle` names them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from metier import __version__
from metier.digest import canonical, digest, plain
from metier.errors import ConfigError, StageError, nearest
from metier.run import StageRecord
from metier.store import Store

Numbers = Mapping[str, float]


class Listener(Protocol):
    """Whoever watches a run: a screen, a log, a test."""

    def started(self, stage: str, went_in: str) -> None:
        """A stage begins."""
        ...

    def progressed(self, stage: str, done: int, total: int, numbers: Numbers) -> None:
        """A stage has come so far; `numbers` are the latest points of its curves, by name."""
        ...

    def finished(self, stage: str, record: StageRecord, *, reused: bool) -> None:
        """A stage is done, now or by an earlier run."""
        ...


class Silence:
    """A listener that does nothing."""

    def started(self, stage: str, went_in: str) -> None:
        """Do nothing."""

    def progressed(self, stage: str, done: int, total: int, numbers: Numbers) -> None:
        """Do nothing."""

    def finished(self, stage: str, record: StageRecord, *, reused: bool) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a stage gets to work with.

    Attributes:
        before: What earlier stages gave, by stage name: only those the stage says it reads.
        folder: A folder of its own that stays the same until the stage is done, for checkpoints and artefacts.
        home: The workspace's own folder; paths in outputs are relative to it.
    """

    before: Mapping[str, Mapping[str, Any]]
    folder: Path
    home: Path
    store: Store
    progress: Callable[[int, int, Numbers], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a stage gave: plain data, one line for people, and the files it made, relative to the workspace's folder."""

    output: Mapping[str, Any]
    came_out: str
    artefacts: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One spoke of the wheel.

    Attributes:
        reads: The earlier stages whose outputs it uses.
        settings: What it is configured with: a noun or plain data.
        files: Files and folders of the workspace that it reads.
        version: Raised by us when the stage would give another result for the same input.
    """

    name: str
    run: Callable[[Context], Result]
    reads: tuple[str, ...] = ()
    settings: Any = None
    files: tuple[Path, ...] = ()
    went_in: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """One stage after a turn: its record, or None if a dry run found that it would run."""

    stage: str
    record: StageRecord | None
    reused: bool
    why: str = ""


def count(number: int, thing: str) -> str:
    """Write a number of things, for the lines that people read.

    >>> count(1, "plan"), count(0, "gap")
    ('1 plan', '0 gaps')
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


@dataclass(slots=True)
class _Turn:
    store: Store
    home: Path
    listener: Listener
    given: dict[str, StageRecord] = field(default_factory=dict)


def turn(
    stages: Sequence[Stage],
    store: Store,
    home: Path,
    *,
    listener: Listener | None = None,
    start: str | None = None,
    only: str | None = None,
    dry_run: bool = False,
) -> list[Turned]:
    """Run the stages in order; reuse every result whose address is unchanged.

    Args:
        home: Where artefacts and checkpoints live.
        start: Run this stage and all after it again, unchanged or not.
        only: Run this stage alone, again; the stages before it must have results.
        dry_run: Run nothing; say what would run and why.

    Raises:
        ConfigError: `start` or `only` names no stage, or both are given.
        StageError: `only` names a stage whose predecessors have no result yet.
    """
    names = [stage.name for stage in stages]
    if start and only:
        raise ConfigError("Expected --from or --only, got both.", hint="--from runs a stage and all after it again.")
    for name in (start, only):
        if name is not None and name not in names:
            raise ConfigError(f"No stage is called {name!r}.", hint=nearest(name, names))
    forced = {only} if only else set(names[names.index(start) :]) if start else set[str]()
    work = _Turn(store, home, listener or Silence())
    turned = []
    for stage in stages[: names.index(only) + 1] if only else stages:
        turned.append(_one(stage, work, forced, must_have=bool(only) and stage.name != only, dry_run=dry_run))
    return turned


def _one(stage: Stage, work: _Turn, forced: set[str], *, must_have: bool, dry_run: bool) -> Turned:
    blocked = [name for name in stage.reads if name not in work.given]
    if blocked:
        return Turned(stage=stage.name, record=None, reused=False, why=f"runs after {', '.join(blocked)}")
    key = stage_key(stage, work.given)
    # What is made anew is not read, so that a result that was tampered with can be replaced.
    record = None if stage.name in forced else work.store.stage(key)
    why = "forced" if stage.name in forced else _stale(record, work.home)
    if record is not None and not why:
        work.given[stage.name] = record
        work.listener.finished(stage.name, record, reused=True)
        return Turned(stage=stage.name, record=record, reused=True)
    if must_have:
        raise StageError(
            f"Stage {stage.name!r} has no result yet ({why}), and the stage asked for reads it.",
            hint="Run without --only first, or with --from and an earlier stage.",
        )
    if dry_run:
        return Turned(stage=stage.name, record=None, reused=False, why=why)
    record = _run(stage, key, work, afresh=why == "forced")
    work.given[stage.name] = record
    return Turned(stage=stage.name, record=record, reused=False, why=why)


def stage_key(stage: Stage, given: Mapping[str, StageRecord]) -> str:
    """Address a stage by everything that goes in.

    Raises:
        StageError: A file it reads is missing.
    """
    return digest(
        {
            "stage": stage.name,
            "version": stage.version,
            "made_by": __version__,
            "settings": plain(stage.settings),
            "before": {name: digest(given[name].output) for name in stage.reads},
            "files": [[path.name, _files_digest(path, stage.name)] for path in stage.files],
        }
    )


def _run(stage: Stage, key: str, work: _Turn, *, afresh: bool) -> StageRecord:
    folder = work.home / "work" / f"{stage.name}-{key[7:19]}"
    if afresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    work.listener.started(stage.name, stage.went_in)
    context = Context(
        before={name: work.given[name].output for name in stage.reads},
        folder=folder,
        home=work.home,
        store=work.store,
        progress=lambda done, total, numbers: work.listener.progressed(stage.name, done, total, numbers),
    )
    began = time.monotonic()
    result = stage.run(context)
    artefacts = {name: _file_digest(work.home / name) for name in result.artefacts}
    record = StageRecord(
        key=key,
        stage=stage.name,
        # As it will be read back, order of keys included: a resumed run must not see another order than a whole one.
        output=json.loads(canonical({**result.output, "artefacts": artefacts})),
        went_in=stage.went_in,
        came_out=result.came_out,
        seconds=round(time.monotonic() - began, 3),
    )
    work.store.put_stage(record)
    work.listener.finished(stage.name, record, reused=False)
    return record


def _stale(record: StageRecord | None, home: Path) -> str:
    """Why a stored result cannot be used, or an empty string."""
    if record is None:
        return "not run with these inputs"
    for name, wanted in record.output.get("artefacts", {}).items():
        path = home / name
        if not path.is_file():
            return f"{name} is missing"
        if _file_digest(path) != wanted:
            return f"{name} was changed"
    return ""


def _files_digest(path: Path, stage: str) -> str:
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not {"__pycache__", ".metier"} & set(p.parts))
        return digest([[p.relative_to(path).as_posix(), _file_digest(p)] for p in files])
    if not path.is_file():
        raise StageError(
            f"Stage {stage!r} reads {str(path)!r}, which is missing.", hint="Correct the path in metier.toml."
        )
    return _file_digest(path)


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StageError(
            f"Cannot read {str(path)!r}: {error.strerror}.", hint="Let it be read, or take it out of the workspace."
        ) from error
