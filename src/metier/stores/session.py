"""What does a transaction look like, whichever database it is of? This module knows no table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

_WRITTEN = re.compile(r"\\([0-9a-f]{4})")
_UNSAFE = re.compile(r"[\\\x00\ud800-\udfff]")


class Session:
    """A cursor inside one transaction, the same for both drivers.

    Args:
        cursor: A cursor of the Python database interface.
        mark: How the driver writes the place of a value.
    """

    def __init__(self, cursor: Any, *, mark: str) -> None:
        self._cursor = cursor
        self._mark = mark

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows."""
        self._cursor.execute(statement.replace("?", self._mark), values)
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run a statement that returns no rows."""
        self._cursor.execute(statement.replace("?", self._mark), values)

    def run_many(self, statement: str, values: Sequence[Sequence[Any]]) -> int:
        """Run a statement once for each row of values and return how many rows changed in all."""
        if not values:
            return 0
        self._cursor.executemany(statement.replace("?", self._mark), values)
        return int(self._cursor.rowcount)


class Database(Protocol):
    """An open database with the tables of `metier.stores.schema`."""

    @property
    def name(self) -> str:
        """What to call it in a message; no password."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """A session that only reads, and sees all of it as it stood at one moment."""
        ...

    def writing(self) -> AbstractContextManager[Session]:
        """One transaction: all of it happens, or none of it. One writer at a time, over all processes."""
        ...

    def close(self) -> None:
        """Let go of the connection. May be called twice."""
        ...


def searchable(text: str) -> str:
    r"""Write a text so that every database takes it, and different texts stay different.

    PostgreSQL refuses NUL, and both refuse lone surrogates; these and the backslash become `\` and a number.

    >>> searchable("gpt-5"), searchable("a\x00b\\")
    ('gpt-5', 'a\\0000b\\005c')
    """
    return _UNSAFE.sub(lambda match: f"\\{ord(match[0]):04x}", text)


def unsearchable(text: str) -> str:
    r"""The text that `searchable` wrote.

    >>> unsearchable(searchable("a\x00b\\")) == "a\x00b\\"
    True
    """
    return _WRITTEN.sub(lambda match: chr(int(match[1], 16)), text)
