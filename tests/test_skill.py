"""Is a skill what it is made of, and does its life run only where it may?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.border import load
from metier.digest import plain
from metier.errors import SkillError
from metier.skill import Pattern, Representation, Scope, Skill, State
from metier.state import FEEDBACK, Cause, move, moves

SKILL = Skill(name="reverse", description="Write letters backwards.")
states = st.sampled_from(State)


def test_the_axes_are_five_by_six_and_the_patterns_are_seven_in_order() -> None:
    assert len(list(product(Representation, Scope))) == 30
    assert [pattern.number for pattern in Pattern] == ["P1", "P2", "P3", "P4", "P5", "P6", "P7"]
    assert Pattern.META_SKILL.number == "P6"


@given(st.lists(st.sampled_from(Pattern), unique=True))
def test_patterns_classify_and_do_not_change_the_digest(patterns: list[Pattern]) -> None:
    assert replace(SKILL, patterns=tuple(patterns)).digest == SKILL.digest


def test_the_digest_of_a_skill_is_the_one_it_had_before_patterns_were_known() -> None:
    assert SKILL.digest == "sha256:51e276e775eb4dae74f8fa70b98354eb04dcd19aa10cce1b036f1dc4df0224b3"


@given(st.sampled_from(Representation), st.sampled_from(Scope), st.lists(st.sampled_from(Pattern), unique=True))
def test_every_cell_of_the_taxonomy_crosses_the_border(
    representation: Representation, scope: Scope, patterns: list[Pattern]
) -> None:
    skill = replace(SKILL, representation=representation, scope=scope, patterns=tuple(patterns))
    assert load(Skill, plain(skill), where="test") == skill


def test_a_skill_written_before_patterns_were_known_still_loads() -> None:
    old = {key: value for key, value in plain(SKILL).items() if key != "patterns"}
    assert load(Skill, old, where="test") == SKILL


@pytest.mark.parametrize(("edge", "cause"), FEEDBACK.items())
def test_each_edge_back_is_taken_for_its_cause_and_refused_for_others(edge: tuple[State, State], cause: Cause) -> None:
    start, to = edge
    skill = replace(SKILL, state=start)
    assert move(skill, to, because=cause).state == to
    for other in [None, *(set(Cause) - {cause})]:
        with pytest.raises(SkillError, match=cause.value):
            move(skill, to, because=other)


def test_the_three_edges_back_are_those_of_the_paper() -> None:
    assert set(FEEDBACK.values()) == {Cause.UNDERPERFORMS, Cause.INDEX_MISS, Cause.RUNTIME_FAILURE}


@given(states, states)
def test_a_move_is_taken_if_it_is_listed_and_refused_with_the_list_if_not(start: State, to: State) -> None:
    skill, allowed = replace(SKILL, state=start), moves(start)
    if to == start:
        assert move(skill, to) is skill
    elif to in allowed:
        moved = move(skill, to, because=allowed[to])
        assert (moved.state, moved.digest) == (to, skill.digest)
    else:
        with pytest.raises(SkillError) as caught:
            move(skill, to)
        assert all(other.value in caught.value.hint for other in allowed)


@pytest.mark.parametrize(
    ("start", "to"),
    [
        (State.DISCOVERED, State.EXECUTED),
        (State.PRACTISED, State.COMPOSED),
        (State.STORED, State.DISCOVERED),
        (State.COMPOSED, State.DISCOVERED),
        (State.EVALUATED, State.EXECUTED),
        (State.RETIRED, State.STORED),
    ],
)
def test_what_the_paper_does_not_draw_is_refused(start: State, to: State) -> None:
    with pytest.raises(SkillError, match=f"cannot go from {start.value} to {to.value}"):
        move(replace(SKILL, state=start), to)


def test_every_state_is_reached_and_every_life_can_end() -> None:
    def reached(start: State) -> Iterator[State]:
        seen, pending = {start}, [start]
        while pending:
            here = pending.pop()
            yield here
            new = set(moves(here)) - seen
            seen |= new
            pending += new

    assert set(reached(State.DISCOVERED)) == set(State)
    assert all(State.RETIRED in moves(state) for state in State if state != State.RETIRED)
    assert moves(State.RETIRED) == {}
