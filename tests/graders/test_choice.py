"""One option is chosen by letter, by mark or by its text; two are nobody's answer."""

from __future__ import annotations

import pytest

from metier.graders.choice import Choice
from metier.item import Item
from metier.testing import check_grader

COLOURS = ("green", "blue", "dark red", "red")


def reason(answer: str, *, reference: str = "B", choices: tuple[str, ...] = COLOURS) -> str:
    return Choice()(Item(prompt="Sky?", reference=reference, choices=choices), answer).reason


@pytest.mark.parametrize(
    "answer",
    [
        "B",
        "b",
        "(b)",
        "b) blue",
        "[B]",
        "**B**",
        "B.",
        "B: since the sky is not green",
        "B. A is wrong.",
        "The answer is (B).",
        "**Answer:** B",
        r"\boxed{B}",
        r"\boxed{\text{B}}",
        "I choose option b.",
        "A look at the sky tells: B",
        "A cat would say so too, hence (B)",
        "Blue.",
        " BLUE ",
        "It is blue",
        "I think it must be\nblue",
        "B because of Rayleigh",
    ],
)
def test_the_right_option_is_found(answer: str) -> None:
    assert reason(answer) == "same"


@pytest.mark.parametrize(
    "answer", ["A", "(a)", "C.", "A. (B) is wrong", "green", "The answer is D", "dark  red", "A because it is so"]
)
def test_another_option_is_different(answer: str) -> None:
    assert reason(answer) == "different"


@pytest.mark.parametrize(
    "answer",
    ["A or B", "(A) or (B)", "A) or B)", "A, B", "A is right, B is not", "green or blue", "(A) (B)", "(A) or B"],
)
def test_two_options_are_ambiguous(answer: str) -> None:
    assert reason(answer) == "ambiguous"


@pytest.mark.parametrize("answer", ["purple", "A cat.", "E", "I do not know", "?", "bluebell", "The answer is not"])
def test_no_option_is_unscored(answer: str) -> None:
    assert reason(answer) == "no_option_found"


def test_an_option_inside_another_is_not_chosen_with_it() -> None:
    assert reason("It is dark red", reference="C") == "same"
    assert reason("It is red", reference="D") == "same"
    assert reason("It is dark red, not red", reference="C") == "ambiguous"


def test_an_option_is_not_found_inside_a_word_or_a_number() -> None:
    numbers = ("5", "1.5", "15")
    assert reason("It is 1.5", reference="1.5", choices=numbers) == "same"
    assert reason("It is 15", reference="15", choices=numbers) == "same"
    assert reason("It is 2.5", reference="5", choices=numbers) == "no_option_found"


def test_the_text_of_an_option_goes_before_its_letter() -> None:
    assert reason("A", reference="B", choices=("B", "A")) == "different"
    assert reason("A", reference="A", choices=("B", "A")) == "same"


def test_the_reference_may_be_text() -> None:
    assert reason("(B)", reference="blue") == "same"


def test_an_item_without_choices_is_unscored() -> None:
    assert reason("B", choices=()) == "no_choices"
    assert reason("B", reference="purple") == "no_choices"


def test_blank_and_endless_answers_are_incorrect() -> None:
    assert reason(" \n") == "no_answer"
    assert reason("B " * 60_000) == "too_long"


def test_the_promise_is_kept() -> None:
    item = Item(prompt="Sky?", reference="B", choices=COLOURS)
    check_grader(Choice(), item, correct="(B)", incorrect="green")
