"""Texts become unit vectors, alone or among others, with tokens that say where they stand; eight bits say the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from discover.extraction.tiny_model import write_tiny_model
from discover.extraction.trade import ADS, SKILLS
from metier.discover.extraction.encoders import Encoder, OnnxEncoder, SentenceEncoder, export, pools_by_mean, unit
from metier.errors import InputError

pytestmark = pytest.mark.train
_HOSTILE = ["", " \t ", "\x00\x07", "🔥🔥", "İstanbul weld steel", "bake bread " * 400, "zqx"]


@pytest.fixture(scope="module")
def encoders(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Encoder]:
    whole = SentenceEncoder(tiny_encoder, precise=True)
    folder = tmp_path_factory.mktemp("onnx")
    export(whole, folder)
    return {"full": whole, "eight-bit": OnnxEncoder(folder)}


@pytest.mark.parametrize("name", ["full", "eight-bit"])
def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(encoders: dict[str, Encoder], name: str) -> None:
    encoder = encoders[name]
    texts = [*ADS[:70], *_HOSTILE]
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), encoder.dim) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    alone = np.concatenate([encoder.encode([text]) for text in texts[:5]])
    assert (vectors[:5] * alone).sum(1).min() > 0.98
    assert encoder.encode([]).shape == (0, encoder.dim)


@pytest.mark.parametrize("name", ["full", "eight-bit"])
def test_tokens_say_where_they_stand_and_their_text_has_the_same_vector(
    encoders: dict[str, Encoder], name: str
) -> None:
    encoder = encoders[name]
    texts = ["You weld steel, daily.", *_HOSTILE]
    pairs = list(encoder.tokens(texts))
    assert len(pairs) == len(texts)
    for text, (_, tokens) in zip(texts, pairs, strict=True):
        assert len(tokens.vectors) == len(tokens.spans)
        assert all(0 <= start < end <= len(text) for start, end in tokens.spans)
        assert (np.diff(tokens.spans[:, 0]) >= 0).all()
    words = [texts[0][start:end] for start, end in pairs[0][1].spans]
    assert words[:3] == ["You", "weld", "steel"]
    assert (np.array([whole for whole, _ in pairs]) * encoder.encode(texts)).sum(1).min() > 0.98
    assert not len(pairs[1][1].vectors)


def test_eight_bits_say_nearly_the_same(encoders: dict[str, Encoder]) -> None:
    texts = [*SKILLS.all_forms, *ADS[:30]]
    assert (encoders["full"].encode(texts) * encoders["eight-bit"].encode(texts)).sum(1).min() > 0.95


def test_only_a_mean_is_written_in_eight_bits(tmp_path: Path) -> None:
    other = SentenceEncoder(write_tiny_model(tmp_path / "cls", pooling="cls_token"))
    assert not pools_by_mean(other)
    with pytest.raises(InputError, match="pool by the mean"):
        export(other, tmp_path / "onnx")
    assert not (tmp_path / "onnx").exists()


def test_a_saved_encoder_gives_the_same_vectors(encoders: dict[str, Encoder], tmp_path: Path) -> None:
    whole = encoders["full"]
    assert isinstance(whole, SentenceEncoder)
    whole.save(tmp_path / "again")
    again = SentenceEncoder(tmp_path / "again", precise=True)
    assert np.allclose(again.encode(ADS[:5]), whole.encode(ADS[:5]), atol=1e-6)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none") as told:
        SentenceEncoder(tmp_path / "missing")
    assert told.value.hint
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="Cannot load"):
        SentenceEncoder(tmp_path / "odd")


def test_a_zero_vector_stays_zero() -> None:
    assert unit(np.zeros((1, 3), np.float32)).tolist() == [[0, 0, 0]]
