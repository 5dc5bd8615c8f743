"""An index keeps its promise on both databases, changes bit by bit, and survives being killed or damaged."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import ConfigError, CorruptStore, StoreError
from metier.index import Found
from metier.skill import Skill
from metier.stores import open_store
from metier.stores.find import index as sql_index
from metier.stores.find import open_index
from metier.stores.find.index import TABLES, SqlIndex
from metier.stores.find.segment import merged, packed, segment_of, unpacked, words_of
from metier.stores.find.shelf import Shelf
from metier.stores.sqlite import SqliteDatabase
from metier.testing import check_index


def numbered(number: int) -> Skill:
    words = ("reverse", "merge", "split", "paint", "route", "fold", "sing", "count")
    return Skill(
        name=f"skill-{number}",
        description=f"Way {number} to {words[number % 8]} a thing{number}.",
        policy="Begin. " * 9,
    )


def test_a_file_keeps_the_promise(tmp_path: Path) -> None:
    check_index(lambda: open_index(tmp_path / "index.db"))


class ForgetsNothing(SqlIndex):
    def remove(self, names: Iterable[str], *, origin: str = "") -> int:
        return len(list(names)) - 1


class CountsAll(SqlIndex):
    def put(self, skills: Iterable[Skill], *, origin: str = "") -> int:
        given = list(skills)
        super().put(given, origin=origin)
        return len(given)


class MixesOrigins(SqlIndex):
    def put(self, skills: Iterable[Skill], *, origin: str = "") -> int:
        return super().put(skills)


class AnswersTooMuch(SqlIndex):
    def find(self, query: str, k: int = 5, *, origins: Collection[str] | None = None) -> Found:
        return super().find(query, k + 1, origins=origins)


class AnswersFromAll(SqlIndex):
    def find(self, query: str, k: int = 5, *, origins: Collection[str] | None = None) -> Found:
        return super().find(query, k)


class IsTooSure(SqlIndex):
    def find(self, query: str, k: int = 5, *, origins: Collection[str] | None = None) -> Found:
        found = super().find(query, k, origins=origins)
        return replace(found, hits=tuple(replace(hit, probability=0.9) for hit in found.hits))


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        (ForgetsNothing, "leaves no trace"),
        (CountsAll, "changes nothing"),
        (MixesOrigins, "two origins|put|trace"),
        (AnswersTooMuch, "gives k hits"),
        (AnswersFromAll, "as if there were no other"),
        (IsTooSure, "sum to at most"),
    ],
)
def test_an_index_that_breaks_its_promise_is_refused(tmp_path: Path, kind: type[SqlIndex], clause: str) -> None:
    with pytest.raises(AssertionError, match=clause):
        check_index(lambda: kind(SqliteDatabase(tmp_path / "index.db", tables=TABLES)))


@pytest.mark.postgres
def test_a_server_keeps_the_promise(postgres: dict[str, Any]) -> None:
    check_index(lambda: open_index(postgres["url"], schema=postgres["schema"]))


@pytest.mark.postgres
def test_both_databases_give_the_same_answers(postgres: dict[str, Any], tmp_path: Path) -> None:
    skills = [numbered(n) for n in range(40)]
    with (
        closing(open_index(postgres["url"], schema=postgres["schema"])) as server,
        closing(open_index(tmp_path / "i.db")) as file,
    ):
        server.put(skills)
        for one in reversed(skills):
            file.put([one])
        for query in ("fold thing5", "sing a thing", "way 17 to merge"):
            assert server.find(query) == file.find(query)


@pytest.mark.postgres
def test_a_store_and_an_index_share_a_server(postgres: dict[str, Any], tmp_path: Path) -> None:
    from metier.stores.postgres import PostgresStore

    with closing(PostgresStore(bulk=tmp_path / "bulk", **postgres)) as store:
        store.put_skill(numbered(1))
        with closing(open_index(postgres["url"], schema=postgres["schema"])) as index:
            index.put(store.skills())
            assert index.find("merge thing1").hits[0].name == "skill-1"
        assert [skill.name for skill in store.skills()] == ["skill-1"]


def test_of_some_origins_an_index_answers_as_if_there_were_no_other() -> None:
    index, alone = open_index(), open_index()
    for number in range(40):
        index.put([numbered(number)], origin=f"folder-{number % 2}")
    alone.put((numbered(number) for number in range(0, 40, 2)), origin="folder-0")
    for query in ("fold thing5", "sing a thing", "way 16 to merge"):
        assert index.find(query, origins=["folder-0"]) == alone.find(query)
    assert index.find("fold thing5", origins=["elsewhere"]).hits == ()


def test_requests_of_the_same_origins_share_a_shelf_until_the_index_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    made, index = list[Shelf](), open_index()

    def counted(*arguments: Any) -> Shelf:
        made.append(Shelf(*arguments))
        return made[-1]

    monkeypatch.setattr(sql_index, "Shelf", counted)
    index.put([numbered(1)], origin="folder")
    for query in ("merge thing1", "thing1", "merge"):
        assert index.find(query, origins=["folder"]).hits
    assert len(made) == 2  # of the whole index, and of the folder
    index.put([numbered(2)], origin="folder")
    assert {hit.name for hit in index.find("thing2", origins=["folder"]).hits} >= {"skill-2"}
    assert not index.find("thing2", origins=["elsewhere"]).hits
    assert len(made) == 5


def test_what_was_put_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with closing(open_index(tmp_path / "i.db")) as index:
        index.put(numbered(n) for n in range(30))
        index.remove(["skill-3"])
        before = index.find("sing thing6")
    with closing(open_index(tmp_path / "i.db")) as again:
        assert again.find("sing thing6") == before
        assert len(list(again.skills())) == 29


def test_many_small_changes_leave_few_segments(tmp_path: Path) -> None:
    with closing(open_index(tmp_path / "i.db")) as index:
        for number in range(64):
            index.put([numbered(number)])
    with closing(sqlite3.connect(tmp_path / "i.db")) as raw:
        sizes = [row[0] for row in raw.execute("SELECT num_skills FROM find_segments")]
    assert sum(sizes) == 64
    assert len(sizes) <= 7


def test_an_index_that_was_emptied_holds_no_postings(tmp_path: Path) -> None:
    with closing(open_index(tmp_path / "i.db")) as index:
        index.put(numbered(n) for n in range(5))
        assert index.remove(f"skill-{n}" for n in range(9)) == 5
        assert not index.find("sing").hits
    with closing(sqlite3.connect(tmp_path / "i.db")) as raw:
        assert raw.execute("SELECT COUNT(*) FROM find_segments").fetchone() == (0,)


def test_an_index_of_which_most_was_removed_holds_little_else(tmp_path: Path) -> None:
    with closing(open_index(tmp_path / "i.db")) as index:
        index.put(numbered(n) for n in range(60))
        index.remove(f"skill-{n}" for n in range(58))
        with closing(open_index()) as fresh:
            fresh.put(numbered(n) for n in range(58, 60))
            assert index.find("sing thing59") == fresh.find("sing thing59")
    with closing(sqlite3.connect(tmp_path / "i.db")) as raw:
        assert raw.execute("SELECT SUM(num_skills) FROM find_segments").fetchone() == (2,)


@settings(max_examples=25, deadline=None)
@given(changes=st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 3)), max_size=25))
def test_any_history_answers_as_a_fresh_index_would(changes: list[tuple[bool, int, int]]) -> None:
    index, now = open_index(), dict[str, Skill]()
    for is_put, number, variant in changes:
        skill = Skill(name=f"s{number}", description=f"Do {variant} and {number}.", policy=f"word{variant} " * 3)
        if is_put:
            index.put([skill])
            now[skill.name] = skill
        else:
            assert index.remove([skill.name]) == (skill.name in now)
            now.pop(skill.name, None)
    fresh = open_index()
    fresh.put(now.values())
    assert list(index.skills()) == list(fresh.skills())
    for query in ("do 3", "word1 word2", "s4"):
        assert index.find(query) == fresh.find(query)


def test_a_killed_writer_leaves_whole_changes(tmp_path: Path) -> None:
    path = tmp_path / "i.db"
    script = (
        "import sys; from metier.stores.find import open_index; from metier.skill import Skill\n"
        "index = open_index(sys.argv[1])\n"
        "for n in range(100000):\n"
        "    index.put(Skill(name=f'{side}-{n}', description=f'Thing {n}.') for side in ('left', 'right'))\n"
        "    print(n, flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= 5:
            break
    time.sleep(random.Random(os.getpid()).random() / 20)
    writer.send_signal(signal.SIGKILL)
    last = [int(line) for line in writer.stdout]
    writer.wait()
    writer.stdout.close()
    with closing(open_index(path)) as index:
        names = {listed.name for listed in index.skills()}
        pairs = len(names) // 2
        assert names == {f"{side}-{n}" for side in ("left", "right") for n in range(pairs)}
        assert pairs > max([5, *last])
        assert index.put([numbered(1)]) == 1
        assert index.find("thing1").hits[0].name == "skill-1"


def test_threads_share_an_index(tmp_path: Path) -> None:
    with closing(open_index(tmp_path / "i.db")) as index:
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                for step in range(5):
                    index.put([numbered(number * 5 + step)])
                    assert index.find(f"thing{number * 5 + step}").hits
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert len(list(index.skills())) == 20


def check_reads_at_one_moment(reader: SqlIndex, writer: SqlIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another process write between two queries of a reader."""
    read_segment, to_come = sql_index._segment, [numbered(2)]

    def overtaken(*arguments: Any) -> Any:
        while to_come:
            writer.put([to_come.pop()])
        return read_segment(*arguments)

    writer.put([numbered(1)])
    monkeypatch.setattr(sql_index, "_segment", overtaken)
    assert [hit.name for hit in reader.find("thing1 thing2").hits] == ["skill-1"]
    assert {hit.name for hit in reader.find("thing1 thing2").hits} == {"skill-1", "skill-2"}


