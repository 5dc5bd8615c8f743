"""Which forms count, and how must they be written? Named rules, each of which can be switched."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import chain
from typing import Literal

from metier.discover.matching.inflection import inflected, verbs_of
from metier.discover.matching.words import GAPS, canonical
from metier.errors import InputError
from metier.taxonomy import Concept, Taxonomy

AMBIGUOUS = ("all", "preferred", "drop")
_QUALIFIER = re.compile(r"(.*\S)\s*\([^()]+\)")
_SHORT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is left out of the mentions. As it stands nothing is: every form counts in any case.

    Attributes:
        ambiguous: A form of several concepts is a mention of `all`, of those whose `preferred` label it is (of none
            where it is no preferred label), or is `drop`ped.
        exact_case: Forms of at most so many characters must stand as a label writes them, or in capitals: "IT" is not
            in "do it", "R" not in "r". 0 switches it off.
        evidence: A form of one or two characters counts only in a text with so many mentions of longer forms.
        stop_forms: Forms that count nowhere, save those that `exact_case` already keeps to capitals.
        languages: Labels in these further languages count as well.
        qualifiers: "Java (computer programming)" also has the form "Java".
        inflections: "manage staff" also has the forms "managing staff" and "managed staff", "database" has "databases":
            regular English, see `matching.inflection`. What a label writes itself is never taken for an inflected form.

    Raises:
        InputError: There is no such way with ambiguous forms, or a number is negative.
    """

    ambiguous: str = "all"
    exact_case: int = 0
    evidence: int = 0
    stop_forms: frozenset[str] = field(default=frozenset())
    languages: tuple[str, ...] = ()
    qualifiers: bool = False
    inflections: bool = False

    def __post_init__(self) -> None:
        if self.ambiguous not in AMBIGUOUS:
            raise InputError(f"Expected ambiguous to be one of {', '.join(AMBIGUOUS)}, got {self.ambiguous!r}.")
        for name, number in (("exact_case", self.exact_case), ("evidence", self.evidence)):
            if number < 0:
                raise InputError(f"Expected {name} to be 0 or more, got {number}.")


EVERY_FORM = Rules()


def careful() -> Rules:
    """Rules for prose: ambiguous forms by preferred label, short forms as written, our stop forms, qualifiers cut.

    >>> rules = careful()
    >>> rules.ambiguous, rules.exact_case, "plan" in rules.stop_forms
    ('preferred', 3, True)
    """
    return Rules(
        ambiguous="preferred", exact_case=_SHORT, evidence=1, stop_forms=frozenset(stop_forms()), qualifiers=True
    )


