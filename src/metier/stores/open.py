"""Which store does an address mean? A path is SQLite; a URL names its backend.

Backends are found through the entry-point group `metier.stores`, and only the one that is named is imported.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from metier.errors import ConfigError, nearest
from metier.store import Store

_GROUP = "metier.stores"


def open_store(address: str | Path, *, bulk: str | Path | None = None) -> Store:
    """Open the store that a path or a URL names.

    A path or `sqlite:///path` is a SQLite file. Any other `scheme://…` is handed, as it is, to the backend of that
    name, such as `postgresql://user@host/database`.

    Args:
        bulk: The folder of the content-addressed files. A SQLite store has one beside its file unless told otherwise;
            PostgreSQL needs one.

    Raises:
        ConfigError: No backend has that name; the note holds the nearest.
        MissingExtra: The backend needs a library that is not installed.
        StoreError: The store cannot be opened.

    >>> open_store("postgers://localhost/skills")
    Traceback (most recent call last):
    metier.errors.ConfigError: No store is called 'postgers' in 'postgers://…'.
    Did you mean 'postgresql'?
    """
    scheme, is_url, rest = str(address).partition("://")
    if not is_url:
        return _made("sqlite", str(address), bulk)
    if scheme == "sqlite":
        return _made("sqlite", _path_of(rest), bulk)
    return _made(scheme, str(address), bulk)


def _made(name: str, address: str, bulk: str | Path | None) -> Store:
    if not address:
        raise ConfigError("Expected the path of a store, got an empty text.", hint="For example: skills.db")
    known = _backends()
    if name not in known:
        # Only the scheme is shown: the rest of an address may hold a password.
        raise ConfigError(f"No store is called {name!r} in '{name}://…'.", hint=nearest(name, known))
    backend: Any = known[name].load()
    store: Store = backend(address, bulk=bulk)
    return store


@cache
def _backends() -> dict[str, EntryPoint]:
    """The backends by name. To look for them reads what is told of every installed package, and takes 10 ms."""
    return {point.name: point for point in entry_points(group=_GROUP)}


def _path_of(rest: str) -> str:
    if not rest.startswith("/") or rest == "/":
        raise ConfigError(
            f"Expected sqlite:///path, got 'sqlite://{rest}'.",
            hint="Three slashes and a path: sqlite:///skills.db; four for an absolute one: sqlite:////data/skills.db",
        )
    return rest.removeprefix("/")
