"""Does a program pay somebody whom its user did not choose?

An address or an account that is written out is no finding: a shop has one. One that takes the place of another is: by the sum,
by what it looks like, or for a share of what is paid.
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from metier.govern.scan.flow import Step
from metier.govern.scan.seen import Seen
from metier.govern.scan.triggers import runs_of
from metier.govern.scan.variables import NAME
from metier.verdict import Severity

_SIGNS = "[1-9A-HJ-NP-Za-km-z]"
_ACCOUNT = (
    rf"(?:0x[0-9a-fA-F]{{40}}|bc1[a-z0-9]{{25,62}}|(?=[A-Z1-9]{{0,40}}[a-z])(?=[a-zA-Z]{{0,40}}\d){_SIGNS}{{26,44}}"
    r"|[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?)"
)
"""An address of Ethereum, Bitcoin, Tron or Solana, or an account of a bank."""
_GROUPS = r"[A-Z]{2}\d{2}[\"'](?:\s*,\s*[\"'][0-9A-Z]{4}[\"']){2,}"
"""An account of a bank that is kept in pieces, from behind its first quote."""
_PIECES = r"0x[0-9a-fA-F]{2,34}[\"'`](?:\s*,\s*(?:[\"'`]?\w{1,20}[\"'`]?\s*:\s*)?[\"'`][0-9a-fA-F]{1,34}[\"'`])++"
"""An address that is kept in pieces, from behind its first quote."""
_HOLDS_ACCOUNT = re.compile(
    rf"[\"'`](?:{_PIECES}|{_ACCOUNT}[\"'`]|(?<!`)(?:{_GROUPS}|0x[0-9a-fA-F]*+[\"']\s*+(?:\+|\.(?:repeat|pad(?:End|Start)|concat)\()|0x[0-9a-fA-F]{{16,39}}[\"']))"
)
_MAY_BEGIN = re.compile(
    rf"[\"'`](?:0x|bc1|[A-Z]{{2}}\d{{2}}|(?=[A-Z1-9]{{0,40}}[a-z])(?=[a-zA-Z]{{0,40}}\d){_SIGNS}{{26}})"
)
"""How a text begins that may be an account, or a piece of one."""
_LETTERS = runs_of(string.ascii_letters + string.digits, 25)
_BANK = re.compile(r"[\"'`][A-Z]{2}\d{2}")
_LOOKS_LIKE = re.compile(
    r"0x\[[\w-]{4,12}\]\{40\}|\[(?:1-9|A-HJ|a-km|A-H)[A-Za-z0-9-]{6,24}\]\{\d|bc1\[|\(bc1\||\[A-Z\]\{2\}(?:\\{1,2}d|\[0-9\])\{2\}"
)
"""How a pattern tells an account."""
_AMOUNT = r"(?:total|amount|sum|net|gross|value|price|lamports|balance|usd|eur|sats|wei|gwei|gesamt|betrag|brutto|importe|monto|montant|somme|valor|soma|bedrag|kwota|prezzo|costo|金额|总额|合計)\w*"
_GUARD = re.compile(
    rf"\bif\b[^\n]{{0,80}}?(?:{_AMOUNT}[\])\"']*(?:\s*(?:\|\||\?\?)\s*[\w.]+\)?)?\s*>=?\s*[\w.(]|\brandom\b|\brand\w*\(|%\s*\d+\s*={{2,3}}|\bgetD(?:ate|ay)\(|\.(?:day|weekday|hour)\b|\btoday\(|\bnow\()|\b{_AMOUNT}[\])\"']*\s*>=?\s*[\w.$(][^?\n]{{0,60}}\?(?![?.])",
    re.I,
)
"""A look at how much is paid, at the day or at chance."""
_FIELD = r"(?i:\w{0,20}(?:iban|account|recipient|payee|pay_?to|address|wallet|destination|beneficiary|payout|receiver|creditor)\w{0,12})"
_NAME = r"[A-Za-z_$][\w$]{0,60}"
_PUT = re.compile(
    rf"(?:(?:(?:\.|->){_FIELD}|\[[\"':]{_FIELD}[\"']?\]|\{{[\"']?{_FIELD}[\"']?\}})\s*=(?!=)|[{{,(]\s*[\"']?{_FIELD}[\"']?\s*[:=](?!=))\s*(?:[\"'`](?P<written>{_ACCOUNT})|(?P<name>{_NAME}))"
)
"""An account is put into a field of something that is handed on."""
_ADDRESSED = re.compile(rf"(?:\.|\[[\"'])to(?:[\"']\])?\s*=(?!=)\s*(?P<name>{_NAME})")
"""Whom a transaction is for."""
_OVER = re.compile(
    rf"(?:if\b[^\n]{{0,120}}\)\s*)?(?P<of>\$?{_FIELD})\s*=(?!=)\s*(?:[\"'`](?P<written>{_ACCOUNT})|(?P<name>{_NAME}))"
)
"""An account is what somebody's name for one stands for from now on."""
_COPIED = re.compile(rf"(?:(?:const|let|var|my)\s+)?({_NAME})\s*=\s*({_NAME})\s*;?$")
_SWITCHED = re.compile(
    rf"(?:(?:\b{_FIELD}|\bto(?:Pubkey)?)[\"']?\s*[:=]\s*[^,{{}}?]{{1,80}}|\b(?i:{_AMOUNT})[\])\"']*\s*[<>]=?[^?:\n]{{1,60}}|\breturn\s(?![^?\n]{{0,40}}(?i:chain|network|version|id\b))[^?:=\n]{{1,60}}[<>]=?\s*[1-9][\d_.]*\s*)\?\s*(?P<one>[\"'`]?[\w$]{{1,60}}(?:\.\w+)*)[^:]{{0,60}}:\s*(?P<two>[\"'`]?[\w$]{{1,60}})"
)
_CHOSEN = re.compile(
    rf"(?:=|\breturn\b)\s*(?P<one>[\"']?{_NAME})[^=\n]{{0,60}}\s+if\s+[^\n]{{0,80}}{_AMOUNT}[\])\"']*\s*[<>]=?(?!\s*0\b)[^\n]{{1,60}}\s+else\s+(?P<two>[\"']?{_NAME})",
    re.I,
)
"""One of two receivers, by what is paid."""
_CONDITION = rf"(?:{_AMOUNT}[\])\"']*\s*>=?\s*[\w.$]|\brand\w*\b|%\s*\d+\s*={{2,3}}|\bget(?:Date|Day)\(|\.(?:day|weekday|hour)\b)"
_TURNS = re.compile(
    rf"\bif\b[^\n]{{0,60}}{_CONDITION}[^\n]{{0,40}}\n?[^\n]{{0,60}}(?:\[[\"':]|[.\s]|->){_FIELD}[\"'\]]*\s*=(?!=)"
    rf"|\bif\b[^\n]{{0,60}}{_CONDITION}[^\n]{{0,24}}\n?[^\n]{{0,8}}\breturn\s+\(?(?!none|null|nil|false|true|err|undefined|{_AMOUNT})\$?[a-z_][\w.]{{0,40}}(?:\(\))?\s*[;)}}]*\s*\n"
    rf"|\bif\b[^\n]{{0,60}}{_AMOUNT}[\])\"']*\s*<=?\s*[\d.]+[^\n]{{0,24}}\n?[^\n]{{0,8}}\breturn\s+\(?(?!none|null|nil|false|true|err|undefined|{_AMOUNT})\$?[a-z_][\w.]{{0,40}}"
    rf"|\brandom\(\)\s*[<>]=?\s*[\d.]+\s*\?\s*[a-z_$][\w.$]{{0,40}}[^:\n]{{0,30}}:\s*[a-z_$]"
    rf"|\breturn\s+(?!none|null|nil|false|true)\$?[a-z_]\w{{0,40}}\s+if\s[^\n]{{0,60}}{_CONDITION}",
    re.I,
)
"""Another account is put in the place of one where enough is paid."""
_IN_PIECES = re.compile(
    r"[\"'`]0x[0-9a-fA-F]*[\"'`]\s*\+\s*(?:(?:\[\s*)?[\"'`][0-9a-fA-F]{4}|Buffer\.from\(|atob\(|bytes\.fromhex\(|[\w.]*b64decode\(|\w+\.(?:reverse|join)\(|\[\s*\.\.\.)"
)
"""An address that is put together where it is named."""
_APPROVES = re.compile(
    r"\b(?:setApprovalForAll\(\s*(?P<all>[\"'`]?\w{1,60})[\"'`]?\s*,\s*[tT]rue|(?:approve|increaseAllowance)\(\s*(?P<most>[\"'`]?\w{1,60})[\"'`]?\s*,[^\n]{0,40}(?:[Mm]ax|MAX|\*\*\s*256|ffff))"
)
"""Somebody may take whatever there is of a kind."""
_FOR_EACH = re.compile(r"\bfor\b|\.(?:map|forEach)\(")
_ONCE = 2
"""So often is one named who is only given leave: where he is written out, and there."""
_PAYS_OUT = re.compile(r"\btransfer\b")
_EXCHANGES = re.compile(
    r"\b(?:swap|dex|router|liquidity|stak\w+|bridg\w+|lend\w*|defi|trad\w+|allowance|vault|exchange|permit2)\b", re.I
)
"""What asks for leave to take as much as it likes."""
_UNSAID = re.compile(r"\.catch\(\s*\(?\w*\)?\s*=>\s*(?:\{\s*\}|null|undefined|0)")
_OUT_OF = re.compile(
    r"(?:^|[\s,;.])(?i:iban|acct|acc|account|payee|konto|compte|cuenta|to|recipient|address)\w{0,10}\s*(?:,\s*\w+\s*)?=(?!=)\s*\(?\s*(?P<table>[A-Za-z_]\w{0,40})(?:\[|\.get\(|\.\w)"
)
"""An account is taken out of a table."""
_CONNECTED = re.compile(
    r"\b(?:transfer_data|transferData)\b[^\n]{0,80}?[\"']acct_(?!1032D82eZvKYlo2C)[A-Za-z0-9]{14,}[\"']"
)
"""A part of what is paid goes to an account that is written out."""
_SHOWS_OTHER = re.compile(r"\.(?:textContent|innerText|innerHTML|value)\s*=\s*\w+\[")
_PLACED = re.compile(rf"(?:<<|\b(?:push|append|add|unshift|insert)\(|=)\s*[\[({{]\s*(?P<name>{_NAME})\s*(?:,|=>)\s*\w")
"""An account is put among those who are paid, and how much."""
_SPARED = re.compile(rf"\bif\b[^\n]{{0,80}}?{_AMOUNT}[\])\"']*\s*<=?\s*[\w.(][^\n]{{0,80}}\breturn\s+\w", re.I)
"""Small sums go where they are meant to go."""
_GIVEN = re.compile(r"\breturn\b(?P<what>[^\n]{1,200})")
_GIVES_ACCOUNT = re.compile(
    rf"\breturn\s*(?:await\s+)?(?:[\w.]{{1,40}})?\(?\s*[\"'`](?:{_ACCOUNT}[\"'`]|0x[0-9a-fA-F]*[\"'`]\s*\+\s*\w+)"
)
_REPLACES = re.compile(rf"\.(?:sub|subn|replace|replaceAll|replace_all|gsub|ReplaceAllString)\(\s*(?P<of>{_NAME})?")
_FROM_TABLE = re.compile(
    r"(?<![\w.])[\w.]+[!?]?\.?\[(?P<key>\w+)\]\s*=\s*(?:\(\s*)?(?P<table>\w+)(?:\s+as\s+\w+\s*\))?(?:\[(?P=key)\]|\.get\(\s*(?P=key)\b)"
)
"""What stands under a key is exchanged for what a table holds under the same."""
_ROW = re.compile(
    r"(?:0x\[[\w-]+\]\{40\}|\[a-km-zA-HJ-NP-Z1-9\]\{|\[1-9A-HJ-NP-Za-km-z\]\{|bc1\[?)[^\n]{0,60}?(?<!ample: )(?<!ample:)(?<!older: )(?<!test: )[\"'](?P<to>0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|[1-9A-HJ-NP-Za-km-z]{32,44})[\"']"
)
"""What an address looks like, and right beside it one address."""
_OF_COIN = re.compile(
    r"[\"']?\b(?:btc|eth|sol|xmr|ltc|doge|trx|bnb|usdt|usdc|bitcoin|ethereum|solana|tron|litecoin)\w{0,8}[\"']?\s*:\s*[\"'](?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|[1-9A-HJ-NP-Za-km-z]{26,44})[\"']",
    re.I,
)
_TWENTY = re.compile(
    r"[\[(]\s*(?:(?:0x[0-9a-fA-F]{1,2}|\d{1,3})\s*,\s*){19}(?:0x[0-9a-fA-F]{1,2}|\d{1,3})\s*,?\s*[\])]"
)
_AS_ADDRESS = re.compile(
    r"[\"'`]0x[\"'`]\s*\+[^\n]{0,120}(?:padStart|toString\(\s*16|hexlify|\.hex\(|toHex)|[\"'`]0x[\"'`]\s*\+[^\n]{0,40}(?:\.join\(|\bbytes\()|\bgetAddress\(|\bto_?[cC]hecksum_?[aA]ddress\("
)
"""Bytes become an address of Ethereum."""
_SWEEPS = re.compile(r"\btransfer\(\s*(?P<to>[A-Za-z_$][\w$]{0,60})\s*,\s*(?P<what>[A-Za-z_$][\w$]{0,60})\s*[,)]")
_WHOLE = re.compile(r"\bbalance(?:_?[oO]f)?\b\W[^\n]{0,120}-|\bbalance(?:_?[oO]f)?\([^\n]{0,80}\)(?:\.call\(\))?\s*;?$")
"""What a wallet holds, or what is left of it."""
_SHARE = re.compile(
    r"/\s*\d+n?\b|\*\s*0?\.\d|\.catch\(\s*\(\)\s*=>\s*\{\s*\}|\bvalue\s*[:=]\s*(?:bal\w*|\w*[Bb]alance)\s*-"
)
"""A part of what is there is paid, or all of it, or nothing is said where that fails."""
_REST = re.compile(r"\b(?:value|lamports|amount)\s*:\s*(?:BigInt\(\s*)?(\w+)\s*(-)?")
_LEFT = re.compile(r"=\s*(?:BigInt\(\s*)?(\w+)\s*-")
_BALANCE = re.compile(r"\bget_?[bB]alance\w*\(")
_MADE_UP = re.compile(
    r"(?:^|[\s,;.])(?i:iban|account_?(?:no|number)|payee_?(?:iban|account))\b[\"'\]]*\s*(?:,\s*\w+\s*)?=(?!=)\s*\(?\s*[\"'`][A-Z]{2}(?:\d{2})?[\"'`]\s*[+.]"
)
"""An account of a bank that begins with a country that is written out."""
_TOLD = re.compile(r"\b(?:input|argv|args|self|profile|config|customer|form|req|request|params)\b")
_WALLET = re.compile(
    r"[\"'](?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|T[1-9A-HJ-NP-Za-km-z]{32,33}|[13][a-km-zA-HJ-NP-Z1-9]{25,34})[\"']"
)
_NEAREST = re.compile(
    r"(?:[Ll]evenshtein|[Dd]istance)\w*\s*\([^)]*\)[\s\S]{0,80}(?:sort|min|<)|\bsort\([^\n]{0,60}(?:[Ll]evenshtein|[Dd]istance)\w*\("
)
_PAYS = re.compile(
    r"(?:sendTransaction|send_transaction|transfer)\(\s*\{[^{}]*\b(?:to|toPubkey|recipient)\s*:\s*(?P<to>\w+)\b"
)
_BY_SUM = re.compile(
    r"\bif\b(?P<by>[^\n]{0,120}?)(?:(?<![=-])[<>]=?\s{0,4}[\w.]{0,40}\d\d|\b(?:seen|count\w*|runs?|times|paid|sent|total|sweeps?|n|num\w*)\s{0,4}[<>]=?\s{0,4}[1-9]|%\s{0,4}\d{1,4}n?\s{0,4}[=!]={1,2}|\brandom\(\))"
)
"""A condition that looks at a sum, a count or chance."""
_HANDED_ON = re.compile(r"(?:\breturn\b|(?<![=!<>])=(?!=)|[(\[,])[^\n=]{0,60}$")
_ONLY_SAID = re.compile(r"\b(?:alert\w*|log\w*|print\w*|notif\w*|warn\w*|console|echo|assert\w*|expect)\b", re.I)
_OPENS_BLOCK = re.compile(r"(?:[:{(]|\bthen|\bdo)\s*$")
_OF_NETWORK = re.compile(r"chain|network|version|block|epoch|\bv\d|\bid\b", re.I)
"""Each chain has contracts of its own."""
_MANY_WALLETS = 3
_NUM_BYTES = 19
"""So many commas stand between the bytes of an address."""
_MANY_ROWS = 2
_MAX_NAMES = 32
"""With more names of accounts they are not looked for in every step."""
_MAX_LINE, _MAX_PROGRAM, _AFTER, _MAX_TAKEN = 240, 60_000, 60, 40
_ABOVE, _ABOVE_EACH = 3, 6
"""So far above a step stands what guards it."""


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
    if "istance" in text or "evenshtein" in text:
        wallets = {found[0] for found in _WALLET.finditer(text)}
        if len(wallets) >= _MANY_WALLETS and _NEAREST.search(text):
            yield Seen("redirect-money", Severity.BLOCK, steps[0], "to the address that looks most like the one given")
    if "0x" in text and ("sendTransaction" in text or _AS_ADDRESS.search(text)):
        for step in steps:
            if step.text.count(",") >= _NUM_BYTES and _TWENTY.search(step.text):
                yield Seen("redirect-money", Severity.BLOCK, step, "an address that is kept as numbers")
    if "acct_" in text:
        for step in steps:
            if "acct_" in step.text and _CONNECTED.search(step.text):
                yield Seen("redirect-money", Severity.BLOCK, step, "to an account that is written out")
    if "iban" in text.lower() or "account" in text:
        yield from _made_up(steps)
    if not may_hold_account(text) or not _HOLDS_ACCOUNT.search(text):
        return
    rows = [row.start() for row in _ROW.finditer(text)]
    if len(rows) >= _MANY_ROWS:
        step = steps[min(text.count("\n", 0, rows[0]), len(steps) - 1)]
        yield Seen("redirect-money", Severity.BLOCK, step, "for each kind of address one that stands in its place")
    shows = _SHOWS_OTHER.search(text) if "atob(" in text else None
    if shows is not None and any(_is_table(step.text) for step in steps):
        step = steps[min(text.count("\n", 0, shows.start()), len(steps) - 1)]
        yield Seen("redirect-money", Severity.BLOCK, step, "a page shows others than those that it was given")
    yield from _exchanged(steps)


