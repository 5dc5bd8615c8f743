"""How fast are attempts kept and read? SQLite and PostgreSQL beside plain inserts of JSON, which do less.

    python benchmarks/store.py

PostgreSQL takes part when METIER_TEST_POSTGRES holds the URL of a server, sqlite-utils when it is installed. The floor
is the sqlite3 module of Python with the same durability, inserting `json.dumps` text into one table with one key: no
checksum, no search by run, item or model, and no nouns when read back.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import random
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from metier.attempt import Attempt, Cost, Grade
from metier.store import Store
from metier.stores.sqlite import SqliteStore

BATCHES = (1, 100, 1000)


def attempts(count: int, seed: int) -> list[Attempt]:
    """Attempts with replies of 20 to 600 characters, as an exam of short answers gives."""
    rng = random.Random(seed)
    return [
        Attempt(
            item_id=f"item_{number:020x}",
            model="model",
            run_id=f"run_{number % 5}",
            reply="".join(rng.choices("abcdefghij klmno", k=rng.randrange(20, 600))),
            grade=Grade.correct() if rng.random() < 0.5 else Grade.incorrect("different", "'a' is not 'b'"),
            cost=Cost(input_tokens=rng.randrange(500), output_tokens=rng.randrange(200)),
        )
        for number in range(count)
    ]


class Metier:
    """A store of ours under the three verbs that are measured."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, batch: list[Attempt]) -> None:
        self._store.put_attempts(batch)

    def read(self) -> int:
        return sum(1 for _ in self._store.attempts())

    def close(self) -> None:
        self._store.close()


class Floor:
    """Plain inserts of JSON text."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE attempts (id TEXT PRIMARY KEY, body TEXT)")

    def write(self, batch: list[Attempt]) -> None:
        rows = [(attempt.item_id, json.dumps(dataclasses.asdict(attempt))) for attempt in batch]
        with self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO attempts VALUES (?, ?)", rows)

    def read(self) -> int:
        return sum(1 for row in self._connection.execute("SELECT body FROM attempts") if json.loads(row[0]))

    def close(self) -> None:
        self._connection.close()


class SqliteUtils:
    """The peer: sqlite-utils, `insert_all` with a primary key and nested values as JSON."""

    def __init__(self, path: Path) -> None:
        import sqlite_utils

        self._database = sqlite_utils.Database(path)
        self._database.enable_wal()
        self._database.execute("PRAGMA synchronous = FULL")

    def write(self, batch: list[Attempt]) -> None:
        rows = ({**dataclasses.asdict(attempt), "id": attempt.item_id} for attempt in batch)
        self._database["attempts"].insert_all(rows, pk="id", ignore=True)

    def read(self) -> int:
        return sum(1 for row in self._database["attempts"].rows if json.loads(row["grade"]))

    def close(self) -> None:
        self._database.close()


def contestants(folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each contestant by name, with what opens it on an empty database."""

    def fresh() -> Path:
        return folder / f"{uuid.uuid4().hex}.db"

    yield "plain sqlite3, JSON text (floor)", lambda: Floor(fresh())
    if installed("sqlite-utils"):
        yield f"sqlite-utils {version('sqlite-utils')}", lambda: SqliteUtils(fresh())
    yield "**metier, SQLite**", lambda: Metier(SqliteStore(fresh()))
    if url := os.environ.get("METIER_TEST_POSTGRES"):
        from metier.stores.postgres import PostgresStore

        yield (
            "**metier, PostgreSQL**",
            lambda: Metier(PostgresStore(url, bulk=folder / "bulk", schema=f"bench_{uuid.uuid4().hex}")),
        )


def installed(name: str) -> bool:
    """Whether a distribution is installed."""
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def measured(opening: Callable[[], Any], data: list[Attempt], batch: int) -> tuple[float, float, float, float]:
    """Attempts written per CPU second and per second, and read per CPU second and per second."""
    contestant = opening()
    wrote = timed(lambda: [contestant.write(data[at : at + batch]) for at in range(0, len(data), batch)])
    read = timed(contestant.read)
    assert contestant.read() == len(data)
    contestant.close()
    return tuple(len(data) / seconds for seconds in (*wrote, *read))  # type: ignore[return-value]


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """The CPU seconds of this process, and the seconds on the clock, that an action took."""
    cpu, clock = time.process_time(), time.perf_counter()
    action()
    return time.process_time() - cpu, time.perf_counter() - clock


def postgres_version() -> str:
    """What the server and the driver are, or what would let them take part."""
    if not (url := os.environ.get("METIER_TEST_POSTGRES")):
        return 'PostgreSQL left out: set METIER_TEST_POSTGRES="$(.ci/postgres start FOLDER)"'
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for (schema,) in connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench_%'").fetchall():
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
        server = connection.execute("SHOW server_version").fetchone()
    return f"PostgreSQL {server[0] if server else '?'}, psycopg {psycopg.__version__}"


def main() -> None:
    """Measure every contestant and print the table of docs/store.md."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=20_000, help="attempts for batches above 1; a tenth of it for 1")
    parser.add_argument("--repeats", type=int, default=3, help="the best of so many is shown")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    data = attempts(options.count, options.seed)
    print("| | batch | written per CPU s | written per s | read per CPU s | read per s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for name, opening in contestants(Path(folder)):
            for batch in BATCHES:
                rows = data if batch > 1 else data[: len(data) // 10]
                runs = [measured(opening, rows, batch) for _ in range(options.repeats)]
                best = [max(column) for column in zip(*runs, strict=True)]
                print(f"| {name} | {batch} | " + " | ".join(f"{figure:,.0f}" for figure in best) + " |", flush=True)
    print(
        f"\n{platform.machine()}, {os.cpu_count()} cores (shared), Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {postgres_version()}, metier {version('metier')}, seed {options.seed}, "
        f"{options.count:,} attempts, best of {options.repeats}. CPU seconds are of the client; a PostgreSQL server "
        "has its own."
    )


if __name__ == "__main__":
    main()