def stop_forms(use: Literal["mentions", "labels"] = "mentions") -> Mapping[str, str]:
    """Our stop forms, each with why it is one: words of everyday prose that are also labels.

    Args:
        use: Those that are no mention by `careful()`, or those by which no sentence is labelled for training. The first
            were chosen in annotated ads; the second are the everyday words among the 200 forms of ESCO most often found
            in 30,000 lines of job text, where masks and caps do the rest.

    >>> stop_forms()["lead"]
    'verb of every ad; the metal is meant in few'
    >>> "polish" in stop_forms(), "polish" in stop_forms("labels")
    (False, True)
    """
    text = files("metier.discover.matching").joinpath("stop_forms.csv").read_text(encoding="utf-8")
    return {row["form"]: row["reason"] for row in csv.DictReader(text.splitlines()) if row[use] == "yes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The forms that count, numbered.

    Attributes:
        names: The canonical text of each.
        owners: The concepts of each.
        ways: How short ones are to be written, by number.
        written: How many of them a label writes; those behind are inflected.
    """

    names: tuple[str, ...]
    owners: tuple[tuple[str, ...], ...]
    ways: Mapping[int, frozenset[str]]
    written: int


def forms_of(taxonomy: Taxonomy, rules: Rules) -> Forms:
    """Every form that counts.

    >>> trade = Taxonomy(name="t", concepts=(Concept(id="java", label="Java (computer programming)"),))
    >>> forms_of(trade, Rules(qualifiers=True)).names
    ('java (computer programming)', 'java')
    """
    rows = [
        (written, concept.id)
        for concept in taxonomy
        for label in _labels(concept, rules)
        for written in _ways(label, rules)
    ]
    canonical = _canonical(written for written, _ in rows)
    owners: dict[str, tuple[str, ...]] = {}
    ways: dict[str, set[str]] = {}
    for form, (written, concept_id) in zip(canonical, rows, strict=True):
        named = owners.get(form, ())
        if concept_id not in named:
            owners[form] = (*named, concept_id)
        if len(form) <= rules.exact_case:
            ways.setdefault(form, set()).add(" ".join(written.split()))
    owners.pop("", None)
    labels, stopped = set(owners), set(_canonical(rules.stop_forms))
    for form in stopped:
        if form not in ways or form in ways[form]:
            owners.pop(form, None)
    if rules.ambiguous != "all":
        owners = _unambiguous(owners, _preferred(taxonomy, rules) if rules.ambiguous == "preferred" else {})
    more = _inflected(owners, labels | stopped, rules) if rules.inflections else {}
    made = owners | more
    return Forms(
        names=tuple(made),
        owners=tuple(made.values()),
        ways={number: frozenset(ways[form]) for number, form in enumerate(made) if form in ways} if ways else {},
        written=len(owners),
    )


def _labels(concept: Concept, rules: Rules) -> Iterable[str]:
    return chain(concept.labels, *map(concept.labels_in, rules.languages)) if rules.languages else concept.labels


def _unambiguous(
    owners: Mapping[str, tuple[str, ...]], preferred: Mapping[str, set[str]]
) -> dict[str, tuple[str, ...]]:
    made = {}
    for form, named in owners.items():
        kept = named if len(named) == 1 else tuple(name for name in named if name in preferred.get(form, ()))
        if kept:
            made[form] = kept
    return made


def _inflected(
    owners: Mapping[str, tuple[str, ...]], taken: Collection[str], rules: Rules
) -> dict[str, tuple[str, ...]]:
    """The inflected forms that are not taken, with their concepts; short forms have none, as they stand in capitals."""
    verbs = verbs_of(taken)
    made: dict[str, tuple[str, ...]] = {}
    for form, named in owners.items():
        for way in inflected(form, verbs) if len(form) > rules.exact_case else ():
            if way not in taken:
                made[way] = tuple(dict.fromkeys((*made.get(way, ()), *named)))
    return made if rules.ambiguous == "all" else {way: named for way, named in made.items() if len(named) == 1}


def _preferred(taxonomy: Taxonomy, rules: Rules) -> dict[str, set[str]]:
    rows = [
        (written, concept.id)
        for concept in taxonomy
        for label in (
            concept.label,
            *(label for language in rules.languages for label in concept.labels_in(language)[:1]),
        )
        for written in _ways(label, rules)
    ]
    found: dict[str, set[str]] = {}
    for form, (_, concept_id) in zip(_canonical(written for written, _ in rows), rows, strict=True):
        found.setdefault(form, set()).add(concept_id)
    return found


def _canonical(written: Iterable[str]) -> list[str]:
    """The canonical text of each form; those of plain ASCII in one pass, which is most of a cold start."""
    rows = [one.replace("\0", " ") for one in written]
    joined = "\0".join(one if one.isascii() else "" for one in rows)
    plain = (one.strip(" ") for one in GAPS.sub(" ", joined.lower()).split("\0"))
    return [short if one.isascii() else canonical(one)[0].strip(" ") for short, one in zip(plain, rows, strict=False)]


def _ways(label: str, rules: Rules) -> tuple[str, ...]:
    if rules.qualifiers and label.endswith(")") and (cut := _QUALIFIER.fullmatch(label)):
        return label, cut[1]
    return (label,)
