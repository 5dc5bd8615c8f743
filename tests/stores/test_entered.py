"""What a verdict may rest on is entered in the audit log: whoever writes SQL changes, removes or plants none unseen."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metier.attempt import Attempt, Grade
from metier.audit import Deed
from metier.digest import canonical
from metier.errors import CorruptStore, StoreError
from metier.govern.chain import verify
from metier.run import Run, StageRecord
from metier.stores.schema import MIGRATIONS, STORE
from metier.stores.sqlite import SqliteDatabase, SqliteStore
from metier.verdict import ExposureTier, Finding, Severity, Verdict, VettingTier

Opening = Callable[[], Any]


def attempt(number: int, run_id: str = "run_a", *, correct: bool = False) -> Attempt:
    grade = Grade.correct() if correct else Grade.incorrect("different")
    return Attempt(item_id=f"item_{number}", model="m", run_id=run_id, reply=str(number), grade=grade)


NOTE = Finding(rule="r", severity=Severity.NOTE, message="m")
RUN = Run(run_id="turn_1", workspace="w", started="2026-01-01T00:00:00+00:00", config="sha256:1")
RECORD = StageRecord(key="sha256:k", stage="uplift", output={"uplift": {"low": -0.2}})


@pytest.fixture
def store(opening: Opening) -> Iterator[Any]:
    """Two runs, one of them in two batches and one of these shared; findings, a run and a stage result."""
    with closing(opening()) as kept:
        kept.put_attempts(attempt(number) for number in range(5))
        kept.put_attempts([attempt(5), attempt(5, "run_b"), attempt(6, "run_b")])
        kept.put_findings("sha256:1", [NOTE, replace(NOTE, line=2)])
        kept.put_run(RUN)
        kept.put_stage(RECORD)
        yield kept


def tamper(store: Any, statement: str, *values: Any) -> None:
    with store._database.writing() as session:
        session.run(statement, values)


def write(store: Any, table: str, noun: Any, where: str) -> None:
    """Change a row and mend its checksum, as somebody who knows the tables would."""
    body = canonical(noun)
    tamper(store, f"UPDATE {table} SET body = ?, checksum = ? WHERE {where}", body, zlib.crc32(body))


def plant(store: Any, one: Attempt, position: int | None = None) -> None:
    body = canonical(one)
    values = (one.attempt_id, one.run_id, one.item_id, one.model, body, zlib.crc32(body))
    tamper(store, "INSERT INTO attempted_runs (run_id) VALUES (?) ON CONFLICT (run_id) DO NOTHING", one.run_id)
    column, place, more = ("", "", ()) if position is None else ("position, ", "?, ", (position,))
    override = "OVERRIDING SYSTEM VALUE " if position is not None and not isinstance(store, SqliteStore) else ""
    tamper(
        store,
        f"INSERT INTO attempts ({column}attempt_id, run_id, item_id, model, body, checksum) {override}"
        f"VALUES ({place}?, ?, ?, ?, ?, ?)",
        *more,
        *values,
    )


def amiss(store: Any) -> str:
    return "; ".join(verify(store).faults)


def test_what_was_stored_is_as_it_was_entered(store: Any) -> None:
    found = verify(store, anchor=store.anchor())
    assert (found.faults, found.as_found) == ((), ())
    assert [entry.event.because[0] for entry in store.entries()] == [
        "5 attempts of run_a",
        "3 attempts of run_a, run_b",
        "2 findings of sha256:1",
        "the run turn_1",
        "the result of a stage sha256:k",
    ]


def test_a_better_grade_is_named_and_nothing_is_concluded_from_it(store: Any, opening: Opening) -> None:
    better = attempt(3, correct=True)
    write(store, "attempts", better, f"attempt_id = '{better.attempt_id}'")
    assert amiss(store) == f"the attempt {better.attempt_id} of run_a is not as entry 1 holds it"
    with closing(opening()) as anew, pytest.raises(CorruptStore, match=better.attempt_id):
        list(anew.attempts(run_id="run_a"))
    assert [one.item_id for one in store.attempts(run_id="run_b")] == ["item_5", "item_6"]


@pytest.mark.parametrize("number", [0, 4, 5])
def test_a_removed_attempt_is_seen(store: Any, number: int) -> None:
    tamper(store, "DELETE FROM attempts WHERE attempt_id = ?", attempt(number).attempt_id)
    entry = 1 if number < 5 else 2
    assert f"in entry {entry} are gone" in amiss(store)
    with pytest.raises(CorruptStore, match="are gone"):
        list(store.attempts(run_id="run_a"))


def test_a_run_that_was_removed_whole_is_missed_by_whoever_asks_for_it(store: Any) -> None:
    tamper(store, "DELETE FROM attempts WHERE run_id = 'run_b'")
    assert "2 of the 3 attempts of run_a, run_b in entry 2 are gone" in amiss(store)
    with pytest.raises(CorruptStore, match="are gone"):
        list(store.attempts(run_id="run_b"))


@pytest.mark.parametrize("run_id", ["run_a", "run_new"])
@pytest.mark.parametrize("position", [None, -3, 0, 5000])
def test_a_planted_attempt_is_seen(store: Any, run_id: str, position: int | None) -> None:
    planted = attempt(9, run_id, correct=True)
    plant(store, planted, position)
    assert f"the attempt {planted.attempt_id} of {run_id} stands in no entry" in amiss(store)
    for where in ({"run_id": run_id}, {"item_id": "item_9"}, {}):
        with pytest.raises(CorruptStore, match="stands in no entry"):
            list(store.attempts(**where))
    store.put_attempts([attempt(10)])  # and is not taken along by what is stored next
    assert planted.attempt_id in amiss(store)


def test_an_attempt_that_was_filed_under_another_run_is_seen(store: Any) -> None:
    tamper(store, "UPDATE attempts SET run_id = 'run_b' WHERE attempt_id = ?", attempt(2).attempt_id)
    assert "filed under another run_id" in amiss(store)
    for run_id in ("run_a", "run_b"):
        with pytest.raises(CorruptStore, match="filed under another run_id"):
            list(store.attempts(run_id=run_id))


def test_two_attempts_in_each_other_s_place_are_seen(store: Any) -> None:
    one, other = attempt(1), attempt(2)
    for place, held in ((one, replace(other, epoch=7)), (other, one), (one, other)):
        body = canonical(held)
        tamper(
            store,
            "UPDATE attempts SET attempt_id = ?, item_id = ?, body = ?, checksum = ? WHERE position = "
            "(SELECT MIN(position) + ? FROM attempts)",
            held.attempt_id,
            held.item_id,
            body,
            zlib.crc32(body),
            1 if place == one else 2,
        )
    assert amiss(store) == "the order of the 5 attempts of run_a in entry 1 was changed, or what they say"


CHANGED = {
    "findings": (NOTE, "sha256:1", "what was found in sha256:1"),
    "runs": (replace(RUN, workspace="other"), "turn_1", "the run turn_1"),
    "stages": (replace(RECORD, output={"uplift": {"low": 0.4}}), "sha256:k", "the result of a stage sha256:k"),
}
COLUMNS = {"findings": "skill_digest", "runs": "run_id", "stages": "stage_key"}
READ: dict[str, Callable[[Any], object]] = {
    "findings": lambda store: list(store.findings("sha256:1")),
    "stages": lambda store: list(store.stages()),
    "stage": lambda store: store.stage("sha256:k"),
}
PUT: dict[str, Callable[[Any], object]] = {
    "findings": lambda store: store.put_findings("sha256:1", [NOTE, replace(NOTE, line=2)]),
    "runs": lambda store: store.put_run(RUN),
    "stages": lambda store: store.put_stage(RECORD),
}


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize("how", ["changed", "removed"])
def test_what_has_a_key_is_missed_until_it_is_put_anew(store: Any, table: str, how: str) -> None:
    noun, key, named = CHANGED[table]
    if how == "changed":
        write(store, table, noun, f"{COLUMNS[table]} = '{key}'")
    else:
        tamper(store, f"DELETE FROM {table}")
    told = amiss(store)
    assert told.startswith(named)
    assert ("gone" if how == "removed" else "entered last") in told
    for name, read in READ.items():
        if name.startswith(table.removesuffix("s")):
            with pytest.raises(CorruptStore, match=named):
                read(store)
    PUT[table](store)
    assert verify(store).intact
    for read in READ.values():
        read(store)


def test_what_was_planted_under_a_key_is_seen(store: Any) -> None:
    planted = replace(RECORD, key="sha256:new", output={"uplift": {"low": 0.4}})
    body = canonical(planted)
    tamper(
        store,
        "INSERT INTO stages (stage_key, body, checksum) VALUES (?, ?, ?)",
        planted.key,
        body,
        zlib.crc32(body),
    )
    assert amiss(store) == "the result of a stage sha256:new stands in no entry: it was put there past the log"
    for read in (lambda: list(store.stages()), lambda: store.stage("sha256:new")):
        with pytest.raises(CorruptStore, match="stands in no entry"):
            read()
    assert store.stage("sha256:k") == RECORD


def test_an_entry_of_evidence_cannot_be_rewritten_along_with_it(store: Any, opening: Opening) -> None:
    better = attempt(3, correct=True)
    write(store, "attempts", better, f"attempt_id = '{better.attempt_id}'")
    entry = next(entry for entry in store.entries() if entry.event.rows.table == "attempts")
    body = canonical(replace(entry, event=replace(entry.event, digest="sha256:" + "0" * 64)))
    tamper(store, "UPDATE audit SET body = ?, checksum = ? WHERE number = 1", body, zlib.crc32(body))
    assert "entry 2 does not follow from entry 1" in amiss(store)
    with closing(opening()) as anew, pytest.raises(CorruptStore, match="does not hang together"):
        list(anew.attempts(run_id="run_a"))


def test_a_write_that_breaks_off_leaves_neither_rows_nor_entries(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from metier.stores import entered

    anchor = store.anchor()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entered, "canonical", killed)
    for put in (lambda: store.put_attempts([attempt(20)]), lambda: store.put_findings("sha256:2", [NOTE])):
        with pytest.raises(KeyboardInterrupt):
            put()
    monkeypatch.undo()
    assert (store.anchor(), amiss(store)) == (anchor, "")
    assert store.put_attempts([attempt(20)]) == 1


def test_a_batch_that_is_stored_in_part_is_entered_as_far_as_it_is_new(store: Any) -> None:
    assert store.put_attempts([attempt(6), attempt(4), attempt(7), attempt(7), attempt(8)]) == 3
    assert verify(store).intact
    assert [one.item_id for one in store.attempts(run_id="run_a")] == [f"item_{n}" for n in range(9)]


def test_many_small_batches_are_read_in_order(store: Any) -> None:
    for number in range(100, 220):
        store.put_attempts([attempt(number, f"run_{number % 3}")])
    assert len(list(store.attempts())) == 128
    assert [one.item_id for one in store.attempts(run_id="run_1")] == [f"item_{n}" for n in range(100, 220, 3)]
    assert len(list(store.attempts(model="m"))) == 128


# --- a store of before ---------------------------------------------------------------------------------------------


@pytest.fixture
def before(opening: Opening, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A store as it was written before evidence was entered, still open in a process of that time."""
    tables = replace(STORE, migrations=MIGRATIONS[:2])
    if opening.func is SqliteStore:  # type: ignore[attr-defined]
        database: Any = SqliteDatabase(tmp_path / "metier.db", tables=tables)
    else:
        from metier.stores.postgres import PostgresDatabase

        database = PostgresDatabase(**request.getfixturevalue("postgres"), tables=tables)
    with database.writing() as session:
        session.run("INSERT INTO contents (digest) VALUES ('sha256:1')")
        session.run("INSERT INTO attempt_runs (run_id) VALUES ('run_a')")
        for number in range(1500):
            one = attempt(number)
            body = canonical(one)
            session.run(
                "INSERT INTO attempts (attempt_id, run_id, item_id, model, body, checksum) VALUES (?, ?, ?, ?, ?, ?)",
                (one.attempt_id, "run_a", one.item_id, "m", body, zlib.crc32(body)),
            )
        for table, (noun, key, _) in CHANGED.items():
            body = canonical(noun)
            session.run(
                f"INSERT INTO {table} ({COLUMNS[table]}, body, checksum) VALUES (?, ?, ?)",
                (key, body, zlib.crc32(body)),
            )
    yield database
    database.close()