def test_a_file_is_read_as_it_stood_at_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = (SqlIndex(SqliteDatabase(tmp_path / "i.db", tables=TABLES)) for _ in range(2))
    with closing(reader), closing(writer):
        check_reads_at_one_moment(reader, writer, monkeypatch)


@pytest.mark.postgres
def test_a_server_is_read_as_it_stood_at_one_moment(postgres: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from metier.stores.postgres import PostgresDatabase

    databases = [PostgresDatabase(postgres["url"], postgres["schema"], tables=TABLES) for _ in range(2)]
    reader, writer = map(SqlIndex, databases)
    with closing(reader), closing(writer):
        check_reads_at_one_moment(reader, writer, monkeypatch)


@pytest.mark.parametrize("table", ["find_skills", "find_segments"])
def test_a_changed_row_is_seen(tmp_path: Path, table: str) -> None:
    with closing(open_index(tmp_path / "i.db")) as index:
        index.put([numbered(1)])
    with closing(sqlite3.connect(tmp_path / "i.db")) as raw, raw:
        raw.execute(f"UPDATE {table} SET checksum = checksum + 1")
    with closing(open_index(tmp_path / "i.db")) as index, pytest.raises(CorruptStore, match="does not hold") as refusal:
        index.find("merge")
    assert "index the library again" in refusal.value.hint


@pytest.mark.parametrize("version", range(1, len(TABLES.migrations)))
def test_what_was_indexed_by_other_words_is_indexed_again(tmp_path: Path, version: int) -> None:
    path = tmp_path / "index.db"
    with closing(SqliteDatabase(path, tables=replace(TABLES, migrations=TABLES.migrations[:version]))) as database:
        SqlIndex(database).put([Skill(name="meteo", description="Météo.")])
    with closing(open_index(path)) as index:
        assert list(index.skills()) == []
        assert index.put([Skill(name="meteo", description="Météo.")]) == 1


def test_trouble_with_an_index_is_told_of_an_index(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    open_index(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"The index .* has schema 99"):
        open_index(path)
    path.write_bytes(b"no database " * 1000)
    with pytest.raises(CorruptStore, match="damaged or not a database") as refusal:
        open_index(path)
    assert "index the library again" in refusal.value.hint and "recover" not in refusal.value.hint
    with pytest.raises(StoreError, match="Cannot make the index"):
        open_index(tmp_path / "missing" / "index.db")


def test_the_file_of_a_store_is_not_taken_for_an_index(tmp_path: Path) -> None:
    open_store(tmp_path / "store.db").close()
    with pytest.raises(StoreError, match="another program"):
        open_index(tmp_path / "store.db")


@pytest.mark.parametrize("address", ["", "mysql://host/x"])
def test_an_unknown_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError):
        open_index(address)


def test_merging_is_building_at_once() -> None:
    found = [words_of(numbered(n), n) for n in range(12)]
    parts = [segment_of(found[:5]), segment_of(found[5:6]), segment_of(found[6:])]
    assert merged(parts, range(12)) == segment_of(found)
    assert merged(parts, {2, 5, 9}) == segment_of([found[2], found[5], found[9]])


def test_a_segment_comes_back_from_its_bytes_and_half_of_one_does_not() -> None:
    one = segment_of([words_of(numbered(n), n) for n in range(4)])
    data = packed(one)
    assert unpacked(data) == one
    assert unpacked(packed(segment_of([]))) == segment_of([])
    with pytest.raises(ValueError, match="whole segment"):
        unpacked(data[:-1])
