"""Are ratings from votes the maximum of the likelihood, and do their intervals hold?"""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from metier.errors import InputError
from metier.evaluate.multilingual.bradley_terry import ELO, rate
from metier.evaluate.multilingual.votes import Ties, Vote, Winner, read_votes


def votes(*rows: tuple[str, str, Winner, int]) -> list[Vote]:
    return [Vote(model_a=a, model_b=b, winner=winner) for a, b, winner, count in rows for _ in range(count)]


def simulate(strengths: dict[str, float], num_votes: int, *, seed: int, tie: float = 0.0) -> list[Vote]:
    chance, names, made = random.Random(seed), sorted(strengths), []
    for _ in range(num_votes):
        a, b = chance.sample(names, 2)
        half = (strengths[a] - strengths[b]) / 2
        odds = [math.exp(half), math.exp(-half), tie]
        winners: list[Winner] = ["a", "b", "tie"]
        made.append(Vote(model_a=a, model_b=b, winner=chance.choices(winners, odds)[0]))
    return made


def test_two_models_differ_by_the_log_odds_of_their_wins() -> None:
    ranking = rate(votes(("x", "y", "a", 30), ("y", "x", "a", 10)))
    value, low, high = ranking.difference("x", "y")
    assert value == pytest.approx(400 * math.log10(3))
    # Var of a logit of 30 : 10 is 1/30 + 1/10.
    assert (high - low) / 2 == pytest.approx(1.959964 * ELO * math.sqrt(1 / 30 + 1 / 10))


def test_shares_of_wins_that_fit_the_model_give_back_its_strengths() -> None:
    """With strengths 1, 2 and 4 every pair meets 60 times: 20:40, 12:48 and 20:40 wins."""
    ranking = rate(
        votes(("p", "q", "a", 20), ("p", "q", "b", 40), ("p", "r", "a", 12), ("p", "r", "b", 48))
        + votes(("q", "r", "a", 20), ("q", "r", "b", 40))
    )
    by = {one.model: one.rating for one in ranking.models}
    assert by["q"] - by["p"] == pytest.approx(ELO * math.log(2))
    assert by["r"] - by["p"] == pytest.approx(ELO * math.log(4))
    assert math.fsum(by.values()) / 3 == pytest.approx(1000)


def test_ratings_and_errors_are_those_of_a_logistic_regression() -> None:
    import numpy as np
    import statsmodels.api as sm

    cast = simulate({"a": 0.0, "b": 0.6, "c": -0.4, "d": 1.1}, 600, seed=4)
    names = "abcd"
    design = np.array([[(v.model_a == n) - (v.model_b == n) for n in names[1:]] for v in cast], dtype=float)
    fit = sm.Logit([v.winner == "a" for v in cast], design).fit(disp=0, cov_type="HC0")
    ranking = rate(cast)
    for place, name in enumerate(names[1:]):
        value, low, high = ranking.difference(name, "a")
        assert value / ELO == pytest.approx(fit.params[place], abs=1e-7)
        assert (high - low) / 2 / 1.959964 / ELO == pytest.approx(fit.bse[place], rel=1e-5)


def test_the_order_of_votes_and_of_the_two_sides_changes_nothing() -> None:
    cast = simulate({"a": 0.0, "b": 0.6, "c": -0.4}, 200, seed=1, tie=0.5)
    other: dict[Winner, Winner] = {"a": "b", "b": "a", "tie": "tie"}
    turned = [Vote(model_a=v.model_b, model_b=v.model_a, winner=other[v.winner]) for v in reversed(cast)]
    ways: tuple[Ties, ...] = ("half", "davidson", "drop")
    for ties in ways:
        assert rate(cast, ties=ties) == rate(turned, ties=ties)


def test_davidson_gives_back_strengths_and_how_often_equals_tie() -> None:
    strengths = {"a": -0.5, "b": 0.0, "c": 0.5}
    ranking = rate(simulate(strengths, 20_000, seed=2, tie=0.8), ties="davidson")
    assert ranking.tie_strength == pytest.approx(0.8, abs=0.04)
    for one in ranking.models:
        assert (one.rating - 1000) / ELO == pytest.approx(strengths[one.model], abs=0.05)


def test_intervals_cover_the_true_difference() -> None:
    """250 simulated arenas, 95 % ± 3.5 standard errors."""
    strengths = {"a": 0.0, "b": 0.3, "c": -0.3, "d": 0.8}
    covered = 0
    for seed in range(250):
        _, low, high = rate(simulate(strengths, 240, seed=seed)).difference("d", "c")
        covered += low <= ELO * 1.1 <= high
    assert 0.90 <= covered / 250 <= 0.99


def test_votes_of_few_voters_are_less_sure_than_as_many_of_many() -> None:
    chance = random.Random(8)
    cast: list[Vote] = []
    for voter in range(20):
        likes = chance.random() < 0.6
        for _ in range(20):
            cast.append(Vote(model_a="x", model_b="y", winner="a" if likes else "b", voter=f"v{voter}"))
    clustered = rate(cast).models[0].standard_error
    alone = rate([Vote(model_a=v.model_a, model_b=v.model_b, winner=v.winner) for v in cast]).models[0].standard_error
    # 20 voters that always say the same are 20 votes, so the error is √20 times larger, up to the small-sample factor.
    assert clustered / alone == pytest.approx(math.sqrt(20 * 20 / 19), rel=1e-6)


def test_models_that_are_never_beaten_by_the_rest_have_no_rating() -> None:
    with pytest.raises(InputError, match="none of 'x' ever loses to any of the others"):
        rate(votes(("x", "y", "a", 5), ("y", "z", "a", 5), ("z", "y", "a", 5)))
    with pytest.raises(InputError, match="No finite ratings"):
        rate(votes(("x", "y", "a", 1), ("y", "x", "a", 1), ("p", "q", "a", 1), ("q", "p", "a", 1)))


@pytest.mark.parametrize("cast", [[], votes(("x", "x", "a", 1))])
def test_no_votes_and_a_model_against_itself_are_refused(cast: list[Vote]) -> None:
    with pytest.raises(InputError):
        rate(cast)


def test_davidson_without_a_tie_is_refused() -> None:
    with pytest.raises(InputError, match="Davidson"):
        rate(votes(("x", "y", "a", 2), ("x", "y", "b", 1)), ties="davidson")


def test_votes_are_read_in_the_words_of_an_arena(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("model_a,model_b,winner\nx,y,model_a\nx,y,tie (bothbad)\nx,y,b\n")
    assert [vote.winner for vote in read_votes(tmp_path / "v.csv")] == ["a", "tie", "b"]
    (tmp_path / "v.jsonl").write_text('{"model_a": "x", "model_b": "y", "winner": "model_b"}\n')
    assert [vote.winner for vote in read_votes(tmp_path / "v.jsonl")] == ["b"]
    (tmp_path / "v.jsonl").write_text('{"model_a": "x", "model_b": "y", "winner": "x"}\n')
    with pytest.raises(InputError, match="line 1"):
        list(read_votes(tmp_path / "v.jsonl"))