@pytest.mark.usefixtures("before")
def test_a_store_of_before_goes_on_and_says_what_is_not_covered(opening: Opening) -> None:
    with closing(opening()) as store:
        assert len(list(store.attempts(run_id="run_a"))) == 1500
        assert list(store.stages()) == [CHANGED["stages"][0]]
        assert list(store.findings("sha256:1")) == [NOTE]
        found = verify(store)
        assert found.intact
        assert found.as_found == (
            "1000 attempts of run_a",
            "500 attempts of run_a",
            "1 finding of sha256:1",
            "the run turn_1",
            "the result of a stage sha256:k",
        )
        store.put_attempts([attempt(1500)])
        number = store.anchor().number
    with closing(opening()) as store:  # once, and not at each opening
        assert store.anchor().number == number
        write(store, "attempts", attempt(7, correct=True), f"attempt_id = '{attempt(7).attempt_id}'")
        assert "is not as entry 1 holds it" in amiss(store)


def test_an_older_metier_does_not_write_past_the_log(store: Any) -> None:
    if isinstance(store, SqliteStore):
        with pytest.raises(Exception, match="knows schemas up to 2"):
            SqliteDatabase(Path(store._database.name), tables=replace(STORE, migrations=MIGRATIONS[:2]))


def test_a_process_of_an_older_metier_cannot_store_attempts_past_the_log(before: Any, opening: Opening) -> None:
    with closing(opening()) as store:
        with pytest.raises(StoreError, match="attempt_runs"), before.writing() as session:
            session.run("INSERT INTO attempt_runs (run_id) VALUES ('run_new') ON CONFLICT (run_id) DO NOTHING")
        assert verify(store).intact


