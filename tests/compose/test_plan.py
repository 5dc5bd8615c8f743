"""Is a goal reached with the skills at hand, and if not, is the missing one named?"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.border import load
from metier.compose.plan import describe, plan
from metier.compose.resolve import Candidate
from metier.plan import Example, Gap, Goal, Plan, Step
from metier.skill import Skill
from metier.verdict import ExposureTier, VettingTier

FUNCTIONS: dict[str, Callable[[str], str]] = {
    "reverse": lambda text: text[::-1],
    "upper": str.upper,
    "drop-first": lambda text: text[1:],
    "double-last": lambda text: text + text[-1:],
}
LIBRARY = [Skill(name=name, description=name, concepts=(name, "order")) for name in FUNCTIONS]


class Hands:
    """Executes calls by the functions of the same name and remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[str, ...], str]] = []

    def __call__(self, calls: Sequence[tuple[tuple[Skill, ...], str]]) -> list[str]:
        outputs = []
        for skills, text in calls:
            self.calls.append((tuple(skill.name for skill in skills), text))
            for skill in skills:
                text = FUNCTIONS[skill.name](text)
            outputs.append(text)
        return outputs


def examples(*pairs: str) -> tuple[Example, ...]:
    return tuple(Example(input=a, output=b) for a, _, b in (pair.partition(">") for pair in pairs))


def names(result: Plan | Gap) -> tuple[str, ...]:
    assert isinstance(result, Plan), result
    return tuple(step.skill for step in result.steps)


def test_steps_that_are_covered_become_a_plan_that_was_executed() -> None:
    result = plan(Goal(name="g", steps=("reverse", "upper"), examples=examples("abc>CBA")), LIBRARY, apply=Hands())
    assert isinstance(result, Plan)
    assert names(result) == ("reverse", "upper")
    assert (result.succeeded, result.executed, result.tried) == (1, 1, 1)
    assert result.evidence == ("'abc' → 'CBA', as wanted",)
    assert result.steps[0].digest == LIBRARY[0].digest
    assert describe(result)["line"] == "reverse → upper: 1 of 1 examples"


def test_steps_without_examples_are_planned_and_nothing_is_executed() -> None:
    result = plan(Goal(name="g", steps=("upper",)), LIBRARY, apply=Hands())
    assert isinstance(result, Plan)
    assert (names(result), result.executed, result.evidence) == (("upper",), 0, ())


def test_a_step_that_nothing_covers_is_the_gap_and_the_nearest_skills_are_named() -> None:
    hands = Hands()
    goal = Goal(name="g", steps=("reverse", "drop-last", "drop-last", "fly"), examples=examples("ab>b"))
    result = plan(goal, LIBRARY, apply=hands)
    assert isinstance(result, Gap)
    assert result.missing == ("drop-last", "fly")
    assert result.nearest == ("double-last", "drop-first")
    assert result.examples == goal.examples
    assert result.reason == "no stored skill covers 'drop-last', 'fly'"
    assert hands.calls == []


def test_a_plan_that_fails_on_an_example_is_a_gap_with_what_came_out() -> None:
    goal = Goal(name="g", steps=("reverse",), examples=examples("ab>ba", "abc>xyz"))
    result = plan(goal, LIBRARY, apply=Hands())
    assert isinstance(result, Gap)
    assert result.reason == "the plan reverse gave 1 of 2 examples: 'abc' → 'cba', wanted 'xyz'"
    assert result.examples == goal.examples[1:]
    assert (result.nearest, result.missing) == (("reverse",), ())
    assert describe(result)["result"] == "gap"


def test_search_finds_one_skill_without_trying_two() -> None:
    hands = Hands()
    result = plan(Goal(name="g", examples=examples("abc>cba", "ab>ba")), LIBRARY, apply=hands)
    assert names(result) == ("reverse",)
    assert isinstance(result, Plan)
    assert result.tried == len(hands.calls) == len(LIBRARY) + 1
    assert (result.succeeded, result.executed) == (2, 2)


