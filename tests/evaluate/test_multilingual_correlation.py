"""Are intervals and tests of rank correlations those of their sources, and do they hold what they promise?"""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import InputError
from metier.evaluate.multilingual import correlation as c
from metier.evaluate.multilingual.contrast import contrast, needed, unlike
from metier.evaluate.multilingual.published import claim

RHO = st.floats(-0.99, 0.99)


@pytest.mark.parametrize(
    ("rho", "ends"),
    [
        (0.11, (-0.28, 0.47)),
        (0.30, (-0.09, 0.61)),
        (0.47, (0.11, 0.72)),
        (0.68, (0.40, 0.84)),
        (0.85, (0.69, 0.93)),
    ],
)
def test_the_wide_interval_of_thirty_models_is_as_computed_by_hand(rho: float, ends: tuple[float, float]) -> None:
    """tanh(atanh(rho) ± 1.96 · 1.06 / √27), to two digits; Bonett and Wright differ by 0.02 at most."""
    assert tuple(round(end, 2) for end in c.fisher_interval(rho, 30, variance="wide")) == ends
    assert c.fisher_interval(rho, 30) == pytest.approx(ends, abs=0.025)


@pytest.mark.parametrize(("between", "p_value"), [(0.5, 0.15), (0.6, 0.11), (0.7, 0.068), (0.8, 0.025)])
def test_williams_test_of_068_against_047_over_thirty_models(between: float, p_value: float) -> None:
    assert contrast(0.68, 0.47, between, 30).p_williams == pytest.approx(p_value, abs=0.0011)


def test_the_published_claim_needs_benchmarks_that_agree_with_each_other() -> None:
    least = claim(0.68, 0.47, 30).least_between
    assert least is not None and 0.72 < least < 0.76
    assert contrast(0.68, 0.47, least + 0.01, 30).p_williams < 0.05 < contrast(0.68, 0.47, least - 0.01, 30).p_williams


def test_steigers_example_of_three_variables() -> None:
    """Steiger (1980), section "Examples": r = .40 and .50, .10 between, N = 103; R's psych::r.test prints t = -0.89."""
    one, two = contrast(0.4, 0.5, 0.1, 103), contrast(0.5, 0.4, 0.1, 103)
    assert round(one.t, 2) == -0.89 and round(one.p_williams, 2) == 0.37
    assert one.t == pytest.approx(-two.t) and one.z == pytest.approx(-two.z)


def test_equal_correlations_are_rarely_called_different() -> None:
    """False alarms of Williams' test on ranks at n = 30: 5 % ± 3.5 standard errors of 500 draws."""
    import numpy as np

    draw, alarms = np.random.default_rng(6), 0
    for _ in range(500):
        human = draw.normal(size=30)
        one, two = (human + draw.normal(size=30) for _ in range(2))
        first, second, between = (c.spearman(a, b) for a, b in ((human, one), (human, two), (one, two)))
        assert first is not None and second is not None and between is not None
        alarms += contrast(first, second, between, 30).p_williams < 0.05
    assert 0.016 <= alarms / 500 <= 0.084


@given(rho=RHO, n=st.integers(4, 500))
def test_an_interval_holds_its_correlation_and_shrinks_with_more_models(rho: float, n: int) -> None:
    low, high = c.fisher_interval(rho, n)
    assert -1 <= low <= rho <= high <= 1
    tighter = c.fisher_interval(rho, n + 10)
    assert low <= tighter[0] and tighter[1] <= high


@settings(deadline=None, max_examples=25)
@given(
    values=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=5, max_size=12), seed=st.integers(0, 9)
)
def test_the_order_of_models_and_the_scale_of_scores_change_nothing(values: list[tuple[int, int]], seed: int) -> None:
    mixed = random.Random(seed).sample(values, len(values))
    x, y = zip(*values, strict=True)
    u, v = zip(*mixed, strict=True)
    assert c.spearman(x, y) == c.spearman([math.exp(one) for one in u], v)
    assert c.bootstrap_interval(x, y, resamples=50) == c.bootstrap_interval(u, v, resamples=50)


def test_spearman_is_scipys() -> None:
    from scipy.stats import spearmanr

    chance = random.Random(3)
    x, y = ([chance.randrange(6) for _ in range(25)] for _ in range(2))
    assert c.spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-11)


def test_the_bootstrap_is_close_to_scipys_bca() -> None:
    import numpy as np
    from scipy.stats import bootstrap, spearmanr

    draw = np.random.default_rng(5)
    x = draw.normal(size=40)
    y = x + draw.normal(size=40)
    theirs = bootstrap(
        (x, y), lambda a, b: spearmanr(a, b).statistic, paired=True, vectorized=False, n_resamples=1500, rng=1
    ).confidence_interval
    assert c.bootstrap_interval(list(x), list(y)) == pytest.approx((theirs.low, theirs.high), abs=0.03)


