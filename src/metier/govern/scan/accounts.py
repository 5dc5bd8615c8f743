"""Which account of money stands in a package of which its documents do not tell?

An account has one use. Whoever reads the documents of a package learns from them who is paid; an account that stands in a program, in a
page or in a setting besides is somebody else's, or the author's own.
"""

from __future__ import annotations

import base64
import itertools
import re
import string
from collections.abc import Iterator, Mapping, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.money import is_chosen, may_hold_account, turns_money
from metier.govern.scan.paid import banks_in
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import PAGES, Purpose
from metier.govern.scan.triggers import holding, lowered, runs_of
from metier.verdict import Severity

Found = tuple[str, Severity, str, int, str, str]
"""A rule and its weight, a path and a line, what stands there, and what is said of it."""
TRIED = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|fixtures?|mocks?|benchmarks?)/|(?:^|/)(?:test_|conftest)|[._-](?:test|spec)s?\.\w+$",
    re.I,
)
"""Where a package keeps what tries it out."""
_LOCKED = re.compile(r"(?:^|/)[\w.-]*(?:[-.]lock|lockfile)(?:\.\w+)?$|\.(?:svg|csv|tsv|map|min\.js|sum)$", re.I)
_MAX_SEEN = 200
"""So many accounts are looked at."""
_ACCOUNT = re.compile(
    r"(?<![\w/.+-])(?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|(?<=[\"'`])T(?=[A-Za-z]{0,32}\d)[1-9A-HJ-NP-Za-km-z]{33}(?=[\"'`])|(?P<bank>[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?)"
    r"|(?<=[\"'`])(?=[A-Z1-9]{0,40}[a-z])(?=[a-zA-Z]{0,40}\d)[1-9A-HJ-NP-Za-km-z]{43,44}(?=[\"'`]))(?![\w/+=])"
)
"""An address of Ethereum, Bitcoin, Tron or Solana, or an account of a bank."""
_LETTERS = runs_of(string.ascii_letters + string.digits, 28)
_BANKS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27,
    "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25,
    "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "TR": 26, "UA": 29, "AE": 23, "GE": 22, "KZ": 20, "SA": 24,
}  # fmt: skip
"""By country, of how many letters an account of a bank has."""
_SAMPLES = re.compile(
    r"DE89370400440532013000|DE02120300000000202051|DK5000400440116243|SE4550000000058398257466|NO9386011117947|FI2112345600000785|IE29AIBK93115212345678|LU280019400644750000|CZ6508000000192000145399|HU42117730161111101800000000|EE382200221020145685|LV80BANK0000435195001|HR1210010051863000160|SI56191000000123438|SK3112000000198742637541|RO49AAAA1B31007593840000|BG80BNBG96611020345678|GR1601101250000000012300695|CY17002001280000001200527600|TR330006100519786457841326|UA213223130000026007233566001|AE070331234567890123456|SA0380000000608010167519|RS35260005601001611379|ES9121000418450200051332|GB82WEST12345698765432|GB29NWBK60161331926819|FR1420041010050500013M02606|NL91ABNA0417164300|AT611904300234573201|CH9300762011623852957|BE68539007547034|IT60X0542811101000000123456|LT121000011101001000|PT50000201231234567890154|PL61109010140000071219812874|EPjFWdd5Aufq|So1{8}|TokenkegQ|TokenzQdBNbLqP5|ATokenGPvbdGV|MemoSq4gqABA|metaqbxxUerdq|0x(?:833589fCD6|A0b86991c6|dAC17F958D|C02aaA39b2|2791Bca1f2|3c499c542c|af88d065e7|0b2C639c53|4200000000|036CbD5384|1c7D4B196C|0{40}|f{40}|dead|DeaD|EeeeeE|12345|abcdef|d8dA6BF26964|742d35Cc6634|Ab5801a7D398)|1{20}|(.)\1{9}",
    re.I,
)
"""Accounts that everybody takes for an example, and coins and programs that everybody who works with a chain knows."""
_CONTRACT = re.compile(
    r"usd[ct]|weth|wbtc|\bdai\b|router|factory|quoter|registr|multicall|permit|program|token|mint|contract|pool|oracle|feed|bridge|schema|proxy|vault|chain|\babi\b|system|nft|collection|resolver|hash|digest|sha\d|checksum|commit|sample|example|dummy|fake|mock|placeholder",
    re.I,
)
"""Words beside the address of what stands in a chain, or beside what is none."""
_COIN = re.compile(r"[\"']?\b[A-Z][A-Z0-9]{1,9}[\"']?\s*:\s*[\"']?\Z")
"""An address of a coin, by its sign."""
_SLOT = re.compile(
    r"(?:\$\{?|\{\{?[ \t]*|<%=[ \t]*)[\w.]{0,30}(?:iban|account|wallet|recipient|payee|konto|cuenta|compte)\w{0,12}",
    re.I,
)
"""Where an account is filled in."""
_FOR_GIFTS = re.compile(
    r"\b(?:our|my|own|your|unser\w*|nuestr\w*|nos|nosso)\b|donat|sponsor|gift|support|tip\b|spende|\bdon(?:s|er)?\b|example|sample|such as|e\.g\.|format|valid|beispiel|ejemplo|exemple|test|mask|redact|dummy",
    re.I,
)
_TRIES = re.compile(r"\b(?:VALID|INVALID|TEST|CASES?|VECTORS?)\w*\b|assert|expect\(", re.I)
"""Before an account by which something is tried."""
_PAYEE = re.compile(
    r"pay|recipient|receiver|treasury|\bfees?|fee_|owner|wallet|beneficiar|payout|helper|settle|collector|dest|sweep|\btips?\b|donat|spare|other|account|deposit|operator|delegate|\bto\b|_to\b|\bdev\b|developer",
    re.I,
)
"""Words beside an account to which somebody pays."""
_NAME = re.compile(r"([A-Za-z_$][\w$]{1,60})[\"'\]]*\s*(?::\s*[\w<>&' ]{1,30})?\s*[:=]\s*[\"'`(\[]*\Z")
"""What has the account that stands next."""
_SHOPS = re.compile(r"\b(?:amazon|amzn|ebay|aliexpress|booking|etsy|walmart|shein|temu|awin1?|rakuten)\\?\.(?!aws)")
_REWRITES = re.compile(r"searchParams\.(?:set|append)\(|[?&](?:tag|campid|aff\w{0,8})=|urlencode\(|query_string")
_TAG_WORDS = ("tag", "campid", "aff", "associate", "partner")
_TAG = re.compile(
    r"[\"'](?:tag|campid|aff(?:_?\w{0,8})|affiliate_?id|associate_?tag|partner_?id)[\"']\s*[,:=]\s*[\"']([\w-]{6,40})[\"']|[?&](?:tag|campid|aff\w{0,8})=([\w-]{6,40})",
    re.I,
)
"""A part of a link that says for whom it earns."""
_TAG_SET = re.compile(
    r"searchParams\.(?:set|append)\(\s*[\"'](?:tag|aid|campid|aff\w{0,12}|ref\w{0,8}|partner\w{0,6}|associate\w{0,6})[\"']\s*,\s*(?![\"'])|[?&](?:tag|aid|campid|aff\w{0,8})=[\"'`]?\s*(?:\$\{|[.+]|\{\w)",
    re.I,
)
_NOW_AND_THEN = re.compile(r"\w\s*%\s*\d{1,3}\s*={2,3}\s*\d|\brandom\(\)\s*[<>]|\brand\(\d{0,3}\)\s*[<>=]")
"""Each so many times, or by chance."""
_TABLE = re.compile(
    r"^[ \t]*(?:(?:export|const|let|var|my|static|final)\s+){0,3}[$%@]?([A-Za-z_]\w{1,40})(?:\s*:[^=\n]{1,60})?\s*=\s*[\[({]",
    re.M,
)
_TABLE_REACH, _MAX_TAKEN = 800, 20
_HEXADECIMAL = runs_of(string.hexdigits, 36)
_SPELT = re.compile(r"(?<=[\"'`])[0-9a-fA-F]{36,132}(?=[\"'`])")
_IN_BASE64 = re.compile(r"(?<=[\"'`])[A-Za-z0-9+/]{24,90}={0,2}(?=[\"'`])")
_MAX_SPELT = 50
_FEE = re.compile(
    r"\b(?:platformFee(?:Bps)?|platform_fee(?:_bps)?|feeAccount|fee_account|swapFee(?:Recipient|Bps)|feeRecipient|fee_recipient|buyTokenPercentageFee|integratorFee\w{0,12}|affiliateFee\w{0,12}|affiliate_?[aA]ddress|partnerFee\w{0,12}|partner_?[aA]ddress"
    r"|referrerAddress|referralAccount|referral_account|feeBps|fee_bps|appFees?)[\"']?\s*(?:[,:]|(?<![=!<>])=(?!=))\s*(?P<value>[^\n,;})]{1,80})"
)
"""A part of what is exchanged is to go to somebody else."""
_FEE_WORDS = ("Fee", "fee_", "fee", "ddress", "referral")
_CHOSEN = re.compile(
    r"\benv\b|argv|\bargs\b|\b(?:config|options?|opts|settings|input|params|prompt|props|quote|data|res\w*)\b[.\[]|^[\"']?0+\b|^(?:null|undefined|None|z\.|[Ss]tring\b(?!\()|[Nn]umber\b(?!\()|int\b|str\b|float\b|Optional|bigint\b|boolean\b|\?)|\$\{?[A-Z]"
)
"""It is the user's to set, or none."""
_TELLS_FEE = re.compile(
    r"\b(?:platform|referral|affiliate|integrat(?:or|ion)|partner|service|developer|builder|convenience|our|skill'?s|author'?s|maintainer'?s)\s+(?:fees?|share|cut|commission)\b|\bfees?\s+(?:of\s+\d|goes?\b|go\s+to|is\s+paid\s+to|supports?\b|recipient|account)"
    r"|\b\d+(?:\.\d+)?\s?(?:%|bps|basis[ ]points?)[ ](?:(?!network|gas|priority|miner|transaction)\w+[ ]){0,2}(?:fees?|commission)\b|\b(?:takes?|charges?|collects?|keeps?|earns?)\s+(?:an?\s+)?(?:\w+\s+){0,2}(?:fees?|cut|share|commission)\b|platformfee|feeaccount|feerecipient|referralaccount|swapfee"
)
_DENIES_FEE = re.compile(
    r"\b(?:no|zero|0\s?%|without(?:\s+any)?|never\s+(?:takes?|adds?|charges?|collects?)(?:\s+any)?|(?:does|do|will)(?:n't|\s+not)\s+(?:add|take|charge|collect)(?:\s+any)?|free\s+of|adds?\s+nothing)\s+(?:(?:extra|added|additional|hidden|other|platform|service|further|own|an?|of|its|our)\s+){0,3}(?:fees?|costs?|charges?|commissions?|mark-?ups?|cut|share)\b"
    r"|\bfee-free\b|\bcosts?\s+nothing\s+(?:extra|more)\b"
)
"""Documents, in small letters, that tell of such a part, or deny it."""
_BESIDE, _NEAR = 90, 300
_MAX_MADE = 2000
_NUMBERED = re.compile(r"[A-Z]{2}\d{2}(?=[0-9A-Z]*\d{6})[0-9A-Z]+")
_LONGEST = 46
_NEARLY = 2
"""By so many digits may an account of a bank be wrong."""


