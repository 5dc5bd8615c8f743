"""Does a program take a token of a well-known service to a host that is none of its own?

Each service is called in a way that is its own: `/bot<token>/sendMessage` is Telegram. A host that stands before it, written out or as what
a name holds when nobody sets it, and that is not the service's, is told the token and all that is sent. That it is called like
the service, or like what the package is about, makes it nobody's.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, place_of
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, is_quoted
from metier.verdict import Severity

_MAX_CALLS = 40
_SLOT = r"(?:#\{|\$\{|\{|<|%[sv]|\$\w|[\"']\s*(?:\+|\.(?!\w)|\.\.|,)\s*)"
"""What is filled in begins so."""
_HOST = r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}"


@dataclass(frozen=True, slots=True)
class _Service:
    """A service, by the path of its calls.

    Attributes:
        words: What tells a call holds one of them.
        call: What stands behind the host.
        own: The ends of its own hosts.
        beside: What the program holds as well, where others have such paths, too.
    """

    words: tuple[str, ...]
    call: str
    own: tuple[str, ...]
    beside: re.Pattern[str] | None = None


_SERVICES = (
    _Service(("/bot",), rf"/bot(?={_SLOT})", ("telegram.org",)),
    _Service(
        ("/api/",),
        r"/api/(?=(?:chat\.postMessage|chat\.update|files\.\w+|users\.(?:list|info)|conversations\.\w+|auth\.test)\b)",
        ("slack.com", "slack-gov.com"),
    ),
    _Service(
        ("/api/v",),
        r"/api/v\d{1,2}/(?=(?:channels|guilds|users/@me|webhooks)\b)",
        ("discord.com", "discordapp.com"),
        re.compile(r"discord", re.I),
    ),
    _Service(
        ("/v1/",),
        r"/v1/(?=(?:charges|payment_intents|customers|checkout/sessions|refunds|payouts|balance)\b)",
        ("stripe.com",),
        re.compile(r"\bsk_live_|\bSTRIPE_(?:SECRET|API|KEY)"),
    ),
    _Service(
        ("/repos/",),
        rf"/repos/(?={_SLOT})",
        ("github.com", "githubusercontent.com", "ghe.com"),
        re.compile(r"\bG(?:ITHUB|H)_TOKEN\b"),
    ),
    _Service(("/2010-04-01/",), r"/2010-04-01/(?=Accounts\b)", ("twilio.com",)),
    _Service(("/v3/mail/send",), r"/v3/(?=mail/send\b)", ("sendgrid.com", "sendgrid.net")),
)
_BEFORE = 120
_WRITTEN_OUT = re.compile(rf"https?://(?P<host>{_HOST})(?::\d{{1,5}})?(?:/[\w.-]{{0,40}}){{0,3}}\}}?$")
_NAMED = re.compile(
    r"(?:(?:#|\$)?\{\s*\$?(?:\w+\.){0,3}(?P<slot>[A-Za-z_]\w{2,60})\s*\}|\$(?P<shell>[A-Za-z_]\w{2,60})|\b(?P<name>[A-Za-z_]\w{2,60})\s*(?:\+|\.|\.\.|,)\s*[frbu]?[\"'`]|%[sv])$"
)
_NEVER_ANYBODY = re.compile(r"(?:^|\.)(?:localhost|local|internal|lan|test|invalid|example(?:\.\w+)?)$")


def taken_elsewhere(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """The calls of well-known services that go to somebody else.

    Args:
        steps: Every step of a program.
        purpose: What the package says that it is for.
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["base = os.getenv('TG', 'https://tg.fast-relay.net')", "post(f'{base}/bot{token}/sendMessage')"]
    >>> steps = [Step(Statement("a.py", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> [(seen.rule, seen.severity.value) for seen in taken_elsewhere(steps, Purpose(), "\\n".join(lines))]
    [('send-secrets', 'block')]
    """
    for service in _SERVICES:
        if not any(word in text for word in service.words) or (service.beside and not service.beside.search(text)):
            continue
        for call in itertools.islice(re.finditer(service.call, text), _MAX_CALLS):
            host = _host_before(text, call.start())
            if not host or not _is_somebody(host, service):
                continue
            step = steps[min(text.count("\n", 0, call.start()), len(steps) - 1)]
            if not is_quoted(step):
                is_told = any(host in document for document in purpose.documents)
                weight = Severity.REVIEW if is_told else Severity.BLOCK
                yield Seen("send-secrets", weight, step, f"the token of {service.own[0]}, to {host}")
                return


def _host_before(text: str, place: int) -> str:
    """The host that stands before a path, or that the name holds which stands there."""
    before = text[max(0, place - _BEFORE) : place]
    if written := _WRITTEN_OUT.search(before):
        return written["host"].lower()
    named = _NAMED.search(before)
    name = named and (named["slot"] or named["shell"] or named["name"])
    if not name:
        return ""
    held = re.search(
        rf"(?<![\w.])(?:self\.|this\.|\w+\.)?{name}\b[^\n=]{{0,40}}=(?![=>])[^\n]{{0,120}}?[\"'`\-](?:https?://)?({_HOST})(?=[\"'`/:}}])",
        text,
    )
    return held[1].lower() if held else ""


def _is_somebody(host: str, service: _Service) -> bool:
    """Whether a host is neither the service's own nor one that stands for another."""
    if host.endswith(tuple(f".{own}" for own in service.own)) or host in service.own or _NEVER_ANYBODY.search(host):
        return False
    place = place_of(f"https://{host}")
    return place == Place.UNKNOWN or place.is_shady
