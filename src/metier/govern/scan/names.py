"""Is this name one slip away from a well-known word, or taken from wherever it is found first?

A slip is one letter missing, doubled, swapped or exchanged in a word of six letters or more, or doubled in one of five. It weighs only where something is
installed or run by that name, or where the package calls itself a replacement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from metier.govern.scan.flow import Step
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.triggers import lowered
from metier.verdict import Severity

_WORDS = (
    "formatter validator parser memory server protocol context modelcontextprotocol filesystem github gitlab requests urllib numpy pandas express react lodash axios webpack eslint prettier typescript "
    "library testing component converter generator manager monitor scanner checker analyzer analyser reporter counter reader writer helper builder bundler compiler exporter importer updater installer provider "
    "webapp config configuration diagnostics testing analytics scheduler assistant database postgres sqlite mongodb redis docker kubernetes terraform ansible jupyter notebook anthropic openai claude slack discord telegram puppeteer playwright selenium chromium browser search fetch sequential thinking "
    "calendar reminder weather translate translator summarizer summary transcript youtube twitter linkedin facebook instagram spotify notion obsidian trello airtable stripe paypal coinbase binance metamask solana ethereum polymarket "
    "markdown template console commander chalk colors dotenv cryptography crypto-js web3 ethers boto3 botocore setuptools colorama python-dateutil beautifulsoup4 beautifulsoup scrapy django flask fastapi uvicorn pydantic pytest tensorflow pytorch transformers langchain "
    "security password credential encryption compress decompress archive package version dependency repository registry pipeline workflow scheduler calculator currency exchange payment invoice document spreadsheet presentation"
).split()  # fmt: skip
_KNOWN = frozenset(_WORDS) | {
    "openapi", "opencl", "opengl", "content", "contents", "clause", "render", "semver", "jupiter", "discard", "strike", "stride", "colours", "colons", "remainder",
    "summariser", "spotipy", "solara", "dotenvx", "postgrest", "serper", "servor", "youtubei", "cryptojs", "buildr",
}  # fmt: skip
"""Words that are others, though they are one slip from one of these."""

_LONG = {
    sign: tuple(word for word in _WORDS if len(word) >= 6 and word[0] == sign) for sign in {word[0] for word in _WORDS}
}
"""The words in which a slip is told, by their first letter."""
_ALIKE = str.maketrans("I10", "llo")
"""Signs that look like letters."""
_SHORT = frozenset(word for word in _WORDS if len(word) == 5)
"""Of these only that a letter was doubled, or that two in the middle changed places, is told."""
_TWICE = re.compile(r"(\w)\1")
_INSTALLED = re.compile(
    r"\b(?:npx|bunx|uvx|pnpm\s+dlx)\s+(?:-\S+\s+)*(@?[\w./-]+)|\b(?:npm|pnpm|yarn|bun|pip3?|uv\s+pip|pipx|gem|cargo)\s+(?:install|add|i)\s+((?:-\S+\s+)*@?[\w./-]+(?:\s+[\w@./-]+)*)"
)
_REPLACEMENT = re.compile(
    r"drop-?in|replacement|replaces the|legitimate|official|original|enhanced version|faster version", re.I
)
_INTERNAL = re.compile(
    r"\b(?:internal|private|corporate|company|in-house)\s+(?:\w+\s+)?(?:registry|package|index|pypi|npm|library|loader|config(?:uration)?)|\binternal[-_]\w+|\bsecret-lib\b|[-_@](?:internal|private|corp)\b",
    re.I,
)
_FROM_INTERNAL = re.compile(
    r"\binstall\w*\b[^.\n]{0,40}\bfrom\s+(?:the\s+|an?\s+|our\s+)?(?:internal|private|corporate|company)\s+(?:registry|index|repository|mirror|package)(?![^.\n]{0,60}https?:)",
    re.I,
)
_IMPORTS_INTERNAL = re.compile(r"(?:from|import)\s+(?:internal_\w+|\w+_internal\b|corp_\w+|private_\w+)")
_IMPORTS = ("from", "import")
_REGISTRY = re.compile(r"--registry|--index-url|--extra-index-url|-i\s+https?:|_registry")


def name_findings(steps: Sequence[Step], purpose: Purpose) -> Iterator[tuple[str, Severity, str, int, str]]:
    """Rule, weight, place and evidence of names that mislead."""
    if _may_be_internal(purpose.body) and _FROM_INTERNAL.search(purpose.body) and not _REGISTRY.search(purpose.body):
        yield (
            "confusable-source",
            Severity.REVIEW,
            "SKILL.md",
            1,
            "installs from an internal registry that is not named",
        )
    own = slip_of(purpose.name)
    if own and (_REPLACEMENT.search(purpose.description) or _REPLACEMENT.search(purpose.body[:400])):
        yield "lookalike-name", Severity.REVIEW, "SKILL.md", 1, f"{purpose.name} is one slip from {own}"
    for step in [s for s in steps if (s.labels and "install" in s.labels) or s.text.startswith(_IMPORTS)]:
        statement = step.statement
        if step.labels and "install" in step.labels and statement.is_shell:
            names = _names(step.text) if not (purpose.is_security and statement.is_shown) else ()
            slips = [(name, word) for name in names if (word := slip_of(name)) is not None]
            for name, word in slips:
                # One may be a slip of the author's; several are none.
                grave = _is_meant(name, word) or len(slips) > 1
                weight = Severity.BLOCK if grave else Severity.REVIEW
                yield "lookalike-name", weight, statement.path, statement.line, f"{name} is one slip from {word}"
            if not _REGISTRY.search(step.text) and any(
                _INTERNAL.search(name) or (name == purpose.name and _INTERNAL.search(purpose.description))
                for name in _names(step.text)
            ):
                yield "confusable-source", Severity.REVIEW, statement.path, statement.line, step.text
        elif _IMPORTS_INTERNAL.match(step.text):
            yield "confusable-source", Severity.REVIEW, statement.path, statement.line, step.text


def _may_be_internal(text: str) -> bool:
    """Whether a text has the words of an install from an internal registry; most do not."""
    said = lowered(text)
    return "install" in said and any(word in said for word in ("internal", "private", "corporate", "company"))


@lru_cache(maxsize=1024)
def slip_of(name: str) -> str | None:
    """The well-known word that a part of a name is one slip away from.

    >>> slip_of("json-formater"), slip_of("json-formatter"), slip_of("formatters")
    ('formatter', None, None)
    """
    for part in re.split(r"[-_./@]", name):
        if (seen := part.translate(_ALIKE).lower()) in _KNOWN and part.lower() not in _KNOWN:
            return seen
    for part in re.split(r"[-_./@]", name.lower()):
        if len(part) < 5 or part in _KNOWN or part.rstrip("s0123456789") in _KNOWN:
            continue
        if (short := _TWICE.sub(r"\1", part)) in _SHORT and short != part:
            return short
        if swapped := next((one for one in _SHORT if len(one) == len(part) and _is_swapped(part, one)), None):
            return swapped
        for word in _LONG.get(part[0], ()):
            if abs(len(word) - len(part)) <= 1 and _is_slip(part, word) and not _is_inflected(part, word):
                return word
    return None


def _is_meant(name: str, word: str) -> bool:
    """Whether a slip is none: signs that look like letters, or two letters of a whole name that changed places."""
    parts = re.split(r"[-_./@]", name)
    swapped = name.lower() != word and sorted(name.lower()) == sorted(word)
    return swapped or any(part.translate(_ALIKE).lower() == word and part.lower() != word for part in parts)


def misleads(step: Step) -> bool:
    """Whether a command installs what is called nearly like something well-known.

    >>> from metier.govern.scan.statement import Statement
    >>> misleads(Step(Statement("a.sh", 1, "npm install reactt-utils", is_shell=True), frozenset({"install"})))
    True
    """
    is_install = "install" in step.labels and step.statement.is_shell
    return is_install and any(slip_of(name) is not None for name in _names(step.text))


def _names(text: str) -> Iterable[str]:
    for found in _INSTALLED.finditer(text):
        for name in (found[1] or found[2]).split():
            if not name.startswith("-") and "://" not in name and not name.startswith((".", "/")):
                yield re.split(r"(?<!^)@|[=<>~\[]", name)[0]


def _is_inflected(part: str, word: str) -> bool:
    """Another form of the word, or another word."""
    if part == f"{word}s" and word.endswith("ss"):
        return False
    if part == f"{word}r" and word.endswith("e"):
        return True
    return part in (f"{word}s", f"{word}d", word[:-1]) or word in (f"{part}s", f"{part}d") or part[:-1] == word[:-1]


def _is_swapped(one: str, other: str) -> bool:
    """Whether two letters inside a word changed places, while its first and its last stand."""
    return one[0] == other[0] and one[-1] == other[-1] and sorted(one) == sorted(other) and _is_slip(one, other)


def _is_slip(one: str, other: str) -> bool:
    """Whether one letter was left out, added, exchanged, or swapped with its neighbour."""
    if len(one) == len(other):
        different = [place for place in range(len(one)) if one[place] != other[place]]
        if len(different) == 1:
            return True
        return (
            len(different) == 2
            and different[1] == different[0] + 1
            and one[different[0]] == other[different[1]]
            and one[different[1]] == other[different[0]]
        )
    short, long = sorted((one, other), key=len)
    same = next((place for place, sign in enumerate(short) if sign != long[place]), len(short))
    return len(long) == len(short) + 1 and long[same + 1 :] == short[same:]
