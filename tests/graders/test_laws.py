"""What holds for every grader on every answer: it does not raise, says the same twice, and is quick."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.attempt import Grade, Outcome
from metier.graders import grader_for
from metier.graders.answer import boxed, said
from metier.item import Item

ITEMS = [
    Item(prompt="?", reference="abc"),
    Item(prompt="?", reference="abc", policy={"after": ":", "case": "fold", "space": "fold"}),
    Item(prompt="?", reference="B", grader="choice", choices=("green", "blue", "", "dark blue", "3.5")),
    Item(prompt="?", reference="1,234.5", grader="number", policy={"relative": 0.01, "absolute": 1, "significant": 3}),
    Item(prompt="?", reference="-3.2e-19", grader="number", policy={"after": "="}),
    Item(prompt="?", reference="^[ab]+$", grader="regex"),
    Item(prompt="?", reference="abc", grader="program", policy={"check": "metier.graders.program:is_permutation"}),
    Item(
        prompt="?",
        reference="7",
        grader="weighted",
        policy={"parts": [{"grader": "number", "required": True}, {"grader": "regex", "reference": "7", "weight": 2}]},
    ),
]
ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=200)  # NUL and lone surrogates included
PIECES = st.lists(
    st.sampled_from(
        [
            *"{}()[].,:;=/+-−×*^%\\ \n\0_ABIab019٣½²√π±",
            "\ud800",
            "10",
            "e",
            "e-19",
            r"\boxed{",
            r"\frac{",
            r"\times",
            *("answer is", "answer", "option ", "blue", "dark ", " or ", "A ", "(B)", "1,234", "\u202f", "percent"),
        ]
    ),
    max_size=60,
).map("".join)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.grader)
@given(answer=ANY_TEXT | PIECES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
def test_any_answer_has_one_grade(item: Item, answer: str) -> None:
    grade = grader_for(item)(item, answer)
    assert isinstance(grade, Grade)
    assert grader_for(item)(item, answer) == grade
    assert (grade.score is None) == (grade.outcome == Outcome.UNSCORED)
    assert grade.score is None or 0.0 <= grade.score <= 1.0
    assert grade.reason
    assert len(grade.evidence) < 2_000


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.grader)
def test_any_long_answer_is_graded_quickly(item: Item) -> None:
    pieces = [
        "{",
        r"\boxed{",
        r"\boxed{}",
        "9",
        "1,",
        "1,111",
        ".",
        "1.",
        "-",
        "1/",
        "1 x ",
        "1 x 10^",
        "1e",
        " ",
        "(",
        "A ",
    ]
    pieces += [
        "answer is ",
        "answer",
        "final ",
        "=",
        r"\boxed ",
        r"\frac{1}",
        r"\frac",
        "\\",
        "blue",
        "1 - ",
        "\u202f1",
        "^",
    ]
    size = 9_990 if item.grader == "regex" else 99_990
    for piece in pieces:
        for end in ("", "x"):
            answer = (piece * size)[:size] + end
            began = time.process_time()
            grader_for(item)(item, answer)
            assert time.process_time() - began < 1.0, f"{piece!r} is slow"


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)
    | st.integers(-(10**30), 10**30),
    exponent=st.integers(-30, 30),
)
@settings(max_examples=200, deadline=None)
def test_a_number_is_itself_in_every_form(value: Decimal | int, exponent: int) -> None:
    plain = f"{value}".replace("E", "e")
    forms = [plain, f"It is {plain}.", rf"\boxed{{{plain}}}", f"answer: {plain}", f"{Decimal(plain):,f}"]
    for form in forms:
        item = Item(prompt="?", reference=plain, grader="number")
        assert grader_for(item)(item, form).reason == "same", form
    scaled = Item(prompt="?", reference=f"{value:f}e{exponent}", grader="number")
    for form in (rf"{value:f} \times 10^{{{exponent}}}", f"{value:f} × 10^{exponent}", f"{value:f}*10**{exponent}"):
        assert grader_for(scaled)(scaled, form).reason == "same", form


@given(reference=st.text(max_size=50))
@settings(max_examples=150, deadline=None)
def test_the_reference_is_a_right_answer(reference: str) -> None:
    item = Item(prompt="?", reference=reference)
    assert grader_for(item)(item, reference).is_correct


@given(
    choices=st.lists(st.text(max_size=10), min_size=1, max_size=6, unique_by=lambda c: " ".join(c.split()).casefold())
)
@settings(max_examples=150, deadline=None)
def test_every_option_is_its_own_right_answer(choices: list[str]) -> None:
    for choice in choices:
        item = Item(prompt="?", reference=choice, choices=tuple(choices), grader="choice")
        grade = grader_for(item)(item, choice)
        assert grade.is_correct or not choice.strip() or boxed(choice) is not None or said(choice) is not None


@given(inside=st.recursive(st.text("ab1 ", max_size=5), lambda part: st.builds("{{{}}}{}".format, part, part)))
@settings(max_examples=100, deadline=None)
def test_a_box_holds_what_was_put_in(inside: str) -> None:
    assert boxed(rf"{{ so \boxed{{{inside}}}, \{{ done") == inside


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        (r"\boxed{1} \boxed{2", "1"),
        (r"\boxed{\boxed{5}}", "5"),
        (r"\boxed{a} and \boxed {b}", "b"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{\}}", r"\}"),
        (r"} \boxed{1}", "1"),
        (r"\boxed{", None),
        (r"\\boxed{1}", None),
        ("", None),
    ],
)
def test_the_last_complete_box_counts(text: str, inside: str | None) -> None:
    assert boxed(text) == inside
