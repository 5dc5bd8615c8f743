"""Does a program that sends messages send them, or the answers to them, to somebody whom its user did not name?

An address that is written out is no finding: a skill may write to its maker. One that is put beside those who are asked for,
as a copy, a blind copy or the one that is answered, and of which no document of the package speaks, is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.grants import Found
from metier.govern.scan.hosts import Place, leads_nowhere, place_of
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import DOCUMENTS, Seen, is_quoted
from metier.govern.scan.variables import NAME
from metier.verdict import Severity

_MAILS = re.compile(
    r"\bsmtplib\b|\bnodemailer\b|sendMail\(|send_?message\(|\bsendmail\b|SMTP|\bMail\.(?:deliver|new)\b|Net::SMTP|\.messages\(\)\.send|messages\.send\(|\bresend\.|sgMail|SendGrid|mailgun|postmark|smtp\.SendMail|\bses\.send|SendEmailCommand",
)
"""What sends mail."""
_MAIL_WORDS = (
    "smtplib", "nodemailer", "sendMail(", "sendmessage(", "send_message(", "sendmail", "SMTP", "Mail.", "messages", "resend.",
    "sgMail", "SendGrid", "mailgun", "postmark", "smtp.", "ses.send", "SendEmailCommand",
)  # fmt: skip
"""What it matches holds one of them."""
_WRITTEN = re.compile(r"[\"'`]([^\"'`\s@]{0,80}@((?:[\w-]{1,63}\.)+[a-z]{2,14}))[\"'`]")
_ANYBODYS = frozenset(
    "gmail.com outlook.com hotmail.com live.com proton.me protonmail.com yahoo.com icloud.com gmx.com gmx.net gmx.de"
    " mail.ru yandex.ru yandex.com 163.com 126.com qq.com tutanota.com tuta.io fastmail.com zoho.com aol.com".split()
)
"""Where anybody has an address: that a document names such a host says nothing of the address."""
_NAMED = re.compile(r"(?:(?:export|const|let|var)\s+)*([A-Za-z_$][\w$]*)\s*(?::\s*\w+\s*)?=(?!=)")
_IS_HOST = re.compile(r"=\s*[\"'`]((?:[\w-]{1,63}\.)+[a-z]{2,14})[\"'`]\s*;?\s*$")
_AT_NAME = re.compile(r"@(?:\$?\{\s*(\w{1,40})\s*\}|[\"'`]\s*\+\s*(\w{1,40}))")
_BLIND = re.compile(r"\bbcc[\"']?\s*\]?\s*[:=]", re.I)
_LIST = r"(?:to|cc|bcc|recipients?|rcpt\w*|to_?addrs?\w*|envelope\w*|receivers?|addressees)"
_BESIDE = re.compile(
    rf"(?i:\[\s*[\"'](?:bcc|reply-to|return-path)[\"']\s*\]\s*=|\b(?:bcc|reply_?to|replyTo)[\"']?\s*[:=](?!=)|\b{_LIST}\.(?:append|push|add|extend|concat|insert|unshift|update)\(|\b{_LIST}\s*\+="
    rf"|(?:add_header|replace_header|set_?header)\(\s*[\"'](?:bcc|cc|reply-to)[\"']|\bcc[\"']?\s*\]?\s*=\s*.{{0,40}}(?:join|\+|\[)"
    rf"|\b{_LIST}[\"']?\s*\]?\s*[:=](?!=)\s*(?:\[\s*(?:\*|\.\.\.)?[A-Za-z_]|[A-Za-z_][\w.]*(?:\([^()]*\))?\s*\+\s*\[)"
    r"|\b\w{0,20}send\w*\([^\n]{0,80},\s*\[|\bsend\w*\(\s*\{\s*\.\.\.\w+\s*,\s*to\b)",
)
"""Somebody is put beside those who are asked for, or in their place."""
_READS = re.compile(
    r"\bmessages\(\)\.get\(|\bmessages\.get\(|\bimaplib\b|\bIMAPClient\b|\bimapflow\b|\.fetchOne\(|\bmailparser\b|message_from_bytes\(|/me/messages|\bpoplib\b"
)
"""What reads the mail of who runs it."""
_TO = re.compile(
    r"(?i:\[\s*[\"']to[\"']\s*\]\s*=(?!=)|[{,(]\s*[\"']?(?:to|to_?addrs?|recipients?|toRecipients)[\"']?\s*[:=](?!=)|\bsend_?mail\(|add_header\(\s*[\"']to[\"'])"
)
_PLACEHOLDER = re.compile(r"(?i:your|example|^(?:me|you|name|user|test|someone)@)")
_HANDED_ON = re.compile(r"[\"']raw[\"']|message_from_bytes|RFC822|as_bytes\(|add_attachment\(|\.source\b")
_FORWARDS = re.compile(
    r"(?i:[\"']?\b(?:auto_?)?forward\w{0,24}[\"']?\s*[:=]\s*\[?|-(?:Forward|Redirect)To\s+|\bredirect\s+(?::copy\s+)?)[\"'](?P<to>[^\"'`\s@]{1,80}@(?P<host>(?:[\w-]{1,63}\.)+[a-z]{2,14}))[\"']"
)
"""A rule of a mailbox hands what comes in on to an address."""
_UNSEEN = re.compile(
    r"(?i:\btrash\b|\bdelete|\bdiscard\b|mark_?as_?read|removeLabelIds[\"']?\s*:\s*\[[^\]]*(?:UNREAD|INBOX)|skip_?inbox|shouldMarkAsRead|\barchive\b|setflag[^;]{0,20}Seen)"
)
_WITHIN, _MAX_FOUND = 300, 40


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
    if "@" not in text or not (
        _BLIND.search(text) or (any(word in text for word in _MAIL_WORDS) and _MAILS.search(text))
    ):
        return
    reads = _READS.search(text) is not None
    hosts = {
        name[1]: host[1] for step in steps if (name := _NAMED.match(step.text)) and (host := _IS_HOST.search(step.text))
    }
    addresses = {name[1]: to for step in steps if (name := _NAMED.match(step.text)) and (to := _address(step.text))}
    for step in steps:
        if not (_BESIDE.search(step.text) or (reads and _TO.search(step.text))) or is_quoted(step):
            continue
        to = (
            _address(step.text)
            or _address_at(step.text, hosts)
            or next((addresses[name] for name in NAME.findall(step.text) if name in addresses), "")
        )
        if to and _is_strangers(to, purpose) and not _PLACEHOLDER.search(to):
            # Who only writes to somebody may write to himself; who hands on what came in does not.
            grave = _BESIDE.search(step.text) or _HANDED_ON.search(text)
            weight = Severity.BLOCK if grave else Severity.REVIEW
            yield Seen("send-private", weight, step, f"a copy of every message to {to.rpartition('@')[2]}")


def forwarded(parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """A rule for a mailbox, in whatever settings, hands mail on to an address that no document names.

    >>> from metier.govern.scan.parts import read_text
    >>> rule = '{"query": "subject:code", "forward": "a@dropped-mail.net", "addLabelIds": ["TRASH"]}'
    >>> shown = Purpose(documents=("Sorts mail.",))
    >>> [(name, weight.value) for name, weight, *_ in forwarded(read_text(rule, "rules.json").parts, shown)]
    [('send-private', 'block')]
    """
    for part in parts:
        if part.path.lower().endswith(DOCUMENTS) or part.is_example or "@" not in part.plain:
            continue
        if part.kind in ("python", "script", "hash-script") or not any(w in part.plain for w in ("orward", "edirect")):
            continue
        for found in itertools.islice(_FORWARDS.finditer(part.plain), _MAX_FOUND):
            if not _is_strangers(found["to"], purpose):
                continue
            near = part.plain[max(0, found.start() - _WITHIN) : found.end() + _WITHIN].replace(found[0], " ")
            weight = Severity.BLOCK if _UNSEEN.search(near) else Severity.REVIEW
            yield "send-private", weight, part.path, part.plain.count("\n", 0, found.start()) + 1, found[0]


def _is_strangers(address: str, purpose: Purpose) -> bool:
    """Whether an address is one of which no document speaks, and at which somebody may be."""
    host = address.rpartition("@")[2]
    if host in _ANYBODYS:
        return bool(purpose.documents) and not any(address in text for text in purpose.documents)
    if purpose.names(host) or leads_nowhere(f"https://{host}"):
        return False
    return place_of(f"https://{host}", own_words=purpose.words) >= Place.UNKNOWN


def _address_at(text: str, hosts: Mapping[str, str]) -> str:
    """The address in a step at a host that stands under a name."""
    found = _AT_NAME.search(text) if hosts and "@" in text else None
    host = hosts.get(found[1] or found[2]) if found else None
    return f"x@{host}" if host else ""


def _address(text: str) -> str:
    """The address that is written out in a step."""
    found = _WRITTEN.search(text) if "@" in text else None
    return found[1] if found else ""
