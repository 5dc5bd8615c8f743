"""Where are the files of served skills kept, so that they need not be fetched twice and are never taken for local ones?

By server, by skill, by the digest of the bytes. The bytes are hashed on every access, so nothing that changed here is
used; no file is called SKILL.md, has a right to execute or lies where local skills are looked for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from metier.errors import ConfigError
from metier.stores.disk import told
from metier.whole import whole

_MAX_SEGMENT = 150
_DISCOVERED = ("skills", ".skills")


class Cache:
    """Keeps verified bytes.

    Args:
        root: A folder of its own.
        discovery: The folders where local skills are looked for.

    Raises:
        ConfigError: The folder lies where local skills are looked for, or they are looked for inside of it.

    >>> Cache(Path("/a/skills/c"))
    Traceback (most recent call last):
    metier.errors.ConfigError: Expected a cache outside of where local skills are looked for, got '/a/skills/c'.
    Name a folder of its own, such as ~/.cache/metier/served.
    """

    def __init__(self, root: Path, *, discovery: Iterable[Path] = ()) -> None:
        self._root = Path(root).resolve()
        places = [Path(place).resolve() for place in discovery]
        clash = any(self._root.is_relative_to(place) or place.is_relative_to(self._root) for place in places)
        if clash or any(part in _DISCOVERED for part in self._root.parts):
            raise ConfigError(
                f"Expected a cache outside of where local skills are looked for, got {str(root)!r}.",
                hint="Name a folder of its own, such as ~/.cache/metier/served.",
            )

    def get(self, server: str, uri: str, digest: str, size: int) -> bytes | None:
        """The bytes of a file with this digest, hashed now; None if they are not here, or not these any more."""
        place = self.place(server, uri) / digest.removeprefix("sha256:")
        try:
            handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(handle, "rb") as file:
                data = file.read(size + 1)
        except OSError:
            return None
        if len(data) == size and f"sha256:{hashlib.sha256(data).hexdigest()}" == digest:
            return data
        with suppress(OSError):
            place.unlink()
        return None

    def put(self, server: str, uri: str, data: bytes) -> None:
        """Keep bytes that were verified.

        Raises:
            StoreFull: The disk is full; nothing half-written is left.
            StoreError: They cannot be written.
        """
        folder = self.place(server, uri)
        with told("keep", "a file of a served skill", folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with whole(folder / hashlib.sha256(data).hexdigest(), mode=0o400, is_synced=False) as file:
                file.write(data)

    def remove(self, server: str) -> None:
        """Remove everything that came from a server."""
        shutil.rmtree(self._root / quote(server, safe=""), ignore_errors=True)

    def place(self, server: str, uri: str) -> Path:
        """The folder of one skill of one server: the path tells both.

        >>> Cache(Path("/srv/cache")).place("docs", "skill://a/SKILL.md").as_posix()
        '/srv/cache/docs/skill%3A%2F%2Fa%2FSKILL.md'
        """
        name = quote(uri, safe="")
        if len(name) > _MAX_SEGMENT:
            name = f"{name[:_MAX_SEGMENT]}-{hashlib.sha256(uri.encode()).hexdigest()}"
        return self._root / quote(server, safe="") / name
