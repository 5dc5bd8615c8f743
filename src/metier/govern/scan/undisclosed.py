"""Which machine does a program turn to that nothing in its package speaks of?

Whoever reads a package learns from its documents whom it works with: an address, the name of a service, a key that is
called after it. A program that turns to somebody else besides does so behind its reader's back.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from metier.govern.scan.accounts import TRIED, Found, is_live
from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import (
    URL,
    Place,
    called,
    distinctive,
    host_of,
    is_asked,
    is_documentation,
    is_home,
    names_of,
    place_of,
    registered,
)
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import PAGES, Purpose
from metier.govern.scan.seen import DOCUMENTS, Seen, is_untold_repository, place_of_step
from metier.govern.scan.taking import STRONG
from metier.verdict import Severity

_TURNS = frozenset({"send", "connect", "fetch"})
_HANDS_OVER = frozenset({"send", "connect"})
_SAYS = frozenset({"send", "fetch"})
_MIN_NAME = 4
"""A name of fewer letters stands in any text."""
_MIN_STEM = 7
"""A name that is left of a longer one has so many letters if it tells of somebody."""
_MIN_HEAD = 3
_NAMED_SETTING = r"\w*(?:URL|URI|HOST|ENDPOINT|SERVER|BASE|RELAY|RPC|API)\w*"
_SETTING = re.compile(
    rf"(?:environ\.get|getenv)\(\s*[\"']{_NAMED_SETTING}[\"']\s*,\s*[\"']?\w{{0,8}}(?:://|[\"'])|(?:process\.env\.{_NAMED_SETTING}|ENV\[[\"']{_NAMED_SETTING}[\"']\])\s*(?:\|\||\?\?)|ENV\.fetch\(\s*[\"']{_NAMED_SETTING}[\"']\s*[,)]|\$\{{{_NAMED_SETTING}:?[-=]|(?:environ\.get|getenv)\([\"']{_NAMED_SETTING}[\"']\)\s+or\b"
)
"""An address for which the user can name another."""
_CHAIN = re.compile(
    r"[\"']?jsonrpc[\"']?\s*:|[\"']method[\"']\s*:\s*[\"'](?:eth_|get[A-Z])|\bget(?:Latest)?Block|getBalance"
)
"""A question about a chain, which anybody may ask of many."""
_CREDENTIAL = re.compile(r"\b[A-Z][A-Z0-9]*_(?:[A-Z0-9_]*_)?(?:KEY|TOKEN|SECRET|PASSWORD|PASS|PAT|APPID|USER)\b")
_PLAIN_HEADS = frozenset(
    "api app web cdn data mail access auth secret bearer my the your user bot client server service private public".split()
)
"""Words with which the name of anybody's key begins."""
_OPENS_WALLET = re.compile(r"\b[A-Z0-9_]*(?:WALLET|MNEMONIC|SEED_?PHRASE|KEYPAIR|PRIVATE_KEY|PRIVKEY)[A-Z0-9_]*\b")
"""With such a key nobody signs in anywhere."""
_IN_BODY = re.compile(
    r"\bjson\s*=\s*\{[^{}\n]{0,200}[\"']\w*(?i:key|token|secret|passw)\w*[\"']\s*:|\b(?:data|json)\s*=\s*\{[^{}\n]{0,80}:\s*os\.(?:environ|getenv)"
)
_SIGNS_IN = re.compile(
    r"[Aa]uthoriz|[Bb]earer|[Aa]pi[-_ ]?[Kk]ey|\bauth\b|[Hh]eaders|\s-u\s|\s-H\s|[?&](?:key|token|apikey|access_token|appid)=|\blogin\(|[Pp]assword|\bpass\b|createTransport|\bSMTP"
)
"""A key stands where one signs in by it."""
_STAYS = r"\bdaemon|\bservices?\b|schedul|\bcron|background|autostart|launchd|systemd|watch"
_STAYS_TOLD = re.compile(_STAYS)
"""Words of documents that tell of what goes on running."""
_ONLINE = r"\bonline\b|\bhosted\b|\bcloud\b|\b(?:remote|web)[- ](?:service|server|api)\b"
"""Words of a purpose that others have a part in."""
_SENDS = re.compile(
    r"\b(?:sends?|sent|sending|uploads?|uploaded|posts? to|posted|publishes|published (?:to|on|at)|shares?|sync\w*|submit\w*|report(?:s|ed)? to|telemetry|analytics|statistics|pings?|reports home)\b"
)
"""Words of documents that tell of something that leaves."""
_ENGLISH = re.compile(r"\b(?:the|and|of|to|with|for|in|is|a|an|on)\b")
_MIN_ENGLISH = 25
"""Of so many letters of English one word is such a one; what other languages say of machines is not known."""
_SILENT = re.compile(
    r"\bexcept\b[^\n]*:\s*(?:pass|return|continue)\b|\.catch\(\s*\(?\w*\)?\s*=>\s*(?:\{\s*\}|undefined|null|0|\n)|\.on\(\s*[\"']error[\"'],\s*\(\)\s*=>|daemon\s*=\s*True|>\s*/dev/null|(?i:std(?:out|err)|:out|:err)\b[^\n]{0,30}(?:/dev/null|File::NULL)|-o\s+/dev/null|\bcatch\n|Out-Null|SilentlyContinue"
)
"""Nothing is said if it fails, or when it succeeds."""
_BODY = re.compile(
    r"\b(?:data|json|body|content|files?|params|form|payload|text)\b|,\s*[\w{\[(&$@*'\"]|\s-\w*[dFT]\b|--\w*data|POSTFIELDS|\.(?:send|write|end)\w*\(",
    re.I,
)
"""Something goes with a request."""
_USES_ANSWER = re.compile(
    r"\.json\(|\.text\b|\breturn\b|\bprint\(|console\.log|\.then\(\s*\(?\w+\)?\s*=>\s*\w+\.(?:json|text)"
)
_NOBODY = frozenset({"_", "err"})
_SENDING = re.compile(r"\.(?:send\w*|write|end|put|stor(?:binary|lines))\(|POSTFIELDS|httpBody|\.execute\(\)")
_PROGRAM = re.compile(
    r"\.(?:exe|msi|dmg|pkg|appimage|bin|run|sh|ps1|bat|deb|rpm|jar|zip|7z|rar|tar\.\w+|tgz|dll|so|dylib|pyz?|js|wasm)(?:[\"'?#\s)]|$)|[-_](?:linux|darwin|macos|windows)[-_](?:amd64|arm64|x86_64|x64|aarch64)\b",
    re.I,
)
"""What is fetched is a program, or an archive."""
_WALKS = re.compile(
    r"\b(?:WalkDir|os\.walk|filepath\.Walk|readdir(?:Sync)?|Find\.find|Dir\.glob|globSync|iterdir)\b|\.r?glob\("
)
"""Every file of a folder is looked at."""
_SECRETS = frozenset({*STRONG, "dotenv"}) - {"environment"}
"""What goes nowhere by itself, in an address neither."""
_ANSWERS = frozenset({"download", "decoded", "asked"})
"""What a step may have received that is nobody's own."""
_PAGE_LIKE = (
    *(ending for ending in PAGES if ending not in (".ipynb", ".svg", ".xml", ".eml")), ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".astro", ".vue",
    ".svelte", ".php",
)  # fmt: skip
"""Endings of pages, and of what is filled in to make one."""
_OF_PAGES = (".js", ".mjs", ".jsx", ".ts", ".tsx")
"""Endings of the programs of pages."""
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
    r"(?:(?:sendBeacon|fetch|\.open|axios\.post|\.post)\(\s*(?:[\"']POST[\"']\s*,\s*)?|(?:\.src|\blocation(?:\.href)?)\s*=\s*(?=[\"'`][^\s\"'`<>]{4,200}=(?:[\"']\s*\+|\$\{)))[\"'`](?P<to>https?://[^\s\"'`<>]{4,200})"
)
_BESIDE = 90
_TELLS_OF = re.compile(
    r"(?:schema|xmlns\w*(?::\w+)?|homepage|home|author|repository|bugs|licen[sc]e|funding|docs?|documentation|source|reference|website|link|id|namespace|profile|avatar|icon|image|logo|url)[\"']?\s*[:=]\s*[\"']?(?:git\+)?$|^\s*(?:#|//)[^\n]*$|<!--[^\n]*$|<a\s[^\n]*$|<(?:link|img)\s[^\n]*$",
    re.I,
)
"""Up to an address that is named to be read, and that nothing turns to."""
_KEY_OF = re.compile(
    r"\b(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE|MISTRAL|OPENROUTER|GITHUB|AWS|AZURE|STRIPE|SLACK|NOTION|HF|HUGGINGFACE)_[A-Z_]*(?:KEY|TOKEN|SECRET|BASE_URL|API_BASE|ENDPOINT)\b"
)
_LINE = re.compile(r"(?:wss?|tcp|stratum\+tcp)://", re.I)
"""A line that is held open, and that nobody reads as a page."""
_JOINS = re.compile(
    r"(?<![A-Za-z])(?:residential|bandwidth|peers?|pool|payout|wallet|miner|worker|exit_?node|referr\w{1,4})(?=[\W_])",
    re.I,
)
"""Words of settings by which a machine joins a network that pays somebody."""
_SIGNED_IN = re.compile(r"^[ \t]*pass(?:word)?[ \t]*=[ \t]*[^\s$<{]{8,}", re.M)
"""A place that one is signed in at by a password that is written out."""
_TAKES_FILES = re.compile(r"\*[\w,.{}]{0,40}\b(?:kdbx|ovpn|pem|p12|keystore)\b|\bwallet\.dat[\"']|[\"']Login Data[\"']")
"""Files that a setting lists, and that open something."""
_KEYED = re.compile(r"key|token|secret|passw|\bauth|account|header|hook|collector|telemetry|control", re.I)
_HOST_SETTING = re.compile(
    r"[\"']?(?i:(?<!\w)\w{0,40}(?:host|server|endpoint|domain|collector|relay|upload|ingest)\w{0,12})[\"']?\s*[:=]\s*[\"']?((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24})(?=[:/\"'\s,]|\Z)"
)
"""A host without a scheme, in a setting that is called after one."""
_OWN_HOST = re.compile(
    r"(?:^|[.-])(?:my|your|own|home|nas|lan|local|server|intern|internal|familie|family|smart\w*)(?:[.-]|$)|example|yourdomain|mydomain"
)
_OF_USER = re.compile(
    r"\byour\s+(?:own\s+)?(?:server|host|broker|nas|domain|site|web\s?(?:site|space)|machine|instance)\b"
)
"""A machine of the user's own."""
_MAX_HOSTS = 50
_DESCRIBES = re.compile(
    r"(?:^|/)(?:package|plugin|marketplace|manifest|_meta|composer|bower|tsconfig|jsconfig|deno|skill)\.jsonc?$|(?:^|/)(?:pyproject|Cargo|mkdocs|_config|book)\.(?:toml|ya?ml)$|schema",
    re.I,
)
"""Files that say what a package is, and who made it."""
_NEAR = 300
_OF_MACHINE = re.compile(
    r"\s(?:-\w{0,8}[dFT]|--(?:data|form|upload-file)[\w-]{0,20})(?:=|\s*)[\"']?(?:[^\s\"'=@]{1,40}=)?@|\$\(|`|\|\s*curl\b|<\(|\s-T\s"
)
"""What a command sends that it has from the machine, and not from its own words."""
_ABROAD = frozenset({Place.OWN, *(place for place in Place if place >= Place.UNKNOWN)})
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}\b")
_WORD = re.compile(r"[a-z0-9]+")
_LITTLE = frozenset("the and of to with for in is a an on at by or".split())
"""Words that stand between two of any sentence."""
_MESSENGERS = re.compile(r"telegram|discord|slack")
_FROM_USER = re.compile(r"environ|getenv|process\.env|argv|\$\{?[A-Z_]{4,}")


