"""A trained model finds what is named and what is implied, says where, and a folder is a whole model or none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from discover.extraction.trade import ADS, GOLD, SKILLS, TRADE
from metier.discover.extraction.encoders import SentenceEncoder
from metier.discover.extraction.found import Extraction, Kind
from metier.discover.extraction.model import Extractor, load, save
from metier.errors import InputError

pytestmark = pytest.mark.train
_AD = """We are a great team.

You bring:
- Experience with Java and JDK
- You join metal with heat in our hall.

We offer a competitive salary and free fruit every day.
Apply now and send your cover letter.
"""
_HOSTILE = [
    "",
    " \n\t ",
    "\x00",
    "\x07\x1b[31m weld steel \x00",
    "🔥🔥 bake bread",
    "İİİ SQL İ",
    "...",
    "\u202eSQL",
    "a" * 5000,
]


@pytest.fixture(scope="module", params=["fast", "full", "eight-bit"])
def model(request: pytest.FixtureRequest, trained: Path) -> Extractor:
    return load(trained, path=request.param)


def _whole(found: Extraction) -> None:
    """What holds for every extraction."""
    for one in [*found.skills, *(skill for read in found.sentences for skill in read.skills)]:
        assert 0 <= one.probability <= 1
        assert one.uri in TRADE and one.label == TRADE[one.uri].label and one.taxonomy == "trade 7"
        assert one.form in SKILLS.forms[SKILLS.index[one.uri]] or one.kind is Kind.EXPLICIT
    for read in found.sentences:
        assert 0 <= read.start < read.end <= len(found.text)
        assert not (read.skipped and read.skills)
        for one in read.skills:
            if one.start is not None:
                assert one.end is not None
                assert read.start <= one.start < one.end <= read.end
    assert len({one.uri for one in found.skills}) == len(found.skills)
    chances = [one.probability for one in found.skills]
    assert chances == sorted(chances, reverse=True)
    best = {one.uri: one.probability for read in reversed(found.sentences) for one in read.skills}
    assert set(best) == {one.uri for one in found.skills}


def test_a_named_skill_has_the_span_and_the_form_that_stand_there(model: Extractor) -> None:
    (found,) = model.extract_sentences(["You bake bread and know the JDK well."], least=0.0)
    named = {one.uri: one for one in found if one.kind is Kind.EXPLICIT}
    assert set(named) == {"bread", "java"}
    assert (named["bread"].start, named["bread"].end) == (4, 14)
    assert named["java"].form == "JDK"
    assert {one.uri for one in found[:2]} == {"bread", "java"}


def test_an_implied_skill_has_a_span_inside_the_sentence(model: Extractor) -> None:
    (found,) = model.extract_sentences(["Loaves from our oven are made by you."], least=0.0)
    assert len(found) == 5
    for one in found:
        assert one.kind is Kind.IMPLICIT
        assert one.start is not None and one.end is not None
        assert 0 <= one.start < one.end <= 37
    assert {"dense", "lexical", "named"} <= set(found[0].lanes)


def test_offsets_count_the_characters_of_the_document_and_boilerplate_is_passed_over(model: Extractor) -> None:
    found = model.extract(_AD, source="ad 1", date="2024-05-01", least=0.0)
    _whole(found)
    assert (found.source, found.date, found.text) == ("ad 1", "2024-05-01", _AD)
    java = next(one for one in found.skills if one.uri == "java")
    assert _AD[java.start : java.end] == "Java"
    weld = next(one for one in found.skills if one.uri == "weld")
    assert _AD[weld.start : weld.end] == "join metal with heat"
    skipped = {_AD[read.start : read.end] for read in found.sentences if read.skipped}
    assert "We offer a competitive salary and free fruit every day." in skipped
    kept = model.extract(_AD, least=0.0, keep_boilerplate=True)
    _whole(kept)
    assert not any(read.skipped for read in kept.sentences)


def test_least_and_count_bound_what_is_given(model: Extractor) -> None:
    text = "You write programs and find faults in them."
    everything, some = (model.extract_sentences([text], count=50, least=least)[0] for least in (0.0, 0.2))
    assert len(everything) == len(SKILLS)
    assert [one.uri for one in some] == [one.uri for one in everything if one.probability >= 0.2]
    assert model.extract_sentences([text], least=1.01) == [()]
    assert len(model.extract_sentences([text], count=2, least=0.0)[0]) == 2
    (named,) = model.extract_sentences(["You weld steel, bake bread and test software in SQL."], count=1, least=0.0)
    assert {"weld", "bread", "test", "sql"} <= {one.uri for one in named}


def test_by_default_the_fitted_threshold_holds(model: Extractor) -> None:
    texts = [text for text, _ in GOLD]
    assert 0 < model.judge.threshold < 1
    for some, everything in zip(
        model.extract_sentences(texts), model.extract_sentences(texts, least=model.judge.threshold), strict=True
    ):
        assert some == everything
        assert all(one.probability >= round(model.judge.threshold, 4) for one in some)


@pytest.mark.parametrize("text", _HOSTILE, ids=range(len(_HOSTILE)))
def test_whatever_the_text_holds_it_is_read(model: Extractor, text: str) -> None:
    found = model.extract(text, least=0.0)
    _whole(found)
    assert found.text == text
    for one in model.extract_sentences([text], least=0.0)[0]:
        if one.start is not None:
            assert one.end is not None and 0 <= one.start < one.end <= len(text)


def test_a_megabyte_is_read(trained: Path) -> None:
    found = load(trained, path="fast").extract(f"{'You bake bread in the hall every day, ' * 15}\n" * 1800, least=0.5)
    assert len(found.text) > 1_000_000
    assert "bread" in {one.uri for one in found.skills}


def test_sentences_alone_and_together_give_the_same(model: Extractor) -> None:
    texts = [text for text, _ in GOLD]
    together = model.extract_sentences(texts, least=0.0)
    for text, found in zip(texts, together, strict=True):
        (alone,) = model.extract_sentences([text], least=0.0)
        assert {one.uri for one in alone[:2]} & {one.uri for one in found[:2]}
    assert model.extract_sentences(texts, least=0.0) == together
    assert model.extract_sentences([]) == []


def test_what_training_saw_speaks_for_a_skill(model: Extractor) -> None:
    (found,) = model.extract_sentences(["We bake bread."], least=0.0)
    bread = next(one for one in found if one.uri == "bread")
    assert bread.neighbours[0] in ADS


def _copy(trained: Path, folder: Path) -> Path:
    return Path(shutil.copytree(trained, folder / "copy", ignore=shutil.ignore_patterns("encoder", "onnx")))


def test_a_saved_model_is_loaded_as_it_was_and_replaces_an_older_one(trained: Path, tmp_path: Path) -> None:
    first = load(trained, path="fast")
    for _ in range(2):
        save(tmp_path / "new", first.facts, first.labels, words=first.encoder)  # type: ignore[arg-type]
        again = load(tmp_path / "new", path="fast")
        assert again.facts == first.facts
        assert again.extract(_AD) == first.extract(_AD)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_folder_without_an_index_answers_the_same(trained: Path, tmp_path: Path) -> None:
    folder = _copy(trained, tmp_path)
    shutil.rmtree(folder / "index")
    assert load(folder, path="fast").extract(_AD, least=0.0) == load(trained, path="fast").extract(_AD, least=0.0)
    assert not (folder / "index").exists()


def test_a_folder_that_holds_something_else_is_left_alone(trained: Path, tmp_path: Path) -> None:
    first = load(trained, path="fast")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="no model"):
        save(tmp_path / "mine", first.facts, first.labels)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "letter.txt"]


def test_what_is_no_model_is_refused_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no model\.json") as told:
        load(tmp_path / "missing")
    assert "metier discover train" in told.value.hint


@pytest.mark.parametrize("name", ["labels.npy", "words.npy", "words.txt"])
def test_a_part_that_is_missing_or_cut_off_is_refused(trained: Path, tmp_path: Path, name: str) -> None:
    folder = _copy(trained, tmp_path)
    content = (folder / name).read_bytes()
    for left in (content[: len(content) // 2], b""):
        (folder / name).write_bytes(left)
        with pytest.raises(InputError):
            load(folder, path="fast")
    (folder / name).unlink()
    with pytest.raises(InputError):
        load(folder, path="fast")


@pytest.mark.parametrize("name", ["labels.npy", "words.npy"])
def test_vectors_that_claim_more_than_a_machine_holds_are_refused(trained: Path, tmp_path: Path, name: str) -> None:
    folder = _copy(trained, tmp_path)
    with (folder / name).open("wb") as file:
        claim = {"descr": "<f4", "fortran_order": False, "shape": (10**15, 256)}
        np.lib.format.write_array_header_1_0(file, claim)
    with pytest.raises(InputError):
        load(folder, path="fast")


@pytest.mark.parametrize("path", ["full", "eight-bit"])
def test_a_path_that_is_not_there_is_refused(trained: Path, tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError) as told:
        load(_copy(trained, tmp_path), path=path)  # type: ignore[arg-type]
    assert told.value.hint


def test_label_vectors_of_another_model_are_refused(trained: Path, tmp_path: Path) -> None:
    folder = _copy(trained, tmp_path)
    labels = np.load(folder / "labels.npy")
    for torn in (labels[:-1], labels[:, :-1]):
        np.save(folder / "labels.npy", torn)
        with pytest.raises(InputError, match="torn"):
            load(folder, path="fast")
    np.save(folder / "labels.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError):
        load(folder, path="fast")


@pytest.mark.parametrize("content", ["", "{", "{}", '{"format": 1, "odd": 2}', "[]"])
def test_facts_that_are_no_facts_are_refused(trained: Path, tmp_path: Path, content: str) -> None:
    folder = _copy(trained, tmp_path)
    (folder / "model.json").write_text(content)
    with pytest.raises(InputError, match=r"model\.json"):
        load(folder, path="fast")


def test_the_folder_holds_nothing_that_runs(trained: Path) -> None:
    assert {path.name for path in trained.iterdir()} == {
        "model.json", "labels.npy", "index", "words.txt", "words.npy", "encoder", "onnx",
    }  # fmt: skip
    assert not [path for path in trained.rglob("*") if path.suffix in (".py", ".pkl", ".bin", ".pt")]
    assert json.loads((trained / "model.json").read_text())["format"] == 1
    assert SentenceEncoder(trained / "encoder").dim == 32
