"""What did the user agree to, for exactly which bytes?

An approval belongs to one skill of one server and to the whole set of its files, each with its digest. When the server
says anything else of that skill, the approval is gone, and the user is asked anew. The file of approvals is written
whole or not at all, and readable by its owner alone.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from metier.errors import CorruptStore
from metier.stores.disk import told
from metier.stores.served.entry import Entry
from metier.whole import whole


class Wish(StrEnum):
    """What a skill wants to do, each agreed to by itself."""

    LOAD = "load"
    EXECUTE = "execute"
    TOOLS = "tools"
    CROSS_READ = "cross-read"


class Answer(StrEnum):
    """What the user says. `ALWAYS` holds as long as no byte of the skill changes."""

    NO = "no"
    ONCE = "once"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the user is asked.

    Attributes:
        server: The server, by the label that the host gave it.
        changed: Whether this was agreed to before, of other content.
        inside: The skill that it lies inside of, if it does: agreeing to that one was not agreeing to this one.
        detail: What is to be run, read or allowed.
    """

    wish: Wish
    server: str
    entry: Entry
    changed: bool = False
    inside: str = ""
    detail: str = ""


Ask = Callable[[Question], Answer]
"""Asks the user. Whoever cannot ask anybody answers `Answer.NO`."""


class Approvals:
    """What the user agreed to for good.

    Args:
        path: A JSON file that outlives the process; None to forget with it.

    Raises:
        CorruptStore: The file is not one of ours; it is kept as it is.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._memory: dict[str, Any] = {}
        self._read_at: object = None
        self._load()

    def holds(self, server: str, entry: Entry, wish: Wish) -> bool:
        """Whether this was agreed to, of this very content. What was agreed to of other content is revoked."""
        self.observe(server, entry)
        kept = self._load().get(_key(server, entry.uri))
        if not kept or not entry.bound_to:
            return False
        return bool(kept["bound_to"] == entry.bound_to) and wish.value in kept["wishes"]

    def keep(self, server: str, entry: Entry, wish: Wish) -> None:
        """Remember that this was agreed to. Content that is made anew each time has nothing to bind to: not kept."""
        if not entry.bound_to:
            return
        with self._changing() as kept:
            old = kept.get(_key(server, entry.uri))
            wishes = set(old["wishes"]) if old and old["bound_to"] == entry.bound_to else set()
            kept[_key(server, entry.uri)] = {
                "server": server,
                "uri": entry.uri,
                "bound_to": entry.bound_to,
                "wishes": sorted({*wishes, wish.value}),
            }

    def observe(self, server: str, entry: Entry) -> bool:
        """Take note of what a server says of a skill now, and tell whether that revokes what was agreed to."""
        key = _key(server, entry.uri)
        one = self._load().get(key)
        if not one or not one["wishes"] or (entry.bound_to and one["bound_to"] == entry.bound_to):
            return False
        self._withdraw(key, one)
        return True

    def withdraw(self, server: str, uri: str) -> None:
        """Take note that a server says of a skill what cannot be agreed to: what was agreed to of it is revoked."""
        key = _key(server, uri)
        one = self._load().get(key)
        if one and one["wishes"]:
            self._withdraw(key, one)

    def changed(self, server: str, uri: str) -> bool:
        """Whether what was agreed to of this skill is revoked, because it changed, and it was not agreed to anew."""
        one = self._load().get(_key(server, uri))
        return one is not None and not one["wishes"]

    def revoke(self, server: str, uri: str | None = None) -> None:
        """Forget what was agreed to of one skill, or of every skill of a server."""
        with self._changing() as kept:
            for key in [key for key, one in kept.items() if one["server"] == server and uri in (None, one["uri"])]:
                del kept[key]

    def _withdraw(self, key: str, one: dict[str, Any]) -> None:
        """Leave an approval without a wish, unless another process has changed it meanwhile."""
        with self._changing() as kept:
            if kept.get(key) == one:
                kept[key] = {**one, "wishes": []}

    def _load(self) -> dict[str, Any]:
        """What is kept. The file is read again only if it was written since: a listing asks for each of its skills."""
        if self._path is None:
            return self._memory
        try:
            info = self._path.stat()
            now = (info.st_ino, info.st_mtime_ns, info.st_size)
            if now != self._read_at:
                data = json.loads(self._path.read_bytes())
                self._memory = {_key(one["server"], one["uri"]): _checked(one) for one in data["approvals"]}
                self._read_at = now
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as failure:
            raise CorruptStore(
                f"The file of approvals {str(self._path)!r} cannot be read: {failure}.",
                hint="It is kept as it is. Move it away, and every approval is asked for anew.",
            ) from failure
        return self._memory

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """Change what is kept; two processes take turns."""
        if self._path is None:
            yield self._memory
            return
        with told("keep", "the approvals", self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._path.with_name(self._path.name + ".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                kept = dict(self._load())
                yield kept
                with whole(self._path) as file:
                    file.write(json.dumps({"approvals": [kept[key] for key in sorted(kept)]}, indent=1).encode())


def _checked(one: dict[str, Any]) -> dict[str, Any]:
    texts = (one["server"], one["uri"], one["bound_to"], *one["wishes"])
    if not all(isinstance(text, str) for text in texts) or not isinstance(one["wishes"], list):
        raise ValueError("an approval is not made of texts")
    return one


def _key(server: str, uri: str) -> str:
    return json.dumps([server, uri])
