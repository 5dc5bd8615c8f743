"""Is tampering with the audit log seen, in both databases?"""

from __future__ import annotations

import os
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from metier.attempt import Attempt, Grade
from metier.audit import START, Anchor, Deed, Event
from metier.digest import canonical
from metier.errors import Conflict, CorruptStore
from metier.govern.chain import verify
from metier.govern.transitions import held, last_verdict, revoke, standing_of
from metier.skill import Skill
from metier.stores.sqlite import SqliteStore
from metier.verdict import ExposureTier, Gate, GateOutcome, GateResult, Verdict, VettingTier

Opening = Callable[[], Any]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    """Opens the same store at each call; one fixture for each kind."""
    if request.param == "sqlite":
        yield partial(SqliteStore, tmp_path / "metier.db")
        return
    url = os.environ.get("METIER_TEST_POSTGRES", "")
    if not url:
        (pytest.fail if os.environ.get("METIER_REQUIRE") == "all" else pytest.skip)("No PostgreSQL server.")
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg: pip install 'metier[postgres]'")
    from metier.stores.postgres import PostgresStore

    schema = f"test_{uuid.uuid4().hex}"
    yield partial(PostgresStore, url, bulk=tmp_path / "bulk", schema=schema)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


@pytest.fixture
def store(opening: Opening) -> Iterator[Any]:
    """A store with two verdicts and four events: entries 1 to 6."""
    with closing(opening()) as kept:
        for exposure in (ExposureTier.INSTRUCTIONS, ExposureTier.METADATA):
            kept.put_verdict(
                Verdict(
                    skill="reverse",
                    digest="sha256:1",
                    vetting=VettingTier.COMMUNITY,
                    exposure=exposure,
                    reasons=("seen",),
                )
            )
        for uses in range(1, 5):
            kept.put_event(Event(deed=Deed.USE, who="w", skill="reverse", digest="sha256:1", uses=uses))
        yield kept


def tamper(store: Any, statement: str, *values: Any) -> None:
    with store._database.writing() as session:
        session.run(statement, values)


def rewrite(store: Any, number: int, **changed: Any) -> None:
    """Change an entry and mend its checksum, as somebody who knows the tables would."""
    entry = next(e for e in store.entries() if e.number == number)
    body = canonical(replace(entry, event=replace(entry.event, **changed)))
    tamper(store, "UPDATE audit SET body = ?, checksum = ? WHERE number = ?", body, zlib.crc32(body), number)


def faults(store: Any, anchor: Anchor | None = None) -> str:
    return "; ".join(verify(store, anchor=anchor).faults)


def test_an_untouched_log_is_intact(store: Any) -> None:
    found = verify(store, anchor=store.anchor())
    assert found.intact
    assert found.head == store.anchor()
    assert found.head.number == 6


def test_an_older_anchor_fits_a_longer_log(store: Any) -> None:
    anchor = store.anchor()
    store.put_event(Event(deed=Deed.USE, who="w", skill="reverse", digest="sha256:1", uses=9))
    assert verify(store, anchor=anchor).intact


@pytest.mark.parametrize("number", range(1, 7))
def test_an_edited_entry_is_seen(store: Any, number: int) -> None:
    rewrite(store, number, who="Mallory")
    assert "changed" in faults(store)


@pytest.mark.parametrize("number", range(1, 7))
def test_a_removed_entry_is_seen(store: Any, number: int) -> None:
    tamper(store, "DELETE FROM audit WHERE number = ?", number)
    assert "removed" in faults(store) or "cut off" in faults(store)


@pytest.mark.parametrize("number", range(1, 6))
def test_two_entries_in_each_other_s_place_are_seen(store: Any, number: int) -> None:
    with store._database.reading() as session:
        rows = session.rows("SELECT position, body FROM audit ORDER BY position")
    # They are read by position, so their bodies change places.
    (first, one), (second, two) = rows[number - 1], rows[number]
    for position, body in ((first, two), (second, one)):
        body = bytes(body)
        tamper(store, "UPDATE audit SET body = ?, checksum = ? WHERE position = ?", body, zlib.crc32(body), position)
    assert "moved" in faults(store)


@pytest.mark.parametrize("left", range(6))
def test_a_cut_end_is_seen(store: Any, left: int) -> None:
    tamper(store, "DELETE FROM audit WHERE number > ?", left)
    assert "its end was cut off" in faults(store)


