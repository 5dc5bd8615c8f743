"""How does a host use the skills of servers it does not trust? Every MUST of the Skills extension (SEP-2640) is here.

A skill is known by its server, under the label that the host gave it, and its URI. It is called `label/path`, never by
a bare name, so it cannot stand in for a local skill or one of another server. It is loaded after the user agreed to
this very set of files, read only as its entry promised, and shown as data with its origin. Nothing is fetched before it
is needed, and nothing that a skill says of itself gives it a right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from metier.errors import InputError, MetierError, NotApproved, NotStored, VerificationError
from metier.stores.served.cache import Cache
from metier.stores.served.consent import Answer, Approvals, Ask, Question, Wish
from metier.stores.served.entry import MAX_BYTES, Entry, Resource
from metier.stores.served.head import agrees, body_of
from metier.stores.served.quote import quoted
from metier.stores.served.registry import Known, Reader, Refused, Registry
from metier.stores.served.uris import MANIFEST, SCHEME, Address, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A skill that is in the model's context: the window in which its files may be read.

    Attributes:
        known: The skill with the entry that it was loaded from; it holds for the whole window.
        text: What is shown to the model: the instructions, marked as data from their server.
        base: What relative references are resolved against.
    """

    known: Known
    text: str
    base: str
    window: int


