"""Measures of a ranking are those of the papers: by hand, and by counting over sorted lists."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.measures import (
    auroc,
    calibration_error,
    paired_bootstrap,
    per_sentence,
    quality,
    r_precision,
    ranks,
)

_SCORES = st.integers(1, 5).flatmap(
    lambda rows: st.lists(
        st.tuples(
            st.permutations(range(12)),
            st.sets(st.integers(0, 11), max_size=8),
            st.sets(st.integers(0, 11), max_size=12),
        ),
        min_size=rows,
        max_size=rows,
    )
)


def test_measures_by_hand() -> None:
    """Gold at ranks 1 and 7, at 3, and at 2, 4, 6, 8, 10 and 12, where min(5, 6) = 5 is what can be reached."""
    placed = [np.array([1, 7]), np.array([3]), np.array([2, 4, 6, 8, 10, 12])]
    explicit = [[True, False], [False], [True, False, False, False, False, True]]
    found = quality(placed, explicit)
    assert found.num_sentences == 3
    assert found.rp5 == pytest.approx(100 * (1 / 2 + 1 + 2 / 5) / 3)
    assert found.rp10 == pytest.approx(100 * (1 + 1 + 5 / 6) / 3)
    assert found.mrr == pytest.approx(100 * (1 + 1 / 3 + 1 / 2) / 3)
    assert found.recall100 == 100
    assert found.num_implicit == 6
    assert found.implicit_rp5 == pytest.approx(100 * (0 + 1 + 1 / 4) / 3)
    assert found.implicit_hit5 == pytest.approx(100 * 2 / 6)
    assert found.explicit_hit5 == pytest.approx(100 * 2 / 3)


@given(_SCORES)
def test_measures_agree_with_counting_over_sorted_lists(drawn: list[tuple[list[int], set[int], set[int]]]) -> None:
    scores = np.array([row for row, _, _ in drawn], np.float32)
    gold = [sorted(skills) for _, skills, _ in drawn]
    named = [[skill in form for skill in skills] for skills, (_, _, form) in zip(gold, drawn, strict=True)]
    found = quality(ranks(scores, gold), named)
    lists = [sorted(range(12), key=lambda skill, row=row: -row[skill]) for row, _, _ in drawn]  # type: ignore[misc]
    kept = [(order, set(skills)) for order, skills in zip(lists, gold, strict=True) if skills]
    assert found.num_sentences == len(kept)
    if not kept:
        assert math.isnan(found.rp5) and math.isnan(found.mrr)
        return
    for k, value in ((5, found.rp5), (10, found.rp10)):
        shares = [len(set(order[:k]) & skills) / min(k, len(skills)) for order, skills in kept]
        assert value == pytest.approx(100 * sum(shares) / len(shares))
    first = [1 + min(order.index(skill) for skill in skills) for order, skills in kept]
    assert found.mrr == pytest.approx(100 * sum(1 / rank for rank in first) / len(first))
    pairs = [(order.index(skill) < 5, skill in form)
             for order, skills, (_, _, form) in zip(lists, gold, drawn, strict=True) for skill in skills]  # fmt: skip
    implied = [hit for hit, is_named in pairs if not is_named]
    assert found.num_implicit == len(implied)
    if implied:
        assert found.implicit_hit5 == pytest.approx(100 * sum(implied) / len(implied))


def test_equal_scores_count_against_the_gold_skill() -> None:
    same = np.zeros((1, 20), np.float32)
    assert ranks(same, [[4]])[0].tolist() == [20]
    assert r_precision(ranks(same, [[4]])[0], 5) == 0
    assert ranks(np.array([[1, 1, 0]], np.float32), [[0, 1, 2]])[0].tolist() == [2, 2, 3]


def test_sentences_without_gold_are_left_out() -> None:
    placed = ranks(np.eye(3, dtype=np.float32), [[], [1], []])
    assert [len(one) for one in placed] == [0, 1, 0]
    assert quality(placed, [[], [True], []]).rp5 == 100
    assert per_sentence([np.array([1]), np.array([9])]).tolist() == [1, 0]
    assert math.isnan(quality([], []).mrr)


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(0, 5), max_size=12))
def test_auroc_is_the_share_of_pairs_in_order(high: list[int], low: list[int]) -> None:
    found = auroc(list(map(float, high)), list(map(float, low)))
    if not high or not low:
        assert math.isnan(found)
        return
    pairs = [(a > b) + (a == b) / 2 for a in high for b in low]
    assert found == pytest.approx(sum(pairs) / len(pairs))


def test_calibration_is_the_gap_of_stated_and_seen() -> None:
    stated, right = np.array([0.1, 0.1, 0.8, 0.8]), np.array([False, False, True, False])
    assert calibration_error(stated, right, bins=2) == pytest.approx((0.1 + 0.3) / 2)
    assert calibration_error(stated, right, bins=1) == pytest.approx(abs(0.45 - 0.25))
    assert math.isnan(calibration_error(np.array([]), np.array([], bool)))
    assert calibration_error(np.array([0.25]), np.array([True])) == pytest.approx(0.75)


def test_paired_bootstrap_is_seeded_holds_the_mean_and_covers_what_it_should() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.random(60) + 0.1, rng.random(60)
    found = paired_bootstrap(first, second, seed=1, replicates=2000)
    assert found == paired_bootstrap(first, second, seed=1, replicates=2000)
    assert found[1] < found[0] < found[2]
    assert found[0] == pytest.approx((first - second).mean())
    error = (first - second).std(ddof=1) / math.sqrt(60)
    assert found[2] - found[1] == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert all(math.isnan(value) for value in paired_bootstrap(np.array([]), np.array([])))
