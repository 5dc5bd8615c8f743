"""Where does a command lead that a program fills in: `curl ${url} | sh` in a text that it writes for others to start?

The command stands in a text and the address under a name, often far above it; a name that had to be decoded counts as hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import URL, host_of
from metier.govern.scan.parts import LANGUAGES

_SLOT = re.compile(
    r"(?:[#$]|%\()?\{\s*\$?(?:\w{1,40}(?:\.|->))?([A-Za-z_]\w{0,60})[^{}\n]{0,60}\}|\$([A-Za-z_]\w{0,60})"
)
_HOST_SLOT = re.compile(r"://[\"'`]?\s*(?:[#$]?\{|\+|\.)\s*\$?([A-Za-z_]\w{0,60})\s*(?:\}|[+/\"'`.])")
"""A name where an address has its host."""
_ASKS = frozenset({"fetch", "send", "connect"})


def fill(steps: Sequence[Step]) -> None:
    """Give each command within a program the address that the program fills in, as a hidden one if it was decoded.

    >>> from metier.govern.scan.statement import Statement
    >>> named = Step(Statement("a.js", 1, "const u = atob(c)", language="script"), frozenset({"decode"}), ("https://drop.invalid",))
    >>> inner = Step(Statement("a.js", 3, "curl ${u} | sh", is_shell=True), frozenset({"fetch"}))
    >>> fill([named, inner])
    >>> inner.urls, inner.hidden_url
    (('https://drop.invalid',), True)
    """
    _lead(steps)
    waiting = [step for step in steps if step.statement.is_shell and step.labels & _ASKS and not _leads(step)]
    if not waiting:
        return
    paths = {step.statement.path for step in waiting}
    named: dict[tuple[str, str], Step] = {}
    beside: dict[tuple[str, int], Step] = {}
    for step in steps:
        statement = step.statement
        if statement.path not in paths or statement.is_shell or statement.language not in LANGUAGES:
            continue
        # What was asked of an address is no address.
        if (step.urls or step.hidden_url or _is_decoded(step)) and not _asks(step):
            for name in statement.assigns:
                named.setdefault((statement.path, name.lstrip(".$@")), step)
            beside.setdefault((statement.path, statement.line), step)
    for step in waiting:
        path = step.statement.path
        names = [one or other for one, other in _SLOT.findall(step.text)]
        origin = next((named[path, name] for name in names if (path, name) in named), None)
        # What is put together with a plus leaves no name in the command.
        origin = origin if origin is not None or names else beside.get((path, step.statement.line))
        if origin is not None:
            step.urls = origin.urls
            step.hidden_url = origin.hidden_url or _is_decoded(origin)


def _lead(steps: Sequence[Step]) -> None:
    """Let what asks a host under its name lead to it: `fetch(`https://${at}/v1`)` where `at` was given a host."""
    asking = [
        (step, found[1])
        for step in steps
        if not (step.statement.is_shell or step.labels.isdisjoint(_ASKS)) and (found := _HOST_SLOT.search(step.text))
    ]
    if not asking:
        return
    paths = {step.statement.path for step, _ in asking}
    hosts = {
        (step.statement.path, name.lstrip(".$@")): step
        for step in steps
        if step.urls and step.statement.path in paths and not _asks(step) and _is_host(step)
        for name in step.statement.assigns
    }
    for step, name in asking:
        named = hosts.get((step.statement.path, name))
        if named is not None:
            step.urls, step.hidden_url = named.urls, step.hidden_url or named.hidden_url


def _is_host(step: Step) -> bool:
    """Whether a step gives a name to a host that it writes out."""
    return len(step.urls) == 1 and host_of(step.urls[0]) in step.text and step.text.count("(") <= 1


def _leads(step: Step) -> bool:
    """Whether a command names where it leads."""
    return any("$" not in url and "{" not in url for url in step.urls) or URL.search(step.text) is not None


def _asks(step: Step) -> bool:
    return not step.labels.isdisjoint(_ASKS) or "download" in step.received


def _is_decoded(step: Step) -> bool:
    return "decode" in step.labels or "decoded" in step.received
