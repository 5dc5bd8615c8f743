"""How does the promise of a store become SQL? Everything that SQLite and PostgreSQL share.

A `Database` gives transactions and raises our errors; `SqlStore` keeps the promise on any of them. Statements are
written once, with `?` for a value. This module does not know files, connections or drivers.
"""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from metier.attempt import Attempt
from metier.audit import Anchor, Entry, Event, verdict_event
from metier.digest import canonical, digest
from metier.errors import Conflict, CorruptStore, NotStored, nearest
from metier.run import Run, StageRecord
from metier.skill import Skill
from metier.state import Cause, check_move
from metier.store import Bulk
from metier.stores.chained import Chained
from metier.stores.nouns import revive
from metier.verdict import Finding, Verdict

T = TypeVar("T")

_PAGE = 1000
"""Rows read at once: a reader holds no lock and no cursor while its caller thinks."""

_ADD_CONTENT = "INSERT INTO contents (digest) VALUES (?) ON CONFLICT (digest) DO NOTHING"
_WRITTEN = re.compile(r"\\([0-9a-f]{4})")
_FILED = {
    "skills": {"name": "name", "version": "version", "digest": "digest"},
    "attempts": {"attempt_id": "attempt_id", "run_id": "run_id", "item_id": "item_id", "model": "model"},
    "verdicts": {"skill": "skill", "digest": "digest"},
    "audit": {"number": "number", "skill": "event.skill", "verdict": "event.verdict"},
    "runs": {"run_id": "run_id"},
    "stages": {"stage_key": "key"},
}
"""What each column beside a noun repeats of it. A finding does not name its content."""

_UNSAFE = re.compile(r"[\\\x00\ud800-\udfff]")


class Session:
    """A cursor inside one transaction, the same for both drivers.

    Args:
        cursor: A cursor of the Python database interface.
        mark: How the driver writes the place of a value.
    """

    def __init__(self, cursor: Any, *, mark: str) -> None:
        self._cursor = cursor
        self._mark = mark

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows."""
        self._cursor.execute(statement.replace("?", self._mark), values)
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run a statement that returns no rows."""
        self._cursor.execute(statement.replace("?", self._mark), values)

    def run_many(self, statement: str, values: Sequence[Sequence[Any]]) -> int:
        """Run a statement once for each row of values and return how many rows changed in all."""
        if not values:
            return 0
        self._cursor.executemany(statement.replace("?", self._mark), values)
        return int(self._cursor.rowcount)


