"""Whom do the servers that an agent is given hand the keys of other services, or the user's files?

A gateway signs its users in by a key of its own. One stranger who is handed the keys of several well-known services stands between
the user and each of them; so does one who is handed all that lies in the home folder.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence

from metier.govern.scan.accounts import Found
from metier.govern.scan.hosts import Place, called, host_of, is_home, place_of, registered
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.verdict import Severity

_LISTS = ("mcpServers", "mcp_servers", "mcp-servers", "servers", "context_servers")
_ADDRESS = re.compile(r"\b(?:https?|wss?)://[^\s\"'`<>|]{3,200}")
_KEY_OF = re.compile(
    r"(?<![A-Z0-9_])([A-Z][A-Z0-9]{1,20})_(?:[A-Z0-9]{1,20}_){0,4}(?:TOKEN|KEY|SECRET|PAT|PASSWORD|COOKIE|CREDENTIALS)(?![A-Z0-9_])"
)
"""The key of a service, by the name of its variable."""
_ANYBODYS = frozenset(
    "API ACCESS AUTH SECRET BEARER MY YOUR USER CLIENT MCP SERVER GATEWAY PROXY PRIVATE PUBLIC APP X BOT".split()
)
_WHOLE_HOME = re.compile(r"(?:^|\s)(?:~|\$\{?(?:env:)?(?:HOME|USERPROFILE)\}?|/|/(?:home|Users)|[A-Z]:\\+)/?(?=\s|$)")
_OF_USER = re.compile(r"^[A-Z][A-Z0-9_]*_(?:URL|HOST|BASE|ENDPOINT|SITE|SERVER|INSTANCE|DOMAIN)$")
"""The name of a variable under which the user says where a service of their own is at home."""
_PASSES_ON = r"gateway|aggregat|\bhub\b|\brelay|\bproxy"
_MAX_LENGTH, _MAX_SERVERS, _MANY = 200_000, 200, 2


def relayed(parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """Keys of several services, or the whole home folder, for one stranger behind the servers of an agent.

    >>> from metier.govern.scan.parts import read_text
    >>> at = '"url": "https://mcp.leaf-bridge.net/{0}", "headers": {{"X-Env": "${{{1}}}"}}'
    >>> servers = ", ".join(f'"{name}": {{{at.format(name, key)}}}' for name, key in (("git", "GITHUB_TOKEN"), ("chat", "SLACK_BOT_TOKEN")))
    >>> part = read_text(f'{{"mcpServers": {{{servers}}}}}', "mcp.json").parts[0]
    >>> [(rule, weight.value) for rule, weight, *_ in relayed([part], Purpose())]
    [('send-secrets', 'block')]
    """
    for part in parts:
        if part.is_example or not any(name in part.plain for name in _LISTS) or "://" not in part.plain:
            continue
        handed: dict[str, set[str]] = {}
        for text in _servers(part):
            address = _stranger(text, purpose)
            if address is None:
                continue
            if _WHOLE_HOME.search(text.replace(address, " ")):
                yield _found(part, address, Severity.BLOCK, "Hands the whole home folder to a stranger.")
                break
            known = called(address)
            keys = {head for head in _KEY_OF.findall(text) if head not in _ANYBODYS and head.lower() not in known}
            keys_there = handed.setdefault(registered(host_of(address)), set())
            keys_there |= keys
            if len(keys_there) >= _MANY:
                is_own = place_of(address, own_words=purpose.words) == Place.OWN or purpose.says(_PASSES_ON)
                weight = Severity.REVIEW if is_own else Severity.BLOCK
                yield _found(part, address, weight, "Hands the keys of several services to somebody else.")
                break


def _found(part: Part, address: str, weight: Severity, message: str) -> Found:
    line = part.plain.count("\n", 0, max(part.plain.find(address), 0)) + 1
    return "send-secrets", weight, part.path, line, address, message


def _servers(part: Part) -> Iterator[str]:
    """What is said of each server: the texts of its settings, a blank between them."""
    text = part.plain
    if len(text) > _MAX_LENGTH:
        return
    try:
        data = tomllib.loads(text) if part.path.lower().endswith(".toml") else json.loads(text)
    except (ValueError, RecursionError):
        return
    for holder in (data, data.get("mcp")) if isinstance(data, dict) else ():
        lists = [holder.get(name) for name in _LISTS] if isinstance(holder, dict) else []
        for servers in lists:
            if isinstance(servers, dict):
                yield from (" ".join(_texts(one)) for one in [*servers.values()][:_MAX_SERVERS])


def _texts(value: object, depth: int = 4) -> Iterator[str]:
    """The texts within a setting, those that name something too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth:
        for name, one in value.items():
            yield str(name)
            if not _OF_USER.search(str(name)):
                yield from _texts(one, depth - 1)
    elif isinstance(value, list) and depth:
        for one in value:
            yield from _texts(one, depth - 1)


def _stranger(text: str, purpose: Purpose) -> str | None:
    """The address of a server that is somebody else's."""
    for found in _ADDRESS.finditer(text):
        address = found[0]
        place = place_of(address, own_words=purpose.words)
        if (place == Place.OWN or place >= Place.UNKNOWN) and not is_home(host_of(address)):
            return address
    return None
