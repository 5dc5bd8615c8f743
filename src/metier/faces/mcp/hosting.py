"""How does one command use one server? A host with that server, its label, and the approvals of this user."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metier.errors import ConfigError
from metier.faces.mcp.client import connect
from metier.govern.kept import state_of_user
from metier.stores.places import discover_packages
from metier.stores.served.consent import Approvals, Ask
from metier.stores.served.host import Host

_MAX_SLUG = 40


@contextmanager
def hosted(server: str, ask: Ask, *, label: str = "", approvals: Path | None = None) -> Iterator[Host]:
    """Connect to a server, list its skills, and use them as the Skills extension asks of a host.

    Args:
        server: A URL, or the command of a server over standard input and output as one would type it.
        ask: Asks the user.
        label: What the host calls the server; by default as `label_of` says.
        approvals: The file of approvals; by default `approvals_path()`.

    Raises:
        ConfigError: The command or the label is none.
        StoreError: The server cannot be reached.
    """
    local = [one.name for one in discover_packages(Path(), home=Path.home()).packages]
    with connect(address_of(server)) as reader:
        kept = Approvals(approvals or approvals_path())
        host = Host({label or label_of(server): reader}, ask, approvals=kept, local=local)
        host.refresh()
        yield host


def address_of(server: str) -> str | list[str]:
    """The URL of a server, or the words of its command.

    Raises:
        ConfigError: It is no command.

    >>> address_of("http://127.0.0.1:8000/mcp"), address_of("metier serve --mcp 'my skills'")
    ('http://127.0.0.1:8000/mcp', ['metier', 'serve', '--mcp', 'my skills'])
    """
    if re.match(r"https?://", server):
        return server
    try:
        words = shlex.split(server)
    except ValueError as error:
        raise ConfigError(f"Expected the URL or the command of a server, got {server!r}: {error}.") from error
    if not words:
        raise ConfigError("Expected the URL or the command of a server, got nothing.")
    return words


def label_of(server: str) -> str:
    """What a server is called unless the user names it: words of its address, and a digest that tells two apart.

    >>> label_of("http://127.0.0.1:8000/mcp"), label_of("metier serve --mcp skills")
    ('127-0-0-1-8000-mcp-86d0e5', 'metier-serve-mcp-skills-a077ba')
    """
    slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"^https?://", "", server.lower())).strip("-")[:_MAX_SLUG].strip("-")
    return f"{slug}-{hashlib.sha256(server.encode()).hexdigest()[:6]}".lstrip("-")


def approvals_path() -> Path:
    """Where the approvals of this user lie."""
    return state_of_user() / "approvals.json"
