"""Is what comes from outside checked once, and refused with a way out?"""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.attempt import Attempt, Grade, Outcome
from metier.border import load, load_json
from metier.digest import canonical, digest, plain
from metier.errors import ConfigError, InputError, MetierError, MissingExtra, nearest
from metier.item import Exam, Item
from metier.skill import Interface, Parameter, Skill, State
from metier.verdict import ExposureTier, Verdict, VettingTier

words = st.text(st.characters(codec="utf-8"), max_size=20)


def test_an_unknown_key_is_refused_with_a_suggestion() -> None:
    with pytest.raises(InputError, match=r"exam: unknown key 'items.0.promt'. Did you mean 'prompt'\?"):
        load(Exam, {"name": "e", "items": [{"promt": "1 + 1", "reference": "2"}]}, where="exam")


def test_every_fault_is_told() -> None:
    with pytest.raises(InputError) as error:
        load(Item, {"prompt": 1, "levl": 2}, where="item")
    assert "unknown key 'levl'" in str(error.value)
    assert "'reference' is missing" in error.value.hint
    assert "prompt" in error.value.hint
    assert error.value.key == ("levl",)


@pytest.mark.parametrize(
    "data",
    [
        {"prompt": "p", "reference": "x", "level": "9" * 100_000},
        {"prompt": "p", "reference": "x", "k" * 100_000: 1},
        {f"key-{number}": 1 for number in range(1_000)},
    ],
)
def test_a_message_is_short_however_much_is_wrong(data: dict[str, object]) -> None:
    for read in (lambda: load(Item, data, where="item"), lambda: load_json(Item, json.dumps(data), where="item")):
        with pytest.raises(InputError) as error:
            read()
        assert len(str(error.value) + error.value.hint) < 3_000


def test_the_error_is_of_the_kind_asked_for() -> None:
    with pytest.raises(ConfigError):
        load(Item, {}, where="item", error=ConfigError)


def test_broken_json_says_where() -> None:
    with pytest.raises(InputError, match=r"line 3: .*JSON"):
        load_json(Item, '{"prompt": ', where="items.jsonl, line 3")


def test_a_grade_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="unscored"):
        Grade(outcome=Outcome.UNSCORED, score=0.0)
    with pytest.raises(ValueError, match="score"):
        Grade(outcome=Outcome.CORRECT, score=None)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Grade(outcome=Outcome.CORRECT, score=1.5)


@given(prompt=words, reference=words, concepts=st.lists(words, max_size=3), level=st.integers(1, 9))
def test_an_item_crosses_the_border_unchanged(prompt: str, reference: str, concepts: list[str], level: int) -> None:
    item = Item(prompt=prompt, reference=reference, concepts=tuple(concepts), level=level, policy={"after": ":"})
    back = load_json(Item, canonical(item), where="test")
    assert back == item
    assert back.item_id == item.item_id


@given(name=words, policy=words)
def test_a_skill_crosses_the_border_unchanged(name: str, policy: str) -> None:
    skill = Skill(
        name=name, description="d", policy=policy, interface=Interface(call="{x}", parameters=(Parameter(name="x"),))
    )
    assert load(Skill, plain(skill), where="test") == skill


def test_tiers_cross_the_border_as_numbers() -> None:
    verdict = Verdict(
        skill="s", digest="d", vetting=VettingTier.COMMUNITY, exposure=ExposureTier.SUPERVISED, reasons=("r",)
    )
    assert load(Verdict, json.loads(canonical(verdict)), where="test") == verdict


def test_the_state_and_the_place_of_a_skill_do_not_change_its_digest() -> None:
    skill = Skill(name="s", description="d")
    assert skill.digest == Skill(name="s", description="d", state=State.STORED, concepts=("x",)).digest
    assert skill.digest != Skill(name="s", description="e").digest


def test_an_attempt_is_the_same_attempt_whatever_was_answered() -> None:
    one = Attempt(item_id="i", model="m", run_id="r", reply="a", grade=Grade.correct())
    other = Attempt(item_id="i", model="m", run_id="r", reply="b", grade=Grade.incorrect("different"))
    assert one.attempt_id == other.attempt_id
    assert (
        one.attempt_id
        != Attempt(item_id="i", model="m", run_id="r", reply="a", grade=Grade.correct(), epoch=1).attempt_id
    )


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        digest({1, 2})
    with pytest.raises(ValueError, match="JSON"):
        digest(math.nan)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | words, lambda inner: st.lists(inner) | st.dictionaries(words, inner)
    )
)
def test_canonical_form_is_one_to_one(value: object) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_an_error_tells_the_way_out() -> None:
    error = MissingExtra("torch", extra="train", needed_for="A local model")
    assert isinstance(error, MetierError)
    assert error.hint == "Install it with: pip install 'metier[train]'"
    assert nearest("x", []) == "None is known."


def test_a_call_is_filled_without_reading_braces_in_values() -> None:
    interface = Interface(call="{a} and {b}", parameters=(Parameter(name="a"), Parameter(name="b")))
    assert interface.fill(a="{b}", b="2") == "{b} and 2"
    with pytest.raises(KeyError):
        interface.fill(a="1")