@pytest.mark.parametrize("left", range(3, 6))
def test_a_cut_end_with_a_mended_head_is_seen_by_the_anchor_that_was_kept(store: Any, left: int) -> None:
    anchor = store.anchor()
    last = next(e for e in store.entries() if e.number == left)
    tamper(store, "DELETE FROM audit WHERE number > ?", left)
    tamper(store, "UPDATE audit_head SET number = ?, hash = ?", left, last.hash)
    assert verify(store).intact  # nothing inside the database can tell
    assert f"the anchor saw 6 entries, and {left} are left" in faults(store, anchor)


def test_a_log_that_was_written_anew_is_seen_by_the_anchor_that_was_kept(store: Any) -> None:
    anchor, entries = store.anchor(), list(store.entries())
    tamper(store, "DELETE FROM audit")
    tamper(store, "UPDATE audit_head SET number = 0, hash = ?", "sha256:" + "0" * 64)
    for entry in entries:
        store.put_event(replace(entry.event, who="Mallory" if entry.number == 4 else entry.event.who))
    assert verify(store).intact
    assert "entry 6 is not the one that the anchor saw" in faults(store, anchor)


def test_a_verdict_that_was_put_past_the_log_is_seen(store: Any) -> None:
    forged = next(iter(store.verdicts()))
    body = canonical(replace(forged, exposure=ExposureTier.AUTONOMOUS))
    tamper(
        store,
        "INSERT INTO verdicts (skill, digest, body, checksum) VALUES (?, ?, ?, ?)",
        "reverse",
        "sha256:1",
        body,
        zlib.crc32(body),
    )
    assert "a verdict on 'reverse' (sha256:1) stands in no entry" in faults(store)


def test_a_verdict_that_was_removed_is_seen(store: Any) -> None:
    tamper(store, "DELETE FROM verdicts WHERE position = (SELECT MIN(position) FROM verdicts)")
    assert "the verdict of entry 1 on 'reverse' is gone" in faults(store)


def test_a_damaged_row_is_told_and_does_not_stop_the_check(store: Any) -> None:
    tamper(store, "UPDATE audit SET checksum = 1 WHERE number = 3")
    assert "after entry 2" in faults(store)


def test_a_lost_head_is_seen(store: Any) -> None:
    tamper(store, "DELETE FROM audit_head")
    assert "0 heads of the audit log" in faults(store)


def test_an_anchor_that_is_none_is_refused(store: Any) -> None:
    for number in (0, -9):
        assert "no anchor" in faults(store, Anchor(number=number, hash="sha256:1"))
    assert verify(store, anchor=START).intact


def test_two_writers_make_one_chain(opening: Opening, store: Any) -> None:
    with closing(opening()) as other:
        for number in range(10):
            (store, other)[number % 2].put_event(
                Event(deed=Deed.USE, who=str(number), skill="append", digest="sha256:2", uses=1)
            )
        assert verify(other).intact
    assert [entry.number for entry in store.entries("append")] == list(range(7, 17))


