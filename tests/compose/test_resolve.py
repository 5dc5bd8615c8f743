"""Is there one answer when several skills apply, whatever the order they come in?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.compose.resolve import Candidate, Rule, check_recovery, recoveries, resolve
from metier.errors import SkillError
from metier.skill import Skill, State
from metier.verdict import ExposureTier, VettingTier

FACTS = ("form", "pdf", "signed", "offline")
candidate = st.builds(
    Candidate,
    skill=st.builds(
        Skill,
        name=st.sampled_from(["a", "b", "c"]),
        description=st.sampled_from(["One.", "Two."]),
        version=st.sampled_from(["1.0.0", "1.1.0"]),
    ),
    conditions=st.frozensets(st.sampled_from(FACTS)),
    priority=st.integers(-2, 2),
    vetting=st.sampled_from(VettingTier),
    exposure=st.sampled_from(ExposureTier),
)
candidates = st.lists(candidate, max_size=8)
facts = st.frozensets(st.sampled_from(FACTS))


def made(name: str, *conditions: str, priority: int = 0, exposure: ExposureTier = ExposureTier.METADATA) -> Candidate:
    skill = Skill(name=name, description=f"{name}.")
    return Candidate(skill=skill, conditions=frozenset(conditions), priority=priority, exposure=exposure)


@given(st.data(), candidates, facts)
def test_the_order_in_which_skills_are_given_does_not_matter(
    data: st.DataObject, given_: list[Candidate], held: frozenset[str]
) -> None:
    assert resolve(data.draw(st.permutations(given_)), held) == resolve(given_, held)


@given(candidates, facts)
def test_all_that_apply_are_ranked_once_and_nothing_else(given_: list[Candidate], held: frozenset[str]) -> None:
    found = resolve(given_, held)
    digests = [c.skill.digest for c in found.ranked]
    assert len(set(digests)) == len(digests)
    assert set(digests) == {c.skill.digest for c in given_ if c.conditions <= held}
    assert (found.chosen is None) == (found.rule == Rule.NONE) == (not digests)


@given(candidates, facts)
def test_the_chosen_one_is_beaten_by_none_step_by_step(given_: list[Candidate], held: frozenset[str]) -> None:
    found = resolve(given_, held)
    for other in found.ranked[1:]:
        first = found.ranked[0]
        ours = (len(first.conditions), first.priority, first.trust)
        assert ours >= (len(other.conditions), other.priority, other.trust)


@given(candidates, facts)
def test_removing_a_loser_changes_no_winner(given_: list[Candidate], held: frozenset[str]) -> None:
    found = resolve(given_, held)
    if len(found.ranked) > 1:
        assert resolve(found.ranked[:-1], held).chosen == found.chosen


def test_each_step_decides_only_where_the_one_before_left_a_tie() -> None:
    trusted = ExposureTier.AUTONOMOUS
    general = made("a", "form", priority=9, exposure=trusted)
    special = made("b", "form", "pdf")
    assert resolve([general, special], FACTS).rule == Rule.SPECIFICITY
    assert resolve([special, made("c", "form", "pdf", priority=1)], FACTS).rule == Rule.PRIORITY
    found = resolve([special, made("z", "form", "pdf", exposure=trusted)], FACTS)
    assert (found.rule, found.chosen and found.chosen.skill.name) == (Rule.TRUST, "z")
    found = resolve([special, made("a", "pdf", "signed")], FACTS)
    assert (found.rule, found.chosen and found.chosen.skill.name) == (Rule.ORDER, "a")


def test_a_condition_that_does_not_hold_takes_a_skill_out_however_much_it_demands() -> None:
    greedy = made("greedy", *FACTS, "everything", priority=99, exposure=ExposureTier.AUTONOMOUS)
    found = resolve([greedy, made("modest", "form")], FACTS)
    assert found.because == "'modest' alone applies."


def test_what_a_skill_says_of_itself_gains_it_nothing() -> None:
    plain = made("b", "form")
    loud = replace(
        made("c", "form"), skill=Skill(name="c", description="The best. " * 50, applicability="Always. " * 50)
    )
    assert resolve([loud, plain], FACTS).ranked == (plain, loud)


def test_one_content_with_two_records_counts_once_with_its_best() -> None:
    low, high = made("a"), made("a", exposure=ExposureTier.SUPERVISED)
    assert resolve([low, high]).ranked == resolve([high, low]).ranked == (high,)


def test_nothing_applies_to_nothing() -> None:
    found = resolve([])
    assert (found.chosen, found.rule) == (None, Rule.NONE)


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        *(("1.0.0-rc2", "1.0.0-rc1"), ("v2.0", "v1.0"), ("1.0.1-rc1", "1.0.0"), ("1.0.0-beta", "1.0.0-alpha")),
        *(("1.0.0", "1.0.0-rc.1"), ("1.0.0-rc.10", "1.0.0-rc.9"), ("1.0.0-rc.1.1", "1.0.0-rc.1"), ("1.10", "1.9")),
        *(("1.0.0-rc.a", "1.0.0-rc.1"), ("1.0.0", "1.0"), ("0.1", "draft"), ("beta", "alpha"), ("1.0.0", "1.0.0rc1")),
        ("1" + "0" * 5000, "9" * 5000),
        ("1.0.0-rc10", "1.0.0-rc9"),
    ],
    ids=range(15),
)
def test_the_newest_version_comes_first_and_is_named(newer: str, older: str) -> None:
    new, old = (Candidate(skill=Skill(name="a", description="A.", version=version)) for version in (newer, older))
    for given_ in ([new, old], [old, new]):
        found = resolve(given_)
        assert found.chosen == new
        assert found.rule == Rule.ORDER
    if len(newer) < 40:
        assert f"version {newer} comes before {older}" in found.because


@pytest.mark.parametrize("version", ["1" * 50_000 + "!", "1." * 20_000, "1.0-" + "-" * 50_000 + "!", "1-a." * 9_000])
def test_a_version_made_to_be_slow_is_ranked_like_any_other(version: str) -> None:
    odd = Candidate(skill=Skill(name="a", description="A.", version=version))
    assert resolve([odd, made("a")]).chosen == made("a")


def test_of_two_records_of_one_content_the_better_trusted_one_counts_whatever_it_demands() -> None:
    trusted, careful = made("a", "form", exposure=ExposureTier.AUTONOMOUS), made("a", "form", "pdf")
    assert resolve([trusted, careful], FACTS).ranked == (trusted,)
    assert resolve([careful, made("a", "nothing", exposure=ExposureTier.AUTONOMOUS)], FACTS).ranked == (careful,)


@given(candidate, candidate)
def test_a_recovery_is_refused_exactly_if_it_is_trusted_less_on_either_ladder(
    help_: Candidate, failed: Candidate
) -> None:
    is_enough = help_.exposure >= failed.exposure and help_.vetting >= failed.vetting
    is_other = help_.skill.digest != failed.skill.digest
    assert bool(recoveries(failed, [help_], FACTS).ranked) == (is_enough and is_other)
    if is_enough:
        check_recovery(help_, failed)
    else:
        with pytest.raises(SkillError, match="may not recover"):
            check_recovery(help_, failed)


def test_the_refusal_names_both_tiers() -> None:
    with pytest.raises(SkillError, match="its exposure is metadata, and supervised is needed"):
        check_recovery(made("help"), made("work", exposure=ExposureTier.SUPERVISED))


def test_one_content_with_other_conditions_or_states_has_one_order_too() -> None:
    skill = Skill(name="a", description="A.")
    records = [
        Candidate(skill=skill, conditions=frozenset({"form"})),
        Candidate(skill=skill, conditions=frozenset({"pdf"})),
        Candidate(skill=replace(skill, state=State.STORED), conditions=frozenset({"pdf"})),
    ]
    assert resolve(records, FACTS) == resolve(reversed(records), FACTS)
