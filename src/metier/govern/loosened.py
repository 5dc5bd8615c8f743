"""What did the old version of a package keep shut that the new one leaves open?

A quiet update adds no sentence: it turns a value. Settings of one name are compared; forms of commands and files that
open something, or guard it, are counted; and accounts, places and bounds are told that stand where others stood. What
moved, or is put otherwise, is no looser.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import ClassVar

from metier.govern.acts import destinations
from metier.govern.scan.hosts import registered
from metier.govern.scan.keys import veiled
from metier.govern.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosening:
    """A value, a form or a place that stands looser than it stood.

    Attributes:
        what: What it comes to, in words: `publicly_accessible was false and is true`.
        line: Of the new version; of the old one where the line is gone.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    path: str
    line: int
    text: str
    what: str


@dataclass(frozen=True, slots=True)
class _Setting:
    key: str
    value: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class _Line:
    unit: Unit
    words: frozenset[str]
    keys: frozenset[str]


_VALUE = r"f?\"[^\"\n]{0,300}\"|f?'[^'\n]{0,300}'|\[[^\]\n]{0,300}\]|[^\s,;#()\]}\"'|&:/=][^\s,;()\]}|&]{0,200}"
_SETTING = re.compile(
    rf"(?<![\w.$-])(?P<key>[A-Za-z_][\w.-]{{1,60}})[\"']?\]?(?:\s?:\s?[A-Za-z][\w\[\]|. ]{{0,30}}=|\s{{0,8}}(?:=>|:=|[:=](?![=>])))\s{{0,8}}(?P<value>{_VALUE})"
)
_OPTION = re.compile(
    rf"(?:add_argument|option|flag|arg)\w*\(\s*[\"'](?:-\w[\"'],\s*[\"'])?(?P<key>--?[\w-]+)[\"'].{{0,200}}?\bdefault\s*[=:]\s*(?P<value>{_VALUE})",
    re.I,
)
_FALLBACK = re.compile(
    r"(?:environ\.get|getenv|get_env|env|config\.get)\(\s*[\"'](?P<key>\w+)[\"']\s*,\s*(?P<value>\"[^\"]{0,300}\"|'[^']{0,300}')"
    r"|process\.env\.(?P<key2>\w+)\s*(?:\|\||\?\?)\s*(?P<value2>\"[^\"]{0,300}\"|'[^']{0,300}'|\w+)"
    r"|\$\{(?P<key3>\w+):[-=](?P<value3>[^}\n]{1,300})\}"
)
"""What holds where the user sets nothing."""