def test_search_finds_two_skills_and_asks_each_call_once() -> None:
    hands = Hands()
    result = plan(Goal(name="g", examples=examples("abc>BA", "xyz>YX")), LIBRARY, apply=hands)
    assert isinstance(result, Gap)  # three steps would do it
    hands = Hands()
    result = plan(Goal(name="g", examples=examples("abc>BC", "xyz>YZ")), LIBRARY, apply=hands)
    assert names(result) == ("drop-first", "upper")
    assert len(hands.calls) == len(set(hands.calls))


def test_search_goes_as_deep_as_the_goal_allows() -> None:
    goal = Goal(name="g", examples=examples("abc>CB", "xyz>ZY"), max_steps=3)
    assert len(names(plan(goal, LIBRARY, apply=Hands()))) == 3
    shallow = plan(Goal(name="g", examples=examples("abc>cba"), max_steps=0), LIBRARY, apply=Hands())
    assert isinstance(shallow, Gap)
    assert shallow.tried == 0


def test_a_search_in_vain_names_what_came_nearest_and_how_much_was_tried() -> None:
    goal = Goal(name="g", examples=examples("aba>aba", "abc>cba", "abcd>x"), max_steps=1)
    result = plan(goal, LIBRARY, apply=Hands())
    assert isinstance(result, Gap)
    assert result.nearest == ("reverse",)
    assert result.tried == 4 + 1 + 1
    assert "no sequence of up to 1 stored skills gives every example (6 calls tried)" in result.reason


def test_nothing_is_called_near_when_nothing_gave_an_example() -> None:
    result = plan(Goal(name="g", examples=examples("abc>?")), LIBRARY, apply=Hands())
    assert isinstance(result, Gap)
    assert result.nearest == ()


def test_an_empty_library_is_a_gap() -> None:
    assert isinstance(plan(Goal(name="g", examples=examples("a>b")), [], apply=Hands()), Gap)
    assert isinstance(plan(Goal(name="g", steps=("a",)), [], apply=Hands()), Gap)


def test_a_goal_without_steps_and_examples_cannot_be_planned() -> None:
    result = plan(Goal(name="g"), LIBRARY, apply=Hands())
    assert isinstance(result, Gap)
    assert "neither steps nor examples" in result.reason


def test_the_fewest_concepts_settle_a_tie_then_the_first_name_then_the_newest_version() -> None:
    broad = Skill(name="a", description="", concepts=("x", "y", "z"))
    named = [Skill(name=name, description="", version=v, concepts=("x", "y")) for name, v in (("c", "9"), ("b", "1.9"))]
    newest = Skill(name="b", description="", version="1.10", concepts=("x", "y"))
    for library in ([broad, *named, newest], [newest, *named[::-1], broad]):
        result = plan(Goal(name="g", steps=("x",)), library, apply=Hands())
        assert isinstance(result, Plan)
        assert (result.steps[0].skill, result.steps[0].version) == ("b", "1.10")


@given(st.randoms(use_true_random=False), st.sampled_from(["aa>AA", "aa>aa", "ab>bb", "a>", "ab>B"]), st.booleans())
def test_the_order_and_repetition_of_the_library_do_not_count(rng: random.Random, pair: str, twice: bool) -> None:
    goal = Goal(name="g", examples=examples(pair))
    shuffled = rng.sample(LIBRARY, len(LIBRARY)) * (1 + twice)
    assert plan(goal, shuffled, apply=Hands()) == plan(goal, LIBRARY, apply=Hands())


def test_an_executor_that_answers_too_little_is_not_believed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        plan(Goal(name="g", steps=("upper",), examples=examples("a>A")), LIBRARY, apply=lambda calls: [])


def rivals(**said: object) -> tuple[Skill, Skill, Candidate]:
    """Two skills for one concept; of the one that would come second by name more is known."""
    first, second = (Skill(name=name, description=name, concepts=("upper",)) for name in ("a", "b"))
    return first, second, Candidate(skill=second, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        {"conditions": frozenset({"latin"})},
        {"priority": 1},
        {"exposure": ExposureTier.SUPERVISED},
        {"vetting": VettingTier.COMMUNITY},
    ],
)
@pytest.mark.parametrize("wanted", [{"steps": ("upper",)}, {"examples": (Example(input="a", output="A"),)}])
def test_where_several_skills_apply_specificity_then_priority_then_trust_decide(
    said: dict[str, object], wanted: dict[str, object]
) -> None:
    first, second, known = rivals(**said)
    goal = Goal(name="g", **wanted)  # type: ignore[arg-type]
    for library in ([first, second], [second, first]):
        found = plan(goal, library, apply=lambda calls: ["A"] * len(calls), known=[known], facts={"latin"})
        assert names(found) == ("b",)