def is_live(part: Part, purpose: Purpose) -> bool:
    """Whether a part is a program, a page or a setting of the package, and neither a document nor a test.

    >>> from metier.govern.scan.parts import read_text
    >>> [is_live(read_text("a", name).parts[0], Purpose()) for name in ("a.py", "SKILL.md", "tests/test_a.py", "yarn.lock")]
    [True, False, False, False]
    """
    is_document = part.kind == "text" or (part.kind == "markdown" and not part.path.lower().endswith(PAGES))
    return not (is_document or part.is_example or purpose.only_shows(part.path, TRIED) or _LOCKED.search(part.path))


def undisclosed_accounts(steps: Sequence[Step], parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """An account of money stands in a program, or beside it, of which no document of the package tells.

    >>> from metier.govern.scan.parts import read_text
    >>> part = read_text("PAY_TO = 'LT60 3250 0881 9434 6526'", "a.py").parts[0]
    >>> [(rule, line) for rule, _, _, line, *_ in undisclosed_accounts([], [part], Purpose(documents=("Makes bills.",)))]
    [('undisclosed-account', 1)]
    """
    if not purpose.documents:
        return
    programs = [part for part in parts if is_live(part, purpose)]
    yield from _pieced_accounts(steps, {part.path: part.plain for part in programs})
    yield from _spelt_accounts(programs)
    yield from _tagged_links(programs, purpose)
    yield from _fees_taken(programs, purpose)
    strange = itertools.islice(
        (
            (part, account, said)
            for part in programs
            if may_hold_account(part.plain) or "iban" in lowered(part.plain)
            for account in _accounts_in(part.plain)
            if (said := _strange(account, part))
        ),
        _MAX_SEEN,
    )
    documents = ""
    seen: Found | None = None
    for part, account, said in strange:
        documents = documents or "\n".join(text.replace(" ", "") for text in purpose.documents)
        if said.lower() in documents:
            continue
        found = _weighed(part, account, programs)
        if seen is None or found[1] == Severity.BLOCK or (seen[1] == Severity.NOTE and found[1] == Severity.REVIEW):
            seen = found
        if seen[1] == Severity.BLOCK:
            break
    if seen is not None:
        yield seen
        return
    yield from _told_accounts(parts)


def _tagged_links(programs: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """A program writes into the links of shops for whom they earn, and no document tells who that is."""
    for part in programs:
        if not any(word in part.plain for word in _TAG_WORDS) or not _REWRITES.search(part.plain):
            continue
        if not _SHOPS.search(part.plain):
            continue
        if (turned := _NOW_AND_THEN.search(part.plain)) and _TAG_SET.search(part.plain):
            line = part.plain.count("\n", 0, turned.start()) + 1
            message = "Has somebody else earn by some of the links."
            yield "undisclosed-account", Severity.BLOCK, part.path, line, turned[0], message
            return
        for tag in _TAG.finditer(part.plain):
            earner = (tag[1] or tag[2]).lower()
            if any(sign.isdigit() for sign in earner) and not any(earner in text for text in purpose.documents):
                message = "Writes into links for whom they earn, whom no document names."
                line = part.plain.count("\n", 0, tag.start()) + 1
                yield "undisclosed-account", Severity.BLOCK, part.path, line, tag[0], message
                return


def _fees_taken(programs: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """Of each exchange a part goes to an account that is written out, and documents do not tell of it, or deny it."""
    taken = (
        (part, fee)
        for part in programs
        if any(word in part.plain for word in _FEE_WORDS)
        for fee in _FEE.finditer(part.plain)
        if not _CHOSEN.search(fee["value"])
    )
    part, fee = next(taken, (None, None))
    if part is None or fee is None or not any(_holds_purse(one, purpose) for one in programs):
        return
    denied = any(_DENIES_FEE.search(text) for text in purpose.documents)
    if any(_TELLS_FEE.search(_DENIES_FEE.sub(" ", text)) for text in purpose.documents):
        return
    said = "which its documents deny" if denied else "of which no document tells"
    message = f"Takes a part of each exchange for an account that is written out, {said}."
    line = part.plain.count("\n", 0, fee.start()) + 1
    yield "undisclosed-account", Severity.BLOCK if denied else Severity.REVIEW, part.path, line, fee[0], message


def _holds_purse(part: Part, purpose: Purpose) -> bool:
    """Whether a program holds an account that is no well-known coin or contract, and that no document names."""
    for account in itertools.islice(_accounts_in(part.plain), _MAX_SEEN):
        name = _NAME.search(part.plain[_line_begin(part, account) : account.start()])
        is_known = _SAMPLES.search(account[0]) or (name is not None and _CONTRACT.search(name[1]))
        if not is_known and not any(account[0].lower() in text for text in purpose.documents):
            return True
    return False


def _weighed(part: Part, account: re.Match[str], programs: Sequence[Part]) -> Found:
    """What an account weighs that no document names: by what stands around it, and whether it is one of two receivers."""
    before = part.plain[_line_begin(part, account) : account.start()]
    name = _NAME.search(before)
    # An account of a bank, or an address of Bitcoin, has no other use than to be paid; one of another chain may be a contract.
    is_purse = bool(account["bank"]) or account[0].startswith("bc1")
    named = "" if is_purse or name is None else name[1]
    is_double = _SLOT.search(part.plain, max(0, account.start() - _BESIDE), account.end() + _BESIDE) is not None
    is_shared = _COIN.search(before) is not None and len(_signs_of(account[0], part)) > 1
    turns = (bool(named) or is_purse) and any(turns_money(one.plain, named) for one in programs)
    turns = turns or any(is_chosen(part.plain, one) for one in _names_of(part.plain, account, named))
    also = "stands where another is filled in" if is_double else "is that of several coins" if is_shared else ""
    also = also or ("is paid in place of another by the sum, the day or chance" if turns else "")
    is_open = bool(named) and "approve" in part.plain and _takes_all(named, part.plain)
    also = also or ("may take all that a wallet holds" if is_open else "")
    weight = Severity.REVIEW if _PAYEE.search(before) else Severity.NOTE
    is_gift = before.lstrip().startswith(("#", "//", "*", "<!--")) or _TRIES.search(before) is not None
    weight = Severity.BLOCK if also or (is_purse and not is_gift) else Severity.NOTE if is_gift else weight
    message = f"Holds an account that no document names and that {also}." if also else ""
    line = part.plain.count("\n", 0, account.start()) + 1
    return "undisclosed-account", weight, part.path, line, account[0], message


def _takes_all(name: str, text: str) -> bool:
    """Whether an account with a name is let take as much as there is.

    >>> _takes_all("guard", "await coin.approve(guard, MaxUint256)"), _takes_all("guard", "coin.approve(guard, 5n)")
    (True, False)
    """
    return (
        re.search(
            rf"\bapprove\(\s*{re.escape(name)}\s*,\s*(?:[\w.]{{0,40}}MaxUint256|MAX_\w{{0,20}}|2n?\s*\*\*\s*256|[\"']?0xf{{60,64}})",
            text,
        )
        is not None
    )


def _names_of(text: str, account: re.Match[str], named: str) -> list[str]:
    """What a program calls an account: by its own name, or by those of what is taken out of its table.

    >>> text = "NETS = {\\n 'A': (42, '0x7Fb2C91dE04aA63bD58f1e7790cC24Ab3e6D1f08')\\n}\\nsize, norm = NETS[net]\\n"
    >>> _names_of(text, next(_accounts_in(text)), "A")
    ['A', 'NETS', 'size', 'norm']
    """
    tables = [*_TABLE.finditer(text, max(0, account.start() - _TABLE_REACH), account.start())]
    names = [named] if named else []
    if tables and tables[-1][1] != named:
        table = tables[-1][1]
        taken = re.finditer(
            rf"\b((?:\w{{1,40}}\s*,\s*){{0,6}}\w{{1,40}})\s*\]?\s*=\s*{re.escape(table)}\s*(?:\[|\.)", text
        )
        names += [table, *(name.strip() for one in itertools.islice(taken, _MAX_TAKEN) for name in one[1].split(","))]
    return names


def _line_begin(part: Part, account: re.Match[str]) -> int:
    return max(part.plain.rfind("\n", 0, account.start()) + 1, account.start() - _BESIDE)


def _pieced_accounts(steps: Sequence[Step], texts: Mapping[str, str]) -> Iterator[Found]:
    """An account that a program puts together out of pieces, or decodes: it stands in none of its lines."""
    made = [step for step in steps if not step.statement.is_shell and len(step.text) < _MAX_MADE]
    lines = [step.text for step in made]
    numbers = holding(lines, _begins) if may_hold_account("\n".join(lines)) else set[int]()
    for step in [made[number] for number in sorted(numbers)]:
        account = _ACCOUNT.search(step.text)
        said = (_bank_of(account) if account["bank"] else account[0]) if account else ""
        whole = texts.get(step.statement.path, account[0]) if account and said and step.statement.assigns else ""
        if whole and account is not None and account[0] not in whole and not _SAMPLES.search(said):
            message = "Puts an account together out of pieces, so that it stands in none of its lines."
            yield "undisclosed-account", Severity.BLOCK, step.statement.path, step.statement.line, step.text, message
            return


def _spelt_accounts(programs: Sequence[Part]) -> Iterator[Found]:
    """An account that stands in a program as the numbers or the letters of its code, so that nobody reads it.

    >>> from metier.govern.scan.parts import read_text
    >>> part = read_text(f"$i = pack('H*', '{b'LT487300010087654321'.hex()}');", "a.pl").parts[0]
    >>> [(rule, line) for rule, _, _, line, *_ in _spelt_accounts([part])]
    [('undisclosed-account', 1)]
    """
    for part in programs:
        text = part.plain
        spelt = _SPELT.finditer(text) if next(_HEXADECIMAL(text), None) is not None else iter(())
        coded = _IN_BASE64.finditer(text) if next(_LETTERS(text), None) is not None else iter(())
        for found in itertools.chain(itertools.islice(spelt, _MAX_SPELT), itertools.islice(coded, _MAX_SPELT)):
            said = _said_by(found[0])
            account = _ACCOUNT.search(f"'{said}'") if said else None
            if account and (_bank_of(account) if account["bank"] else account[0]) and not _SAMPLES.search(said):
                message = "Holds an account in a code, so that nobody reads it."
                line = text.count("\n", 0, found.start()) + 1
                yield "undisclosed-account", Severity.BLOCK, part.path, line, found[0], message
                return


def _said_by(code: str) -> str:
    """What stands in hexadecimal or base64, if that is letters and digits; empty else."""
    try:
        data = bytes.fromhex(code) if set(code) <= set(string.hexdigits) else base64.b64decode(code, validate=True)
    except ValueError:
        return ""
    return data.decode("ascii") if data.isalnum() else ""


def _accounts_in(text: str) -> Iterator[re.Match[str]]:
    """The accounts in a text, looked for on the lines where one may stand."""
    last = 0
    for place in sorted(_begins(text)):
        if place >= last:
            begin, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
            last = end if end >= 0 else len(text)
            yield from _ACCOUNT.finditer(text, begin, last)


def _begins(text: str) -> list[int]:
    """Where a row of letters begins that is long enough for an account, or one of a bank may."""
    return [*_LETTERS(text), *banks_in(text)]


def _told_accounts(parts: Sequence[Part]) -> Iterator[Found]:
    """An account of a bank that a document writes out, and not to ask for gifts."""
    for part in parts:
        if part.kind != "markdown" or part.is_example or "iban" not in lowered(part.plain):
            continue
        for account in _accounts_in(part.plain):
            near = part.plain[max(0, account.start() - _NEAR) : account.end() + _BESIDE]
            if account["bank"] and _bank_of(account) and not _FOR_GIFTS.search(near):
                line = part.plain.count("\n", 0, account.start()) + 1
                message = "Writes out an account of a bank, to which money can be sent."
                yield "undisclosed-account", Severity.REVIEW, part.path, line, account[0], message
                return


def _bank_of(account: re.Match[str]) -> str:
    """The account of a bank that begins where one was found, without what follows it; empty if it is none."""
    said = "".join(account.string[account.start() : account.start() + _LONGEST].split())
    length = _BANKS.get(said[:2], 0)
    whole = _NUMBERED.match(said, 0, length) if length else None
    if whole is None:
        # A digit more or less is a slip.
        said = account[0].replace(" ", "")
        return said if length and abs(length - len(said)) <= _NEARLY and said[4:].isdigit() else ""
    return "" if _SAMPLES.search(whole[0]) or len(whole[0]) < length else whole[0]


def _strange(account: re.Match[str], part: Part) -> str:
    """An account, if it is no example, no contract and no coin that stands beside its sign."""
    said = _bank_of(account) if account["bank"] else account[0]
    before = part.plain[_line_begin(part, account) : account.start()]
    if not said or _SAMPLES.search(said) or _CONTRACT.search(before):
        return ""
    # Coins that share an address are none; one coin may have the same on several chains.
    # What holds bitcoins is no contract of a coin.
    is_coin = _COIN.search(before) is not None and not said.startswith(("bc1", "ltc1"))
    is_alone = is_coin and part.plain.find(said, account.end()) < 0
    return "" if is_alone or (is_coin and len(_signs_of(said, part)) == 1) else said


def _signs_of(address: str, part: Part) -> set[str]:
    """The signs of the coins that have an address in a table."""
    return set(re.findall(rf"\b([A-Z][A-Z0-9]{{1,9}})[\"']?\s*:\s*[\"']?{re.escape(address)}", part.plain))
