"""The promise of a store: it keeps skills, attempts, findings, verdicts, an audit log, runs and stage results.

Every method that writes is one transaction: after `kill -9` it has happened or it has not. What a verdict may rest on
(attempts, findings, runs, stage results) is entered in the audit log by the same transaction, and `amiss` compares the
two. Bulk (items, model files) lives in `bulk`, addressed by content. Its kinds are in `stores/`;
`metier.testing.check_store` tells whether an object keeps the promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from metier.attempt import Attempt
from metier.audit import Anchor, Entry, Event
from metier.item import Item
from metier.run import Run, StageRecord
from metier.skill import Skill
from metier.state import Cause
from metier.verdict import Finding, Verdict


@runtime_checkable
class Bulk(Protocol):
    """Files addressed by the SHA-256 of their content."""

    def put(self, data: bytes) -> str:
        """Keep bytes and return their digest. Keeping the same bytes again does nothing.

        Raises:
            StoreFull: The disk is full; nothing half-written is left.
        """
        ...

    def get(self, digest: str) -> bytes:
        """Read bytes back, checked against their digest.

        Raises:
            NotStored: Nothing is kept under that digest.
            CorruptStore: The file does not hold what was written.
        """
        ...

    def path(self, digest: str) -> Path:
        """Where the file lies, for libraries that want a path. Raises NotStored."""
        ...

    def put_items(self, items: Iterable[Item]) -> str:
        """Keep items as one JSON-lines file and return its digest. The order counts."""
        ...

    def items(self, digest: str) -> Iterator[Item]:
        """Read items back in order. Raises NotStored and CorruptStore."""
        ...


@runtime_checkable
class Store(Protocol):
    """Keeps what the stages make. Iterators give what was stored, in the order in which it was first stored."""

    @property
    def bulk(self) -> Bulk:
        """The content-addressed files beside the database."""
        ...

    def put_skill(self, skill: Skill, *, because: Cause | None = None) -> None:
        """Keep one version of a skill. The same content again only changes its state.

        Args:
            because: What led to its state; one that leads back wants it said.

        Raises:
            Conflict: That name and version are stored with other content.
            SkillError: The state does not follow the one that is stored, or not for this cause (`metier.state`).
        """
        ...

    def skill(self, name: str, version: str | None = None) -> Skill:
        """The named version, or the one first stored last. Raises NotStored, with the nearest known name."""
        ...

    def skills(self) -> Iterator[Skill]:
        """The latest version of every skill, by name."""
        ...

    def versions(self, name: str) -> Iterator[Skill]:
        """Every version of one skill, oldest first; none if the name is unknown."""
        ...

    def put_attempts(self, attempts: Iterable[Attempt]) -> int:
        """Keep attempts in one transaction; those already stored are left alone. Returns how many were new."""
        ...

    def attempts(
        self, *, run_id: str | None = None, item_id: str | None = None, model: str | None = None
    ) -> Iterator[Attempt]:
        """The attempts that match everything given.

        Raises:
            CorruptStore: They are not what was entered in the audit log.
        """
        ...

    def put_findings(self, skill_digest: str, findings: Iterable[Finding]) -> None:
        """Keep what a scan of this content saw, in place of what an earlier scan saw."""
        ...

    def findings(self, skill_digest: str) -> Iterator[Finding]:
        """What the last scan of this content saw. Raises CorruptStore as `attempts`."""
        ...

    def put_verdict(self, verdict: Verdict) -> None:
        """Add a verdict to the history of its skill, and its event to the audit log, in one transaction.

        The same verdict as the last one adds nothing.
        """
        ...

    def verdicts(self, skill: str | None = None) -> Iterator[Verdict]:
        """The verdicts on one skill by name, or on all, oldest first."""
        ...

    def put_event(self, event: Event, *, verdict: Verdict | None = None) -> Entry:
        """Add an event to the end of the audit log, chained to the entry before it. None is ever changed or removed.

        Args:
            verdict: What follows from it; kept as `put_verdict` keeps it, in the same transaction.
        """
        ...

    def entries(self, skill: str | None = None) -> Iterator[Entry]:
        """The entries of the audit log about one skill by name, or all, oldest first."""
        ...

    def anchor(self) -> Anchor:
        """How long the audit log is and the hash of its last entry, as noted when that was written."""
        ...

    def marks(self) -> Mapping[str, object]:
        """What differs of each skill, by name, once a version, a state, a verdict or an event of it was written."""
        ...

    def amiss(self) -> Iterator[str]:
        """What of the attempts, findings, runs and stage results is not as the audit log holds it, a phrase for each.

        Raises:
            CorruptStore: The log does not hang together, so nothing can be compared with it.
        """
        ...

    def put_run(self, run: Run) -> None:
        """Keep a run, in place of what was stored under its run_id."""
        ...

    def runs(self) -> Iterator[Run]:
        """Every run, oldest first."""
        ...

    def put_stage(self, record: StageRecord) -> None:
        """Keep the result of a stage, in place of what was stored under its key."""
        ...

    def stage(self, key: str) -> StageRecord | None:
        """The result stored under a key, or None. Raises CorruptStore as `attempts`."""
        ...

    def stages(self) -> Iterator[StageRecord]:
        """Every stage result. Raises CorruptStore as `attempts`."""
        ...

    def close(self) -> None:
        """Let go of the database. May be called twice."""
        ...
