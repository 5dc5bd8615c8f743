"""How sure is the best match? From evidence to calibrated probabilities, and to "no skill should fire"."""

from __future__ import annotations

import math
from collections.abc import Sequence
from heapq import nlargest

from metier.index import Found, Hit
from metier.stores.find.rank import Candidate, Ranking
from metier.stores.find.weights import DOUBT, EVIDENCE
from metier.stores.find.words import stem

FIRES_AT = 0.6
"""From which probability on a skill should be loaded.

Four of five requests that the chance was fitted to have a right skill, and users ask more often for what no skill
answers: so not where loading is as often right as wrong among those, but where the shares of both kinds told right
are largest.
"""
_NUM_WHY = 5
_NUM_KIN = 10
_MANY_INTENTS = 5
_HALF_HELD = 4
"""So many words count half of any number. With 2 the benchmark comes out the same but for the third digit."""


def answer(query: str, ranking: Ranking, k: int) -> Found:
    """Weigh the candidates of a request.

    >>> answer("Sing!", Ranking(), 5)
    Found(query='Sing!', hits=(), fires=False, probability=0.0)
    """
    if not ranking.candidates:
        return Found(query=query)
    scores = [score_of(candidate) for candidate in ranking.candidates]
    shares = shares_of(scores)
    probability = answered(ranking, shares)
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    hits = tuple(
        Hit(
            listed=ranking.candidates[place].card.listed,
            score=scores[place],
            probability=probability * shares[place],
            why=_why(ranking, ranking.candidates[place].slot),
        )
        for place in order[: max(k, 0)]
    )
    return Found(query=query, hits=hits, fires=probability >= FIRES_AT, probability=probability)


def score_of(candidate: Candidate) -> float:
    """The log-odds of a candidate among those of its request."""
    return sum(EVIDENCE[name] * value for name, value in candidate.evidence.items())


def doubts(ranking: Ranking, shares: Sequence[float]) -> dict[str, float]:
    """What speaks for and against any skill answering.

    Candidates that are akin are a good sign: the family fits, whichever member it is.
    """
    request, candidates = ranking.request, ranking.candidates
    likeliest = candidates[max(range(len(shares)), key=shares.__getitem__)]
    intents = request.intents if request is not None else frozenset()
    called = likeliest.evidence["called"]
    return {
        "kin": _kin(candidates, shares),
        "echo": ranking.echo,
        "covered": _covered(ranking, likeliest),
        "held": _held(ranking, likeliest),
        "last": likeliest.evidence["last"],
        "subject": likeliest.evidence["subject"],
        "called": called,
        # Who rules one skill out and calls another wants the other.
        "excluded": max(candidate.evidence["excluded"] for candidate in candidates) * (1 - called),
        "work": min(len(intents), _MANY_INTENTS) / _MANY_INTENTS,
        "other_work": float(bool(intents) and not intents & likeliest.card.intents),
        "how": float(request is not None and request.asks_how),
        "general": float(request is not None and request.asks_in_general),
    }


def answered(ranking: Ranking, shares: Sequence[float]) -> float:
    """The chance that some skill answers the request."""
    odds = DOUBT["bias"] + sum(DOUBT[name] * value for name, value in doubts(ranking, shares).items())
    return 1 / (1 + math.exp(-odds))


def _covered(ranking: Ranking, likeliest: Candidate) -> float:
    """How much of what the request says the likeliest candidate says too."""
    held = sum(ranking.worth[one] for one, counts in ranking.counts.items() if likeliest.slot in counts)
    return held / (sum(ranking.worth.values()) or 1.0)


def _held(ranking: Ranking, likeliest: Candidate) -> float:
    """How many words of the request the likeliest candidate holds: all of one word is less than most of ten."""
    num_held = sum(likeliest.slot in counts for counts in ranking.counts.values())
    return num_held / (num_held + _HALF_HELD)


def _kin(candidates: Sequence[Candidate], shares: Sequence[float]) -> float:
    """How much of the likeliest candidates' shares lies with ones that say of themselves what the best says."""
    order = nlargest(_NUM_KIN, range(len(shares)), key=lambda place: (shares[place], -place))
    best = candidates[order[0]].card.pitch_stems
    kin = 0.0
    for place in order:
        stems = candidates[place].card.pitch_stems
        kin += shares[place] * len(best & stems) / max(1, min(len(best), len(stems)))
    return kin


def _why(ranking: Ranking, slot: int) -> tuple[str, ...]:
    held = (one for one, counts in ranking.counts.items() if slot in counts)
    asked = {stem(word): word for word in reversed(ranking.request.words if ranking.request else ())}
    return tuple(asked[one] for one in nlargest(_NUM_WHY, held, key=ranking.worth.__getitem__))


def shares_of(scores: Sequence[float]) -> list[float]:
    """The chance of each candidate if one of them is right."""
    best = max(scores)
    powers = [math.exp(score - best) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]