class Host:
    """Uses the skills of servers.

    Args:
        servers: The connected servers, by the label the host gives each: lower-case letters, digits and hyphens.
        ask: Asks the user.
        approvals: What the user agreed to before.
        cache: Where verified files are kept; None to keep none.
        local: The names of the local skills, to tell the user which names collide.
        dynamic: Whether skills may be loaded whose server publishes no digests. Each load of one is asked for.

    Raises:
        ConfigError: A label is none.
    """

    def __init__(
        self,
        servers: Mapping[str, Reader],
        ask: Ask,
        *,
        approvals: Approvals | None = None,
        cache: Cache | None = None,
        local: Collection[str] = (),
        dynamic: bool = False,
    ) -> None:
        self._approvals = approvals or Approvals()
        self._registry = Registry(servers, self._approvals, local=local)
        self._ask, self._cache, self._dynamic = ask, cache, dynamic
        self._open: dict[int, int] = {}
        self._num_windows = 0

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The entries and listings that broke a rule at the last refresh, and why."""
        return self._registry.refused

    def refresh(self) -> tuple[Known, ...]:
        """List every server anew and return what they offer; as `Registry.refresh`."""
        return self._registry.refresh()

    def known(self) -> tuple[Known, ...]:
        """What is offered, by handle."""
        return self._registry.known()

    def catalogue(self) -> str:
        """What the model is told of the skills that are offered; as `Registry.catalogue`."""
        return self._registry.catalogue()

    def resolve(self, handle: str) -> Known:
        """The skill that is called by a handle; as `Registry.resolve`."""
        return self._registry.resolve(handle)

    def resolve_uri(self, server: str, uri: str) -> Known:
        """The skill at a URI of a server, listed or not; as `Registry.resolve_uri`."""
        return self._registry.resolve_uri(server, uri)

    def renew(self, known: Known) -> Known:
        """Ask the server of a skill for its entry anew; as `Registry.renew`."""
        return self._registry.renew(known)

    def is_approved(self, known: Known) -> bool:
        """Whether the user agreed for good to loading a skill, as its server lists it now."""
        return self._approvals.holds(known.server, self._registry.current(known).entry, Wish.LOAD)

    def has_changed(self, known: Known) -> bool:
        """Whether the user agreed to a skill that became another since, and has not agreed to this one."""
        return self._approvals.changed(known.server, known.entry.uri)

    def approve(self, known: Known) -> None:
        """Ask the user to agree to loading a skill from now on, without fetching anything of it.

        Raises:
            NotApproved: The user did not agree for good.
            VerificationError: Its server publishes no digests, so there is nothing to bind an approval to.
        """
        known = self._registry.current(known)
        if not known.entry.bound_to:
            raise VerificationError(
                f"The skill {known.handle!r} is made anew at each reading, so no approval of it can last."
            )
        self._agree(known, Wish.LOAD)
        if not self.is_approved(known):
            raise NotApproved(f"The user did not agree for good to load the skill {known.handle!r}.")

    def revoke(self, known: Known) -> None:
        """Forget what the user agreed to of a skill."""
        self._approvals.revoke(known.server, known.entry.uri)

    def load(self, known: Known) -> Loaded:
        """Load a skill into the model's context: ask, fetch its SKILL.md, verify it, and open its window.

        Raises:
            NotApproved: The user did not agree.
            VerificationError: What was fetched is not what the entry promised; nothing of it is used.
        """
        entry = self._registry.current(known).entry
        if entry.resources is None and not self._dynamic:
            raise VerificationError(
                f"The skill {known.handle!r} is made anew at each reading, so nothing could be checked.",
                hint="It is loaded only by a host that was told to take such skills.",
            )
        known = self._registry.current(known)
        self._agree(known, Wish.LOAD)
        data = self._manifest(known)
        self._num_windows += 1
        self._open[self._num_windows] = len(data)
        text = quoted(
            body_of(data), origin=known.server, skill=known.handle, note=f"base {entry.root.uri}/, served over MCP"
        )
        return Loaded(known=known, text=text, base=f"{entry.root.uri}/", window=self._num_windows)

    def inspect(self, known: Known) -> str:
        """Show the user the verified SKILL.md of a skill before it is loaded. Opens no window and approves nothing."""
        data = self._manifest(self._registry.current(known))
        return quoted(data.decode("utf-8", "replace"), origin=known.server, skill=known.handle, path=MANIFEST)

    def read(self, loaded: Loaded, reference: str) -> bytes:
        """Read a file of a loaded skill, as its entry promised it. A nested SKILL.md is a file like any other.

        Args:
            reference: A path relative to the skill's directory, or a URI inside of it.

        Raises:
            VerificationError: The entry does not list it, it differs from what is listed, or the window is closed.
            InputError: It is no path of this skill; a skill reads from its own server alone.
        """
        address = _resolve(loaded, reference)
        entry = loaded.known.entry
        self._refuse_closed(loaded)
        if entry.resources is None:
            return self._read_dynamic(loaded, address)
        listed = next((one for one in entry.resources if parse(one.uri).uri == address.uri), None)
        if listed is None:
            raise VerificationError(
                f"The entry of {loaded.known.handle!r} lists no {reference!r}: the skill changed, or never had it.",
                hint="Renew its entry; a skill that changed is approved anew.",
            )
        return self._verified(loaded.known, listed)

    def show(self, loaded: Loaded, reference: str) -> str:
        """Read a text file of a loaded skill as it is shown to the model: as data, with its origin."""
        text = self.read(loaded, reference).decode("utf-8", "replace")
        return quoted(text, origin=loaded.known.server, skill=loaded.known.handle, path=reference)

    def children(self, loaded: Loaded, reference: str = "") -> tuple[str, ...]:
        """What lies directly in a directory of a loaded skill, by the entry it was loaded from; directories end in /.

        What the server would list besides is not of this skill as it was approved.
        """
        root = loaded.known.entry.root
        here = _resolve(loaded, reference) if reference else root
        below = [parse(one.uri) for one in loaded.known.entry.resources or ()]
        names = {
            one.segments[len(here.segments)] + ("/" if len(one.segments) > len(here.segments) + 1 else "")
            for one in below
            if one.inside(here)
        }
        if not names:
            raise NotStored(f"{reference!r} is no directory of {loaded.known.handle!r}.")
        return tuple(sorted(names))

    def may_execute(self, loaded: Loaded, command: str) -> bool:
        """Whether something may be executed because of a loaded skill: a script of it, or whatever it says to run.

        Agreeing to load a skill is not agreeing to execute; files from the cache are as foreign as from the server.
        """
        self._refuse_closed(loaded)
        return self._has_agreed(self._registry.current(loaded.known), Wish.EXECUTE, command, entry=loaded.known.entry)

    def allowed_tools(self, loaded: Loaded) -> tuple[str, ...]:
        """The tools that a skill asks for and the user granted it: none, unless the user grants them to this skill."""
        self._refuse_closed(loaded)
        wanted = loaded.known.entry.frontmatter.get("allowed-tools", "")
        tools = tuple(wanted.split() if isinstance(wanted, str) else map(str, wanted))
        if not tools:
            return ()
        known = self._registry.current(loaded.known)
        return tools if self._has_agreed(known, Wish.TOOLS, " ".join(tools), entry=loaded.known.entry) else ()

    def read_elsewhere(self, loaded: Loaded, server: str, uri: str) -> bytes:
        """Read a resource of another server because of a loaded skill. Asked for at every call, naming both servers.

        Raises:
            NotApproved: The user did not agree.
            NotStored: There is no such server, or it serves no such resource.
        """
        self._refuse_closed(loaded)
        known, entry = loaded.known, loaded.known.entry
        detail = f"the skill {known.handle!r} of the server {known.server!r} reads {uri!r} of the server {server!r}"
        question = Question(wish=Wish.CROSS_READ, server=known.server, entry=entry, detail=detail)
        if server == known.server:
            raise InputError(f"{uri!r} is of the skill's own server.", hint="Read files of the skill with read.")
        if self._ask(question) not in (Answer.ONCE, Answer.ALWAYS):
            raise NotApproved(f"It was not approved that {detail}.")
        return self._registry.reader(server).read(uri)

    def close(self, loaded: Loaded) -> None:
        """Close the window of a skill: it left the model's context. May be called twice."""
        self._open.pop(loaded.window, None)

    def remove(self, server: str) -> None:
        """Forget a server: what it offers, what was agreed to of it, and what was kept of it."""
        self._registry.remove(server)
        if self._cache is not None:
            self._cache.remove(server)

    def _agree(self, known: Known, wish: Wish) -> None:
        if not self._has_agreed(known, wish, ""):
            raise NotApproved(f"The user did not agree to {wish.value} the skill {known.handle!r}.")

    def _has_agreed(self, known: Known, wish: Wish, detail: str, *, entry: Entry | None = None) -> bool:
        """Whether the user agreed before to this content, or agrees now."""
        server = known.server
        if entry is not None and entry.bound_to != known.entry.bound_to:
            raise VerificationError(
                f"The skill {known.handle!r} changed since it was loaded.", hint="Load it anew; it is approved anew."
            )
        if self._approvals.holds(server, known.entry, wish):
            return True
        question = Question(
            wish=wish,
            server=server,
            entry=known.entry,
            changed=self._approvals.changed(server, known.entry.uri),
            inside=self._registry.enclosing(known),
            detail=detail,
        )
        answer = self._ask(question)
        if answer == Answer.ALWAYS:
            self._approvals.keep(server, known.entry, wish)
        return answer in (Answer.ONCE, Answer.ALWAYS)

    def _manifest(self, known: Known) -> bytes:
        """The SKILL.md of a skill, whose bytes and frontmatter are what the entry says."""
        entry = known.entry
        listed = entry.file(entry.uri)
        data = (
            self._verified(known, listed)
            if listed
            else _bounded(self._registry.reader(known.server).read(entry.uri), 0)
        )
        try:
            field = agrees(data, entry.frontmatter)
        except MetierError as error:
            raise VerificationError(
                f"The {MANIFEST} of {known.handle!r} has no frontmatter to compare: {error}"
            ) from error
        if field:
            raise VerificationError(
                f"The {MANIFEST} of {known.handle!r} says something else in {field!r} than its entry does."
            )
        return data

    def _verified(self, known: Known, listed: Resource) -> bytes:
        skill = known.entry.uri
        if self._cache is not None:
            kept = self._cache.get(known.server, skill, listed.digest, listed.size)
            if kept is not None:
                return kept
        data = self._registry.reader(known.server).read(listed.uri)
        if len(data) != listed.size or f"sha256:{hashlib.sha256(data).hexdigest()}" != listed.digest:
            raise VerificationError(
                f"{listed.uri!r} of the server {known.server!r} is not what its entry promised: {len(data)} bytes of "
                f"another digest or size, where {listed.size} were listed.",
                hint="Renew its entry; a skill that changed is approved anew.",
            )
        if self._cache is not None:
            self._cache.put(known.server, skill, data)
        return data

    def _read_dynamic(self, loaded: Loaded, address: Address) -> bytes:
        data = _bounded(self._registry.reader(loaded.known.server).read(address.uri), self._open[loaded.window])
        self._open[loaded.window] += len(data)
        return data

    def _refuse_closed(self, loaded: Loaded) -> None:
        if loaded.window not in self._open:
            raise VerificationError(f"The skill {loaded.known.handle!r} is not loaded any more.", hint="Load it anew.")


def _resolve(loaded: Loaded, reference: str) -> Address:
    """The address of a reference inside of a skill."""
    root = loaded.known.entry.root
    address = parse(reference) if "://" in reference else parse(f"{root.uri}/{_quoted_path(reference)}")
    if not address.inside(root):
        raise InputError(
            f"{reference[:200]!r} does not lie in the skill {loaded.known.handle!r}.",
            hint="A skill reads its own files from its own server; anything else is asked for by itself.",
        )
    return address


def _quoted_path(reference: str) -> str:
    """A path as it stands in a file system, made a part of a URI."""
    parts = reference.removeprefix("./").split("/")
    if any(part in ("", ".", "..") or not part.isprintable() for part in parts):
        raise InputError(f"The reference {reference[:200]!r} could lead out of the skill.")
    return Address(scheme=SCHEME, segments=tuple(parts)).uri.removeprefix(f"{SCHEME}://")


def _bounded(data: bytes, before: int) -> bytes:
    if before + len(data) > MAX_BYTES:
        raise VerificationError(f"A skill without digests sent more than {MAX_BYTES} bytes.")
    return data
