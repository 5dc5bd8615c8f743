"""How do rows of evidence come into the audit log, so that nobody changes, removes or plants one unseen?

What can be replaced (a run, the result of a stage, the findings of a content) has a key, and what was entered last
under it counts. Attempts are only ever added: an entry holds all that lie between two positions. What is stored is
entered in the same transaction. Reading and refusing is left to `metier.stores.sql`.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.audit import Deed, Entry, Event, Rows
from metier.digest import canonical, digest
from metier.stores.session import Session, searchable

KEYED = {"findings": "skill_digest", "runs": "run_id", "stages": "stage_key"}
"""What is put again in place of what was there: the table, and the column of its key."""

_MARK = 8
"""Hexadecimal digits of a mark: enough to tell the rows of one entry apart."""

_NAMED = 3
_PAGE = 1000
_NOTHING = "sha256:" + hashlib.sha256().hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The attempts of one entry: its number, where they lie, how many there are and what they come to."""

    entry: int
    first: int
    last: int
    count: int
    digest: str


def enter(session: Session, event: Event) -> Entry:
    """Add an event to the end of the audit log, chained to the entry before it."""
    number, previous = session.rows("SELECT number, hash FROM audit_head")[0]
    entry = Entry(number=number + 1, previous=previous, event=event)
    body = canonical(entry)
    session.run(
        "INSERT INTO audit (number, skill, verdict, body, checksum) VALUES (?, ?, ?, ?, ?)",
        (entry.number, searchable(event.skill), event.verdict, body, zlib.crc32(body)),
    )
    session.run("UPDATE audit_head SET number = ?, hash = ?", (entry.number, digest(body)))
    return entry


def enter_rows(session: Session, table: str, key: str, bodies: Sequence[bytes], *, as_found: bool = False) -> None:
    """Enter what lies under a key now."""
    enter(session, _event(Rows(table=table, keys=(key,), as_found=as_found), [_hash(body) for body in bodies]))


def enter_attempts(
    session: Session, attempts: Sequence[tuple[str, bytes]], *, after: int, last: int = 0, as_found: bool = False
) -> None:
    """Enter attempts, each its run and its bytes: all that lie after a position, up to another or the end."""
    hashes = [_hash(body) for _, body in attempts]
    rows = Rows(
        table="attempts",
        keys=tuple(dict.fromkeys(run for run, _ in attempts)),
        first=after + 1,
        last=last or last_attempt(session),
        marks=tuple(map(_marked, hashes)),
        as_found=as_found,
    )
    enter(session, _event(rows, hashes))


def enter_as_found(session: Session) -> None:
    """Enter all that lies in a store that entered no evidence until now; what was done to it before, nothing tells."""
    if session.rows("SELECT 1 FROM audit WHERE skill = '' LIMIT 1"):
        return
    after = 0
    while page := session.rows(
        f"SELECT position, run_id, body FROM attempts WHERE position > ? ORDER BY position LIMIT {_PAGE}", (after,)
    ):
        last = page[-1][0]
        attempts = [(run, bytes(body)) for _, run, body in page]
        enter_attempts(session, attempts, after=after, last=last, as_found=True)
        after = last
    for table in KEYED:
        for key, bodies in by_key(keyed_rows(session, table)).items():
            enter_rows(session, table, key, bodies, as_found=True)


def last_attempt(session: Session) -> int:
    """The position of the attempt that was stored last."""
    return int(session.rows("SELECT COALESCE(MAX(position), 0) FROM attempts")[0][0])


def attempts_after(session: Session, position: int) -> list[tuple[str, bytes]]:
    """The attempts that were stored after another, each its run and its bytes."""
    rows = session.rows("SELECT run_id, body FROM attempts WHERE position > ? ORDER BY position", (position,))
    return [(run, bytes(body)) for run, body in rows]


def keyed_rows(session: Session, table: str, key: str | None = None) -> list[tuple[Any, ...]]:
    """The rows of a table with keys, or those under one, each its key, its bytes and its checksum."""
    where, values = (f"WHERE {KEYED[table]} = ?", (key,)) if key is not None else ("", ())
    return session.rows(f"SELECT {KEYED[table]}, body, checksum FROM {table} {where} ORDER BY position", values)


