"""Is what a sentence guarded still said, and guarded, in other words?

Words count as far as their endings do not, and some stand for others. A guard may be split over the sentences of a
paragraph, and may keep its order where it lost its "not"; what was asked first is not kept by telling afterwards.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from metier.govern.origins import Origins
from metier.govern.units import WORD, Unit

FORBIDS = re.compile(
    r"\b(?:never|do not|don'?t|must not|mustn'?t|may not|should not|shouldn'?t)\b"
    r"(?!\s+(?:worry|hesitate|be (?:surprised|afraid)|need to|have to)\b)",
    re.I,
)
ASKS = re.compile(
    r"\b(?:ask(?! yourself)|confirm\w*|check|approv\w+|consent|permission|agree\w*)\b.{0,80}"
    r"\b(?:before|first|until|unless|then)\b"
    r"|\b(?:before|until|unless|without|only (?:after|when|if|with|once))\b.{0,80}"
    r"\b(?:ask\w*|confirm\w*|approv\w+|consent|permission|agree\w*|sa(?:y|ys|id) (?:so|yes)|call(?:ed)?"
    r"|signatures?|someone other|second person)\b"
    r"|\bwait\s+(?:for|until)\s+(?:the\s+)?(?:user|owner|them|person|approval|a\s+yes)\b"
    r"|\b(?:ask|confirm)\b.{0,30}\b(?:user|owner|them)\b|\bwith the (?:user|owner)\b.{0,30}\bbefore\b",
    re.I,
)
SHOWS_FIRST = re.compile(
    r"\bbefore\b.{0,60}\b(?:show|read back|present|list)\b.{0,60}\b(?:user|owner|them)\b|\b(?:show|read back|present|list)\b.{0,60}\b(?:user|owner|them)\b.{0,40}\bbefore\b",
    re.I,
)
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "a an and any are as at be been before by do don't for from has have if in is it its must never no not of on or"
        " should somewhere that the their them then they this to user with without you",
    )
)
_NOTS = frozenset({"don't", "never", "no", "not", "without"})
_HEEDS = re.compile(
    r"\b(?:ask|confirm|approv|check|verif|consent|permi|review|agree|yes\b|warn|tell|stop|halt|inform|remind|wait|report|abort|refus)",
    re.I,
)
_AGAINST = re.compile(
    r"\b(?:not|no|nothing|nobody|never|without|avoid|cannot|only|alone|out of|frozen|immutable|read-only|off[- ]limits|left to"
    r"|forbidden|prohibited|reserved)\b|n't\b",
    re.I,
)
_NARROWS = re.compile(r"^\W*(?:above|over|beyond)\s+\S*\d|\b(?:unless|except|apart from)\b", re.I)
"""A guard that holds for some of what it held for."""
_SAID, _PARTLY, _FEW_WORDS, _STEM = 0.45, 0.3, 2, 6
_ENDING = re.compile(r"(?<=\w{3})(?:ings?|ed|es|e|s|n)$")
_SYNONYMS = {
    word: said[0]
    for said in (
        "tell inform report warn notif".split(),
        "stop halt end abort cease".split(),
        "ask confir approv consen agre permis yes".split(),
        "delet remov eras wip".split(),
        "send mail post forwar".split(),
        "chang edit modify modif alter".split(),
        "differ mismat".split(),
        "show print displa shown".split(),
        "overwr replac".split(),
    )
    for word in said
}
"""Words, as far as their endings do not count, of which one stands for another."""
_IN_ORDER = re.compile(r"\b(?:before|until|without)\b", re.I)
_IN_ORDER_STILL = re.compile(r"\b(?:before|until|first|after|needs?|requires?)\b", re.I)
_ASKS_STILL = re.compile(
    r"\b(?:ask|confirm|approv|consent|permi|agree|yes\b|wait|review|choos|decid|check|verif|consult)", re.I
)
"""Of what was asked first, it is not enough to tell afterwards."""


def is_said(unit: Unit, still: Origins, passages: Mapping[tuple[str, int], frozenset[str]]) -> bool:
    """Whether most of what a sentence guards is still said, and guarded there: in one sentence, or those around it.

    Args:
        still: The sentences that may guard.
        passages: What the paragraphs say that these stand in.

    >>> from metier.govern.units import text_units
    >>> (old,) = text_units("Never edit a page that was printed.", "a.md")
    >>> for text in ("A printed page is frozen.", "Edit a printed page."):
    ...     new = list(text_units(text, "a.md"))
    ...     is_said(old, Origins(new, num_asked=1), passages_of(new))
    True
    False
    """
    if unit.is_code:
        return False
    words = unit.words - _COMMON
    if len(words) < _FEW_WORDS:
        return True
    stems = _stems(words)
    for one, others in still.candidates(words):
        part = len(stems & _stems(others)) / len(stems)
        if part < _PARTLY or not _guards_still(unit.text, one.text):
            continue
        if part >= _SAID or len(stems & passages[one.path, one.line]) >= _SAID * len(stems):
            return True
    return False


def _guards_still(old: str, new: str) -> bool:
    """Whether a sentence guards in the way that another one does: forbids, asks first, or speaks up, of no less."""
    if _NARROWS.search(new) and not _NARROWS.search(old):
        return False
    if FORBIDS.search(old):
        is_in_order = _IN_ORDER.search(old) is not None and _IN_ORDER_STILL.search(new) is not None
        is_asked = _ASKS_STILL.search(old) is None or _ASKS_STILL.search(new) is not None
        return _speaks_against(new) or (is_in_order and is_asked)
    if SHOWS_FIRST.search(old):
        return _IN_ORDER_STILL.search(new) is not None or _ASKS_STILL.search(new) is not None
    if ASKS.search(old):
        return _ASKS_STILL.search(new) is not None or _AGAINST.search(new) is not None
    return _heeds(new)


def passages_of(units: Iterable[Unit]) -> Mapping[tuple[str, int], frozenset[str]]:
    """What each paragraph says, by its path and line, as far as endings do not count.

    >>> from metier.govern.units import text_units
    >>> [sorted(held) for held in passages_of(text_units("Read pages. Close them.", "a.md")).values()]
    [['clos', 'pag', 'read', 'them']]
    """
    words: dict[tuple[str, int], set[str]] = defaultdict(set)
    for unit in units:
        if not unit.is_code:
            words[unit.path, unit.line] |= unit.words
    return {place: _stems(held) for place, held in words.items()}


def telling(unit: Unit) -> list[str]:
    """The words of a unit that tell something, a "not" included, in order and as far as their endings do not count.

    >>> from metier.govern.units import text_units
    >>> [telling(unit) for unit in text_units("Never show them the links.", "a.md")]
    [['never', 'show', 'link']]
    """
    return [
        "never" if word in _NOTS else _stem(word)
        for word in WORD.findall(unit.key)
        if word in _NOTS or word not in _COMMON
    ]


def _stems(words: Iterable[str]) -> frozenset[str]:
    """Words as far as their endings do not count."""
    return frozenset(_stem(word) for word in words)


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stem = _ENDING.sub("", word)[:_STEM]
    return _SYNONYMS.get(stem, stem)


def _speaks_against(text: str) -> bool:
    return FORBIDS.search(text) is not None or _AGAINST.search(text) is not None


def may_guard(text: str) -> bool:
    """Tell whether a sentence forbids, asks, orders or speaks up.

    >>> may_guard("The page is read only."), may_guard("The page is long.")
    (True, False)
    """
    return any(form.search(text) for form in (_HEEDS, _AGAINST, FORBIDS, _ASKS_STILL, _IN_ORDER_STILL))


def _heeds(text: str) -> bool:
    return _HEEDS.search(text) is not None or _AGAINST.search(text) is not None
