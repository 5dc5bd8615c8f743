"""A checker of the examiner's own decides, and whatever it does is a grade."""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.errors import GraderError
from metier.graders.program import Program
from metier.item import Item
from metier.testing import check_grader

CHECKERS = """
from metier.attempt import Grade


class Odd:
    def __float__(self):
        raise RuntimeError("no float")


def raising(item, answer): raise KeyError("lost")
def recursing(item, answer): return recursing(item, answer)
def none(item, answer): return None
def true(item, answer): return True
def false(item, answer): return False
def half(item, answer): return 0.5
def one(item, answer): return 1
def two(item, answer): return 2
def negative(item, answer): return -0.1
def not_a_number(item, answer): return float("nan")
def text(item, answer): return "yes"
def odd(item, answer): return Odd()
def whole(item, answer): return Grade.incorrect("nearly", score=0.9)
constant = 3
"""


@pytest.fixture(autouse=True)
def _checkers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkers_of_a_test.py").write_text(CHECKERS)
    (tmp_path / "broken_checkers_of_a_test.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    ("name", "outcome", "score", "reason"),
    [
        ("true", "correct", 1.0, "accepted"),
        ("one", "correct", 1.0, "accepted"),
        ("false", "incorrect", 0.0, "refused"),
        ("half", "incorrect", 0.5, "partly"),
        ("whole", "incorrect", 0.9, "nearly"),
        ("none", "unscored", None, "could_not_tell"),
        ("raising", "unscored", None, "checker_failed"),
        ("recursing", "unscored", None, "checker_failed"),
        ("two", "unscored", None, "checker_failed"),
        ("negative", "unscored", None, "checker_failed"),
        ("not_a_number", "unscored", None, "checker_failed"),
        ("text", "unscored", None, "checker_failed"),
        ("odd", "unscored", None, "checker_failed"),
    ],
)
def test_whatever_a_checker_does_is_a_grade(name: str, outcome: str, score: float | None, reason: str) -> None:
    grade = Program(check=f"checkers_of_a_test:{name}")(Item(prompt="?", reference="a"), "b")
    assert (grade.outcome.value, grade.score, grade.reason) == (outcome, score, reason)


@pytest.mark.parametrize(
    "check",
    [
        "checkers_of_a_test:absent",
        "checkers_of_a_test",
        "no_such_module:f",
        "broken_checkers_of_a_test:f",
        "",
        ".relative:f",
        "checkers_of_a_test:constant",
    ],
)
def test_a_checker_that_is_not_there_is_refused_before_the_first_answer(check: str) -> None:
    with pytest.raises(GraderError, match="checker"):
        Program(check=check)


def test_the_promise_is_kept() -> None:
    grader = Program(check="metier.graders.program:is_permutation")
    check_grader(grader, Item(prompt="?", reference="abc"), correct="cab", incorrect="abd")
