"""What speaks for a skill in a sentence? Each lane scores every skill, and a weighted sum of the lanes ranks them.

`dense`: cosine of sentence and label. `window`: the greatest cosine of a label with the mean of a few neighbouring
token vectors, as a sentence holds several skills and its own vector blurs them; the best window is the span of an
implied skill. `lexical`: spelling, over every form. `prior`: how often the user's own ads name a skill. `named`: a
form stands in the sentence. Before they are joined, lanes are brought to mean 0 and deviation 1 over the skills.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metier.discover.extraction.encoders import Floats, Tokens, unit

Ints = NDArray[np.int64]
SIZES = (2, 3, 4, 6)
"""Tokens in a window."""
_SAMPLED = 128  # skills that tell what a best window usually reaches; with 256 the validation figures are the same
_FEW = 16  # sentences, such as those of one ad, for which BLAS is up to a third faster the other way round
_GROUPS = 4  # groups for each value that is looked for
SLAB = 8
"""Sentences whose scores of all skills stay in the cache of a processor, so that `lay` is asked for so many at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each lane counts. The defaults were chosen on validation sentences alone; `fit` chooses them anew."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    dense: float = 0.68
    window: float = 0.2
    lexical: float = 0.12
    prior: float = 0.03
    named: float = 0.5


class Windows(NamedTuple):
    """Windows over the tokens of a sentence: unit vectors (windows, dimensions) and character spans (windows, 2)."""

    vectors: Floats
    spans: Ints


def cosines(vectors: Floats, labels: Floats) -> Floats:
    """Cosine of each sentence with each label, from unit vectors: shape (sentences, labels).

    >>> cosines(np.eye(2, dtype=np.float32), np.array([[0, 1], [0.6, 0.8], [1, 0]], np.float32)).round(1).tolist()
    [[0.0, 0.6000000238418579, 1.0], [1.0, 0.800000011920929, 0.0]]
    """
    if len(vectors) > _FEW:
        return vectors @ labels.T
    return np.ascontiguousarray((labels @ vectors.T).T)  # the same numbers


def standard(scores: Floats) -> Floats:
    """Bring each row to mean 0 and deviation 1; a row that does not vary becomes 0.

    >>> standard(np.array([[1.0, 3.0], [2.0, 2.0]], np.float32)).tolist()
    [[-1.0, 1.0], [0.0, 0.0]]
    """
    spread = scores.std(axis=-1, keepdims=True)
    found: Floats = (scores - scores.mean(axis=-1, keepdims=True)) / np.where(spread > 1e-12, spread, 1)
    return found


def _usual(scores: Floats) -> tuple[Floats, Floats]:
    """Mean and deviation of each row, in two passes; where the deviation is lost in rounding, it counts as infinite."""
    mean = scores.mean(axis=-1, keepdims=True)
    square = np.einsum("ij,ij->i", scores, scores)[:, None] / max(scores.shape[-1], 1)
    variance = square - mean**2
    return mean, np.sqrt(np.where(variance > 1e-6 * square, variance, np.inf))


def windows(tokens: Tokens) -> Windows:
    """Average neighbouring token vectors, 2, 3, 4 and 6 at a time; a shorter text is one window.

    >>> found = windows(Tokens(np.eye(3, dtype=np.float32), np.array([[0, 2], [3, 5], [6, 9]])))
    >>> found.spans.tolist()
    [[0, 5], [3, 9], [0, 9]]
    """
    vectors, spans = tokens
    count = len(vectors)
    if not count:
        return Windows(np.zeros((0, vectors.shape[-1]), np.float32), np.zeros((0, 2), np.int64))
    sums = np.zeros((count + 1, vectors.shape[1]), np.float32)
    np.cumsum(vectors, 0, out=sums[1:])
    begins, lasts = _begins_and_lasts(count)
    found = np.empty((len(begins), vectors.shape[1]), np.float32)
    first = 0
    for size in _sizes(count):
        np.subtract(sums[size:], sums[:-size], out=found[first : first + count - size + 1])
        first += count - size + 1
    places = np.empty((len(begins), 2), np.int64)
    places[:, 0], places[:, 1] = spans[begins, 0], spans[lasts, 1]
    return Windows(unit(found), places)


def _sizes(count: int) -> list[int]:
    return [size for size in SIZES if size <= count] or [count]


@lru_cache(maxsize=1024)
def _begins_and_lasts(count: int) -> tuple[Ints, Ints]:
    """The first and the last token of each window over so many tokens."""
    begins = [(first, first + size - 1) for size in _sizes(count) for first in range(count - size + 1)]
    firsts, lasts = np.array(begins, np.int64).T
    return firsts, lasts


def top(scores: Floats, count: int) -> Ints:
    """Give the places of the greatest values of each row, the greatest first; of equals the first. (rows, count)"""
    rows, size = scores.shape
    count = min(count, size)
    found = np.empty((rows, count), np.int64)
    for row, (values, edge) in enumerate(zip(scores, _edges(scores, count), strict=True)):
        places = np.flatnonzero(values >= edge)
        found[row] = places[np.argsort(-values[places], kind="stable")[:count]]
    return found


