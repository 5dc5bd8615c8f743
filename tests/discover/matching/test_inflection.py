"""Are the regular endings of English those of a grammar?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.matching.inflection import inflected, number_forms, verb_forms, verbs_of


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("use", "uses used using"),
        ("oversee", "oversees overseed overseeing"),
        ("tie", "ties tied tying"),
        ("supply", "supplies supplied supplying"),
        ("deploy", "deploys deployed deploying"),
        ("plan", "plans planned planning"),
        ("develop", "develops developed developing"),
        ("fix", "fixes fixed fixing"),
        ("teach", "teaches teached teaching"),
        ("clean", "cleans cleaned cleaning"),
        ("c++", ""),
    ],
)
def test_a_verb_has_its_regular_forms(verb: str, forms: str) -> None:
    assert verb_forms(verb) == tuple(forms.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [("risk", "risks"), ("policy", "policies"), ("survey", "surveys"), ("process", "processes"), ("box", "boxes")],
)
def test_plural_and_singular_lead_to_each_other(one: str, other: str) -> None:
    assert number_forms(one) == (other,)
    assert number_forms(other) == (one,)


@pytest.mark.parametrize("word", ["statistics", "c++", "r", "3d"])
def test_what_has_no_regular_number_is_left_alone(word: str) -> None:
    assert number_forms(word) == ()


@given(st.lists(st.sampled_from(["manage", "staff", "boxes", "c++", "of", "policy"]), min_size=1, max_size=4))
def test_only_the_ends_of_a_form_change_and_never_into_itself(words: list[str]) -> None:
    made = inflected(" ".join(words), {"manage"})
    assert len(set(made)) == len(made)
    assert " ".join(words) not in made
    for way in made:
        assert way.split()[1:-1] == words[1:-1]
        assert len(way.split()) == len(words)


def test_a_first_word_is_a_verb_if_forms_begin_with_it_in_ing_as_well() -> None:
    assert verbs_of(["plan work", "planning a day", "staff meeting", "planning"]) == {"plan"}
