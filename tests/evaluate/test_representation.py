"""Layer-wise likeness: it finds what pairs, and not what all statements share."""

from __future__ import annotations

import numpy as np
import pytest

from metier.evaluate.representation import contrast, likeness, over_pairs


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


def test_random_text_of_one_model_alone_or_of_other_layers_is_refused() -> None:
    states = np.random.default_rng(0).normal(size=(10, 2, 4))
    with pytest.raises(ValueError, match="both models"):
        likeness(states, states, random_one=states, permutations=9)
    with pytest.raises(ValueError, match="both models"):
        likeness(states, states, random_one=states[:, :1], random_other=states, permutations=9)


def test_likeness_falls_as_noise_grows_and_a_known_mixture_is_found() -> None:
    rng = np.random.default_rng(4)
    one = rng.normal(size=(200, 1, 64))
    noise = rng.normal(size=one.shape)
    found = [likeness(one, one + size * noise, permutations=19)[0].cosine for size in (0.0, 0.5, 1.0, 2.0)]
    assert found == sorted(found, reverse=True)
    # Of two independent parts of one size the cosine is 1 / sqrt(1 + size²).
    assert found == pytest.approx([1 / np.sqrt(1 + size**2) for size in (0.0, 0.5, 1.0, 2.0)], abs=0.03)


def test_p_values_are_spread_evenly_where_nothing_pairs() -> None:
    """400 pairs of unrelated models: p at most 0.05 in 2 to 8 of 100, at most 0.5 in 43 to 57."""
    rng = np.random.default_rng(5)
    states = (rng.normal(size=(2, 20, 1, 8)) for _ in range(400))
    p_values = np.array([likeness(one, other, permutations=99)[0].p_value for one, other in states])
    assert 0.02 <= (p_values <= 0.05).mean() <= 0.08
    assert 0.43 <= (p_values <= 0.5).mean() <= 0.57


def test_facts_that_are_held_alike_stand_out_from_queries_that_are_not() -> None:
    rng = np.random.default_rng(6)
    known: dict[str, np.ndarray] = {}

    def states_of(texts: list[str], *, own: float) -> np.ndarray:
        """Both models share what they make of a fact; of a query the second makes something of its own."""
        rows = [known.setdefault(text, rng.normal(size=(2, 16))) for text in texts]
        shift = [own * rng.normal(size=(2, 16)) if text.startswith("What is") else np.zeros((2, 16)) for text in texts]
        return np.stack([row + off for row, off in zip(rows, shift, strict=True)])

    pairs = [(f"A{n}", f"thing {n}") for n in range(30)]
    found = over_pairs(
        lambda texts: states_of(list(texts), own=0), lambda texts: states_of(list(texts), own=1), pairs, permutations=99
    )
    assert all(layer.cosine == pytest.approx(1) for layer in found.facts)
    assert all(0.4 < layer.cosine < 0.95 for layer in found.queries)
    assert all(layer.low > 0 and layer.p_value < 0.01 for layer in found.contrast)


def test_the_interval_of_the_contrast_holds() -> None:
    """400 simulated models of 25 codes whose facts and queries are alike to the same degree: no difference is true."""
    rng, held = np.random.default_rng(7), 0
    for _ in range(400):
        fact, query, a, b = rng.normal(size=(4, 25, 1, 16))
        layer = contrast(fact, fact + a, query, query + b)[0]
        held += layer.low <= 0 <= layer.high
    assert 0.92 <= held / 400 <= 0.98
