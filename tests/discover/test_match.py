"""Are labels found where they stand, whole, whatever their case and signs?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.match import Matcher
from metier.taxonomy import Concept, Taxonomy


def matcher(*labels: str) -> Matcher:
    return Matcher(
        Taxonomy(name="t", concepts=tuple(Concept(id=f"{n}", label=label) for n, label in enumerate(labels)))
    )


def forms(text: str, *labels: str) -> list[str]:
    return [mention.form for mention in matcher(*labels).find(text)]


def test_the_longest_label_wins_and_mentions_do_not_overlap() -> None:
    assert forms("swap the ends twice", "swap", "swap the ends", "the ends twice") == ["swap the ends"]


def test_a_longer_label_that_breaks_off_leaves_the_shorter_one() -> None:
    assert forms("swap the halves", "swap", "swap the ends", "halves") == ["swap", "halves"]


@pytest.mark.parametrize(
    "text", ["swap ends", "Swap-Ends", "swap\n  ends", "SWAP -\r\nENDS", "swap\u2011ends", "swap\u00a0ends"]
)
def test_a_blank_also_matches_a_hyphen_and_a_line_break(text: str) -> None:
    assert forms(f"({text})", "swap ends") == [text]


@pytest.mark.parametrize(
    ("text", "label", "found"),
    [
        ("We use C++.", "C++", 1),
        ("We use C++11.", "C++", 0),
        ("a .NET service", ".NET", 1),
        ("an ASP.NET service", ".NET", 0),
        (".NET", ".NET", 1),
        ("sorted", "sort", 0),
        ("re_sort", "sort", 0),
        ("resort", "sort", 0),
        ("sort", "sort", 1),
        ("sort,sort;sort", "sort", 3),
        ("a+b", "a.b", 0),
        ("x (a|b)* y", "(a|b)*", 1),
        ("[", "[", 1),
        ("cafe\u0301", "cafe", 0),
        ("cafe\u0301", "café", 1),
    ],
)
def test_labels_are_whole_words_and_plain_text(text: str, label: str, found: int) -> None:
    assert len(forms(text, label)) == found


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Straße", "STRASSE"),
        ("strasse", "Straße"),
        ("Straße", "straße"),
        ("İstanbul", "İstanbul"),
        ("ﬁne", "FINE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_case_does_not_count_even_where_folding_changes_the_length(label: str, text: str) -> None:
    found = list(matcher(label, "end").find(f"ẞẞ {text} end"))
    assert [(m.form, f"ẞẞ {text} end"[m.start : m.end]) for m in found] == [(text, text), ("end", "end")]


def test_a_taxonomy_without_forms_finds_nothing() -> None:
    assert forms("anything at all") == []
    assert forms("a - b", "-", "  ") == []


def test_a_form_of_two_concepts_is_a_mention_of_each() -> None:
    found = list(matcher("Sort", "sort").find("to sort"))
    assert [(m.concept, m.start, m.end) for m in found] == [("0", 3, 7), ("1", 3, 7)]


def test_a_concept_is_mentioned_once_where_two_of_its_labels_are_the_same_form() -> None:
    concept = Concept(id="x", label="swap ends", alt_labels=("Swap-Ends",))
    assert len(list(Matcher(Taxonomy(name="t", concepts=(concept,))).find("swap ends"))) == 1


WORDS = st.lists(
    st.sampled_from(["a", "b", "C++", ".n", "ß", "ss", "İ", "-", "\n", " ", "_", "1", "e\u0301", "("]), max_size=12
)


@given(WORDS, st.lists(WORDS, max_size=6))
def test_every_mention_stands_where_it_says_in_order_and_apart(text_parts: list[str], labels: list[list[str]]) -> None:
    text = "".join(text_parts)
    last = (0, 0)
    for mention in matcher(*("".join(label) or "-" for label in labels)).find(text):
        assert text[mention.start : mention.end] == mention.form
        assert mention.form
        place = (mention.start, mention.end)
        assert place == last or mention.start >= last[1]
        last = place


@given(WORDS)
def test_a_label_is_found_where_it_stands_alone(parts: list[str]) -> None:
    label = "".join(parts)
    if label.strip(" -\n"):
        assert [m.form for m in matcher(label).find(f" {label} ")] == [label.strip(" -\n")]


def test_twenty_thousand_labels_are_matched_as_fast_as_a_few() -> None:
    many = matcher(*(f"use tool {n} for task {n % 97}" for n in range(20_000)), "last word")
    text = "They use tool 777 for task 1 and use tool 777 for task 777, then wait. " * 500 + "last word"
    began = time.process_time()
    found = [m.form for m in many.find(text)]
    assert found[-1] == "last word"
    assert len(found) == 501
    assert time.process_time() - began < 2
