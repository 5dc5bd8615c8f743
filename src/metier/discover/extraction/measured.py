"""How good is a model on sentences with gold skills? Ranking, implied skills, abstention and calibration at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from metier.discover.extraction.fit import candidate_ranks
from metier.discover.extraction.gold import Gold, read_gold
from metier.discover.extraction.measures import Quality, auroc, calibration_error, per_sentence, quality
from metier.discover.extraction.model import Extractor

_CALIBRATED = 5  # the candidates of a sentence whose probabilities are held to what happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a model reaches on a file.

    Attributes:
        quality: Of the ranking, over the sentences with a gold skill.
        none_auroc: Chance that a sentence that asks for a skill is held to ask with more probability than one that does
            not; by the surest skill where the model was never told what asks;
            NaN where the file has none of one kind.
        calibration_error: Expected calibration error of the best five skills of each sentence with gold skills.
        rp5: RP@5 of each sentence with a gold skill, for paired comparisons.
        unknown: Labels that the taxonomy lacks.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    quality: Quality
    none_auroc: float
    calibration_error: float
    rp5: tuple[float, ...]
    unknown: tuple[str, ...]


def measure(extractor: Extractor, path: Path) -> Measured:
    """Measure a model on an evaluation file; see `gold.read_gold` for what is read.

    Raises:
        DocumentError: The file cannot be read, or holds no sentence.
    """
    gold, unknown = read_gold(path, extractor.facts.skills)
    return measure_gold(extractor, gold, unknown=unknown)


def measure_gold(extractor: Extractor, gold: Sequence[Gold], *, unknown: Sequence[str] = ()) -> Measured:
    """As `measure`, on sentences at hand."""
    texts = [one.text for one in gold]
    size = len(extractor.facts.skills)
    all_ranks, explicit, best, chances, right = [], [], np.zeros(len(texts)), [], []
    for start in range(0, len(texts), 256):
        some = texts[start : start + 256]
        found, vectors, named = extractor.ranked(some, count=200)
        probabilities = extractor.judge.probabilities(found, vectors, [len(text.split()) for text in some])
        best[start : start + 256] = extractor.judge.asking(vectors) if extractor.judge.asks else probabilities.max(1)
        for row, one in enumerate(gold[start : start + 256]):
            all_ranks.append(candidate_ranks(found.places[row], one.skills, size))
            explicit.append([skill in named[row] for skill in one.skills])
            if one.skills:
                chances.append(probabilities[row, :_CALIBRATED])
                right.append(np.isin(found.places[row, :_CALIBRATED], one.skills))
    asks = np.array([one.asks is True or bool(one.skills) for one in gold], bool)
    nothing = np.array([one.asks is False for one in gold], bool)
    return Measured(
        quality=quality(all_ranks, explicit),
        none_auroc=auroc(best[asks], best[nothing]),
        calibration_error=calibration_error(np.concatenate(chances), np.concatenate(right))
        if chances
        else float("nan"),
        rp5=tuple(per_sentence([found for found in all_ranks if len(found)]).tolist()),
        unknown=tuple(unknown),
    )
