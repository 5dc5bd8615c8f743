"""Which index does an address mean? A path is a SQLite file; `postgresql://…` is a server."""

from __future__ import annotations

from pathlib import Path

from metier.errors import ConfigError, NotStored
from metier.index import Index
from metier.stores.find.index import TABLES, SqlIndex


def open_index(address: str | Path = ":memory:", *, schema: str | None = None) -> Index:
    """Open the index that a path or a URL names; it is made if it is not there.

    Args:
        address: A file of its own, `:memory:` for one that goes with the process, or `postgresql://user@host/database`,
            where it may share the database of a store.
        schema: The PostgreSQL schema of the tables.

    Raises:
        ConfigError: The address is of no kind that is known.
        MissingExtra: psycopg is not installed.
        StoreError: It cannot be opened.

    >>> from metier.skill import Skill
    >>> index = open_index()
    >>> index.put([Skill(name="reverse", description="Write letters backwards."), Skill(name="sum", description="Add")])
    2
    >>> [hit.name for hit in index.find("Write this backwards, please", k=1).hits]
    ['reverse']
    """
    scheme, is_url, _ = str(address).partition("://")
    if scheme == "postgresql" and is_url:
        from metier.stores.postgres import PostgresDatabase

        return SqlIndex(PostgresDatabase(str(address), schema, tables=TABLES))
    if is_url or not str(address):
        called = f"'{scheme}://…'" if is_url else "''"
        raise ConfigError(
            f"No index is called {called}.", hint="Name a file, ':memory:' or postgresql://user@host/database."
        )
    from metier.stores.sqlite import SqliteDatabase

    return SqlIndex(SqliteDatabase(Path(address), tables=TABLES))


def open_kept(address: str | Path, *, schema: str | None = None) -> Index:
    """Open an index that holds something already, as `open_index` does; no file is made.

    Raises:
        NotStored: Nothing was indexed there.

    >>> open_kept("mistyped.db")
    Traceback (most recent call last):
    metier.errors.NotStored: Nothing is indexed in 'mistyped.db'.
    Name folders of packages or a workspace to index.
    """
    nothing = NotStored(
        f"Nothing is indexed in {str(address)!r}.", hint="Name folders of packages or a workspace to index."
    )
    if "://" not in str(address) and not Path(address).exists():
        raise nothing
    index = open_index(address, schema=schema)
    if not any(True for _ in index.skills()):
        index.close()
        raise nothing
    return index
