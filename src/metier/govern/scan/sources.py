"""Whose repository does a build ask before those that everybody knows, and what may it hand over?

A build that asks a stranger first takes from there whatever the stranger calls by the name of a known package; one that takes
any version takes what the stranger makes of it tomorrow. Neither is told to whoever reads the documents.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from metier.govern.scan.grants import Found
from metier.govern.scan.hosts import Place, host_of, is_registry, names_of, place_of, registered
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.verdict import Severity

_AT = r"[\"'](?P<{}>(?:sparse\+|git\+)?https?://[^\s\"'<>]{{4,200}})[\"']"
_GRADLE = re.compile(
    rf"\b(?:maven|ivy)\s{{0,4}}(?:\(\s{{0,40}}(?:url\s{{0,4}}=\s{{0,4}})?(?:uri\()?\s{{0,4}}{_AT.format('called')}|\{{[^{{}}]{{0,160}}?(?:\{{[^{{}}]{{0,200}}\}}[^{{}}]{{0,160}}?){{0,2}}\b(?:setU|u)rl\s{{0,4}}=?\s{{0,4}}\(?\s{{0,4}}(?:uri\s{{0,2}}\(?\s{{0,4}})?{_AT.format('within')})"
    r"|\b(?P<known>(?:google|mavenCentral|gradlePluginPortal|jcenter)\s?(?:\(\)|\{\s{0,40}(?:content|mavenContent)\b))|(?P<again>\brepositories\s{0,4}\{)"
)
_SBT = re.compile(
    rf"\b(?:at|url\([^()\n]{{0,60}},\s{{0,4}}url\()\s{{0,4}}{_AT.format('called')}|(?P<known>\bResolver\.(?:mavenCentral|DefaultMavenRepository|sonatype\w+|typesafe\w+|sbtPlugin\w+)|\bDefaultMavenRepository\b|\bmaven-central\b)"
)
_XML = re.compile(
    r"<(?:repository|pluginRepository|mirror)>(?:(?!</(?:repository|pluginRepository|mirror)>)[^\0]){0,400}?<url>\s{0,40}(?P<called>https?://[^\s<]{4,200})\s{0,40}</|<add\s[^<>\n]{0,120}?\bvalue\s{0,4}=\s{0,4}[\"'](?P<within>https?://[^\s\"']{4,200})[\"']"
)
_PODS = re.compile(rf"^[ \t]{{0,8}}source\s{{0,4}}\(?\s{{0,4}}{_AT.format('called')}", re.M)
_TOML = re.compile(
    rf"^(?:extra-)?index-url\s{{0,4}}=\s{{0,4}}\[?\s{{0,40}}{_AT.format('before')}|^\[{{1,2}}(?:tool\.(?:poetry|pdm)\.source|tool\.uv\.index|index|source(?:\.[\w-]{{1,40}})?|registries\.[\w-]{{1,40}})\]{{1,2}}[^\[]{{0,300}}?\b(?:url|registry|index)\s{{0,4}}=\s{{0,4}}{_AT.format('called')}",
    re.M,
)
_JSON = re.compile(rf"\"url\"\s{{0,4}}:\s{{0,4}}{_AT.format('called')}")
_CLOJURE = re.compile(
    rf"[\[{{]\s{{0,40}}\"[^\"\n]{{1,40}}\"\s{{0,4}}(?:\{{\s{{0,4}}:url\s{{0,4}})?{_AT.format('called')}"
)
_YAML = re.compile(
    r"\bversion\s{0,4}:\s{0,4}[\"']?(?:\*|>=?\s?0(?:\.0){0,2}(?:\.0\.1)?(?![\d.])|x\b|latest)[^\n]{0,40}\n(?:[^\n]{0,120}\n){0,2}?[^\n]{0,40}\brepository\s{0,4}:\s{0,4}[\"']?(?P<called>https?://[^\s\"']{4,200})"
    r"|\brepository\s{0,4}:\s{0,4}[\"']?(?P<within>https?://[^\s\"']{4,200})[\"']?\s{0,8}\n(?:[^\n-]{0,120}\n){0,2}?[^\n-]{0,40}\bversion\s{0,4}:\s{0,4}[\"']?(?:\*|>=?\s?0(?:\.0){0,2}(?:\.0\.1)?(?![\d.])|x\b|latest)"
)
_SWIFT = re.compile(
    rf"\.package\(\s{{0,40}}(?:name\s{{0,4}}:[^,\n]{{0,60}},\s{{0,40}})?url\s{{0,4}}:\s{{0,4}}{_AT.format('called')}\s{{0,4}},\s{{0,40}}(?:branch\s{{0,4}}:|\.branch\(|from\s{{0,4}}:\s{{0,4}}\"0\.0\.0\"|\"0\.0\.0\"\s{{0,4}}\.\.)"
)
_BAZEL = re.compile(
    rf"\brepositories\s{{0,4}}=\s{{0,4}}\[\s{{0,40}}{_AT.format('called')}|(?P<known>https://(?:repo1?\.maven\.|maven\.google\.)\w)|(?P<again>\bmaven_install\()"
)
_AT_ANY = (_SWIFT, _YAML)
"""What they match names the repository of a package of which any version will do."""


class _Build(NamedTuple):
    """Where builds of one kind name the repositories that they ask, in their order, and the packages that they take."""

    settings: re.Pattern[str]
    asks: re.Pattern[str]
    manifests: re.Pattern[str]
    groups: tuple[str, ...]
    """The groups of `_ANY_VERSION` that are written in such manifests."""


_BUILDS = tuple(
    _Build(re.compile(settings, re.I), asks, re.compile(manifests, re.I), groups)
    for settings, asks, manifests, groups in (
        (r"\.gradle(?:\.kts)?$", _GRADLE, r"\.gradle(?:\.kts)?$|libs\.versions\.toml$", ("gradle", "plain")),
        (r"\.sbt$|(?:^|/)project/\w+\.scala$", _SBT, r"\.(?:sbt|scala)$", ("sbt",)),
        (r"(?:^|/)(?:pom|settings)\.xml$", _XML, r"pom\.xml$", ("maven",)),
        (r"(?:^|/)nuget\.config$", _XML, r"\.(?:cs|fs|vb)proj$|\.props$", ("nuget",)),
        (r"(?:^|/)(?:Podfile|Gemfile)$", _PODS, r"(?:^|/)Podfile$", ()),
        (r"(?:^|/)\.?cargo/config(?:\.toml)?$", _TOML, r"(?:^|/)Cargo\.toml$", ("plain",)),
        (r"(?:^|/)(?:Pipfile|pyproject\.toml|uv\.toml)$", _TOML, r"(?:^|/)(?:Pipfile|pyproject\.toml)$", ("plain",)),
        (r"(?:^|/)composer\.json$", _JSON, r"(?:^|/)composer\.json$", ("plain",)),
        (r"(?:^|/)remotes\.json$", _JSON, r"(?:^|/)conanfile\.(?:txt|py)$", ()),
        (r"(?:^|/)project\.clj$", _CLOJURE, r"(?:^|/)project\.clj$", ("clojure",)),
        (r"(?:^|/)(?:Chart|requirements|helmfile)\.ya?ml$", _YAML, r"(?:^|/)Chart\.ya?ml$", ()),
        (r"(?:^|/)Package\.swift$", _SWIFT, r"(?:^|/)Package\.swift$", ()),
        (r"(?:^|/)(?:WORKSPACE|MODULE)(?:\.bazel)?$", _BAZEL, r"(?:^|/)(?:WORKSPACE|MODULE)(?:\.bazel)?$", ("gradle",)),
    )
)
_IN_PLACE = re.compile(r"<clear\s{0,4}/>|\breplace-with\b|[\"']packagist(?:\.org)?[\"']\s{0,4}:\s{0,4}false")
"""The repositories of a file take the place of those that everybody knows."""
_TAKES_PLACE = re.compile(
    r"<mirrorOf>\s{0,8}(?:\*|central|external:)|\bpriority\s{0,4}=\s{0,4}[\"'](?:primary|default)|^\s{0,8}default\s{0,4}=\s{0,4}true",
    re.M,
)
"""One repository does so."""
_ONLY_SOME = re.compile(
    r"\binclude(?:Group|Module|Version)\w{0,20}\s{0,4}[(\"']|\bexplicit\s{0,4}=\s{0,4}true|\bpriority\s{0,4}=\s{0,4}[\"']explicit|\"only\"\s{0,4}:\s{0,4}\[|<package\s{1,8}pattern\b"
)
"""A repository is asked for some packages alone."""
_EVERYTHING = re.compile(r"[\"'](?=[^\"'\s]{0,16}[*+])[.*+^$()\[\]{}?|\\sSwW-]{1,16}[\"']")
"""Some packages, which are all of them."""
_EXCLUSIVE = re.compile(r"\bexclusiveContent\s{0,40}\{\s{0,40}forRepositor(?:y|ies)\s{0,8}[({]\s{0,40}$")
_BRACE = re.compile(r"[(){}\n]")
_ENDS = {
    _XML: re.compile(r"</(?:repository|pluginRepository|mirror)>|/>"),
    _TOML: re.compile(r"\n\["),
}
"""What closes a repository, where braces do not."""
_KEY = re.compile(r"\bkey\s{0,4}=\s{0,4}[\"']([^\"'\n]{1,80})[\"']")
_MAPPED = re.compile(
    r"<packageSource\s{1,8}key\s?=\s?[\"']([^\"'\n]{1,80})[\"']\s{0,4}>((?:\s{0,40}<package\s[^<>\n]{1,120}>){0,20})"
)
"""The key of a repository of NuGet, and the packages that it is asked for."""
_ANY_VERSION = re.compile(
    r"[\"'](?P<gradle>[\w.-]{2,80}):[\w.-]{1,80}:(?:\+|latest\.\w{4,12}|[\[(][^\"'\n]{0,20},\s?[)\]])(?:@\w{1,8})?[\"']"
    r"|[\"'](?P<sbt>[\w.-]{2,80})[\"']\s{0,4}%{1,3}\s{0,4}[\"'][\w.-]{1,80}[\"']\s{0,4}%\s{0,4}[\"'](?:latest\.\w{4,12}|\+|[\[(][^\"'\n]{0,20},\s?[)\]])[\"']"
    r"|<groupId>\s{0,8}(?P<maven>[\w.-]{2,80})\s{0,8}</groupId>\s{0,40}<artifactId>[^<]{1,80}</artifactId>\s{0,40}<version>\s{0,8}(?:LATEST|RELEASE|[\[(][^<\n]{0,20},\s?[)\]])"
    r"|<PackageReference\s[^<>\n]{0,60}?Include\s?=\s?[\"'](?P<nuget>[\w.-]{2,80})[\"'][^<>\n]{0,60}?Version\s?=\s?[\"']\*[\"']"
    r"|\[\s{0,4}(?P<clojure>[\w.-]{2,80})(?:/[\w.-]{1,80})?\s{1,8}\"(?:RELEASE|LATEST)\""
    r"|^[ \t]{0,8}[\"']?(?!(?:python\w{0,20}|php|ext-\w{1,40}|lib-\w{1,40}|include|exclude|pattern|target|files)[\"']?\s{0,4}[=:])(?P<plain>[\w./-]{2,80})[\"']?\s{0,4}[=:]\s{0,4}(?:\{[^{}\n]{0,80}?\bversion\s{0,4}=\s{0,4})?[\"'](?:\*|>=?\s?0(?:\.0){0,2}(?:\.0\.1)?|dev-\w{2,20}|latest)[\"']",
    re.M,
)
"""A package of which any version will do."""
_OF_BUILDS = frozenset(
    "maven gradle repo repos repository packages package android kotlin java scala build builds central mirror mirrors nuget cargo pods swift "
    "plugins plugin library libraries release releases artifacts artifact public registry source sources dependency dependencies".split()
)
"""Words of builds, which name nobody."""
_MAX_ASKED = 100
_MAX_OWN = 600
_SAMPLE = re.compile(r"(?:^|[.-])(?:example|your\w{0,20}|my-?(?:company|org|corp)|company|acme|corp)(?=[.-])")
_WORD = re.compile(r"[a-z][a-z0-9]{4,40}")


def sources(parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """The worst repository of each build that nobody is told of, and that is asked before others or for any version.

    >>> from metier.govern.scan.parts import Part
    >>> build = 'repositories {\\n maven("https://parts-hub.invalid/r")\\n mavenCentral()\\n}\\nimplementation("net.parts:core:+")'
    >>> told = Purpose(documents=("scaffolds apps.",))
    >>> [found[:2] for found in sources([Part("build.gradle.kts", "data", build)], told)]
    [('foreign-registry', <Severity.BLOCK: 'block'>)]
    """
    asking = [
        (part, build)
        for part in parts
        if "://" in part.plain and not part.is_example
        for build in _BUILDS
        if build.settings.search(part.path)
    ]
    if not asking or not purpose.documents or purpose.is_security:
        return
    groups = {build: frozenset(_any_versions(parts, build)) for _, build in asking}
    words = {word for text in purpose.documents for word in _WORD.findall(text.lower())} - _OF_BUILDS
    for part, build in asking:
        found = [*_strangers(part, build, groups[build], words, purpose)]
        yield from [one for one in found if one[1] == Severity.BLOCK][:1] or found[:1]


def _strangers(
    part: Part, build: _Build, groups: AbstractSet[str], words: AbstractSet[str], purpose: Purpose
) -> Iterator[Found]:
    for place, url, is_first, own in _asked(part.plain, build.asks):
        host = host_of(url)
        if not _is_stranger(url, purpose) or _is_told(host, words, purpose):
            continue
        is_any = build.asks in _AT_ANY or (is_first and groups) or _is_of(groups, host)
        only_some = _ONLY_SOME.search(own) is not None and _EVERYTHING.search(own) is None
        if is_any or (is_first and not only_some):
            weight = Severity.BLOCK if is_any and not only_some and build.asks is not _YAML else Severity.REVIEW
            yield "foreign-registry", weight, part.path, part.plain.count("\n", 0, place) + 1, url


def _asked(text: str, asks: re.Pattern[str]) -> Iterator[tuple[int, str, bool, str]]:
    """Where a build names a repository, which, whether it is asked before one that everybody knows, and what is its own."""
    found = [*itertools.islice(asks.finditer(text), _MAX_ASKED)]
    in_place = _IN_PLACE.search(text) is not None
    mapped = dict(_MAPPED.findall(text)) if asks is _XML else {}
    for number, one in enumerate(found):
        if not (url := _named(one)):
            continue
        until = found[number + 1].start() if number + 1 < len(found) else len(text)
        own = _own(text, one, until, asks)
        own += mapped.get(key[1], "") if mapped and (key := _KEY.search(own)) is not None else ""
        is_first = in_place or bool(one.groupdict().get("before")) or _TAKES_PLACE.search(own) is not None
        for other in found[number + 1 :]:
            names = other.groupdict()
            if names.get("again"):
                break
            behind = _named(other)
            if names.get("known") or (behind and is_registry(host_of(behind))):
                is_first = True
                break
        yield one.start(), url, is_first, own


def _named(one: re.Match[str]) -> str:
    said = one.groupdict()
    return said.get("called") or said.get("within") or said.get("before") or ""


def _own(text: str, one: re.Match[str], until: int, asks: re.Pattern[str]) -> str:
    """What is written of one repository: up to what closes it, or to the next one."""
    start, until = one.start(), min(until, one.end() + _MAX_OWN)
    if asks in (_GRADLE, _JSON):
        start = start if asks is _GRADLE else max(text.rfind("{", max(0, start - _MAX_OWN), start), 0)
        return text[start : _closed(text, start, one.end(), until)]
    if (ends := _ENDS.get(asks)) is not None and (end := ends.search(text, one.end(), until)) is not None:
        until = end.start()
    return text[start:until]


def _closed(text: str, start: int, named: int, until: int) -> int:
    """Where the braces of a repository close, or those around what it alone is asked for.

    >>> text = 'maven { url = "x" } maven { content { } }'
    >>> _closed(text, 0, 17, len(text))
    19
    """
    least = -2 if _EXCLUSIVE.search(text, max(0, start - 160), start) is not None else 0
    depth = 0
    for brace in _BRACE.finditer(text, start, until):
        depth += {"(": 1, "{": 1, "\n": 0}.get(brace[0], -1)
        if depth < least or (depth == least and brace.start() >= named and brace[0] in "\n}"):
            return brace.end()
    return until


def _any_versions(parts: Sequence[Part], build: _Build) -> Iterator[str]:
    """The words of the groups of the packages of which any version will do, their homes, and an empty word for each."""
    for part in parts:
        if build.manifests.search(part.path):
            for found in _ANY_VERSION.finditer(part.plain):
                if group := next((said for name in build.groups if (said := found[name])), ""):
                    yield from ("", *_WORD.findall(group.lower()), ".".join(group.lower().split(".")[1::-1]))


def _is_of(words: Collection[str], host: str) -> bool:
    """Whether a package is called like the host of a repository.

    >>> _is_of({"birchparts"}, "maven.birchparts-repo.invalid"), _is_of({"androidx"}, "maven.birchparts.invalid")
    (True, False)
    >>> _is_of({"ash.io"}, "maven.ash.io"), _is_of({"birchparts"}, "maven.birch-parts.invalid")
    (True, True)
    """
    joined = host.replace("-", "")
    return registered(host) in words or any(
        word in joined for word in words if len(word) > 4 and word not in _OF_BUILDS
    )


def _is_stranger(url: str, purpose: Purpose) -> bool:
    host = host_of(url)
    place = place_of(url.removeprefix("sparse+").removeprefix("git+"), own_words=purpose.words)
    is_sample = _SAMPLE.search(host) is not None
    return not is_registry(host) and not is_sample and (place == Place.UNKNOWN or place.is_shady)


def _is_told(host: str, words: AbstractSet[str], purpose: Purpose) -> bool:
    """Whether a document names a host, or has a word that a whole part of what was registered for it is called after.

    >>> _is_told("maven.birch-hub.invalid", {"birch"}, Purpose(documents=("On birch.",)))
    True
    >>> _is_told("maven.birchstore-hub.invalid", {"birch"}, Purpose(documents=("On birch.",)))
    False
    """
    parts = {*names_of(host), *registered(host).partition(".")[0].split("-")}
    return purpose.names(host) or not words.isdisjoint(parts)
