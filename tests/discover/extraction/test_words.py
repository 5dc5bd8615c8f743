"""Word vectors learn what the encoder says of whole sentences, read a word they never saw, and come back as written."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from discover.extraction.trade import ADS, SKILLS
from metier.discover.extraction.encoders import Floats, unit
from metier.discover.extraction.words import BUCKETS, Distilling, WordEncoder, distil, features, load_words, save_words

pytestmark = pytest.mark.train
_DIM = 16
_SETTINGS = Distilling(epochs=15, batch=32, rate=2e-2, least_count=1, labels=12)


class _Teacher:
    """Gives a text the sum of vectors that follow from its letters; the order of words counts a little."""

    dim = _DIM

    def encode(self, texts):  # type: ignore[no-untyped-def]
        table = np.random.default_rng(0).normal(size=(128, _DIM)).astype(np.float32)
        rows = [sum((table[ord(a) % 128] * (1 + ord(b) % 5) for a, b in pairwise(t)), np.ones(_DIM)) for t in texts]
        return unit(np.array(rows, np.float32).reshape(len(texts), _DIM))


def _near(one: Floats, other: Floats) -> float:
    return float((one * other).sum(1).mean())


@pytest.fixture(scope="module")
def taught() -> tuple[WordEncoder, WordEncoder, Floats]:
    teacher = _Teacher()
    vectors, labels = teacher.encode(ADS), teacher.encode(SKILLS.labels)
    before, after = (
        distil(teacher, ADS, vectors, labels, settings=settings)  # type: ignore[arg-type]
        for settings in (Distilling(epochs=1, rate=1e-9, least_count=1, labels=12), _SETTINGS)
    )
    return before, after, vectors


def test_distilling_brings_sentences_nearer_to_the_teacher(taught: tuple[WordEncoder, WordEncoder, Floats]) -> None:
    before, after, vectors = taught
    assert _near(after.encode(ADS), vectors) > _near(before.encode(ADS), vectors) + 0.3


def test_the_same_seed_gives_the_same_table(taught: tuple[WordEncoder, WordEncoder, Floats]) -> None:
    _, after, vectors = taught
    teacher = _Teacher()
    labels = teacher.encode(SKILLS.labels)
    again = distil(teacher, ADS, vectors, labels, settings=_SETTINGS)  # type: ignore[arg-type]
    assert (again.table == after.table).all() and again.vocabulary == after.vocabulary


def test_a_word_that_was_never_seen_is_read_by_its_spelling(taught: tuple[WordEncoder, WordEncoder, Floats]) -> None:
    _, after, _ = taught
    assert "kneadings" not in after.vocabulary
    known, unseen, strange = after.encode(["kneading", "kneadings", "xqzvw"])
    assert known @ unseen > known @ strange
    assert np.linalg.norm(unseen) == pytest.approx(1, abs=1e-4)


def test_what_was_written_is_read_as_it_was(taught: tuple[WordEncoder, WordEncoder, Floats], tmp_path: Path) -> None:
    _, after, _ = taught
    save_words(after, tmp_path)
    again = load_words(tmp_path)
    assert again.vocabulary == after.vocabulary
    assert (again.encode(ADS) == after.encode(ADS)).all()


def test_no_word_at_all_is_written_and_read(tmp_path: Path) -> None:
    save_words(WordEncoder([], np.ones((BUCKETS, 3), np.float16)), tmp_path)
    assert load_words(tmp_path).vocabulary == []


def test_a_rare_word_has_no_vector_of_its_own() -> None:
    teacher, texts = _Teacher(), ["bake bread", "bake cakes"]
    vectors = teacher.encode(texts)
    found = distil(teacher, texts, vectors, vectors, settings=Distilling(epochs=1, least_count=2, labels=2))  # type: ignore[arg-type]
    assert found.vocabulary == ["bake"]


def test_case_does_not_count_and_tokens_are_words(taught: tuple[WordEncoder, WordEncoder, Floats]) -> None:
    _, after, _ = taught
    assert (after.encode(["BAKE Bread"]) == after.encode(["bake bread"])).all()
    ((whole, tokens),) = after.tokens(["You bake, İ bread."])
    assert [tuple(span) for span in tokens.spans] == [(0, 3), (4, 8), (10, 11), (12, 17)]
    assert whole.tolist() == pytest.approx(unit(tokens.vectors.sum(0)).tolist())


@pytest.mark.parametrize("text", ["", " \n", "🔥", "\x00", "..."])
def test_a_text_without_words_has_a_zero_vector_and_no_token(
    taught: tuple[WordEncoder, WordEncoder, Floats], text: str
) -> None:
    _, after, _ = taught
    assert not after.encode([text]).any()
    ((whole, tokens),) = after.tokens([text])
    assert not whole.any() and tokens.vectors.shape == (0, _DIM) and tokens.spans.shape == (0, 2)


def test_the_ngrams_of_a_word_count_as_much_as_the_word() -> None:
    places, weights = features("weld", {"bake": 0, "weld": 1})
    assert places[0] == 1 and weights[0] == 1
    assert weights[1:].sum() == pytest.approx(1)
    assert (places[1:] >= 2).all() and (places < 2 + BUCKETS).all()
    assert features("", {})[1].sum() == 0