@dataclass
class Told:
    """What the documents of a package, and the names of its settings, tell of whom it works with."""

    steps: Sequence[Step]
    purpose: Purpose
    _named: dict[tuple[frozenset[str], Place], bool] = field(default_factory=dict)
    _tried: dict[tuple[str, ...], bool] = field(default_factory=dict)

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
        if not self.purpose.documents or not self._hosts.isdisjoint(map(registered, hosts)):
            return True
        if not self.purpose.words.isdisjoint(" ".join(map(called, urls)).split()):
            return True
        return place == Place.UNKNOWN and any(
            name in self._words or name in self._keys for host in hosts for name in _telling(host)
        )

    def _tells_of_messenger(self, step: Step) -> bool:
        """Whether the documents speak of the messenger that a step sends to, or the key of it comes from the user."""
        words = {word for url in step.urls for word in _MESSENGERS.findall(url.lower())}
        said = any(word in text for word in words for text in self.purpose.documents)
        return said or self.purpose.says("|".join(words) or "$^") or _FROM_USER.search(step.text) is not None

    @cached_property
    def tells_of_sending(self) -> bool:
        """Whether a document says that something is sent anywhere."""
        return any(map(_SENDS.search, self.purpose.documents)) or not all(map(_is_english, self.purpose.documents))

    def senders_that_name(self, name: str) -> list[str]:
        """The programs that send something and name a file."""
        return [text for path, text in self._programs.items() if path in self._senders and name in text]

    @cached_property
    def _programs(self) -> dict[str, str]:
        texts: dict[str, list[str]] = {}
        for step in self.steps:
            texts.setdefault(step.statement.path, []).append(step.text)
        return {path: "\n".join(said) for path, said in texts.items()}

    @cached_property
    def _senders(self) -> frozenset[str]:
        return frozenset(step.statement.path for step in self.steps if "send" in step.labels)

    def only_tries(self, urls: tuple[str, ...]) -> bool:
        """Whether addresses stand only in what tries the package out."""
        if urls not in self._tried:
            hosts = {host_of(url) for url in urls}
            steps = {id(step): step for asked in hosts for step in self._turning.get(asked, ())}
            at = {one.statement.path for one in steps.values() if any(host in one.text.lower() for host in hosts)}
            # A test that is run and sends nothing itself still only names them.
            self._tried[urls] = bool(at) and all(
                self.purpose.only_shows(path, TRIED) or (path not in self._senders and TRIED.search(path))
                for path in at
            )
        return self._tried[urls]

    @cached_property
    def _turning(self) -> dict[str, list[Step]]:
        """The steps that turn to each host."""
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            for host in set(map(host_of, step.urls)):
                found.setdefault(host, []).append(step)
        return found

    def can_be_set(self, step: Step) -> bool:
        """Whether the user can name another machine for the one that a step turns to."""
        return any(host_of(url) in self._settable for url in step.urls)

    @cached_property
    def _settable(self) -> frozenset[str]:
        named = (step for step in self.steps if step.urls and _SETTING.search(step.text))
        return frozenset(host for step in named for host in map(host_of, step.urls) if host in step.text)

    @cached_property
    def _hosts(self) -> frozenset[str]:
        """What was registered for the hosts that documents name."""
        dotted = " ".join([word for text in self.purpose.documents for word in text.split() if "." in word])
        return frozenset(map(registered, _HOST.findall(dotted)))

    @cached_property
    def _words(self) -> frozenset[str]:
        """The words of the documents, and those that follow each other as one."""
        found: set[str] = set()
        for text in self.purpose.documents:
            words = ["" if word in _LITTLE else word for word in _WORD.findall(text)]
            rows = itertools.chain(itertools.pairwise(words), zip(words, words[1:], words[2:], strict=False))
            found.update(words)
            found.update("".join(row) for row in rows if all(row))
        return frozenset(found)

    @cached_property
    def _keys(self) -> frozenset[str]:
        """How the names of keys begin that the programs read."""
        names = {name for step in self.steps for name in _CREDENTIAL.findall(step.text)}
        parts = [name.lower().split("_") for name in names]
        return frozenset("".join(part[:length]) for part in parts for length in range(1, len(part))) - _PLAIN_HEADS


