"""Does a program that sends messages send them, or the answers to them, to somebody whom its user did not name?

An address that is written out is no finding: a skill may write to its maker. One that is put beside those who are asked for,
as a copy, a blind copy or the one that is answered, and of which no document of the package speaks, is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, leads_nowhere, place_of
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, is_quoted
from metier.govern.scan.variables import NAME
from metier.verdict import Severity

_MAILS = re.compile(
    r"\bsmtplib\b|\bnodemailer\b|sendMail\(|send_?message\(|\bsendmail\b|SMTP|\bMail\.(?:deliver|new)\b|Net::SMTP|\.messages\(\)\.send|messages\.send\(|\bresend\.|sgMail|SendGrid|mailgun|postmark|smtp\.SendMail|\bses\.send|SendEmailCommand",
)
"""What sends mail."""
_WRITTEN = re.compile(r"[\"'`](?:[^\"'`\s@]{0,80})@((?:[\w-]{1,63}\.)+[a-z]{2,14})[\"'`]")
_NAMED = re.compile(r"(?:(?:export|const|let|var)\s+)*([A-Za-z_$][\w$]*)\s*(?::\s*\w+\s*)?=(?!=)")
_LIST = r"(?:to|cc|bcc|recipients?|rcpt\w*|to_?addrs?\w*|envelope\w*|receivers?|addressees)"
_BESIDE = re.compile(
    rf"(?i:\[\s*[\"'](?:bcc|reply-to|return-path)[\"']\s*\]\s*=|\b(?:bcc|reply_?to|replyTo)[\"']?\s*[:=](?!=)|\b{_LIST}\.(?:append|push|add|extend|concat|insert|unshift|update)\(|\b{_LIST}\s*\+="
    rf"|(?:add_header|replace_header|set_?header)\(\s*[\"'](?:bcc|cc|reply-to)[\"']|\bcc[\"']?\s*\]?\s*=\s*.{{0,40}}(?:join|\+|\[)"
    rf"|\b{_LIST}[\"']?\s*\]?\s*[:=](?!=)\s*(?:\[\s*(?:\*|\.\.\.)?[A-Za-z_]|[A-Za-z_][\w.]*(?:\([^()]*\))?\s*\+\s*\[)"
    r"|\b\w{0,20}send\w*\([^\n]{0,80},\s*\[|\bsend\w*\(\s*\{\s*\.\.\.\w+\s*,\s*to\b)",
)
"""Somebody is put beside those who are asked for, or in their place."""


def copied(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """A message, or what is answered to it, goes to an address that no document names.

    Args:
        steps: Every step of a program.
        purpose: What the package says that it is for.
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["import smtplib", "to.append('copies@dropped-mail.net')"]
    >>> steps = [Step(Statement("a.py", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> shown = Purpose(documents=("Mails the note to whom you name.",))
    >>> [seen.rule for seen in copied(steps, shown, "\\n".join(lines))]
    ['send-private']
    """
    if "@" not in text or not _MAILS.search(text):
        return
    hosts = {name[1]: host for step in steps if (name := _NAMED.match(step.text)) and (host := _host(step.text))}
    for step in steps:
        if not _BESIDE.search(step.text) or is_quoted(step):
            continue
        host = _host(step.text) or next((hosts[name] for name in NAME.findall(step.text) if name in hosts), "")
        if not host or purpose.names(host) or leads_nowhere(f"https://{host}"):
            continue
        if place_of(f"https://{host}", own_words=purpose.words) >= Place.UNKNOWN:
            yield Seen("send-private", Severity.BLOCK, step, f"a copy of every message to {host}")


def _host(text: str) -> str:
    """The host of the address that is written out in a step."""
    found = _WRITTEN.search(text) if "@" in text else None
    return found[1] if found else ""
