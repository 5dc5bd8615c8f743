"""One file holds everything: what becomes of it when the disk, the file or another process misbehaves."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import strategies
from metier.attempt import Attempt, Grade
from metier.errors import ConfigError, CorruptStore, StoreError, StoreFull
from metier.skill import Skill
from metier.stores import open_store
from metier.stores.nouns import revive
from metier.stores.session import searchable
from metier.stores.sqlite import SqliteStore
from metier.testing import check_store


def attempt(number: int, *, reply: str = "4") -> Attempt:
    return Attempt(item_id=f"item_{number}", model="m", run_id="r", reply=reply, grade=Grade.correct())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metier.db"


def test_the_store_keeps_its_promise(path: Path) -> None:
    check_store(lambda: SqliteStore(path))


NOUNS = ("attempts", "items", "skills", "findings", "verdicts", "entries", "runs", "stages")


@pytest.mark.parametrize("name", NOUNS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_noun_comes_back_exactly_from_its_bytes(name: str, data: st.DataObject) -> None:
    from metier.digest import canonical

    noun = data.draw(getattr(strategies, name))
    assert revive(type(noun), canonical(noun)) == noun


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=st.lists(strategies.attempts, max_size=4), skill=strategies.skills, stage=strategies.stages)
def test_any_text_can_be_stored_and_searched(
    tmp_path: Path, attempts: list[Attempt], skill: Skill, stage: object
) -> None:
    path = tmp_path / "fresh.db"
    path.unlink(missing_ok=True)
    with closing(SqliteStore(path)) as store:
        store.put_skill(skill)
        store.put_attempts(attempts)
        store.put_stage(stage)  # type: ignore[arg-type]
        assert store.skill(skill.name) == skill
        for one in attempts:
            assert one.attempt_id in [found.attempt_id for found in store.attempts(run_id=one.run_id, model=one.model)]
        assert list(store.stages()) == [stage]


@given(one=strategies.texts, other=strategies.texts)
def test_different_texts_stay_different_when_searched(one: str, other: str) -> None:
    assert (searchable(one) == searchable(other)) == (one == other)


def test_the_same_work_leaves_the_same_rows(tmp_path: Path) -> None:
    rows = []
    for name in ("a.db", "b.db"):
        with closing(SqliteStore(tmp_path / name)) as store:
            store.put_skill(Skill(name="reverse", description="Backwards."))
            store.put_attempts(attempt(n) for n in range(20))
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            rows.append(list(connection.iterdump()))
    assert rows[0] == rows[1]


def test_a_full_disk_undoes_the_write_and_says_so(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        store.put_attempts([attempt(0)])
        with store._database.reading() as session:
            pages = session.rows("PRAGMA page_count")[0][0]
            session.rows(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(StoreFull, match="No room is left") as refusal:
            store.put_attempts(attempt(n, reply="x" * 1000) for n in range(1, 200))
        assert "Free some space" in refusal.value.hint
        assert list(store.attempts()) == [attempt(0)]
        with store._database.reading() as session:
            session.rows("PRAGMA max_page_count = 1000000")
        assert store.put_attempts(attempt(n) for n in range(5)) == 4


@pytest.mark.parametrize("content", [random.Random(0).randbytes(5000), b"not a database at all", b"\x00" * 4096])
def test_a_file_that_is_no_database_is_refused_and_kept(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CorruptStore, match="damaged or not a database") as refusal:
        SqliteStore(path)
    assert str(path) in str(refusal.value)
    assert ".recover" in refusal.value.hint
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def filled(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        store.put_attempts(attempt(n, reply=f"reply {n} " * 20) for n in range(500))


def test_a_truncated_database_is_refused_and_kept(path: Path) -> None:
    filled(path)
    content = path.read_bytes()[:-10_000]
    path.write_bytes(content)
    with pytest.raises(CorruptStore), closing(SqliteStore(path)) as store:
        list(store.attempts())
    assert path.read_bytes() == content


@pytest.mark.parametrize("seed", range(8))
def test_flipped_pages_are_never_read_as_evidence(path: Path, seed: int) -> None:
    filled(path)
    content = bytearray(path.read_bytes())
    rng = random.Random(seed)
    for page in rng.sample(range(1, len(content) // 4096), 10):
        content[page * 4096 : (page + 1) * 4096] = rng.randbytes(4096)
    path.write_bytes(content)
    with pytest.raises(CorruptStore), closing(SqliteStore(path)) as store:
        list(store.attempts())
    assert path.read_bytes() == content


def test_one_flipped_letter_of_a_reply_is_seen(path: Path) -> None:
    filled(path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"reply 77 ", b"reply 78 ", 1))
    with closing(SqliteStore(path)) as store, pytest.raises(CorruptStore, match="its checksum does not fit"):
        list(store.attempts())


def test_a_newer_schema_asks_for_an_upgrade(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="schema 99") as refusal:
        SqliteStore(path)
    assert "pip install --upgrade metier" in refusal.value.hint


def test_a_database_of_another_program_is_refused_and_kept(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    content = path.read_bytes()
    with pytest.raises(StoreError, match="of another program"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_a_missing_folder_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="its folder does not exist") as refusal:
        SqliteStore(tmp_path / "missing" / "metier.db")
    assert "mkdir -p" in refusal.value.hint


def test_a_folder_in_place_of_the_file_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Cannot open or write"):
        SqliteStore(tmp_path)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write everywhere, so root steps down for a moment."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_a_read_only_folder_is_a_store_error() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with as_nobody(), pytest.raises(StoreError, match="Cannot open or write") as refusal:
            SqliteStore(Path(folder) / "metier.db")
        assert "must be writable by you" in refusal.value.hint
        Path(folder).chmod(0o700)


def test_a_read_only_database_is_told_as_such(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        with store._database.reading() as session:
            session.run("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="Cannot open or write the store") as refusal:
            store.put_attempts([attempt(0)])
    assert "writable" in refusal.value.hint


def test_a_file_that_may_not_grow_is_told_with_the_way_out(path: Path) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, most))
    try:
        with pytest.raises(StoreError, match="failed") as refusal:
            SqliteStore(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert "how large your files may be" in refusal.value.hint


def test_a_closed_store_says_so(path: Path) -> None:
    store = SqliteStore(path)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.put_attempts([attempt(0)])


def test_threads_share_one_store(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        counts: list[int] = []

        def put() -> None:
            counts.append(store.put_attempts(map(attempt, range(100))))

        work = [threading.Thread(target=put) for _ in range(4)]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
        assert sorted(counts) == [0, 0, 0, 100]
        assert len(list(store.attempts())) == 100


def test_many_processes_may_make_the_same_store_at_once(path: Path) -> None:
    program = (
        "import sys; from metier.stores.sqlite import SqliteStore; from metier.skill import Skill\n"
        "store = SqliteStore(sys.argv[1]); store.put_skill(Skill(name=sys.argv[2], description='x')); store.close()"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(path), f"s{n}"]) for n in range(4)]
    assert [child.wait(60) for child in children] == [0, 0, 0, 0]
    with closing(SqliteStore(path)) as store:
        assert [skill.name for skill in store.skills()] == ["s0", "s1", "s2", "s3"]


def test_an_address_opens_the_store_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for address, made in ((tmp_path / "a.db", "a.db"), ("b.db", "b.db"), ("sqlite:///c.db", "c.db")):
        open_store(address).close()
        assert (tmp_path / made).is_file()
    open_store(f"sqlite:///{tmp_path}/d.db").close()
    assert (tmp_path / "d.db").is_file()


def test_backends_are_looked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(tmp_path / "a.db").close()
    monkeypatch.setattr("metier.stores.open.entry_points", lambda **_: pytest.fail("looked for again"))
    open_store(tmp_path / "b.db").close()


@pytest.mark.parametrize(
    "address", ["mysql://localhost/x", "postgres://u:secret@h/x", "sqlite://x.db", "sqlite:///", ""]
)
def test_an_address_of_no_store_is_refused_with_a_suggestion(address: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        open_store(address)
    assert refusal.value.hint
    assert "secret" not in str(refusal.value)


def test_opening_sqlite_does_not_import_psycopg() -> None:
    program = "import sys, metier.stores.sqlite, metier.stores.package; print('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"False\n"
