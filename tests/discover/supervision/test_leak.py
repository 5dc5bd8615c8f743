"""Is every sentence of an exam taken out of the training text, however it is written there, and no other?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.sentences import split
from metier.discover.supervision.labelled import Sentence
from metier.discover.supervision.leak import (
    CONTAINED,
    JACCARD,
    SHARED_ALIKE,
    SHARED_INSIDE,
    SHARED_WHOLE,
    gate,
    read_evaluation,
)
from metier.discover.supervision.likeness import first_of_near, jaccard, letters, shingles, template, words
from metier.errors import DocumentError

EXAM = (
    "You don't just write C++ and C#, you also review the R&D team's code at <ORGANIZATION>.",
    "Communicate fluently in English",
    "Node.js",
)
WORDS = st.lists(
    st.sampled_from(["you", "weld", "thin", "sheets", "and", "know", "the", "<X>", "of", "steel"]), max_size=9
).map(" ".join)


def kinds(*sentences: str, exam: tuple[str, ...] = EXAM) -> list[str]:
    _, passed = gate([Sentence(text) for text in sentences], {"exam": [Sentence(text) for text in exam]})
    return [leak.kind for leak in passed.leaks]


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: re.sub(r"([^\w\s<>])", r" \1 ", text),
        lambda text: text.replace("don't", "do n't"),
        lambda text: re.sub(r"[^\w\s<>+#]", "", text),
        lambda text: f"  • {text} !!",
        lambda text: text.replace("<ORGANIZATION>", "[ORG] [ORG]"),
        lambda text: text.replace(" ", "\u00a0").replace("'", "’"),
    ],
)
def test_case_signs_and_tokens_hide_no_sentence(change: object) -> None:
    assert kinds(*(change(text) for text in EXAM)) == ["same"] * 3  # type: ignore[operator]


def test_a_placeholder_stands_for_any_name() -> None:
    assert kinds(EXAM[0].replace("<ORGANIZATION>", "Muster und Söhne Ltd")) == ["near"]


@pytest.mark.parametrize(
    ("one", "other", "taken"),
    [
        ("We at Muster Ltd look for you", "We at <NAME> look for you", True),
        ("Muster and Sons is looking for you", "<ORG> <ORG> is looking for you", True),
        ("You will love to work at <ORG>", "You will love to work at Muster Ltd", True),
        ("We at Muster", "We at <NAME>", False),
        ("We at Muster Ltd do not look for you", "We at <NAME> look for her", False),
        ("We at the many places that are named here in a row look for you", "We at <NAME> look for you", False),
    ],
)
def test_placeholders_are_filled_in_on_either_side(one: str, other: str, taken: bool) -> None:
    assert bool(kinds(one, exam=(other,))) is taken


def test_a_part_and_a_whole_are_both_found() -> None:
    assert kinds(
        "About us as we are today. " + EXAM[0] + " And there is much more than that, for many years, in many places."
    ) == ["part"]
    assert kinds("you also review the R&D team's code") == ["part"]


def test_other_sentences_stay() -> None:
    others = [
        "You communicate with customers",
        "Good knowledge of English",
        "C",
        "C++",
        "Node",
        "you write code at a bank",
        "<ORGANIZATION>",
        "!!",
        "",
    ]
    kept, passed = gate([Sentence(text) for text in others], {"exam": [Sentence(text) for text in EXAM]})
    assert [one.text for one in kept] == others
    assert passed.checked == len(others)
    assert not passed.leaks


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6))
def test_the_index_finds_what_comparing_each_with_each_finds(training: list[str], exam: list[str]) -> None:
    def leaks(one: str, other: str) -> bool:
        a, b = shingles(one, size=2), shingles(other, size=2)
        shared = len(a & b)
        near = shared >= SHARED_ALIKE and shared / len(a | b) >= JACCARD
        inside = shared / min(len(a), len(b)) if shared else 0
        part = (shared >= SHARED_INSIDE and inside >= CONTAINED) or (shared >= SHARED_WHOLE and inside == 1)
        return near or part or (letters(one) == letters(other) != "") or (shared > 0 and filled(one, other))

    def filled(one: str, other: str) -> bool:
        sides = ((template(one), other), (template(other), one))
        return any(pattern and pattern.fullmatch(" ".join(words(text))) for pattern, text in sides)

    kept, passed = gate([Sentence(one) for one in training], {"e": [Sentence(o) for o in exam if letters(o)]})
    assert [one.text for one in kept] == [one for one in training if not any(leaks(one, o) for o in exam)]
    assert len(kept) + len(passed.leaks) == passed.checked == len(training)


@given(st.lists(WORDS, max_size=12), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_near_duplicates_are_those_that_comparing_each_with_each_finds(rows: list[str], threshold: float) -> None:
    sets = [shingles(row) for row in rows]
    kept: list[int] = []
    dropped = {}
    for later, one in enumerate(sets):
        near = [earlier for earlier in kept if jaccard(sets[earlier], one) >= threshold - 1e-9]
        if near:
            dropped[later] = near[0]
        else:
            kept.append(later)
    assert dict(first_of_near(sets, threshold=threshold)) == dropped


def test_without_an_evaluation_file_the_gate_says_so() -> None:
    kept, passed = gate([Sentence("You weld")], {})
    assert len(kept) == 1
    assert dict(passed.rows()) == {"kept apart from": "nothing: no evaluation file was named"}


def test_an_evaluation_file_without_a_sentence_is_refused(tmp_path: Path) -> None:
    for name, text in (("a.txt", "\n \n"), ("b.csv", "sentence\n"), ("c.jsonl", ""), ("d.txt", "!!\n<NAME>\n")):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(DocumentError, match="Expected sentences"):
            read_evaluation([path])


def test_an_evaluation_row_is_compared_as_a_whole_and_cut_up(tmp_path: Path) -> None:
    path = tmp_path / "exam.txt"
    path.write_text("You weld. You cook. \n")
    evaluation = read_evaluation([path], split=split)
    assert {row.text for row in evaluation[str(path)]} == {"You weld. You cook.", "You weld.", "You cook."}
