"""How do several machines share one store? The same tables and the same code on a PostgreSQL server.

Writers take turns under a lock that PostgreSQL drops when a writer dies, so `position` follows the order of commits
and two writers cannot block each other; a batch is one turn. psycopg is imported when a store is opened.
"""

from __future__ import annotations

import contextlib
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from metier.errors import CorruptStore, MissingExtra, StoreError, StoreFull
from metier.stores.bulk import FileBulk
from metier.stores.entered import enter_as_found
from metier.stores.schema import STORE, Tables, Types, pending
from metier.stores.session import Session
from metier.stores.sql import SqlStore

# The collation "C" sorts by code point, as SQLite and Python do, wherever the server stands.
_TYPES = Types(position="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", text='TEXT COLLATE "C"', bytes="BYTEA")
_CONNECT_S = 10
_FULL = ("53100",)
_CORRUPT = ("XX001", "XX002")


class PostgresStore(SqlStore):
    """Keeps everything in a PostgreSQL database and a folder.

    Args:
        url: Such as `postgresql://user@host/database`; a password is better kept in `~/.pgpass` or `PGPASSWORD`.
        bulk: The folder of the content-addressed files, which every machine that uses the store must see.
        schema: The schema of the tables, made if it is not there; the first of the search path unless given.

    Raises:
        MissingExtra: psycopg is not installed.
        StoreError: No folder was given, the server cannot be reached, or the tables are of a newer metier.

    >>> PostgresStore("postgresql://localhost/skills")
    Traceback (most recent call last):
    metier.errors.StoreError: A PostgreSQL store needs a folder for its files, none was given.
    Pass it as bulk: open_store(url, bulk='bulk').
    """

    def __init__(self, url: str, *, bulk: str | Path | None = None, schema: str | None = None) -> None:
        if bulk is None:
            raise StoreError(
                "A PostgreSQL store needs a folder for its files, none was given.",
                hint="Pass it as bulk: open_store(url, bulk='bulk').",
            )
        super().__init__(PostgresDatabase(url, schema, filled=enter_as_found), FileBulk(bulk))


class PostgresDatabase:
    """One connection, shared by the threads of a process under a lock; a broken one is opened again.

    Args:
        filled: What else is done, in the same transaction, once its tables were made or brought up to date.
    """

    def __init__(
        self,
        url: str,
        schema: str | None,
        *,
        tables: Tables = STORE,
        filled: Callable[[Session], None] = lambda session: None,
    ) -> None:
        try:
            import psycopg
        except ImportError:
            raise MissingExtra("psycopg", extra="postgres", needed_for=f"A PostgreSQL {tables.noun}") from None
        self._psycopg: Any = psycopg
        self._url, self._schema, self._tables, self._filled = url, schema, tables, filled
        self._lock = threading.RLock()
        self._is_closed = False
        self._name = "PostgreSQL"
        with self._told():
            self._name = self._shown()
            self._connection: Any = self._connect()
            # By the schema that the tables lie in, however it was named: who shares them takes turns.
            found = self._connection.execute("SELECT current_schema()").fetchone()[0]
        self._turn = zlib.crc32(f"metier {found or schema or ''}".encode())
        try:
            # Who finds the tables as they are to be waits for no writer.
            if not self._is_current():
                self._migrate()
        except BaseException:
            self._connection.close()
            raise

    @property
    def name(self) -> str:
        return self._name

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        with self._lock, self._told(), self._open().transaction(), self._connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield Session(cursor, mark="%s")

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        with self._lock, self._told(), self._open().transaction(), self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (self._turn,))
            yield Session(cursor, mark="%s")

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._connection.close()

    def _open(self) -> Any:
        if self._is_closed:
            raise StoreError(f"The {self._tables.noun} {self.name!r} has been closed.")
        if self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> Any:
        # libpq lets what stands in the URL win over this default.
        connection = self._psycopg.connect(**{"connect_timeout": _CONNECT_S, **self._settings()}, autocommit=True)
        if self._schema:
            name = self._psycopg.sql.Identifier(self._schema)
            connection.execute(self._psycopg.sql.SQL("SET search_path TO {}").format(name))
        return connection

    def _is_current(self) -> bool:
        with self.reading() as session:
            if session.rows("SELECT to_regclass(?)", (self._tables.record,))[0][0] is None:
                return False
            version = session.rows(f"SELECT MAX(version) FROM {self._tables.record}")[0][0]
        return bool(version == len(self._tables.migrations))

    def _migrate(self) -> None:
        with self.writing() as session:
            if self._schema:
                self._make_schema(session)
            record, migrations = self._tables.record, self._tables.migrations
            session.run(f"CREATE TABLE IF NOT EXISTS {record} (version BIGINT PRIMARY KEY)")
            version = session.rows(f"SELECT COALESCE(MAX(version), 0) FROM {record}")[0][0]
            for statement in pending(version, _TYPES, name=self.name, tables=self._tables):
                session.run(statement)
            if version < len(migrations):
                self._filled(session)
                session.run(f"INSERT INTO {record} (version) VALUES (?)", (len(migrations),))

    def _make_schema(self, session: Session) -> None:
        # Asked for first, as CREATE SCHEMA needs a right that who merely uses the store may lack.
        if not session.rows("SELECT 1 FROM pg_namespace WHERE nspname = ?", (self._schema,)):
            name = self._psycopg.sql.Identifier(self._schema)
            session.run(self._psycopg.sql.SQL("CREATE SCHEMA {}").format(name).as_string(self._connection))

    def _settings(self) -> dict[str, Any]:
        try:
            settings: dict[str, Any] = self._psycopg.conninfo.conninfo_to_dict(self._url)
        except self._psycopg.Error:
            # What libpq says of a URL repeats it, and so a password that it may hold.
            raise StoreError(
                "The URL of a PostgreSQL server cannot be read.",
                hint="Write it as postgresql://user@host:port/database?option=value, and other characters than letters "
                "and digits of a name or password as %40; a password is better kept in ~/.pgpass or PGPASSWORD.",
            ) from None
        return settings

    def _shown(self) -> str:
        settings = self._settings()
        host, port = settings.get("host", "localhost"), settings.get("port", 5432)
        return f"postgresql://{host}:{port}/{settings.get('dbname', '')}"

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say in our words what PostgreSQL reports."""
        try:
            yield
        except self._psycopg.Error as failure:
            raise self._error(failure) from failure

    def _error(self, failure: Any) -> StoreError:
        said, named = str(failure).strip().partition("\n")[0], f"{self._tables.noun} {self.name!r}"
        if failure.sqlstate in _FULL:
            return StoreFull(
                f"No room is left for the {named}; the last write did not happen.",
                hint="Free some space on the server's disk and run again: what was stored so far is not redone.",
            )
        if failure.sqlstate in _CORRUPT:
            return CorruptStore(
                f"The database {self.name!r} is damaged ({said}); it is left as it is.",
                hint="Ask who keeps the server to restore a copy.",
            )
        if isinstance(failure, self._psycopg.OperationalError):
            return StoreError(
                f"The server of the {named} cannot be used: {said}.",
                hint="Is it running, and does the URL name its host, port, user and database?",
            )
        return StoreError(f"The {named} failed: {said}.", hint="Ask who keeps the server, and run again.")
