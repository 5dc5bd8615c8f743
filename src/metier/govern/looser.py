"""Does a value let in more, or look at less, than the one that stood in its place?

Told by its name and by what it was: a guard that is turned off, an opening that is turned on, a sum that a person need no
longer approve, and words of which one lets in more than the other.
"""

from __future__ import annotations

import re


def _words(said: str) -> frozenset[str]:
    return frozenset(said.split())


_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GUARDING = _words(
    "verify verified verification check checks checked validate validation required require requires confirm confirmation secure ssl tls https encrypt encrypted encryption"
    " strict sandbox sandboxed dry block ignorepublic restrict restricted protect protected protection mask masked redact redaction sanitize escape autoescape auth authentication"
    " authenticate signed signature sign pin pinned safe readonly audit isolated isolation quarantine csrf mfa approval review consent versioning integrity anonymize anonymise"
    " frozen locked backup hardened guard private httponly enforce enforced limit limited moderation prevent gpgsign sslverify verifypeer verifyhost requiressl networkpolicy policy"
    " authorization authorize rbac firewall hsts"
)
_OPENING = _words(
    "allow allowed insecure unsafe anonymous force public publicly privileged autoapprove trust unrestricted unverified share overwrite root promiscuous wildcard"
    " permissive send upload telemetry delete purge debug bypass introspection"
)
_UNDOING = _words("skip disable disabled no without ignore auto open persist")
"""Opens where it undoes a guard, does by itself what somebody was asked for, or lets anybody in."""
_UNDONE = _GUARDING | _words(
    "test hook scan approve accept merge run exec execute apply deploy publish pay push install login final snapshot warning warnings registration signup access relay redirect credential credentials"
)
_COSMETIC = _words(
    "color colour theme format font icon emoji banner spinner progress whitespace indent newline header heading title browser lib wrap cache"
)
_ON = _words("true yes on 1 always enabled enforce enforced required")
_OFF = _words("false no off 0 none null nil never disabled optional")
_MONEY = _words(
    "eur usd gbp chf jpy approval approve approved human confirm confirmation review refund spend spending budget amount payment dose slippage withdraw withdrawal transfer quota discount cap alarm threshold"
)
_TECHNICAL = _words(
    "failure failures success retry retries latency similarity match fuzzy cpu memory replica health error errors score confidence"
)
"""What is counted here is no sum that somebody answers for."""
_OF_PEOPLE = _words("manager finance board receipt receipts invoice owner legal director supervisor teacher parent")
_MANY = 10
_UP_TO = _words(
    "above over limit max maximum amount budget quota cap spend spending refund discount slippage payment dose withdraw withdrawal transfer alarm threshold auto"
)
_HARDNESS = _words("round iteration cost bit entropy workfactor keysize rotation")
_GENERAL = _words(
    "enabled enable active on mode state status value default policy level max min limit amount threshold up to auto above over below required use eur usd gbp chf"
)
"""Names that say what they are of only with the one that they stand under."""
_GRANTS = frozenset({"allowed-tools", "tools", "permissions"})
_MORE = 1.5
"""So many times what it was is another sum."""
_RIGHT = r"perm|polic|access|acl|role|scope|grant|right|visib|shar|mode|auth|rule|action|decision|default|confirm|approv|prompt|ask|\bwhen$|\bon_"
_LADDERS = tuple(
    (re.compile(key, re.I), re.compile(rf"^(?:{was})$", re.I), re.compile(rf"^(?:{now})$", re.I))
    for key, was, now in (
        (r"", r"private|authenticated-read|bucket-owner-\w+|unlisted", r"public(?:-read)?(?:-write)?|everyone|anyone"),
        (r"^(?!.*(?:branch|ref|path|dir|tag))", r"staging|stage|test(?:net|ing)?|sandbox|dev(?:el\w*|net)?|local|qa|preview", r"prod\w*|live|mainnet"),
        (r"^(?!.*(?:contrast|quality|volume|priority|resol|speed|effort|detail|verbos|compress|complex|difficult|log|vote))", r"critical|major|severe|danger\w*|unsafe|contraindicated|toxic|prohibited|banned", r"none|minor|low|safe|ok|fine|harmless|allowed"),
        (r"sever|risk|danger|hazard|threat|toxic|sensitiv", r"high", r"none|minor|low|safe|ok|fine|harmless"),
        (_RIGHT, r"deny|ask|block|refuse|reject|drop|prompt|manual\w*|default|plan|abort|stop", r"allow\w*|accept\w*|auto\w*|permit|bypass\w*|always|never|on_success"),
        (r"^(?!.*(?:log|level|color|format))", r"enforc\w+|error|fail\w*|strict|deny|block|abort|stop", r"permissive|warn\w*|ignore\w*|off|report-?only|none|continue"),
        (_RIGHT + r"|contents|packages|id-token|actions", r"read(?:-?only)?|none|viewer|guest|user|member", r"write(?:-all)?|admin\w*|owner|editor|all|rw|\*"),
        (r"", r"scram-sha-256|md5|password|cert|peer", r"trust"),
        (r"", r"(?:sha-?256|sha-?512|argon2\w*|bcrypt|scrypt|pbkdf2\w*|aes-256-gcm|rs256|es256)", r"(?:md5|sha-?1|crc32|des|rc4|aes-\d+-ecb|none|plain\w*|base64)"),
        (r"", r"(?:.*[:@])?(?:[0-9a-f]{40}|[0-9a-f]{64}|v?\d+\.\d+(?:\.\d+)?)", r"(?:.*[:@])?(?:main|master|latest|\*|head)"),
        (r"", r".*(?:127\.0\.0\.1|localhost|\b10\.\d|\b192\.168\.|\b172\.(?:1[6-9]|2\d|3[01])\.|::1).*", r".*(?:0\.0\.0\.0|::/0|\*).*"),
        (_RIGHT + r"|origin|host|domain|principal|resource|user|tool|allow|expos", r"[^*]{2,}", r"\[?[\"']?\*[\"']?\]?"),
        (r"auth$|authentication|verif|encrypt|csrf|\btls|\bssl|mfa|sandbox|isolation|approval|firewall|protection", r"(?!none|off|disabled?|no$|false|optional).+", r"none|off|disabled?"),
        (r"origin|cors", r"\[.*|https?:.*", r"true"),
        (r"^filter$", r"data|tar", r"fully_trusted|none"),
    )
)  # fmt: skip
"""What a value was, and what it is: the second lets in more, or looks at less."""
_STYLE_FILE = re.compile(
    r"eslint|stylelint|biome|tslint|prettier|editorconfig|\bruff\b|flake8|pylint|rubocop|markdownlint|golangci|tsconfig|jsconfig|mypy|clippy|rustfmt|\.?vscode/",
    re.I,
)
_STYLE_TABLE = re.compile(r"tool\.(?!uv\b|poetry\b|pdm\b)\w+\b")
"""What `pyproject.toml` holds for those that test, check and format."""
_MATTERS = re.compile(
    r"eval|func|secur|secret|danger|script|inject|unsafe|sanit|xss|tls|ssl|auth|trust|permission|approv|sandbox", re.I
)
"""What settings of how a text is written may still open."""
_TOKEN = re.compile(r"[\w*/-]*\w[\w*/-]*|\*")
_FEW = 3


