"""Whom do the settings of a package let in, and what do they start by themselves?

Templates, playbooks and settings of editors and agents are no programs, and yet whoever applies them has given a right, an
account or a start to what is written in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.hosts import Place, host_of, leads_nowhere, place_of
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.verdict import Severity

_WHOLE_MACHINE = re.compile(
    r"privileged:\s*true|docker\.sock|[\s\"'-]/:/|(?:pid|network_mode):\s*[\"']?host|hostPID:\s*true"
)
_IMAGE = re.compile(r"\bimage:\s*[\"']?([\w-]+(?:\.[\w-]+)+(?::\d+)?/\S+)")
_KEY = re.compile(
    r"ssh-(?:ed25519|rsa|dss|ecdsa)\S{0,20} AAAA[A-Za-z0-9+/]{40,}|(?<![\w+/])AAAA(?:C3NzaC1lZDI1NTE5|B3NzaC1yc2E|E2VjZHNh)[A-Za-z0-9+/]{40,}"
)
"""A public key that is written out."""
_ALL_RIGHTS = re.compile(r"NOPASSWD:\s*ALL|\bauthorized_keys\b")
_ACCOUNT = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):(?:root|user/|role/)")
_LISTED = re.compile(r"\"(\d{12})\"")
"""An account whose name is put together elsewhere."""
_IN_PIECES = re.compile(r"\bjoin\(\s*\"\"\s*,\s*\[((?:\s*\"\d{2,6}\"\s*,?){2,6})\]\s*\)")
"""An account of which the number is kept in pieces."""
_NO_DIGIT = re.compile(r"\D+")
_TRUSTS = re.compile(r"AssumeRole", re.I)
_REFUSED = re.compile(r"\b(?:not|never|don't|avoid)\b", re.I)
_NEAR = 900
"""So far around an account stands what it is given."""
_SAMPLE_ACCOUNTS = frozenset({"123456789012", "111122223333", "444455556666", "000000000000", "999999999999", "111111111111"})  # fmt: skip
_ADMIN = re.compile(
    r"\bAdmin[\"',\s]{0,6}istrator[\"',\s]{0,6}Access|Administrator(?:Access|[\"']?\s*,\s*[\"']?Access)|\"?Action\"?\s*[=:]\s*\[?\s*\"\*\"|PowerUserAccess|IAMFullAccess"
)
_MEMBER = re.compile(
    r"roles/(?:owner|editor|iam\.\w*[aA]dmin)\b[\s\S]{0,200}?\bmembers?\b\W{1,12}(?:user|serviceAccount|group):([\w.+-]+@(?!\S*example)[\w.-]+)"
)
_SQL_USER = re.compile(r"\bcreate\s+(?:user|role|login)\b[^;\n]{0,120}\bpassword\s*=?\s*'[^'{}]{4,}'", re.I)
_UNLOADS = re.compile(
    r"\b(?:create\s[^;\n]{0,60}\bstage\b|copy\s+into|unload|export\s+data|into\s+outfile|to\s+program)\b[^;\n]{0,160}[\"'](?:s3|gs|azure|https?)://([\w.-]+)",
    re.I,
)
_ANY_BUCKET = re.compile(r"^(?:my|your|the|example|bucket|company|acme|org)\b|bucket$|example|xxx", re.I)
_LOOSE = (
    re.compile(r"[\"']?(?:defaultMode|permissionMode)[\"']?\s*:\s*[\"']bypassPermissions[\"']"),
    re.compile(r"[\"']Bash\((?:\*|:\*)\)[\"']"),
    re.compile(r"[\"']?enableAllProjectMcpServers[\"']?\s*:\s*true"),
    re.compile(r"[\"']?(?:autoApprove|alwaysAllow)[\"']?\s*:\s*\[\s*[\"']\*[\"']"),
    re.compile(r"[\"']chat\.tools\.(?:global\.)?autoApprove[\"']\s*:\s*true"),
    re.compile(r"[\"']security\.workspace\.trust\.enabled[\"']\s*:\s*false"),
    re.compile(r"[\"']task\.allowAutomaticTasks[\"']\s*:\s*[\"']on[\"']"),
    re.compile(r"approval_policy\s*=\s*[\"']never[\"']|sandbox_mode\s*=\s*[\"']danger-full-access[\"']"),
)
"""Ways in which settings of an agent ask for nothing any more."""
_LOOSE_WORDS = (
    "bypassPermissions",
    "Bash(",
    "enableAllProject",
    "autoApprove",
    "workspace.trust",
    "allowAutomaticTasks",
    "alwaysAllow",
    "approval_policy",
    "danger-full",
)
_OPENS = re.compile(r"[\"']runOn[\"']\s*:\s*[\"']folderOpen[\"']")
_UNGUARDED = re.compile(r"[\"']ExclusionPath[\"']\s*:\s*\[?\s*[\"'][A-Z]:\\+[\"']")
"""The guard of a machine is told not to look at a whole drive."""
_OUTSIDER = re.compile(
    r"(?:^[ \t-]*|[{,][ \t]*)name:[ \t]*[\"']?(?P<who>[^\s\"'@{}]{1,60}@[\w.-]{1,80}|system:(?:anonymous|unauthenticated))",
    re.M,
)
_ALL_OF_CLUSTER = re.compile(r"(?:^[ \t-]*|[{,][ \t]*)name:[ \t]*[\"']?cluster-admin\b", re.M)
"""Somebody from outside, or anybody, is given a cluster."""
_OWN_STORE = re.compile(
    r"\b(?:secret_access_key|aws_secret_access_key|secret_key|account_key)\s*=\s*[\"']?(?![$<{%]|(?i:your|xxx|changeme|example))[A-Za-z0-9/+=_-]{24,}",
    re.I,
)
"""The key to a store, written out: it is that of who wrote the package."""
_NAMED_KEY = re.compile(r"_(?i:key)\s*=")
"""What it matches holds this, which is found sooner."""
_KEPT_KEYS = re.compile(
    r"Login Data\b|Network/Cookies|key4\.db|logins\.json|exodus\.wallet|wallet\.dat|\.kdbx\b|(?:^|[\s/\"'])\.ssh(?:/|\b)|\.gnupg\b|\.aws/credentials|Local Extension Settings|\.config/solana",
    re.M,
)
_MANY_KEPT = 3
_MINES = re.compile(
    r"[\"']?(?:donate-level|max-threads-hint)[\"']?\s*:|[\"']algo[\"']\s*:\s*[\"'](?:rx/|cn/|kawpow|ghostrider)"
)
"""Settings of a program that mines coins."""
_MINING = ("donate-level", "max-threads-hint", "rx/", "cn/", "kawpow", "ghostrider")
_PUSHED_TO = re.compile(r"\bpushurl\b[ \t]*+(?:=[ \t]*+)?[\"']?(?P<to>https?://[^\s\"'{}<>]+)")
"""Where a repository goes as well, whenever it is pushed."""
_OWN_URL = re.compile(r"^[ \t]*url[ \t]*=[ \t]*(https?://\S+)", re.M)
_FETCHES = re.compile(r"https?://[^\s\"'\\)]+")
_RUNS = re.compile(r"\b(?:curl|wget|iwr|irm|fetch\(|Function|eval|\|\s*(?:ba|z)?sh|node -e|python3? -c)")
_STAYS = re.compile(r"/etc/cron|@reboot|\bchroot\s|authorized_keys|/etc/systemd")
"""Something is put into the machine outside of the container."""
_AUTHORIZED = re.compile(r"authorized[_-]?keys?|ssh[_-]authorized", re.I)
_SIGNER = re.compile(r"^[^#\n]*\S\s+(?:[\w-]+=\S+,)?namespaces=[\"']?(?:git|file)[\"']?\s+\Z")
"""Whose signatures are trusted, as a list of them says before the key; nobody logs in with it."""
_TO_FILL_IN = re.compile(r"example|replace|\byour?[-_@ ]|you@|change-?me|placeholder|dummy", re.I)
_IMAGE_LINE = re.compile(r"^[ \t]*image:\s*[\"']?(?:[\w-]+(?:\.[\w-]+)+/)?(?P<owner>[\w-]{3,40})/[\w./-]+[^\n]*", re.M)
_FOR_ACCOUNT = re.compile(
    r"--?(?:token|account|wallet|device-id|code)(?:=|[\"']\s*,\s*[\"']|\s+)(?!\$|\{|<|your|change|example|replace)(?=[\w+/=-]{0,60}\d)(?=[\w+/=-]{0,60}[A-Za-z])[\w+/=-]{20,}|--?e-?mail(?:=|[\"']\s*,\s*[\"']|\s+)(?!\$|\{|<|your|you@|admin@)[\w.+-]+@[\w-]+\.\w+",
    re.I,
)
"""An account that is written out in a command."""
_SERVICE = 1500
_SETTINGS = frozenset({"data", "json", "text", "script"})

Found = tuple[str, Severity, str, int, str]
"""Rule, weight, path, line and evidence."""


def grants(parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """Rights, accounts and starts that settings give away.

    >>> from metier.govern.scan.parts import read_text
    >>> part = read_text('{"permissions": {"defaultMode": "bypassPermissions", "allow": ["Bash(*)"]}}', "settings.json").parts[0]
    >>> [(rule, weight.value) for rule, weight, *_ in grants([part], Purpose())]
    [('loosen-agent', 'block')]
    """
    yield from _copied_out(parts)
    for part in parts:
        if part.kind == "markdown" and ":iam::" in part.plain and not part.is_example and not purpose.is_security:
            yield from _trusted_in_document(part)
        if part.kind == "markdown" and "AAAA" in part.plain and not (part.is_example or purpose.is_security):
            for told in _KEY.finditer(part.plain):
                near = part.plain[max(0, told.start() - _NEAR) : told.end() + _NEAR]
                if "authorized_keys" in near and not _TO_FILL_IN.search(near):
                    yield "plant-key", Severity.BLOCK, part.path, _line(part, told), told[0]
                    break
        if part.kind not in _SETTINGS and not part.path.endswith(".txt"):
            continue
        if part.kind == "data" and "image:" in part.plain:
            yield from _containers(part, purpose)
        if part.is_example:
            continue
        if "Exclusion" in part.plain and (unguarded := _UNGUARDED.search(part.plain)):
            yield "disable-defence", Severity.BLOCK, part.path, _line(part, unguarded), unguarded[0]
        mines = _MINES.search(part.plain) if any(word in part.plain for word in _MINING) else None
        if mines is not None and not purpose.says(r"\bmin(?:er|ing)\b|monero|hash ?rate"):
            yield "mine-coins", Severity.BLOCK, part.path, _line(part, mines), mines[0]
        if "RoleBinding" in part.plain:
            yield from _bound(part)
        if "pushurl" in part.plain:
            yield from _pushed(part, purpose)
        may_open = "AAAA" in part.plain and part.kind in ("data", "markdown", "text")
        keys = (key for key in _KEY.finditer(part.plain) if not _only_signs(part, key)) if may_open else iter(())
        if (key := next(keys, None)) is not None:
            near = part.plain[max(0, key.start() - _NEAR) : key.end() + _NEAR]
            is_put = _AUTHORIZED.search(f"{part.path}\n{near}") is not None and _TO_FILL_IN.search(near) is None
            is_untold = (
                part.kind != "markdown" and is_put and not any(key[0].lower() in text for text in purpose.documents)
            )
            grave = is_untold or _ALL_RIGHTS.search(part.plain)
            yield "plant-key", Severity.BLOCK if grave else Severity.REVIEW, part.path, _line(part, key), key[0]
        if part.path.endswith((".sql", ".jinja", ".j2")):
            yield from _unloaded(part, purpose)
        if "iam" in part.plain:
            yield from _trusted(part)
        if part.kind == "json" or part.path.endswith(".toml"):
            yield from _loosened(part)
            if "folderOpen" in part.plain:
                yield from _opened(part, purpose)


def _only_signs(part: Part, key: re.Match[str]) -> bool:
    begin = part.plain.rfind("\n", 0, key.start()) + 1
    return _SIGNER.match(part.plain[begin : key.start()]) is not None and _AUTHORIZED.search(part.path) is None


def _copied_out(parts: Sequence[Part]) -> Iterator[Found]:
    """A list of where others keep their keys, beside the key to a store of who wrote the package."""
    texts = [part.plain for part in parts if part.kind in _SETTINGS]
    if not any(_NAMED_KEY.search(text) and _OWN_STORE.search(text) for text in texts):
        return
    for part in parts:
        if part.path.lower().endswith((".md", ".mdx", ".rst")) or part.is_example:
            continue
        named = {found[0].strip(" /\"'\n") for found in _KEPT_KEYS.finditer(part.plain)}
        if len(named) >= _MANY_KEPT:
            yield "send-secrets", Severity.BLOCK, part.path, 1, ", ".join(sorted(named))


def _bound(part: Part) -> Iterator[Found]:
    """Somebody from outside, or anybody, is given all of a cluster."""
    line = 1
    for document in part.plain.split("\n---"):
        if "RoleBinding" in document and _ALL_OF_CLUSTER.search(document):
            for found in _OUTSIDER.finditer(document):
                if ":" in found["who"] or not leads_nowhere(f"https://{found['who'].rpartition('@')[2]}"):
                    at = line + document.count("\n", 0, found.start())
                    yield "plant-key", Severity.BLOCK, part.path, at, f"{found['who']}: all of a cluster"
                    break
        line += document.count("\n") + 1


def _pushed(part: Part, purpose: Purpose) -> Iterator[Found]:
    """A repository is pushed to a stranger as well, whenever its owner pushes it."""
    own = {host_of(one[1]) for one in _OWN_URL.finditer(part.plain)}
    for found in _PUSHED_TO.finditer(part.plain):
        if host_of(found["to"]) in own:
            continue
        if place_of(found["to"], own_words=purpose.words) >= Place.UNKNOWN and not leads_nowhere(found["to"]):
            yield "send-private", Severity.BLOCK, part.path, _line(part, found), found[0]


def _line(part: Part, found: re.Match[str]) -> int:
    return part.plain.count("\n", 0, found.start()) + 1


def _containers(part: Part, purpose: Purpose) -> Iterator[Found]:
    """Services that are given the whole machine, from a registry that nobody answers for, or that earn for somebody."""
    if not part.is_example:
        yield from _earning(part, purpose)
    if not _WHOLE_MACHINE.search(part.plain):
        return
    for found in _IMAGE.finditer(part.plain):
        place = place_of(f"https://{found[1]}", own_words=purpose.words)
        if place == Place.UNKNOWN or place == Place.OWN or place.is_shady:
            stays = _STAYS.search(part.plain) is not None
            weight = Severity.REVIEW if place == Place.OWN and not stays else Severity.BLOCK
            yield "grant-root", weight, part.path, _line(part, found), found[0].strip()


def _earning(part: Part, purpose: Purpose) -> Iterator[Found]:
    """A service that nobody speaks of runs for an account that is written out, and starts again whenever it ends."""
    for image in _IMAGE_LINE.finditer(part.plain):
        owner = image["owner"].lower()
        service = part.plain[image.start() : _next_service(part.plain, image)]
        account = _FOR_ACCOUNT.search(service)
        if account is None or "restart" not in service or any(owner in text for text in purpose.documents):
            continue
        yield "mine-coins", Severity.BLOCK, part.path, _line(part, image), f"{image[0].strip()}: {account[0]}"


def _next_service(text: str, image: re.Match[str]) -> int:
    following = _IMAGE_LINE.search(text, image.end())
    return min(following.start() if following else len(text), image.start() + _SERVICE)


def _trusted(part: Part) -> Iterator[Found]:
    """Somebody's account of a cloud, written out, is given a role."""
    patterns = (_ACCOUNT, _LISTED, _IN_PIECES) if ":iam::${" in part.plain else (_ACCOUNT,)
    accounts = (one for pattern in patterns for one in pattern.finditer(part.plain))
    account = next((one for one in accounts if _NO_DIGIT.sub("", one[1]) not in _SAMPLE_ACCOUNTS), None)
    if account is not None and _TRUSTS.search(part.plain):
        is_grave = _ADMIN.search(part.plain) or account.re is _IN_PIECES
        weight = Severity.BLOCK if is_grave else Severity.REVIEW
        yield "plant-key", weight, part.path, _line(part, account), f"trusts {account[0]}"
    if "roles/" in part.plain and (member := _MEMBER.search(part.plain)):
        yield "plant-key", Severity.REVIEW, part.path, _line(part, member), f"gives a role to {member[1]}"


