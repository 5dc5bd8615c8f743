"""What did the old version promise without exception that the new one no longer says?

"Nothing else is sent", "the scan covers all files", "no signature, no update": a sentence that holds for all, for nobody
or in full bounds what a package does as much as one that forbids. One that is put otherwise still says so somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.guards import is_for_people
from metier.govern.heeded import passages_of, promises_still
from metier.govern.origins import Origins
from metier.govern.units import Unit
from metier.govern.versions import Loosening, Versions, told_of

_WITHOUT_EXCEPTION = re.compile(
    r"\bwithout (?:any )?exceptions?\b|\bno exceptions?\b|\bno (?:bypass|way around|override)\b|\band (?:nobody|nothing|no one) else\b"
    r"|\bnothing else\b|\bfor everyone\b|\bmaintainers included\b|\bnot (?:allowed|permitted)\b"
    r"|\bno (?P<what>signature|receipt|consent|approval|review|test|ticket|proof|checksum|token|invoice|prescription)s?, no \w+"
    r"|\bmust (?:stay|be|remain) (?:exact|complete|private|encrypted|signed|secret)\b|\bfails? closed\b"
    r"|\bnothing (?:is|that|may|gets|leaves)\b|\b(?:seen|kept|known|read|held|stored|opened|shared)\b[^.;]{0,40}\b(?:only|alone)\b|\bkept in memory\b|\bonly in memory\b",
    re.I,
)
_ALL_CHECKED = re.compile(
    r"\b(?:all|every|each|always|any)\b.{0,60}\b(?:check\w*|verif\w*|scann?\w*|cover\w*|review\w*|sign(?:ed|s)|encrypt\w*|redact\w*|mask\w*|disabled|blocked|screened|audited|disclosed)\b"
    r"|\b(?:all|every|each)\s+(?:change|access|edit|payment|decision|waiver|deletion|transfer|login|call)s?\b.{0,20}\b(?:shown|logged|recorded|tracked|noted)\b|\blogs?\s+(?:all|every|each)\b"
    r"|\b(?:check\w*|verif\w*|scans?|covers?|reviews?|signs?|encrypts?|redacts?|masks?|screens?|audits?)\b.{0,30}\b(?:all|every|each)\b"
    r"|\b(?:clients?|logins?|requests?|groups|calls|accounts|users|senders|rows|queries|uploads|attachments)\b.{0,40}\b(?:are|is) (?:always )?(?:blocked|suppressed|refused|dropped|denied|rejected|quarantined)\b"
    r"|\breturns? no (?:rows|data|results)\b",
    re.I,
)
_IN_FULL = re.compile(
    r"\b(?:in full|word for word|verbatim|to the letter)\b|\bexactly as\b|\bwording exactly\b|\b(?:nothing|none|no \w+) (?:is|are) (?:\w+ or )?(?:left out|omitted|dropped|summari[sz]ed|shortened|hidden)\b",
    re.I,
)
_PROMISES = (_WITHOUT_EXCEPTION, _ALL_CHECKED, _IN_FULL)
_OF_OUTPUT = re.compile(
    r"\b(?:headings?|columns?|paragraphs?|titles?|fonts?|colou?rs?|sentences?|style|tone|format\w*)\b", re.I
)


def promises_gone(both: Versions) -> Iterator[Loosening]:
    """Sentences that promised something without exception, of which the new version says nothing like it."""
    gone = [unit for unit in both.lost if _promises(unit)]
    if not gone:
        return
    prose = [unit for unit in both.says if not unit.is_code]
    still, passages = Origins(prose, num_asked=len(gone)), passages_of(prose)
    for unit in gone:
        if unit.path in both.says_in and not promises_still(unit, still, passages):
            yield told_of(unit, "is promised no longer")


def _promises(unit: Unit) -> bool:
    if unit.is_code or unit.is_hidden or is_for_people(unit.path) or unit.text.startswith(("#", "|")):
        return False
    return any(form.search(unit.text) for form in _PROMISES) and _OF_OUTPUT.search(unit.text) is None