def _is_english(text: str) -> bool:
    return len(_ENGLISH.findall(text)) * _MIN_ENGLISH * 2 >= len(text) or len(text) < _MIN_ENGLISH * 8


def _has_key_of(step: Step) -> bool:
    """Whether a step has a key that is called after the host that it turns to: `SCT_KEY` for `sctapi.example`."""
    heads = {name.partition("_")[0].lower() for name in _CREDENTIAL.findall(step.text)} - _PLAIN_HEADS
    labels = {label for url in step.urls for label in host_of(url).split(".")[:-1]}
    return any(len(head) >= _MIN_HEAD and label.startswith(head) for head in heads for label in labels)


def _telling(host: str) -> list[str]:
    """The names of a host that are long enough to tell of nobody else."""
    whole = max(names_of(host), key=len, default="")
    names = [name for name in names_of(host) if len(name) >= (_MIN_NAME if name == whole else _MIN_STEM)]
    labels = host.split(".")
    return names or [label for label in labels[-3:-2] if len(label) >= _MIN_NAME and distinctive(label)]


def undisclosed(members: Sequence[Step], told: Told, text: str) -> Iterator[Seen]:
    """Something is sent to a machine, or asked of it, that no document of the package tells of.

    >>> from metier.govern.scan.statement import Statement
    >>> purpose = Purpose(documents=("Counts words.",))
    >>> step = Step(Statement("a.py", 1, "requests.post('https://n1.stats-cdn.net')"), frozenset({"send"}), ("https://n1.stats-cdn.net",))
    >>> [(seen.rule, seen.severity.value) for seen in undisclosed([step], Told([step], purpose), step.text)]
    [('undisclosed-host', 'block')]
    """
    strange = [(step, place) for step in members if (place := _strange(step, told)) is not None]
    if not strange:
        return
    is_spared = told.purpose.says(_ONLINE)
    is_dark = (_SILENT.search(text) or _WALKS.search(text)) is not None
    has_keys = not all(_SECRETS.isdisjoint(step.labels) for step in members)
    is_plain = not (is_dark or has_keys) and told.tells_of_sending
    for step, place in strange:
        has_secrets = not _SECRETS.isdisjoint(step.received)
        listens = step.labels.isdisjoint({"send", "fetch"}) and not (is_dark or has_keys)
        takes = has_secrets or (_hands_over(step, place) and not listens)
        is_told = is_plain and not step.received.keys() - _ANSWERS
        grave = place.is_shady or ((has_secrets or place != Place.PLATFORM) and not (is_spared or is_told))
        if takes and grave and not told.can_be_set(step) and not all(map(is_asked, step.urls)):
            yield Seen("undisclosed-host", Severity.BLOCK, step)
            return
    stays = next((step for step in members if "persist" in step.labels), None)
    if stays is not None and not told.purpose.says(_STAYS) and not any(map(_STAYS_TOLD.search, told.purpose.documents)):
        yield Seen("persist-download", Severity.BLOCK, stays, "and turns to a host that nothing in its documents names")
        return
    # What is only asked of somebody takes nothing along.
    asks = all(
        not (_hands_over(step, place) or step.received.keys() - _ANSWERS or _PROGRAM.search(" ".join(step.urls)))
        for step, place in strange
    )
    yield Seen("undisclosed-host", Severity.NOTE if asks else Severity.REVIEW, strange[0][0])