def _edges(scores: Floats, count: int) -> Floats:
    """For each row a value that at least `count` reach and few others: of the greatest of every group, the count-th.

    To look at the groups is faster than to part the whole row.
    """
    rows, size = scores.shape
    if not count:
        return np.zeros(rows, np.float32)
    depth = max(size // (_GROUPS * count), 1)
    width = size // depth
    greatest = scores[:, : depth * width].reshape(rows, depth, width).max(1)
    edges: Floats = np.partition(greatest, width - count, axis=1)[:, width - count]
    return edges


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The best skills of some sentences, the best first.

    Attributes:
        places: Which skill, (sentences, candidates).
        scores: The joined score, of the same shape.
        lanes: Each lane's own score, of the same shape; `dense` and `window` are cosines.
        spans: Characters of the best window, (sentences, candidates, 2); -1 where there is none.
    """

    places: Ints
    scores: Floats
    lanes: Mapping[str, Floats]
    spans: Ints = field(default_factory=lambda: np.zeros((0, 0, 2), np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What each lane says of some candidates, before the lanes are weighed: all of shape (sentences, candidates).

    Attributes:
        places: Which skill.
        lanes: Each lane's own score.
        standard: The same, brought to mean 0 and deviation 1 over all skills of the sentence; `named` is 0 or 1.
        spans: As in `Candidates`.
    """

    places: Ints
    lanes: Mapping[str, Floats]
    standard: Mapping[str, Floats]
    spans: Ints


def lay(
    dense: Floats,
    lexical: Floats,
    named: Sequence[Ints],
    weights: Weights,
    *,
    prior: Floats | None = None,
    found: Sequence[Windows] | None = None,
    labels: Floats | None = None,
    count: int = 200,
) -> Laid:
    """Choose candidates by all lanes but the windows, and work out what each lane says of them.

    Args:
        dense: Cosines, (sentences, skills).
        lexical: Spelling scores, (sentences, skills).
        named: For each sentence, the skills of which a form stands in it.
        weights: By what the candidates are chosen.
        prior: Log-frequency of each skill, brought to mean 0 and deviation 1.
        found: The windows of each sentence, if windows count.
        labels: Unit vectors of the labels, (skills, dimensions), where `found` is given.
        count: Candidates of a sentence.
    """
    share = {"dense": weights.dense + (0 if found is None else weights.window), "lexical": weights.lexical}
    whole = {"dense": dense, "lexical": lexical}
    usual = {name: _usual(scores) for name, scores in whole.items()}
    # Means are the same for all skills of a row, so that only the spreads matter for the choice.
    first = dense * (share["dense"] / usual["dense"][1])
    first += lexical * (share["lexical"] / usual["lexical"][1])
    if prior is not None and weights.prior:
        first += np.float32(weights.prior) * prior
    for values, skills in zip(first, named, strict=True):
        if len(skills):
            values[skills] += weights.named
    places = top(first, count)
    lanes = {name: np.take_along_axis(scores, places, 1) for name, scores in whole.items()}
    kept = {name: (lanes[name] - usual[name][0]) / usual[name][1] for name in whole}
    lanes["named"] = kept["named"] = np.zeros(places.shape, np.float32)
    for row, skills in enumerate(named):
        if len(skills):
            lanes["named"][row] = np.isin(places[row], skills)
    if prior is not None:
        kept["prior"] = prior[places]
    spans = np.full((*places.shape, 2), -1, np.int64)
    if found is not None and labels is not None:
        lanes["window"], kept["window"], spans = _windows(found, places, labels)
    return Laid(places=places, lanes=lanes, standard=kept, spans=spans)


def joined(parts: Sequence[Laid]) -> Laid:
    """Put some sentences, laid part by part, after one another; there is at least one part."""

    return Laid(
        places=np.concatenate([part.places for part in parts]),
        lanes=_joined([part.lanes for part in parts]),
        standard=_joined([part.standard for part in parts]),
        spans=np.concatenate([part.spans for part in parts]),
    )


def _joined(parts: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def weigh(laid: Laid, weights: Weights) -> Candidates:
    """Rank candidates by the weighted sum of the lanes; without windows their weight falls to `dense`."""
    has_windows = "window" in laid.standard
    share = {
        "dense": weights.dense + (0 if has_windows else weights.window),
        "window": weights.window,
        "lexical": weights.lexical,
        "prior": weights.prior,
        "named": weights.named,
    }
    scores = np.zeros(laid.places.shape, np.float32)
    for name, values in laid.standard.items():
        if share[name]:
            scores += np.float32(share[name]) * values
    order = np.argsort(-scores, axis=1, kind="stable")
    return Candidates(
        places=np.take_along_axis(laid.places, order, 1),
        scores=np.take_along_axis(scores, order, 1),
        lanes={name: np.take_along_axis(values, order, 1) for name, values in laid.lanes.items()},
        spans=np.take_along_axis(laid.spans, order[:, :, None], 1),
    )


def _windows(found: Sequence[Windows], places: Ints, labels: Floats) -> tuple[Floats, Floats, Ints]:
    """Best window of each candidate: its cosine, the same against an even sample of all skills, and its span."""
    raw, spans = np.zeros(places.shape, np.float32), np.full((*places.shape, 2), -1, np.int64)
    sample = labels[:: max(1, len(labels) // _SAMPLED)].T
    usual = np.zeros((len(found), sample.shape[1]), np.float32)
    candidate = np.arange(places.shape[1])
    for row, (vectors, characters) in enumerate(found):
        if not len(vectors):
            continue
        np.max(vectors @ sample, axis=0, out=usual[row])
        cosines = labels[places[row]] @ vectors.T
        best = cosines.argmax(1)
        raw[row] = cosines[candidate, best]
        spans[row] = characters[best]
    scaled = (raw - usual.mean(1, keepdims=True)) / np.maximum(usual.std(1, keepdims=True), 1e-6)
    return raw, scaled, spans
