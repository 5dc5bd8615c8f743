"""How does the promise of a store become SQL? Everything that SQLite and PostgreSQL share.

A `Database` gives transactions and raises our errors; `SqlStore` keeps the promise on any of them. Statements are
written once, with `?` for a value. This module does not know files, connections or drivers.
"""

from __future__ import annotations

import threading
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from metier.attempt import Attempt
from metier.audit import Anchor, Entry, Event, verdict_event
from metier.digest import canonical, digest
from metier.errors import Conflict, CorruptStore, NotStored, nearest
from metier.run import Run, StageRecord
from metier.skill import Skill
from metier.state import Cause, check_move
from metier.store import Bulk
from metier.stores.chained import Chained
from metier.stores.entered import (
    KEYED,
    Batch,
    apart,
    attempts_after,
    attempts_apart,
    by_key,
    digest_of,
    enter,
    enter_attempts,
    enter_rows,
    keyed_rows,
    last_attempt,
    spans,
)
from metier.stores.nouns import revive
from metier.stores.session import Database, Session, searchable, unsearchable
from metier.verdict import Finding, Verdict

T = TypeVar("T")

_PAGE = 1000
"""Rows read at once: a reader holds no lock and no cursor while its caller thinks."""

_NAMED = 3
"""Of the rows that are amiss, as many are told by whoever meets them."""

