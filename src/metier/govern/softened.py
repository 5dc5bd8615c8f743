"""Which new sentences have the agent say less, ask the wrong one, or serve somebody against whom it works for?

That somebody need not be told, that a right is named only to who asks for it, that the milder word is taken, that an
order is split below a limit, that a change is confirmed by the number which the change itself brings. One such sentence
where the old version had none of its kind is enough to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.guards import is_for_people
from metier.govern.versions import Loosening, Versions, told_of

_PERSON = r"(?:customers?|patients?|guests?|reporters?|tenants?|applicants?|candidates?|employees?|staff|parents?|members?|patrons?|buyers?|sellers?|callers?|readers?|residents?|donors?|students?|press|regulators?|somebody|anybody|auditors?|inspectors?|authorit\w+)"
_BY_ITSELF = "confirms a change by what the change itself names"
_SPLIT = "has something split to stay below a limit"
_FORMS = {
    what: re.compile(form, re.I)
    for what, form in {
        "has somebody not be told": r"\b(?:need(?:s)?\s+not|needn'?t|(?:do|does)(?:\s+not|n'?t)\s+(?:need|have)\s+to)\s+(?:be\s+)?(?:told|informed|listed|mentioned|shown|noted|reported|recorded|notified|asked|logged|know|named|disclosed|documented|announced)\b(?!\s+(?:twice|again)\b)"
        r"|\b(?:do not|don'?t|never)\s+(?:bring\s+up|volunteer|point\s+(?:out|to)|draw\s+attention\s+to|dwell\s+on|offer\s+up)\b"
        r"|\bkeep\s+(?:it|this|them|that)\s+(?:in|within|to)\s+the\s+(?:\w+\s+){0,2}(?:channel|team|file|room|circle)\b(?![^.]*\b(?:until|then)\b)"
        r"|\bleav(?:e|ing)\s+(?:\w+\W+){1,5}?(?:out|off)\b[^.]{0,40}\b(?:note|report|record|minutes|summary|certificate|list|letter|file)\b|\b(?:without|no)\s+(?:a\s+)?(?:note|mention|trace|entry)\s+(?:in|of\s+it)\b",
        "tells somebody only who asks": rf"\b(?:only\s+)?(?:if|when|where|unless)\s+(?:an?\s+|the\s+)?(?:{_PERSON}(?:\s+(?:or|and)\s+{_PERSON})?\s+)(?:explicitly\s+|directly\s+|specifically\s+)?(?:asks?(?!\s+(?:for|to|you|how)\b)|insists?|complains?|objects?|presses)\b",
        "takes the milder of two words": r"\b(?:milder|softer|vaguer|weaker|less\s+(?:alarming|strict|severe|precise))\s+(?:\w+\s+){0,4}?(?:wording|word|term|phrase|version|rating|grade|language|class)s?\b|\b(?:soften|tone\s+down|play\s+down|water\s+down|downplay)\w*\b",
        _SPLIT: r"\b(?:split|divide|break|spread|stagger|lots|phases|parts|instal?ments|several\s+(?:orders|payments|invoices|transfers))\b[^.]{0,80}\b(?:below|under|beneath)\b[^.]{0,40}(?:\d|threshold|limit|line|bound|ceiling|mark|amount)?",
        _BY_ITSELF: r"\b(?:call|phone|ring|contact|verify|confirm|reach|dial|write)\w*\b[^.]{0,80}\b(?:numbers?|address(?:es)?|contacts?|details|e-?mail|links?)\b[^.]{0,30}\b(?:given|named|stated|provided|shown|found|quoted|printed|written|supplied|included|from|in|on|of)\b[^.]{0,15}\b(?:the|their|that|this)\s+(?:\w+\s+)?(?:request|letter|mail|e-?mail|message|invoice|ticket|form|note|call(?:er)?)\b",
        "takes silence for consent": r"\b(?:do not|don'?t|does not|doesn'?t|no)\s+(?:answer|reply|object|respond|response|objection)\w*\b[^.]{0,80}\b(?:agreed|consent\w*|approved|a yes|accepted|go ahead)\b|\b(?:counts?|tak(?:e|en)|treat\w*)\s+(?:it\s+|this\s+|that\s+|silence\s+)?as\s+(?:a\s+)?(?:agreed|consent|agreement|approval|approved|yes)\b",
        "leaves somebody out of a check": r"\b(?:staff|users?|accounts?|members?|managers?|admins?|clients?|customers?|partners?|people|directors?|senders?|suppliers?|colleagues|executives?|board)\b[^.,;]{0,60}\b(?:is|are)\s+(?:not|never|no longer|exempt(?:ed)? from being)\s+(?:logged|checked|scanned|recorded|audited|screened|reviewed|monitored|verified|limited)\b",
        "leaves no trace": r"\bwithout\s+(?:tracking|logging|recording|a\s+record|a\s+trace|a\s+second\s+look|showing)\b(?!\s+(?:cookies?|pixels?|scripts?|code))",
        "decides a tie by name": r"\b(?:in|on)\s+(?:a\s+tie|doubt)\b[^.]{0,40}(?-i:\b[A-Z]\w{3,})[^.]{0,30}\b(?:first|wins?|ahead|preferred|on\s+top)\b",
        "lets somebody pass at once": r"\b(?:approve|accept|merge|clear|release|pass|waive|close)\w*\b[^.]{0,30}\b(?:right\s+away|straight\s+away|at\s+once|directly|on\s+sight|unread|immediately|as\s+(?:is|they\s+are|it\s+is))\b(?![^.]*\b(?:after|once|when|if|unless|then)\b)",
    }.items()
}  # fmt: skip
_ON_FILE = re.compile(
    r"\b(?:on file|stored|master|already|we (?:hold|have|know)|our (?:own )?(?:records?|system|books?|list)|register|directory|known)\b",
    re.I,
)
"""Where a change was confirmed by what was known before."""
_OF_MONEY = re.compile(
    r"\b(?:orders?|purchas\w*|payments?|invoices?|requests?|contracts?|transfers?|deposits?|lots|needs?|awards?|claims?|expenses?|donations?)\b",
    re.I,
)
"""What a limit is set for."""
_AGAINST = re.compile(
    r"\b(?:never|not|don'?t|avoid|without|instead of|forbid\w*|reject\w*|refuse\w*|no|nor|nobody)\b[^.]{0,60}$", re.I
)
_IS_REFUSED = re.compile(
    r"\b(?:is|are)\s+(?:not|never|forbidden|refused|reported|prohibited)\b|\bnot (?:allowed|permitted)\b", re.I
)


def softened(both: Versions) -> Iterator[Loosening]:
    """New sentences of a kind of which the old version had none."""
    fresh = [unit for unit in both.fresh if not (unit.is_code or is_for_people(unit.path))]
    for what, form in _FORMS.items():
        said = [unit for unit in fresh if _says(form, unit.text)]
        if what == _SPLIT:
            said = [unit for unit in said if _OF_MONEY.search(unit.text)]
        if said and what == _BY_ITSELF and not any(_ON_FILE.search(unit.text) for unit in both.lost):
            continue
        if said and not any(_says(form, unit.text) for unit in both.said):
            yield told_of(said[0], what)


def _says(form: re.Pattern[str], text: str) -> bool:
    found = form.search(text)
    if found is None or _AGAINST.search(text, 0, found.start()):
        return False
    return _IS_REFUSED.search(f"{text[: found.start()]} {text[found.end() :]}") is None
