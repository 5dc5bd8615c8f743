"""Skills too close to part are answered with their group, and nothing that was found is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.found import Extracted, Kind
from metier.discover.extraction.rollup import level_of, roll_up
from metier.errors import ConfigError
from metier.taxonomy import Concept, Taxonomy

_TREE = Taxonomy(
    name="tree",
    concepts=(
        *(Concept(id=group, label=f"group {group}") for group in "XYZ"),
        Concept(id="a", label="a", parents=("X",)),
        Concept(id="b", label="b", parents=("X", "Y")),
        Concept(id="c", label="c", parents=("X", "Y")),
        Concept(id="d", label="d", parents=("Z",)),
        Concept(id="e", label="e", parents=("Y",)),
    ),
)


def _skill(uri: str, probability: float, kind: Kind = Kind.IMPLICIT) -> Extracted:
    return Extracted(uri=uri, label=uri, score=probability, probability=probability, kind=kind)


def _answers(*skills: Extracted, margin: float = 0.1) -> list[tuple[str, str]]:
    return [(one.uri, "".join(skill.uri for skill in one.skills)) for one in roll_up(skills, _TREE, margin=margin)]


def test_close_siblings_become_their_group_and_far_ones_do_not() -> None:
    assert _answers(_skill("a", 0.8), _skill("b", 0.75), _skill("d", 0.7)) == [("X", "ab"), ("d", "d")]
    assert _answers(_skill("a", 0.8), _skill("b", 0.6)) == [("a", "a"), ("b", "b")]


def test_the_group_that_most_share_wins_and_then_the_smaller_one() -> None:
    assert _answers(_skill("b", 0.8), _skill("a", 0.8), _skill("c", 0.8)) == [("X", "bac")]
    assert _answers(_skill("b", 0.8), _skill("c", 0.8)) == [("X", "bc")]
    assert _answers(_skill("b", 0.8), _skill("e", 0.8)) == [("Y", "be")]


def test_a_skill_that_stands_in_the_text_is_never_hidden() -> None:
    found = (_skill("a", 0.8, Kind.EXPLICIT), _skill("b", 0.8), _skill("c", 0.8))
    assert _answers(*found) == [("a", "a"), ("X", "bc")]
    assert _answers(_skill("X", 0.9, Kind.EXPLICIT), _skill("a", 0.8), _skill("b", 0.8))[1:] == [("a", "a"), ("b", "b")]


def test_a_group_that_was_found_itself_is_not_answered_twice() -> None:
    assert _answers(_skill("a", 0.8), _skill("b", 0.8), _skill("X", 0.3)) == [("X", "abX")]


def test_a_skill_outside_the_taxonomy_stands_for_itself() -> None:
    assert _answers(_skill("elsewhere", 0.8), _skill("a", 0.8)) == [("elsewhere", "elsewhere"), ("a", "a")]


def test_the_level_counts_the_steps_to_the_top_by_the_shortest_way() -> None:
    tree = Taxonomy(
        name="deep",
        concepts=(
            Concept(id="top", label="top"),
            Concept(id="low", label="low", parents=("top",)),
            Concept(id="far", label="far", parents=("low",)),
            Concept(id="two ways", label="two ways", parents=("far", "top")),
        ),
    )
    assert [level_of(one, tree) for one in ("top", "low", "far", "two ways", "none")] == [0, 1, 2, 1, None]
    (answer,) = roll_up((_skill("a", 0.8), _skill("b", 0.8)), _TREE)
    assert (answer.uri, answer.level) == ("X", 0)
    assert [one.level for one in roll_up((_skill("a", 0.8), _skill("elsewhere", 0.8)), _TREE)] == [1, None]


def test_the_more_probable_leads_whatever_the_score() -> None:
    low = Extracted(uri="a", label="a", score=9.0, probability=0.6, kind=Kind.IMPLICIT)
    assert _answers(low, _skill("b", 0.65)) == [("X", "ba")]


def test_a_margin_outside_its_range_is_refused() -> None:
    with pytest.raises(ConfigError, match="margin"):
        roll_up([], _TREE, margin=-0.1)


_FOUND = st.lists(
    st.builds(_skill, st.sampled_from("abcdeXq"), st.floats(0, 1), st.sampled_from(Kind)),
    unique_by=lambda skill: skill.uri,
)


@given(_FOUND, st.floats(0, 1))
def test_every_skill_is_in_exactly_one_answer_and_answers_are_in_order(skills: list[Extracted], margin: float) -> None:
    answers = roll_up(skills, _TREE, margin=margin)
    assert sorted(one.uri for answer in answers for one in answer.skills) == sorted(skill.uri for skill in skills)
    assert [answer.score for answer in answers] == sorted((answer.score for answer in answers), reverse=True)
    assert len({answer.uri for answer in answers}) == len(answers)