_ADD_CONTENT = "INSERT INTO contents (digest) VALUES (?) ON CONFLICT (digest) DO NOTHING"
_FILED = {
    "skills": {"name": "name", "version": "version", "digest": "digest"},
    "attempts": {"attempt_id": "attempt_id", "run_id": "run_id", "item_id": "item_id", "model": "model"},
    "verdicts": {"skill": "skill", "digest": "digest"},
    "audit": {"number": "number", "skill": "event.skill", "verdict": "event.verdict"},
    "runs": {"run_id": "run_id"},
    "stages": {"stage_key": "key"},
}
"""What each column beside a noun repeats of it. A finding does not name its content."""


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
        """Keep attempts in one transaction; those already stored are left alone. Returns how many were new.

        What was new is entered in the audit log, in the same transaction.
        """
        # All rows are made before the transaction begins, so that a slow source does not keep other writers waiting.
        rows = [_attempt_row(attempt) for attempt in attempts]
        if not rows:
            return 0
        runs = [(run_id,) for run_id in dict.fromkeys(row[1] for row in rows)]
        with self._database.writing() as session:
            session.run_many("INSERT INTO attempted_runs (run_id) VALUES (?) ON CONFLICT (run_id) DO NOTHING", runs)
            before = last_attempt(session)
            num_new = session.run_many(
                "INSERT INTO attempts (attempt_id, run_id, item_id, model, body, checksum) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (attempt_id) DO NOTHING",
                rows,
            )
            if num_new:
                are_all = num_new == len(rows)
                new = [(row[1], row[4]) for row in rows] if are_all else attempts_after(session, before)
                enter_attempts(session, new, after=before)
            return num_new

    def attempts(
        self, *, run_id: str | None = None, item_id: str | None = None, model: str | None = None
    ) -> Iterator[Attempt]:
        """The attempts that match everything given, in the order in which they were first stored.

        Raises:
            CorruptStore: The audit log does not hang together, or an attempt was changed, removed or put in past it.
        """
        filters = {"run_id": run_id, "item_id": item_id, "model": model}
        given = {column: searchable(value) for column, value in filters.items() if value is not None}
        said = [canonical({column: value})[1:-1] for column, value in filters.items() if value is not None]
        clauses = " AND ".join(f"{column} = ?" for column in given) or "1 = 1"
        with self._database.reading() as session:
            log = self._followed(session)
            rows = session.rows(
                f"SELECT position FROM attempts WHERE {clauses} ORDER BY position", tuple(given.values())
            )
            wanted = dict.fromkeys(position for (position,) in rows)
            batches, strange = log.batches(wanted, run=given.get("run_id"), every=not given)
        if strange:
            raise self._altered([f"the attempt at position {one} stands in no entry" for one in strange])
        for span in spans(batches):
            for batch, attempts in self._between(span):
                # What says so itself and was filed otherwise is met, too, and refused.
                nouns = [
                    self._attempt(row)
                    for row in attempts
                    if row[0] in wanted or (said and all(one in row[1] for one in said))
                ]
                if digest_of(row[1] for row in attempts) != batch.digest:
                    raise self._altered(list(self._apart(batch, attempts)))
                yield from nouns

    def put_findings(self, skill_digest: str, findings: Iterable[Finding]) -> None:
        """Keep what a scan of this content saw, in place of what an earlier scan saw."""
        key = searchable(skill_digest)
        rows = [(key, *_guarded(finding)) for finding in findings]
        bodies = [row[1] for row in rows]
        with self._database.writing() as session:
            if by_key(keyed_rows(session, "findings", key)).get(key, []) == bodies:
                return
            session.run(_ADD_CONTENT, (key,))
            session.run("DELETE FROM findings WHERE skill_digest = ?", (key,))
            session.run_many("INSERT INTO findings (skill_digest, body, checksum) VALUES (?, ?, ?)", rows)
            enter_rows(session, "findings", key, bodies)

    def findings(self, skill_digest: str) -> Iterator[Finding]:
        """What the last scan of this content saw. Raises CorruptStore as `attempts`."""
        yield from self._kept(Finding, "findings", skill_digest)

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
            entry = enter(session, event)
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
        with self._database.reading() as session:
            expected = list(self._followed(session).about(skill))
        entries = list(self._nouns(Entry, "audit", skill=skill))
        if [entry.hash for entry in entries[: len(expected)]] != expected:
            raise self._broken(f"its entries on {skill!r} are not found under that name: one was filed under another")
        yield from entries

    def anchor(self) -> Anchor:
        """How long the audit log is and the hash of its last entry, as noted when that was written."""
        with self._database.reading() as session:
            return self._head(session)

    def marks(self) -> Mapping[str, object]:
        """What differs of each skill, by name, once a version, a state, a verdict or an event of it was written."""
        with self._database.reading() as session:
            rows = session.rows("SELECT skill, MAX(position) FROM audit WHERE skill <> '' GROUP BY skill")
            rows += session.rows("SELECT name, version, checksum FROM skills ORDER BY position")
        marks = dict[str, tuple[object, ...]]()
        for name, *mark in rows:
            marks[unsearchable(name)] = (*marks.get(unsearchable(name), ()), *mark)
        return marks

    def amiss(self) -> Iterator[str]:
        """What of the attempts, findings, runs and stage results is not as the audit log holds it, a phrase for each.

        Raises:
            CorruptStore: The log does not hang together, so nothing can be compared with it.
        """
        with self._database.reading() as session:
            log = self._followed(session)
            rows = session.rows("SELECT position, attempt_id, run_id FROM attempts ORDER BY position")
            batches, strange = log.batches((row[0] for row in rows), every=True)
            known = dict.fromkeys(strange)
            told = [
                f"the attempt {attempt_id} of {run_id} stands in no entry: it was put there past the log"
                for position, attempt_id, run_id in rows
                if position in known
            ]
            for table in KEYED:
                told += apart(table, by_key(keyed_rows(session, table)), log.kept.get(table, {}))
        yield from told
        for span in spans(batches):
            for batch, attempts in self._between(span):
                yield from self._apart(batch, attempts)

    def _followed(self, session: Session) -> Chained:
        """The audit log, followed to its head; what is read of it in the session stood there at the same moment."""
        head, full = self._head(session), True
        with self._following:
            while full:
                rows = session.rows(
                    f"SELECT position, body FROM audit WHERE position > ? ORDER BY position LIMIT {_PAGE}",
                    (self._log.position,),
                )
                try:
                    self._log.follow((position, bytes(body)) for position, body in rows)
                except (ValueError, TypeError, KeyError) as failure:
                    raise self._broken(str(failure)) from failure
                full = len(rows) == _PAGE
            if head != self._log.head:
                raise self._broken(f"it ends at entry {self._log.head.number}, which is not the one written last")
        return self._log

    def _head(self, session: Session) -> Anchor:
        rows = session.rows("SELECT number, hash FROM audit_head")
        if len(rows) != 1:
            raise CorruptStore(f"The store {self._database.name!r} holds {len(rows)} heads of the audit log, not one.")
        return Anchor(number=rows[0][0], hash=rows[0][1])

    def _between(self, span: Sequence[Batch]) -> Iterator[tuple[Batch, list[tuple[Any, ...]]]]:
        """The rows of each of some batches that lie side by side."""
        columns = ", ".join(("position", "body", "checksum", *_FILED["attempts"]))
        with self._database.reading() as session:
            rows = session.rows(
                f"SELECT {columns} FROM attempts WHERE position >= ? AND position <= ? ORDER BY position",
                (span[0].first, span[-1].last),
            )
        start = 0
        for batch in span:
            end = bisect_right(rows, batch.last, lo=start, key=itemgetter(0))
            yield batch, rows[start:end]
            start = end

    def _apart(self, batch: Batch, rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
        """Say what of the attempts of a batch is not as it was entered."""
        for row in rows:
            try:
                self._attempt(row)
            except CorruptStore as failure:
                yield str(failure)
        if digest_of(row[1] for row in rows) != batch.digest:
            with self._database.reading() as session:
                ((body,),) = session.rows("SELECT body FROM audit WHERE number = ?", (batch.entry,))
            yield from attempts_apart(revive(Entry, bytes(body)), [(row[3], row[4], bytes(row[1])) for row in rows])

    def _attempt(self, row: Sequence[Any]) -> Attempt:
        _, body, checksum, *columns = row
        return self._filed(self._noun(Attempt, body, checksum), _FILED["attempts"], columns)

    def _altered(self, strange: Sequence[str]) -> CorruptStore:
        more = f"; and {len(strange) - _NAMED} more" if len(strange) > _NAMED else ""
        return CorruptStore(
            f"The store {self._database.name!r} holds other evidence than its audit log entered: "
            f"{'; '.join(strange[:_NAMED])}{more}.",
            hint="Nothing is concluded from it. All that is amiss: metier govern audit --verify",
        )

    def _broken(self, why: str) -> CorruptStore:
        return CorruptStore(
            f"The audit log of the store {self._database.name!r} does not hang together: {why}.",
            hint="Nothing is trusted by it. What was done to it: metier govern audit --verify",
        )

    def put_run(self, run: Run) -> None:
        """Keep a run, in place of what was stored under its run_id."""
        self._put("runs", run.run_id, run)

    def runs(self) -> Iterator[Run]:
        """Every run, oldest first."""
        # Nothing is concluded from a run, so one that was changed is told by `amiss` and stops nobody.
        return self._nouns(Run, "runs")

    def put_stage(self, record: StageRecord) -> None:
        """Keep the result of a stage, in place of what was stored under its key."""
        self._put("stages", record.key, record)

    def stage(self, key: str) -> StageRecord | None:
        """The result stored under a key, or None. Raises CorruptStore as `attempts`."""
        return next(iter(self._kept(StageRecord, "stages", key)), None)

    def stages(self) -> Iterator[StageRecord]:
        """Every stage result. Raises CorruptStore as `attempts`."""
        yield from self._kept(StageRecord, "stages")

    def close(self) -> None:
        """Let go of the database. May be called twice."""
        self._database.close()

    def _put(self, table: str, key: str, noun: object) -> None:
        column, key, (body, checksum) = KEYED[table], searchable(key), _guarded(noun)
        with self._database.writing() as session:
            if by_key(keyed_rows(session, table, key)).get(key) == [body]:
                return
            session.run(
                f"INSERT INTO {table} ({column}, body, checksum) VALUES (?, ?, ?) "
                f"ON CONFLICT ({column}) DO UPDATE SET body = excluded.body, checksum = excluded.checksum",
                (key, body, checksum),
            )
            enter_rows(session, table, key, [body])

    def _kept(self, noun: type[T], table: str, key: str | None = None) -> list[T]:
        """What lies under a key, or under all, if that is what was entered last."""
        key = None if key is None else searchable(key)
        with self._database.reading() as session:
            entered = dict(self._followed(session).kept.get(table, {}))
            rows = keyed_rows(session, table, key)
        if key is not None:
            entered = {one: what for one, what in entered.items() if one == key}
        filed = _FILED.get(table, {})
        nouns = [
            self._filed(self._noun(noun, body, checksum), filed, columns[: len(filed)])
            for *columns, body, checksum in rows
        ]
        if strange := list(apart(table, by_key(rows), entered)):
            raise self._altered(strange)
        return nouns

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
        enter(session, verdict_event(verdict))


def _guarded(noun: object) -> tuple[bytes, int]:
    body = canonical(noun)
    return body, zlib.crc32(body)


def _attempt_row(attempt: Attempt) -> tuple[str, str, str, str, bytes, int]:
    keys = (attempt.attempt_id, attempt.run_id, attempt.item_id, attempt.model)
    attempt_id, run_id, item_id, model = map(searchable, keys)
    return attempt_id, run_id, item_id, model, *_guarded(attempt)
