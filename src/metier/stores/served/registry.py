"""Which skills do the connected servers offer, and what is each called so that none stands in for another?

A skill is known by its server, under the label that the host gave it, and its URI. An entry that breaks a rule is not
used; one that differs from what was approved revokes the approval.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from metier.errors import ConfigError, InputError, MetierError, NotStored, VerificationError, nearest
from metier.stores.served.consent import Approvals
from metier.stores.served.entry import Entry, read_entry
from metier.stores.served.quote import quoted
from metier.stores.served.uris import MANIFEST, SCHEME, parse

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
_MAX_PAGES, _MAX_ENTRIES = 1000, 100_000
_MAX_COLLIDING = 20


class Reader(Protocol):
    """One server, as far as a host reads it. Every method raises NotStored for what the server does not serve."""

    def skills(self, cursor: str | None) -> tuple[Sequence[object], str | None]:
        """One page of `skills/list` as it came, and the cursor of the next."""
        ...

    def skill(self, uri: str) -> object:
        """What `skills/get` gives for a URI, as it came."""
        ...

    def read(self, uri: str) -> bytes:
        """The bytes of one resource, by `resources/read`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A skill that a server offers.

    Attributes:
        handle: What the model and the user call it: the label of its server, then its path.
        server: The label that the host gave its server.
        collides: Handles and local names of other skills with the same name, at most 20 of them.
    """

    handle: str
    server: str
    entry: Entry
    collides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An entry, or a listing, that broke a rule and is not used."""

    server: str
    what: str
    why: str


