"""Every concept that is no group is ranked, by each of its forms once, in the order of the taxonomy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discover.extraction.trade import SKILLS, TRADE
from metier.discover.extraction.skills import skills_of
from metier.discover.taxonomies.groups import is_group
from metier.errors import InputError
from metier.taxonomy import Concept, Taxonomy


def test_groups_are_not_ranked_and_the_order_is_that_of_the_taxonomy() -> None:
    assert SKILLS.ids[:5] == ("weld", "grind", "drawing", "lathe", "bread")
    assert len(SKILLS) == len(TRADE) - 3 == 12
    assert SKILLS.taxonomy == "trade 7"


def test_a_qualifier_in_brackets_is_a_form_less() -> None:
    assert SKILLS.forms[SKILLS.index["java"]] == ("Java (computer programming)", "Java", "JDK")
    assert SKILLS.labels[SKILLS.index["java"]] == "Java (computer programming)"


def test_a_form_stands_once_and_blank_ones_not_at_all() -> None:
    odd = Concept(id="x", label="(only) brackets (here)", alt_labels=("a", " ", "", "a", "(only) brackets"))
    assert skills_of(Taxonomy(name="t", concepts=(odd,))).forms == (("(only) brackets (here)", "(only) brackets", "a"),)
    bracketed = Concept(id="x", label="(all)")
    assert skills_of(Taxonomy(name="t", concepts=(bracketed,))).forms == (("(all)",),)


@pytest.mark.parametrize("kind", ["ESCO skill group", "Occupation", "concept scheme"])
def test_what_its_source_calls_a_group_is_one(kind: str) -> None:
    assert is_group(Concept(id="x", label="x", kind=kind))
    with pytest.raises(InputError, match="only groups") as told:
        skills_of(Taxonomy(name="t", concepts=(Concept(id="x", label="x", kind=kind),)))
    assert told.value.hint


@given(st.lists(st.lists(st.text("ab ()", max_size=4), max_size=4), min_size=1, max_size=6))
def test_forms_of_a_skill_lie_between_its_start_and_the_next(others: list[list[str]]) -> None:
    concepts = tuple(Concept(id=str(n), label=f"skill {n}", alt_labels=tuple(alt)) for n, alt in enumerate(others))
    skills = skills_of(Taxonomy(name="t", concepts=concepts))
    assert len(skills.starts) == len(skills) + 1
    for place, forms in enumerate(skills.forms):
        assert skills.all_forms[skills.starts[place] : skills.starts[place + 1]] == forms
        assert forms[0] == skills.labels[place]
    assert all(skills.index[concept] == place for place, concept in enumerate(skills.ids))
