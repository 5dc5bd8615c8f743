"""Numbers are read where they are meant, and compared by the tolerance of the item."""

from __future__ import annotations

import pytest

from metier.attempt import Outcome
from metier.graders.number import Number
from metier.item import Item
from metier.testing import check_grader


def grade(reference: str, answer: str, **policy: object):
    return Number(**policy)(Item(prompt="?", reference=reference), answer)


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        ("1234.5", "1,234.5"),
        ("1234567", "It is 1,234,567 in all."),
        ("12345", "12{,}345"),
        ("12345", r"12\,345"),
        ("12345", "12\u202f345"),
        ("-5", "\u22125"),
        ("5", "+5"),
        ("0", "-0"),
        ("0.5", ".5"),
        ("-0.5", "x = -.5"),
        ("5", "So it is 5."),
        ("3.2e-19", "3.2 \u00d7 10^{\u221219} J"),
        ("3.2e-19", r"3.2 \times 10^{-19}"),
        ("3.2e-19", "3.2E-19"),
        ("3.2e-19", "3.2 x 10^-19"),
        ("3.2e-19", "3.2*10**-19"),
        ("3.2e-19", "3.2·10⁻¹⁹"),
        ("1e-19", "10^{-19}"),
        ("100000", "1.e+05"),
        ("1/3", "2/6"),
        ("0.5", r"\frac{1}{2}"),
        ("-0.5", r"-\dfrac12"),
        ("0.5", "50 %"),
        ("0.5", r"50\%"),
        ("50 %", "0.5"),
        ("0.5", "50 percent"),
        ("7", "3 apples and 4 pears: 7"),
        ("42", r"First \boxed{30}, no: \boxed{42}, and 7 more."),
        ("0", r"\boxed{0}"),
        ("5", r"\boxed{x = 5}"),
        ("42", "The answer is 42, because 6 times 7."),
        ("42", "**Final answer:** 42\n\nThere were 7 steps."),
        ("42", "The answer is as follows:\n\nabout\n42"),
        ("7", "The answer is 3 + 4 = 7"),
        ("5", "2+3=5"),
        ("5", "The area is 5 m^2."),
        ("5", "5 m/s^{2}"),
        ("65.5", "65.5 kJ mol-1"),
        ("7", "7 m s^-1"),
        ("5.0", "5.0 ± 0.1"),
        ("90", r"90^\circ"),
        ("3", "x_1 = 3"),
        ("18.85", r"So 2\pi r = 2\pi (3) ≈ 18.85 m"),
        ("1.386", "It is 2 ln(2).\nThat is 1.386."),
        ("1e999999", "1e999999"),
        ("3", "٣"),
        ("5", "Answer: -5, no. The answer is not 6. The answer is 5."),
    ],
)
def test_the_same_number_in_another_form_is_correct(reference: str, answer: str) -> None:
    found = grade(reference, answer)
    assert (found.outcome, found.reason) == (Outcome.CORRECT, "same"), found


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        ("5", "-5"),
        ("5", "5.0000001"),
        ("3.2e-19", r"3.2 \times 10^{19}"),
        ("5", "1e999999"),
        ("12345678901234567890123456789012", "12345678901234567890123456789013"),
        ("50", "50 %"),
        ("30", r"\boxed{42} after 30"),
    ],
)
def test_another_number_is_incorrect(reference: str, answer: str) -> None:
    found = grade(reference, answer)
    assert (found.outcome, found.reason) == (Outcome.INCORRECT, "different"), found


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("I cannot tell.", "no_number"),
        ("version 1.2.3", "no_number"),
        ("on 2024-01-15", "no_number"),
        ("on 15/1/2024", "no_number"),
        ("at 12:30", "no_number"),
        ("pages 2-3", "no_number"),
        ("(1,2)", "no_number"),
        ("3,14", "no_number"),
        ("0,123", "no_number"),
        ("1,1111", "no_number"),
        ("2^10", "no_number"),
        ("2+3", "no_number"),
        ("3 + 4", "no_number"),
        ("2x", "no_number"),
        ("H2O", "no_number"),
        ("1/0", "no_number"),
        ("1e99999999999", "no_number"),
        (r"2\pi", "no_number"),
        (r"2\frac{1}{2}", "no_number"),
        (r"\sqrt{2}", "no_number"),
        (r"We saw 5. \boxed{no solution}", "no_number"),
        (r"\boxed{2\sqrt{3}}", "formula"),
        (r"The answer is 2\ln 2.", "formula"),
        (r"x = \ln 2", "formula"),
        ("sqrt(3)/2", "formula"),
        (r"\arctan(1)", "formula"),
        (r"\boxed{1.5 \text{ or } 2.5}", "ambiguous"),
    ],
)
def test_what_is_no_single_number_is_unscored(answer: str, reason: str) -> None:
    found = grade("5", answer)
    assert (found.outcome, found.reason) == (Outcome.UNSCORED, reason), found


@pytest.mark.parametrize(("answer", "reason"), [("", "no_answer"), (r"\boxed{ }", "no_answer"), ("5", "no_marker")])
def test_no_answer_in_the_form_asked_for_is_incorrect(answer: str, reason: str) -> None:
    policy = {"after": "="} if reason == "no_marker" else {}
    found = grade("5", answer, **policy)
    assert (found.outcome, found.reason) == (Outcome.INCORRECT, reason)


def test_a_marker_cuts_the_answer_and_not_the_reference() -> None:
    assert grade("5", "2 + 3 = 5", after="=").reason == "same"
    assert grade("5", "5 = 2 and 6", after="=").reason == "different"


@pytest.mark.parametrize(
    ("reference", "answer", "policy", "right"),
    [
        ("100", "101", {"relative": 0.01}, True),
        ("100", "101.0001", {"relative": 0.01}, False),
        ("-100", "-101", {"relative": 0.01}, True),
        ("101", "100", {"relative": 0.01}, True),
        ("0", "0.000001", {"relative": 0.5}, False),
        ("0", "0.001", {"absolute": 0.001}, True),
        ("0.3", "0.1", {"absolute": 0.2}, True),
        ("0.3", "0.09999999999999999", {"absolute": 0.2}, False),
        ("1.2", "1.25", {"significant": 2}, True),
        ("1.4", "1.35", {"significant": 2}, True),
        ("1.3", "1.35", {"significant": 2}, False),
        ("1234", "1.2e3", {"significant": 2}, True),
        ("1234", "1.3e3", {"significant": 2}, False),
        ("100", "150", {"relative": 0.01, "absolute": 50}, True),
        ("50", "50 %", {"percent": False}, True),
    ],
)
def test_a_tolerance_is_kept_to_the_last_digit(reference: str, answer: str, policy: dict, right: bool) -> None:
    assert grade(reference, answer, **policy).is_correct is right


def test_a_reference_without_a_number_is_unscored() -> None:
    assert grade("five", "5").reason == "bad_reference"


def test_a_reply_without_end_is_incorrect() -> None:
    assert grade("5", "5 " * 60_000).reason == "too_long"


def test_evidence_stays_short() -> None:
    assert len(grade("5", "9" * 90_000).evidence) < 200


@pytest.mark.parametrize("policy", [{"relative": 1}, {"relative": float("nan")}, {"absolute": -1}, {"significant": 29}])
def test_an_impossible_tolerance_is_refused(policy: dict) -> None:
    with pytest.raises(ValueError, match="expected 0 ≤ relative < 1"):
        Number(**policy)


def test_the_promise_is_kept() -> None:
    check_grader(Number(), Item(prompt="6 * 7 =", reference="42"), correct="It is 42.", incorrect="41")
