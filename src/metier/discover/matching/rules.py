"""Which forms count, and how must they be written? Named rules, each of which can be switched."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from metier.discover.matching.words import TOKEN, canonical
from metier.errors import InputError
from metier.taxonomy import Taxonomy

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
        stop_forms: Forms that count nowhere.
        qualifiers: "Java (computer programming)" also has the form "Java".

    Raises:
        InputError: There is no such way with ambiguous forms, or a number is negative.
    """

    ambiguous: str = "all"
    exact_case: int = 0
    evidence: int = 0
    stop_forms: frozenset[str] = field(default=frozenset())
    qualifiers: bool = False

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
    return Rules(ambiguous="preferred", exact_case=_SHORT, evidence=1, stop_forms=frozenset(stop_forms()), qualifiers=True)


def stop_forms() -> Mapping[str, str]:
    """Our stop forms, each with why it is one: words of everyday prose that are also labels.

    >>> stop_forms()["lead"]
    'verb of every ad; the metal is meant in few'
    """
    text = files("metier.discover.matching").joinpath("stop_forms.csv").read_text(encoding="utf-8")
    return {row["form"]: row["reason"] for row in csv.DictReader(text.splitlines())}


@dataclass(frozen=True, slots=True)
class Form:
    """One canonical form: the concepts that it names, and the ways to write it if they count."""

    concepts: tuple[str, ...]
    ways: frozenset[str] = frozenset()

    def may_stand_as(self, written: str) -> bool:
        """Whether a form that stands so in a text is meant."""
        if not self.ways:
            return True
        stands = " ".join(written.split())
        return stands in self.ways or stands == stands.upper()


def forms_of(taxonomy: Taxonomy, rules: Rules) -> dict[str, Form]:
    """Every form that counts, by its canonical text.

    >>> from metier.taxonomy import Concept
    >>> trade = Taxonomy(name="t", concepts=(Concept(id="java", label="Java (computer programming)"),))
    >>> list(forms_of(trade, Rules(qualifiers=True)))
    ['java (computer programming)', 'java']
    """
    owners: dict[str, list[str]] = {}
    preferred: dict[str, list[str]] = {}
    ways: dict[str, set[str]] = {}
    for concept in taxonomy:
        for number, label in enumerate(concept.labels):
            for written in _written(label, rules):
                form = canonical(written)[0].strip(" ")
                if concept.id not in (named := owners.setdefault(form, [])):
                    named.append(concept.id)
                if not number:
                    preferred.setdefault(form, []).append(concept.id)
                if len(form) <= rules.exact_case:
                    ways.setdefault(form, set()).add(" ".join(written.split()))
    stopped = {canonical(form)[0].strip(" ") for form in rules.stop_forms}
    made = {}
    for form, named in owners.items():
        if len(named) > 1 and rules.ambiguous != "all":
            named = preferred.get(form, []) if rules.ambiguous == "preferred" else []
        if named and form not in stopped and TOKEN.search(form):
            made[form] = Form(tuple(dict.fromkeys(named)), frozenset(ways.get(form, ())))
    return made


def _written(label: str, rules: Rules) -> tuple[str, ...]:
    if rules.qualifiers and label.endswith(")") and (cut := _QUALIFIER.fullmatch(label)):
        return label, cut[1]
    return (label,)
