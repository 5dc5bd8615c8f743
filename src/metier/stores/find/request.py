"""What does a request ask for, and which skills does it call or rule out by name?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from metier.stores.find.intents import intents
from metier.stores.find.words import CHAT, STOP, asked_words, every_word, letters, pairs, stem, words

_MAX_CHARACTERS = 4000
_NAME = r"(?P<name>[^\W_]+(?:-[^\W_]+)*)"
_HYPHENATED = r"(?P<name>[^\W_]+(?:-[^\W_]+)+)"
_VERB = r"\b(?:use|using|run|running|load|invoke|call|via|with|apply|trigger)"
_QUOTE = "[`'\"(]*"
_CALLED = (
    re.compile(rf"(?<![\w/.:-])/{_NAME}(?![\w/.-])"),
    re.compile(rf"(?<![\w-]){_HYPHENATED}[`'\")]*\s+skill\b"),
    re.compile(rf"{_VERB}\s+(?:the\s+|my\s+)?{_QUOTE}{_HYPHENATED}(?![\w-])"),
)
# "The juggling skill" calls one, "a juggling skill" does not.
_CALLED_SKILL = (
    re.compile(rf"{_VERB}\s+(?:the\s+|my\s+)?{_QUOTE}{_NAME}[`'\")]*\s+skill\b"),
    re.compile(rf"(?:\b(?:the|my|your|our)\s+{_QUOTE}|[`'\"]){_NAME}[`'\")]*\s+skill\b"),
)
_DESCRIBING = STOP | {"best", "current", "first", "good", "last", "main", "new", "next", "right", "same", "useful"}
"""Words that tell before "skill" which one is meant; they are not its name."""

_USE = r"(?:use|using|run|running|load|loading|call)"
_EXCLUDED = (
    re.compile(
        r"(?:\binstead of|\brather than|\bwithout|\bother than|\bexcept(?: for)?|\bavoid(?:ing)?)\s+"
        rf"(?:(?:{_USE}|the|a)\s+){{0,2}}{_QUOTE}{_NAME}(?![\w-])"
    ),
    # "I could not deploy it" rules no skill out, so after "not" a word must stand where or look as a name does.
    re.compile(rf"(?:\bnot|n't)\s+(?:(?:{_USE}|the|a)\s+){{0,2}}{_QUOTE}{_HYPHENATED}(?![\w-])"),
    re.compile(rf"(?:\bnot|n't)\s+{_USE}\s+(?:(?:the|a)\s+)?{_QUOTE}{_NAME}(?![\w-])"),
    re.compile(rf"(?:\bnot|n't)\s+(?:(?:the|a)\s+)?{_QUOTE}{_NAME}[`'\")]*\s+skill\b"),
    re.compile(
        rf"(?<![\w-]){_NAME}[`'\")]*\s+(?:\w+\s+)?(?:says?|states?|declares?|marks?)\s+(?:\w+\s+){{0,3}}?"
        r"(?:out of scope|not|unsupported)\b"
    ),
    re.compile(rf"(?<![\w-]){_NAME}[`'\")]*\s+is out of scope\b"),
    re.compile(rf"(?<![\w-]){_HYPHENATED}[`'\")]*\s+(?:does|can|should|must)(?:n't| ?not)\b"),
)

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_HOW = re.compile(r"\s*how\b")
_GENERAL = re.compile(
    r"\b(?:explain|in general|conceptual|overview|compare|best practice"
    r"|differences? between|what(?: is|'s|’s) the (?:difference|best|usual|recommended|cleanest|right)"
    r"|(?:recommended|usual|best|right|idiomatic) (?:way|approach))\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, analysed.

    Attributes:
        words: Its words that say what it is about, each once, in order.
        stems: Their stems, each once, in order.
        pairs: The number of each pair of neighbouring words, and the stems of both.
        last: The stems of its last sentence that says something, which is mostly the one that asks.
        intents: The kinds of work that it names.
        letters: Its text for comparing letter by letter.
        called: Names in a place where one calls a skill, such as `/name` or "the name skill".
        excluded: Names in a place where one rules a skill out, such as "not name".
        asks_how: Whether it begins by asking how: an answer may do where no work is to be done.
        asks_in_general: Whether it asks for an explanation, a comparison or advice.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    last: tuple[str, ...]
    intents: frozenset[str]
    pairs: Mapping[int, tuple[str, ...]]
    letters: str
    called: frozenset[str]
    excluded: frozenset[str]
    asks_how: bool = False
    asks_in_general: bool = False


def read_request(text: str) -> Request:
    """Analyse a request; what stands after the first 4,000 characters is not read.

    >>> request = read_request("Please use the fill-forms skill, not read-forms, on form.pdf")
    >>> sorted(request.called), sorted(request.excluded), request.words[:3]
    (['fill-forms'], ['read-forms'], ('fill', 'forms', 'fillforms'))
    """
    text = text[:_MAX_CHARACTERS]
    found = tuple(dict.fromkeys(asked_words(text)))
    every = list(every_word(text))
    lower = text.lower()
    called, excluded = _named(_CALLED, lower) | (_named(_CALLED_SKILL, lower) - _DESCRIBING), _named(_EXCLUDED, lower)
    return Request(
        words=found,
        stems=tuple(dict.fromkeys(map(stem, found))),
        last=_last(text),
        intents=intents(text),
        pairs={pair: (stem(one), stem(two)) for pair, one, two in zip(pairs(every), every, every[1:], strict=False)},
        letters=letters(" ".join(word for word in lower.split() if word not in CHAT)),
        called=called - excluded,
        excluded=excluded,
        asks_how=_HOW.match(lower) is not None,
        asks_in_general=_GENERAL.search(lower) is not None,
    )


def _named(patterns: Iterable[re.Pattern[str]], text: str) -> frozenset[str]:
    return frozenset(match["name"] for pattern in patterns for match in pattern.finditer(text))


def _last(text: str) -> tuple[str, ...]:
    for sentence in reversed(_SENTENCE_END.split(text)):
        found = [word for word in words(sentence) if word not in CHAT]
        if found:
            return tuple(dict.fromkeys(map(stem, found)))
    return ()
