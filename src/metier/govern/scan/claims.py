"""Does the code keep what the description promises: that nothing leaves the machine, that no network is needed?

A package that says so and sends something from its own programs is read by a person: one of the two is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, place_of
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import DOCUMENTS, OUTWARD, is_quoted
from metier.govern.scan.triggers import found_in
from metier.verdict import Severity

_WORDS = (
    "network",
    "internet",
    "leave",
    "offline",
    "local",
    "stay",
    "remain",
    "sent",
    "upload",
    "transmit",
    "api call",
    "http",
)
_STAYS = re.compile(
    r"\b(?:no|without|needs? no|requires? no|makes? no)\s(?:any\s)?(?:external\s|outbound\s|remote\s)?(?:network|internet)\s?(?:access|calls?|requests?|connections?|traffic|use)?\b(?!\s*[:?→=])"
    r"|\bno\s(?:external\s|remote\s)?(?:api|http)\s(?:calls?|requests?)\b"
    r"|\b(?:(?:no|none of your|none of the)\s(?:\w+\s){0,2}|(?:data|texts?|files?|content|documents?|notes?|photos?|images?|audio|code|input|everything|information)\snever\s)(?:ever\s)?leaves?\s(?:this|your|the|the user's)\s(?:local\s)?(?:machine|computer|device|system|laptop|host)\b"
    r"|\b(?:everything|all (?:data|files|notes|texts)|(?:your|the|its) (?:data|files|notes|texts|logs?))\s(?:always\s)?(?:stays?|remains?|is kept|are kept)\s(?:on|in)\s(?:this|your|the|the user's)\s(?:own\s)?(?:local\s)?(?:machine|computer|device|laptop|disk)\b"
    r"|\b(?:nothing|no \w+) (?:is|are|gets?) (?:ever )?(?:sent|uploaded|transmitted)\b"
    r"|\b(?:runs?|works?|stays?|operates?|processed|done|happens?)\s(?:\w+\s)?(?:fully|entirely|completely|purely|100 ?%|strictly|only)\s(?:offline|locally)\b"
    r"|\b(?:fully|entirely|completely|purely|100 ?%|strictly)\s(?:offline|local)\b|\b(?:runs?|works?)\soffline\b",
    re.I,
)
_UNLESS = re.compile(
    r"\b(?:unless|except|apart from|other than|only (?:when|if|the|to)|besides|optional|if you|mode|by default|until)\b",
    re.I,
)
_OF_COMMAND = re.compile(r"\s*[^\s#|*-][^#\n]*\s#\s")
"""A command with a comment behind it: that one needs no network."""
_DOWNLOADS = re.compile(
    r"\b(?:curl|wget)\b(?!.*\s(?:-d|--data\S*|-F|--form\S*|-T|--upload-file|--post-\S+|-X\s*P\w+)\b).*\s(?:-\w*[oO]|--output|--remote-name)\b"
)
_CASES = re.compile(r"(?:^|/)(?:tests?|examples?|evals?|fixtures?|samples?)(?:/|[._-])", re.I)


def broken_claims(steps: Sequence[Step], purpose: Purpose) -> Iterator[tuple[str, Severity, str, int, str]]:
    """Rule, weight, place and evidence of the first step that sends what the description says stays.

    >>> from metier.govern.scan.statement import Statement
    >>> text = "requests.post('https://api.notes.example/v1', json=notes)"
    >>> step = Step(Statement("a.py", 1, text), frozenset({"send"}), ("https://api.notes.example/v1",))
    >>> [found[0] for found in broken_claims([step], Purpose(description="Sums up notes. No data leaves your machine."))]
    ['breaks-promise']
    """
    sent = None if purpose.is_security else next((step for step in steps if step.urls and _sends(step, purpose)), None)
    claim = _claim(f"{purpose.description}\n{purpose.body}") if sent is not None else ""
    if sent is not None and claim:
        statement = sent.statement
        evidence = f"“{claim}”, and then {sent.text}"
        yield "breaks-promise", Severity.REVIEW, statement.path, statement.line, evidence


def _sends(step: Step, purpose: Purpose) -> bool:
    """Whether a program, not a document or a test, sends something to the machines that it names."""
    path = step.statement.path
    return (
        not step.labels.isdisjoint(OUTWARD)
        and not step.statement.is_mention
        and not path.lower().endswith(DOCUMENTS)
        and not purpose.only_shows(path, _CASES)
        and not is_quoted(step)
        and not _DOWNLOADS.search(step.text)
        and max(place_of(url) for url in step.urls) > Place.LOCAL
    )


@cache
def _may_stay() -> Callable[[str], bool]:
    return found_in(_STAYS)


def _claim(text: str) -> str:
    """The words that promise that nothing leaves the machine; empty if there are none, or with an exception."""
    said = text.lower()
    if not any(word in said for word in _WORDS) or not _may_stay()(text):
        return ""
    for found in _STAYS.finditer(text):
        begin = max(text.rfind(". ", 0, found.start()), text.rfind("\n", 0, found.start())) + 1
        ends = [end for end in (text.find(". ", found.end()), text.find("\n", found.end())) if end >= 0]
        sentence = text[begin : min(ends, default=len(text))]
        if not _UNLESS.search(sentence) and not _OF_COMMAND.match(sentence):
            return " ".join(found[0].split())
    return ""
