"""Which words of a package are keys, and what of them may be shown?

What shows a finding is printed, kept and sent on. A key in it is told by its ends and its length, which is enough to
find it in the file. Digests, and texts that are encoded, are no keys: they are what a reviewer wants to see.
"""

from __future__ import annotations

import re

from metier.govern.scan.hosts import ACCOUNT_KEY

_BY_ITSELF = (
    rf"(?<![A-Za-z0-9])({ACCOUNT_KEY}|hf_[A-Za-z0-9]{{30,}}|npm_[A-Za-z0-9]{{36}}|pypi-AgEI[\w-]{{20,}}|xox[a-z]-[\w-]{{10,}}|xapp-[\w-]{{20,}}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Z])|sk-(?=[\w-]{0,60}\d)[\w-]{20,}|[rsp]k_(?:live|test)_\w{10,}|whsec_[\w+/=]{20,}|AIza[\w-]{30,}|ya29\.[\w-]{20,}"
    r"|GOCSPX-[\w-]{20,}|SG\.[\w-]{16,100}+\.[\w-]{16,}|dop_v1_[0-9a-f]{40,}|shp[a-z]{2}_[0-9a-fA-F]{30,}|AGE-SECRET-KEY-1[0-9A-Z]{50,}|eyJ[\w-]{10,2000}+\.[\w-]{10,}(?:\.[\w-]*)?)"
)
_IN_ADDRESSES = (
    r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/@:'\"]{0,60}:([^\s/@'\"`$<>{}…]{6,200})@"
    r"|/bot(\d{6,}:[\w-]{20,})|/webhooks/\d{6,}/([\w-]{20,})|/services/T\w{6,}/B\w{6,}/(\w{16,})"
    r"|[?&](?:X-Amz-Signature|X-Goog-Signature|sig|key|api_?key|token|access_?token)=(?=[\w%~-]{0,60}\d)([\w%~-]{16,})"
)
_VALUE = r"(?=[\w+/=.~-]{0,60}\d)(?=[\w+/=.~-]{0,60}[A-Za-z])(?![~/.])"
_UNDER_A_NAME = (
    r"(?i:\b(?:bearer|basic)[ \t]+)" + _VALUE + r"([\w+/=.~-]{16,})"
    r"|(?i:secret|token|passw(?:or)?d|passphrase|credential|(?:api|access|private|auth|account|license)[_-]?key)\w{0,20}[\"'`]?\s{0,4}(?:=>|[:=])\s{0,4}"
    r"(?:[\"'`]"
    + _VALUE
    + r"([\w+/=.~-]{12,500}+)(?=[\"'`])|"
    + _VALUE
    + r"([A-Za-z0-9+/=-]{16,500}+)(?=[\s\"'`,;&)}\]]|$))"
)
_ARMOURED = (
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\"'+,]{0,20}(?:\\n)?"
    r"(?:((?:(?!-----)[^…]){16,9000}?)(?=[\s\"'+,]{0,20}-----END)|([A-Za-z0-9+/=]{16,}(?:(?:[\s\"'+,]{1,20}|\\n)[A-Za-z0-9+/=]{16,})*))"
)
_KEY = re.compile("|".join((_BY_ITSELF, _IN_ADDRESSES, _UNDER_A_NAME, _ARMOURED)))
"""One group of it holds the key."""
_AROUND = 10_000
"""So far around what is shown a key is looked for: one that reaches into it is veiled, too."""
_LONG = 16


def veiled(text: str, begin: int = 0, end: int | None = None) -> str:
    """A part of a text, in which each key is told by its first four and last two signs and its length.

    Args:
        begin, end: The part; a key that lies in it in part only is told like a whole one.

    >>> veiled("git push https://me:hunter2hunter2@git.example/a"), veiled("echo sha256:" + 64 * "0")[:20]
    ('git push https://me:hu… (14 characters)@git.example/a', 'echo sha256:00000000')
    >>> veiled("send ghp_" + 36 * "a" + " on", 10)
    'ghp_…aa (40 characters) on'
    """
    end = len(text) if end is None else end
    shown, place = [], begin
    for found in _KEY.finditer(text, max(0, begin - _AROUND), end + _AROUND):
        first, last = found.span(found.lastindex or 0)
        if first >= end:
            break
        if last > place:
            shown += [text[place:first], _told(text[first:last])]
            place = last
    return "".join([*shown, text[place:end]])


def _told(key: str) -> str:
    ends = f"{key[:4]}…{key[-2:]}" if len(key) >= _LONG else f"{key[:2]}…"
    return f"{ends} ({len(key)} characters)"