def is_looser(name: str, old: str, new: str, *, path: str = "") -> bool:
    """Tell whether a value of a name lets in more, or looks at less, than the one before it.

    Args:
        name: With what it stands under, as in `auth.enabled`.
        path: Of the file; in those of formatters and linters few settings open anything.

    >>> is_looser("auth.enabled", "true", "false"), is_looser("auth.enabled", "false", "true")
    (True, False)
    >>> is_looser("refund_limit", "50", "5000"), is_looser("page_limit", "50", "5000")
    (True, False)
    """
    if name in _GRANTS:
        return False  # they are compared as capabilities
    if (_STYLE_FILE.search(path) or _STYLE_TABLE.match(name)) and not _MATTERS.search(name):
        return False
    before, after = old.lower(), new.lower()
    if before in _ON and after in _OFF and is_guard(name):
        return True
    told = _telling(name)
    if before in _OFF and after in _ON and _opens(told):
        return True
    was_sum, is_sum = before.replace("_", ""), after.replace("_", "")
    if was_sum.isdecimal() and is_sum.isdecimal():
        return int(was_sum) > 0 and _is_other_sum(_parts(told), int(was_sum), int(is_sum))
    return any(
        was.match(before) and now.match(after) and key.search(told) and not now.match(before)
        for key, was, now in _LADDERS
    )


def _is_other_sum(parts: frozenset[str], old: int, new: int) -> bool:
    """Whether somebody answers for a number of this name, and it lets pass so much more than before."""
    if parts & _OF_PEOPLE and parts & _UP_TO and not parts & (_MONEY | _TECHNICAL):
        return new >= _MANY * old
    if not parts & (_MONEY | _HARDNESS) or parts & _TECHNICAL:
        return False
    return new >= _MORE * old if parts & _UP_TO else _MORE * new <= old


def is_guard(name: str) -> bool:
    """Tell whether a setting of this name guards something when it is on.

    >>> [is_guard(name) for name in ("require_review", "skip_review", "page.size", "tls.enabled")]
    [True, False, False, True]
    """
    if _STYLE_TABLE.match(name):
        return False
    told = _telling(name)
    # That something is "required" or "enabled" guards only where what it is of does.
    parts = frozenset(part for one in told.split(".") if not _parts(one) <= _GENERAL for part in _parts(one))
    first = next(iter(_PART.findall(told)), "").lower()
    return (
        bool(parts & _GUARDING)
        and not parts & _COSMETIC
        and first not in _OPENING | {"auto"}
        and not parts & (_UNDOING - {"auto"} | {"bypass"})
    )


def is_on(value: str) -> bool:
    """Whether a value turns a setting on."""
    return value.lower() in _ON


def is_off(value: str) -> bool:
    """Whether a value turns a setting off."""
    return value.lower() in _OFF


def looser_word(old: str, new: str, *, path: str = "") -> tuple[str, str] | None:
    """The word of a line that lets in more than the one in its place, with that one, where little else changed.

    >>> looser_word("policy drop;", "policy accept;")
    ('drop', 'accept')
    """
    if _STYLE_FILE.search(path):
        return None
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


def _telling(name: str) -> str:
    """The last of the names, with the one above it where it says nothing by itself."""
    names = [one for one in name.split(".") if one]
    told = names[-1:]
    while names[:-1] and _parts(names[-1]) <= _GENERAL:
        names.pop()
        told.insert(0, names[-1])
    return ".".join(told)


def _parts(name: str) -> frozenset[str]:
    return frozenset(one for part in _PART.findall(name) for one in (part.lower(), part.lower().removesuffix("s")))


def _opens(name: str) -> bool:
    """Whether a setting of this name opens something when it is on."""
    parts = _parts(name)
    if parts & _COSMETIC:
        return False
    if parts & _UNDOING:
        return bool(parts & (_UNDONE | _OPENING))
    return bool(parts & _OPENING)