class Database(Protocol):
    """An open database with the tables of `metier.stores.schema`."""

    @property
    def name(self) -> str:
        """What to call it in a message; no password."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """A session that only reads, and sees all of it as it stood at one moment."""
        ...

    def writing(self) -> AbstractContextManager[Session]:
        """One transaction: all of it happens, or none of it. One writer at a time, over all processes."""
        ...

    def close(self) -> None:
        """Let go of the connection. May be called twice."""
        ...


class SqlStore:
    """Keeps the promise of `metier.store.Store` on a database and a bulk.

    Args:
        database: Where the rows go.
        bulk: Where the files go.
    """

    def __init__(self, database: Database, bulk: Bulk) -> None:
        self._database = database
        self._bulk = bulk
        self._log, self._following = Chained(), threading.Lock()

    @property
    def bulk(self) -> Bulk:
        """The content-addressed files beside the database."""
        return self._bulk

    def put_skill(self, skill: Skill, *, because: Cause | None = None) -> None:
        """Keep one version of a skill. The same content again only changes its state.

        Args:
            because: What led to its state; one that leads back wants it said.

        Raises:
            Conflict: That name and version are stored with other content.
            SkillError: The state does not follow the one that is stored, or not for this cause (`metier.state`).
        """
        key = (searchable(skill.name), searchable(skill.version))
        with self._database.writing() as session:
            for row in session.rows("SELECT body, checksum FROM skills WHERE name = ? AND version = ?", key):
                stored = self._noun(Skill, *row)
                if stored.digest != skill.digest:
                    raise Conflict(
                        f"Skill {skill.name!r} version {skill.version!r} is stored with other content "
                        f"({stored.digest}).",
                        hint="Give the changed skill a new version.",
                    )
                check_move(stored, skill.state, because=because)
            session.run(_ADD_CONTENT, (skill.digest,))
            session.run(
                "INSERT INTO skills (name, version, digest, body, checksum) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (name, version) DO UPDATE SET body = excluded.body, checksum = excluded.checksum",
                (*key, skill.digest, *_guarded(skill)),
            )

    def skill(self, name: str, version: str | None = None) -> Skill:
        """The named version, or the one first stored last. Raises NotStored, with the nearest known name."""
        found = [skill for skill in self.versions(name) if version in (None, skill.version)]
        if found:
            return found[-1]
        if known := [skill.version for skill in self.versions(name)]:
            raise NotStored(f"Skill {name!r} has no version {version!r}.", hint=nearest(str(version), known))
        raise NotStored(f"No skill {name!r} is stored.", hint=nearest(name, (skill.name for skill in self.skills())))

    def skills(self) -> Iterator[Skill]:
        """The latest version of every skill, by name."""
        with self._database.reading() as session:
            rows = session.rows(
                "SELECT body, checksum FROM skills WHERE position IN (SELECT MAX(position) FROM skills GROUP BY name) "
                "ORDER BY name"
            )
        for row in rows:
            yield self._noun(Skill, *row)

    def versions(self, name: str) -> Iterator[Skill]:
        """Every version of one skill, oldest first; none if the name is unknown."""
        return self._nouns(Skill, "skills", name=name)

    def put_attempts(self, attempts: Iterable[Attempt]) -> int:
        """Keep attempts in one transaction; those already stored are left alone. Returns how many were new."""
        # All rows are made before the transaction begins, so that a slow source does not keep other writers waiting.
        rows = [_attempt_row(attempt) for attempt in attempts]
        if not rows:
            return 0
        runs = [(run_id,) for run_id in dict.fromkeys(row[1] for row in rows)]
        with self._database.writing() as session:
            session.run_many("INSERT INTO attempt_runs (run_id) VALUES (?) ON CONFLICT (run_id) DO NOTHING", runs)
            return session.run_many(
                "INSERT INTO attempts (attempt_id, run_id, item_id, model, body, checksum) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (attempt_id) DO NOTHING",
                rows,
            )

    def attempts(
        self, *, run_id: str | None = None, item_id: str | None = None, model: str | None = None
    ) -> Iterator[Attempt]:
        """The attempts that match everything given, in the order in which they were first stored."""
        return self._nouns(Attempt, "attempts", run_id=run_id, item_id=item_id, model=model)

    def put_findings(self, skill_digest: str, findings: Iterable[Finding]) -> None:
        """Keep what a scan of this content saw, in place of what an earlier scan saw."""
        key = searchable(skill_digest)
        rows = [(key, *_guarded(finding)) for finding in findings]
        with self._database.writing() as session:
            session.run(_ADD_CONTENT, (key,))
            session.run("DELETE FROM findings WHERE skill_digest = ?", (key,))
            session.run_many("INSERT INTO findings (skill_digest, body, checksum) VALUES (?, ?, ?)", rows)

    def findings(self, skill_digest: str) -> Iterator[Finding]:
        """What the last scan of this content saw."""
        return self._nouns(Finding, "findings", skill_digest=skill_digest)

    def put_verdict(self, verdict: Verdict) -> None:
        """Add a verdict to the history of its skill, and its event to the audit log, in one transaction.

        The same verdict as the last one adds nothing.
        """
        with self._database.writing() as session:
            _add_verdict(session, verdict)

    def verdicts(self, skill: str | None = None) -> Iterator[Verdict]:
        """The verdicts on one skill by name, or on all, oldest first."""
        return self._nouns(Verdict, "verdicts", skill=skill)

    def put_event(self, event: Event, *, verdict: Verdict | None = None) -> Entry:
        """Add an event to the end of the audit log, chained to the entry before it. None is ever changed or removed.

        Args:
            verdict: What follows from it; kept as `put_verdict` keeps it, in the same transaction.
        """
        with self._database.writing() as session:
            entry = _chain(session, event)
            if verdict is not None:
                _add_verdict(session, verdict)
            return entry

    def entries(self, skill: str | None = None) -> Iterator[Entry]:
        """The entries of the audit log about one skill by name, or all, oldest first.

        Those on one skill decide how far it is trusted: that the log hangs together, and that all of them are found, is
        checked first. The first call reads the whole log, later ones what was added since.

        Raises:
            CorruptStore: An entry was changed, removed, added, moved or filed under another skill.
        """
        if skill is None:
            yield from self._nouns(Entry, "audit")
            return
        expected = self._followed(skill)
        found = list(self._nouns(Entry, "audit", skill=skill))
        if [entry.hash for entry in found[: len(expected)]] != expected:
            raise self._broken(f"its entries on {skill!r} are not found under that name: one was filed under another")
        yield from found

    def anchor(self) -> Anchor:
        """How long the audit log is and the hash of its last entry, as noted when that was written."""
        with self._database.reading() as session:
            rows = session.rows("SELECT number, hash FROM audit_head")
        if len(rows) != 1:
            raise CorruptStore(f"The store {self._database.name!r} holds {len(rows)} heads of the audit log, not one.")
        return Anchor(number=rows[0][0], hash=rows[0][1])

    def marks(self) -> Mapping[str, object]:
        """What differs of each skill, by name, once a version, a state, a verdict or an event of it was written."""
        with self._database.reading() as session:
            rows = session.rows("SELECT skill, MAX(position) FROM audit GROUP BY skill")
            rows += session.rows("SELECT name, version, checksum FROM skills ORDER BY position")
        marks = dict[str, tuple[object, ...]]()
        for name, *mark in rows:
            marks[_found(name)] = (*marks.get(_found(name), ()), *mark)
        return marks

    def _followed(self, skill: str) -> list[str]:
        """The hashes of all entries on a skill, once the log was followed to its head."""
        head, full = self.anchor(), True
        with self._following:
            while full:
                with self._database.reading() as session:
                    rows = session.rows(
                        f"SELECT position, body FROM audit WHERE position > ? ORDER BY position LIMIT {_PAGE}",
                        (self._log.position,),
                    )
                try:
                    self._log.follow((position, bytes(body)) for position, body in rows)
                except (ValueError, TypeError, KeyError) as failure:
                    raise self._broken(str(failure)) from failure
                full = len(rows) == _PAGE
            if head.number > self._log.head.number or (head.number == self._log.head.number and head != self._log.head):
                raise self._broken(f"it ends at entry {self._log.head.number}, which is not the one written last")
            return list(self._log.about(skill))

    def _broken(self, why: str) -> CorruptStore:
        return CorruptStore(
            f"The audit log of the store {self._database.name!r} does not hang together: {why}.",
            hint="Nothing is trusted by it. What was done to it: metier govern audit --verify",
        )

    def put_run(self, run: Run) -> None:
        """Keep a run, in place of what was stored under its run_id."""
        self._put("runs", "run_id", run.run_id, run)

    def runs(self) -> Iterator[Run]:
        """Every run, oldest first."""
        return self._nouns(Run, "runs")

    def put_stage(self, record: StageRecord) -> None:
        """Keep the result of a stage, in place of what was stored under its key."""
        self._put("stages", "stage_key", record.key, record)

    def stage(self, key: str) -> StageRecord | None:
        """The result stored under a key, or None."""
        return next(self._nouns(StageRecord, "stages", stage_key=key), None)

    def stages(self) -> Iterator[StageRecord]:
        """Every stage result."""
        return self._nouns(StageRecord, "stages")

    def close(self) -> None:
        """Let go of the database. May be called twice."""
        self._database.close()

    def _put(self, table: str, column: str, key: str, noun: object) -> None:
        with self._database.writing() as session:
            session.run(
                f"INSERT INTO {table} ({column}, body, checksum) VALUES (?, ?, ?) "
                f"ON CONFLICT ({column}) DO UPDATE SET body = excluded.body, checksum = excluded.checksum",
                (searchable(key), *_guarded(noun)),
            )

    def _nouns(self, noun: type[T], table: str, **where: str | None) -> Iterator[T]:
        """Read the rows that match every column given, page by page, in the order in which they were first stored."""
        given = {column: searchable(value) for column, value in where.items() if value is not None}
        filed = _FILED.get(table, {})
        clauses = "".join(f" AND {column} = ?" for column in given)
        statement = (
            f"SELECT {', '.join(('position', 'body', 'checksum', *filed))} FROM {table} "
            f"WHERE position > ?{clauses} ORDER BY position LIMIT {_PAGE}"
        )
        last, full = 0, True
        while full:
            with self._database.reading() as session:
                rows = session.rows(statement, (last, *given.values()))
            for _, body, checksum, *columns in rows:
                yield self._filed(self._noun(noun, body, checksum), filed, columns)
            full = len(rows) == _PAGE
            last = rows[-1][0] if rows else last

    def _filed(self, noun: T, filed: Mapping[str, str], columns: Sequence[Any]) -> T:
        """Give a noun back if each column says of it what it says itself."""
        for (column, attribute), found in zip(filed.items(), columns, strict=True):
            said = attrgetter(attribute)(noun)
            if found != (searchable(said) if isinstance(said, str) else said):
                raise CorruptStore(
                    f"The store {self._database.name!r} holds a {type(noun).__name__} that was moved, "
                    f"or filed under another {column}: {found!r} instead of {said!r}.",
                    hint="It is kept as it is. Restore a copy, or move it away and run again to make its content anew.",
                )
        return noun

    def _noun(self, noun: type[T], body: bytes, checksum: int) -> T:
        try:
            if zlib.crc32(body) != checksum:
                raise ValueError("its checksum does not fit")
            return revive(noun, body)
        except (ValueError, TypeError) as failure:
            raise CorruptStore(
                f"The store {self._database.name!r} holds a damaged {noun.__name__}: {failure}.",
                hint="It is kept as it is. Restore a copy, or move it away and run again to make its content anew.",
            ) from failure


def searchable(text: str) -> str:
    r"""Write a text so that every database takes it, and different texts stay different.

    PostgreSQL refuses NUL, and both refuse lone surrogates; these and the backslash become `\` and a number.

    >>> searchable("gpt-5"), searchable("a\x00b\\")
    ('gpt-5', 'a\\0000b\\005c')
    """
    return _UNSAFE.sub(lambda match: f"\\{ord(match[0]):04x}", text)


def _found(text: str) -> str:
    r"""The text that `searchable` wrote.

    >>> _found(searchable("a\x00b\\")) == "a\x00b\\"
    True
    """
    return _WRITTEN.sub(lambda match: chr(int(match[1], 16)), text)


def _add_verdict(session: Session, verdict: Verdict) -> None:
    key, content, (body, checksum) = searchable(verdict.skill), searchable(verdict.digest), _guarded(verdict)
    last = session.rows("SELECT body FROM verdicts WHERE skill = ? ORDER BY position DESC LIMIT 1", (key,))
    is_new = not last or bytes(last[0][0]) != body
    if is_new:
        session.run(_ADD_CONTENT, (content,))
        session.run(
            "INSERT INTO verdicts (skill, digest, body, checksum) VALUES (?, ?, ?, ?)", (key, content, body, checksum)
        )
    # A verdict of a schema that had no audit log is entered when it is confirmed.
    if is_new or not session.rows("SELECT 1 FROM audit WHERE verdict = ? LIMIT 1", (digest(verdict),)):
        _chain(session, verdict_event(verdict))


def _chain(session: Session, event: Event) -> Entry:
    number, previous = session.rows("SELECT number, hash FROM audit_head")[0]
    entry = Entry(number=number + 1, previous=previous, event=event)
    session.run(
        "INSERT INTO audit (number, skill, verdict, body, checksum) VALUES (?, ?, ?, ?, ?)",
        (entry.number, searchable(event.skill), event.verdict, *_guarded(entry)),
    )
    session.run("UPDATE audit_head SET number = ?, hash = ?", (entry.number, entry.hash))
    return entry


def _guarded(noun: object) -> tuple[bytes, int]:
    body = canonical(noun)
    return body, zlib.crc32(body)


def _attempt_row(attempt: Attempt) -> tuple[str | bytes | int, ...]:
    keys = (attempt.attempt_id, attempt.run_id, attempt.item_id, attempt.model)
    return (*map(searchable, keys), *_guarded(attempt))
