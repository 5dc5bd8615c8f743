"""Does a program pay somebody whom its user did not choose?

An address or an account that is written out is no finding: a shop has one. One that takes the place of another is: by the sum,
by what it looks like, or for a share of what is paid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.seen import Seen
from metier.verdict import Severity

_WORDS = ("sendTransaction", "approve(", "transfer", "istance", "recipient", "iban", "IBAN", "0x[", "A-HJ-NP-Z", "bc1")
_ADDRESS_NAMED = re.compile(
    r"\b(\w+)\s*+=\s*+(?:new PublicKey\(\s*+)?[\"'](?:0x[0-9a-fA-F]*+[\"']\s*+(?:\+|\.(?:repeat|pad(?:End|Start)|concat)\()|0x[0-9a-fA-F]{16,40}[\"']|[1-9A-HJ-NP-Za-km-z]{32,44}[\"'])"
)
_OTHER_ACCOUNT = re.compile(
    r"(?:\b(?:total|amount|sum|net|gross|value|price)\w*\s*>=?\s*\d|>=?\s*\d[^\n]{0,20}\?)[\s\S]{0,300}?[\"'](?P<iban>[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?)[\"']"
)
"""An account of a bank that stands in a program, below a look at how much is paid."""
_GROUPS = re.compile(r"[\"'][A-Z]{2}\d{2}[\"'](?:\s*,\s*[\"'][0-9A-Z]{4}[\"']){2,}")
"""An account of a bank that is kept in pieces."""
_BY_SUM = re.compile(
    r"(?:\b(?:total|amount|sum|net|gross|value|price)\w*\s*>=?\s*\d)[^\n]{0,60}\?[^\n:]{0,60}:|\bif\s*\(?\s*[\w.]*(?:total|amount|sum|net|gross)\w*\s*>=?\s*\w"
)
_CHOSEN = re.compile(
    r"=\s*(\w+)\s+if\s+[^\n]{0,60}(?:amount|sum|total|value|lamports|sol|eth)\w*\s*>=?[^\n]{1,40}\s+else\s+(\w+)", re.I
)
"""One of two receivers, by what is paid."""
_ROW = re.compile(
    r"(?:0x\[[\w-]+\]\{40\}|\[a-km-zA-HJ-NP-Z1-9\]\{|\[1-9A-HJ-NP-Za-km-z\]\{|bc1\[?)[^\n]{0,60}?(?<!ample: )(?<!ample:)(?<!older: )(?<!test: )[\"'](?P<to>0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|[1-9A-HJ-NP-Za-km-z]{32,44})[\"']"
)
"""What an address looks like, and right beside it one address."""
_SWITCHED = re.compile(
    r"\b(?:recipient|to|toPubkey|destination|beneficiary)\s*:\s*[^,{}?]{1,60}\?\s*([\w.]+)\s*:\s*([\w.]+)"
)
_FROM_TABLE = re.compile(
    r"(?<![\w.])[\w.]+[!?]?\.?\[(?P<key>\w+)\]\s*=\s*(?:\(\s*)?(?P<table>\w+)(?:\s+as\s+\w+\s*\))?(?:\[(?P=key)\]|\.get\(\s*(?P=key)\b)"
)
"""What stands under a key is exchanged for what a table holds under the same."""
_TWENTY = re.compile(r"[\[(]\s*(?:0x[0-9a-fA-F]{1,2}\s*,\s*){19}0x[0-9a-fA-F]{1,2}\s*,?\s*[\])]")
_SHARE = re.compile(
    r"/\s*\d+n?\b|\*\s*0?\.\d|\.catch\(\s*\(\)\s*=>\s*\{\s*\}|\bvalue\s*[:=]\s*(?:bal\w*|\w*[Bb]alance)\s*-"
)
"""A part of what is there is paid, or all of it, or nothing is said where that fails."""
_WALLET = re.compile(
    r"[\"'](?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|T[1-9A-HJ-NP-Za-km-z]{32,33}|[13][a-km-zA-HJ-NP-Z1-9]{25,34})[\"']"
)
_NEAREST = re.compile(
    r"(?:[Ll]evenshtein|[Dd]istance)\w*\s*\([^)]*\)[\s\S]{0,80}(?:sort|min|<)|\bsort\([^\n]{0,60}(?:[Ll]evenshtein|[Dd]istance)\w*\("
)
_PAYS = re.compile(
    r"(?:sendTransaction|send_transaction|transfer)\(\s*\{[^{}]*\b(?:to|toPubkey|recipient)\s*:\s*(?P<to>\w+)\b"
)
_PURSES_BY_COIN = re.compile(
    r"[\"']?\b(?:btc|eth|sol|xmr|ltc|doge|trx|bnb|usdt|usdc|bitcoin|ethereum|solana|tron|litecoin)\w{0,8}[\"']?\s*:\s*[\"'](?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|[1-9A-HJ-NP-Za-km-z]{26,44})[\"']",
    re.I,
)
_MANY_WALLETS = 3
_MANY_ROWS = 2


def redirected(steps: Sequence[Step], text: str) -> Iterator[Seen]:
    """What is paid to somebody else than whom the user names.

    Args:
        steps: Every step of a program.
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["const FEE = '0x00000000000000000000000000000000DeadF11e'", "pay({ recipient: big ? FEE : own.address })"]
    >>> steps = [Step(Statement("a.js", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> [seen.rule for seen in redirected(steps, "\\n".join(lines))]
    ['redirect-money']
    """
    if not any(word in text for word in _WORDS):
        return
    if bank := _OTHER_ACCOUNT.search(text):
        step = steps[min(text.count("\n", 0, bank.start("iban")), len(steps) - 1)]
        yield Seen("redirect-money", Severity.BLOCK, step, "an account that is written out, where the sum is large")
    if "istance" in text or "evenshtein" in text:
        wallets = {found[0] for found in _WALLET.finditer(text)}
        if len(wallets) >= _MANY_WALLETS and _NEAREST.search(text):
            yield Seen("redirect-money", Severity.BLOCK, steps[0], "to the address that looks most like the one given")
    if (pieces := _GROUPS.search(text)) and _BY_SUM.search(text):
        step = steps[min(text.count("\n", 0, pieces.start()), len(steps) - 1)]
        yield Seen("redirect-money", Severity.BLOCK, step, "an account kept in pieces, where the sum is large")
    rows = [row.start() for row in _ROW.finditer(text)]
    if len(rows) >= _MANY_ROWS:
        step = steps[min(text.count("\n", 0, rows[0]), len(steps) - 1)]
        yield Seen("redirect-money", Severity.BLOCK, step, "for each kind of address one that stands in its place")
    names = {found[1] for found in _ADDRESS_NAMED.finditer(text)}
    pays = "sendTransaction" in text
    purses = {step.statement.assigns[0] for step in steps if step.statement.assigns and _is_purse_table(step.text)}
    for step in steps:
        if purses and "]" in step.text and (taken := _FROM_TABLE.search(step.text)) and taken["table"] in purses:
            yield Seen("redirect-money", Severity.BLOCK, step, "each address that is given, for one out of a table")
        if "?" in step.text and (switched := _SWITCHED.search(step.text)) and not names.isdisjoint(switched.groups()):
            yield Seen("redirect-money", Severity.BLOCK, step, "to one address or another, by what is paid")
        if "else" in step.text and (chosen := _CHOSEN.search(step.text)) and not names.isdisjoint(chosen.groups()):
            yield Seen("redirect-money", Severity.BLOCK, step, "to one address or another, by what is paid")
        if pays and "0x" in step.text and _TWENTY.search(step.text):
            yield Seen("redirect-money", Severity.BLOCK, step, "an address that is kept as numbers")
        paid = _PAYS.search(step.text) if "{" in step.text else None
        if paid and paid["to"] in names and _SHARE.search(step.text):
            yield Seen("redirect-money", Severity.BLOCK, step)


def _is_purse_table(text: str) -> bool:
    """Whether a table holds addresses by the kind of coin, and so is no list of contracts."""
    return "{" in text and len(_PURSES_BY_COIN.findall(text)) >= _MANY_ROWS