@pytest.mark.parametrize("look", ["anchor", "verdicts", "entries"])
def test_what_is_written_while_the_log_is_checked_is_no_tampering(
    opening: Opening, store: Any, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, number = getattr(store, look), count()
    with closing(opening()) as other:

        def meanwhile(*arguments: Any) -> Any:
            skill = ("reverse", "append")[next(number) % 2]
            other.put_verdict(replace(VERDICT, skill=skill, reasons=(str(next(number)),)))
            other.put_attempts([Attempt(item_id=str(next(number)), model="m", run_id="r", reply="", grade=GRADE)])
            other.put_event(Event(deed=Deed.USE, who="w", skill=skill, digest="sha256:1", uses=1))
            return looked(*arguments)

        monkeypatch.setattr(store, look, meanwhile)
        assert verify(store).faults == ()


def test_the_hash_of_an_entry_hangs_on_every_field(store: Any) -> None:
    entry = next(iter(store.entries()))
    changed = [
        replace(entry, number=2),
        replace(entry, previous="sha256:1"),
        *(
            replace(entry, event=replace(entry.event, **{field: value}))
            for field, value in {
                "deed": Deed.USE,
                "who": "x",
                "skill": "x",
                "digest": "x",
                "because": ("x",),
                "vetting": None,
                "exposure": None,
                "uses": 7,
                "verdict": "x",
                "when": "x",
            }.items()
        ),
    ]
    assert len({entry.hash, *(one.hash for one in changed)}) == len(changed) + 1


@pytest.mark.parametrize("number", range(1, 7))
def test_an_entry_that_was_filed_under_another_skill_is_seen(store: Any, number: int) -> None:
    tamper(store, "UPDATE audit SET skill = 'zzz' WHERE number = ?", number)
    assert "filed under another" in faults(store)


def test_a_verdict_that_was_filed_under_another_skill_is_seen(store: Any) -> None:
    tamper(store, "UPDATE verdicts SET skill = 'zzz' WHERE position = (SELECT max(position) FROM verdicts)")
    assert "filed under another" in faults(store)


def test_an_old_verdict_that_was_put_in_again_is_seen(store: Any) -> None:
    tamper(
        store,
        "INSERT INTO verdicts (skill, digest, body, checksum) "
        "SELECT skill, digest, body, checksum FROM verdicts WHERE position = (SELECT min(position) FROM verdicts)",
    )
    assert "do not stand as often" in faults(store)


GRADE = Grade.correct()
VERDICT = Verdict(
    skill="reverse",
    digest="sha256:1",
    vetting=VettingTier.COMMUNITY,
    exposure=ExposureTier.INSTRUCTIONS,
    reasons=("seen",),
    gates=(GateResult(gate=Gate.SEMANTIC, outcome=GateOutcome.PASSED, reasons=("seen",)),),
)

_FILED = [
    ("audit", "number", 99),
    ("audit", "position", 99),
    ("audit", "skill", "zzz"),
    ("audit", "verdict", "sha256:9"),
    ("audit_head", "number", 9),
    ("audit_head", "hash", "sha256:9"),
    ("verdicts", "digest", "sha256:9"),
    ("verdicts", "position", -1),
    ("verdicts", "skill", "zzz"),
]


@pytest.mark.parametrize(("table", "column", "value"), _FILED)
def test_no_column_gives_trust_without_a_complaint(opening: Opening, table: str, column: str, value: Any) -> None:
    with closing(opening()) as kept:
        for skill in ("zzz", "reverse"):
            kept.put_verdict(replace(VERDICT, skill=skill))
        revoke(kept, "reverse", who="w", because="an incident")
        assert standing_of(kept, "reverse", "sha256:1").revoked
        last = "" if table == "audit_head" else f" WHERE position = (SELECT max(position) FROM {table} WHERE "
        if last:
            last += "skill = 'reverse')" if table == "verdicts" else "verdict = '')"
        tamper(kept, "INSERT INTO contents (digest) VALUES ('sha256:9')")
        if column == "position" and not isinstance(kept, SqliteStore):
            # Whoever owns the table can have the server let go of the numbers that it gives.
            tamper(kept, f"ALTER TABLE {table} ALTER COLUMN position SET GENERATED BY DEFAULT")
        tamper(kept, f"UPDATE {table} SET {column} = ?{last}", value)
        assert (table, column) == ("audit", "position") or not verify(kept).intact
    with closing(opening()) as kept:  # anew, as whoever asks next
        try:
            now = held(kept, last_verdict(kept, "reverse"))
        except CorruptStore:
            return
        assert now.exposure == ExposureTier.METADATA
        assert standing_of(kept, "reverse", "sha256:1").revoked


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit WHERE verdict = ''",
        "DELETE FROM verdicts WHERE position = (SELECT max(position) FROM verdicts)",
    ],
)
def test_what_was_removed_is_missed_by_whoever_asks(opening: Opening, statement: str) -> None:
    with closing(opening()) as kept:
        kept.put_verdict(VERDICT)
        revoke(kept, "reverse", who="w", because="an incident")
        assert held(kept, last_verdict(kept, "reverse")).exposure == ExposureTier.METADATA
        tamper(kept, statement)
        with pytest.raises(CorruptStore, match="audit log"):
            held(kept, VERDICT)
    with closing(opening()) as kept, pytest.raises(CorruptStore, match="audit log"):
        standing_of(kept, "reverse", "sha256:1")


def test_another_content_under_a_stored_version_is_refused_whatever_a_column_says(store: Any) -> None:
    old, new = (Skill(name="n", version="1", description=text) for text in ("old", "new"))
    store.put_skill(old)
    tamper(store, "INSERT INTO contents (digest) VALUES (?)", new.digest)
    tamper(store, "UPDATE skills SET digest = ?", new.digest)
    with pytest.raises(Conflict):
        store.put_skill(new)
