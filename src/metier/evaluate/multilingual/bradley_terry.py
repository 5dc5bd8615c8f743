"""What strength of each model explains the votes of people, and how sure is it?

Bradley-Terry by maximum likelihood (Biometrika 39 (1952) 324): log-odds of a over b are the difference of their
strengths. Ties count half a win for each side, are a third outcome (Davidson, JASA 65 (1970) 317), or are left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, get_args

from metier.errors import InputError
from metier.evaluate.multilingual.votes import Counted, Ties, Vote, check_connected, count_votes

ELO = 400 / math.log(10)
"""Elo points for one unit of log-odds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedModel:
    """A model on the Elo scale, with the ends of its interval and its number of votes."""

    model: str
    rating: float
    standard_error: float
    low: float
    high: float
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Ratings from votes, best first.

    Attributes:
        covariance: Of the ratings in squared Elo points, rows as `models`; a difference of two needs it.
        log_likelihood: Of the votes, in nats.
        tie_strength: Davidson's nu: the odds of a tie between equals to one of the wins; `None` for other ways.
    """

    models: tuple[RatedModel, ...]
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    tie_strength: float | None

    def difference(self, first: str, second: str, *, level: float = 0.95) -> tuple[float, float, float]:
        """The difference of two models in Elo points, with its interval, their covariance counted.

        Raises:
            InputError: A model has no rating.
        """
        places = {rated.model: place for place, rated in enumerate(self.models)}
        if first not in places or second not in places:
            raise InputError(f"Expected two rated models, got {first!r} and {second!r}.")
        i, j = places[first], places[second]
        value = self.models[i].rating - self.models[j].rating
        spread = self.covariance[i][i] + self.covariance[j][j] - 2 * self.covariance[i][j]
        half = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(max(spread, 0.0))
        return value, value - half, value + half


def rate(votes: Iterable[Vote], *, ties: Ties = "half", centre: float = 1000.0, level: float = 0.95) -> Ranking:
    """Rate models from votes; the mean of all ratings is `centre`.

    Intervals come from the sandwich estimator, by voter where voters are named, so that they hold for an odd mixture of
    prompts too. The order of the votes does not matter.

    Raises:
        InputError: There are no votes, a model meets itself, or some models never lose to or never beat the rest, for
            whom no finite rating exists (Ford's condition); the message names them.

    >>> won = [Vote(model_a="x", model_b="y", winner="a")] * 3 + [Vote(model_a="x", model_b="y", winner="b")]
    >>> ranking = rate(won)
    >>> [(one.model, round(one.rating, 1)) for one in ranking.models], round(400 * math.log10(3), 1)
    ([('x', 1095.4), ('y', 904.6)], 190.8)
    """
    if ties not in get_args(Ties):
        raise InputError(f"Expected ties to be one of {', '.join(get_args(Ties))}, got {ties!r}.")
    counted = count_votes(votes, ties)
    names = sorted({name for a, b, _, _ in counted for name in (a, b)})
    check_connected(names, counted)
    kinds = {outcome for _, _, outcome, _ in counted}
    if ties == "davidson" and not ({"tie"} < kinds):
        raise InputError("Expected ties as well as wins for Davidson's model.", hint="Count ties half: ties='half'.")
    fit = _Fit(names, counted, ties)
    strengths, covariance = fit.solve()
    size, half = len(names), NormalDist().inv_cdf((1 + level) / 2)
    order = sorted(range(size), key=lambda i: (-strengths[i], names[i]))
    met: Counter[str] = Counter()
    for (a, b, _, _), count in counted.items():
        met[a] += count
        met[b] += count

    def rated(i: int) -> RatedModel:
        value, error = centre + ELO * float(strengths[i]), ELO * math.sqrt(max(0.0, float(covariance[i, i])))
        low, high = value - half * error, value + half * error
        return RatedModel(model=names[i], rating=value, standard_error=error, low=low, high=high, votes=met[names[i]])

    return Ranking(
        models=tuple(rated(i) for i in order),
        covariance=tuple(tuple(float(covariance[i, j]) * ELO**2 for j in order) for i in order),
        log_likelihood=fit.log_likelihood(strengths),
        tie_strength=math.exp(float(strengths[size])) if ties == "davidson" else None,
    )


class _Fit:
    """Newton's method on a conditional logit: outcomes win, loss and perhaps tie, with the pair's features.

    The likelihood is concave. Parameters are the strengths and, for Davidson, log nu behind them.
    """

    def __init__(self, names: Sequence[str], counted: Counted, ties: Ties) -> None:
        import numpy as np

        place = {name: i for i, name in enumerate(names)}
        self.size = len(names)
        self.has_tie = ties == "davidson"
        self.first = np.array([place[a] for a, _, _, _ in counted])
        self.second = np.array([place[b] for _, b, _, _ in counted])
        self.count = np.array(list(counted.values()), dtype=float)
        shares = {"a": (1.0, 0.0, 0.0), "b": (0.0, 1.0, 0.0), "tie": (0.5, 0.5, 0.0)}
        if self.has_tie:
            shares["tie"] = (0.0, 0.0, 1.0)
        self.observed = np.array([shares[outcome] for _, _, outcome, _ in counted])
        voters = sorted({voter for _, _, _, voter in counted})
        number = {voter: i for i, voter in enumerate(voters)}
        # An empty voter is unknown: each of its votes stands alone.
        self.voter = np.array([number[voter] if voter else -1 for _, _, _, voter in counted])

    def solve(self) -> tuple[Any, Any]:
        """The parameters with strengths of mean 0, and the sandwich covariance of the strengths."""
        import numpy as np

        parameters = np.zeros(self.size + self.has_tie)
        for _ in range(100):
            slope, curvature = self._derivatives(parameters)
            step = np.linalg.pinv(curvature, hermitian=True) @ slope
            # Far from the top a whole step may overshoot.
            scale = 1.0
            before = self.log_likelihood(parameters)
            while scale > 1e-6 and self.log_likelihood(parameters + scale * step) < before - 1e-12:
                scale /= 2
            parameters = parameters + scale * step
            if float(np.abs(step).max()) < 1e-10:
                break
        else:
            raise InputError("The ratings did not settle: some models are almost never beaten, or never win.")
        parameters[: self.size] -= parameters[: self.size].mean()
        return parameters, self._sandwich(parameters)[: self.size, : self.size]

    def log_likelihood(self, parameters: Any) -> float:
        """In nats; a tie that counts half to each side gives the mean of the two logarithms."""
        from scipy.special import xlogy

        return float((self.count[:, None] * xlogy(self.observed, self._chances(parameters))).sum())

    def _chances(self, parameters: Any) -> Any:
        import numpy as np

        half = (parameters[self.first] - parameters[self.second]) / 2
        tie = np.full_like(half, parameters[self.size] if self.has_tie else -np.inf)
        odds = np.stack([half, -half, tie], axis=1)
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def _slopes(self, parameters: Any) -> Any:
        """The derivative of each row's log-likelihood by (half difference, log nu), for one vote."""
        import numpy as np

        gap = self.observed - self._chances(parameters)
        return np.stack([(gap[:, 0] - gap[:, 1]) / 2, gap[:, 2]], axis=1)

    def _derivatives(self, parameters: Any) -> tuple[Any, Any]:
        import numpy as np

        chances = self._chances(parameters)
        features = np.array([[0.5, 0.0], [-0.5, 0.0], [0.0, 1.0]])
        mean = chances @ features
        spread = np.einsum("rk,ki,kj->rij", chances, features, features) - np.einsum("ri,rj->rij", mean, mean)
        design = self._design()
        slope = (design @ self._slopes(parameters)[:, :, None])[:, :, 0].T @ self.count
        curvature = np.einsum("r,rpi,rij,rqj->pq", self.count, design, spread, design, optimize=True)
        return slope, curvature

    def _design(self) -> Any:
        """Shape (rows, parameters, 2): how each parameter moves the difference and log nu of a row."""
        import numpy as np

        rows = np.arange(len(self.count))
        design = np.zeros((len(rows), self.size + self.has_tie, 2))
        design[rows, self.first, 0] = 1.0
        design[rows, self.second, 0] = -1.0
        if self.has_tie:
            design[:, self.size, 1] = 1.0
        return design

    def _sandwich(self, parameters: Any) -> Any:
        import numpy as np

        bread = np.linalg.pinv(self._derivatives(parameters)[1], hermitian=True)
        scores = (self._design() @ self._slopes(parameters)[:, :, None])[:, :, 0]
        alone = self.voter < 0
        meat = (scores[alone] * self.count[alone, None]).T @ scores[alone]
        if not alone.all():
            summed = np.zeros((int(self.voter.max()) + 1, scores.shape[1]))
            np.add.at(summed, self.voter[~alone], scores[~alone] * self.count[~alone, None])
            used = len(set(self.voter[~alone].tolist()))
            # The usual small-sample factor of cluster-robust covariance.
            meat = meat + summed.T @ summed * (used / (used - 1) if used > 1 else 1.0)
        return bread @ meat @ bread