def test_a_skill_whose_conditions_do_not_hold_is_not_planned_with() -> None:
    first, second, known = rivals(conditions=frozenset({"latin"}), priority=9)
    goal = Goal(name="g", steps=("upper",))
    assert names(plan(goal, [first, second], apply=Hands(), known=[known])) == ("a",)
    assert isinstance(plan(goal, [second], apply=Hands(), known=[known]), Gap)


@pytest.mark.parametrize("said", [{"priority": 9}, {"exposure": ExposureTier.SUPERVISED}])
def test_what_a_package_says_of_itself_does_not_outdo_the_owner_or_the_verdict(said: dict[str, object]) -> None:
    narrow = Skill(name="narrow", description="", concepts=("upper",))
    wide = Skill(name="wide", description="", concepts=("upper", "lower"))
    goal = Goal(name="g", steps=("upper",))
    known = Candidate(skill=wide, **said)  # type: ignore[arg-type]
    assert names(plan(goal, [wide, narrow], apply=Hands())) == ("narrow",)
    assert names(plan(goal, [wide, narrow], apply=Hands(), known=[known])) == ("wide",)


@pytest.mark.parametrize("first", [0, 1])
def test_one_content_that_was_placed_twice_covers_both_concepts(first: int) -> None:
    placed = [Skill(name="upper", description="upper", concepts=(concept,)) for concept in ("up", "loud")]
    for concept in ("up", "loud"):
        goal = Goal(name="g", steps=(concept,), examples=examples("a>A"))
        assert names(plan(goal, [placed[first], placed[1 - first]], apply=Hands())) == ("upper",)


@pytest.mark.parametrize("step", [1, -1])
def test_a_record_whose_conditions_hold_counts_wherever_it_stands(step: int) -> None:
    skill = LIBRARY[1]
    known = [Candidate(skill=skill, conditions=frozenset({"online"})), Candidate(skill=skill)]
    goal = Goal(name="g", steps=("upper",), examples=examples("a>A"))
    assert names(plan(goal, [skill], apply=Hands(), known=known[::step])) == ("upper",)


def test_a_step_names_what_may_recover_it_and_nothing_that_is_trusted_less() -> None:
    helper = Skill(name="double-last", description="x", concepts=("upper",))
    trusted = Candidate(skill=helper, exposure=ExposureTier.SUPERVISED)
    goal = Goal(name="g", steps=("upper",), examples=examples("a>A"))
    for known, recovery in ([], "upper"), ([trusted], ""):
        result = plan(goal, [LIBRARY[1], helper], apply=lambda calls: ["A" for _ in calls], known=known)
        assert isinstance(result, Plan)
        assert result.steps[0].recovery == recovery


def test_a_recovery_is_pinned_to_the_content_that_is_trusted_as_far() -> None:
    upper, old, new = LIBRARY[1], *(Skill(name="fix", description="x", version=v, concepts=("upper",)) for v in "12")
    known = [
        Candidate(skill=upper, priority=9, exposure=ExposureTier.SUPERVISED),
        Candidate(skill=old, exposure=ExposureTier.AUTONOMOUS),
    ]
    result = plan(Goal(name="g", steps=("upper",)), [upper, old, new], apply=Hands(), known=known)
    assert isinstance(result, Plan)
    [step] = result.steps
    assert (step.recovery, step.recovery_version, step.recovery_digest) == ("fix", "1", old.digest)


def test_a_step_on_record_that_names_a_recovery_alone_is_read() -> None:
    said = {"skill": "a", "version": "1.0.0", "digest": "sha256:0", "recovery": "b"}
    assert load(Step, said, where="a plan") == Step(skill="a", version="1.0.0", digest="sha256:0", recovery="b")