def test_what_is_planted_is_not_taken_in_by_a_schema_that_was_turned_back(tmp_path: Path) -> None:
    path = tmp_path / "metier.db"
    with closing(SqliteStore(path)) as store:
        store.put_attempts([attempt(1)])
        plant(store, attempt(2, correct=True))
        tamper(store, "ALTER TABLE attempted_runs RENAME TO attempt_runs")
        tamper(store, "PRAGMA user_version = 2")
    with closing(SqliteStore(path)) as store:
        assert "stands in no entry" in amiss(store)


def test_the_log_of_a_skill_tells_nothing_of_evidence(store: Any) -> None:
    verdict = Verdict(
        skill="s", digest="sha256:1", vetting=VettingTier.UNVETTED, exposure=ExposureTier.METADATA, reasons=()
    )
    store.put_verdict(verdict)
    assert [entry.event.deed for entry in store.entries("s")] == [Deed.VERDICT]
    assert set(store.marks()) == {"s"}


def test_entries_of_verdicts_say_nothing_of_rows(store: Any) -> None:
    """So the log of a store that was written before keeps its hashes."""
    verdict = Verdict(
        skill="s", digest="sha256:1", vetting=VettingTier.UNVETTED, exposure=ExposureTier.METADATA, reasons=()
    )
    store.put_verdict(verdict)
    assert "rows" not in json.loads(canonical(next(iter(store.entries("s")))))["event"]