class Registry:
    """Keeps what servers offer.

    Args:
        servers: The connected servers, by the label the host gives each: lower-case letters, digits and hyphens.
        approvals: What the user agreed to before.
        local: The names of the local skills, to tell the user which names collide.

    Raises:
        ConfigError: A label is none.
    """

    def __init__(self, servers: Mapping[str, Reader], approvals: Approvals, *, local: Collection[str] = ()) -> None:
        for label in servers:
            if not _LABEL.fullmatch(label):
                raise ConfigError(f"Expected a label of lower-case letters, digits and hyphens, got {label!r}.")
        self._servers, self._approvals, self._local = dict(servers), approvals, frozenset(local)
        self._entries: dict[tuple[str, str], Entry] = {}
        self._handles: dict[str, Known] = {}
        self.refused: tuple[Refused, ...] = ()

    def refresh(self) -> tuple[Known, ...]:
        """List every server anew and return what they offer; approvals of what changed are revoked.

        An entry that breaks a rule is not used and stands in `refused`, and what was known and agreed to of its skill
        holds no more. An empty or partial listing proves nothing, so what was known of a server that does not list it
        now stays known.
        """
        refused: list[Refused] = []
        for label, reader in self._servers.items():
            listed: dict[str, list[Entry]] = {}
            for raw in _pages(label, reader, refused):
                try:
                    entry = read_entry(raw)
                except InputError as error:
                    if isinstance(raw, Mapping) and isinstance(uri := raw.get("uri"), str):
                        self._disown(label, uri)
                    refused.append(Refused(server=label, what=_what(raw), why=str(error)))
                else:
                    listed.setdefault(parse(entry.uri).uri, []).append(entry)
            for entries in listed.values():
                if len(entries) == 1:
                    self._take(label, entries[0])
                else:
                    for entry in entries:
                        self._approvals.observe(label, entry)
                        self._forget(label, entry.uri)
                    refused.append(Refused(server=label, what=entries[0].uri, why="It is listed more than once."))
        self.refused = tuple(refused)
        return self.known()

    def known(self) -> tuple[Known, ...]:
        """What is offered, by handle."""
        return tuple(self._by_handle().values())

    def catalogue(self) -> str:
        """What the model is told of the skills that are offered: handle, server and description, marked as data."""
        return "\n".join(
            quoted(one.entry.description, origin=one.server, skill=one.handle, note="offered by a server")
            for one in self.known()
        )

    def resolve(self, handle: str) -> Known:
        """The skill that is called by a handle. A bare name is none: it would be a name of a local skill.

        Raises:
            NotStored: None is called so; the hint names those that could be meant.
        """
        known = self._by_handle()
        if handle in known:
            return known[handle]
        named = [one.handle for one in known.values() if one.entry.name == handle]
        raise NotStored(f"No served skill is called {handle[:200]!r}.", hint=nearest(handle[:200], named or known))

    def resolve_uri(self, server: str, uri: str) -> Known:
        """The skill at a URI of a server, listed or not. That it looks like a skill's URI makes it none.

        Raises:
            NotStored: The server does not serve a skill there.
            VerificationError: What it says of it breaks a rule.
        """
        if (server, uri) not in self._entries:
            self._take(server, self._fetch_entry(server, uri))
        return next(one for one in self.known() if (one.server, one.entry.uri) == (server, uri))

    def renew(self, known: Known) -> Known:
        """Ask the server of a skill for its entry anew. If its files changed, its approval is revoked.

        Raises:
            NotStored: The server does not serve it any more; what was agreed to of it is forgotten.
            VerificationError: What it says of it breaks a rule; what was agreed to of it holds no more.
        """
        try:
            self._take(known.server, self._fetch_entry(known.server, known.entry.uri))
        except NotStored:
            self._forget(known.server, known.entry.uri)
            self._approvals.revoke(known.server, known.entry.uri)
            raise
        return self.resolve_uri(known.server, known.entry.uri)

    def current(self, known: Known) -> Known:
        """A skill as it is known now: what was listed since counts, not what the caller held on to.

        Raises:
            NotStored: It is not offered any more.
        """
        entry = self._entries.get((known.server, known.entry.uri))
        if entry is None:
            raise NotStored(f"The skill {known.handle!r} is not offered any more.")
        return Known(handle=known.handle, server=known.server, entry=entry, collides=known.collides)

    def reader(self, server: str) -> Reader:
        """The server under a label.

        Raises:
            NotStored: None is connected under it.
        """
        if server not in self._servers:
            raise NotStored(f"No server {server[:80]!r} is connected.", hint=nearest(server[:80], self._servers))
        return self._servers[server]

    def enclosing(self, known: Known) -> str:
        """The handle of the innermost skill that this one lies inside of, or an empty string."""
        here = known.entry.root
        while len(here.segments) > 1:
            here = here.parent
            uri = here.child(MANIFEST).uri
            if (known.server, uri) in self._entries:
                return next(one.handle for one in self.known() if (one.server, one.entry.uri) == (known.server, uri))
        return ""

    def remove(self, server: str) -> None:
        """Forget a server, what it offers, and what was agreed to of it."""
        self._servers.pop(server, None)
        for label, uri in [key for key in self._entries if key[0] == server]:
            self._forget(label, uri)
        self._approvals.revoke(server)

    def _take(self, server: str, entry: Entry) -> None:
        self._approvals.observe(server, entry)
        self._entries[server, entry.uri] = entry
        self._handles.clear()

    def _forget(self, server: str, uri: str) -> None:
        self._entries.pop((server, uri), None)
        self._handles.clear()

    def _disown(self, server: str, uri: str) -> None:
        """Let go of a skill of which a server says what breaks a rule."""
        self._forget(server, uri)
        self._approvals.withdraw(server, uri)

    def _by_handle(self) -> dict[str, Known]:
        """What is offered, by handle and in its order; made anew when something changed."""
        if not self._handles and self._entries:
            handles = {key: _handle(*key) for key in self._entries}
            taken = Counter(handles.values())
            named: dict[str, list[str]] = {}
            for key, handle in handles.items():
                if taken[handle] > 1:  # two schemes, one path
                    handles[key] = f"{key[0]}/{key[1]}"
                named.setdefault(self._entries[key].name, []).append(handles[key])
            # A few tell that a name is no one's own; all of them would be the square of what a server lists.
            few = {name: [*({name} & self._local), *sorted(same)][: _MAX_COLLIDING + 1] for name, same in named.items()}
            for key in sorted(handles, key=handles.__getitem__):
                others = [one for one in few[self._entries[key].name] if one != handles[key]][:_MAX_COLLIDING]
                self._handles[handles[key]] = Known(
                    handle=handles[key], server=key[0], entry=self._entries[key], collides=tuple(sorted(others))
                )
        return self._handles

    def _fetch_entry(self, server: str, uri: str) -> Entry:
        raw = self.reader(server).skill(uri)
        try:
            entry = read_entry(raw)
        except InputError as error:
            self._disown(server, uri)
            raise VerificationError(f"What {server!r} says of {uri!r} breaks a rule: {error}") from error
        if entry.uri != uri:
            self._disown(server, uri)
            raise VerificationError(f"Asked for {uri!r}, the server {server!r} spoke of {entry.uri!r}.")
        return entry


def _pages(label: str, reader: Reader, refused: list[Refused]) -> Iterator[object]:
    """Every entry of a listing, however a server may try to make it endless."""
    cursor: str | None = None
    seen: set[str] = set()
    num_entries = 0
    for _ in range(_MAX_PAGES):
        try:
            entries, cursor = reader.skills(cursor)
        except MetierError as error:
            refused.append(Refused(server=label, what="skills/list", why=str(error)))
            return
        for entry in entries:
            num_entries += 1
            if num_entries > _MAX_ENTRIES:
                refused.append(
                    Refused(server=label, what="skills/list", why=f"It has more than {_MAX_ENTRIES} entries.")
                )
                return
            yield entry
        if cursor is None:
            return
        if cursor in seen:
            refused.append(Refused(server=label, what="skills/list", why="It gives the same cursor again."))
            return
        seen.add(cursor)
    refused.append(Refused(server=label, what="skills/list", why=f"It has more than {_MAX_PAGES} pages."))


def _handle(label: str, uri: str) -> str:
    address = parse(uri)
    path = "/".join(address.parent.segments)
    return f"{label}/{path}" if address.scheme == SCHEME else f"{label}/{address.parent.uri}"


def _what(raw: object) -> str:
    return str(raw.get("uri", ""))[:200] if isinstance(raw, Mapping) else type(raw).__name__
