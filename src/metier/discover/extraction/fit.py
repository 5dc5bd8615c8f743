"""How are weights and probabilities chosen? On gold sentences that were set aside for it, and on no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metier.discover.extraction.encoders import Floats
from metier.discover.extraction.gold import Gold
from metier.discover.extraction.judge import FEATURES, Judge, features, fit_asks, logistic, sigmoid, threshold
from metier.discover.extraction.lanes import Candidates, Ints, Laid, Weights, weigh
from metier.discover.extraction.measures import Quality, quality

# Chosen once on the validation sentences of TECH, HOUSE and SkillSkape, for models that saw no gold sentence.
DEFAULT = Weights()
_STEPS = {
    "window": (0.0, 0.1, 0.2, 0.3),
    "lexical": (0.1, 0.15, 0.2, 0.3),
    "prior": (0.0, 0.05, 0.1),
    "named": (0.0, 0.5, 1.0),
}
_JUDGED = 10  # candidates of a sentence from which the probabilities are learnt
# Fitted once on the sentences of TECH, HOUSE and SkillSkape with gold skills, for a model of another training.
_UNFITTED = (0.46, 0.23, -0.56, -0.11, 1.51, 0.92, 1.04, 0.65, -0.38, 0.40, -5.8)


@dataclass(frozen=True, kw_only=True)
class Said:
    """Sentences and what each lane says of their candidates, worked out once and weighed many times.

    Attributes:
        gold: The sentences.
        vectors: Their vectors, (sentences, dim).
        laid: The lanes of their candidates.
        named: For each sentence the skills of which a form stands in it.
        num_skills: How many skills are ranked.
    """

    gold: Sequence[Gold]
    vectors: Floats
    laid: Laid
    named: Sequence[Ints]
    num_skills: int

    def quality(self, weights: Weights) -> Quality:
        """Measure the ranking of the sentences that have a gold skill; beyond the candidates a skill comes last."""
        found = weigh(self.laid, weights)
        rows = with_gold(self.gold)
        placed = [candidate_ranks(found.places[i], self.gold[i].skills, self.num_skills) for i in rows]
        explicit = [[skill in set(self.named[i].tolist()) for skill in self.gold[i].skills] for i in rows]
        return quality(placed, explicit)


def candidate_ranks(places: Ints, skills: Sequence[int], worst: int) -> NDArray[np.int64]:
    """Rank of each gold skill among candidates, from 1; `worst` for one that is none of them."""
    at = {int(place): rank for rank, place in enumerate(places, start=1)}
    return np.array([at.get(skill, worst) for skill in skills], np.int64)


def with_gold(gold: Sequence[Gold]) -> Ints:
    """Which sentences have a gold skill."""
    return np.array([i for i, one in enumerate(gold) if one.skills], np.int64)


def fit_weights(said: Sequence[Said], *, start: Weights = DEFAULT) -> Weights:
    """Choose the weights, one lane after the other, twice, by the mean of RP@5 and MRR over the sets of sentences.

    Each set counts the same, whatever its size. A weight moves only where the gain is more than half a point, as a
    validation set of a hundred sentences tells no less apart.
    """
    best, weights = _value(said, start), start
    for _ in range(2):
        for lane, values in _STEPS.items():
            if lane in ("window", "prior") and all(lane not in one.laid.standard for one in said):
                continue
            tried = {value: _value(said, _with(weights, lane, value)) for value in values}
            value = max(tried, key=lambda value: tried[value])
            if tried[value] > best + 0.5:
                best, weights = tried[value], _with(weights, lane, value)
    return weights


def _with(weights: Weights, lane: str, value: float) -> Weights:
    changed = replace(weights, **{lane: value})
    return replace(changed, dense=round(1 - changed.window - changed.lexical, 6))


def _value(said: Sequence[Said], weights: Weights) -> float:
    found = [one.quality(weights) for one in said if len(with_gold(one.gold))]
    return float(np.mean([(one.rp5 + one.mrr) / 2 for one in found])) if found else 0.0


def fit_judge(said: Sequence[Said], weights: Weights, *, folds: int = 5, seed: int = 0) -> Judge:
    """Fit what turns scores into probabilities.

    Whether a sentence asks for a skill is scored out of fold, so that the second model meets it as it will in use.
    Without a sentence that asks for nothing, and without any gold, coefficients are the ones this module ships.
    """
    vectors = np.concatenate([one.vectors for one in said]) if said else np.zeros((0, 1), np.float32)
    told = [one.asks for part in said for one in part.gold]
    known = np.array([asks is not None for asks in told], bool)
    asks = np.array([bool(asks) for asks in told], bool)
    coefficients: tuple[float, ...] = ()
    asking = np.zeros(len(vectors))
    if known.any() and asks[known].any() and not asks[known].all():
        coefficients = tuple(fit_asks(vectors[known], asks[known]).tolist())
        asking = vectors @ np.asarray(coefficients[:-1]) + coefficients[-1]
        asking[known] = _out_of_fold(vectors[known], asks[known], folds=folds, seed=seed)
    described, right, owner, counts = _described(said, weights, asking)
    if not right.any() or right.all():
        return Judge(right=_UNFITTED, asks=coefficients)
    fitted = logistic(described, right, counts=counts)
    best = np.zeros(len(vectors))
    np.maximum.at(best, owner, sigmoid(described @ fitted))
    used = known & np.isin(np.arange(len(vectors)), owner)
    return Judge(
        right=tuple(fitted.tolist()),
        asks=coefficients,
        threshold=threshold(best[used], asks[used]) if used.any() else 0.0,
        fitted_on=(int(asks[used].sum()), int((~asks[used]).sum())),
    )


def _out_of_fold(vectors: Floats, asks: NDArray[np.bool_], *, folds: int, seed: int) -> NDArray[np.float64]:
    fold = np.random.default_rng(seed).permutation(np.arange(len(vectors)) % folds)
    asking = np.zeros(len(vectors))
    for part in range(folds):
        weights = fit_asks(vectors[fold != part], asks[fold != part])
        asking[fold == part] = vectors[fold == part] @ weights[:-1] + weights[-1]
    return asking


def _described(
    said: Sequence[Said], weights: Weights, asking: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], Ints, NDArray[np.float64]]:
    """Features of the best candidates of sentences with gold skills and of those that ask for nothing.

    Among sentences with gold skills every set counts the same, whatever its size, so that a large one does not speak
    for all kinds of sentences. A sentence that asks for nothing counts once.
    """
    described, right, owner, counts, before = [], [], [], [], 0
    sets = [len(with_gold(one.gold)) for one in said if len(with_gold(one.gold))]
    num_gold = sum(sets)
    for one in said:
        rows = np.array([i for i, gold in enumerate(one.gold) if gold.skills or gold.asks is False], np.int64)
        if len(rows):
            found = _rows(weigh(one.laid, weights), rows)
            lengths = [len(one.gold[i].text.split()) for i in rows]
            described.append(features(found, asking[before + rows], lengths)[:, :_JUDGED].reshape(-1, len(FEATURES)))
            hits = [[int(place) in one.gold[i].skills for place in places[:_JUDGED]]
                    for i, places in zip(rows, found.places, strict=True)]  # fmt: skip
            right.append(np.array(hits, bool).ravel())
            owner.append(np.repeat(before + rows, len(hits[0])))
            has_gold = np.repeat([bool(one.gold[i].skills) for i in rows], len(hits[0]))
            counts.append(np.where(has_gold, num_gold / max(1, len(sets)) / max(1, len(with_gold(one.gold))), 1.0))
        before += len(one.gold)
    if not described:
        return np.zeros((0, len(FEATURES))), np.zeros(0, bool), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(described), np.concatenate(right), np.concatenate(owner), np.concatenate(counts)


def _rows(found: Candidates, rows: Ints) -> Candidates:
    return Candidates(
        places=found.places[rows],
        scores=found.scores[rows],
        lanes={name: values[rows] for name, values in found.lanes.items()},
        spans=found.spans[rows],
    )