def _made_up(steps: Sequence[Step]) -> Iterator[Seen]:
    """An account of a bank is put together out of nothing that was given, for some of what is paid."""
    for number, step in enumerate(steps):
        made = _MADE_UP.search(step.text) if "=" in step.text else None
        if made is None or _TOLD.search(step.text, made.end()) or "random" in step.text:
            continue
        if _is_guarded(steps, number):
            yield Seen("redirect-money", Severity.BLOCK, step, "an account that is made up, now and then")


def _exchanged(steps: Sequence[Step]) -> Iterator[Seen]:
    """An account that is written out takes the place of one that is given."""
    written = _first_names(step for step in steps if _is_account(step.text))
    concealed = _first_names(step for step in steps if _is_concealed(step))
    copies = (
        [(copy[1], copy[2]) for step in steps if "=" in step.text and (copy := _COPIED.match(step.text))]
        if written
        else []
    )
    written |= {to for to, of in copies if of in written}
    concealed |= {to for to, of in copies if of in concealed}
    alike = [step for step in steps if _LOOKS_LIKE.search(step.text)]
    likes, likes_any = _first_names(alike), bool(alike)
    are_many = len(written) > _MAX_NAMES
    is_copied = any("clipboard" in one.labels for one in steps)
    givers = cache(lambda: _givers(steps))
    for number, step in enumerate(steps):
        text = step.text
        if not (are_many or _MAY_BEGIN.search(text) or any(name in text for name in written)):
            if "clipboard-write" not in step.labels:
                continue
        if (put := _PUT.search(text)) and (put["written"] or put["name"] in written):
            if put["name"] in concealed or (put["written"] and _is_concealed(step)):
                yield Seen("redirect-money", Severity.BLOCK, step, "an account that had to be decoded")
            elif _is_guarded(steps, number):
                yield Seen("redirect-money", Severity.BLOCK, step, "an account that is written out, now and then")
        elif (to := _ADDRESSED.search(text)) and to["name"] in written and _is_guarded(steps, number):
            yield Seen("redirect-money", Severity.BLOCK, step, "an account that is written out, now and then")
        elif (over := _OVER.match(text)) and (over["written"] or over["name"] in written):
            if _is_guarded(steps, number) and givers().get(over["of"], set()) - {number}:
                yield Seen("redirect-money", Severity.BLOCK, step, "an account that is written out, now and then")
        elif any(_is_one(name, written) or _is_pieced(name, text) for name in _one_of_two(text)):
            yield Seen("redirect-money", Severity.BLOCK, step, "to one address or another, by what is paid")
        if (replaces := _REPLACES.search(text)) and (replaces["of"] in likes or _LOOKS_LIKE.search(text)):
            said = text[replaces.start() :]
            if _HOLDS_ACCOUNT.search(said) or not written.isdisjoint(NAME.findall(said)):
                yield Seen("redirect-money", Severity.BLOCK, step, "what looks like an account is replaced by one")
        if (given := _GIVEN.search(text)) and (
            not written.isdisjoint(NAME.findall(given["what"])) or _GIVES_ACCOUNT.search(text)
        ):
            near = steps[max(0, number - 1) : number + 1]
            others = [other for one in steps[max(0, number - 2) : number + 3] if (other := _GIVEN.search(one.text))]
            is_choice = any(
                written.isdisjoint(NAME.findall(other["what"])) and not _GIVES_ACCOUNT.search(other[0])
                for other in others
            )
            if is_choice and any(_GUARD.search(one.text) or _SPARED.search(one.text) for one in near):
                yield Seen("redirect-money", Severity.BLOCK, step, "an account that is written out, now and then")
        if (taken := _OUT_OF.search(text)) and taken["table"] in written and step.statement.assigns:
            if givers().get(step.statement.assigns[0], set()) - {number} and _is_guarded(steps, number):
                yield Seen("redirect-money", Severity.BLOCK, step, "an account out of a table, now and then")
        if "ppro" in text or "Allowance(" in text:
            yield from _approved(steps, number, written)
        swept = _SWEEPS.search(text) if "transfer(" in text else None
        if swept and swept["to"] in written and _is_all(swept["what"], steps):
            yield Seen("redirect-money", Severity.BLOCK, step, "all that a wallet holds, or what is left of it")
        if "]" in text and (taken := _FROM_TABLE.search(text)) and taken["table"] in written:
            if any(_is_table(one.text) for one in steps if one.statement.assigns[:1] == (taken["table"],)):
                yield Seen("redirect-money", Severity.BLOCK, step, "each address that is given, for one out of a table")
        if likes_any and (placed := _PLACED.search(text)) and placed["name"] in written:
            yield Seen("redirect-money", Severity.BLOCK, step, "an account that is written out, among those paid")
        is_named = not written.isdisjoint(NAME.findall(text)) or _is_account(text)
        if "clipboard-write" in step.labels and likes_any and (is_named or (written and is_copied)):
            yield Seen("swap-clipboard", Severity.BLOCK, step)
        paid = _PAYS.search(text) if "{" in text else None
        if paid and paid["to"] in written and (_SHARE.search(text) or _is_rest(text, steps)):
            yield Seen("redirect-money", Severity.BLOCK, step)


