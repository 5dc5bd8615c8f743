"""How likely is a skill right, and does the sentence ask for any? Logistic models over what the lanes say.

`asks` is fitted on the vectors of sentences of which somebody said whether they ask for a skill; `right` on the best
candidates of sentences with gold skills and of sentences that ask for none. Both are ridge-penalised and fitted by
Newton's method, so that the same sentences give the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from metier.discover.extraction.encoders import Floats
from metier.discover.extraction.lanes import Candidates

Doubles = NDArray[np.float64]
FEATURES = ("score", "lead", "rank", "dense", "window", "lexical", "named", "asks", "words", "best", "constant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Coefficients of both models.

    Attributes:
        right: One coefficient for each of `FEATURES`.
        asks: One for each dimension of a sentence vector and a constant; empty if nobody said what asks for a skill.
        threshold: Below this probability a skill is not given.
        fitted_on: How many sentences: with gold skills, and asking for none.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    right: tuple[float, ...]
    asks: tuple[float, ...] = ()
    threshold: float = 0.0
    fitted_on: tuple[int, int] = (0, 0)

    def asking(self, vectors: Floats) -> Doubles:
        """Log-odds that each sentence asks for a skill: shape (sentences,)."""
        if not self.asks:
            return np.zeros(len(vectors))
        weights = np.asarray(self.asks)
        return np.asarray(vectors @ weights[:-1] + weights[-1], np.float64)

    def probabilities(self, found: Candidates, vectors: Floats, lengths: Sequence[int]) -> Doubles:
        """Probability of each candidate: shape (sentences, candidates)."""
        return sigmoid(features(found, self.asking(vectors), lengths) @ np.asarray(self.right))


def features(found: Candidates, asking: Doubles, lengths: Sequence[int]) -> Doubles:
    """Describe each candidate by `FEATURES`: shape (sentences, candidates, features)."""
    scores = found.scores.astype(np.float64)
    shape = scores.shape
    lanes: Mapping[str, Floats] = found.lanes
    best = scores[:, :1]
    zero = np.zeros(shape)
    described = {
        "score": scores / 4,
        "lead": scores - best,
        "rank": np.broadcast_to(np.log1p(np.arange(shape[1])), shape),
        "dense": lanes["dense"] * 3,
        "window": lanes.get("window", zero) * 3,
        "lexical": lanes["lexical"] / 10,
        "named": lanes["named"],
        "asks": np.broadcast_to(asking[:, None], shape),
        "words": np.broadcast_to(np.log1p(np.asarray(lengths, float))[:, None] / 3, shape),
        "best": np.broadcast_to(best / 4, shape),
        "constant": np.ones(shape),
    }
    return np.stack([np.asarray(described[name], np.float64) for name in FEATURES], -1)


def sigmoid(logits: Doubles) -> Doubles:
    """1 / (1 + e^−x) without overflow.

    >>> sigmoid(np.array([0.0, -1000.0])).tolist()
    [0.5, 0.0]
    """
    return 0.5 * (1 + np.tanh(0.5 * logits))


def logistic(
    described: Doubles, right: NDArray[np.bool_], *, counts: Doubles | None = None, ridge: float = 1.0, steps: int = 30
) -> Doubles:
    """Fit a ridge-penalised logistic regression by Newton's method; the last column, a constant, is not penalised.

    Args:
        described: Shape (rows, features).
        right: What is to be told.
        counts: How much each row counts; all the same by default.
        ridge: Penalty of the squared coefficients.
        steps: Newton steps, at most.

    >>> logistic(np.array([[-1.0, 1], [1, 1], [-1, 1], [1, 1]]), np.array([False, True, False, True])).round(2).tolist()
    [1.04, 0.0]
    """
    weights = np.zeros(described.shape[1])
    counts = np.ones(len(described)) if counts is None else counts
    penalty = np.full(described.shape[1], ridge)
    penalty[-1] = 1e-6
    for _ in range(steps):
        said = sigmoid(described @ weights)
        gradient = described.T @ (counts * (said - right)) + penalty * weights
        curvature = (described * (counts * said * (1 - said))[:, None]).T @ described + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights -= step * min(1.0, 5 / max(float(np.linalg.norm(step)), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return weights


def fit_asks(vectors: Floats, asks: NDArray[np.bool_], *, ridge: float = 1.0) -> Doubles:
    """Fit whether a sentence asks for a skill on its vector: coefficients, then a constant."""
    described = np.concatenate([vectors.astype(np.float64), np.ones((len(vectors), 1))], 1)
    return logistic(described, asks, ridge=ridge)


def threshold(best: Doubles, asks: NDArray[np.bool_]) -> float:
    """The least probability that parts sentences that ask from those that do not best (Youden's J)."""
    if asks.all() or not asks.any():
        return 0.0
    cuts = np.unique(best)
    gains = [(best[asks] >= cut).mean() - (best[~asks] >= cut).mean() for cut in cuts]
    return float(cuts[int(np.argmax(gains))])
