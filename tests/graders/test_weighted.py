"""Several graders make one reward, in whatever order they come."""

from __future__ import annotations

import itertools

import pytest

from metier.attempt import Outcome
from metier.errors import GraderError
from metier.graders.registry import make_grader
from metier.graders.weighted import Weighted
from metier.item import Item
from metier.testing import check_grader

ITEM = Item(prompt="?", reference="abc")
RIGHT = {"grader": "exact"}
WRONG = {"grader": "exact", "reference": "abd"}
UNSCORED = {"grader": "number", "reference": "5"}


@pytest.mark.parametrize(
    ("parts", "outcome", "score"),
    [
        ([RIGHT], "correct", 1.0),
        ([RIGHT, WRONG], "incorrect", 0.5),
        ([{**RIGHT, "weight": 3}, WRONG], "incorrect", 0.75),
        ([RIGHT, UNSCORED], "unscored", None),
        ([{**WRONG, "required": True}, RIGHT], "incorrect", 0.0),
        ([{**WRONG, "required": True}, UNSCORED], "incorrect", 0.0),
        ([{**UNSCORED, "required": True}, RIGHT], "unscored", None),
        ([{"grader": "weighted", "policy": {"parts": [RIGHT, WRONG]}}, RIGHT], "incorrect", 0.75),
        ([{**RIGHT, "weight": 0.1}] * 10, "correct", 1.0),
        ([{**RIGHT, "weight": 5e-324}, {**RIGHT, "weight": 1e300}], "correct", 1.0),
    ],
)
def test_scores_add_up_by_weight_in_any_order(parts: list, outcome: str, score: float | None) -> None:
    for order in itertools.islice(itertools.permutations(parts), 6):
        grade = Weighted(parts=order)(ITEM, "abc")
        assert grade.outcome.value == outcome
        assert grade.score == (None if score is None else pytest.approx(score))


def test_the_whole_is_correct_from_a_score_on() -> None:
    assert Weighted(parts=[RIGHT, WRONG], correct_at=0.5)(ITEM, "abc").outcome == Outcome.CORRECT


def test_a_part_sees_the_whole_item() -> None:
    item = Item(prompt="Sky?", reference="B", choices=("green", "blue"))
    assert Weighted(parts=[{"grader": "choice"}, {"grader": "choice", "reference": "blue"}])(item, "(B)").is_correct


def test_the_evidence_names_every_part() -> None:
    assert Weighted(parts=[RIGHT, UNSCORED])(ITEM, "abc").evidence == (
        "exact: correct (same); number: unscored (no_number)"
    )


@pytest.mark.parametrize(
    "policy",
    [
        {"parts": []},
        {"parts": "exact"},
        {"parts": 5},
        {"parts": ["exact"]},
        {"parts": [{"weight": 1}]},
        {"parts": [{**RIGHT, "wieght": 1}]},
        {"parts": [{**RIGHT, "weight": 0}]},
        {"parts": [{**RIGHT, "weight": -1}]},
        {"parts": [{**RIGHT, "weight": float("nan")}]},
        {"parts": [{**RIGHT, "weight": float("inf")}]},
        {"parts": [{**RIGHT, "weight": 1e308}] * 2},
        {"parts": [{**RIGHT, "weight": "heavy"}]},
        {"parts": [{**RIGHT, "reference": 5}]},
        {"parts": [{**RIGHT, "required": "no"}]},
        {"parts": [{"grader": "exakt"}]},
        {"parts": [{**RIGHT, "policy": {"cas": "fold"}}]},
        {"parts": [{**RIGHT, "policy": ["fold"]}]},
        {"parts": [RIGHT], "correct_at": 0},
        {"parts": [RIGHT], "correct_at": 1.5},
        {"parts": [RIGHT], "correct_at": "all"},
    ],
)
def test_a_bad_part_is_refused_before_the_first_answer(policy: dict) -> None:
    with pytest.raises(GraderError):
        make_grader("weighted", policy)


def test_the_promise_is_kept() -> None:
    parts = [RIGHT, {"grader": "regex", "reference": "^a", "weight": 2}, {**RIGHT, "required": True}]
    check_grader(Weighted(parts=parts), ITEM, correct="abc", incorrect="abd")
