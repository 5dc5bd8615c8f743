"""A head learns to put positives above negatives, keeps what it never saw in its place, and ablations tell each arm."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from discover.extraction.trade import SKILLS, TRADE
from metier.discover.extraction.ablate import ablate, rows
from metier.discover.extraction.encoders import unit
from metier.discover.extraction.gold import Gold
from metier.discover.extraction.heads import HeadTraining, Kind, Shown, train_head
from metier.discover.supervision.labelled import Labelled
from metier.discover.supervision.mixture import make_sampler
from metier.discover.supervision.space import space

pytestmark = pytest.mark.train
_LABELS = unit(np.random.default_rng(0).normal(size=(12, 16)).astype(np.float32))
_SAMPLER = make_sampler("siblings", space(TRADE, ids=SKILLS.ids))
_SEEN = 8


class _Hashed:
    """Unit vectors that follow from the text alone."""

    dim = 16

    def encode(self, texts):  # type: ignore[no-untyped-def]
        made = [np.random.default_rng(list(text.encode())).normal(size=16) for text in texts]
        return unit(np.array(made, np.float32).reshape(len(texts), 16))


def _shown(num: int = 64) -> Shown:
    rng = np.random.default_rng(1)
    positives = [np.array([i % _SEEN]) for i in range(num)]
    turned = np.linalg.qr(rng.normal(size=(16, 16)))[0].astype(np.float32)
    vectors = unit(
        _LABELS[[int(p[0]) for p in positives]] @ turned + 0.1 * rng.normal(size=(num, 16)).astype(np.float32)
    )
    return Shown(whole=vectors, masked=vectors, positives=positives, occurring=positives)


@pytest.mark.parametrize("head", ["classifier", "shared"])
def test_positives_rise_above_their_siblings(head: Kind) -> None:
    shown = _shown()
    trained = train_head(shown, _LABELS, _SAMPLER, HeadTraining(head=head, epochs=60, rate=2e-2, negatives=3))

    def won(scores) -> float:  # type: ignore[no-untyped-def]
        own = [int(p[0]) for p in shown.positives]
        return float(np.mean([row[at] > np.delete(row[at // 4 * 4 : at // 4 * 4 + 4], at % 4).max()
                              for row, at in zip(scores, own, strict=True)]))  # fmt: skip

    assert won(trained.score(shown.whole)) > max(0.9, won(shown.whole @ _LABELS.T))
    again = train_head(shown, _LABELS, _SAMPLER, HeadTraining(head=head, epochs=60, rate=2e-2, negatives=3))
    assert (again.score(shown.whole) == trained.score(shown.whole)).all()


def test_a_skill_that_is_neither_positive_nor_negative_keeps_its_place() -> None:
    trained = train_head(_shown(), _LABELS, _SAMPLER, HeadTraining(head="classifier", epochs=3, negatives=3))
    assert (trained.weights[_SEEN:] == _LABELS[_SEEN:]).all() and not trained.bias[_SEEN:].any()
    assert not np.allclose(trained.weights[:_SEEN], _LABELS[:_SEEN])
    assert (train_head(_shown(), _LABELS, _SAMPLER, HeadTraining(head="shared", epochs=1)).weights == _LABELS).all()


def test_ablations_tell_each_arm_with_mean_and_deviation() -> None:
    labelled = [
        Labelled(text=f"{SKILLS.labels[i % 12]} and number {i}", concepts=(SKILLS.ids[i % 12],)) for i in range(36)
    ]
    gold = {"own": [Gold(text=f"some {label}", skills=(place,)) for place, label in enumerate(SKILLS.labels)],
            "silent": [Gold(text="nothing", asks=False)]}  # fmt: skip
    told: list[tuple[int, int]] = []
    arms = ablate(
        TRADE, SKILLS, labelled, _Hashed(), gold, samplers=["random", "siblings"], seeds=(0, 1),  # type: ignore[arg-type]
        settings=HeadTraining(epochs=1), progress=lambda *now: told.append(now),
    )  # fmt: skip
    assert [(arm.head, arm.masked, arm.sampler) for arm in arms] == [
        ("none", 0, "none"),
        *product(("classifier", "shared"), (0, 0.5), ("random", "siblings")),
    ]  # fmt: skip
    assert told[-1] == (16, 16)
    for arm in arms:
        assert set(arm.figures) == {"own"} and len(next(iter(rows([arm])))) == 7
        for figure in arm.figures["own"].values():
            assert figure.sd >= 0 or np.isnan(figure.mean)
    assert arms[1].gain["own"] == (0, 0, 0)
    assert arms[2].short > arms[1].short
