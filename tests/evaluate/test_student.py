"""Student's distribution agrees with scipy 1.17.1: `2 * scipy.stats.t.sf(t, nu)` and `t.ppf(0.5 + level / 2, nu)`."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.evaluate.student import t_quantile, t_tail

TAILS = [
    (0.001, 1, 0.9993633804398159),
    (1, 1, 0.5),
    (40, 1, 0.015912179824051624),
    (0.5, 2, 0.6666666666666667),
    (5, 2, 0.037749551350623724),
    (2, 3, 0.13932596855884305),
    (40, 3, 3.4380680789158506e-05),
    (1, 5, 0.3632174676491229),
    (2.2281388519649385, 9.5, 0.05135033958682913),
    (2.2281388519649385, 10, 0.05000000000180864),
    (40, 10, 2.2808577430857535e-12),
    (5, 30, 2.32966854670078e-05),
    (40, 30, 1.3726045194406417e-27),
    (0.5, 99, 0.6181846440244062),
    (2, 99, 0.04823969337263296),
    (0.001, 1000, 0.9992023150184528),
    (5, 1000, 6.767256364648635e-07),
    (2, 1e5, 0.04550296345750651),
    (2, 1e6, 0.04550053385131924),
]
QUANTILES = [
    (0.5, 1, 1.0),
    (0.95, 1, 12.706204736174694),
    (0.999, 1, 636.6192487687897),
    (0.95, 2, 4.302652729749462),
    (0.95, 3, 3.1824463052837078),
    (0.99, 5, 4.032142983555228),
    (0.95, 9.5, 2.2441374614922958),
    (0.9, 10, 1.8124611228116756),
    (0.95, 10, 2.228138851986274),
    (0.95, 30, 2.0422724563012378),
    (0.999, 99, 3.391528833363685),
    (0.95, 1000, 1.9623390808264083),
    (0.95, 1e5, 1.9599877075346095),
]


@pytest.mark.parametrize(("t", "freedom", "tail"), TAILS)
def test_a_tail_is_that_of_scipy(t: float, freedom: float, tail: float) -> None:
    assert t_tail(t, freedom) == pytest.approx(tail, rel=1e-8, abs=1e-9)
    assert t_tail(-t, freedom) == t_tail(t, freedom)


@pytest.mark.parametrize(("level", "freedom", "quantile"), QUANTILES)
def test_a_quantile_is_that_of_scipy(level: float, freedom: float, quantile: float) -> None:
    assert t_quantile(level, freedom) == pytest.approx(quantile, rel=1e-9)


@given(level=st.floats(0.01, 0.999), freedom=st.integers(1, 500))
def test_quantile_and_tail_undo_each_other(level: float, freedom: int) -> None:
    assert t_tail(t_quantile(level, freedom), freedom) == pytest.approx(1 - level, rel=1e-6)


def test_the_ends_are_certain() -> None:
    assert t_tail(0, 5) == 1.0
    assert t_tail(math.inf, 5) == t_tail(-math.inf, 5) == 0.0
    assert t_tail(1e200, 5) == 0.0
    assert math.isnan(t_tail(math.nan, 5))


@pytest.mark.parametrize("level", [0, 1, -0.5, 2, math.nan])
def test_a_level_that_is_none_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        t_quantile(level, 5)
