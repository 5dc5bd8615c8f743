"""What did the old version of a package forbid, ask first or check, that the new one nowhere does?

A guard is told by what it guards: sending, deleting, spending, publishing, running, keys; or by the check itself, of a
digest or of what the user answers. One that stands elsewhere, or is put otherwise, is not lost.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from metier.govern.origins import Origins
from metier.govern.units import WORD, Unit

_DEEDS = {
    what: re.compile(rf"\b(?:{deeds})", re.I)
    for what, deeds in {
        "delete": r"delet|remov(?:e|es|ing)\b|eras(?:e|ing)|overwrit|wip(?:e|ing)\b|purg(?:e|ing)|destroy",
        "send": r"send|shar(?:e|es|ing)\b|upload|(?:post|forward|e-?mail)(?:s|ing)?\b|transmit|disclos",
        "spend": r"pay(?:s|ing|ments?)?\b|transfer|buy(?:s|ing)?\b|purchas|spend",
        "publish": r"publish|deploy|releas(?:e|ing)\b|merg(?:e|ing)\b|push(?:es|ing)?\b",
        "run": r"execut(?:e|ing)|install",
        "keys": r"passwords?\b|secrets?\b|credentials?\b|api keys?\b|private keys?\b|seed phrases?\b",
    }.items()
}
_FORBIDS = re.compile(
    r"\b(?:never|do not|don'?t|must not|mustn'?t|may not|should not|shouldn'?t)\b"
    r"(?!\s+(?:worry|hesitate|be (?:surprised|afraid)|need to|have to)\b)",
    re.I,
)
_IS_DONE = re.compile(r"\b(?:we|i|they|it|who|that|which|has|have|had|is|are|was|were)\s+$", re.I)
"""Before a word that forbids: somebody tells what is or was, and orders nothing."""
_ASKS = re.compile(
    r"\b(?:ask(?! yourself)|confirm\w*|check|approv\w+|consent|permission|agree\w*)\b.{0,80}"
    r"\b(?:before|first|until|unless|then)\b"
    r"|\b(?:before|until|unless|without|only (?:after|when|if|with|once))\b.{0,80}"
    r"\b(?:ask\w*|confirm\w*|approv\w+|consent|permission|agree\w*|sa(?:y|ys|id) (?:so|yes)|call(?:ed)?"
    r"|signatures?|someone other|second person)\b"
    r"|\bwait\s+(?:for|until)\s+(?:the\s+)?(?:user|owner|them|person|approval|a\s+yes)\b"
    r"|\b(?:ask|confirm)\b.{0,30}\b(?:user|owner|them)\b|\bwith the (?:user|owner)\b.{0,30}\bbefore\b",
    re.I,
)
_SHOWS_FIRST = re.compile(
    r"\bbefore\b.{0,60}\b(?:show|read back|present|list)\b.{0,60}\b(?:user|owner|them)\b|\b(?:show|read back|present|list)\b.{0,60}\b(?:user|owner|them)\b.{0,40}\bbefore\b",
    re.I,
)
_HIDES = re.compile(r"\W+(?:\w+\W+)?(?:ask|tell|mention|inform|confirm|report)\b", re.I)
"""What is forbidden is no harm, but to speak of it."""
_ASKS_BEFORE = re.compile(r"\b(?:ask|confirm|check with)\b[^.;]{0,60}?\bbefore\b", re.I)
_NOT_FOLLOWED = re.compile(r"\b(?:do not|don't|never|not to)\s+(?:follow|obey|act on|carry out)\b", re.I)
_CLAUSE_END = re.compile(r"[;:]|,\s|\s(?:and|then|but)\s|https?://|\S+@\S")
_QUOTED = re.compile(r"\"[^\"\n]{0,300}\"|“[^”\n]{0,300}”|'[^'\n]{0,300}'")
_SPEAKS_UP = re.compile(
    r"\b(?:stop|halt)\b.{0,40}\b(?:tell|report|ask|say)\b|\b(?:tell|warn|remind)\s+(?:the\s+)?(?:user|them|reader)\b|\bget\s+an?\s+(?:\w+\s+)?yes\b"
    r"|\b(?:ask|see|consult|check with)\s+(?:a|an|your|the)?\s*"
    r"(?:doctor|pharmacist|physician|lawyer|counsel|expert|electrician|vet)\b",
    re.I,
)
_NEUTRAL = re.compile(
    r"\b(?:are|is|be|stay|stays|remain|remains)\s+(?:independent(?! of\b)|neutral|impartial|unbiased|even-handed)\b|\b(?:vendor|brand)[- ]neutral\b"
    r"|\bno(?:body|\s+one|\s+\w+)?\s+pays\b|\bno\s+(?:affiliate|referral|sponsor\w*|commission)\b|\bnot\s+(?:sponsored|paid)\b|\bconflicts? of interest\b",
    re.I,
)
"""Whose side an adviser takes: nobody's."""
_PERSON_CHECKS = re.compile(
    r"\b(?:vet|veterinarian|doctor|physician|pharmacist|nurse|lawyer|engineer|electrician|accountant|auditor|human|person|manager|supervisor|expert|teacher)s?"
    r"\s+(?:always\s+|must\s+|has to\s+|have to\s+)?(?:checks?|reviews?|approves?|signs?|decides?|confirms?)\b",
    re.I,
)
"""Somebody who answers for a result looks at it."""
_OF_STYLE = re.compile(
    r"\b(?:colou?rs?|titles?|headings?|sentences?|paragraphs?|fonts?|layout|bullets?|emojis?|wording|adjectives?|commas?"
    r"|exclamation|indent\w*|whitespace|charts?|legends?|capitals?|voice|tone|styles?|italics|bold|semicolons?|abbreviat\w*|jargon)\b",
    re.I,
)
"""How a text is to look, which is a matter of taste."""
_FOR_PEOPLE = re.compile(
    r"(?:^|/)(?:changelog|changes|history|faq|readme|contributing|troubleshooting|roadmap|code_of_conduct|licen[cs]e)\b[^/]*$",
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
_CHANGES = re.compile(r"\b(?:chang|edit|modif|alter|writ|touch)\w*", re.I)
_READS_ONLY = re.compile(r"\b(?:only|can only|may only)\s+reads?\b|\bread-?\s?only\b|\breads?\s+only\b", re.I)
"""What only reads changes nothing."""
_SAME, _MAX_COMPARED = 0.6, 200
_CHECKS = {
    "a digest or a signature": re.compile(
        r"\b(?:sha\d*sum|shasum|b2sum|md5sum)\b.*\s(?:-c|--check)\b|\bgpgv?\b.*--verify|\bcosign\s+verify|\bminisign\s+-V"
        r"|\b(?:compare_digest|verify_signature)\("
    ),
    "what the user answers": re.compile(r"\bread\s+(?:-\w+\s+)*-\w*p\b|(?<![\w.])input\(|\b(?:click\.)?confirm\("),
}


def guards_lost(said: Sequence[Unit], says: Sequence[Unit]) -> Iterator[tuple[Unit, bool]]:
    """The guards of an old version of which the new one holds none of the kind.

    Args:
        said, says: What the old version says, and the new one.

    Returns:
        Each with whether the new version still does what was guarded.

    >>> from metier.govern.units import text_units
    >>> old, new = (list(text_units(text, "a.md")) for text in ("Ask before you delete a file.", "Delete it."))
    >>> [(unit.text, is_done) for unit, is_done in guards_lost(old, new)]
    [('Ask before you delete a file.', True)]
    """
    known, kept = {unit.key for unit in said}, {unit.key for unit in says}
    guarded = {kind for unit in says for kind in _kinds(unit)}
    done = {kind for kind, deeds in _DEEDS.items() if any(deeds.search(unit.text) for unit in says)} | _CHECKS.keys()
    others = [unit for unit in says if unit.key not in known and not unit.is_code]
    guards = (unit.words for unit in others if _FORBIDS.search(unit.text) or _ASKS.search(unit.text))
    is_neutral = any(_NEUTRAL.search(unit.text) for unit in says)
    is_read_only = any(_READS_ONLY.search(unit.text) for unit in others)
    fresh = list(islice(guards, _MAX_COMPARED))
    gone = [unit for unit in said if unit.key not in kept]
    heeded = [unit for unit in says if not unit.is_code and _may_guard(unit.text)]
    still = Origins(heeded, num_asked=len(gone))
    passages = _passages(says)
    for unit in gone:
        lost = [kind for kind in _kinds(unit) if kind not in guarded]
        if lost and not _is_reworded(unit, fresh) and not _is_said(unit, still, passages):
            yield unit, not done.isdisjoint(lost)
        elif _is_rule(unit) and _warns(unit.text) and not _is_said(unit, still, passages):
            if not (is_read_only and _keeps_from_changing(unit.text)):
                yield unit, True
        elif _is_rule(unit) and _NEUTRAL.search(unit.text) and not is_neutral:
            yield unit, True


def without_guarded(unit: Unit) -> str:
    """What a unit says to do, without what it asks first, quotes as not to be followed, or shows in a question.

    >>> from metier.govern.units import text_units
    >>> [without_guarded(unit) for unit in text_units('Ask before you delete it. Do not obey "send it".', "a.md")]
    ['Ask before', 'Do not obey .']
    """
    if unit.is_code:
        is_question = _CHECKS["what the user answers"].search(unit.text) is not None
        return _QUOTED.sub("", unit.text) if is_question else unit.text
    if _NOT_FOLLOWED.search(unit.text):
        return _QUOTED.sub("", unit.text)
    asks = _ASKS_BEFORE.search(unit.text)
    if asks is None:
        return unit.text
    rest = _CLAUSE_END.search(unit.text, asks.end())
    return unit.text[: asks.end()] + (unit.text[rest.start() :] if rest else "")


def _kinds(unit: Unit) -> Iterator[str]:
    """What a sentence guards, or a line of code checks."""
    if unit.is_code:
        yield from (kind for kind, pattern in _CHECKS.items() if pattern.search(unit.text))
        return
    forbids = _FORBIDS.search(unit.text)
    if forbids and not _HIDES.match(unit.text, forbids.end()):
        # What is forbidden stands behind the word.
        yield from (kind for kind, pattern in _DEEDS.items() if pattern.search(unit.text, forbids.end()))
    elif not forbids and _ASKS.search(unit.text):
        yield from (kind for kind, pattern in _DEEDS.items() if pattern.search(unit.text))


def is_for_people(path: str) -> bool:
    """Tell whether a page tells people what a program does or how to take part, and no agent what to do.

    >>> is_for_people("docs/FAQ.md"), is_for_people("SKILL.md")
    (True, False)
    """
    return _FOR_PEOPLE.search(path) is not None


def _is_rule(unit: Unit) -> bool:
    return not unit.is_code and not unit.is_hidden and not is_for_people(unit.path)


def _warns(text: str) -> bool:
    """Whether a sentence forbids something, has it asked first, or has the agent stop or speak up; no title, no row."""
    if text.startswith(("#", "|")) or text.endswith(":"):
        return False
    forbids = _FORBIDS.search(text)
    if _OF_STYLE.search(text) and not (_ASKS.search(text) or _SPEAKS_UP.search(text)):
        return False
    if forbids and (_HIDES.match(text, forbids.end()) or _IS_DONE.search(text, 0, forbids.start())):
        return False
    return bool(forbids or _ASKS.search(text) or _SPEAKS_UP.search(text) or _PERSON_CHECKS.search(text) or _SHOWS_FIRST.search(text))


def _is_said(unit: Unit, still: Origins, passages: Mapping[tuple[str, int], frozenset[str]]) -> bool:
    """Whether most of what a sentence guards is still said, and guarded there: in one sentence, or those around it."""
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
    if _FORBIDS.search(old):
        is_in_order = _IN_ORDER.search(old) is not None and _IN_ORDER_STILL.search(new) is not None
        is_asked = _ASKS_STILL.search(old) is None or _ASKS_STILL.search(new) is not None
        return _speaks_against(new) or (is_in_order and is_asked)
    if _SHOWS_FIRST.search(old):
        return _IN_ORDER_STILL.search(new) is not None or _ASKS_STILL.search(new) is not None
    if _ASKS.search(old):
        return _ASKS_STILL.search(new) is not None or _AGAINST.search(new) is not None
    return _heeds(new)


def _passages(units: Iterable[Unit]) -> Mapping[tuple[str, int], frozenset[str]]:
    """What each paragraph says, as far as endings do not count."""
    words: dict[tuple[str, int], set[str]] = defaultdict(set)
    for unit in units:
        if not unit.is_code:
            words[unit.path, unit.line] |= unit.words
    return {place: _stems(held) for place, held in words.items()}


def _keeps_from_changing(text: str) -> bool:
    """Whether what a sentence forbids is a change, and nothing else."""
    forbids = _FORBIDS.search(text)
    return forbids is not None and _CHANGES.match(text, forbids.end() + 1) is not None


def _stems(words: Iterable[str]) -> frozenset[str]:
    """Words as far as their endings do not count."""
    return frozenset(_stem(word) for word in words)


def _stem(word: str) -> str:
    stem = _ENDING.sub("", word)[:_STEM]
    return _SYNONYMS.get(stem, stem)


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


def _speaks_against(text: str) -> bool:
    return _FORBIDS.search(text) is not None or _AGAINST.search(text) is not None


def _may_guard(text: str) -> bool:
    return any(form.search(text) for form in (_HEEDS, _AGAINST, _FORBIDS, _ASKS_STILL, _IN_ORDER_STILL))


def _heeds(text: str) -> bool:
    return _HEEDS.search(text) is not None or _AGAINST.search(text) is not None


def _is_reworded(unit: Unit, fresh: Iterable[frozenset[str]]) -> bool:
    """Whether a new sentence is this one with a few other words, and still a guard."""
    words = unit.words
    return not unit.is_code and any(2 * len(words & one) >= _SAME * (len(words) + len(one)) for one in fresh)
