"""What did the old version of a package forbid, ask first or check, that the new one nowhere does?

A guard is told by what it guards: sending, deleting, spending, publishing, running, keys; or by the check itself, of a
digest or of what the user answers. One that stands elsewhere, or is put otherwise, is not lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from metier.govern.heeded import ASKS, FORBIDS, SHOWS_FIRST, is_said, may_guard, passages_of
from metier.govern.origins import Origins
from metier.govern.units import Unit

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
_IS_DONE = re.compile(r"\b(?:we|i|they|it|who|that|which|has|have|had|is|are|was|were)\s+$", re.I)
"""Before a word that forbids: somebody tells what is or was, and orders nothing."""
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
    guards = (unit.words for unit in others if FORBIDS.search(unit.text) or ASKS.search(unit.text))
    is_neutral = any(_NEUTRAL.search(unit.text) for unit in says)
    is_read_only = any(_READS_ONLY.search(unit.text) for unit in others)
    fresh = list(islice(guards, _MAX_COMPARED))
    gone = [unit for unit in said if unit.key not in kept]
    heeded = [unit for unit in says if not unit.is_code and may_guard(unit.text)]
    still = Origins(heeded, num_asked=len(gone))
    passages = passages_of(says)
    for unit in gone:
        lost = [kind for kind in _kinds(unit) if kind not in guarded]
        if lost and not _is_reworded(unit, fresh) and not is_said(unit, still, passages):
            yield unit, not done.isdisjoint(lost)
        elif _is_rule(unit) and _warns(unit.text) and not is_said(unit, still, passages):
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
    forbids = FORBIDS.search(unit.text)
    if forbids and not _HIDES.match(unit.text, forbids.end()):
        # What is forbidden stands behind the word.
        yield from (kind for kind, pattern in _DEEDS.items() if pattern.search(unit.text, forbids.end()))
    elif not forbids and ASKS.search(unit.text):
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
    forbids = FORBIDS.search(text)
    if _OF_STYLE.search(text) and not (ASKS.search(text) or _SPEAKS_UP.search(text)):
        return False
    if forbids and (_HIDES.match(text, forbids.end()) or _IS_DONE.search(text, 0, forbids.start())):
        return False
    return bool(
        forbids
        or ASKS.search(text)
        or _SPEAKS_UP.search(text)
        or _PERSON_CHECKS.search(text)
        or SHOWS_FIRST.search(text)
    )


def _keeps_from_changing(text: str) -> bool:
    """Whether what a sentence forbids is a change, and nothing else."""
    forbids = FORBIDS.search(text)
    return forbids is not None and _CHANGES.match(text, forbids.end() + 1) is not None


def _is_reworded(unit: Unit, fresh: Iterable[frozenset[str]]) -> bool:
    """Whether a new sentence is this one with a few other words, and still a guard."""
    words = unit.words
    return not unit.is_code and any(2 * len(words & one) >= _SAME * (len(words) + len(one)) for one in fresh)
