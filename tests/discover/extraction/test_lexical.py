"""Spelling speaks for a skill: an equal word more than a like one, and nothing speaks in an empty sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discover.extraction.trade import SKILLS
from metier.discover.extraction.lexical import Lexical, words, worked_out
from metier.discover.extraction.spelling import grams

_LANE = Lexical(SKILLS.all_forms, SKILLS.starts[:-1])


def test_an_equal_word_beats_a_like_one() -> None:
    lane = Lexical(["programming", "programmer"], np.array([0, 1]))
    scores = lane.score(["A programmer", "Some programming"])
    assert scores[0, 1] > scores[0, 0] > 0
    assert scores[1, 0] > scores[1, 1] > 0


def test_a_form_of_many_words_wins_where_all_of_them_stand() -> None:
    lane = Lexical(["review", "review code", "code"], np.array([0, 1, 2]))
    assert lane.score(["You review code."]).argmax() == 1
    assert lane.score(["You review."]).argmax() == 0


@given(st.lists(st.sampled_from(SKILLS.all_forms), max_size=9))
def test_many_sentences_score_as_each_alone(sentences: list[str]) -> None:
    alone = [_LANE.score([sentence])[0].tolist() for sentence in sentences]
    assert _LANE.score(sentences).tolist() == alone


@given(st.lists(st.integers(1, 70), min_size=1, max_size=12))
def test_a_skill_scores_as_the_best_of_its_forms_however_many_they_are(counts: list[int]) -> None:
    starts = np.cumsum([0, *counts[:-1]])
    forms = [f"skill{skill} way{form}" for skill, count in enumerate(counts) for form in range(count)]
    sentences = [forms[0], forms[-1], "way3 skill1"]
    alone = Lexical(forms, np.arange(len(forms))).score(sentences)
    lane = Lexical(forms, starts)
    assert (lane.score(sentences) == np.maximum.reduceat(alone, starts, axis=1)).all()
    assert lane.best_form(sentences[1], int(starts[-1]), len(forms)) == starts[-1] + alone[1, starts[-1] :].argmax()


def test_what_was_worked_out_before_gives_the_same() -> None:
    again = Lexical(SKILLS.all_forms, SKILLS.starts[:-1], kept=worked_out(SKILLS.all_forms))
    sentences = [*SKILLS.all_forms, "We write programs, join metals and manage a web shop"]
    assert (again.score(sentences) == _LANE.score(sentences)).all()


def test_a_rare_word_says_more_than_a_common_one() -> None:
    lane = Lexical(["use java", "use steel", "use flour", "use lathe"], np.arange(4))
    scores = lane.score(["Use of steel"])[0]
    assert scores.argmax() == 1
    assert scores[1] > 2 * scores[0] > 0


def test_a_skill_is_as_good_as_its_best_form() -> None:
    for place, forms in enumerate(SKILLS.forms):
        for form in forms:
            assert _LANE.score([form])[0].argmax() == place
    first, last = SKILLS.starts[0], SKILLS.starts[1]
    assert SKILLS.all_forms[_LANE.best_form("We join metal with heat", first, last)] == "join metal with heat"
    assert _LANE.best_form("", first, last) == first
    assert _LANE.best_form("zzz qqq", first, last) == first


@pytest.mark.parametrize("text", ["", " \t\n", "...", "\x00\x01", "🔥🔥", "zqxjv", "!!! ??? ---"])
def test_what_says_nothing_scores_nothing(text: str) -> None:
    assert not _LANE.score([text]).any()


def test_no_sentence_gives_no_row() -> None:
    assert _LANE.score([]).shape == (0, len(SKILLS))


def test_forms_without_a_word_are_no_crash() -> None:
    lane = Lexical(["+++", "java", "🔥"], np.arange(3))
    scores = lane.score(["java +++ 🔥"])
    assert scores.argmax() == 1
    assert scores[0, 0] == scores[0, 2] == 0


def test_forms_that_hold_no_word_at_all_score_nothing() -> None:
    assert Lexical(["+++", "🔥"], np.arange(2)).score(["java", ""]).tolist() == [[0, 0], [0, 0]]


def test_case_and_compounds() -> None:
    assert words("İstanbul-based C# team") == [*words("İstanbul-based"), "c#", "team"]
    assert words("front-end") == ["front-end", "front", "end"]
    lane = Lexical(["SQL", "front end"], np.arange(2))
    assert lane.score(["sql"])[0].tolist() == lane.score(["SQL"])[0].tolist()
    assert lane.score(["front-end"])[0].argmax() == 1


@given(st.text(max_size=60))
def test_scores_are_finite_and_do_not_depend_on_what_was_asked_before(text: str) -> None:
    fresh = Lexical(SKILLS.all_forms, SKILLS.starts[:-1])
    once = fresh.score([text])
    assert np.isfinite(once).all() and (once >= 0).all()
    assert (_LANE.score(["You bake bread.", text])[1] == once[0]).all()
    assert (fresh.score([text]) == once).all()


@given(st.lists(st.sampled_from(SKILLS.all_forms), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_words_does_not_count(forms: list[str], chance) -> None:  # type: ignore[no-untyped-def]
    mixed = chance.sample(forms, len(forms))
    assert np.allclose(_LANE.score([" ".join(forms)]), _LANE.score([" ".join(mixed)]), rtol=1e-5)


def test_grams_are_framed_and_each_once() -> None:
    assert len(grams("aaaaaa")) == len(set(grams("aaaaaa")))
    assert set(grams("ab")) & set(grams("abc"))
    assert not set(grams("bc")) & set(grams("abcd"))


def test_a_long_text_is_read() -> None:
    scores = _LANE.score(["You bake bread. " * 60_000])
    assert SKILLS.ids[int(scores.argmax())] == "bread"
