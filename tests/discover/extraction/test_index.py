"""What is kept of the skills gives the answers that were worked out; what does not hold is worked out anew."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from discover.extraction.trade import ADS, SKILLS
from metier.discover.extraction import index as kept
from metier.discover.extraction.index import Index, index_of, read_index, write_index
from metier.discover.extraction.lexical import Lexical
from metier.discover.extraction.named import Named
from metier.discover.extraction.skills import Skills

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
