"""Sentences that people labelled teach, unless an exam holds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from discover.extraction.trade import SKILLS
from metier.digest import canonical
from metier.discover.extraction.skills import skills_of
from metier.discover.extraction.taught import taught
from metier.discover.supervision.labelled import Labelled
from metier.errors import DocumentError
from metier.taxonomy import Concept, Taxonomy


def _lines(file: Path, *rows: tuple[str, list[str]]) -> Path:
    file.write_text("".join(json.dumps({"text": text, "skills": skills}) + "\n" for text, skills in rows), "utf-8")
    return file


def test_each_sentence_teaches_its_skills_and_says_which_it_names(tmp_path: Path) -> None:
    file = _lines(
        tmp_path / "own.jsonl",
        ("Loaves are made by you, baking is fun and grinding too.", ["bread", "dough"]),
        ("We sit near the river.", []),
        ("You juggle.", ["juggle"]),
    )
    (one,), passed = taught([file], SKILLS)
    assert one.concepts == ("bread", "dough")
    assert [(mention.concept, mention.form) for mention in one.mentions] == [("bread", "baking")]
    assert one.occurring == ("bread", "grind")
    assert (one.source, passed.checked) == ("own.jsonl#1", 1)


def test_what_an_exam_holds_teaches_nothing(tmp_path: Path) -> None:
    own = _lines(tmp_path / "own.jsonl", ("You knead dough at night!", ["dough"]), ("You weld all day.", ["weld"]))
    exam = _lines(tmp_path / "exam.jsonl", ("you knead dough at night", ["dough"]))
    (one,), passed = taught([own], SKILLS, against=[exam])
    assert one.text == "You weld all day."
    assert [leak.text for leak in passed.leaks] == ["You knead dough at night!"]


def test_the_records_of_answered_questions_teach(tmp_path: Path) -> None:
    record = Labelled(text="Cream and sugar are your colours.", concepts=("cake",), source="ads#3")
    (tmp_path / "records.jsonl").write_bytes(canonical(record) + b"\n")
    (one,), _ = taught([tmp_path / "records.jsonl"], SKILLS)
    assert (one.text, one.concepts) == (record.text, record.concepts)


def test_a_file_without_a_sentence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"empty\.jsonl"):
        taught([_lines(tmp_path / "empty.jsonl")], SKILLS)


def test_a_sentence_of_two_files_has_the_skills_of_both_and_its_mentions_in_order(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir(), (tmp_path / "two").mkdir()
    text = "Grinding, software testing and baking."
    files = [
        _lines(tmp_path / folder / "own.jsonl", (text, skills))
        for folder, skills in (("one", ["bread", "test"]), ("two", ["grind"]))
    ]
    (one,), _ = taught(files, SKILLS)
    assert one.concepts == ("bread", "grind", "test")
    assert [mention.concept for mention in one.mentions] == ["grind", "test", "bread"]


def test_a_skill_that_a_longer_name_hides_is_no_negative(tmp_path: Path) -> None:
    trade = Taxonomy(name="t", concepts=(Concept(id="pm", label="project management"),
                                         Concept(id="apm", label="agile project management")))  # fmt: skip
    file = _lines(tmp_path / "own.jsonl", ("You live for agile project management.", ["apm"]))
    (one,), _ = taught([file], skills_of(trade))
    assert (one.concepts, one.occurring) == (("apm",), ("apm", "pm"))