def _hands_over(step: Step, place: Place) -> bool:
    return not step.labels.isdisjoint(_HANDS_OVER) or place in (Place.HIDDEN, Place.BARE_IP)


def _strange(step: Step, told: Told) -> Place | None:
    """The kind of place that a step turns to, if nothing tells of it."""
    statement, purpose = step.statement, told.purpose
    if step.labels.isdisjoint(_TURNS) or not step.urls or not statement.is_live or statement.language == "data":
        return None
    # What is fetched and run at once is weighed for that.
    if "runs-input" in step.labels or purpose.only_shows(statement.path, TRIED):
        return None
    place = place_of_step(step, purpose)
    if place in (Place.PLATFORM, Place.PUBLIC):
        is_taken = "send" in step.labels and not (_SECRETS.isdisjoint(step.received) or told.names(step.urls, place))
        is_untold = is_taken or ("fetch" in step.labels and is_untold_repository(step, purpose))
        return Place.PLATFORM if is_untold else None
    if place < Place.UNKNOWN and (place != Place.MESSAGING or "send" not in step.labels):
        return None
    if _CHAIN.search(step.text) and not step.received.keys() - _ANSWERS:
        return None
    if told.tells(step, place) or told.only_tries(step.urls):
        return None
    if (
        place == Place.UNKNOWN
        and step.received.keys() - _ANSWERS == {"secret-variable"}
        and _SIGNS_IN.search(step.text)
        and not _IN_BODY.search(step.text)
        and not _OPENS_WALLET.search(step.received["secret-variable"].text)
    ):
        # One signs in with a key of one's own.
        return None
    takes = _hands_over(step, place) and (step.received.keys() - _ANSWERS or "read" in step.labels)
    if all(is_asked(url) for url in step.urls) and not takes:
        return None
    if all(is_asked(url) or is_home(host_of(url)) for url in step.urls) and not _hands_over(step, place):
        return None
    if step.labels.isdisjoint(_SAYS):
        # Many a thing is connected to another with no line between them.
        is_said = any(host_of(url) in step.text.lower() for url in step.urls)
        return place if is_said and not all(map(is_documentation, step.urls)) else None
    return place


