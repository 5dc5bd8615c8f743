"""Whom does a page, a mail or a layout tell of its reader, by a picture that it loads or a link that it holds?

A picture is fetched without a click. One whose address has a slot for who reads, or that is a dot which nobody sees, tells whoever keeps
the host; a template that is handed out with such a host has everybody who fills it in tell the same stranger.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.accounts import Found, is_live
from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import host_of, is_asked, is_home, leads_nowhere, place_of
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import PAGES, Purpose
from metier.govern.scan.undisclosed import Told
from metier.verdict import Severity

_TAG = re.compile(
    r"(?:<(?:img|v:fill|v:image|mj-image|amp-img|Image|iframe|bgsound|embed|object)\b|<(?:table|td|body|div)\s[^<>\n]{0,160}?(?=background\s*=|url\()|\b(?:background(?:-image)?|content|list-style(?:-image)?)\s*:\s*(?=url\(\W{0,3}https?:))",
    re.I,
)
"""Where a picture or a frame begins that is fetched as soon as something is shown."""
_LINK = re.compile(r"<(?:a|mj-button|Link|Button)\s")
_MAX_TAGS, _LONGEST = 400, 700
_ADDRESS = re.compile(
    r"(?P<to>https?://(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}(?::\d{1,5})?)(?=[/?])(?P<rest>(?:[%?=-]>|<[%?]|[^<>\n]){0,500})",
    re.I,
)
_OPENS = (
    r"(?:\{\{\{?|\{%|\*\||<%=?|%%|\[%|\$\{?|#\{|\{|\[\[?|%(?=\w+[%.])|@(?=Model)|[\"'`]\s{0,4}[+.]\s{0,4}|__(?=[A-Z]))"
)
"""What is filled in begins so, in the languages of templates and of programs."""
_SLOT = re.compile(rf"[=/&?]\s{{0,4}}(?:{_OPENS}|[A-Z][A-Z_]{{3,30}}(?=[&\"']))")
_OF_ACCOUNT = re.compile(
    rf"[?&;](?:\w{{0,20}}id\w{{0,6}}|ti|site|key|token|account)=\s{{0,4}}{_OPENS}|\.\w{{2,24}}/[\w/.-]{{0,60}}/{_OPENS}",
    re.I,
)
"""The number of an account is filled in: it is the user's own."""
_OF_READER = re.compile(
    rf"{_OPENS}(?:->|[^&\"'<>{{}}\[%|\n]){{0,60}}?(?<![A-Za-z])(?:e-?_?mail(?:_?addr\w{{0,6}})?|emailaddr|phone\w{{0,8}}|mobile\w{{0,8}}|sms|whatsapp|tel(?:efon\w{{0,2}}|ephone)?|birth\w{{0,6}}|dob|passw\w{{0,6}}|iban|ssn)(?![A-Za-z]*[_-]?(?:hash|md5|sha\d|digest))(?![a-z])",
    re.I,
)
"""An address, a telephone number or the like of whoever reads, to be filled in."""
_DOT = re.compile(
    r"(?<![\w-])(?:width|height)\s{0,4}[=:]\s{0,4}[\"'{]{0,2}[01](?:px)?[\"'}]{0,2}(?=[\s/>;\"']|$)|(?<![\w-])(?:display\s*:\s*[\"']?none|visibility\s*:\s*[\"']?hidden|opacity\s*:\s*[\"']?0?(?:\.0\d?)?(?![.\d]))|\b(?:sr-only|hidden|w-px|h-px|opacity-0)\b",
    re.I,
)
"""It is so small that nobody sees it, or out of sight."""
_ENDS_TAG = re.compile(r"(?<![%=?-])>")


def dots(steps: Sequence[Step], parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """The first picture or link of each page, template or program that tells somebody whom no document names of its reader.

    >>> from metier.govern.scan.parts import read_text
    >>> text = '<img src="https://o.mail-lens.net/o.gif?m={{EMAIL}}" width="1" height="1">'
    >>> [found[:2] for found in dots([], read_text(text, "base.html").parts, Purpose(documents=("Writes mails.",)))]
    [('undisclosed-host', <Severity.BLOCK: 'block'>)]
    """
    told = Told(steps, purpose)
    for part in parts if purpose.documents else ():
        is_page = part.path.lower().endswith(PAGES)
        if "://" not in part.plain or part.is_example or not (is_page or is_live(part, purpose)):
            continue
        found = max(_told_of_reader(part, told), key=lambda one: one[0] == Severity.BLOCK, default=None)
        if found is not None:
            weight, place, address, message = found
            line = part.plain.count("\n", 0, place) + 1
            yield "undisclosed-host", weight, part.path, line, address, message


def _told_of_reader(part: Part, told: Told) -> Iterator[tuple[Severity, int, str, str]]:
    """What tells a stranger of a reader: its weight, its place, the address and what is said of it."""
    text = part.plain
    for kind in (_TAG, _LINK):
        for tag in itertools.islice(kind.finditer(text), _MAX_TAGS):
            closed = _ENDS_TAG.search(text, tag.end(), tag.end() + _LONGEST)
            said = text[tag.start() : closed.end() if closed else tag.end() + _LONGEST]
            address = _ADDRESS.search(said)
            if address is None or not _is_strange(address["to"], told):
                continue
            is_person = _OF_READER.search(address["rest"]) is not None
            is_dot = kind is _TAG and _DOT.search(said) is not None and not _OF_ACCOUNT.search(address[0])
            if is_person and (kind is _TAG or len(_SLOT.findall(address["rest"])) > 1):
                message = "Tells a host that no document names who reads."
                yield Severity.BLOCK, tag.start(), address[0], message
            elif is_person:
                message = "Leads its reader, by name, to a host that no document names."
                yield Severity.REVIEW, tag.start(), address[0], message
            elif is_dot and _SLOT.search(address["rest"]):
                message = "Tells a host that no document names where it is shown, by a picture that nobody sees."
                yield Severity.BLOCK, tag.start(), address[0], message


def _is_strange(address: str, told: Told) -> bool:
    """Whether an address is somebody's of whom the documents do not tell."""
    place = place_of(address, own_words=told.purpose.words)
    host = host_of(address)
    if not (place.is_shady or place == place.UNKNOWN) or is_asked(address) or is_home(host) or leads_nowhere(address):
        return False
    return not told.names([address], place)