def by_key(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[bytes]]:
    """The bytes under each key."""
    found: dict[str, list[bytes]] = {}
    for key, body, *_ in rows:
        found.setdefault(key, []).append(bytes(body))
    return found


def digest_of(bodies: Iterable[bytes]) -> str:
    """One digest of the bytes of rows, in order.

    >>> digest_of([b"a", b"b"]) == digest_of([b"ab"])
    False
    """
    return _over([_hash(body) for body in bodies])


def apart(table: str, found: Mapping[str, Sequence[bytes]], entered: Mapping[str, str]) -> Iterator[str]:
    """Say what of a table with keys is not as it was entered last, by key.

    >>> list(apart("runs", {"r": [b"{}"]}, {}))
    ['the run r stands in no entry: it was put there past the log']
    """
    for key in dict.fromkeys((*found, *entered)):
        bodies = found.get(key, ())
        wanted = entered.get(key, _NOTHING)
        if digest_of(bodies) == wanted:
            continue
        what = f"what was found in {key}" if table == "findings" else _one(table, key)
        if not bodies:
            yield f"{what} is gone"
        elif key in entered:
            yield f"{what} is not as it was entered last"
        else:
            yield f"{what} stands in no entry: it was put there past the log"


def attempts_apart(entry: Entry, rows: Sequence[tuple[str, str, bytes]]) -> Iterator[str]:
    """Say what of the attempts of an entry is not as it holds them; each row is the attempt, its run and its bytes."""
    left = Counter(entry.event.rows.marks if entry.event.rows else ())
    num_strange = 0
    for attempt_id, run, body in rows:
        mark = _marked(_hash(body))
        if left[mark]:
            left[mark] -= 1
        else:
            num_strange += 1
            yield f"the attempt {attempt_id} of {run} is not as entry {entry.number} holds it"
    told = f"of the {entry.event.because[0]} in entry {entry.number}"
    if left.total() > num_strange:
        yield f"{left.total() - num_strange} {told} are gone"
    elif left.total() < num_strange:
        yield f"{num_strange - left.total()} more than those {told} lie among them"
    elif not num_strange and digest_of(body for _, _, body in rows) != entry.event.digest:
        yield f"the order {told} was changed, or what they say"


def spans(batches: Sequence[Batch]) -> Iterator[list[Batch]]:
    """Batches that lie side by side, as many at once as hold a page of rows.

    >>> batches = [Batch(entry=n, first=n, last=n, count=600, digest="") for n in (1, 2, 3, 5)]
    >>> [[batch.first for batch in span] for span in spans(batches)]
    [[1, 2], [3], [5]]
    """
    span: list[Batch] = []
    count = 0
    for batch in batches:
        if span and (batch.first != span[-1].last + 1 or count >= _PAGE):
            yield span
            span, count = [], 0
        span.append(batch)
        count += batch.count
    if span:
        yield span


def _one(table: str, key: str) -> str:
    return f"the {'result of a stage' if table == 'stages' else 'run'} {key}"


def _event(rows: Rows, hashes: Sequence[bytes]) -> Event:
    more = f" and {len(rows.keys) - _NAMED} more" if len(rows.keys) > _NAMED else ""
    named = ", ".join(rows.keys[:_NAMED]) + more
    if rows.table in ("attempts", "findings"):
        told = f"{len(hashes)} {rows.table.removesuffix('s') if len(hashes) == 1 else rows.table} of {named}"
    else:
        told = _one(rows.table, named)
    because = (told, "as found") if rows.as_found else (told,)
    return Event(deed=Deed.EVIDENCE, who="metier", skill="", digest=_over(hashes), because=because, rows=rows)


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def _marked(one: bytes) -> str:
    return one.hex()[:_MARK]


def _over(hashes: Sequence[bytes]) -> str:
    return "sha256:" + hashlib.sha256(b"".join(hashes)).hexdigest()