def sent_by_documents(steps: Sequence[Step], purpose: Purpose) -> list[tuple[str, int, str]]:
    """Where commands of documents send something to a host that is none of a well-known service: path, line and command."""
    return [
        (step.statement.path, step.statement.line, step.text)
        for step in steps
        if "send" in step.labels
        and step.urls
        and step.statement.path.lower().endswith(DOCUMENTS)
        and not step.statement.is_mention
        and place_of_step(step, purpose) in _ABROAD
        and _OF_MACHINE.search(step.text)
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
        if not is_setting or not is_live(part, purpose) or _DESCRIBES.search(part.path):
            continue
        yield from _sent_to_setting(part, told)
        for found in URL.finditer(part.plain) if "://" in part.plain else ():
            place = place_of(found[0], own_words=purpose.words)
            host = host_of(found[0])
            if place not in (Place.UNKNOWN, Place.BARE_IP) or is_asked(found[0]) or is_home(host):
                continue
            if host.endswith(".example"):
                continue
            near_by = (max(0, found.start() - _NEAR), found.end() + _NEAR)
            takes_key = _KEY_OF.search(part.plain, *near_by) or _TAKES_FILES.search(part.plain, *near_by)
            is_line = _LINE.match(found[0]) is not None
            begin = max(part.plain.rfind("\n", 0, found.start()) + 1, found.start() - _BESIDE)
            is_read = (
                takes_key is None
                and not is_line
                and _TELLS_OF.search(part.plain[begin : found.start()]) is not None
                and not _SIGNED_IN.search(part.plain, *near_by)
            )
            if is_read or told.names([found[0]], place):
                continue
            near = _KEYED.search(part.plain, max(0, found.start() - _NEAR), found.end() + _NEAR)
            weight = Severity.REVIEW if near or place == Place.BARE_IP else Severity.NOTE
            joins = is_line and _JOINS.search(part.plain, *near_by) is not None
            weight = Severity.BLOCK if takes_key or joins else weight
            line = part.plain.count("\n", 0, found.start()) + 1
            yield (
                "undisclosed-host",
                weight,
                part.path,
                line,
                found[0],
                "Leads to a host that nothing in its documents names.",
            )
            break


def _sent_to_setting(part: Part, told: Told) -> Iterator[Found]:
    """A host that a setting names, with no scheme before it, for a program that sends to what it is told."""
    hosts = {found[1]: found for found in _HOST_SETTING.finditer(part.plain)}
    texts = told.senders_that_name(part.path.rpartition("/")[2]) if hosts else []
    if not texts or any(map(_OF_USER.search, told.purpose.documents)):
        return
    for host, found in itertools.islice(hosts.items(), _MAX_HOSTS):
        address = f"https://{host}"
        place = place_of(address, own_words=told.purpose.words)
        if place < Place.UNKNOWN or place == Place.BARE_IP or is_asked(address) or is_home(host):
            continue
        if not (_OWN_HOST.search(host) or told.names([address], place)):
            line = part.plain.count("\n", 0, found.start()) + 1
            weight = Severity.BLOCK if any(map(_SILENT.search, texts)) else Severity.REVIEW
            message = "Leads to a host that nothing in its documents names, for a program that sends there."
            yield "undisclosed-host", weight, part.path, line, host, message
            return


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
        is_page = part.path.lower().endswith(_PAGE_LIKE)
        is_of_page = is_page or (part.path.lower().endswith(_OF_PAGES) and "document." in part.plain)
        if not is_of_page or part.is_example or "://" not in part.plain:
            continue
        kinds = []
        if is_page:
            kinds.append(("hidden-text", _UNSEEN_LINK, "Hides links to a host that nothing in its documents names."))
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
