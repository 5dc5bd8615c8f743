"""The same promise on a server, and what is told when the server cannot keep it."""

from __future__ import annotations

import sys
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import strategies
from metier.attempt import Attempt
from metier.errors import CorruptStore, MissingExtra, StoreError
from metier.skill import Skill
from metier.stores import open_store
from metier.stores.find import open_index
from metier.stores.find.index import TABLES
from metier.stores.postgres import PostgresDatabase, PostgresStore
from metier.testing import check_store


@pytest.fixture
def settings_of_store(postgres: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    return {**postgres, "bulk": tmp_path / "bulk"}


@pytest.mark.postgres
def test_the_store_keeps_its_promise(settings_of_store: dict[str, Any]) -> None:
    check_store(lambda: PostgresStore(**settings_of_store))


@pytest.mark.postgres
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=st.lists(strategies.attempts, min_size=1, max_size=4), stage=strategies.stages)
def test_any_text_can_be_stored_and_searched(
    settings_of_store: dict[str, Any], attempts: list[Attempt], stage: Any
) -> None:
    with closing(PostgresStore(**settings_of_store)) as store:
        store.put_attempts(attempts)
        store.put_stage(stage)
        assert store.stage(stage.key) == stage
        for one in attempts:
            assert one.attempt_id in [found.attempt_id for found in store.attempts(run_id=one.run_id, model=one.model)]


@pytest.mark.postgres
def test_a_newer_schema_asks_for_an_upgrade(settings_of_store: dict[str, Any]) -> None:
    with closing(PostgresStore(**settings_of_store)) as store, store._database.writing() as session:
        session.run("INSERT INTO metier_migrations (version) VALUES (99)")
    with pytest.raises(StoreError, match="schema 99") as refusal:
        PostgresStore(**settings_of_store)
    assert "upgrade" in refusal.value.hint


@pytest.mark.postgres
def test_a_changed_row_is_seen(settings_of_store: dict[str, Any]) -> None:
    with closing(PostgresStore(**settings_of_store)) as store:
        store.put_skill(Skill(name="reverse", description="Backwards."))
        with store._database.writing() as session:
            session.run("UPDATE skills SET body = 'otherwise'")
        with pytest.raises(CorruptStore, match="damaged Skill"):
            store.skill("reverse")


@pytest.mark.postgres
def test_a_lost_connection_is_told_and_opened_again(settings_of_store: dict[str, Any]) -> None:
    with closing(PostgresStore(**settings_of_store)) as store, closing(PostgresStore(**settings_of_store)) as other:
        store.put_skill(Skill(name="reverse", description="Backwards."))
        with store._database.reading() as session:
            number = session.rows("SELECT pg_backend_pid()")[0][0]
        with other._database.reading() as session:
            session.rows("SELECT pg_terminate_backend(?)", (number,))
        with pytest.raises(StoreError, match="cannot be used"):
            store.skill("reverse")
        assert store.skill("reverse").description == "Backwards."


@pytest.mark.postgres
def test_writers_take_turns_however_they_name_the_schema(postgres: dict[str, Any]) -> None:
    url, schema = postgres["url"], postgres["schema"]
    with closing(PostgresDatabase(url, schema)) as one:
        joint = "&" if "?" in url else "?"
        with closing(PostgresDatabase(f"{url}{joint}options=-csearch_path%3D{schema}", None)) as other:
            with one.writing(), other.reading() as session:
                taken = session.rows("SELECT pg_try_advisory_xact_lock(?)", (other._turn,))
            assert taken == [(False,)]


@pytest.mark.postgres
def test_who_opens_it_waits_for_no_writer(postgres: dict[str, Any]) -> None:
    url = f"{postgres['url']}{'&' if '?' in postgres['url'] else '?'}options=-clock_timeout%3D500"
    with closing(open_index(url, schema=postgres["schema"])) as index:
        index.put([Skill(name="reverse", description="Write letters backwards.")])
    busy = PostgresDatabase(url, postgres["schema"], tables=TABLES)
    with closing(busy), busy.writing(), closing(open_index(url, schema=postgres["schema"])) as index:
        assert [listed.name for listed in index.skills()] == ["reverse"]


@pytest.mark.postgres
def test_an_address_opens_it_and_a_closed_one_says_so(postgres: dict[str, Any], tmp_path: Path) -> None:
    store = PostgresStore(**postgres, bulk=tmp_path)
    store.close()
    with pytest.raises(StoreError, match="has been closed"):
        store.skill("reverse")
    with pytest.raises(StoreError, match="needs a folder"):
        open_store(postgres["url"])


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'metier[postgres]'")
    with pytest.raises(StoreError, match=r"postgresql://127\.0\.0\.1:1/skills.* cannot be used") as refusal:
        PostgresStore("postgresql://user:secret@127.0.0.1:1/skills", bulk=tmp_path)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["postgresql://u:secret@[::bad/x", "postgresql://u:secret%zz@host/x"])
def test_a_url_that_cannot_be_read_is_told_without_its_password(url: str) -> None:
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'metier[postgres]'")
    with pytest.raises(StoreError, match="cannot be read") as told:
        open_index(url)
    assert "secret" not in "".join(traceback.format_exception(told.value))


def test_without_psycopg_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra) as refusal:
        PostgresStore("postgresql://localhost/skills", bulk=tmp_path)
    assert "metier[postgres]" in refusal.value.hint