def _named(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GUARDING = _named(
    "verify verified verification check checks checked validate validation required require requires confirm confirmation secure ssl tls https encrypt encrypted encryption"
    " strict sandbox sandboxed dry block ignorepublic restrict restricted protect protected protection mask masked redact redaction sanitize escape autoescape auth authentication"
    " authenticate signed signature sign pin pinned safe readonly audit isolated isolation quarantine csrf mfa approval review consent versioning integrity anonymize anonymise"
    " frozen locked backup hardened guard private httponly enforce enforced limit limited moderation"
)
_OPENING = _named(
    "skip disable no bypass allow allowed insecure unsafe anonymous force public publicly privileged auto autoapprove trust unrestricted open unverified share overwrite root promiscuous wildcard"
    " permissive send upload telemetry delete purge debug"
)
_ON = _named("true yes on 1 always enabled enforce enforced required")
_OFF = _named("false no off 0 none null nil never disabled optional")
_MONEY = _named(
    "eur usd gbp chf jpy approval approve approved human confirm confirmation review refund spend spending budget amount payment dose slippage withdraw withdrawal transfer quota discount cap alarm threshold"
)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,_]\d+)*(?![\w.])")
_UP_TO = _named(
    "above over limit max maximum amount budget quota cap spend spending refund discount slippage payment dose withdraw withdrawal transfer alarm threshold auto"
)
_OF_PEOPLE = _named("manager finance board receipt invoice owner legal director supervisor teacher parent")
_MANY = 10
_HARDNESS = _named("round iteration cost bit entropy workfactor keysize rotation")
_GRANTS = frozenset({"allowed-tools", "tools", "permissions"})
_MORE = 1.5
"""So many times what it was is another sum."""
_RIGHT = r"perm|polic|access|acl|role|scope|grant|right|visib|shar|mode|auth|rule|action|decision|default|confirm|approv|prompt|ask"
_LADDERS = tuple(
    (re.compile(key, re.I), re.compile(rf"^(?:{was})$", re.I), re.compile(rf"^(?:{now})$", re.I))
    for key, was, now in (
        (r"", r"private|authenticated-read|bucket-owner-\w+|unlisted", r"public(?:-read)?(?:-write)?|everyone|anyone"),
        (r"^(?!.*(?:branch|ref|path|dir|tag))", r"staging|stage|test(?:net|ing)?|sandbox|dev(?:el\w*|net)?|local|qa|preview", r"prod\w*|live|mainnet"),
        (r"", r"critical|major|high|severe|danger\w*|unsafe|contraindicated|toxic|prohibited|banned", r"none|minor|low|safe|ok|fine|harmless|allowed"),
        (_RIGHT, r"deny|ask|block|refuse|reject|drop|prompt|manual\w*|default|plan", r"allow\w*|accept\w*|auto\w*|permit|bypass\w*|always|never"),
        (r"^(?!.*(?:log|level|color|format))", r"enforc\w+|error|fail\w*|strict|deny|block", r"permissive|warn\w*|ignore\w*|off|report-?only|none|continue"),
        (_RIGHT + r"|contents|packages|id-token|actions", r"read(?:-?only)?|none|viewer|guest|user|member", r"write(?:-all)?|admin\w*|owner|editor|all|rw|\*"),
        (r"", r"scram-sha-256|md5|password|cert|peer", r"trust"),
        (r"", r"(?:sha-?256|sha-?512|argon2\w*|bcrypt|scrypt|pbkdf2\w*|aes-256-gcm|rs256|es256)", r"(?:md5|sha-?1|crc32|des|rc4|aes-\d+-ecb|none|plain\w*|base64)"),
        (r"", r"(?:.*[:@])?(?:[0-9a-f]{40}|[0-9a-f]{64}|v?\d+\.\d+(?:\.\d+)?)", r"(?:.*[:@])?(?:main|master|latest|\*|head)"),
        (r"", r".*(?:127\.0\.0\.1|localhost|\b10\.\d|\b192\.168\.|\b172\.(?:1[6-9]|2\d|3[01])\.|::1).*", r".*(?:0\.0\.0\.0|::/0|\*).*"),
        (_RIGHT + r"|origin|host|domain|principal|resource|user|tool|allow", r"[^*]{2,}", r"\[?[\"']?\*[\"']?\]?"),
    )
)  # fmt: skip
"""What a value was, and what it is: the second lets in more, or looks at less."""
_OPENS = {
    what: re.compile(form, re.I)
    for what, form in {
        "accepts any certificate": r"\bverify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|NODE_TLS_REJECT_UNAUTHORIZED\W{1,4}0|rejectUnauthorized\W{1,3}false|InsecureSkipVerify:\s*true|StrictHostKeyChecking[= ]no\b|\bcurl\b[^|\n]{0,80}\s(?:(?-i:-[a-zA-Z]*k)\b|--insecure)|--no-check-certificate|strict-ssl\W{1,3}false|sslverify\W{1,3}false|--trusted-host|allow-insecure-host",
        "takes a token that nobody signed": r"\balg\w*\W{1,6}[^\n]{0,80}[\"']none[\"']|verify_signature[\"']?\s*[:=]\s*(?:False|false)|ParseUnverified|\balgorithms?\W{1,6}\[[^\]]*(?:RS|ES|PS)\d{3}[^\]]*HS\d{3}|\bdecode\([^)\n]{0,80}\bverify\s*=\s*False",
        "is reached from everywhere": r"\b\d{1,3}(?:\.\d{1,3}){3}/[0-7]\b|::/0\b|^\s*(?:PasswordAuthentication|PermitRootLogin|PermitEmptyPasswords|GatewayPorts)\s+(?:yes|all)\b|\b(?:host|bind|listen|addr\w*)\b\W{1,6}0\.0\.0\.0|HOST_AUTH_METHOD\W{1,3}trust|protected-mode no|Access-Control-Allow-Origin\W{1,6}\*|allow_origins\W{1,4}\*",
        "hands over the host": r"docker\.sock|\bprivileged:\s*true|--privileged\b|network_mode:\s*[\"']?host|pid:\s*[\"']?host|cap_add:|hostPath:|--cap-add",
        "runs what a stranger sends with the keys of the repository": r"\bpull_request_target\b|permissions:\s*write-all|secrets:\s*inherit",
        "runs an action by the name of a branch": r"\buses:\s*[\w.-]+/[\w./-]+@(?:main|master|latest|dev|develop|head)\b",
        "may be opened by another key": r"\bage1[a-z0-9]{20,}|\bssh-(?:ed25519|rsa)\s+AAAA",
        "is not looked at by the defender": r"Exclusion(?:Path|Process|Extension)\b[^\n]{0,120}(?:\$env:|\bUsers\b|\bTemp\b|\bpwsh\b|powershell)",
        "matches everything": r"[^|\s(]\|\)?['\"]{1,3}\s*[,\])]?\s*$",
        "grants more than it did": r"\"\w+:\*\"|\biam:(?:PassRole|Create\w+|Attach\w+|Put\w+)|\bsts:AssumeRole|\bcluster-admin\b|\bverbs:\s*\[\s*[\"']?\*|\bresources:\s*\[[^\]]*\bsecrets\b|\bGRANT\s+ALL|roles/(?:owner|editor)\b|AdministratorAccess|\bSUPERUSER\b",
        "may lose what was written": r"\b(?:fsync|full_page_writes|synchronous_commit)\b[\s=|\"':]{1,6}off\b",
        "compares a part": r"(?:compare_digest|hmac\.Equal|timingSafeEqual)\([^\n]*\[(?:\d+|\w+)?:|\[\.\.\w+\]\.ct_eq\(",
        "is public": r"\bpublic-read(?:-write)?\b|publicly_accessible\s*=\s*true|BlockPublic\w+\W{1,4}false|--public\b|allUsers\b",
        "steps over a check": r"--no-verify\b|--skip-(?:checks?|tests?|verif\w+|valid\w+|sign\w*)|--no-gpg-check|--allow-unauthenticated|--nogpgcheck|--dangerously-\w|bypassPermissions|--no-sandbox|--ignore-scripts[= ]false|\bsetenforce 0|\bufw disable|NOPASSWD|git\s+add\b[^\n`]{0,30}\s(?:-f|--force)\b|git\s+push\b[^\n`]{0,60}\s(?:-f|--force)(?![\w-])|--auto-approve\b|\brm\s+-\w*f\w*\s+(?:/|~|\$HOME)\s*$",
        "loads code with data": r"\byaml\.(?:unsafe_load|load\((?!.{0,80}Safe))|\bpickle\.loads?\(|weights_only\s*=\s*False|trust_remote_code\s*=\s*True|allow_pickle\s*=\s*True",
    }.items()
}
"""Forms that open something; each of them is told if it stands more often than before."""
_GUARDS = {
    "file modes that keep others out": r"\bumask\s+0?77\b|\bchmod\s+(?:0?[467]00|go-\w+|o-\w+)\b|\b0o[467]00\b",
    "pinned and checked packages": r"--require-hashes|--frozen-lockfile|--ignore-scripts|--locked\b|\bnpm ci\b|ignore-scripts\W{1,3}true",
    "runs without effect": r"--dry-run\b|--what-?if\b|-WhatIf\b|--check\b|--plan\b",
    "questions before a file is written over": r"\b(?:rm|mv|cp)\s+-i\b|--interactive\b|-Confirm\b",
    "secrets chosen by chance": r"\bsecrets\.\w|SystemRandom|randomUUID|getRandomValues|randomBytes|urandom\b|openssl rand|crypto/rand|SecureRandom|random_bytes",
    "keyed digests": r"\bhmac\.\w+\(|createHmac\(|\bHMAC\b",
    "masks over secrets": r"<\w*(?:secret|cred|redact|mask|token|password|email|phone)\w*>|\bREDACTED|\[redacted|\[masked|\*{4,}|█{2,}",
    "values put in safely": r"\bhtml\.escape\(|\bescape\(|shlex\.quote\(|escapeshellarg\(|textContent\b|DOMPurify|sanitize\w*\(|parameteri[sz]ed|\bSafeLoader|safe_load\(",
    "ports of this machine alone": r"127\.0\.0\.1:\d+(?::\d+)?|\blisten\(\s*\d+\s*,\s*[\"'](?:127|localhost)|host\W{1,4}(?:127\.0\.0\.1|localhost)",
    "users without rights": r"^\s*USER\s+(?!root\b)\w+|runAsNonRoot:\s*true|readOnlyRootFilesystem:\s*true|:ro\b|no-new-privileges|cap_drop:",
    "signatures of code": r"\bcosign verify|gpg --verify|--verify-signatures|integrity=",
}  # fmt: skip
_AGAINST = re.compile(r"\b(?:never|not|don'?t|avoid|without|instead of|forbid\w*|reject\w*|refuse\w*|no)\b", re.I)
_GUARDED = {what: re.compile(form, re.I | re.M) for what, form in _GUARDS.items()}
_BY_CHANCE = re.compile(r"\brandom\.(?!SystemRandom)\w|\bMath\.random\(|\brand\(|\bmath/rand\b|\$RANDOM\b")
_STOPS = re.compile(
    r"\bexit\s+[1-9]|\bsys\.exit|\braise\b|\bthrow\b|process\.exit|\babort\b|\bdie\b|\bfail\(|\breturn\s+(?:1\b|False\b|false\b|err\b|None\b)|\bpanic!?\(|os\.Exit|SystemExit|\b(?:status|sendStatus|HTTPException|abort|Error)\(4\d\d|\bdeny\b|\breject\w*\b"
)
_SAYS_SO = re.compile(r"\b(?:warn\w*|note|echo|print\w*|log\w*|console\.\w+|pass|continue|true)\b|\|\|\s*:", re.I)
_PASSES_OVER = re.compile(
    r"\|\|\s*(?:true|:)(?!\w)|^\s*exit 0\b|\bset \+e\b|\bexcept\b.{0,40}:\s*pass\b|\bcatch\s*(?:\([^)]*\))?\s*\{\s*\}"
)
_TO_LOG = re.compile(r"^\s*[\w.?]{0,40}(?:log\w*|console)[?]?\.(?:debug|info|warn\w*|trace|log)\(")
_LISTED = re.compile(r"allow|trust|permit|whitelist|origin|host|domain|role|owner|admin|scope|audience", re.I)
_EXACT = re.compile(
    r"\bnot\s+in\b|===?|!==?|\bis\s+not\b|\bfullmatch\(|\.equals\(|\bhas\(|\bin\s+[A-Z_]{3,}|\.hostname\b|\.netloc\b"
)
_PARTLY = re.compile(
    r"\bany\(|\bin\s+(?:url|href|link|address|host|origin|email|s|text)\b|\.includes\(|\.indexOf\(|startswith\(|endswith\(|startsWith\(|endsWith\(|re\.(?:match|search)\(|\bor\s+True\b|\|\|\s*true\b|\.contains\(|strings\.Contains"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?\b")
_ACCOUNTS = {
    "another bank account": _IBAN,
    "another wallet": re.compile(r"\b0x[0-9a-fA-F]{40}\b|\bbc1[a-z0-9]{20,60}\b|\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b|\bT[1-9A-HJ-NP-Za-km-z]{33}\b"),
    "another telephone number": re.compile(r"(?<![\w.+/-])(?:\+\d{1,3}[ -]\d{1,4}|0\d{2,4})[ /-]\d{3,8}(?:[ -]\d{2,4}){0,2}(?![\w-])"),
    "another image": re.compile(r"(?:^\s*FROM\s+(?:--\S+\s+)?|\bimage:\s*[\"']?)(?P<what>[a-z0-9][\w./-]*[a-z0-9])(?=[:@\s\"']|$)", re.M),
    "another account of payment": re.compile(r"\b(?:paypal\.me|buy\.stripe\.com|ko-fi\.com|venmo\.com)/[\w.-]+|\bacct_\w{10,}|\baccount(?: (?:no\.?|number))?\W{1,3}\d{6,}", re.I),
}  # fmt: skip
_BOUND = re.compile(
    r"\b(?:at (?:most|least)|max(?:imum|\.)?|min(?:imum|\.)?|no(?:t)? more than|never (?:over|above|more|exceed\w*)|up to|limit\w*|above|below|over|under|within|exceed\w*)\b",
    re.I,
)
_MOST = re.compile(
    r"\b(?:at most|max(?:imum|\.)?|no(?:t)? more than|never (?:over|above|more|exceed\w*)|up to|limit\w*|above|over|exceed\w*)\b",
    re.I,
)
_LEAST = re.compile(r"\b(?:at least|min(?:imum|\.)?|below|under)\b", re.I)
_GRAVE_BOUND = re.compile(
    r"\b(?:mg|mcg|µg|g|ml|iu|units?|dos(?:e|es|age)|amps?|volts?|bar|psi|°c|°f)\b|[€$£]|\b(?:eur|usd|gbp|chf)\b|\b(?:ask|confirm|approv\w+|review\w*|refund\w*|human|person|manager|sign\w*|pay\w*|spend\w*|objection|appeal|deadline|statutory|limitation|court)\b",
    re.I,
)
_HIDES_WHAT = re.compile(
    r"mask|redact|drop|shift|hide|deny|den(?:ied|y)|block|protect|requir|encrypt|strip|scrub|forbid|exclude_?from", re.I
)
_URL = re.compile(r"\bhttps?://", re.I)
_TABLES = (".csv", ".tsv")
_LIMITS = re.compile(r"limit|max|dose|cap\b|cut_?off|trip", re.I)
_QUANTITY = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)?)\s?(mg|mcg|µg|g|kg|ml|l|mm|cm|m|km|°C|degC|bar|psi|kPa|V|A|W|ppm|dB|IU)(?![\w/])"
)
_UNIT = re.compile(r"(?<!\w)(?:mg|mcg|ml|kg|°C|degC|bar|psi|kPa|mA|rpm|ppm|dB|K|V|A|IU)(?!\w)")
_MUCH = 2.0
"""So many times what it was is another quantity."""
_FLIPS = tuple(
    (re.compile(a), re.compile(b))
    for a, b in (
        (r"-(?:mtime|mmin|atime|size)\s+\+\d", r"-(?:mtime|mmin|atime|size)\s+-\d"),
        (r"(?<![<>=!-])>=?(?!>)", r"(?<![<>=!-])<=?(?!<)"),
        (r"(?<![=!<>])==(?!=)", r"!=(?!=)"),
        (r"\bnot\s+in\b", r"(?<!not )\bin\b"),
        (r"\band\b|&&", r"\bor\b|\|\|"),
    )
)
"""What compares, and what compares the other way round."""
_TOKEN = re.compile(r"[\w*/-]*\w[\w*/-]*|\*")
_FEW = 3
_NEARLY_ALL, _SAME_SENTENCE = 0.85, 0.75
_DENIES = re.compile(r"\b(?:not|never|no|without|cannot)\b|n't\b", re.I)
_COMPARED = re.compile(r"([<>]=?)\s*(\d+(?:\.\d+)?)\b")
_ALIKE = 0.45
_MAX_COMPARED = 2_000_000


