"""How else is an English form written when it stands in a sentence? The regular endings of its first and last word.

"manage staff" stands as "managing staff" or "manages staff"; "database" as "databases". Nothing is looked up: irregular
verbs and nouns are left as they are written, and what is made wrongly ("informations") stands in no text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

# Ends in one consonant after one vowel, in a word of one syllable: the consonant is doubled ("plan", "planning").
_DOUBLED = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
_HISSING = ("s", "x", "z", "ch", "sh")
_SHORTEST = 3


def inflected(form: str, verbs: Collection[str]) -> tuple[str, ...]:
    """The further ways to write a canonical form: its first word as a verb, its last as singular or plural.

    Args:
        form: Lower case, single blanks.
        verbs: Which first words are verbs; those of forms of one word are never taken for one.

    >>> inflected("manage a database", {"manage"})[:4]
    ('manage a databases', 'manages a database', 'manages a databases', 'managed a database')
    >>> inflected("sql", ())
    ('sqls',)
    """
    first, gap, rest = form.partition(" ")
    heads = (first, *verb_forms(first)) if first in verbs else (first,)
    if not gap:
        # No singular: "financials" and "brands" are labels, "financial" and "brand" words of any kind.
        return number_forms(form) if not form.endswith("s") else ()
    before, space, last = rest.rpartition(" ")
    tails = [before + space + way for way in (last, *number_forms(last))]
    return tuple(f"{head} {tail}" for head in heads for tail in tails)[1:]


def verb_forms(verb: str) -> tuple[str, ...]:
    """The third person, the past and the participle of a regular verb; nothing for what is no word of letters.

    >>> verb_forms("manage"), verb_forms("plan"), verb_forms("apply")
    (('manages', 'managed', 'managing'), ('plans', 'planned', 'planning'), ('applies', 'applied', 'applying'))
    """
    if not _plain(verb):
        return ()
    third = _with_s(verb)
    if verb.endswith("ie"):
        return third, verb + "d", verb[:-2] + "ying"
    if verb.endswith("e"):
        return third, verb + "d", (verb if verb.endswith(("ee", "oe", "ye")) else verb[:-1]) + "ing"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return third, verb[:-1] + "ied", verb + "ing"
    stem = verb + verb[-1] if _DOUBLED.fullmatch(verb) else verb
    return third, stem + "ed", stem + "ing"


def number_forms(noun: str) -> tuple[str, ...]:
    """The plural of what looks like a singular, and the singular of what looks like a plural.

    >>> number_forms("policy"), number_forms("databases"), number_forms("process"), number_forms("c++")
    (('policies',), ('database',), ('processes',), ())
    """
    if not _plain(noun):
        return ()
    if noun.endswith("ies"):
        return (noun[:-3] + "y",)
    if noun.endswith(("sses", "xes", "zes", "ches", "shes")):
        return (noun[:-2],)
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is", "ics")):
        return (noun[:-1],)
    return (_with_s(noun),) if not noun.endswith("ics") else ()


def verbs_of(forms: Iterable[str]) -> frozenset[str]:
    """The first words of longer forms that such forms also begin with in -ing, and so are verbs here.

    >>> sorted(verbs_of(["manage staff", "managing a team", "staff meeting"]))
    ['manage']
    """
    first = {word for word, gap, _ in (form.partition(" ") for form in forms) if gap}
    return frozenset(word for word in first if (ways := verb_forms(word)) and ways[-1] in first)


def _with_s(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(_HISSING) else "s")


def _plain(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isascii() and word.isalpha()