def _first_names(steps: Iterable[Step]) -> set[str]:
    """The first name that each step gives something."""
    return {names[0] for step in steps if (names := step.statement.assigns)}


def _approved(steps: Sequence[Step], number: int, written: Collection[str]) -> Iterator[Seen]:
    """One who is written out may take all of each thing that a wallet holds; a shop asks for one thing at a time."""
    step = steps[number]
    approves = _APPROVES.search(step.text)
    if approves is None or not _is_one(approves["all"] or approves["most"], written):
        return
    spender = (approves["all"] or approves["most"] or "").strip("\"'`").partition(".")[0]
    num_named = sum(len(re.findall(rf"(?<![\w.]){re.escape(spender)}(?!\w)", one.text)) for one in steps)
    text = " ".join([one.text for one in steps])
    if num_named <= _ONCE and not _EXCHANGES.search(text) and _PAYS_OUT.search(text):
        # A payment needs nobody's leave, and one who is only ever given it is no part of the work.
        yield Seen("redirect-money", Severity.BLOCK, step, "one who is written out may take all that the wallet holds")
        return
    is_each = any(_FOR_EACH.search(one.text) for one in steps[max(0, number - _ABOVE_EACH) : number + 1])
    if is_each:
        is_asked = any("isApprovedForAll" in one.text for one in steps[max(0, number - _ABOVE_EACH) : number + 1])
        behind = steps[number + 1].text if number + 1 < len(steps) else ""
        is_unsaid = _UNSAID.search(step.text) or (step.text.endswith("=>") and behind == ")")
        grave = (approves["all"] and not is_asked) or is_unsaid
        said = "one who is written out may take all that the wallet holds"
        yield Seen("redirect-money", Severity.BLOCK if grave else Severity.REVIEW, step, said)