def _trusted_in_document(part: Part) -> Iterator[Found]:
    """A template, or commands, of a document that give somebody's account every right."""
    for account in _ACCOUNT.finditer(part.plain):
        near = part.plain[max(0, account.start() - _NEAR) : account.end() + _NEAR]
        admin = _ADMIN.search(near)
        if (
            admin is None
            or _REFUSED.search(near[max(0, admin.start() - 40) : admin.start()])
            or "cdk bootstrap" in near
        ):
            continue
        if account[1] not in _SAMPLE_ACCOUNTS and _TRUSTS.search(near):
            yield "plant-key", Severity.BLOCK, part.path, _line(part, account), f"trusts {account[0]}"
            return


def _unloaded(part: Part, purpose: Purpose) -> Iterator[Found]:
    """A store of data that is emptied into somebody's bucket, and an account with a password that is written out."""
    if "stage" in part.plain and "copy into @" not in part.plain.lower():
        return
    user = _SQL_USER.search(part.plain)
    for found in _UNLOADS.finditer(part.plain):
        if place_of(f"https://{found[1]}.invalid", own_words=purpose.words) != Place.OWN and not _ANY_BUCKET.search(
            found[1]
        ):
            weight = Severity.BLOCK if user or "query(" in part.plain else Severity.REVIEW
            yield "send-private", weight, part.path, _line(part, found), found[0].strip()
            return


def _loosened(part: Part) -> Iterator[Found]:
    """Settings of an agent that ask for nothing any more."""
    if not any(word in part.plain for word in _LOOSE_WORDS):
        return
    loose = [found for pattern in _LOOSE if (found := pattern.search(part.plain))]
    if loose:
        weight = Severity.BLOCK if len(loose) > 1 else Severity.REVIEW
        yield "loosen-agent", weight, part.path, _line(part, loose[0]), " ".join(one[0] for one in loose)


def _opened(part: Part, purpose: Purpose) -> Iterator[Found]:
    """A folder that, once it is opened, fetches something and runs it."""
    opens = _OPENS.search(part.plain)
    if opens is None or not _RUNS.search(part.plain):
        return
    places = [place_of(found[0], own_words=purpose.words) for found in _FETCHES.finditer(part.plain)]
    worst = max(places, default=Place.LOCAL)
    if worst >= Place.OWN:
        yield "run-download", Severity.BLOCK, part.path, _line(part, opens), "when the folder is opened"
