"""A span that people read begins and ends with a word that means something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.snapped import snapped


@pytest.mark.parametrize(
    ("text", "window", "expected"),
    [
        ("You know C++, SQL and VBA;", "C++, SQL and", "C++, SQL"),
        ("Experience in Node.js.", "js.", "Node.js"),
        ("A sense of listening", "of listening", "listening"),
        ("Good at R&D work", "&D work", "R&D work"),
        ("You are with us", "are with", "are with"),
        ("...", "..", ".."),
    ],
)
def test_words_stay_whole_and_small_ones_at_the_ends_go(text: str, window: str, expected: str) -> None:
    start = text.index(window)
    assert text.__getitem__(slice(*snapped(text, start, start + len(window)))) == expected


@given(st.text(alphabet="ab .,-&and", max_size=40), st.integers(0, 39), st.integers(1, 40))
def test_a_snapped_span_is_kept_when_it_is_snapped_again_and_cuts_no_word(text: str, start: int, length: int) -> None:
    end = min(len(text), start + length)
    if start >= end:
        return
    first, last = snapped(text, start, end)
    assert 0 <= first <= last <= len(text)
    assert snapped(text, first, last) == (first, last)
    if any(letter.isalnum() for letter in text[first:last]):
        assert not (first and text[first - 1].isalnum() and text[first].isalnum())
        assert not (last < len(text) and text[last].isalnum() and text[last - 1].isalnum())


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("负责机器学习模型的开发与部署", "机器学习"),
        ("データ分析の経験がある方を募集します", "データ分析"),
        ("มีประสบการณ์ด้านการเขียนโปรแกรมและการสอน", "การเขียนโปรแกรม"),
        ("熟悉Java开发", "Java"),
        ("데이터 분석 경험이 있는 분", "분석"),
    ],
)
def test_where_no_blanks_part_words_a_span_stays_as_wide_as_it_is(text: str, window: str) -> None:
    start = text.index(window)
    assert text.__getitem__(slice(*snapped(text, start, start + len(window)))) == window


def test_no_mark_is_cut_from_its_letter() -> None:
    text = "ที่นี่"
    assert snapped(text, 1, 2) == (0, 3)
