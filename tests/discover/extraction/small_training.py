"""A training of a second or two, with all that a training does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from discover.extraction.trade import GOLD, TRADE, write_ads, write_gold
from metier.discover.extraction.encoders import SentenceEncoder
from metier.discover.extraction.train import Training, train
from metier.discover.extraction.tune import Tuning
from metier.discover.extraction.words import Distilling
from metier.discover.supervision.labelled import Labelling
from metier.discover.supervision.supervise import supervise

SETTINGS = Training(
    tuning=Tuning(epochs=6, batch=16, rate=3e-3, frozen=0, names=2, negatives=2),
    distilling=Distilling(epochs=20, batch=32, rate=2e-2, least_count=1, labels=12),
    sampler="siblings",
    eight_bit=True,
)


def train_small(out: Path, encoder: Path, scratch: Path, *, settings: Training = SETTINGS) -> Mapping[str, Any]:
    """Train on the ads of our trade and validate on its gold sentences."""
    made = supervise([write_ads(scratch)], TRADE, settings=Labelling(max_share=1.0, near=1.0, min_context=0))
    return train(
        TRADE, made.labelled, SentenceEncoder(encoder, precise=True), out,
        sentences=[text for text, _ in GOLD], validation={"own": write_gold(scratch)}, settings=settings,
    )  # fmt: skip