@pytest.mark.parametrize("n", [12, 30])
def test_intervals_cover_the_true_correlation(n: int) -> None:
    """Bivariate normal with r = 0.7, whose rho is (6/π)·asin(r/2) = 0.683; 300 draws, 95 % ± 3.5 standard errors."""
    import numpy as np

    draw, true = np.random.default_rng(11), 6 / math.pi * math.asin(0.35)
    formula = booted = 0
    for seed in range(300):
        x = draw.normal(size=n)
        y = 0.7 * x + math.sqrt(1 - 0.49) * draw.normal(size=n)
        rho = c.spearman(x, y)
        assert rho is not None
        low, high = c.fisher_interval(rho, n)
        formula += low <= true <= high
        ends = c.bootstrap_interval(x, y, seed=seed, resamples=300)
        assert ends is not None
        booted += ends[0] <= true <= ends[1]
    assert 0.90 <= formula / 300 <= 0.99 and 0.90 <= booted / 300 <= 0.99


def test_correction_for_noise_recovers_the_correlation_without_it() -> None:
    import numpy as np

    draw = np.random.default_rng(2)
    x = draw.normal(size=4000)
    y = 0.8 * x + 0.6 * draw.normal(size=4000)
    noisy = x + 0.7 * draw.normal(size=4000)
    clean, seen = c.spearman(x, y), c.spearman(noisy, y)
    share = c.reliability(list(noisy), [0.7] * 4000)
    assert clean is not None and seen is not None and share is not None
    assert seen < clean - 0.1
    assert c.corrected(seen, reliabilities=[share]) == pytest.approx(clean, abs=0.03)


def test_noise_that_leaves_nothing_has_no_reliability() -> None:
    assert c.reliability([1.0, 1.1, 0.9], [5.0, 5.0, 5.0]) is None
    assert c.corrected(0.9, reliabilities=[0.3]) == 1.0


@pytest.mark.parametrize("between", [0.3, 0.6, 0.8])
def test_the_needed_number_of_models_gives_the_power(between: float) -> None:
    n = needed(0.68, 0.47, between=between)
    found = contrast(0.68, 0.47, between, n)
    assert found.z == pytest.approx(1.96 + 0.8416, abs=0.05)
    assert needed(0.68, 0.47, between=between, power=0.9) > n


def test_the_width_is_reached_with_so_many_models_and_not_with_one_fewer() -> None:
    n = c.needed_for_width(0.5, 0.3)
    ends = [c.fisher_interval(0.5, count) for count in (n - 1, n)]
    assert ends[1][1] - ends[1][0] <= 0.3 < ends[0][1] - ends[0][0]


@pytest.mark.parametrize("impossible", [(0.9, -0.9, 0.9), (0.5, 0.5, 1.0)])
def test_three_correlations_that_cannot_be_are_refused(impossible: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="No three variables"):
        contrast(*impossible, 30)


def test_few_models_have_no_interval() -> None:
    assert c.spearman([1, 2], [1, 2]) is None
    assert c.bootstrap_interval([1, 2, 3], [1, 2, 3]) is None
    with pytest.raises(InputError):
        c.fisher_interval(0.5, 3)
    with pytest.raises(InputError, match="finite"):
        c.spearman([1, 2, math.nan], [1, 2, 3])


def test_the_difference_of_a_better_benchmark_is_above_zero() -> None:
    human = list(range(30))
    close = [h + (h % 3) for h in human]
    loose = [(7 * h) % 30 for h in human]
    ends = c.bootstrap_difference(human, close, loose)
    assert ends is not None and ends[0] > 0


def test_correlations_from_other_models_differ_less_surely() -> None:
    """n - 3 of each below the line: the p of equal ones is 1, and more models make it smaller."""
    assert unlike(0.5, 20, 0.5, 40) == 1.0
    assert unlike(0.9, 20, 0.4, 30) < unlike(0.9, 10, 0.4, 30) < 0.2
    with pytest.raises(InputError):
        unlike(1.0, 20, 0.4, 30)


@pytest.mark.parametrize("wrong", [(2, 0.4, 30), (0.6, math.inf, 30), (math.nan, 0.4, 30), (0.6, 0.4, 3)])
def test_a_claim_of_what_is_no_correlation_is_refused(wrong: tuple[float, float, int]) -> None:
    with pytest.raises(InputError, match="between -1 and 1"):
        claim(*wrong)
