"""Whom does a new version single out: an account more that may come in, a number that gets more, or who somebody is?

Another account beside the one that was trusted, one id of all that a sum is put to, and a mark for age, name or origin
where people are ranked. A line that reads a header decides by what whoever asks has written himself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.stops import LEAVES, STOPS
from metier.govern.units import Unit
from metier.govern.versions import Loosening, Versions, told_of

_PRINCIPAL = re.compile(r"(?<![\w.])\d{12}(?!\w)")
_TRUSTS = re.compile(r"AssumeRole|\bprincipals?\b|\barn:aws|trusted_?accounts?|\baccount_?ids?\b", re.I)
_ONE_ID = re.compile(
    r"\b(?:id|account|employee|user|customer|member|vendor|supplier|payee|iban|staff)\w{0,12}[\"'\])]{0,3}\s{0,3}(?:===?|-eq|\.equals\()\s{0,3}[\"']?[A-Za-z]{0,4}-?(?!0+\b)\d{3,}[\"']?",
    re.I,
)
_PUTS = re.compile(r"[+*-]=|\.(?:find|filter|index)\(|\bbonus\b|\bcredit\w*\b")
_IS_WHO = re.compile(
    r"\b(?:first|given|last|family|maiden) names?\b|\bsurnames?\b|\bnationality|\bethnic\w*|\breligio\w*|\bgender\b|\bpregnan\w*|\bmarital\b|\bmarried\b|\baccents?\b|\bdate of birth\b|\bborn\b|\b(?:finished|graduated|graduation|degree)\b[^\n]{0,30}\bbefore\s+\d{4}|\bpost ?codes?\b|\bzip ?codes?\b|\bmother tongue\b|\bnative speaker\b|\bparental leave\b|\bchildren\b|\bdisab(?:led|ilit)\w*|\bphotos?\b",
    re.I,
)
_RANKS = re.compile(r"\b(?:points?|scores?|weights?|deduct\w*|criteri\w+|rank\w*|rubric|penalt\w+|bonus)\b", re.I)
_HIDDEN = re.compile(
    r"\b(?:hid(?:e|den)|remov\w*|mask\w*|drop\w*|strip\w*|blind\w*|anonym\w*|redact\w*|ignor\w*|never|not)\b", re.I
)
_ABOUT_PEOPLE = re.compile(
    r"\b(?:candidates?|applicants?|cvs?|resumes?|tenants?|borrowers?|loan|hiring|recruit\w*|applications?|students?|employees?)\b",
    re.I,
)
_HEADER = re.compile(
    r"(?:\bin\s+(?:request|req|r|ctx\.request)\.headers\b|\b(?:headers?|META)(?:\.get\(|\[|\.Get\()\s*[\"'](?:HTTP_)?x-(?!request-id|forwarded-proto|hub-signature|github|amz|goog|signature|csrf|correlation|trace)[\w-]+|\$http_x_(?!forwarded|request)\w+)",
    re.I,
)
_GUARDED = re.compile(r"\b(?:429|401|403)\b|\b(?:rate|throttl|limit|auth|permission|forbidden|verify|quota)\w*", re.I)
_LETS = re.compile(r"\b(?:or|\|\|)\b|\|\||\b(?:if|unless|when)\b|\?")


def singled(both: Versions) -> Iterator[Loosening]:
    """Accounts, ids, marks of people and headers by which a new version decides, and the old one did not."""
    ids = {found for unit in both.said for found in _PRINCIPAL.findall(unit.text)}
    said_who = any(_IS_WHO.search(unit.text) and _RANKS.search(unit.text) for unit in both.said)
    is_ranking = any(_ABOUT_PEOPLE.search(unit.text) for unit in both.says) and any(
        _RANKS.search(unit.text) for unit in both.says
    )
    for _, said, says in both.changed():
        fresh = [unit for unit in says if unit.is_code and unit.key not in both.known_keys]
        is_trusting = any(_TRUSTS.search(unit.text) for unit in says)
        is_guarding = any(_GUARDED.search(unit.text) for unit in said)
        for unit in fresh:
            if is_trusting and ids and any(one not in ids for one in _PRINCIPAL.findall(unit.text)):
                yield told_of(unit, "trusts another account")
            elif _ONE_ID.search(unit.text) and (_PUTS.search(unit.text) or _is_let(unit, both)):
                yield told_of(unit, "singles out one of all")
            elif is_guarding and _HEADER.search(unit.text) and _LETS.search(unit.text) and _is_let(unit, both):
                yield told_of(unit, "goes by a header that whoever asks may write")
            elif (
                is_ranking
                and not said_who
                and _IS_WHO.search(unit.text)
                and not _HIDDEN.search(unit.text)
                and _ranks(unit, says)
            ):
                yield told_of(unit, "ranks people by who they are")


def _ranks(unit: Unit, says: tuple[Unit, ...]) -> bool:
    """Whether a line, or one beside it, ranks."""
    return any(_RANKS.search(one.text) for one in says if abs(one.line - unit.line) <= 1)


def _is_let(unit: Unit, both: Versions) -> bool:
    """Whether a line, or the one behind it, leaves without an error."""
    behind = both.says_at.get((unit.path, unit.line + 1))
    text = f"{unit.text} {behind.text}" if behind is not None and behind.indent > unit.indent else unit.text
    return LEAVES.search(text) is not None and STOPS.search(text) is None
