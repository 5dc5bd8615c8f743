"""Which sentences of a job ad ask for nothing, so that no skill should be looked for in them?

An ad speaks of the firm, its benefits, its law and how to apply, and every such sentence makes a reader of skills see
some. Rules, each with a reason, mark them. A heading opens a section that lasts until the next one; inside a section of
tasks or demands nothing but headings is ever marked, whatever words a sentence holds. The words are in
`metier.discover.extraction.phrases`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metier.discover.extraction import phrases

HEADING = "heading"
"""The mark of a sentence that is nothing but a heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of sentence that asks for nothing.

    Attributes:
        name: What a marked sentence is said to be.
        reason: Why nothing is looked for in it.
        headings: What opens such a section: a regular expression over a heading.
        words: What gives such a sentence away where no section is open: a regular expression over all of it.
    """

    name: str
    reason: str
    headings: str
    words: str


RULES = (
    Rule(
        name="equal opportunity",
        reason="It says whom the firm may not refuse, in words that look like fields of knowledge.",
        headings=phrases.EQUALITY_HEADINGS,
        words=phrases.EQUALITY,
    ),
    Rule(
        name="application",
        reason="It says how to apply, to whom and until when; to write a letter is no demand of the work.",
        headings=phrases.APPLICATION_HEADINGS,
        words=phrases.APPLICATION,
    ),
    Rule(
        name="benefits",
        reason="It says what the firm gives; pensions, courses and fruit are no demands.",
        headings=phrases.BENEFIT_HEADINGS,
        words=phrases.BENEFITS,
    ),
    Rule(
        name="legal",
        reason="It tells rights and duties of the page and of the process.",
        headings=phrases.LEGAL_HEADINGS,
        words=phrases.LEGAL,
    ),
    Rule(
        name="cookies",
        reason="It belongs to the page that the ad was copied from.",
        headings=phrases.COOKIE_HEADINGS,
        words=phrases.COOKIES,
    ),
    Rule(
        name="company",
        reason="It praises the firm; what the firm does is not what the work asks for.",
        headings=phrases.COMPANY_HEADINGS,
        words=phrases.COMPANY,
    ),
)
"""The rules; the first that fits wins."""

_WORK = ""
_GIVE_WAY = ("benefits", "company")
"""Firms praise themselves and ask in one breath: these rules give way where a sentence asks for something."""
_LONGEST_HEADING = 70
_LONGEST_MARKED = 300
"""A longer sentence is a page that lost its marks and may hold demands too."""
_AFTER_HEADING = r"$|[:?!.…;]|[-–•·*<]|(?-i:[A-ZÀ-Þ0-9])"
_RUN_ON = 4
"""Sentences that a heading still speaks for if it ran into the first of them: in such a text others got lost."""
_SECTIONS = tuple(
    (name, re.compile(rf"(?:{headings})(?!\w)(?=\s*(?:{_AFTER_HEADING}))", re.IGNORECASE))
    for name, headings in ((_WORK, phrases.WORK_HEADINGS), *((rule.name, rule.headings) for rule in RULES))
)
_WORDS = tuple((rule.name, re.compile(rule.words, re.IGNORECASE)) for rule in RULES)
_DEMANDS = re.compile(phrases.DEMANDS, re.IGNORECASE)


def skipped(sentences: Iterable[str]) -> list[str]:
    """Say of each sentence of one document, in order, why nothing should be looked for in it.

    Returns:
        The name of a rule of `RULES`, or `HEADING`, or an empty string where a skill may stand.

    >>> skipped(["About us", "We build ships.", "Your profile:", "You know C++.", "We have free fruit."])
    ['heading', 'company', 'heading', '', '']
    >>> skipped(["We are an equal opportunity employer.", "You will write Python."])
    ['equal opportunity', '']
    """
    listed = list(sentences)
    said = [_said(sentence) for sentence in listed]
    marks: list[str] = []
    section: str | None = None
    last = 0
    for place, sentence in enumerate(listed):
        opened, rest = _opened(sentence)
        if opened is not None:
            section, last = opened, place + _RUN_ON if rest else len(listed)
        elif (section and place > last) or _ends(section, sentence, said[place : place + 2]):
            section = None
        if opened is not None and not rest:
            marks.append(HEADING)
        elif section == _WORK or len(sentence) > _LONGEST_MARKED:
            marks.append("")
        else:
            marks.append(said[place] or section or "")
    return marks


def _ends(section: str | None, sentence: str, said: Sequence[str]) -> bool:
    """Whether a section ends though no known heading tells: demands end praise, two sentences of praise end demands."""
    if section == _WORK:
        return len(said) == 2 and all(said)
    return bool(_DEMANDS.search(sentence)) or _is_unknown_heading(sentence)


def _said(sentence: str) -> str:
    """The rule whose words stand in a sentence, or an empty string."""
    if len(sentence) > _LONGEST_MARKED:
        return ""
    asks = bool(_DEMANDS.search(sentence))
    return next((rule for rule, words in _WORDS if words.search(sentence) and not (asks and rule in _GIVE_WAY)), "")


def _opened(sentence: str) -> tuple[str | None, str]:
    """The section that the first words of a sentence open, if they are a heading, and what follows the heading."""
    for name, headings in _SECTIONS:
        if found := headings.match(sentence):
            rest = sentence[found.end() :].lstrip()
            if not rest.strip(" :?!.…-–*•;") and len(sentence) <= _LONGEST_HEADING:
                return name, ""
            # Ads that lost their lines run the heading into the sentence: `About us We build`, `Tasks: plan`.
            if rest[:1] in (":", "?") or _runs_on(found[0], section=name):
                return name, rest
    return None, ""


def _runs_on(heading: str, *, section: str) -> bool:
    """Whether a sentence begins after a heading; one word (`Apply SQL`) is too little to open a section of praise."""
    return heading[0].isupper() and (section == _WORK or " " in heading)


def _is_unknown_heading(sentence: str) -> bool:
    return len(sentence) <= _LONGEST_HEADING and (sentence.endswith(":") or sentence.isupper())
