"""What a firm says of itself is marked with a reason, and what it asks for is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.boilerplate import HEADING, RULES, skipped

_PRAISE = [
    "We are an equal opportunity employer.",
    "Please send your CV and a cover letter to jobs@example.com.",
    "We offer a competitive salary and free fruit.",
    "Founded in 1998, we have over 3,000 employees.",
    "This site uses cookies.",
    "See our privacy policy.",
]


def test_every_rule_has_a_name_of_its_own_and_a_reason() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.reason.endswith(".") for rule in RULES)


@pytest.mark.parametrize(
    ("sentence", "name"),
    list(zip(_PRAISE, ["equal opportunity", "application", "benefits", "company", "cookies", "legal"], strict=True)),
)
def test_boilerplate_outside_sections_is_named(sentence: str, name: str) -> None:
    assert skipped([sentence]) == [name]


@pytest.mark.parametrize("heading", ["Requirements", "YOUR PROFILE:", "Ihre Aufgaben", "Vos missions :", "Requisitos"])
@given(praise=st.sampled_from(_PRAISE))
def test_words_alone_never_mark_a_sentence_among_demands(heading: str, praise: str) -> None:
    assert skipped([heading, "Plan the care.", praise, "Lead the shift."]) == [HEADING, "", "", ""]


def test_two_sentences_of_praise_in_a_row_end_the_demands() -> None:
    assert skipped(["Tasks", "Weld pipes.", *_PRAISE[:2]]) == [HEADING, "", "equal opportunity", "application"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("What we offer", "benefits"),
        ("Wir bieten:", "benefits"),
        ("Nous offrons", "benefits"),
        ("Qué ofrecemos", "benefits"),
        ("About us", "company"),
        ("Über uns", "company"),
        ("Qui sommes-nous ?", "company"),
        ("How to apply", "application"),
        ("Bewerbung", "application"),
        ("Equal opportunities:", "equal opportunity"),
        ("Datenschutz", "legal"),
    ],
)
def test_a_section_lasts_until_the_next_heading(heading: str, name: str) -> None:
    sentences = [heading, "The river is near.", "Lunch is cheap.", "Requirements:", "The river is near."]
    assert skipped(sentences) == [HEADING, name, name, HEADING, ""]


def test_a_heading_that_ran_into_its_sentence_opens_the_section() -> None:
    assert skipped(["About us We build ships.", "Our yard lies at the sea."]) == ["company", "company"]
    assert skipped(["Benefits: lunch.", "Shifts end at noon."]) == ["benefits", "benefits"]


def test_a_demand_ends_a_section_of_praise_that_no_heading_ended() -> None:
    assert skipped(["About us", "We build ships.", "You have experience with steel.", "Weld pipes."]) == [
        HEADING,
        "company",
        "",
        "",
    ]


def test_a_sentence_that_asks_is_kept_though_it_praises() -> None:
    assert skipped(["As the leading bank we look for someone with knowledge of SQL."]) == [""]


@given(st.lists(st.one_of(st.text(max_size=60), st.sampled_from([*_PRAISE, "Tasks", "About us"])), max_size=20))
def test_every_sentence_gets_one_known_mark(sentences: list[str]) -> None:
    marks = skipped(sentences)
    assert len(marks) == len(sentences)
    assert set(marks) <= {"", HEADING, *(rule.name for rule in RULES)}


def test_a_heading_that_ran_into_its_sentence_speaks_for_a_few_more_only() -> None:
    marks = skipped(["About us We build ships.", *(f"Ships go to port {number}." for number in range(9))])
    assert marks[:5] == ["company"] * 5
    assert marks[5:] == [""] * 5


def test_the_rule_whose_words_stand_there_names_the_mark() -> None:
    assert skipped(["About us", "This site uses cookies.", "We build ships."]) == [HEADING, "cookies", "company"]