def _is_guarded(steps: Sequence[Step], number: int) -> bool:
    """Whether a step is taken by the sum, by the day or by chance."""
    return any(_GUARD.search(one.text) for one in steps[max(0, number - _ABOVE) : number + 1])


def _givers(steps: Sequence[Step]) -> Mapping[str, set[int]]:
    """By each name the steps that give it something other than an account: functions as their parameter, others at once."""
    found: dict[str, set[int]] = {}
    for number, step in enumerate(steps):
        for name in step.statement.parameters[1:]:
            found.setdefault(name, set()).add(-1)
        if step.statement.assigns and not _is_account(step.text):
            for name in step.statement.assigns:
                found.setdefault(name, set()).add(number)
    return found


def _is_concealed(step: Step) -> bool:
    """Whether an account stands in a step that could not be read before it was decoded."""
    text = step.text
    written = max(text.find(" // "), text.find(" # "))
    account = _HOLDS_ACCOUNT.search(text) if written >= 0 else None
    return account is not None and account.end() <= written and account[0][1:-1] not in text[written:]


def may_hold_account(text: str) -> bool:
    """Whether an account may be written out in a text: a quick look.

    >>> may_hold_account("pay(to)"), may_hold_account("iban = 'LT60 3250 0881 9434 6526'")
    (False, True)
    """
    return "0x" in text or next(_LETTERS(text), None) is not None or _BANK.search(text) is not None


