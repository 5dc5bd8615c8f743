"""Whose repository does a build ask before those that everybody knows, and what may it hand over?

A build that asks a stranger first takes from there whatever the stranger calls by the name of a known package; one that takes
any version takes what the stranger makes of it tomorrow. Neither is told to whoever reads the documents.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence

from metier.govern.scan.grants import Found
from metier.govern.scan.hosts import Place, host_of, is_registry, names_of, place_of
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.verdict import Severity

_AT = r"[\"'](?P<{}>(?:sparse\+|git\+)?https?://[^\s\"'<>]{{4,200}})[\"']"
_GRADLE = re.compile(
    rf"\b(?:maven|ivy)\s{{0,4}}(?:\(\s{{0,40}}(?:url\s{{0,4}}=\s{{0,4}})?(?:uri\()?\s{{0,4}}{_AT.format('called')}|\{{[^{{}}]{{0,160}}?\b(?:setU|u)rl\s{{0,4}}=?\s{{0,4}}\(?\s{{0,4}}(?:uri\s{{0,2}}\(?\s{{0,4}})?{_AT.format('within')})"
    r"|\b(?P<known>(?:google|mavenCentral|gradlePluginPortal|jcenter)\s?\(\))|(?P<again>\brepositories\s{0,4}\{)"
)
_SBT = re.compile(
    rf"\b(?:at|url\([^()\n]{{0,60}},\s{{0,4}}url\()\s{{0,4}}{_AT.format('called')}|(?P<known>\bResolver\.(?:mavenCentral|DefaultMavenRepository|sonatype\w+|typesafe\w+|sbtPlugin\w+)|\bDefaultMavenRepository\b|\bmaven-central\b)"
)
_XML = re.compile(
    r"<(?:repository|pluginRepository|mirror)>(?:(?!</(?:repository|pluginRepository|mirror)>)[^\0]){0,400}?<url>\s{0,40}(?P<called>https?://[^\s<]{4,200})\s{0,40}</|<add\s[^<>\n]{0,120}?\bvalue\s{0,4}=\s{0,4}[\"'](?P<within>https?://[^\s\"']{4,200})[\"']"
)
_PODS = re.compile(rf"^[ \t]{{0,8}}source\s{{0,4}}\(?\s{{0,4}}{_AT.format('called')}", re.M)
_TOML = re.compile(
    rf"^\[{{1,2}}(?:tool\.(?:poetry|pdm)\.source|tool\.uv\.index|index|source(?:\.[\w-]{{1,40}})?|registries\.[\w-]{{1,40}})\]{{1,2}}[^\[]{{0,300}}?\b(?:url|registry|index)\s{{0,4}}=\s{{0,4}}{_AT.format('called')}",
    re.M,
)
_JSON = re.compile(rf"\"url\"\s{{0,4}}:\s{{0,4}}{_AT.format('called')}")
_CLOJURE = re.compile(
    rf"[\[{{]\s{{0,40}}\"[^\"\n]{{1,40}}\"\s{{0,4}}(?:\{{\s{{0,4}}:url\s{{0,4}})?{_AT.format('called')}"
)
_YAML = re.compile(
    r"\bversion\s{0,4}:\s{0,4}[\"']?(?:\*|>|x\b|latest)[^\n]{0,40}\n(?:[^\n]{0,120}\n){0,2}?[^\n]{0,40}\brepository\s{0,4}:\s{0,4}[\"']?(?P<called>https?://[^\s\"']{4,200})"
    r"|\brepository\s{0,4}:\s{0,4}[\"']?(?P<within>https?://[^\s\"']{4,200})[\"']?\s{0,8}\n(?:[^\n-]{0,120}\n){0,2}?[^\n-]{0,40}\bversion\s{0,4}:\s{0,4}[\"']?(?:\*|>|x\b|latest)"
)
_SWIFT = re.compile(
    rf"\.package\(\s{{0,40}}(?:name\s{{0,4}}:[^,\n]{{0,60}},\s{{0,40}})?url\s{{0,4}}:\s{{0,4}}{_AT.format('called')}\s{{0,4}},\s{{0,40}}(?:branch\s{{0,4}}:|\.branch\(|from\s{{0,4}}:\s{{0,4}}\"0\.0\.0\"|\"0\.0\.0\"\s{{0,4}}\.\.)"
)
_BAZEL = re.compile(r"[\"'](?P<called>https?://[^\s\"']{4,200})/?[\"'](?=\s{0,40}[,\]])")
_AT_ANY = (_SWIFT, _YAML)
"""What they match names the repository of a package of which any version will do."""
_KINDS = (
    (re.compile(r"\.gradle(?:\.kts)?$"), _GRADLE),
    (re.compile(r"(?:\.sbt|/project/\w+\.scala)$"), _SBT),
    (re.compile(r"(?:^|/)(?:pom|settings)\.xml$|(?:^|/)nuget\.config$", re.I), _XML),
    (re.compile(r"(?:^|/)(?:Podfile|Gemfile)$"), _PODS),
    (re.compile(r"(?:^|/)(?:\.?cargo/config(?:\.toml)?|Pipfile|pyproject\.toml|uv\.toml)$"), _TOML),
    (re.compile(r"(?:^|/)(?:composer|remotes)\.json$"), _JSON),
    (re.compile(r"(?:^|/)project\.clj$"), _CLOJURE),
    (re.compile(r"(?:^|/)(?:Chart|requirements|helmfile)\.ya?ml$"), _YAML),
    (re.compile(r"(?:^|/)Package\.swift$"), _SWIFT),
    (re.compile(r"(?:^|/)(?:WORKSPACE|MODULE)(?:\.bazel)?$"), _BAZEL),
)
"""Files in which builds of each kind name the repositories that they ask, in their order."""
_IN_PLACE = re.compile(
    r"<mirrorOf>\s{0,8}(?:\*|central|external:)|<clear\s{0,4}/>|\breplace-with\b|[\"']packagist(?:\.org)?[\"']\s{0,4}:\s{0,4}false|\bpriority\s{0,4}=\s{0,4}[\"'](?:primary|default)|^\s{0,8}default\s{0,4}=\s{0,4}true",
    re.M,
)
"""A repository takes the place of those that everybody knows."""
_ONLY_SOME = re.compile(
    r"\b(?:includeGroup\w{0,20}|includeModule\w{0,20}|exclusiveContent|filter\s{0,4}\{)|<packageSourceMapping>"
)
_ANY_VERSION = re.compile(
    r"[\"'](?P<gradle>[\w.-]{2,80}):[\w.-]{1,80}:(?:\d[\d.]{0,12}\.)?(?:\+|latest\.\w{4,12}|[\[(][^\"'\n]{0,20},\s?[)\]])(?:@\w{1,8})?[\"']"
    r"|[\"'](?P<sbt>[\w.-]{2,80})[\"']\s{0,4}%{1,3}\s{0,4}[\"'][\w.-]{1,80}[\"']\s{0,4}%\s{0,4}[\"'](?:latest\.\w{4,12}|(?:\d[\d.]{0,12}\.)?\+|[\[(][^\"'\n]{0,20},\s?[)\]])[\"']"
    r"|<groupId>\s{0,8}(?P<maven>[\w.-]{2,80})\s{0,8}</groupId>\s{0,40}<artifactId>[^<]{1,80}</artifactId>\s{0,40}<version>\s{0,8}(?:LATEST|RELEASE|[\[(][^<\n]{0,20},\s?[)\]])"
    r"|<PackageReference\s[^<>\n]{0,60}?Include\s?=\s?[\"'](?P<nuget>[\w.-]{2,80})[\"'][^<>\n]{0,60}?Version\s?=\s?[\"'](?:\d[\d.]{0,12}\.)?\*"
    r"|\[\s{0,4}(?P<clojure>[\w.-]{2,80})(?:/[\w.-]{1,80})?\s{1,8}\"(?:RELEASE|LATEST)\""
    r"|^[ \t]{0,8}[\"']?(?P<plain>[\w./-]{2,80})[\"']?\s{0,4}[=:]\s{0,4}(?:\{[^{}\n]{0,80}?\bversion\s{0,4}=\s{0,4})?[\"'](?:\*|>=?\s?0[\d.]{0,8}|dev-\w{2,20}|latest)[\"']",
    re.M,
)
"""A package of which any version will do."""
_GROUPS = ("gradle", "sbt", "maven", "nuget", "clojure", "plain")
_MANIFEST = re.compile(
    r"(?:\.gradle(?:\.kts)?|\.sbt|pom\.xml|\.(?:cs|fs|vb)proj|libs\.versions\.toml|Cargo\.toml|composer\.json|project\.clj|Chart\.ya?ml|Pipfile|pyproject\.toml|\.scala|\.props)$",
    re.I,
)
_OF_BUILDS = frozenset(
    "maven gradle repo repos repository packages package android kotlin java scala build builds central mirror mirrors nuget cargo pods swift "
    "plugins plugin library libraries release releases artifacts artifact public registry source sources dependency dependencies".split()
)
"""Words of builds, which name nobody."""
_MAX_ASKED = 100
_STANDS_FOR_ANY = re.compile(r"(?:^|[.-])(?:example|your\w{0,20}|my-?(?:company|org|corp)|company|acme|corp)(?=[.-])")
_WORD = re.compile(r"[a-z][a-z0-9]{4,40}")


def sources(parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """The first repository of each build that nobody is told of, and that is asked before others or for any version.

    >>> from metier.govern.scan.parts import Part
    >>> build = 'repositories {\\n maven("https://parts-hub.invalid/r")\\n mavenCentral()\\n}\\nimplementation("net.parts:core:+")'
    >>> told = Purpose(documents=("scaffolds apps.",))
    >>> [found[:2] for found in sources([Part("build.gradle.kts", "data", build)], told)]
    [('foreign-registry', <Severity.BLOCK: 'block'>)]
    """
    builds = [(part, kind) for part in parts for path, kind in _KINDS if "://" in part.plain and path.search(part.path)]
    if not builds or not purpose.documents or purpose.is_security:
        return
    groups = [group for part in parts if _MANIFEST.search(part.path) for group in _any_versions(part.plain)]
    words = {word for text in purpose.documents for word in _WORD.findall(text.lower())} - _OF_BUILDS
    told: set[str] = set()
    for part, kind in builds:
        for place, url, is_first in _asked(part.plain, kind):
            host = host_of(url)
            if part.path in told or part.is_example or not _is_stranger(url, purpose) or _is_told(host, words, purpose):
                continue
            is_any = kind in _AT_ANY or (is_first and groups) or any(_is_of(group, host) for group in groups)
            if not (is_first or is_any):
                continue
            told.add(part.path)
            only_some = _ONLY_SOME.search(part.plain, place, place + 300) is not None
            line = part.plain.count("\n", 0, place) + 1
            weight = Severity.BLOCK if is_any and not only_some and kind is not _YAML else Severity.REVIEW
            if is_any or not only_some:
                yield "foreign-registry", weight, part.path, line, url


def _asked(text: str, kind: re.Pattern[str]) -> Iterator[tuple[int, str, bool]]:
    """Where a build names a repository, which, and whether it is asked before one that everybody knows."""
    found = [*itertools.islice(kind.finditer(text), _MAX_ASKED)]
    in_place = _IN_PLACE.search(text) is not None
    for number, one in enumerate(found):
        said = one.groupdict()
        url = said.get("called") or said.get("within")
        if not url:
            continue
        is_first = in_place
        for other in found[number + 1 :]:
            names = other.groupdict()
            if names.get("again"):
                break
            behind = names.get("called") or names.get("within") or ""
            if names.get("known") or (behind and is_registry(host_of(behind))):
                is_first = True
                break
        yield one.start(), url, is_first


def _any_versions(text: str) -> Iterator[str]:
    """The groups of the packages of which any version will do."""
    for found in _ANY_VERSION.finditer(text):
        yield next(said for name in _GROUPS if (said := found[name])).lower()


def _is_of(group: str, host: str) -> bool:
    """Whether a package is called like the host of a repository.

    >>> _is_of("net.birchparts", "maven.birchparts-repo.invalid"), _is_of("androidx.core", "maven.birchparts.invalid")
    (True, False)
    """
    return any(word in host for word in _WORD.findall(group) if word not in _OF_BUILDS)


def _is_stranger(url: str, purpose: Purpose) -> bool:
    host = host_of(url)
    place = place_of(url.removeprefix("sparse+").removeprefix("git+"), own_words=purpose.words)
    is_sample = _STANDS_FOR_ANY.search(host) is not None
    return not is_registry(host) and not is_sample and (place == Place.UNKNOWN or place.is_shady)


def _is_told(host: str, words: Collection[str], purpose: Purpose) -> bool:
    """Whether a document names a host, or has a word that it is called after."""
    return purpose.names(host) or any(name.startswith(word) for name in names_of(host) for word in words)