def loosened(said: Sequence[Unit], says: Sequence[Unit], was: Mapping[str, str]) -> Iterator[Loosening]:
    """Tell what stands looser in a new version than in the old one.

    Args:
        said, says: What the old version says, and the new one.
        was: The old path of each file that has a new one.

    >>> from metier.govern.units import text_units
    >>> old, new = (list(text_units(text, "db.tf")) for text in ("publicly_accessible = false", "publicly_accessible = true"))
    >>> [one.what for one in loosened(old, new, {})][:1]
    ['publicly_accessible was false and is true']
    """
    known, kept = {(unit.key, unit.is_code) for unit in said}, {(unit.key, unit.is_code) for unit in says}
    fresh = [unit for unit in says if (unit.key, unit.is_code) not in known]
    lost = [unit for unit in said if (unit.key, unit.is_code) not in kept]
    if not fresh:  # a version that only says less
        yield from _unguarded(said, says, fresh, [unit for unit in lost if unit.is_code], was)
        return
    told: set[tuple[str, int]] = set()
    for one in _all(said, says, fresh, lost, was):
        if (one.path, one.line) not in told:
            told.add((one.path, one.line))
            yield one


def _all(
    said: Sequence[Unit], says: Sequence[Unit], fresh: Sequence[Unit], lost: Sequence[Unit], was: Mapping[str, str]
) -> Iterator[Loosening]:
    yield from _settings(fresh, lost, was)
    yield from _lists(fresh, lost)
    yield from (
        _of(unit, "leads to a host that is spelt with letters of two scripts")
        for unit in fresh
        if unit.is_hidden and _URL.search(unit.text)
    )
    yield from _opened(said, says, fresh)
    yield from _unguarded(said, says, fresh, lost, was)
    yield from _exchanged(said, says, fresh)
    yield from _gone_on(said, says, fresh, lost)
    yield from _of_tables(said, says, fresh, was)
    if len(fresh) * len(lost) <= _MAX_COMPARED:
        yield from _turned(said, says, fresh, lost, was)


