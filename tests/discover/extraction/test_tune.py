"""An encoder that learns draws a sentence to the labels it speaks of, the same way for the same seed."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discover.extraction.trade import SKILLS, TRADE
from metier.discover.extraction.encoders import SentenceEncoder
from metier.discover.extraction.tune import Example, Tuning, _queries, examples, tune
from metier.discover.match import Mention
from metier.discover.supervision.labelled import Labelled
from metier.discover.supervision.mixture import make_sampler
from metier.discover.supervision.space import space

pytestmark = pytest.mark.train
_SETTINGS = Tuning(epochs=6, batch=8, rate=3e-3, frozen=0, masked=0.0, joined=0.3)
_FOUND = [Example(text, (skill,)) for skill, text in enumerate(SKILLS.definitions)]


def _tuned(folder: Path, settings: Tuning, **more) -> SentenceEncoder:  # type: ignore[no-untyped-def]
    encoder = SentenceEncoder(folder, precise=True)
    tune(encoder, _FOUND, SKILLS.labels, tuning=settings, **more)
    return encoder


def _right(encoder: SentenceEncoder) -> tuple[float, float]:
    """Mean cosine of the trained pairs, and of all others."""
    cosines = encoder.encode(SKILLS.definitions) @ encoder.encode(SKILLS.labels).T
    own = np.eye(len(SKILLS), dtype=bool)
    return float(cosines[own].mean()), float(cosines[~own].mean())


def test_trained_pairs_come_nearer_than_all_others(tiny_encoder: Path) -> None:
    before = _right(SentenceEncoder(tiny_encoder, precise=True))
    after = _right(_tuned(tiny_encoder, _SETTINGS))
    assert after[0] - after[1] > before[0] - before[1] + 0.1


def test_a_seed_gives_one_encoder_and_another_seed_another(tiny_encoder: Path) -> None:
    settings = replace(_SETTINGS, epochs=1)
    first, again, other = (
        _tuned(tiny_encoder, one).encode(SKILLS.labels) for one in (settings, settings, replace(settings, seed=1))
    )
    assert (first == again).all()
    assert not np.allclose(first, other)


def test_the_token_table_and_frozen_layers_stay_as_they_were(tiny_encoder: Path) -> None:
    plain = dict(SentenceEncoder(tiny_encoder, precise=True).model.named_parameters())
    tuned = dict(_tuned(tiny_encoder, replace(_SETTINGS, epochs=1, frozen=1)).model.named_parameters())
    same = {name for name in plain if bool((plain[name] == tuned[name]).all())}
    assert {name for name in plain if ".embeddings." in name or ".layer.0." in name} <= same
    assert not {name for name in plain if ".layer.1." in name and name.endswith("dense.weight")} & same


def test_siblings_are_negatives_if_a_sampler_draws_them(tiny_encoder: Path) -> None:
    told: list[tuple[int, int, float]] = []
    sampler = make_sampler("siblings", space(TRADE, ids=SKILLS.ids))
    settings = replace(_SETTINGS, epochs=2, batch=2, negatives=3)
    encoder = _tuned(tiny_encoder, settings, sampler=sampler, progress=lambda *now: told.append(now))
    without = _tuned(tiny_encoder, replace(settings, negatives=0))
    assert not np.allclose(encoder.encode(SKILLS.labels), without.encode(SKILLS.labels))
    assert told[-1][:2] == (12, 12) and np.isfinite(told[-1][2])


def test_examples_hold_each_skill_of_a_sentence_definitions_and_names() -> None:
    text = "You bake bread and weld steel and juggle."
    labelled = Labelled(
        text=text, concepts=("bread", "juggle", "weld"), occurring=("bread", "sql", "weld"),
        mentions=(Mention(concept="bread", start=4, end=14, form="bake bread"),),
    )  # fmt: skip
    names = [forms[1:] for forms in SKILLS.forms]
    settings = Tuning(names=1)
    found = examples([labelled], SKILLS.index, definitions=SKILLS.definitions, names=names, tuning=settings)
    at = SKILLS.index
    sentences = sorted(one for one in found if one.is_sentence)
    occurring = (at["bread"], at["sql"], at["weld"])
    assert sentences == [
        Example(text, (at["weld"],), (), occurring, True),
        Example(text, (at["bread"],), ((4, 14),), occurring, True),
    ]
    assert len(found) == 2 + 12 + 12
    assert found == examples([labelled], at, definitions=SKILLS.definitions, names=names, tuning=settings)


@pytest.mark.parametrize(("most", "told"), [(24, 12), (16, 8), (8, 2), (4, 1)])
def test_sentences_all_teach_and_the_rest_fills_the_room_or_a_quarter(most: int, told: int) -> None:
    labelled = [Labelled(text=f"We weld on day {day}.", concepts=("weld",)) for day in range(8)]
    found = examples(
        labelled, SKILLS.index, definitions=SKILLS.definitions, names=[()] * len(SKILLS), tuning=Tuning(most=most)
    )
    assert sum(one.is_sentence for one in found) == 8
    assert len({one.text for one in found if not one.is_sentence}) == len(found) - 8 == told


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_masked_mention_is_cut_out_and_a_joined_sentence_keeps_its_skills(share: float) -> None:
    batch = [Example("You bake bread.", (4,), ((4, 14),), (), True), Example("Weld.", (0,), ((0, 5),), (), True)]
    masked, positives = _queries(batch, Tuning(masked=share, joined=0.0), random.Random(0))
    assert masked == (["You .", "Weld."] if share else ["You bake bread.", "Weld."])
    assert positives == [(4,), (0,)]
    joined, positives = _queries(batch, Tuning(masked=0.0, joined=share), random.Random(0))
    for text, skills in zip(joined, positives, strict=True):
        assert len(skills) == (2 if share else 1)
        for skill in skills:
            assert batch[0 if skill == 4 else 1].text in text
