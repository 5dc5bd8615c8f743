"""How does the promise of an index become rows? Skills and segments in a database, the ranking in memory.

A change is one transaction: the rows of the skills, the new segment, and a number that tells every other process to
read again. Nothing is kept in memory that is not on the disk. This module does not know drivers.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from metier.digest import canonical
from metier.errors import CorruptStore, NotStored
from metier.index import Found, Listed
from metier.skill import Skill
from metier.stores.find.answer import answer
from metier.stores.find.rank import rank
from metier.stores.find.request import read_request
from metier.stores.find.segment import Segment, body_of, merged, packed, segment_of, unpacked, words_of
from metier.stores.find.shelf import Card, Shelf
from metier.stores.nouns import revive
from metier.stores.schema import Tables
from metier.stores.session import Database, Session, searchable

_EMPTIED = """
    DELETE FROM find_segments;
    DELETE FROM find_skills;
    UPDATE find_state SET version = version + 1
"""
"""What was indexed before is indexed again."""

TABLES = Tables(
    migrations=(
        """
        CREATE TABLE find_state (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL);
        CREATE TABLE find_skills (position {position}, origin {text} NOT NULL, name {text} NOT NULL,
            digest {text} NOT NULL, listed {bytes} NOT NULL, body {bytes} NOT NULL, checksum BIGINT NOT NULL,
            UNIQUE (origin, name));
        CREATE TABLE find_segments (position {position}, num_skills BIGINT NOT NULL, data {bytes} NOT NULL,
            checksum BIGINT NOT NULL);
        INSERT INTO find_state (id, version) VALUES (1, 0)
        """,
        _EMPTIED,  # the words of a text that is not ASCII are others since
        _EMPTIED,  # so are plurals of names in capitals, words with an apostrophe and those of British spelling
    ),
    application_id=0x6D657478,  # "metx"
    record="metier_find_migrations",
    noun="index",
    rescue="Move it away and index the library again: an index holds nothing that the packages do not.",
)
_BATCH = 512
"""Skills of one segment when many are put at once; it bounds the memory that a change needs."""
_MAX_TIMES = 3
"""So many times as many skills as are left may stand in the segments before these are written anew."""


class SqlIndex:
    """Keeps the promise of `metier.index.Index` on an open database.

    Args:
        database: A database with `TABLES`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._version = -1
        self._segments: dict[int, Segment] = {}
        self._cards: dict[int, Card] = {}
        self._shelf = Shelf((), {})
        self._parts: dict[frozenset[str], Shelf] = {}

    def put(self, skills: Iterable[Skill], *, origin: str = "") -> int:
        """Add skills, each in place of what stood under its origin and name, and return how many changed."""
        given = {skill.name: skill for skill in skills}
        with self._database.writing() as session:
            known = dict(session.rows("SELECT name, digest FROM find_skills WHERE origin = ?", (searchable(origin),)))
            changed = [skill for skill in given.values() if known.get(searchable(skill.name)) != skill.digest]
            self._delete(session, [skill.name for skill in changed if searchable(skill.name) in known], origin)
            for begin in range(0, len(changed), _BATCH):
                self._add(session, changed[begin : begin + _BATCH], origin)
            if changed:
                self._changed(session)
        return len(changed)

    def remove(self, names: Iterable[str], *, origin: str = "") -> int:
        """Take skills out and return how many were there."""
        names = set(names)
        with self._database.writing() as session:
            known = {
                row[0] for row in session.rows("SELECT name FROM find_skills WHERE origin = ?", (searchable(origin),))
            }
            gone = sorted(name for name in names if searchable(name) in known)
            self._delete(session, gone, origin)
            if gone:
                self._changed(session)
        return len(gone)

    def skills(self) -> Iterator[Listed]:
        """Everything in the index, by origin and name."""
        for card in self._read().cards:
            yield card.listed

    def body(self, listed: Listed) -> str:
        """The instructions of a listed skill as they were indexed."""
        with self._database.reading() as session:
            rows = session.rows(
                "SELECT body FROM find_skills WHERE origin = ? AND name = ? AND digest = ?",
                (searchable(listed.origin), searchable(listed.name), listed.digest),
            )
        if not rows:
            raise NotStored(
                f"The index {self._database.name!r} does not hold {listed.name!r} with the digest {listed.digest}.",
                hint="It was changed or removed since it was listed; find it again.",
            )
        return zlib.decompress(rows[0][0]).decode("utf-8", "surrogatepass")

    def find(self, query: str, k: int = 5, *, origins: Collection[str] | None = None) -> Found:
        """The best `k` skills for a request, of some origins alone if they are given, and whether any should fire."""
        return answer(query, rank(self._read(origins), read_request(query)), k)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _add(self, session: Session, skills: Sequence[Skill], origin: str) -> None:
        found = []
        for skill in skills:
            listed = canonical(
                Listed(name=skill.name, digest=skill.digest, description=skill.description, origin=origin)
            )
            row = (searchable(origin), searchable(skill.name), skill.digest, listed)
            body = zlib.compress(body_of(skill).encode("utf-8", "surrogatepass"), 1)
            position = session.rows(
                "INSERT INTO find_skills (origin, name, digest, listed, body, checksum) VALUES (?, ?, ?, ?, ?, ?)"
                " RETURNING position",
                (*row, body, zlib.crc32(listed)),
            )[0][0]
            found.append(words_of(skill, position))
        self._keep(session, segment_of(found))

    def _keep(self, session: Session, segment: Segment) -> None:
        """Add a segment and take in those that are no larger: n changes cost n log n, and few segments stay."""
        rows = session.rows("SELECT position, num_skills FROM find_segments ORDER BY position DESC")
        taken, size = list[int](), len(segment.positions)
        for position, num_skills in rows:
            if num_skills > size:
                break
            taken.append(position)
            size += num_skills
        if taken:
            segment = self._merged(session, taken[::-1], segment)
        self._write(session, segment)

    def _merged(self, session: Session, positions: Sequence[int], *more: Segment) -> Segment:
        """Take segments out and make one of them and what is given, of the skills that are left."""
        live = {row[0] for row in session.rows("SELECT position FROM find_skills")}
        parts = [_segment(session, position, self._database.name) for position in positions]
        session.run_many("DELETE FROM find_segments WHERE position = ?", [(position,) for position in positions])
        return merged([*parts, *more], live)

    def _write(self, session: Session, segment: Segment) -> None:
        data = zlib.compress(packed(segment), 1)
        session.run(
            "INSERT INTO find_segments (num_skills, data, checksum) VALUES (?, ?, ?)",
            (len(segment.positions), data, zlib.crc32(data)),
        )

    def _delete(self, session: Session, names: Sequence[str], origin: str) -> None:
        session.run_many(
            "DELETE FROM find_skills WHERE origin = ? AND name = ?",
            [(searchable(origin), searchable(name)) for name in names],
        )

    def _changed(self, session: Session) -> None:
        rows = session.rows("SELECT position, num_skills FROM find_segments ORDER BY position")
        num_live = session.rows("SELECT COUNT(*) FROM find_skills")[0][0]
        if not num_live:
            session.run("DELETE FROM find_segments")
        elif sum(num_skills for _, num_skills in rows) > _MAX_TIMES * num_live:
            self._write(session, self._merged(session, [position for position, _ in rows]))
        session.run("UPDATE find_state SET version = version + 1")

    def _read(self, origins: Collection[str] | None = None) -> Shelf:
        """The live skills, read again only if some process changed them; what the last origins held is kept."""
        with self._lock, self._database.reading() as session:
            version = session.rows("SELECT version FROM find_state")[0][0]
            if version != self._version:
                self._load(session)
                self._version = version
            if origins is None:
                return self._shelf
            wanted = frozenset(origins)
            if wanted not in self._parts:
                cards = {position: card for position, card in self._cards.items() if card.listed.origin in wanted}
                self._parts = {wanted: Shelf(list(self._segments.values()), cards)}
            return self._parts[wanted]

    def _load(self, session: Session) -> None:
        positions = [row[0] for row in session.rows("SELECT position FROM find_segments ORDER BY position")]
        self._segments = {
            position: self._segments.get(position) or _segment(session, position, self._database.name)
            for position in positions
        }
        newest = max(self._cards, default=0)
        live = {row[0] for row in session.rows("SELECT position FROM find_skills")}
        fresh = session.rows("SELECT position, listed, checksum FROM find_skills WHERE position > ?", (newest,))
        self._cards = {position: card for position, card in self._cards.items() if position in live}
        self._cards |= {row[0]: Card(self._listed(row[1], row[2])) for row in fresh}
        self._shelf, self._parts = Shelf(list(self._segments.values()), self._cards), {}

    def _listed(self, body: Any, checksum: int) -> Listed:
        body = bytes(body)
        if zlib.crc32(body) != checksum:
            raise _damaged(self._database.name)
        listed: Listed = revive(Listed, body)
        return listed


def _segment(session: Session, position: int, name: str) -> Segment:
    data, checksum = session.rows("SELECT data, checksum FROM find_segments WHERE position = ?", (position,))[0]
    data = bytes(data)
    if zlib.crc32(data) != checksum:
        raise _damaged(name)
    return unpacked(zlib.decompress(data))


def _damaged(name: str) -> CorruptStore:
    return CorruptStore(
        f"The index {name!r} does not hold what was written; it is left as it is.",
        hint=TABLES.rescue,
    )
