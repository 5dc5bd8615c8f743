"""Strings are compared as they are, folded, after a marker, or by a pattern."""

from __future__ import annotations

import threading
import time

import pytest

from metier.attempt import Outcome
from metier.graders import regex
from metier.graders.exact import Exact
from metier.graders.regex import Regex
from metier.item import Item
from metier.testing import check_grader


@pytest.mark.parametrize(
    ("reference", "answer", "policy", "reason"),
    [
        ("abc", "abc", {}, "same"),
        ("abc", " abc\n", {}, "same"),
        ("abc", "Abc", {}, "different"),
        ("Straße", "STRASSE", {"case": "fold"}, "same"),
        ("a b", "a  b", {}, "different"),
        ("a b", " a \t b ", {"space": "fold"}, "same"),
        ("abc", "abc ", {"space": "exact"}, "different"),
        ("abc", "reverse:cba sort:abc", {"after": ":"}, "same"),
        ("abc", "abc", {"after": ":"}, "no_marker"),
        ("abc", "abc:", {"after": ":"}, "no_answer"),
        ("a:b", "so: a:b", {"after": "so:"}, "same"),
        ("abc", "", {}, "no_answer"),
        ("", "", {}, "same"),
        ("abc", "abc" * 40_000, {}, "too_long"),
    ],
)
def test_exact_compares_strings(reference: str, answer: str, policy: dict, reason: str) -> None:
    assert Exact(**policy)(Item(prompt="?", reference=reference), answer).reason == reason


@pytest.mark.parametrize("policy", [{"case": "lower"}, {"space": "none"}])
def test_exact_refuses_an_unknown_way_to_fold(policy: dict) -> None:
    with pytest.raises(ValueError, match="is one of"):
        Exact(**policy)


@pytest.mark.parametrize(
    ("pattern", "answer", "policy", "reason"),
    [
        (r"\bcat\b", "the cat sat", {}, "matched"),
        (r"\bcat\b", "the Cat sat", {}, "not_matched"),
        (r"\bcat\b", "the Cat sat", {"ignore_case": True}, "matched"),
        (r"[ab]+", " abba\n", {"whole": True}, "matched"),
        (r"[ab]+", "abbac", {"whole": True}, "not_matched"),
        (r"a+", "", {}, "no_answer"),
        (r"", "", {}, "matched"),
        (r"a+", "b" * 10_001, {}, "too_long"),
        (r"(", "a", {}, "bad_reference"),
        (r"a{1,99999999999}", "a", {}, "bad_reference"),
    ],
)
def test_regex_searches_for_a_pattern(pattern: str, answer: str, policy: dict, reason: str) -> None:
    assert Regex(**policy)(Item(prompt="?", reference=pattern), answer).reason == reason


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(?:.*a){12}$"])
def test_a_pattern_that_takes_exponential_time_is_unscored(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "MAX_SEARCH_S", 0.05)
    began = time.process_time()
    grade = Regex()(Item(prompt="?", reference=pattern), "a" * 60 + "!")
    assert (grade.outcome, grade.reason) == (Outcome.UNSCORED, "too_slow")
    assert time.process_time() - began < 1.0
    assert Regex()(Item(prompt="?", reference="a"), "a").is_correct


def test_regex_works_outside_the_main_thread() -> None:
    grades = []
    thread = threading.Thread(target=lambda: grades.append(Regex()(Item(prompt="?", reference="a"), "a")))
    thread.start()
    thread.join()
    assert grades[0].is_correct


def test_the_promises_are_kept() -> None:
    check_grader(Exact(), Item(prompt="?", reference="abc"), correct="abc", incorrect="abd")
    check_grader(Exact(after=":"), Item(prompt="?", reference="abc"), correct=":abc", incorrect=":abd")
    check_grader(Regex(), Item(prompt="?", reference="^a+$"), correct="aa", incorrect="b")
