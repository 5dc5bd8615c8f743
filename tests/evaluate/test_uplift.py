"""Is what a skill adds measured in pairs, and is a skill that a model made admitted on what it has not seen alone?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.attempt import Attempt, Grade
from metier.client import Client, Reply, Request
from metier.clients.rule import RuleClient
from metier.errors import StageError
from metier.evaluate.admit import admit, held_out
from metier.evaluate.bootstrap import bootstrap
from metier.evaluate.compare import paired
from metier.evaluate.evals import Case, Evals, items_of
from metier.evaluate.uplift import Taken, kept, measure, uplift
from metier.govern.evidence import shortfall
from metier.graders import grader_for
from metier.item import Exam, Item
from metier.skill import Skill
from metier.store import Store
from metier.stores.sqlite import SqliteStore

SKILL = Skill(name="carry", description="Add in columns.", policy="Carry the one.")
ITEMS = [Item(prompt=f"{n} + 9 =", reference=str(n + 9), grader="number") for n in range(40)]
ANSWERS = {item.prompt: item.reference for item in ITEMS}
SEEN = [ITEMS[0].item_id]
changes_ = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=1, max_size=30)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = SqliteStore(tmp_path / "metier.sqlite")
    yield made
    made.close()


def adder(right: Callable[[int, bool], bool]) -> Client:
    """A model that is right on item n, with the skill in hand or without, if it is said so."""

    def answer(request: Request) -> str:
        prompt = request.messages[-1].content
        number, has_skill = int(prompt.split()[0]), "Carry the one." in request.messages[0].content
        return ANSWERS[prompt] if right(number, has_skill) else "0"

    return RuleClient(answer, name="adder")


def exam(items: list[Item]) -> Exam:
    return Exam(name="sums", items=tuple(items))


HELPED = adder(lambda n, has_skill: has_skill or n % 2 == 0)
HURT = adder(lambda n, has_skill: n % 2 == 0 or not has_skill)


def test_uplift_is_the_mean_of_the_paired_changes_with_both_runs_on_record(store: Store) -> None:
    found, taken = measure(exam(ITEMS), SKILL, HELPED, store, grader_for=grader_for)
    assert found.difference.difference == pytest.approx(0.5)
    assert 0 < found.low <= 0.5 <= found.high < 1
    assert {a.run_id for a in (*taken.without, *taken.having)} == set(found.run_ids)
    assert not found.is_negative
    assert all(a.skills == (SKILL.digest,) for a in taken.having)


def test_the_evidence_counts_the_attempts_with_the_skill_and_carries_the_wider_interval(store: Store) -> None:
    found, _ = measure(exam(ITEMS), SKILL, HELPED, store, grader_for=grader_for)
    assert (found.evidence.correct, found.evidence.scored) == (40, 40)
    assert found.evidence.uplift == found.difference.difference
    assert found.evidence.uplift_low == min(found.low, found.difference.low) == found.cautious_low
    assert not found.evidence.is_harmful


def test_a_skill_that_makes_answers_worse_is_flagged_and_its_evidence_says_so(store: Store) -> None:
    found, _ = measure(exam(ITEMS), SKILL, HURT, store, grader_for=grader_for)
    assert found.is_negative
    assert found.is_harmful
    assert found.evidence.is_harmful


def test_a_second_measurement_asks_nothing_and_gives_the_same_bits(store: Store) -> None:
    first, _ = measure(exam(ITEMS), SKILL, HELPED, store, grader_for=grader_for, seed=3)
    silent = RuleClient(lambda request: pytest.fail("asked again"), name="adder")
    assert measure(exam(ITEMS), SKILL, silent, store, grader_for=grader_for, seed=3)[0] == first


def test_what_was_measured_is_kept_in_the_store_once_and_read_back_by_the_digest_of_the_skill(store: Store) -> None:
    found, _ = measure(exam(ITEMS), SKILL, HELPED, store, grader_for=grader_for, seed=3)
    measure(exam(ITEMS), SKILL, HELPED, store, grader_for=grader_for, seed=3)
    assert kept(store, SKILL.digest) == [found]
    assert kept(store, "sha256:of-another") == []
    first, second = found.run_ids
    without = {a.item_id for a in store.attempts(run_id=first)}
    assert without == {a.item_id for a in store.attempts(run_id=second)}
    assert {a.model for a in store.attempts(run_id=first)} == {a.model for a in store.attempts(run_id=second)}


def test_the_items_of_a_package_are_no_evidence_for_it_and_show_its_harm(store: Store) -> None:
    own = {item.item_id for item in ITEMS[:30]}
    found, _ = measure(exam(ITEMS), SKILL, HURT, store, grader_for=grader_for, own=own)
    assert (found.evidence.scored, found.evidence.own) == (10, 30)
    assert found.evidence.is_harmful
    every = {item.item_id for item in ITEMS}
    found, _ = measure(exam(ITEMS), SKILL, HELPED, store, grader_for=grader_for, own=every)
    assert (found.evidence.correct, found.evidence.scored, found.evidence.low) == (0, 0, 0.0)
    assert "count for nothing" in shortfall(found.evidence, min_attempts=1, min_accuracy=0.0)


def test_a_question_that_is_asked_again_and_again_counts_once() -> None:
    same = [Item(prompt=f"Say {'  ' * n}it.", reference=str(n), cluster=f"c{n % 2}") for n in range(30)]
    grades = [Attempt(item_id=item.item_id, model="m", run_id="r", reply="", grade=Grade.correct()) for item in same]
    found = uplift(same, Taken(grades, grades), SKILL)
    assert (found.difference.items, found.difference.clusters) == (30, 1)
    assert (found.evidence.scored, found.evidence.low < 0.21) == (30, True)


def test_with_few_clusters_the_bootstrap_is_about_as_wide_as_students_interval() -> None:
    """Six clusters of four; plain percentiles are a third shorter."""
    changes = [c for lean in (1, 1, 0, 1, 0, -1) for c in (lean, lean, 0, lean)]
    clusters = [str(n // 4) for n in range(24)]
    _, low, high, _ = paired(changes, clusters)
    found = bootstrap(changes, clusters, samples=4000)
    assert found[1] - found[0] == pytest.approx(high - low, rel=0.2)


def test_items_that_could_not_be_scored_are_left_out_and_too_few_is_an_error() -> None:
    def attempt(item: Item, grade: Grade) -> Attempt:
        return Attempt(item_id=item.item_id, model="m", run_id="r", reply="", grade=grade)

    without = [attempt(item, Grade.correct()) for item in ITEMS[:3]]
    having = [attempt(ITEMS[0], Grade.correct()), *(attempt(item, Grade.unscored("?")) for item in ITEMS[1:3])]
    with pytest.raises(StageError, match="at least two items"):
        uplift(ITEMS, Taken(without, having), SKILL)
    having[1] = attempt(ITEMS[1], Grade.incorrect("x"))
    found = uplift(ITEMS, Taken(without, having), SKILL)
    assert (found.difference.items, found.difference.left_out) == (2, 1)


def test_what_a_skill_was_made_from_does_not_count() -> None:
    kin = Item(prompt="other words", reference="1", cluster="kin")
    seen = Item(prompt="seen", reference="1", cluster="kin")
    again = Item(prompt="  SEEN ", reference="1", grader="number")
    fresh = Item(prompt="fresh", reference="1")
    every = [kin, seen, again, fresh]
    assert held_out(every, [seen.item_id]) == [fresh]
    assert held_out(every, ["seen"]) == [fresh]
    assert held_out(every, []) == every


@given(st.sets(st.sampled_from(range(40))))
def test_no_item_is_both_seen_and_held_out(seen: set[int]) -> None:
    made_from = [ITEMS[n].item_id for n in seen]
    fresh = held_out(ITEMS, made_from)
    assert {i.item_id for i in fresh} == {i.item_id for i in ITEMS} - set(made_from)


def test_a_skill_that_helps_on_unseen_items_is_admitted(store: Store) -> None:
    made_from = [item.item_id for item in ITEMS[:10]]
    found = admit(exam(ITEMS), SKILL, HELPED, store, made_from=made_from, grader_for=grader_for)
    assert (found.admitted, found.held_out, found.set_aside) == (True, 30, 10)
    assert found.reason.startswith("admitted: uplift +50.0 points, at least +")


def test_a_skill_that_helps_only_on_what_it_was_made_from_is_refused(store: Store) -> None:
    learnt_by_heart = adder(lambda n, has_skill: has_skill and n < 20)
    made_from = [item.item_id for item in ITEMS[:20]]
    found = admit(exam(ITEMS), SKILL, learnt_by_heart, store, made_from=made_from, grader_for=grader_for)
    assert not found.admitted
    assert admit(exam(ITEMS), SKILL, learnt_by_heart, store, made_from=SEEN, grader_for=grader_for).admitted


def test_without_held_out_items_nothing_is_asked_and_the_skill_is_refused(store: Store) -> None:
    silent = RuleClient(lambda request: pytest.fail("asked"), name="silent")
    made_from = [item.item_id for item in ITEMS]
    found = admit(exam(ITEMS), SKILL, silent, store, made_from=made_from, grader_for=grader_for)
    assert (found.admitted, found.held_out, found.uplift) == (False, 0, None)
    assert "0 of 40 items are held out" in found.reason


@pytest.mark.parametrize("made_from", [[], ["another prompt", "item_0"]])
def test_items_of_which_nobody_says_that_they_are_held_out_admit_nothing(store: Store, made_from: list[str]) -> None:
    silent = RuleClient(lambda request: pytest.fail("asked"), name="silent")
    found = admit(exam(ITEMS), SKILL, silent, store, made_from=made_from, grader_for=grader_for)
    assert (found.admitted, found.set_aside) == (False, 0)
    assert "none is known to be held out" in found.reason


@pytest.mark.parametrize("seen", ["7 + 9", "  7+9 =  ", "7 + 9 =?", "\uff17 + \uff19"])
def test_a_prompt_in_other_punctuation_is_the_same_prompt(seen: str) -> None:
    assert [item.prompt for item in ITEMS if item not in held_out(ITEMS, [seen])] == ["7 + 9 ="]


def test_a_case_is_seen_by_its_own_prompt_whatever_its_input_files(tmp_path: Path) -> None:
    for n in range(2):
        (tmp_path / f"{n}.txt").write_text(f"{n} 9")
    cases = [Case(id=n, prompt=f"Add file {n}.", expected_output="9", files=(f"{n}.txt",)) for n in range(2)]
    items = items_of(Evals(skill_name="carry", evals=tuple(cases)), tmp_path)
    assert held_out(items.values(), [cases[0].prompt]) == [items["1"]]
    same = Evals(skill_name="carry", evals=tuple(replace(case, prompt="Add the file.") for case in cases))
    items = items_of(same, tmp_path)
    assert held_out(items.values(), ["Add the file."]) == []
    assert held_out(items.values(), [items["0"].item_id]) == [items["1"]]


def test_the_provenance_of_a_skill_tells_what_it_was_made_from(store: Store) -> None:
    skill = Skill(name="carry", description="x", provenance=tuple(item.item_id for item in ITEMS[:39]))
    found = admit(exam(ITEMS), skill, HELPED, store, made_from=SEEN, grader_for=grader_for)
    assert (found.admitted, found.held_out) == (False, 1)


@pytest.mark.parametrize("margin", [-1.0, 0.0])
def test_a_low_end_below_zero_is_refused_whatever_the_margin(store: Store, margin: float) -> None:
    no_use = adder(lambda n, has_skill: n % 2 == 0)
    found = admit(exam(ITEMS), SKILL, no_use, store, made_from=SEEN, grader_for=grader_for, margin=margin)
    assert not found.admitted
    assert "short of +0.0" in found.reason


def test_the_margin_is_what_the_low_end_must_reach(store: Store) -> None:
    found = admit(exam(ITEMS), SKILL, HELPED, store, made_from=SEEN, grader_for=grader_for)
    assert found.uplift is not None
    low = found.uplift.cautious_low
    for margin, admitted in ((low, True), (low + 0.001, False)):
        again = admit(exam(ITEMS), SKILL, HELPED, store, made_from=SEEN, grader_for=grader_for, margin=margin)
        assert again.admitted == admitted


def test_three_items_that_all_improve_are_no_proof_of_a_margin(store: Store) -> None:
    always = adder(lambda n, has_skill: has_skill)
    found = admit(exam(ITEMS[:3]), SKILL, always, store, made_from=SEEN, grader_for=grader_for, margin=0.1)
    assert not found.admitted


@pytest.mark.parametrize(("unseen", "admitted"), [(2, False), (3, False), (5, False), (6, True)])
def test_a_few_items_that_all_improve_admit_nothing_that_chance_may_give(
    store: Store, unseen: int, admitted: bool
) -> None:
    always = adder(lambda n, has_skill: has_skill)
    found = admit(exam(ITEMS[: 1 + unseen]), SKILL, always, store, made_from=SEEN, grader_for=grader_for)
    assert (found.admitted, found.held_out) == (admitted, unseen), found.reason


def test_items_that_came_with_the_skill_are_set_aside_and_told(store: Store) -> None:
    own = {item.item_id for item in ITEMS}
    silent = RuleClient(lambda request: pytest.fail("asked"), name="silent")
    found = admit(exam(ITEMS), SKILL, silent, store, made_from=SEEN, own=own, grader_for=grader_for)
    assert (found.admitted, found.held_out, found.set_aside, found.own) == (False, 0, 40, 39)
    assert "39 came with the skill itself" in found.reason
    own = {item.item_id for item in ITEMS[:10]}
    found = admit(exam(ITEMS), SKILL, HELPED, store, made_from=SEEN, own=own, grader_for=grader_for)
    assert (found.admitted, found.held_out, found.own) == (True, 30, 9)
    assert found.uplift is not None
    assert (found.uplift.evidence.scored, found.uplift.evidence.own) == (30, 0)


class Broken:
    name = "broken"

    def replies(self, requests: Iterator[Request]) -> Iterator[Reply]:
        return (Reply(text="", error="down: gone") for _ in requests)

    def close(self) -> None: ...


def test_a_skill_that_could_not_be_scored_is_refused_with_the_reason(store: Store) -> None:
    found = admit(exam(ITEMS), SKILL, Broken(), store, made_from=SEEN, grader_for=grader_for)
    assert not found.admitted
    assert "at least two items" in found.reason


@pytest.mark.parametrize("has_skill", [True, False])
def test_what_is_refused_with_the_skill_alone_counts_against_it(store: Store, has_skill: bool) -> None:
    class Refusing:
        """Is helped by the skill, and refuses half of the questions with it in hand, or without."""

        name = "refusing"

        def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
            for request, reply in ((one, next(HELPED.replies([one]))) for one in requests):
                number, has = int(request.messages[-1].content.split()[0]), "Carry" in request.messages[0].content
                refused = has is has_skill and number % 4 < 2
                yield Reply(text="", error="refused: The model said 'I cannot'.") if refused else reply

        def close(self) -> None: ...

    found = admit(exam(ITEMS), SKILL, Refusing(), store, made_from=SEEN, grader_for=grader_for)
    assert found.uplift is not None
    difference = found.uplift.difference
    if has_skill:
        assert (found.admitted, difference.items, difference.left_out) == (False, 39, 0)
        assert "; 19 answers with it were not graded and count as wrong: client_error (19)." in found.reason
        assert "'I cannot'" in found.reason
    else:
        assert (found.admitted, difference.items, difference.left_out) == (True, 20, 19)
        assert found.reason.endswith("; 19 more were not graded without it")


@given(changes_, st.integers(0, 9))
def test_the_bootstrap_holds_the_mean_and_does_not_mind_the_order(changes: list[float], seed: int) -> None:
    low, high = bootstrap(changes, seed=seed, samples=200)
    assert low <= sum(changes) / len(changes) + 1e-9
    assert high >= sum(changes) / len(changes) - 1e-9
    assert bootstrap(changes[::-1], seed=seed, samples=200) == (low, high)


def test_clusters_are_drawn_whole() -> None:
    changes, together = [1.0] * 10 + [0.0] * 10, ["a"] * 10 + ["b"] * 10
    assert bootstrap(changes, together)[0] < 0.0
    low, high = bootstrap(changes)
    assert 0.0 < low < high < 1.0


def test_the_bootstrap_agrees_with_students_interval_on_many_items() -> None:
    chance = random.Random(5)
    changes = [float(chance.choice([-1, 0, 0, 1, 1])) for _ in range(400)]
    _, low, high, _ = paired(changes, [str(n) for n in range(400)])
    assert bootstrap(changes, samples=4000) == pytest.approx((low, high), abs=0.01)


@pytest.mark.parametrize(("changes", "samples", "level"), [([], 10, 0.95), ([1.0], 0, 0.95), ([1.0], 10, 1.0)])
def test_the_bootstrap_refuses_what_it_cannot_draw(changes: list[float], samples: int, level: float) -> None:
    with pytest.raises(ValueError, match="Expected changes"):
        bootstrap(changes, samples=samples, level=level)


def test_a_client_that_gives_no_answers_is_told_in_its_words(store: Store) -> None:
    class Refusing:
        name = "refusing"

        def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
            yield from (Reply(text="", error="refused: The model said 'I cannot'.") for _ in requests)

        def close(self) -> None: ...

    with pytest.raises(StageError) as told:
        measure(exam(ITEMS[:3]), SKILL, Refusing(), store, grader_for=grader_for)
    assert "client_error (6)" in told.value.hint and "refused: The model said 'I cannot'." in told.value.hint
