"""What did the old version of a package forbid, ask first or check, that the new one nowhere does?

A guard is told by what it guards: sending, deleting, spending, publishing, running, keys; or by the check itself, of a
digest or of what the user answers. One that stands elsewhere, or is put otherwise, is not lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

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
        "a an and any as at be before by do don't for from if in is it must never no not of on or should that the them"
        " then this to user with without you",
    )
)
_HEEDS = re.compile(
    r"\b(?:ask|confirm|approv|check|verif|consent|permi|review|agree|yes\b|warn|tell|stop|halt|inform|remind)", re.I
)
_AGAINST = re.compile(r"\b(?:not|no|nothing|nobody|never|without|avoid|cannot|only|out of)\b|n't\b", re.I)
_NARROWS = re.compile(r"^\W*(?:above|over|beyond)\s+\S*\d|\b(?:unless|except|apart from)\b", re.I)
"""A guard that holds for some of what it held for."""
_SAID, _FEW_WORDS, _STEM = 0.45, 2, 6
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
    others = (unit for unit in says if unit.key not in known and not unit.is_code)
    guards = (unit.words for unit in others if _FORBIDS.search(unit.text) or _ASKS.search(unit.text))
    fresh = list(islice(guards, _MAX_COMPARED))
    gone = [unit for unit in said if unit.key not in kept]
    heeded = [unit for unit in says if not unit.is_code and (_HEEDS.search(unit.text) or _speaks_against(unit.text))]
    still = Origins(heeded, num_asked=len(gone))
    for unit in gone:
        lost = [kind for kind in _kinds(unit) if kind not in guarded]
        if lost and not _is_reworded(unit, fresh) and not _is_said(unit, still):
            yield unit, not done.isdisjoint(lost)
        elif _is_rule(unit) and _warns(unit.text) and not _is_said(unit, still):
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
    return bool(forbids or _ASKS.search(text) or _SPEAKS_UP.search(text))


def _is_said(unit: Unit, still: Origins) -> bool:
    """Whether most of what a sentence guards is still said somewhere, and guarded there."""
    if unit.is_code:
        return False
    words = unit.words - _COMMON
    guards = _speaks_against if _FORBIDS.search(unit.text) else _heeds
    stems = _stems(words)
    return len(words) < _FEW_WORDS or any(
        len(stems & _stems(others)) >= _SAID * len(stems)
        and guards(one.text)
        and (_NARROWS.search(one.text) is None or _NARROWS.search(unit.text) is not None)
        for one, others in still.candidates(words)
    )


def _stems(words: Iterable[str]) -> frozenset[str]:
    """Words as far as their endings do not count."""
    return frozenset(word[:_STEM] for word in words)


def _speaks_against(text: str) -> bool:
    return _FORBIDS.search(text) is not None or _AGAINST.search(text) is not None


def _heeds(text: str) -> bool:
    return _HEEDS.search(text) is not None or _AGAINST.search(text) is not None


def _is_reworded(unit: Unit, fresh: Iterable[frozenset[str]]) -> bool:
    """Whether a new sentence is this one with a few other words, and still a guard."""
    words = unit.words
    return not unit.is_code and any(2 * len(words & one) >= _SAME * (len(words) + len(one)) for one in fresh)
