"""Weights move where validation sentences say so, and what is fitted tells right from wrong, also on few sentences."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.fit import DEFAULT, Said, fit_judge, fit_weights, with_gold
from metier.discover.extraction.gold import Gold
from metier.discover.extraction.judge import FEATURES
from metier.discover.extraction.lanes import Weights, lay, weigh
from metier.discover.extraction.measures import quality, ranks

_SKILLS = 30


def _said(num: int, *, seed: int = 0, speaks: str = "lexical", nothing: int = 0, loud: float = 4) -> Said:
    """Sentences in which one lane tells the gold skill and the other is noise; the last ones ask for nothing."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, _SKILLS, num)
    lanes = {name: rng.normal(size=(num, _SKILLS)).astype(np.float32) for name in ("dense", "lexical")}
    asks = np.arange(num) < num - nothing
    lanes[speaks][np.flatnonzero(asks), gold[asks]] += loud
    vectors = (rng.normal(size=(num, 6)) + np.where(asks, 1.0, -1.0)[:, None]).astype(np.float32)
    named = [np.array([], np.int64)] * num
    return Said(
        gold=[Gold(text="a few words here", skills=(int(g),) if a else (), asks=bool(a))
              for g, a in zip(gold, asks, strict=True)],
        vectors=vectors,
        laid=lay(lanes["dense"], lanes["lexical"], named, DEFAULT),
        named=named,
        num_skills=_SKILLS,
    )  # fmt: skip


def test_the_lane_that_tells_gets_more_weight() -> None:
    spelt, meant = _said(80, speaks="lexical"), _said(80, speaks="dense")
    assert fit_weights([spelt]).lexical > DEFAULT.lexical
    assert fit_weights([meant]).lexical <= DEFAULT.lexical
    assert spelt.quality(fit_weights([spelt])).rp5 > spelt.quality(DEFAULT).rp5


@given(st.integers(0, 20), st.sampled_from(["lexical", "dense"]))
def test_fitted_weights_are_no_worse_than_the_first_and_add_up(seed: int, speaks: str) -> None:
    said = _said(25, seed=seed, speaks=speaks)
    fitted = fit_weights([said])
    before, after = said.quality(DEFAULT), said.quality(fitted)
    assert after.rp5 + after.mrr >= before.rp5 + before.mrr
    if fitted != DEFAULT:
        assert fitted.dense + fitted.window + fitted.lexical == pytest.approx(1)
    assert fit_weights([said]) == fitted


def test_lanes_that_are_not_there_keep_their_weight() -> None:
    fitted = fit_weights([_said(40)])
    assert (fitted.window, fitted.prior) == (DEFAULT.window, DEFAULT.prior)


def test_no_gold_moves_nothing() -> None:
    nothing = _said(5, nothing=5)
    assert fit_weights([]) == fit_weights([nothing]) == DEFAULT
    assert with_gold(nothing.gold).tolist() == []


def test_quality_is_that_of_the_whole_ranking() -> None:
    said = _said(20, seed=2)
    found = weigh(said.laid, DEFAULT)
    scores = np.zeros((20, _SKILLS), np.float32)
    np.put_along_axis(scores, found.places, found.scores, 1)
    gold = [one.skills for one in said.gold]
    wanted = quality(ranks(scores, gold), [[False] * len(skills) for skills in gold])
    assert asdict(said.quality(DEFAULT)) == pytest.approx(asdict(wanted), nan_ok=True)


def test_a_skill_beyond_the_candidates_comes_last() -> None:
    said = _said(6)
    worst = np.array([row[-1] for row in said.laid.places])
    gold = [Gold(text="x", skills=(int(skill),), asks=True) for skill in worst]
    cut = replace(
        said.laid,
        places=said.laid.places[:, :-1],
        lanes={k: v[:, :-1] for k, v in said.laid.lanes.items()},
        standard={k: v[:, :-1] for k, v in said.laid.standard.items()},
        spans=said.laid.spans[:, :-1],
    )
    assert replace(said, gold=gold, laid=cut).quality(DEFAULT).mrr == pytest.approx(100 / _SKILLS)


def test_a_fitted_judge_tells_right_from_wrong_and_is_the_same_twice() -> None:
    said = _said(120, speaks="dense", nothing=40)
    judge = fit_judge([said], DEFAULT, seed=3)
    assert judge == fit_judge([said], DEFAULT, seed=3)
    assert judge.fitted_on == (80, 40)
    assert 0 < judge.threshold < 1
    found = weigh(said.laid, DEFAULT)
    chances = judge.probabilities(found, said.vectors, [4] * 120)
    right = np.array([[place in one.skills for place in places]
                      for one, places in zip(said.gold, found.places, strict=True)])  # fmt: skip
    assert chances[right].mean() > 0.5 > 5 * chances[~right].mean()
    asked = chances.max(1)[:80] >= judge.threshold
    silent = chances.max(1)[80:] < judge.threshold
    assert asked.mean() > 0.9 and silent.mean() > 0.9


def test_fitted_probabilities_are_what_happens() -> None:
    said, fresh = (_said(400, seed=seed, speaks="dense", nothing=100, loud=2.5) for seed in (1, 2))
    judge = fit_judge([said], DEFAULT)
    found = weigh(fresh.laid, DEFAULT)
    chances = judge.probabilities(found, fresh.vectors, [4] * 400)[:, :10]
    right = np.array([[place in one.skills for place in places]
                      for one, places in zip(fresh.gold, found.places[:, :10], strict=True)])  # fmt: skip
    assert chances.mean() == pytest.approx(right.mean(), abs=0.02)
    sure = chances > 0.5
    assert right[sure].mean() == pytest.approx(chances[sure].mean(), abs=0.1)


def test_without_anything_to_learn_from_the_shipped_coefficients_hold() -> None:
    for said in ([], [_said(4, nothing=4)], [_said(0)]):
        judge = fit_judge(said, Weights())
        assert len(judge.right) == len(FEATURES)
        assert (judge.asks, judge.threshold) == ((), 0.0)


@pytest.mark.parametrize(("num", "nothing"), [(1, 0), (2, 1), (3, 1), (6, 5), (7, 0)])
def test_few_sentences_are_enough_for_finite_numbers(num: int, nothing: int) -> None:
    judge = fit_judge([_said(num, nothing=nothing)], DEFAULT)
    assert np.isfinite([*judge.right, *judge.asks, judge.threshold]).all()


def test_sets_of_which_one_tells_nothing_do_not_disturb_the_other() -> None:
    told = _said(60, nothing=20)
    silent = replace(told, gold=[Gold(text="x") for _ in told.gold])
    both = fit_judge([told, silent], DEFAULT)
    assert both.right == pytest.approx(fit_judge([told], DEFAULT).right, abs=0.2)
    assert both.fitted_on == (40, 20)
