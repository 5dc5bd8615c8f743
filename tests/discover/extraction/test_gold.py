"""Evaluation files of every published shape become sentences with gold skills, and what is unknown is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discover.extraction.trade import GOLD, SKILLS, write_gold
from metier.discover.extraction.gold import Gold, read_gold
from metier.discover.extraction.skills import skills_of
from metier.errors import DocumentError
from metier.taxonomy import Concept, Taxonomy

_AT = SKILLS.index


def _write(folder: Path, name: str, content: str) -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def _places(*ids: str) -> tuple[int, ...]:
    return tuple(sorted(_AT[one] for one in ids))


def test_a_row_for_each_label_makes_one_sentence(tmp_path: Path) -> None:
    file = _write(
        tmp_path, "tech.csv", "sentence,label\nWe weld.,weld steel\nWe weld.,grind\nWe sit.,LABEL NOT PRESENT\n"
    )
    gold, unknown = read_gold(file, SKILLS)
    assert gold == [
        Gold(text="We weld.", skills=_places("weld", "grind"), asks=True),
        Gold(text="We sit.", skills=(), asks=None),
    ]
    assert unknown == []


def test_a_list_in_a_cell_and_tabs(tmp_path: Path) -> None:
    file = _write(tmp_path, "scape.tsv", "id\ttext\tskills\n1\tWe bake.\t['bake bread', 'dough']\n2\tOdd.\t[broken\n")
    gold, unknown = read_gold(file, SKILLS)
    assert gold[0].skills == _places("bread", "dough")
    assert unknown == ["[broken"]


def test_a_list_that_is_no_list_of_python_is_one_label(tmp_path: Path) -> None:
    file = _write(tmp_path, "odd.csv", "sentence,label\nText.,[__import__('os').getcwd()]\n")
    gold, unknown = read_gold(file, SKILLS)
    assert (gold[0].skills, unknown) == ((), ["[__import__('os').getcwd()]"])


def test_json_lines_with_identifiers_labels_or_one_of_them(tmp_path: Path) -> None:
    rows = [
        {"text": "a", "skills": ["weld", "SQL"]},
        {"sentence": "b", "label": "bake bread"},
        {"text": "c", "skills": []},
        {"text": "d", "skills": [], "asks": True},
        {"text": "e", "skills": ["juggle"]},
    ]
    gold, unknown = read_gold(_write(tmp_path, "x.jsonl", "\n\n".join(map(json.dumps, rows))), SKILLS)
    assert [one.skills for one in gold] == [_places("weld", "sql"), _places("bread"), (), (), ()]
    assert [one.asks for one in gold] == [True, True, False, True, True]
    assert unknown == ["juggle"]


def test_tokens_with_tags_tell_only_whether_anything_is_asked_for(tmp_path: Path) -> None:
    rows = [
        {"tokens": ["You", "weld", "."], "tags_skill": ["O", "B", "O"], "tags_knowledge": ["O", "O", "O"]},
        {"tokens": ["Hello", "there"], "tags_skill": ["O", "O"], "tags_knowledge": ["O", "O"]},
    ]
    gold, unknown = read_gold(_write(tmp_path, "span.jsonl", "\n".join(map(json.dumps, rows))), SKILLS)
    assert gold == [Gold(text="You weld .", asks=True), Gold(text="Hello there", asks=False)]
    assert unknown == []


def test_commas_case_and_blanks_of_a_label_do_not_count(tmp_path: Path) -> None:
    concepts = (Concept(id="a", label="plan, order and buy"), Concept(id="b", label="Weld"))
    file = _write(tmp_path, "x.csv", "sentence,label\nOne.,Plan order  AND buy\nTwo.,weld\n")
    gold, unknown = read_gold(file, skills_of(Taxonomy(name="t", concepts=concepts)))
    assert ([one.skills for one in gold], unknown) == ([(0,), (1,)], [])


def test_only_the_preferred_label_or_the_identifier_is_known(tmp_path: Path) -> None:
    gold, unknown = read_gold(_write(tmp_path, "x.csv", "sentence,label\nOne.,HACCP\n"), SKILLS)
    assert (gold[0].skills, unknown) == ((), ["HACCP"])


def test_a_gzipped_file_with_a_byte_order_mark_reads_the_same(tmp_path: Path) -> None:
    plain = write_gold(tmp_path)
    packed = tmp_path / "own.jsonl.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain.read_bytes()))
    gold, _ = read_gold(packed, SKILLS)
    assert gold == read_gold(plain, SKILLS)[0]
    assert [(one.text, one.skills) for one in gold] == [(text, _places(*skills)) for text, skills in GOLD]


@pytest.mark.parametrize(
    "line", ["{", "[]", "3", '{"body": "x"}', '{"text": "x", "skills": 3}', '{"tokens": 3}', "[" * 100_000]
)
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(DocumentError, match=r"x\.jsonl, line 2") as told:
        read_gold(_write(tmp_path, "x.jsonl", f'{{"text": "a", "skills": []}}\n{line}\n'), SKILLS)
    assert "skills" in told.value.hint


@pytest.mark.parametrize("content", ["", "sentence,label\n", "sentence,label\n  ,weld\n"])
def test_a_file_without_a_sentence_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(DocumentError):
        read_gold(_write(tmp_path, "x.csv", content), SKILLS)


def test_a_table_without_the_columns_says_which_it_has(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"x\.csv, line 1.*'body'"):
        read_gold(_write(tmp_path, "x.csv", "body,label\na,weld\n"), SKILLS)


def test_a_short_row_of_a_table_is_no_crash(tmp_path: Path) -> None:
    gold, _ = read_gold(_write(tmp_path, "x.csv", "label,sentence\nweld,We weld.\nweld\n"), SKILLS)
    assert [one.text for one in gold] == ["We weld."]


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.csv.gz", "x.jsonl.gz"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe\x00sentence")
    with pytest.raises(DocumentError):
        read_gold(tmp_path / name, SKILLS)


def test_a_cut_off_archive_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(write_gold(tmp_path).read_bytes())[:-20])
    for name in ("cut.jsonl.gz", "missing.csv"):
        with pytest.raises(DocumentError, match="Cannot read"):
            read_gold(tmp_path / name, SKILLS)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([*SKILLS.ids, "no such"])), min_size=1, max_size=12))
def test_the_order_of_rows_does_not_change_the_skills(rows: list[tuple[str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        found = []
        for order in (rows, rows[::-1]):
            lines = "".join(f"{text},{label}\n" for text, label in order)
            found.append(read_gold(_write(Path(scratch), "x.csv", "sentence,label\n" + lines), SKILLS)[0])
    assert sorted(found[0], key=lambda one: one.text) == sorted(found[1], key=lambda one: one.text)
    wanted = {text: {_AT[label] for one, label in rows if one == text and label in _AT} for text, _ in rows}
    assert {one.text: set(one.skills) for one in found[0]} == wanted
