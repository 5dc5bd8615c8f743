"""The same ads and the same seed make the same model, whose report says what it cost; fitting anew moves no vector."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from discover.extraction.small_training import SETTINGS, train_small
from discover.extraction.trade import GOLD, SKILLS, write_gold
from metier.discover.extraction.measured import measure
from metier.discover.extraction.model import load
from metier.discover.extraction.train import refit
from metier.errors import DocumentError

pytestmark = pytest.mark.train
_SMALL = replace(SETTINGS, eight_bit=False)


def test_the_report_says_what_was_seen_what_it_cost_and_what_it_reached(trained: Path) -> None:
    report = json.loads((trained / "model.json").read_bytes())["report"]
    assert set(report["cpu_seconds"]) == {"tune", "labels", "distil", "fit"}
    assert all(seconds >= 0 for seconds in report["cpu_seconds"].values())
    assert (report["skills"], report["taxonomy"]) == (12, "trade 7")
    assert report["skills_with_positives"] > 8
    assert report["settings"]["sampler"] == "siblings"
    for path in ("full", "fast"):
        assert report["validation"][path]["own"]["num_sentences"] == 8
        assert report["validation"][path]["own"]["mrr"] > 50


def test_the_same_seed_gives_the_same_ranking_and_another_path_need_not_be_there(
    trained: Path, tiny_encoder: Path, tmp_path: Path
) -> None:
    train_small(tmp_path / "again", tiny_encoder, tmp_path, settings=_SMALL)
    texts = [text for text, _ in GOLD]
    for path in ("fast", "full"):
        first, again = (load(folder, path=path) for folder in (trained, tmp_path / "again"))  # type: ignore[arg-type]
        assert first.extract_sentences(texts, least=0.0) == again.extract_sentences(texts, least=0.0)


def test_measured_figures_are_those_of_the_report(trained: Path, tmp_path: Path) -> None:
    report = json.loads((trained / "model.json").read_bytes())["report"]
    for path in ("full", "fast"):
        found = measure(load(trained, path=path), write_gold(tmp_path))  # type: ignore[arg-type]
        assert found.quality.rp5 == pytest.approx(report["validation"][path]["own"]["rp5"], abs=0.01)
        assert len(found.rp5) == 8 and found.unknown == ()
        assert 0 <= found.none_auroc <= 1 and 0 <= found.calibration_error <= 1


def test_fitting_anew_keeps_the_vectors_and_a_bad_file_changes_nothing(trained: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(trained, tmp_path / "copy"))
    before = (folder / "model.json").read_bytes()
    with pytest.raises(DocumentError):
        refit(folder, {"none": tmp_path / "missing.csv"})
    assert (folder / "model.json").read_bytes() == before
    (tmp_path / "odd.jsonl").write_text('{"text": "We bake.", "skills": ["bread", "juggle"]}\n')
    report = refit(folder, {"odd": tmp_path / "odd.jsonl"})
    assert report["unknown_labels"] == {"odd": ["juggle"]}
    assert load(folder, path="fast").facts.report["validation"]["fast"]["odd"]["num_sentences"] == 1
    assert (folder / "labels.npy").read_bytes() == (trained / "labels.npy").read_bytes()


def test_an_untuned_model_without_words_keeps_the_encoder_as_it_came(tiny_encoder: Path, tmp_path: Path) -> None:
    import numpy as np

    from metier.discover.extraction.encoders import SentenceEncoder

    train_small(tmp_path / "plain", tiny_encoder, tmp_path, settings=replace(_SMALL, tuned=False, fast=False))
    assert not (tmp_path / "plain" / "words.npy").exists()
    wanted = SentenceEncoder(tiny_encoder, precise=True).encode(SKILLS.labels)
    assert np.allclose(np.load(tmp_path / "plain" / "labels.npy"), wanted, atol=1e-6)
