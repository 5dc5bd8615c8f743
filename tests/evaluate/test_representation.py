"""Layer-wise likeness: it finds what pairs, and not what all statements share."""

from __future__ import annotations

import numpy as np
import pytest

from metier.evaluate.representation import likeness


def test_what_all_statements_share_is_no_likeness() -> None:
    rng = np.random.default_rng(1)
    shared = 5 * rng.normal(size=(1, 3, 16))
    one, other = (shared + rng.normal(size=(40, 3, 16)) for _ in range(2))
    for layer in likeness(one, other, permutations=199):
        assert layer.cosine > 0.8
        assert layer.p_value > 0.05


def test_a_layer_that_pairs_is_found_alone() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.normal(size=(40, 2, 16)), rng.normal(size=(40, 2, 16))
    other[:, 1] = one[:, 1] + 0.5 * rng.normal(size=(40, 16))
    first, second = likeness(one, other, permutations=199)
    assert second.p_value < 0.05 < first.p_value


def test_models_of_two_widths_are_refused() -> None:
    with pytest.raises(ValueError, match="two arrays"):
        likeness(np.ones((5, 2, 8)), np.ones((5, 2, 9)))


def test_a_state_that_is_no_number_is_refused_and_never_significant() -> None:
    states = np.random.default_rng(0).normal(size=(10, 2, 4))
    broken = states.copy()
    broken[3, 1, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        likeness(states, broken, permutations=9)
