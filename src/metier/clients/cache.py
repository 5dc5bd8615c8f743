"""Was this asked before? Replies on disk, one file a request, so that asking again costs nothing.

Many processes may share one folder: a file is written beside its place and moved there in one step, so a reader sees
all of it or nothing. What cannot be read back is treated as absent and written anew.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from metier.border import load_json
from metier.client import Reply
from metier.digest import canonical, digest
from metier.errors import ConfigError, InputError
from metier.whole import whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What a file holds. The digest tells a flipped bit from an answer."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    key: str
    reply: Reply
    reply_digest: str


class ReplyCache:
    """Replies kept in a folder, by key.

    Args:
        path: The folder; made when it is needed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cache = ReplyCache(Path(folder))
    ...     cache.put("sha256:00ff", Reply(text="4"))
    ...     cache.get("sha256:00ff"), cache.get("sha256:0100")
    (Reply(text='4', cost=Cost(input_tokens=0, output_tokens=0, usd=0.0), finish='stop', error='', cached=True), None)
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, key: str) -> Reply | None:
        """Find a reply, marked as cached, or `None`. Its cost is what it cost when it was made."""
        file = self._file(key)
        try:
            entry = load_json(_Entry, file.read_bytes(), where=str(file))
        except (OSError, InputError):
            return None
        if entry.key != key or entry.reply_digest != digest(entry.reply):
            return None
        return replace(entry.reply, cached=True)

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply. A reply with an error is not kept: the next run may be luckier.

        A full disk is passed over in silence: without a cache a run costs more, without the reply it would be lost.
        """
        if reply.error:
            return
        kept = replace(reply, cached=False)
        with contextlib.suppress(OSError):
            _write_whole(self._file(key), canonical(_Entry(key=key, reply=kept, reply_digest=digest(kept))))

    def make_folder(self) -> None:
        """Make the folder, so that a wrong path stops a run before its first request.

        Raises:
            ConfigError: The folder cannot be made or written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            writable = os.access(self.path, os.W_OK | os.X_OK)
        except OSError:
            writable = False
        if not writable:
            raise ConfigError(
                f"Expected a folder that can be written for cached replies, got {str(self.path)!r}.",
                hint="Name another folder, or run without a cache.",
            )

    def _file(self, key: str) -> Path:
        # 256 folders keep each listing short when there are a million replies.
        name = key.partition(":")[2]
        return self.path / name[:2] / f"{name}.json"


def _write_whole(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file, is_synced=False) as half:
        half.write(data)