def _of(unit: Unit, what: str) -> Loosening:
    return Loosening(path=unit.path, line=unit.line, text=veiled(unit.text, end=300), what=what)


def _settings(fresh: Sequence[Unit], lost: Sequence[Unit], was: Mapping[str, str]) -> Iterator[Loosening]:
    """Settings of one name of which the value is another."""
    olds, news = (_by_key(units) for units in (lost, fresh))
    for key, now in news.items():
        left: dict[str, deque[_Setting]] = defaultdict(deque)
        for one in olds.get(key, ()):
            left[one.unit.path].append(one)
        for setting in now:
            path = was.get(setting.unit.path, setting.unit.path)
            path = path if path in left else next(iter(left), "")
            if not path:
                break
            old = left[path].popleft()
            if not left[path]:
                del left[path]
            as_dose = f"dose {key}" if _LIMITS.search(key) and _UNIT.search(setting.unit.text) else key
            if old.value != setting.value and _is_looser(as_dose, old.value, setting.value):
                yield _of(setting.unit, f"{key} was {old.value or 'empty'} and is {setting.value or 'empty'}")


def _lists(fresh: Sequence[Unit], lost: Sequence[Unit]) -> Iterator[Loosening]:
    """Lists of what is guarded that hold less than before, while no other such list holds it."""
    before, after = (
        {setting.key: setting for found in _by_key(units).values() for setting in found if setting.value[:1] == "["}
        for units in (lost, fresh)
    )
    kept = {item for key, setting in after.items() if _HIDES_WHAT.search(key) for item in _items(setting.value)}
    for key, setting in after.items():
        if key in before and _HIDES_WHAT.search(key) and "cidr" not in key and _items(setting.value):
            gone = sorted(_items(before[key].value) - kept)
            if gone:
                yield _of(setting.unit, f"{key} no longer holds {', '.join(gone[:_FEW])}")


