"""How is everything kept in one file? The store that needs nothing but Python.

Several threads and processes may use the same file; writers take turns, readers never wait. Open a store in each
process: a connection does not survive a fork.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from metier.errors import CorruptStore, StoreError, StoreFull
from metier.stores.bulk import FileBulk
from metier.stores.entered import enter_as_found
from metier.stores.schema import STORE, Tables, Types, pending
from metier.stores.session import Session
from metier.stores.sql import SqlStore

_TYPES = Types(position="INTEGER PRIMARY KEY AUTOINCREMENT", text="TEXT", bytes="BLOB")
_BUSY_S = 60.0
_SPARE_BYTES = 1 << 16
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class SqliteStore(SqlStore):
    """Keeps everything in one SQLite file and a folder beside it.

    Args:
        path: The database file; it is made if it is not there, its folder is not.
        bulk: The folder of the content-addressed files; `bulk` beside the database unless given.

    Raises:
        CorruptStore: The file is damaged or not a database; it is left as it is.
        StoreFull: The disk is full.
        StoreError: The file cannot be opened or written, is of another program, or of a newer metier.

    >>> import tempfile
    >>> from metier.skill import Skill
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = SqliteStore(Path(folder) / "metier.db")
    ...     store.put_skill(Skill(name="reverse", description="Write the letters backwards."))
    ...     store.skill("reverse").description
    ...     store.close()
    'Write the letters backwards.'
    """

    def __init__(self, path: str | Path, *, bulk: str | Path | None = None) -> None:
        path = Path(path)
        super().__init__(
            SqliteDatabase(path, filled=enter_as_found), FileBulk(path.parent / "bulk" if bulk is None else bulk)
        )


class SqliteDatabase:
    """One connection, shared by the threads of a process under a lock.

    Args:
        filled: What else is done, in the same transaction, once its tables were made or brought up to date.
    """

    def __init__(
        self, path: Path, *, tables: Tables = STORE, filled: Callable[[Session], None] = lambda session: None
    ) -> None:
        self._path = path
        self._tables = tables
        self._filled = filled
        self._lock = threading.RLock()
        if not path.parent.is_dir():
            raise StoreError(
                f"Cannot make the {self._tables.noun} {self.name!r}, as its folder does not exist.",
                hint=f"Make it first: mkdir -p {str(path.parent)!r}",
            )
        with self._told():
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, cached_statements=64
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    @property
    def name(self) -> str:
        return str(self._path)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        with self._transaction("BEGIN") as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        # IMMEDIATE takes the writer's turn at once: a transaction that began by reading could not wait for it.
        with self._transaction("BEGIN IMMEDIATE") as session:
            yield session

    def close(self) -> None:
        with self._lock, self._told():
            self._connection.close()

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[Session]:
        with self._lock, self._told():
            self._connection.execute(begin)
            try:
                yield Session(self._connection.cursor(), mark="?")
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _prepare(self) -> None:
        """Refuse a file that is not ours before anything is written to it, then bring it up to date."""
        with self._told():
            version = self._number("user_version")
            # The tables first: another process may make the store just now, and sets its mark together with them.
            if self._has_tables() and self._number("application_id") != self._tables.application_id:
                raise StoreError(
                    f"The file {self.name!r} is a database of another program.",
                    hint=f"Name another file for the {self._tables.noun}.",
                )
            self._to_wal()
            # An attempt may stand for a paid answer, so a commit waits until it is on the disk (FULL, one fsync for a
            # batch). NORMAL would survive kill -9 too, but may forget the last commits in a power cut.
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        if version != len(self._tables.migrations):
            self._migrate()

    def _to_wal(self) -> None:
        # Changing to the write-ahead log needs the file alone, and SQLite does not wait for that by itself.
        deadline = time.monotonic() + _BUSY_S
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as failure:
                if failure.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    def _migrate(self) -> None:
        with self.writing() as session:
            # Read again: another process may have migrated while this one waited for its turn.
            version = self._number("user_version")
            for statement in pending(version, _TYPES, name=self.name, tables=self._tables):
                session.run(statement)
            if version < len(self._tables.migrations):
                self._filled(session)
            session.run(f"PRAGMA application_id = {self._tables.application_id}")
            session.run(f"PRAGMA user_version = {len(self._tables.migrations)}")

    def _number(self, pragma: str) -> int:
        return int(self._connection.execute(f"PRAGMA {pragma}").fetchone()[0])

    def _has_tables(self) -> bool:
        return self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say in our words what SQLite reports."""
        try:
            yield
        except sqlite3.Error as failure:
            raise self._error(failure) from failure

    def _error(self, failure: sqlite3.Error) -> StoreError:
        # The low byte is the kind of failure, the rest says which of the kind.
        code, named = getattr(failure, "sqlite_errorcode", 0) & 0xFF, f"{self._tables.noun} {self.name!r}"
        if code in _CORRUPT:
            return CorruptStore(
                f"The file {self.name!r} is damaged or not a database ({failure}); it is left as it is.",
                hint=self._tables.rescue.format(name=repr(self.name)),
            )
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and self._is_full()):
            return StoreFull(
                f"No room is left for the {named}; the last write did not happen.",
                hint="Free some space on that disk and run again: what was stored so far is found and not redone.",
            )
        if code in _BUSY:
            return StoreError(
                f"Another process has been writing to the {named} for more than {_BUSY_S:.0f} seconds.",
                hint="Let it finish, or end it, and run again.",
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return StoreError(
                f"Cannot open or write the {named}: {failure}.",
                hint="The file and its folder must be writable by you, as SQLite keeps its log beside the file.",
            )
        return StoreError(
            f"The {named} failed: {failure}.",
            hint="See to its disk and to how large your files may be, and run again: what was stored so far is kept.",
        )

    def _is_full(self) -> bool:
        return shutil.disk_usage(self._path.parent).free < _SPARE_BYTES
