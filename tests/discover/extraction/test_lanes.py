"""Lanes are brought to one scale, windows say where they lie, and the ranking is the weighted sum and no other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.encoders import Tokens, unit
from metier.discover.extraction.lanes import SIZES, Weights, Windows, cosines, lay, standard, top, weigh, windows

_SKILLS, _DIM = 9, 6
_NAMED = [np.array([2, 5]), np.array([], np.int64), np.array([8])]


def _parts(seed: int, *, sentences: int = 3):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    labels = unit(rng.normal(size=(_SKILLS, _DIM)).astype(np.float32))
    dense = unit(rng.normal(size=(sentences, _DIM)).astype(np.float32)) @ labels.T
    lexical = np.maximum(rng.normal(size=(sentences, _SKILLS)), 0).astype(np.float32)
    prior = standard(rng.random((1, _SKILLS)).astype(np.float32))[0]
    found = [
        windows(Tokens(rng.normal(size=(n, _DIM)).astype(np.float32), np.array([[3 * i, 3 * i + 2] for i in range(n)])))
        for n in (5, 1, 7)[:sentences]
    ]
    return labels, dense, lexical, prior, found


@given(st.lists(st.lists(st.floats(-50, 50, width=32), min_size=4, max_size=4), min_size=1, max_size=5))
def test_standard_rows_have_mean_0_and_deviation_1_or_are_0(rows: list[list[float]]) -> None:
    scores = np.array(rows, np.float32)
    for row, scaled in zip(scores, standard(scores), strict=True):
        if row.std() < 1e-3:
            assert np.isfinite(scaled).all()
        else:
            assert scaled.mean() == pytest.approx(0, abs=1e-3)
            assert scaled.std() == pytest.approx(1, abs=1e-3)


def test_a_row_that_does_not_vary_becomes_0() -> None:
    assert standard(np.full((2, 4), 7, np.float32)).tolist() == [[0] * 4] * 2


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 11])
def test_windows_are_means_of_neighbours_and_span_from_the_first_to_the_last(count: int) -> None:
    rng = np.random.default_rng(count)
    vectors = rng.normal(size=(count, 4)).astype(np.float32)
    spans = np.array([[4 * i, 4 * i + 3] for i in range(count)])
    found = windows(Tokens(vectors, spans))
    sizes = [size for size in SIZES if size <= count] or [count]
    wanted = [(first, first + size) for size in sizes for first in range(count - size + 1)]
    assert found.spans.tolist() == [[4 * first, 4 * (end - 1) + 3] for first, end in wanted]
    means = unit(np.array([vectors[first:end].mean(0) for first, end in wanted]))
    assert np.allclose(found.vectors, means, atol=1e-5)


@given(st.integers(0, 40), st.integers(1, 9))
def test_a_sentence_has_its_cosines_whatever_else_is_read_with_it(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = unit(rng.normal(size=(30, _DIM)).astype(np.float32))
    vectors = unit(rng.normal(size=(count, _DIM)).astype(np.float32))
    found = cosines(vectors, labels)
    assert found.shape == (count, 30) and found.flags.c_contiguous
    for vector, row in zip(vectors, found, strict=True):
        assert np.allclose(row, labels @ vector, atol=1e-6)


def test_no_token_gives_no_window() -> None:
    found = windows(Tokens(np.zeros((0, 4), np.float32), np.zeros((0, 2), np.int64)))
    assert found.vectors.shape == (0, 4) and found.spans.shape == (0, 2)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 12))
def test_top_is_the_head_of_a_stable_sort(row: list[int], count: int) -> None:
    found = top(np.array([row, row[::-1]], np.float32), count)
    for values, places in zip((row, row[::-1]), found, strict=True):
        assert places.tolist() == sorted(range(len(row)), key=lambda place, said=values: -said[place])[:count]  # type: ignore[misc]


def test_of_a_thousand_equals_the_first_are_kept() -> None:
    assert top(np.zeros((1, 1000), np.float32), 3).tolist() == [[0, 1, 2]]


@given(st.integers(0, 200), st.tuples(*[st.sampled_from([0.0, 0.1, 0.3, 0.7])] * 4), st.booleans())
def test_the_ranking_is_the_weighted_sum(seed: int, shares: tuple[float, ...], with_windows: bool) -> None:
    labels, dense, lexical, prior, found = _parts(seed)
    weights = Weights(dense=shares[0], window=shares[1], lexical=shares[2], prior=shares[3], named=0.5)
    given = {"found": found, "labels": labels} if with_windows else {}
    ranked = weigh(lay(dense, lexical, _NAMED, weights, prior=prior, count=_SKILLS, **given), weights)
    for row in range(3):
        sums = {}
        for skill in range(_SKILLS):
            cosines = found[row].vectors @ labels.T
            best = cosines.max(0)
            window = (best[skill] - best.mean()) / best.std()
            sums[skill] = (
                (weights.dense if with_windows else weights.dense + weights.window) * standard(dense)[row, skill]
                + weights.window * (window if with_windows else 0)
                + weights.lexical * standard(lexical)[row, skill]
                + weights.prior * prior[skill]
                + weights.named * (skill in _NAMED[row])
            )
        scored = dict(zip(ranked.places[row].tolist(), ranked.scores[row].tolist(), strict=True))
        assert scored == pytest.approx(sums, abs=1e-4)
        assert sorted(ranked.scores[row].tolist(), reverse=True) == ranked.scores[row].tolist()


def test_the_span_is_that_of_the_best_window() -> None:
    labels, dense, lexical, _, found = _parts(4)
    ranked = weigh(lay(dense, lexical, _NAMED, Weights(), found=found, labels=labels, count=4), Weights())
    for row in range(3):
        for column, skill in enumerate(ranked.places[row]):
            best = int((found[row].vectors @ labels[skill]).argmax())
            assert ranked.spans[row, column].tolist() == found[row].spans[best].tolist()
            assert ranked.lanes["window"][row, column] == pytest.approx((found[row].vectors @ labels[skill]).max())
            assert ranked.lanes["dense"][row, column] == dense[row, skill]
            assert ranked.lanes["lexical"][row, column] == lexical[row, skill]


def test_a_sentence_without_tokens_has_no_span_and_no_window() -> None:
    labels, dense, lexical, _, found = _parts(5)
    found[1] = Windows(np.zeros((0, _DIM), np.float32), np.zeros((0, 2), np.int64))
    laid = lay(dense, lexical, _NAMED, Weights(), found=found, labels=labels)
    assert (laid.spans[1] == -1).all()
    assert not laid.standard["window"][1].any()


def test_without_windows_there_is_no_span() -> None:
    _, dense, lexical, _, _ = _parts(6)
    ranked = weigh(lay(dense, lexical, _NAMED, Weights()), Weights())
    assert (ranked.spans == -1).all() and "window" not in ranked.lanes


def test_a_named_skill_is_a_candidate_though_nothing_else_speaks_for_it() -> None:
    dense = np.linspace(1, 0, 300, dtype=np.float32)[None]
    heavy = Weights(named=50.0)
    laid = lay(dense, np.zeros_like(dense), [np.array([299])], heavy, count=10)
    assert 299 in laid.places[0]
    assert weigh(laid, heavy).places[0, 0] == 299


@given(st.integers(0, 100))
def test_sentences_do_not_touch_each_other(seed: int) -> None:
    labels, dense, lexical, prior, found = _parts(seed)
    whole = weigh(lay(dense, lexical, _NAMED, Weights(), prior=prior, found=found, labels=labels), Weights())
    for row in range(3):
        alone = lay(
            dense[row : row + 1], lexical[row : row + 1], _NAMED[row : row + 1], Weights(),
            prior=prior, found=found[row : row + 1], labels=labels,
        )  # fmt: skip
        assert weigh(alone, Weights()).places[0].tolist() == whole.places[row].tolist()


def test_lanes_are_weighed_anew_without_being_worked_out_again() -> None:
    _, dense, lexical, _, _ = _parts(7)
    laid = lay(dense, lexical, _NAMED, Weights())
    spelt = weigh(laid, Weights(dense=0.0, window=0.0, lexical=1.0, prior=0.0, named=0.0))
    assert np.take_along_axis(lexical, spelt.places, 1).tolist() == (-np.sort(-lexical, axis=1)).tolist()
    named = weigh(laid, Weights(dense=0.0, window=0.0, lexical=0.0, prior=0.0, named=1.0))
    assert set(named.places[0, :2].tolist()) == {2, 5}