def _items(value: str) -> set[str]:
    """The texts of a list that is written out."""
    return {found[1] or found[2] for found in re.finditer(r"\"([^\"]*)\"|'([^']*)'", value)}


def _by_key(units: Sequence[Unit]) -> Mapping[str, list[_Setting]]:
    found: dict[str, list[_Setting]] = defaultdict(list)
    for unit in units:
        if not unit.is_code and ("=" not in unit.text and ":" not in unit.text):
            continue
        for key, value in _pairs(unit.text):
            found[key].append(_Setting(key, value, unit))
    return found


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Names with their values, as configurations and programs write them."""
    for found in _OPTION.finditer(text):
        yield found["key"], _bare(found["value"])
    for found in _FALLBACK.finditer(text):
        yield (
            found["key"] or found["key2"] or found["key3"],
            _bare(found["value"] or found["value2"] or found["value3"]),
        )
    for found in _SETTING.finditer(text):
        yield found["key"], _bare(found["value"])


def _bare(value: str) -> str:
    return (
        value.strip().lstrip("f").strip("\"'").strip() if value[:1] in "\"'f" and value[-1:] in "\"'" else value.strip()
    )


def _is_looser(key: str, old: str, new: str) -> bool:
    """Whether a value of this name lets in more, or looks at less, than the one before it."""
    if key in _GRANTS:
        return False  # they are compared as capabilities
    parts = frozenset(one for part in _PART.findall(key) for one in (part.lower(), part.lower().removesuffix("s")))
    before, after = old.lower(), new.lower()
    first = next(iter(_PART.findall(key)), "").lower()
    is_guard = bool(parts & _GUARDING) and first not in _OPENING and not (parts & {"skip", "disable", "bypass", "no"})
    if is_guard and before in _ON and after in _OFF:
        return True
    if not is_guard and parts & _OPENING and before in _OFF and after in _ON:
        return True
    was_sum, is_sum = before.replace("_", ""), after.replace("_", "")
    if was_sum.isdecimal() and is_sum.isdecimal() and parts & (_MONEY | _HARDNESS) and int(was_sum):
        is_more = int(is_sum) >= _MORE * int(was_sum)
        return is_more if parts & _UP_TO else _MORE * int(is_sum) <= int(was_sum)
    if was_sum.isdecimal() and is_sum.isdecimal() and parts & _OF_PEOPLE and parts & _UP_TO:
        return int(is_sum) >= _MANY * max(int(was_sum), 1)
    return any(
        name.search(key) and was.match(before) and now.match(after) and not now.match(before)
        for name, was, now in _LADDERS
    )


def _opened(said: Sequence[Unit], says: Sequence[Unit], fresh: Sequence[Unit]) -> Iterator[Loosening]:
    """Forms that open something and stand there more often than before."""
    for what, form in _OPENS.items():
        new = [unit for unit in fresh if _holds(form, unit)]
        if new and sum(_holds(form, unit) for unit in says) > sum(_holds(form, unit) for unit in said):
            yield _of(new[0], what)


def _holds(form: re.Pattern[str], unit: Unit) -> bool:
    """Whether a form stands in a unit, and nothing before it that speaks against it."""
    found = form.search(unit.text)
    return found is not None and _AGAINST.search(unit.text, 0, found.start()) is None


def _unguarded(
    said: Sequence[Unit], says: Sequence[Unit], fresh: Sequence[Unit], lost: Sequence[Unit], was: Mapping[str, str]
) -> Iterator[Loosening]:
    """Forms that guard something and stand there less often, in files that are still there."""
    there = {was.get(unit.path, unit.path) for unit in says}
    for what, form in _GUARDED.items():
        gone = [unit for unit in lost if unit.path in there and form.search(unit.text)]
        if not gone:
            continue
        fewer = sum(form.search(unit.text) is not None for unit in said) - sum(
            form.search(unit.text) is not None for unit in says
        )
        if fewer <= 0 or (what == "secrets chosen by chance" and not _is_chosen_otherwise(gone, fresh)):
            continue
        yield _of(gone[0], f"fewer {what} than before")


def _passes_over(text: str) -> bool:
    """Whether a line takes what failed for nothing, or says it to a log alone."""
    return _PASSES_OVER.search(text) is not None or (_TO_LOG.match(text) is not None and _STOPS.search(text) is None)


def _is_chosen_otherwise(gone: Sequence[Unit], fresh: Sequence[Unit]) -> bool:
    """Whether what was chosen by chance is now guessed, or stands there."""
    names = {key for unit in gone for key, _ in _pairs(unit.text)}
    return any(
        _BY_CHANCE.search(unit.text) is not None or not names.isdisjoint(key for key, _ in _pairs(unit.text))
        for unit in fresh
        if unit.is_code
    )


def _gone_on(
    said: Sequence[Unit], says: Sequence[Unit], fresh: Sequence[Unit], lost: Sequence[Unit]
) -> Iterator[Loosening]:
    """Files that stop in fewer places than before, and pass over what fails in more."""
    for path in sorted({unit.path for unit in lost if unit.is_code and _STOPS.search(unit.text)}):
        passes = [unit for unit in fresh if unit.path == path and unit.is_code and _passes_over(unit.text)]
        stopped, stops = (
            sum(unit.path == path and _STOPS.search(unit.text) is not None for unit in units) for units in (said, says)
        )
        if passes and stops < stopped:
            yield _of(passes[0], "goes on where it stopped")


def _exchanged(said: Sequence[Unit], says: Sequence[Unit], fresh: Sequence[Unit]) -> Iterator[Loosening]:
    """Accounts that stand where others stood."""
    for what, form in _ACCOUNTS.items():
        before, after = (
            {_named_by(found) for unit in units for found in form.finditer(unit.text)} for units in (said, says)
        )
        if before - after and after - before:
            yield from (
                _of(unit, what)
                for unit in fresh
                if any(_named_by(found) not in before for found in form.finditer(unit.text))
            )


def _named_by(found: re.Match[str]) -> str:
    return found.groupdict().get("what") or found[0]


def _of_tables(
    said: Sequence[Unit], says: Sequence[Unit], fresh: Sequence[Unit], was: Mapping[str, str]
) -> Iterator[Loosening]:
    """Cells of a table that warn no longer, and bounds in its columns that are wider."""
    changed = {unit.path for unit in fresh if unit.path.lower().endswith(_TABLES)}
    for path in sorted(changed):
        before, after = (
            [unit for unit in units if unit.path == one] for units, one in ((said, was.get(path, path)), (says, path))
        )
        if not before:
            continue
        names = _cells(after[0])
        firsts = Counter(_cells(unit)[0] for unit in before)
        width = 1 + (max(firsts.values()) > 1)
        rows = {tuple(cells[:width]): cells for unit in before if len(cells := _cells(unit)) > 1}
        for unit in after[1:]:
            cells = _cells(unit)
            old = rows.get(tuple(cells[:width]), [])
            for name, a, b in zip(names, old, cells, strict=False):
                as_limit = f"dose {name}" if _LIMITS.search(name) else name
                is_turned = {a.lower() in _ON, b.lower() in _ON} == {True, False} and {a.lower(), b.lower()} & _OFF
                if a != b and (is_turned or _is_looser("", a, b) or _is_looser(as_limit, a, b)):
                    yield _of(unit, f"{name} was {a} and is {b}")


def _cells(unit: Unit) -> list[str]:
    return [cell.strip().strip('"') for cell in re.split(r"[,;\t]", unit.text)]


def _turned(
    said: Sequence[Unit], says: Sequence[Unit], fresh: Sequence[Unit], lost: Sequence[Unit], was: Mapping[str, str]
) -> Iterator[Loosening]:
    """Lines that were made of another one, and stop no longer, match more, lead elsewhere or bound otherwise."""
    before = {registered(host) for unit in said for host in destinations(unit.text)}
    after = {registered(host) for unit in says for host in destinations(unit.text)}
    lines: dict[str, list[_Line]] = defaultdict(list)
    for unit in lost:
        lines[unit.path].append(_line(unit))
    for unit in fresh:
        old = _made_of(unit, lines.get(was.get(unit.path, unit.path), ()))
        if old is None:
            continue
        if (words := _ladder_of(old.text, unit.text)) and unit.is_code:
            yield _of(unit, f"{words[0]} is {words[1]}")
        if unit.is_code:
            if _STOPS.search(old.text) and not _STOPS.search(unit.text) and _SAYS_SO.search(unit.text):
                yield _of(unit, "goes on where it stopped")
            elif _STOPS.search(old.text) and _STOPS.search(unit.text) and _bounds(old.text) != _bounds(unit.text):
                yield _of(unit, "stops at another bound than it did")
            elif (
                _LISTED.search(unit.text)
                and not set(_EXACT.findall(old.text)) <= set(_EXACT.findall(unit.text))
                and not _PARTLY.search(old.text)
                and _PARTLY.search(unit.text)
            ):
                yield _of(unit, "matches more than it did")
            if _is_turned_round(old.text, unit.text):
                yield _of(unit, "compares the other way round")
            new, gone = _places(unit, before), _places(old, after)
            if new and gone:
                yield _of(unit, f"leads to {new[0]}, where it led to {gone[0]}")
        elif (
            _BOUND.search(unit.text)
            and _BOUND.search(old.text)
            and _GRAVE_BOUND.search(unit.text)
            and _is_wider(old.text, unit.text)
        ):
            yield _of(unit, "another bound than before")
        elif _is_other_quantity(old.text, unit.text):
            yield _of(unit, "another quantity than before")
        elif _is_negation_gone(old, unit):
            yield _of(unit, "a word that turns it round came or went")


def _is_turned_round(old: str, new: str) -> bool:
    """Whether a line is the same but for a comparison, which goes the other way."""
    for one, other in _FLIPS:
        for a, b in ((one, other), (other, one)):
            if (
                a.search(old)
                and not b.search(old)
                and b.search(new)
                and not a.search(new)
                and SequenceMatcher(None, a.sub("", old), b.sub("", new)).ratio() >= _NEARLY_ALL
            ):
                return True
    return False


def _is_other_quantity(old: str, new: str) -> bool:
    """Whether a quantity with a unit of physics or medicine is many times what it was, or a small part of it."""
    before, after = (_QUANTITY.findall(text) for text in (old, new))
    return len(before) == len(after) and any(
        unit == other and not 1 / _MUCH < (_number(is_) or 1) / (_number(was) or 1) < _MUCH
        for (was, unit), (is_, other) in zip(before, after, strict=True)
    )


def _is_negation_gone(old: Unit, new: Unit) -> bool:
    """Whether a sentence is the same but for a word that turns it round."""
    was, now = (_DENIES.search(unit.text) is not None for unit in (old, new))
    share = 2 * len(old.words & new.words) / (len(old.words) + len(new.words))
    return was != now and share >= _SAME_SENTENCE


def _ladder_of(old: str, new: str) -> tuple[str, str] | None:
    """The word of a line that lets in more, or looks at less, than the one in its place, where little else changed."""
    before, after = (set(_TOKEN.findall(text.lower())) for text in (old, new))
    gone, come = sorted(before - after), sorted(after - before)
    if not (gone and come and len(gone) <= _FEW and len(come) <= _FEW):
        return None
    return next(
        (
            (a, b)
            for name, was, now in _LADDERS
            if name.search(new)
            for a in gone
            for b in come
            if was.match(a) and now.match(b) and not now.match(a)
        ),
        None,
    )


def _bounds(text: str) -> list[tuple[str, str]]:
    """The comparisons with numbers in a line."""
    return sorted(_COMPARED.findall(text))


def _is_wider(old: str, new: str) -> bool:
    """Whether the numbers of a sentence that bounds something bound it less now, as far as can be told."""
    before, after = (Counter(_NUMBER.findall(text)) for text in (old, new))
    was, now = (sorted(map(_number, one)) for one in (before - after, after - before))
    if not (was and now):
        return False
    is_most, is_least = _MOST.search(new) is not None, _LEAST.search(new) is not None
    if is_most == is_least or len(was) != len(now):
        return True
    return any(b > a if is_most else b < a for a, b in zip(was, now, strict=True))


def _number(said: str) -> float:
    return float(said.replace("_", "").replace(",", ".")) if said.count(".") + said.count(",") < 2 else 0.0


def _places(unit: Unit, others: Collection[str]) -> list[str]:
    """The hosts of a line that the other version does not name."""
    return sorted(host for host in destinations(unit.text) if "@" not in host and registered(host) not in others)


def _made_of(unit: Unit, lost: Sequence[_Line]) -> Unit | None:
    """The lost line that a new one was made of: that of the same name, or the nearest one."""
    new = _line(unit)
    best, near = None, 0.0
    for old in lost:
        if old.unit.is_code != unit.is_code or not old.words:
            continue
        share = 2 * len(new.words & old.words) / (len(new.words) + len(old.words))
        share += 0.0 if new.keys.isdisjoint(old.keys) else _ALIKE
        if share > near:
            best, near = old.unit, share
    return best if near >= _ALIKE else None


def _line(unit: Unit) -> _Line:
    return _Line(unit, unit.words, frozenset(key for key, _ in _pairs(unit.text)) if unit.is_code else frozenset())
