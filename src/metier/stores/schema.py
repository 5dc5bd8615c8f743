"""What do the tables look like? The schema of both databases as numbered migrations.

A noun is kept whole, as canonical bytes under a checksum, and beside it the columns that are searched. Nothing here
reads a clock: `position` only counts, so that the same work leaves the same evidence.

What is said of a content refers to `contents`, and an attempt to `attempted_runs`. A scan or an exam may come before
its skill or run is kept, so these two hold nothing but the identifier, and a row is added with the first that refers to
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from metier.errors import StoreError

MIGRATIONS = (
    """
    CREATE TABLE contents (digest {text} NOT NULL PRIMARY KEY);
    CREATE TABLE attempt_runs (run_id {text} NOT NULL PRIMARY KEY);
    CREATE TABLE skills (position {position}, name {text} NOT NULL, version {text} NOT NULL,
        digest {text} NOT NULL REFERENCES contents (digest), body {bytes} NOT NULL, checksum BIGINT NOT NULL,
        UNIQUE (name, version));
    CREATE TABLE attempts (position {position}, attempt_id {text} NOT NULL UNIQUE,
        run_id {text} NOT NULL REFERENCES attempt_runs (run_id), item_id {text} NOT NULL,
        model {text} NOT NULL, body {bytes} NOT NULL, checksum BIGINT NOT NULL);
    CREATE INDEX attempts_by_run ON attempts (run_id, position);
    CREATE INDEX attempts_by_item ON attempts (item_id, position);
    CREATE INDEX attempts_by_model ON attempts (model, position);
    CREATE TABLE findings (position {position}, skill_digest {text} NOT NULL REFERENCES contents (digest),
        body {bytes} NOT NULL, checksum BIGINT NOT NULL);
    CREATE INDEX findings_by_skill ON findings (skill_digest, position);
    CREATE TABLE verdicts (position {position}, skill {text} NOT NULL,
        digest {text} NOT NULL REFERENCES contents (digest), body {bytes} NOT NULL, checksum BIGINT NOT NULL);
    CREATE INDEX verdicts_by_skill ON verdicts (skill, position);
    CREATE TABLE runs (position {position}, run_id {text} NOT NULL UNIQUE, body {bytes} NOT NULL,
        checksum BIGINT NOT NULL);
    CREATE TABLE stages (position {position}, stage_key {text} NOT NULL UNIQUE, body {bytes} NOT NULL,
        checksum BIGINT NOT NULL)
    """,
    """
    CREATE TABLE audit (position {position}, number BIGINT NOT NULL UNIQUE, skill {text} NOT NULL,
        verdict {text} NOT NULL, body {bytes} NOT NULL, checksum BIGINT NOT NULL);
    CREATE INDEX audit_by_skill ON audit (skill, position);
    CREATE INDEX audit_by_verdict ON audit (verdict);
    CREATE TABLE audit_head (line BIGINT NOT NULL PRIMARY KEY CHECK (line = 1), number BIGINT NOT NULL,
        hash {text} NOT NULL);
    INSERT INTO audit_head (line, number, hash) VALUES
        (1, 0, 'sha256:0000000000000000000000000000000000000000000000000000000000000000')
    """,
    "ALTER TABLE attempt_runs RENAME TO attempted_runs",
)
"""The statements of each version of the schema. A version that was released is never edited, only followed.

From the third on evidence is entered in the audit log (`metier.stores.entered`). Its statement keeps a process of an
older metier, which may have the store open, from storing attempts past the log.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """A set of tables that has a database file or a PostgreSQL schema of its own versions.

    Attributes:
        migrations: The statements of each version.
        application_id: Tells a SQLite file with these tables from other files.
        record: Where PostgreSQL keeps the version.
        noun: What one says for a database with these tables.
        rescue: The way out if its file is damaged; `{name}` stands for the file.
    """

    migrations: tuple[str, ...]
    application_id: int
    record: str
    noun: str = "store"
    rescue: str = (
        "Save what can be read with: sqlite3 {name} .recover | sqlite3 rescued.db\n"
        "Or move it away and run again, or restore a copy."
    )


STORE = Tables(migrations=MIGRATIONS, application_id=0x6D657469, record="metier_migrations")  # 0x…: "meti"


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """How one database spells the column types of the schema."""

    position: str
    text: str
    bytes: str


def pending(version: int, types: Types, *, name: str, tables: Tables = STORE) -> Iterator[str]:
    """The statements that bring a database of this version up to date.

    Raises:
        StoreError: The database was written by a newer metier.

    >>> types = Types(position="INTEGER PRIMARY KEY", text="TEXT", bytes="BLOB")
    >>> next(pending(0, types, name="x.db"))[:40]
    'CREATE TABLE contents (digest TEXT NOT N'
    >>> list(pending(len(MIGRATIONS), types, name="x.db"))
    []
    """
    if version > len(tables.migrations):
        raise StoreError(
            f"The {tables.noun} {name!r} has schema {version}, and this metier knows schemas up to "
            f"{len(tables.migrations)}.",
            hint="Upgrade with: pip install --upgrade metier",
        )
    for migration in tables.migrations[version:]:
        filled = migration.format(position=types.position, text=types.text, bytes=types.bytes)
        for statement in filled.split(";"):
            yield re.sub(r"\s+", " ", statement).strip()
