"""What is kept of the skills gives the answers that were worked out; what does not hold is worked out anew."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from discover.extraction.trade import ADS, SKILLS
from metier.discover.extraction import index as kept
from metier.discover.extraction.index import Index, index_of, read_index, write_index
from metier.discover.extraction.lexical import Lexical
from metier.discover.extraction.named import Named
from metier.discover.extraction.skills import Skills
from metier.discover.match import Matcher
from metier.discover.matching.kept import dump
from metier.taxonomy import Concept, Taxonomy

_FILES = ["index.json", "lexical.npz", "named.matcher"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_index(SKILLS, tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Skills]:
    """The skills for which an index was worked out since."""
    seen = list[Skills]()

    def counted(skills: Skills) -> Index:
        seen.append(skills)
        return index_of(skills)

    monkeypatch.setattr(kept, "index_of", counted)
    return seen


def _answers(index: Index, skills: Skills = SKILLS) -> tuple[object, ...]:
    lane = Lexical(skills.all_forms, skills.starts[:-1], kept=index.lexical)
    sentences = [*ADS, *skills.all_forms]
    return lane.score(sentences).tolist(), list(Named(skills, index.matcher).find(sentences))


def test_what_is_read_answers_as_what_was_worked_out(folder: Path, made: list[Skills]) -> None:
    found = read_index(SKILLS, folder)
    assert not made
    assert _answers(found) == _answers(index_of(SKILLS))


def test_the_same_skills_give_the_same_bytes(folder: Path) -> None:
    write_index(SKILLS, folder.with_name("again"))
    assert sorted(path.name for path in folder.iterdir()) == _FILES
    for name in _FILES:
        assert (folder / name).read_bytes() == (folder.with_name("again") / name).read_bytes()


@pytest.mark.parametrize("name", _FILES)
@pytest.mark.parametrize("way", ["gone", "empty", "half", "altered", "replaced"])
def test_what_does_not_hold_is_worked_out_anew(folder: Path, made: list[Skills], name: str, way: str) -> None:
    path = folder / name
    content = path.read_bytes()
    if way == "gone":
        path.unlink()
    else:
        middle = len(content) // 2
        altered = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        path.write_bytes({"empty": b"", "half": content[:middle], "altered": altered, "replaced": b"[1]"}[way])
    assert _answers(read_index(SKILLS, folder)) == _answers(index_of(SKILLS))
    assert made == [SKILLS]


def test_another_format_is_worked_out_anew(folder: Path, made: list[Skills]) -> None:
    facts = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps(facts | {"format": facts["format"] + 1}))
    read_index(SKILLS, folder)
    assert made == [SKILLS]


@pytest.mark.parametrize(
    "other",
    [
        Skills(ids=SKILLS.ids[::-1], forms=SKILLS.forms, definitions=SKILLS.definitions, taxonomy=SKILLS.taxonomy),
        Skills(ids=SKILLS.ids, forms=SKILLS.forms[::-1], definitions=SKILLS.definitions, taxonomy=SKILLS.taxonomy),
        Skills(ids=SKILLS.ids[:-1], forms=SKILLS.forms[:-1], definitions=SKILLS.definitions[:-1], taxonomy="other"),
    ],
    ids=["other identifiers", "other forms", "fewer"],
)
def test_the_index_of_other_skills_is_not_taken(folder: Path, made: list[Skills], other: Skills) -> None:
    assert _answers(read_index(other, folder), other) == _answers(index_of(other), other)
    assert made == [other]


def test_another_definition_needs_no_other_index(folder: Path, made: list[Skills]) -> None:
    told = Skills(ids=SKILLS.ids, forms=SKILLS.forms, definitions=("new",) * len(SKILLS), taxonomy="trade 8")
    read_index(told, folder)
    assert not made


def test_no_array_holds_objects(folder: Path) -> None:
    with np.load(folder / "lexical.npz", allow_pickle=False) as arrays:
        assert all(not array.dtype.hasobject for array in arrays.values())


def _seal(folder: Path, change: dict[str, Any]) -> None:
    """Name other files by their own SHA-256, as anybody can."""
    facts = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps(facts | change))


def _seal_arrays(folder: Path, data: bytes) -> None:
    (folder / "lexical.npz").write_bytes(data)
    _seal(folder, {"lexical.npz": hashlib.sha256(data).hexdigest()})


def _first(value: float) -> Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]:
    """Put another value in the first place."""
    return lambda array: np.r_[np.array([value], array.dtype), array[1:]]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("vocabulary", None), ("vocabulary", _first(255)), ("vocabulary", lambda array: array[:0]),
        ("form", _first(10**6)), ("form", _first(-1)), ("form", lambda array: array.astype(float)),
        ("form", lambda array: array[:-1]), ("form", lambda array: array[None]),
        ("begins", lambda array: array[:-1]), ("begins", _first(-5)), ("begins", lambda array: array * 2),
        ("held_begins", lambda array: array[:3]), ("held_begins", lambda array: array[::-1]),
        ("held_word", _first(10**6)), ("held_weight", lambda array: array[1:]),
        ("weight", _first(np.nan)), ("weight", _first(np.inf)), ("weight", _first(-1)),
        ("gram_keys", lambda array: array[::-1]), ("gram_begins", lambda array: array[:-1]),
        ("gram_owner", _first(10**6)), ("gram_owner", _first(-1)), ("gram_idf", _first(0)),
        ("gram_idf", lambda array: array[:-1]), ("gram_norms", _first(0)), ("gram_norms", lambda array: array[:-1]),
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_worked_out_anew(
    folder: Path, made: list[Skills], name: str, change: Callable[[Any], Any] | None
) -> None:
    arrays = dict(index_of(SKILLS).lexical)
    whole = arrays.pop(name)
    if change is not None:
        arrays[name] = change(whole)
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    _seal_arrays(folder, packed.getvalue())
    assert _answers(read_index(SKILLS, folder)) == _answers(index_of(SKILLS))
    assert made == [SKILLS]


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_packed_arrays_are_not_unpacked(
    folder: Path, made: list[Skills], kind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = io.BytesIO()
    with zipfile.ZipFile(arrays, "w", kind) as archive, zipfile.ZipFile(folder / "lexical.npz") as whole:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name))
    _seal_arrays(folder, arrays.getvalue())
    monkeypatch.setattr(np.lib.format, "read_array", lambda *_, **__: pytest.fail("an array was unpacked"))
    read_index(SKILLS, folder)
    assert made == [SKILLS]


def test_an_array_that_claims_more_than_the_file_holds_is_worked_out_anew(folder: Path, made: list[Skills]) -> None:
    arrays = io.BytesIO()
    with zipfile.ZipFile(arrays, "w") as archive, zipfile.ZipFile(folder / "lexical.npz") as whole:
        for name in whole.namelist():
            header = io.BytesIO()
            claim = {"descr": "<f8", "fortran_order": False, "shape": (200_000_000_000,)}
            np.lib.format.write_array_header_1_0(header, claim)
            archive.writestr(name, header.getvalue() if name == "weight.npy" else whole.read(name))
    _seal_arrays(folder, arrays.getvalue())
    read_index(SKILLS, folder)
    assert made == [SKILLS]


def test_facts_that_are_nested_too_deep_are_worked_out_anew(folder: Path, made: list[Skills]) -> None:
    (folder / "index.json").write_bytes(b"[" * 100_000)
    read_index(SKILLS, folder)
    assert made == [SKILLS]


def test_a_matcher_of_other_concepts_is_not_taken(folder: Path, made: list[Skills]) -> None:
    other = Taxonomy(name="other", concepts=(Concept(id="stranger", label=SKILLS.labels[0]),))
    _seal(folder, {"named.matcher": dump(Matcher(other), folder / "named.matcher")})
    assert _answers(read_index(SKILLS, folder)) == _answers(index_of(SKILLS))
    assert made == [SKILLS]