def turns_money(text: str, name: str = "") -> bool:
    """Whether a program chooses one receiver or another by what is paid.

    Args:
        text: A whole program.
        name: What one of the two is called, if that is known.

    >>> turns_money("return usd > 250 ? HELPER : own.address"), turns_money("return usd > 250 ? 'big' : 'small'")
    (True, False)
    >>> turns_money("return usd > 250 ? HELPER : own.address", "SPARE")
    False
    """
    text = "\n".join(
        [
            line[:_MAX_LINE]
            for line in text.split("\n")
            if "if" in line or "?" in line or "=" in line or "return" in line
        ]
    )
    text = text[:_MAX_PROGRAM]
    chosen = (found for pattern in (_SWITCHED, _CHOSEN) for found in pattern.finditer(text))
    turns = [found for found in chosen if not (found["one"] + found["two"]).startswith(("'", '"', "`"))]
    turns += _TURNS.finditer(text)
    name = name.lower()
    return any(not name or name in text[found.start() : found.end() + _AFTER].lower() for found in turns)


def is_chosen(text: str, name: str) -> bool:
    """Whether a program takes what has a name in place of something else by a size, a count or chance.

    >>> is_chosen("to = held > 5n * 10n ** 18n ? SPLITTER : treasury", "SPLITTER")
    True
    >>> is_chosen("if (sum >= 900n && n % 3 === 0) return [POOL, sum];", "POOL")
    True
    >>> [is_chosen(said, "POOL") for said in ("to = POOL", "to = chainId > 1 ? POOL : other", "n = i > 3 ? POOL.fee : 0")]
    [False, False, False]
    """
    if name not in text:
        return False
    one = rf"(?<![\w.$]){re.escape(name)}(?![\w.$])"
    by = r"(?:(?<![=-])[<>]=?|%\s*\d{1,4}n?\s*[=!]={1,2}|\brandom\(\))"
    forms = (
        rf"^(?P<by>[^?\n]{{0,200}}){by}[^?:\n]{{1,60}}\?\s*(?:{one}|[^:?\n]{{1,60}}:\s*{one})",
        rf"{one}\s+if\s(?P<by>[^\n]{{0,100}}){by}[^\n]{{1,80}}\selse\b",
        rf"\sif\s(?P<by>[^\n]{{0,100}}){by}[^\n]{{1,80}}\selse\s+{one}",
    )
    lines = [line[:_MAX_LINE] for line in text[:_MAX_PROGRAM].split("\n") if name in line]
    chosen = itertools.chain((re.search(form, line) for line in lines for form in forms), _branches(text, one))
    return any(found is not None and not _OF_NETWORK.search(found["by"]) for found in chosen)


