"""What only an exam as a whole shows: duplicates, give-aways, leaks."""

from __future__ import annotations

import json
import random
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InputError
from metier.evaluate.audit import Record
from metier.evaluate.audit.duplicates import check_duplicates, similar
from metier.evaluate.audit.leaks import check_leaks, overlaps, read_corpus
from metier.evaluate.audit.options import check_options, multinomial_p, upper_p
from metier.item import Item

VOCABULARY = [a + b + c for a, b, c in product("bdfglmnprst", "aeiou", "bdfglmnprst")]
COMMON = ["what", "is", "the", "of", "a", "in", "to", "and", "for", "that", "at", "by", "with", "from", "on", "as"]


def text(rng: random.Random, num_words: int) -> str:
    return " ".join(rng.choice(COMMON) if rng.random() < 0.5 else rng.choice(VOCABULARY) for _ in range(num_words))


def questions(num: int, *, seed: int) -> list[Record]:
    rng = random.Random(seed)
    return [Record(place=f"e:{n}", prompt=text(rng, rng.randint(15, 60)), gold=str(n)) for n in range(num)]


def choice(right: int, options: tuple[str, ...] = ("one", "two", "six", "ten")) -> Record:
    item = Item(prompt="?", reference=chr(65 + right), choices=options, grader="choice")
    return Record(place="e:0", prompt="?", gold=item.reference, item=item)


@given(st.lists(st.text(alphabet="ab ", max_size=24), max_size=14))
def test_similar_pairs_are_those_that_comparing_all_finds(prompts: list[str]) -> None:
    from metier.evaluate.audit.duplicates import _shingles

    rows = [Record(place="", prompt=prompt, gold="") for prompt in prompts]
    sets = [_shingles(row) for row in rows]
    slow = {
        (i, j) for j in range(len(rows)) for i in range(j) if len(sets[i] & sets[j]) / len(sets[i] | sets[j]) >= 0.8
    }
    assert {(i, j) for i, j, _ in similar(rows)} == slow


def test_other_numbers_in_a_long_text_are_near_duplicates_and_no_contradiction() -> None:
    story = "A cart of mass 3 kg rolls down a smooth slope of length 12 m and then along a level track for a while. "
    rows = [Record(place=f"e:{n}", prompt=story + f"Find {part}.", gold=f"{n}") for n, part in enumerate(["v", "t"])]
    (found,) = check_duplicates(rows)
    assert (found.rule, found.severity) == ("near_duplicate", "note")


def test_a_text_that_stands_there_often_is_told_once_each() -> None:
    rows = [Record(place=f"e:{n}", prompt="How fast is the cart?", gold="2" if n < 9 else "3") for n in range(10)]
    found = [finding.rule for finding in check_duplicates(rows)]
    assert sorted(found) == ["duplicate"] * 8 + ["duplicate_contradicts"]


def test_the_same_answer_in_another_spelling_is_no_contradiction() -> None:
    rows = [Record(place=f"e:{n}", prompt="How fast is the cart?", gold=gold) for n, gold in enumerate(["0.50", "1/2"])]
    assert [finding.rule for finding in check_duplicates(rows)] == ["duplicate"]


def test_shuffled_options_are_a_duplicate_with_the_same_answer() -> None:
    rows = [choice(0, ("red", "blue")), choice(1, ("blue", "red"))]
    assert [finding.rule for finding in check_duplicates(rows)] == ["duplicate"]


def test_exact_and_approximate_letter_tests_agree() -> None:
    from scipy.stats import binomtest, chisquare

    assert multinomial_p([9, 1]) == pytest.approx(binomtest(9, 10).pvalue)
    assert multinomial_p([16, 30, 30, 24]) == pytest.approx(chisquare([16, 30, 30, 24]).pvalue, abs=0.03)
    assert multinomial_p([700, 820, 780, 700]) == pytest.approx(chisquare([700, 820, 780, 700]).pvalue)


@given(st.lists(st.floats(0, 1), max_size=12), st.integers(0, 12))
def test_the_upper_tail_is_a_probability_that_falls_with_the_count(chances: list[float], count: int) -> None:
    assert 0 <= upper_p(chances, count + 1) <= upper_p(chances, count) + 1e-12 <= 1 + 1e-9


def test_balanced_letters_raise_no_alarm_more_often_than_alpha() -> None:
    rng = random.Random(3)
    alarms = sum(bool(check_options([choice(rng.randrange(4)) for _ in range(24)], alpha=0.05)) for _ in range(300))
    assert alarms <= 28  # 15 expected; more than 28 happens once in a thousand


def test_the_longest_option_as_the_answer_is_told() -> None:
    options = ("no", "yes", "neither of these two", "or")
    rules = [f.rule for f in check_options([choice(2, options) for _ in range(12)])]
    assert "longest_option" in rules


def test_options_that_say_the_same_are_told() -> None:
    rules = [f.rule for f in check_options([choice(0, ("0.5", "1/2", "2", "2 "))])]
    assert rules == ["answer_twice", "identical_options"]


def test_planted_questions_are_found_and_clean_text_is_not_flagged() -> None:
    rng, asked = random.Random(5), questions(300, seed=1)
    clean = [(f"clean:{n}", text(rng, 400)) for n in range(300)]
    assert len(overlaps(asked, clean)) <= 3
    planted = [(f"leak:{n}", f"{text(rng, 80)} {asked[n].prompt} {n} {text(rng, 80)}") for n in range(0, 300, 3)]
    found = overlaps(asked, clean + planted)
    assert {one.record for one in found} >= set(range(0, 300, 3))
    assert all(one.with_answer for one in found if one.record % 3 == 0)


def test_stock_phrases_are_no_leak() -> None:
    asked = questions(40, seed=2)
    phrase = "which of the following is the best description of the "
    rows = [Record(place="", prompt=phrase + row.prompt, gold="") for row in asked]
    corpus = [(f"c:{n}", phrase + row.prompt) for n, row in enumerate(questions(400, seed=9))]
    assert overlaps(rows, corpus) == []


def test_canary_strings_are_found_in_a_corpus() -> None:
    guid = "26b5c67b-86e6-4a11-9a8e-1b3a1f6c3b5d"
    row = Record(place="e:0", prompt=f"Q. canary GUID {guid}", gold="")
    found = check_leaks([row], [("page", f"junk {guid} junk")])
    assert [(one.rule, one.place) for one in found if one.rule == "canary"] == [("canary", "page")]


def test_a_corpus_is_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("plain")
    (tmp_path / "b.jsonl").write_text(json.dumps({"meta": {"any": ["deep", 1]}, "text": "row"}) + "\n\n")
    assert list(read_corpus(tmp_path)) == [("a.txt", "plain"), ("b.jsonl:1", "deep\nrow")]
    (tmp_path / "b.jsonl").write_text("{")
    with pytest.raises(InputError, match=r"b\.jsonl, line 1"):
        list(read_corpus(tmp_path))
    with pytest.raises(InputError, match="No such file"):
        list(read_corpus(tmp_path / "nowhere"))
