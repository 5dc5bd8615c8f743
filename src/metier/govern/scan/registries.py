"""From which registry are packages installed: the usual one, a known mirror, or one that nobody knows?

Whoever runs the registry decides what a package name means, for this install and, once it is set, for every later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, host_of, is_registry, place_of
from metier.govern.scan.names import misleads, slip_of
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import DOCUMENTS
from metier.verdict import Severity

_TO = r"[\"'\])]*[=:,(>\s]+[\"']?((?:sparse\+)?\w{2,8}://[^\s\"'`<>)]+)"
_OPTION = re.compile(
    rf"\b(?:pip[3x]?|uvx?|poetry|pdm|conda|npm|npx|pnpm|yarn|bunx?|gem)\b[^|;&\n]*?\s?[\"']?(?:--registry|--(?:extra-|default-)?index(?:-url)?|--find-links|--source|-[if])\b{_TO}"
)
_SETTING = re.compile(
    rf"\b(?:npm|pnpm|yarn|pip3?|poetry|bundle)\b[^|;&\n]{{0,20}}\bconfig\b[^|;&\n]{{0,40}}(?:registry\w*|index-url|find-links|(?:sources|repositories)\.\S+|mirror\.\S+){_TO}",
    re.I,
)
_VARIABLE = re.compile(
    rf"\b(?:PIP_(?:EXTRA_)?INDEX_URL|PIP_FIND_LINKS|UV_(?:(?:DEFAULT_|EXTRA_)?INDEX(?:_URL)?|FIND_LINKS)|NPM_CONFIG_REGISTRY|YARN_(?:NPM_)?REGISTRY(?:_SERVER)?|BUN_CONFIG_REGISTRY|GOPROXY|HF_ENDPOINT|custom_extension_repository){_TO}",
    re.I,
)
_LINE = re.compile(
    rf"(?:^|[\s\"'>])(?:@[\w-]+:)?(?:registry|npmRegistryServer|--(?:extra-)?index-url|(?:extra-)?index-url|find-links|--find-links|<repository>[\s\S]{{0,200}}?<url|<add\s+key=\"[^\"]*\"\s+value|\bmaven\s*+(?:\{{\s*+url(?:\s*=?\s*uri)?|(?=\())|^[ \t]*source(?=[ \t]+[\"'])|\"type\"\s*:\s*\"composer\"\s*,\s*\"url\"|\[\[(?:tool\.\w+\.)?(?:index|source)\]\]\s+(?:name\s*=\s*\S+\s+)?url){_TO}",
    re.M,
)
_FIRST_REMOTE = re.compile(
    r"\bconan\s+remote\s+add\b(?=[^|;&\n]{0,300}?\s--(?:index|insert)(?:[=\s]+0\b|\s|$))[^|;&\n]{0,200}?\s[\"']?(https?://[^\s\"'`<>)]+)"
)
"""A store of packages that is asked before all others."""
_INSTEAD = re.compile(r"\burl\.[\"']?(\w{3,5}://[^\s\"']+?)[\"']?\.(?:push)?[iI]nstead[oO]f\b")
"""All that is fetched from one forge is fetched from another."""
_DIRECT = re.compile(
    r"\b(?:(?:pip[3x]?|pipx|uv|uvx|poetry|npm|pnpm|yarn|bun|gem|cargo|go)\b[^|;&\n]*?\s(?:install|add|i|get|run|tool\s+install)|npx|bunx|uvx|pnpm\s+dlx|yarn\s+dlx|code\s+--install-extension|deno\s+(?:run|install)|go\s+run)\s+(?:-\S+\s+)*[\"']?(?:[\w.-]+\s*@\s*)?((?:git\+)?(?:https?|ssh)://[^\s\"'`<>)]+)"
    r"|[\"'`](?:npx|bunx|uvx|pipx)[\"'`]\s*,?\s*(?:[\"']?args[\"']?\s*:\s*)?\[(?:\s*[\"'`][\w=-]+[\"'`]\s*,){0,4}\s*[\"'`]((?:git\+)?https?://[^\s\"'`<>)]+)"
)
"""A package that is taken straight from an address."""
_RUNS_AT_ONCE = re.compile(
    r"\b(?:npx|bunx|uvx|dlx|pipx\s+run|go\s+run|deno\s+run)\s+(?:-\S+\s+)*[\"']?(?:git\+)?https?://|[\"'`](?:npx|bunx|uvx|pipx)[\"'`]"
)
_DEPENDS = re.compile(r"[\"'](@?[\w./-]{2,80})[\"']\s*:\s*[\"'](?:git\+)?(https?://[^\"'\s]{4,300})[\"']")
_AT_ADDRESS = re.compile(r"([A-Za-z0-9][\w.-]{1,60})(?:\[[\w, -]{0,60}\])? @ (?:git\+)?(https?://[^\s\"';]{4,300})")
_RUNS_ONE = re.compile(r"[\"'](?:pre|post)?install[\"']\s*:\s*[\"'][^\"'\n]{0,200}\bnode_modules/")
"""What is installed runs something out of what was installed."""
_ONE_ARCHIVE = re.compile(
    r"\b(?:pip[3x]?|pipx|uv|npm|pnpm|yarn|bun|npx|bunx|uvx|dlx|gem)\b[^|;&\n]{0,80}\shttps?://[^\s\"'`<>)]+\.(?:tgz|tar\.gz|zip|whl|gem)\b"
)
_PROJECT = re.compile(
    r"(?:^|/)(?:pom\.xml|(?:build|settings)\.gradle(?:\.kts)?|Gemfile|nuget\.config|config\.toml|composer\.json|pyproject\.toml)$",
    re.I,
)
"""Files in which projects of every kind name the repositories that they use."""
_STANDS_FOR_ANY = re.compile(
    r"(?:^|\.)(?:corp|company|acme|example|internal|mycompany|yourcompany)\.(?:example|invalid|test)$"
)
_UNCHECKED = re.compile(
    r"trusted-host|strict-ssl[\"'\s=:]+false|--no-check|sslVerify[\"'\s=:]+false|NODE_TLS_REJECT_UNAUTHORIZED|unsafe-best-match|allow-insecure-host|no-verify-hashes|[aA]llowInsecureProtocol",
    re.I,
)
_FILES = re.compile(
    r"(?:^|/)(?:\.?npmrc(?:\.\w+)?|\.?yarnrc(?:\.\w+){0,2}|bunfig\.toml|\.?pip/pip\.conf|pip\.(?:conf|ini)|uv\.toml|pom\.xml|[\w.-]+\.gradle(?:\.kts)?|Gemfile|nuget\.config|\.cargo/config(?:\.toml)?|composer\.json|pyproject\.toml|poetry\.toml|requirements[\w.-]*\.txt|constraints[\w.-]*\.txt)$",
    re.I,
)
_LOCK = re.compile(r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$")
"""Files that say where each package was found."""
_RESOLVED = re.compile(r"\bresolved[\"']?\s*:?\s*[\"'](https?://[^\"'\s]{4,300})[\"']")
_LIKE_REGISTRY = re.compile(r"npmjs|yarnpkg|node-?(?:js|modules|pkg)|pypi|pythonhosted|wheel")
"""What stands in the name of a registry that everybody uses."""
_WRITES_FILE = re.compile(r"\.npmrc|\.yarnrc|pip\.(?:conf|ini)|bunfig|uv\.toml")
_BY_NAME = re.compile(r"(?:registry|index-url|index_url)\s*=\s*\$?\{\w+\}")
_FROM_NAME = re.compile(r"(?:registry|index-url)\s*=\s*[\"']?\$\{?(?P<name>\w+)")
"""An address that has a name is written into the settings of a package manager."""
_OF_SYSTEM = re.compile(
    r"\bdeb(?:-src)?\s+(?:\[[^\]\n]{0,200}\]\s+)?(https?://[^\s\"'`<>)]+)|(?:\b|\\n)(?:URIs:|baseurl\s*=|Server\s*=)\s*(https?://[^\s\"'`<>)]+)"
    r"|\b(?:config-manager\s[^|;&\n]{0,60}?--add-repo|zypper\s+(?:addrepo|ar)(?:\s+-\S+)*|apk\s[^|;&\n]{0,80}?--repository|flatpak\s+remote-add(?:\s+-\S+)*\s+\S+|Register-PSRepository\b[^|;&\n]{0,80}?-SourceLocation|choco\s[^|;&\n]{0,80}?(?:-s|--source)|winget\s+source\s+add\b[^|;&\n]{0,60}?|brew\s+tap\s+\S+|krew\s+index\s+add\s+\S+)[\s=]+[\"']?(https?://[^\s\"'`<>)]+)"
    r"|(https?://\S{1,300})[\"']?\s*(?:>>|\|\s*(?:sudo\s+)?tee\s+-a)\s*/etc/apk/repositories"
)
"""Where the packages of the whole machine come from."""
_SYSTEM_WORDS = (
    "deb",
    "repo",
    "baseurl",
    "URIs",
    "Server",
    "remote-add",
    "PSRepository",
    "choco",
    "winget",
    "brew",
    "krew",
    "apk",
)
_SIGNED = re.compile(r"\bsigned-by=|\bgpgkey=|\bapt-key\b|/keyrings/|\brpm\s+--import\b|\bpacman-key\b|\bapk/keys\b")
"""What shows whose key the packages are checked with."""
_TAKES_UNSIGNED = re.compile(
    r"\btrusted=yes\b|--allow-(?:unauthenticated|untrusted|insecure-repositories)\b|\bAllow(?:Unauthenticated|InsecureRepositories)\b|(?:\b|\\n)gpgcheck\s*=\s*(?:0|no|false)\b|--nogpgcheck\b|--no-gpg-checks?\b|\bSigLevel\s*=\s*(?:Never|TrustAll)|--no-gpg-verify\b|--no-quarantine\b|\bNO_VERIFY_ATTESTATIONS\b|-SkipPublisherCheck\b|--allow-empty-checksums\b",
)
_WORDS = (
    "registry",
    "index",
    "find-links",
    "find_links",
    "proxy",
    "mirror",
    "-i ",
    "-f ",
    "source",
    "endpoint",
    "extension_repo",
    "install",
    " add ",
    " get ",
    "npx",
    "bunx",
    "uvx",
    "dlx",
    " run ",
    " i ",
    "conan",
)


def registry_findings(
    steps: Iterable[Step], parts: Iterable[Part], purpose: Purpose
) -> Iterator[tuple[str, Severity, str, int, str]]:
    """Rule, weight, place and evidence of registries that nobody answers for.

    >>> from metier.govern.scan.statement import Statement
    >>> step = Step(Statement("a.sh", 1, "npm config set registry http://203.0.113.4", is_shell=True), frozenset())
    >>> [(rule, weight.value) for rule, weight, *_ in registry_findings([step], [], Purpose())]
    [('foreign-registry', 'block')]
    """
    steps = [*steps]
    called = {name: step.urls for step in steps if step.urls for name in step.statement.assigns}
    unchecked: set[str] | None = None
    for step in [step for step in steps if step.urls or "://" in step.text or _is_written_by_name(step)]:
        statement = step.statement
        named = step.urls if not statement.is_shell and "{" in step.text and _BY_NAME.search(step.text) else ()
        if _is_written_by_name(step) and (written := _FROM_NAME.search(step.text)):
            named = called.get(written["name"], ())
        if (weight := _worst([*registries_in(step.text), *named], purpose)) is not None:
            if unchecked is None:
                unchecked = {step.statement.path for step in steps if _UNCHECKED.search(step.text) or misleads(step)}
            is_run = statement.is_live and bool(_RUNS_AT_ONCE.search(step.text) or _INSTEAD.search(step.text))
            # One archive at an address is what its host serves today, and no registry that others look at.
            is_run = is_run or (statement.is_shell and _ONE_ARCHIVE.search(step.text) is not None)
            is_unsaid = (
                statement.is_live and not statement.path.lower().endswith(DOCUMENTS) and weight == Severity.REVIEW
            )
            is_unsaid = is_unsaid and not any(purpose.names(host_of(url)) for url in registries_in(step.text))
            weight = Severity.BLOCK if statement.path in unchecked or is_run or is_unsaid else weight
            weight = Severity.NOTE if statement.is_mention else weight
            yield "foreign-registry", weight, statement.path, statement.line, step.text
    yield from _of_system(steps, purpose)
    for part in parts:
        if part.path.lower().endswith("package.json") and "://" in part.plain:
            yield from _archives(part, purpose)
        if "://" in part.plain and " @ " in part.plain and _FILES.search(part.path):
            yield from _addressed(part, purpose)
        if "resolved" in part.plain and _LOCK.search(part.path):
            yield from _resolved(part, purpose)
        if "://" in part.plain and _FILES.search(part.path):
            yield from _named(part, purpose)


def _named(part: Part, purpose: Purpose) -> Iterator[tuple[str, Severity, str, int, str]]:
    """Registries of a stranger that the settings of a build or of a package manager name."""
    is_unchecked = _UNCHECKED.search(part.plain) is not None
    line = at = 0
    for found in _LINE.finditer(part.plain):
        weight = _worst([found[1]], purpose)
        if weight is None and is_unchecked:
            # A host that is called like the skill is no registry of anybody's, if nothing is checked there.
            weight = _worst([found[1]], Purpose())
        if weight is not None:
            is_template = _PROJECT.search(part.path) and found[1].startswith(("https:", "sparse+https:"))
            weight = Severity.NOTE if is_template and weight == Severity.REVIEW else weight
            weight = Severity.BLOCK if is_unchecked else weight
            line, at = line + part.plain.count("\n", at, found.start(1)), found.start(1)
            yield "foreign-registry", weight, part.path, line + 1, found[0].strip()


def _of_system(steps: Sequence[Step], purpose: Purpose) -> Iterator[tuple[str, Severity, str, int, str]]:
    """Repositories of a stranger from which the machine takes its packages without the key of whoever made them."""
    found: list[tuple[Step, list[str]]] = []
    signed, unsigned = set(), set()
    for step in steps:
        text = step.text
        if "://" in text and any(word in text for word in _SYSTEM_WORDS):
            urls = [url for one in _OF_SYSTEM.finditer(text) for url in one.groups() if url]
            if urls:
                found.append((step, urls))
    if not found:
        return
    for step in steps:
        if not step.statement.is_mention:
            if _SIGNED.search(step.text):
                signed.add(step.statement.path)
            if _TAKES_UNSIGNED.search(step.text):
                unsigned.add(step.statement.path)
    for step, urls in found:
        path = step.statement.path
        is_stranger = _is_of_stranger(urls, purpose)
        if step.statement.is_mention or not is_stranger or (path in signed and path not in unsigned):
            continue
        is_plain = any(url.lower().startswith("http://") for url in urls)
        weight = Severity.BLOCK if path in unsigned else Severity.REVIEW
        if weight == Severity.BLOCK or is_plain or "deb" in step.text:
            yield "foreign-registry", weight, path, step.statement.line, step.text


def _is_of_stranger(urls: Sequence[str], purpose: Purpose) -> bool:
    """Whether one of some addresses is neither known nor named as what the skill is about."""
    return any(
        (place := place_of(url, own_words=purpose.words)).is_shady or place in (Place.UNKNOWN, Place.PLATFORM)
        for url in urls
        if not _STANDS_FOR_ANY.search(host_of(url))
    )


def _is_written_by_name(step: Step) -> bool:
    """Whether a command writes the settings of a package manager, with an address that has a name."""
    return step.statement.is_shell and "write" in step.labels and "$" in step.text and "index" in step.text


def _archives(part: Part, purpose: Purpose) -> Iterator[tuple[str, Severity, str, int, str]]:
    """Packages of a manifest that come as one archive from a stranger, and are run at once or called nearly like a known one."""
    runs_one = _RUNS_ONE.search(part.plain) is not None
    for found in _DEPENDS.finditer(part.plain):
        if _worst([found[2]], purpose) is not None and (slip_of(found[1]) or runs_one):
            line = part.plain.count("\n", 0, found.start()) + 1
            yield "foreign-registry", Severity.BLOCK, part.path, line, found[0]


def _addressed(part: Part, purpose: Purpose) -> Iterator[tuple[str, Severity, str, int, str]]:
    """Packages of Python that come from the address of a stranger, which may look like that of a registry."""
    for found in _AT_ADDRESS.finditer(part.plain):
        host = host_of(found[2])
        if _worst([found[2]], purpose) is not None:
            is_feigned = slip_of(found[1]) or _LIKE_REGISTRY.search(host)
            line = part.plain.count("\n", 0, found.start()) + 1
            yield "foreign-registry", Severity.BLOCK if is_feigned else Severity.REVIEW, part.path, line, found[0]


def _resolved(part: Part, purpose: Purpose) -> Iterator[tuple[str, Severity, str, int, str]]:
    """The first package of a lock file that comes from a host which bears the name of a registry and is none."""
    told: set[str] = set()
    for found in _RESOLVED.finditer(part.plain):
        host = host_of(found[1])
        if host in told:
            continue
        told.add(host)
        if (
            _LIKE_REGISTRY.search(host)
            and _worst([found[1]], purpose) is not None
            and not (purpose.documents and purpose.names(host))
        ):
            line = part.plain.count("\n", 0, found.start()) + 1
            yield "foreign-registry", Severity.BLOCK, part.path, line, found[0]
            return


def registries_in(text: str) -> list[str]:
    """The addresses that a step makes the registry of a package manager.

    >>> registries_in("PIP_INDEX_URL=https://pypi.example/simple pip install notes")
    ['https://pypi.example/simple']
    >>> registries_in("curl -f https://api.example/source")
    []
    """
    if "://" not in text:
        return []
    said = text.lower()
    said += " index" if "insteadof" in said else ""
    if not any(word in said for word in _WORDS):
        return []
    if (turned := _INSTEAD.search(text)) is not None:
        return [turned[1]]
    patterns = (
        _OPTION,
        _SETTING,
        _VARIABLE,
        _DIRECT,
        _FIRST_REMOTE,
        *([_LINE] if "write" in said or text.startswith("--") or _WRITES_FILE.search(text) else []),
    )
    return list(dict.fromkeys(found[found.lastindex or 1] for pattern in patterns for found in pattern.finditer(text)))


def _worst(urls: Sequence[str], purpose: Purpose) -> Severity | None:
    if not urls:
        return None
    places = [
        place_of(url, own_words=purpose.words)
        for url in urls
        if not is_registry(host_of(url)) and not _STANDS_FOR_ANY.search(host_of(url))
    ]
    worst = max(places, default=Place.LOCAL)
    if worst.is_shady:
        return Severity.BLOCK
    is_plain = any(url.lower().startswith("http://") for url in urls) and worst > Place.PLACEHOLDER
    return Severity.REVIEW if worst == Place.UNKNOWN or is_plain else None