def _branches(text: str, one: str) -> Iterator[re.Match[str] | None]:
    """For each place at which a name is handed on, the condition on its line or the one above that looks at a sum, a count or chance."""
    for found in itertools.islice(re.finditer(one, text[:_MAX_PROGRAM]), _MAX_TAKEN):
        begin = text.rfind("\n", 0, found.start()) + 1
        said = text[max(begin, found.start() - _MAX_LINE) : found.start()]
        if _HANDED_ON.search(said) and not _ONLY_SAID.search(said):
            above = text[max(text.rfind("\n", 0, max(begin - 1, 0)) + 1, begin - _MAX_LINE) : begin]
            yield _BY_SUM.search(f"{above}{said}" if _OPENS_BLOCK.search(above) else said)


def _is_account(text: str) -> bool:
    return ('"' in text or "'" in text or "`" in text) and _HOLDS_ACCOUNT.search(text) is not None


def _one_of_two(text: str) -> tuple[str, ...]:
    """The two receivers of which a step chooses one."""
    found = _SWITCHED.search(text) if "?" in text else _CHOSEN.search(text) if " else " in text else None
    return (found["one"], found["two"]) if found else ()


def _is_one(said: str, written: Collection[str]) -> bool:
    return said.partition(".")[0] in written or (said[:1] in "\"'`" and re.match(_ACCOUNT, said[1:]) is not None)


def _is_rest(text: str, steps: Sequence[Step]) -> bool:
    """Whether what is paid is what a look at the whole balance gave, less a little."""
    rest = _REST.search(text)
    if rest is None:
        return False
    made = [one for one in steps if rest[1] in one.statement.assigns]
    if rest[2] is None:
        # What is left has a name of its own.
        whole = {left[1] for one in made if (left := _LEFT.search(one.text)) is not None}
        made = [one for one in steps if not whole.isdisjoint(one.statement.assigns)]
    return any(_BALANCE.search(one.text) is not None for one in made)


def _is_all(name: str, steps: Sequence[Step]) -> bool:
    """Whether a name stands for what a wallet holds, less what is kept back."""
    return any(name in step.statement.assigns and _WHOLE.search(step.text) is not None for step in steps)


def _is_pieced(said: str, text: str) -> bool:
    return said[:1] in "\"'`" and said[1:3] == "0x" and _IN_PIECES.search(text) is not None


def _is_table(text: str) -> bool:
    """Whether a table holds addresses by the kind of coin, and so is no list of contracts."""
    return "{" in text and len(_OF_COIN.findall(text)) >= _MANY_ROWS
