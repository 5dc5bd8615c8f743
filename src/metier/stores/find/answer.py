"""How sure is the best match? From evidence to calibrated probabilities, and to "no skill should fire"."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metier.index import Found, Hit
from metier.stores.find.rank import Candidate, Ranking
from metier.stores.find.weights import DOUBT, EVIDENCE

FIRES_AT = 0.5
"""From which probability on a skill should be loaded: where loading is more often right than wrong."""


def answer(query: str, ranking: Ranking, k: int) -> Found:
    """Weigh the candidates of a request.

    >>> answer("Sing!", Ranking(), 5)
    Found(query='Sing!', hits=(), fires=False, probability=0.0)
    """
    if not ranking.candidates:
        return Found(query=query)
    scores = [score_of(candidate) for candidate in ranking.candidates]
    shares = _shares(scores)
    probability = answered(ranking, shares)
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    hits = tuple(
        Hit(
            listed=ranking.candidates[place].card.listed,
            score=scores[place],
            probability=probability * shares[place],
            why=ranking.candidates[place].why,
        )
        for place in order[: max(k, 0)]
    )
    return Found(query=query, hits=hits, fires=probability >= FIRES_AT, probability=probability)


def score_of(candidate: Candidate) -> float:
    """The log-odds of a candidate among those of its request."""
    return sum(EVIDENCE[name] * value for name, value in candidate.evidence.items())


def doubts(ranking: Ranking, shares: Sequence[float]) -> dict[str, float]:
    """What speaks for and against any skill answering: how undecided the candidates are, and how close the best is."""
    return {
        "entropy": -sum(share * math.log(share) for share in shares if share > 0),
        "called": max(candidate.evidence["called"] for candidate in ranking.candidates),
        "echo": ranking.echo,
        "pitched": ranking.pitched,
        "excluded": max(candidate.evidence["excluded"] for candidate in ranking.candidates),
    }


def answered(ranking: Ranking, shares: Sequence[float]) -> float:
    """The chance that some skill answers the request."""
    odds = DOUBT["bias"] + sum(DOUBT[name] * value for name, value in doubts(ranking, shares).items())
    return 1 / (1 + math.exp(-odds))


def _shares(scores: Sequence[float]) -> list[float]:
    best = max(scores)
    powers = [math.exp(score - best) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]
