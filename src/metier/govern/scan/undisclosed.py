"""Which machine does a program turn to that nothing in its package speaks of?

Whoever reads a package learns from its documents whom it works with: an address, the name of a service, a key that is
called after it. A program that turns to somebody else besides does so behind its reader's back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import URL, Place, called, distinctive, host_of, is_asked, is_home, names_of, place_of
from metier.govern.scan.money import may_hold_account, turns_money
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import PAGES, Purpose
from metier.govern.scan.seen import DOCUMENTS, Seen, is_untold_repository, place_of_step
from metier.verdict import Severity

_TURNS = frozenset({"send", "connect", "fetch"})
_HANDS_OVER = frozenset({"send", "connect"})
_SAYS = frozenset({"send", "fetch"})
_MIN_NAME = 4
"""A name of fewer letters stands in any text."""
_MIN_HEAD = 3
_TRIED = re.compile(
    r"(?:^|[/_.-])(?:tests?|specs?|examples?|fixtures?|samples?|demos?|mocks?|bench\w*)(?=[/_.-])", re.I
)
"""Where a package keeps what tries it out."""
_SETTING = re.compile(
    r"(?:environ|getenv|process\.env|\bENV\b)[^\n]{0,40}(?:URL|HOST|ENDPOINT|SERVER|BASE|RELAY|RPC)|\$\{[A-Z_]*(?:URL|HOST|ENDPOINT|SERVER|BASE|RELAY|RPC)[A-Z_]*:?[-=]"
)
"""An address for which the user can name another."""
_CHAIN = re.compile(r"jsonrpc|\brpc\b|\bRPC|\bnostr|getBlock|eth_\w")
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
_ONLINE = r"\bonline\b|\bhosted\b|\bcloud\b|\b(?:remote|web)[- ](?:service|server|api)\b"
"""Words of a purpose that others have a part in."""
_NETWORK = re.compile(
    r"\b(?:apis?|servers?|online|uploads?|https?|services?|sync\w*|cloud|web\w*|internet|networks?|remote|endpoints?|posts?|posted|sends?|sent|requests?|fetch\w*|download\w*|accounts?|tokens?|keys?)\b|[^\x00-\x7f]{4}"
)
"""Words of documents that tell of other machines at all; those of other languages are not known."""
_SILENT = re.compile(
    r"\bexcept\b[^\n]*:\s*(?:pass|return|continue)\b|\.catch\(\s*\(?\w*\)?\s*=>\s*(?:\{\s*\}|undefined|null|0|\n)|\.on\(\s*[\"']error[\"'],\s*\(\)\s*=>|daemon\s*=\s*True|>\s*/dev/null|-o\s+/dev/null|\bcatch\n|Out-Null|SilentlyContinue"
)
"""Nothing is said if it fails, or when it succeeds."""
_BODY = re.compile(
    r"\b(?:data|json|body|content|files?|params|form|payload|text)\b|,\s*[\w{\[(&$@*'\"]|\s-\w*[dFT]\b|--\w*data|POSTFIELDS|\.(?:send|write|end)\w*\(",
    re.I,
)
"""Something goes with a request."""
_WALKS = re.compile(
    r"\b(?:WalkDir|os\.walk|filepath\.Walk|readdir(?:Sync)?|Find\.find|Dir\.glob|globSync|iterdir)\b|\.r?glob\("
)
"""Every file of a folder is looked at."""
_ANSWERS = frozenset({"download", "decoded", "asked"})
"""What a step may have received that is nobody's own."""
_ACCOUNT = re.compile(
    r"(?<![\w/.+-])(?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|T[1-9A-HJ-NP-Za-km-z]{33}|(?P<bank>[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?)"
    r"|(?<=[\"'`])(?=[A-Z1-9]{0,40}[a-z])(?=[a-zA-Z]{0,40}\d)[1-9A-HJ-NP-Za-km-z]{43,44}(?=[\"'`]))(?![\w/+=])"
)
"""An address of Ethereum, Bitcoin, Tron or Solana, or an account of a bank."""
_BANKS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27,
    "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25,
    "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "TR": 26, "UA": 29, "AE": 23, "GE": 22, "KZ": 20, "SA": 24,
}  # fmt: skip
"""By country, of how many letters an account of a bank has."""
_SAMPLES = re.compile(
    r"DE89370400440532013000|DE02120300000000202051|DK5000400440116243|SE4550000000058398257466|NO9386011117947|FI2112345600000785|IE29AIBK93115212345678|LU280019400644750000|CZ6508000000192000145399|HU42117730161111101800000000|EE382200221020145685|LV80BANK0000435195001|HR1210010051863000160|SI56191000000123438|SK3112000000198742637541|RO49AAAA1B31007593840000|BG80BNBG96611020345678|GR1601101250000000012300695|CY17002001280000001200527600|TR330006100519786457841326|UA213223130000026007233566001|AE070331234567890123456|SA0380000000608010167519|RS35260005601001611379|ES9121000418450200051332|GB82WEST12345698765432|GB29NWBK60161331926819|FR1420041010050500013M02606|NL91ABNA0417164300|AT611904300234573201|CH9300762011623852957|BE68539007547034|IT60X0542811101000000123456|LT121000011101001000|PT50000201231234567890154|PL61109010140000071219812874|EPjFWdd5Aufq|So1{8}|TokenkegQ|0x(?:833589fCD6|A0b86991c6|dAC17F958D|C02aaA39b2|2791Bca1f2|3c499c542c|af88d065e7|0b2C639c53|4200000000|036CbD5384|1c7D4B196C|0{40}|f{40}|dead|DeaD|EeeeeE|12345|abcdef|d8dA6BF26964|742d35Cc6634|Ab5801a7D398)|1{20}|(.)\1{9}",
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
_PAGE_LIKE = (
    *(ending for ending in PAGES if ending not in (".ipynb", ".svg", ".xml")), ".liquid", ".hbs", ".ejs", ".njk", ".twig", ".mustache", ".erb", ".j2",
    ".jinja", ".jinja2", ".tmpl", ".tpl", ".astro", ".vue", ".svelte", ".php",
)  # fmt: skip
"""Endings of pages, and of what is filled in to make one."""
_UNSEEN_LINK = re.compile(
    r"(?:left\s*:\s*-\d{3,}px|top\s*:\s*-\d{3,}px|text-indent\s*:\s*-\d{3,}|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0)[^<>]{0,120}>\s*(?:<[^<>]{0,80}>\s*){0,3}<a\s[^<>]{0,80}href=[\"']?(?P<to>https?://[^\s\"'<>]{4,200})",
    re.I,
)
_LISTENS = re.compile(
    r"addEventListener\(\s*[\"'](?:input|submit|change|key(?:down|up|press)|blur|paste|pagehide)|\.on(?:input|submit|change)\s*="
)
_ENTERED = re.compile(r"card|\bcvc|\bcvv|passw|\biban\b|\.value\b", re.I)
_CARDS = re.compile(r"\bcvc\b|\bcvv\b|cc-?\(?\??(?:num|exp|csc)|card-?_?num", re.I)
_BANK_HOST = re.compile(
    r"//[\w.-]*(?:stripe|adyen|paypal|braintree|square|mollie|klarna|authorize|worldpay|checkout\.com|razorpay)\b", re.I
)
_SENT_FROM_PAGE = re.compile(
    r"(?:sendBeacon|fetch|\.open|axios\.post|\.post)\(\s*(?:[\"']POST[\"']\s*,\s*)?[\"'`](?P<to>https?://[^\s\"'`<>]{4,200})"
)
_FOR_GIFTS = re.compile(
    r"\b(?:our|my|own|your|unser\w*|nuestr\w*|nos|nosso)\b|donat|sponsor|gift|support|tip\b|spende|\bdon(?:s|er)?\b|example|sample|such as|e\.g\.|format|valid|beispiel|ejemplo|exemple|test|mask|redact|dummy",
    re.I,
)
_BESIDE = 90
_MAX_MADE = 2000
_NUMBERED = re.compile(r"[A-Z]{2}\d{2}(?=[0-9A-Z]*\d{6})[0-9A-Z]+")
_LONGEST = 46
_NEARLY = 2
"""By so many digits may an account of a bank be wrong."""
_TELLS_OF = re.compile(
    r"(?:schema|xmlns\w*(?::\w+)?|homepage|home|author|repository|bugs|licen[sc]e|funding|docs?|documentation|source|reference|website|link|id|namespace|profile|avatar|icon|image|logo|url)[\"']?\s*[:=]\s*[\"']?(?:git\+)?$|^\s*(?:#|//)[^\n]*$|<!--[^\n]*$|<a\s[^\n]*$|<(?:link|img)\s[^\n]*$",
    re.I,
)
"""Up to an address that is named to be read, and that nothing turns to."""
_KEY_OF = re.compile(
    r"\b(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE|MISTRAL|OPENROUTER|GITHUB|AWS|AZURE|STRIPE|SLACK|NOTION|HF|HUGGINGFACE)_[A-Z_]*(?:KEY|TOKEN|SECRET)\b"
)
_NEAR = 300
_LOCKED = re.compile(r"lock|\.(?:svg|csv|tsv|map|min\.js|sum)$", re.I)
_OF_MACHINE = re.compile(
    r"\s(?:-\w*[dFT]|--data\S*|--form|--upload-file)[=\s]*[\"']?[^\s\"']{0,40}@|\$\(|`|\|\s*curl\b|<\(|\s-T\s"
)
"""What a command sends that it has from the machine, and not from its own words."""
_ABROAD = frozenset({Place.OWN, *(place for place in Place if place >= Place.UNKNOWN)})
_LETTERS = re.compile(r"[^a-z0-9]+")
_MESSENGERS = re.compile(r"telegram|discord|slack")
_FROM_USER = re.compile(r"environ|getenv|process\.env|argv|\$\{?[A-Z_]{4,}")


Found = tuple[str, Severity, str, int, str, str]
"""A rule and its weight, a path and a line, what stands there, and what is said of it."""


@dataclass
class Told:
    """What the documents of a package, and the names of its settings, tell of whom it works with."""

    steps: Sequence[Step]
    purpose: Purpose
    _named: dict[tuple[frozenset[str], Place], bool] = field(default_factory=dict)

    def tells(self, step: Step, place: Place) -> bool:
        """Whether anything names one whom a step turns to."""
        if place == Place.MESSAGING:
            return self.names(step.urls, place) or self._tells_of_messenger(step)
        return self.names(step.urls, place) or (place == Place.UNKNOWN and _has_key_of(step))

    def names(self, urls: Iterable[str], place: Place) -> bool:
        """Whether a document, or a setting, names one of some addresses, or the service that it belongs to."""
        asked = (frozenset(urls), place)
        if asked not in self._named:
            self._named[asked] = self._names(*asked)
        return self._named[asked]

    def _names(self, urls: frozenset[str], place: Place) -> bool:
        hosts = [host_of(url) for url in urls]
        if any(map(self.purpose.names, hosts)):
            return True
        if not self.purpose.words.isdisjoint(" ".join(map(called, urls)).split()):
            return True
        return place == Place.UNKNOWN and any(
            name in self._documents or name in self._settings for host in hosts for name in _telling(host)
        )

    def _tells_of_messenger(self, step: Step) -> bool:
        """Whether the documents speak of the messenger that a step sends to, or the key of it comes from the user."""
        words = {word for url in step.urls for word in _MESSENGERS.findall(url.lower())}
        said = any(word in text for word in words for text in self.purpose.documents)
        return said or self.purpose.says("|".join(words) or "$^") or _FROM_USER.search(step.text) is not None

    @cached_property
    def tells_of_network(self) -> bool:
        """Whether a document says anything of other machines."""
        return any(_NETWORK.search(text) for text in self.purpose.documents)

    def can_be_set(self, step: Step) -> bool:
        """Whether the user can name another machine for the one that a step turns to."""
        return any(host_of(url) in self._settable for url in step.urls)

    @cached_property
    def _settable(self) -> frozenset[str]:
        named = (step for step in self.steps if step.urls and _SETTING.search(step.text))
        return frozenset(host for step in named for host in map(host_of, step.urls) if host in step.text)

    @cached_property
    def _documents(self) -> str:
        return _LETTERS.sub("", " ".join(self.purpose.documents))

    @cached_property
    def _settings(self) -> str:
        names = {name for step in self.steps for name in _CONSTANT.findall(step.text)}
        return " ".join(sorted(name.replace("_", "").lower() for name in names))


def _has_key_of(step: Step) -> bool:
    """Whether a step has a key that is called after the host that it turns to: `SCT_KEY` for `sctapi.example`."""
    heads = {name.partition("_")[0].lower() for name in _CONSTANT.findall(step.text)}
    labels = {label for url in step.urls for label in host_of(url).split(".")[:-1]}
    return any(len(head) >= _MIN_HEAD and label.startswith(head) for head in heads for label in labels)


def _telling(host: str) -> list[str]:
    """The names of a host that are long enough to tell of nobody else."""
    names = [name for name in names_of(host) if len(name) >= _MIN_NAME]
    labels = host.split(".")
    return names or [label for label in labels[-3:-2] if len(label) >= _MIN_NAME and distinctive(label)]


def undisclosed(members: Sequence[Step], told: Told, text: str) -> Iterator[Seen]:
    """Something is sent to a machine, or asked of it, that no document of the package tells of.

    >>> from metier.govern.scan.statement import Statement
    >>> purpose = Purpose(documents=("Counts words.",))
    >>> step = Step(Statement("a.py", 1, "requests.post('https://n1.stats-cdn.net')"), frozenset({"send"}), ("https://n1.stats-cdn.net",))
    >>> [(seen.rule, seen.severity.value) for seen in undisclosed([step], Told([step], purpose), step.text)]
    [('undisclosed-host', 'review')]
    """
    strange = [(step, place) for step in members if (place := _strange(step, told)) is not None]
    is_dark = bool(strange) and (_SILENT.search(text) or _WALKS.search(text)) is not None
    is_spared = bool(strange) and told.purpose.is_security
    is_online = bool(strange) and told.purpose.says(_ONLINE)
    is_unsaid = bool(strange) and not told.tells_of_network
    for step, place in strange:
        hands_over = not step.labels.isdisjoint(_HANDS_OVER) or place in (Place.HIDDEN, Place.BARE_IP)
        is_here = "fetch" in step.labels or any(host_of(url) in step.text for url in step.urls)
        is_secret = is_unsaid and is_here and "send" in step.labels and _BODY.search(step.text) is not None
        is_more = not is_online and (is_dark or is_secret or step.received.keys() - _ANSWERS)
        if hands_over and place != Place.PLATFORM and (place.is_shady or is_more) and not is_spared:
            if not told.can_be_set(step):
                yield Seen("undisclosed-host", Severity.BLOCK, step)
                return
    if strange:
        # What is only asked of somebody takes nothing along.
        asks = all(
            step.labels.isdisjoint(_HANDS_OVER)
            and place not in (Place.HIDDEN, Place.BARE_IP)
            and not step.received.keys() - _ANSWERS
            for step, place in strange
        )
        yield Seen("undisclosed-host", Severity.NOTE if asks else Severity.REVIEW, strange[0][0])


def _strange(step: Step, told: Told) -> Place | None:
    """The kind of place that a step turns to, if nothing tells of it."""
    statement, purpose = step.statement, told.purpose
    if step.labels.isdisjoint(_TURNS) or not step.urls or not statement.is_live or statement.language == "data":
        return None
    # What is fetched and run at once is weighed for that.
    if "runs-input" in step.labels or _TRIED.search(statement.path):
        return None
    place = place_of_step(step, purpose)
    if place in (Place.PLATFORM, Place.PUBLIC):
        return Place.PLATFORM if "fetch" in step.labels and is_untold_repository(step, purpose) else None
    if place < Place.UNKNOWN and (place != Place.MESSAGING or "send" not in step.labels):
        return None
    if _CHAIN.search(f"{step.text} {' '.join(step.urls)}") or told.tells(step, place):
        return None
    hosts = [host_of(url) for url in step.urls]
    hands_over = not step.labels.isdisjoint(_HANDS_OVER) or place in (Place.HIDDEN, Place.BARE_IP)
    if all(is_asked(host) or (is_home(host) and not hands_over) for host in hosts):
        return None
    # Many a thing is connected to another with no line between them.
    is_said = not step.labels.isdisjoint(_SAYS) or any(host in step.text for host in hosts)
    return place if is_said else None


def sent_by_documents(steps: Sequence[Step], purpose: Purpose) -> list[tuple[str, int, str]]:
    """Where commands of documents send something to a host that is none of a well-known service: path, line and command."""
    return [
        (step.statement.path, step.statement.line, step.text)
        for step in steps
        if "send" in step.labels
        and step.urls
        and step.statement.path.lower().endswith(DOCUMENTS)
        and not step.statement.is_mention
        and _OF_MACHINE.search(step.text)
        and place_of_step(step, purpose) in _ABROAD
    ]


def undisclosed_settings(steps: Sequence[Step], parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """A file of settings leads to a machine of which no document of the package tells.

    >>> from metier.govern.scan.parts import read_text
    >>> part = read_text('{"base": "https://gw.relay-mesh.net/v1", "key": "OPENAI_API_KEY"}', "providers.json").parts[0]
    >>> [(rule, weight.value) for rule, weight, *_ in undisclosed_settings([], [part], Purpose(documents=("Asks models.",)))]
    [('undisclosed-host', 'block')]
    """
    told = Told(steps, purpose)
    for part in parts if purpose.documents else ():
        is_setting = part.kind in ("json", "data") or part.path.lower().endswith(".xml")
        if not is_setting or "://" not in part.plain or not _is_live(part):
            continue
        for found in URL.finditer(part.plain):
            place = place_of(found[0], own_words=purpose.words)
            host = host_of(found[0])
            if place not in (Place.UNKNOWN, Place.BARE_IP) or is_asked(host) or is_home(host):
                continue
            begin = max(part.plain.rfind("\n", 0, found.start()) + 1, found.start() - _BESIDE)
            if _TELLS_OF.search(part.plain[begin : found.start()]) or told.names([found[0]], place):
                continue
            takes_key = _KEY_OF.search(part.plain, max(0, found.start() - _NEAR), found.end() + _NEAR)
            grave = takes_key is not None and not purpose.is_security
            line = part.plain.count("\n", 0, found.start()) + 1
            message = "Leads to a host that nothing in its documents names."
            yield "undisclosed-host", Severity.BLOCK if grave else Severity.REVIEW, part.path, line, found[0], message
            break


def strange_pages(steps: Sequence[Step], parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """A page that hides links to somebody of whom no document tells, or sends there what is entered in its forms.

    >>> from metier.govern.scan.parts import read_text
    >>> text = '<div style="left:-9999px"><a href="https://spin-slots.bet/">play</a></div>'
    >>> part = read_text(text, "post.html").parts[0]
    >>> [(rule, weight.value) for rule, weight, *_ in strange_pages([], [part], Purpose(documents=("Writes posts.",)))]
    [('hidden-text', 'block')]
    """
    told = Told(steps, purpose)
    for part in parts if purpose.documents else ():
        if not part.path.lower().endswith(_PAGE_LIKE) or part.is_example or "://" not in part.plain:
            continue
        kinds = [("hidden-text", _UNSEEN_LINK, "Hides links to a host that nothing in its documents names.")]
        if _LISTENS.search(part.plain) and _ENTERED.search(part.plain):
            kinds.append(
                (
                    "send-private",
                    _SENT_FROM_PAGE,
                    "Sends what is entered in a form to a host that nothing in its documents names.",
                )
            )
        for rule, pattern, message in kinds:
            for found in pattern.finditer(part.plain):
                place = place_of(found["to"], own_words=purpose.words)
                # What stands on a card is nobody's who is no bank, whatever a document says.
                is_card = rule == "send-private" and _CARDS.search(part.plain) and not _BANK_HOST.search(found["to"])
                if place >= Place.UNKNOWN and (is_card or not told.names([found["to"]], place)):
                    line = part.plain.count("\n", 0, found.start("to")) + 1
                    yield rule, Severity.BLOCK, part.path, line, found["to"], message
                    break


def undisclosed_accounts(steps: Sequence[Step], parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """An account of money stands in a program, or beside it, of which no document of the package tells.

    >>> from metier.govern.scan.parts import read_text
    >>> part = read_text("PAY_TO = 'LT60 3250 0881 9434 6526'", "a.py").parts[0]
    >>> [(rule, line) for rule, _, _, line, *_ in undisclosed_accounts([], [part], Purpose(documents=("Makes bills.",)))]
    [('undisclosed-account', 1)]
    """
    if not purpose.documents:
        return
    programs = [part for part in parts if _is_live(part)]
    yield from _pieced_accounts(steps, {part.path: part.plain for part in programs})
    strange = (
        (part, account)
        for part in programs
        if may_hold_account(part.plain) or "iban" in part.plain.lower()
        for account in _ACCOUNT.finditer(part.plain)
        if _is_strange(account, part)
    )
    documents = ""
    for part, account in strange:
        documents = documents or "\n".join(text.replace(" ", "") for text in purpose.documents)
        said = _bank_of(account) if account["bank"] else account[0]
        if said.lower() in documents:
            continue
        near = part.plain[max(0, account.start() - _BESIDE) : account.end() + _BESIDE]
        is_double = _SLOT.search(near) is not None
        turns = any(turns_money(one.plain) for one in programs)
        also = "stands where another is filled in" if is_double else "pays one or another by what is paid"
        message = f"Holds an account that no document names, and {also}." if is_double or turns else ""
        weight = Severity.BLOCK if is_double or turns else Severity.REVIEW
        line = part.plain.count("\n", 0, account.start()) + 1
        yield "undisclosed-account", weight, part.path, line, account[0], message
        return
    yield from _told_accounts(parts)


def _pieced_accounts(steps: Sequence[Step], texts: Mapping[str, str]) -> Iterator[Found]:
    """An account that a program puts together out of pieces, or decodes: it stands in none of its lines."""
    made = [
        step for step in steps if step.statement.assigns and not step.statement.is_shell and len(step.text) < _MAX_MADE
    ]
    if not may_hold_account("\n".join([step.text for step in made])):
        return
    for step in made:
        whole = texts.get(step.statement.path)
        account = _ACCOUNT.search(step.text) if whole is not None else None
        said = (_bank_of(account) if account["bank"] else account[0]) if account else ""
        if whole is not None and said and account is not None and account[0] not in whole and not _SAMPLES.search(said):
            message = "Puts an account together out of pieces, so that it stands in none of its lines."
            yield "undisclosed-account", Severity.BLOCK, step.statement.path, step.statement.line, step.text, message
            return


def _told_accounts(parts: Sequence[Part]) -> Iterator[Found]:
    """An account of a bank that a document writes out, and not to ask for gifts."""
    for part in parts:
        if part.kind != "markdown" or part.is_example or "iban" not in part.plain.lower():
            continue
        for account in _ACCOUNT.finditer(part.plain):
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


def _is_live(part: Part) -> bool:
    is_document = part.kind == "text" or (part.kind == "markdown" and not part.path.lower().endswith(PAGES))
    return not (is_document or part.is_example or _TRIED.search(part.path) or _LOCKED.search(part.path))


def _is_strange(account: re.Match[str], part: Part) -> bool:
    said = _bank_of(account) if account["bank"] else account[0]
    begin = max(part.plain.rfind("\n", 0, account.start()) + 1, account.start() - _BESIDE)
    before = part.plain[begin : account.start()]
    # Coins that share an address are none.
    is_coin = _COIN.search(before) is not None and part.plain.count(said) == 1
    return bool(said) and not (is_coin or _SAMPLES.search(said) or _CONTRACT.search(before))
