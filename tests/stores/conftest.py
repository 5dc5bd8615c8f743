"""What the tests of the stores share: a PostgreSQL schema of one's own, and a store of either kind."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from metier.store import Store
from metier.stores.sqlite import SqliteStore


@pytest.fixture
def postgres() -> Iterator[dict[str, Any]]:
    """The url and the schema of a PostgreSQL store that this test has for itself."""
    url = os.environ.get("METIER_TEST_POSTGRES", "")
    if not url:
        (pytest.fail if os.environ.get("METIER_REQUIRE") == "all" else pytest.skip)(
            'No PostgreSQL server; run with METIER_TEST_POSTGRES="$(.ci/postgres start FOLDER)".'
        )
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg: pip install 'metier[postgres]'")
    schema = f"test_{uuid.uuid4().hex}"
    yield {"url": url, "schema": schema}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens the same store at each call, in any process; one fixture for each kind."""
    if request.param == "sqlite":
        return partial(SqliteStore, tmp_path / "metier.db")
    from metier.stores.postgres import PostgresStore

    return partial(PostgresStore, bulk=tmp_path / "bulk", **request.getfixturevalue("postgres"))
