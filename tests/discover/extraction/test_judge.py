"""Probabilities come from a logistic model that is solved, not approached, and never leave [0, 1]."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.judge import FEATURES, Judge, features, fit_asks, logistic, sigmoid, threshold
from metier.discover.extraction.lanes import Candidates


def _candidates(rows: int = 3, columns: int = 4, seed: int = 0, *, window: bool = True) -> Candidates:
    rng = np.random.default_rng(seed)
    scores = -np.sort(-rng.normal(size=(rows, columns)).astype(np.float32), axis=1)
    names = ("dense", "lexical", "named", *(("window",) if window else ()))
    return Candidates(
        places=np.tile(np.arange(columns), (rows, 1)),
        scores=scores,
        lanes={name: rng.random((rows, columns)).astype(np.float32) for name in names},
    )


@given(st.integers(0, 300), st.sampled_from([0.1, 1.0, 10.0]))
def test_the_gradient_of_the_penalised_loss_is_zero(seed: int, ridge: float) -> None:
    rng = np.random.default_rng(seed)
    described = np.concatenate([rng.normal(size=(40, 3)), np.ones((40, 1))], 1)
    right = rng.random(40) < 0.4
    weights = logistic(described, right, ridge=ridge)
    penalty = np.array([ridge, ridge, ridge, 1e-6])
    gradient = described.T @ (1 / (1 + np.exp(-described @ weights)) - right) + penalty * weights
    assert np.abs(gradient).max() < 1e-6


def test_a_lone_constant_gives_the_share_that_is_right() -> None:
    right = np.array([True, False, False, False])
    assert sigmoid(logistic(np.ones((4, 1)), right))[0] == pytest.approx(0.25, abs=1e-5)


def test_more_ridge_means_smaller_coefficients_and_parted_classes_stay_finite() -> None:
    described = np.stack([np.linspace(-1, 1, 20), np.ones(20)], 1)
    right = described[:, 0] > 0
    weights = [abs(logistic(described, right, ridge=ridge)[0]) for ridge in (0.01, 1, 100)]
    assert weights[0] > weights[1] > weights[2] > 0
    assert np.isfinite(weights).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_sigmoid_stays_within_0_and_1_and_rises(logits: list[float]) -> None:
    found = sigmoid(np.sort(np.array(logits)))
    assert ((found >= 0) & (found <= 1)).all() and (np.diff(found) >= 0).all()
    assert np.allclose(found + sigmoid(-np.sort(np.array(logits))), 1)


@given(st.integers(0, 100), st.booleans())
def test_probabilities_have_the_shape_of_the_candidates_and_stay_within_0_and_1(seed: int, window: bool) -> None:
    found = _candidates(seed=seed, window=window)
    judge = Judge(right=tuple(np.random.default_rng(seed).normal(0, 20, len(FEATURES))), asks=(5.0, -3.0, 0.5))
    vectors = np.random.default_rng(seed).normal(size=(3, 2)).astype(np.float32)
    chances = judge.probabilities(found, vectors, [0, 5, 10_000])
    assert chances.shape == (3, 4)
    assert ((chances >= 0) & (chances <= 1)).all()


def test_what_a_positive_coefficient_weighs_raises_the_probability() -> None:
    found = _candidates()
    vectors = np.zeros((3, 2), np.float32)
    for name in ("dense", "lexical", "named", "window"):
        judge = Judge(right=tuple(float(one == name) for one in FEATURES))
        chances = judge.probabilities(found, vectors, [5] * 3)
        assert (np.argsort(chances, axis=1) == np.argsort(found.lanes[name], axis=1)).all()
    asking = Judge(right=tuple(float(one == "asks") for one in FEATURES), asks=(1.0, 0.0, 0.0))
    rising = np.array([[-1, 0], [0, 0], [2, 0]], np.float32)
    assert (np.diff(asking.probabilities(found, rising, [5] * 3)[:, 0]) > 0).all()


def test_features_are_what_their_names_say() -> None:
    found = _candidates(1, 3)
    described = dict(zip(FEATURES, np.moveaxis(features(found, np.array([0.7]), [9])[0], -1, 0), strict=True))
    assert described["lead"] == pytest.approx(found.scores[0] - found.scores[0, 0], abs=1e-6)
    assert described["lead"][0] == 0 and (described["lead"][1:] <= 0).all()
    assert described["rank"].tolist() == pytest.approx([0, np.log(2), np.log(3)])
    assert (described["asks"] == 0.7).all() and (described["constant"] == 1).all()
    assert (described["best"] == found.scores[0, 0] / 4).all()


def test_nobody_said_what_asks_for_a_skill() -> None:
    assert Judge(right=(0.0,) * len(FEATURES)).asking(np.ones((2, 5), np.float32)).tolist() == [0, 0]


def test_what_asks_is_learnt_from_vectors() -> None:
    rng = np.random.default_rng(1)
    asks = np.arange(60) % 2 == 0
    vectors = (rng.normal(size=(60, 8)) + np.where(asks, 1, -1)[:, None]).astype(np.float32)
    judge = Judge(right=(), asks=tuple(fit_asks(vectors, asks).tolist()))
    said = judge.asking(vectors)
    assert ((said > 0) == asks).mean() > 0.95


def test_the_threshold_parts_best_what_asks_from_what_does_not() -> None:
    best = np.array([0.9, 0.8, 0.4, 0.3, 0.2])
    asks = np.array([True, True, True, False, False])
    assert threshold(best, asks) == 0.4
    for one in (np.ones(5, bool), np.zeros(5, bool)):
        assert threshold(best, one) == 0


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=20))
def test_no_other_threshold_parts_better(said: list[tuple[int, bool]]) -> None:
    best, asks = np.array([chance / 6 for chance, _ in said]), np.array([one for _, one in said])
    if asks.all() or not asks.any():
        return

    def gain(cut: float) -> float:
        return float((best[asks] >= cut).mean() - (best[~asks] >= cut).mean())

    assert gain(threshold(best, asks)) == pytest.approx(max(gain(cut) for cut in np.linspace(0, 1.1, 111)))
