"""The most doubtful sentences are asked about, once each, and answers come back as they were given."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.answers import as_csv, as_lines, read_answers
from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.discover.extraction.learn import MEASURES, pick
from metier.errors import ConfigError, InputError
from metier.taxonomy import Concept, Taxonomy


def _ad(text: str, *found: tuple[str, float], source: str = "ad", lanes: bool = False) -> Extraction:
    skills = tuple(
        Extracted(
            uri=uri, label=uri.upper(), score=1, probability=probability, kind=Kind.IMPLICIT,
            lanes={f"lane {n}": float(n == place) for n in range(2)} if lanes else {},
        )
        for place, (uri, probability) in enumerate(found)
    )  # fmt: skip
    return Extraction(text=text, sentences=(Read(start=0, end=len(text), skills=skills),), skills=skills, source=source)


def test_each_measure_puts_its_own_doubt_first() -> None:
    close = _ad("Plan ships.", ("a", 0.9), ("b", 0.89))
    unsure = _ad("Weld steel.", ("c", 0.5), ("d", 0.1), ("e", 0.5))
    sure = _ad("Bake bread.", ("f", 0.99), ("g", 0.01), lanes=True)
    ads = [sure, close, unsure]
    assert [query.text for query in pick(ads, by=["margin"])][-1] == "Bake bread."
    assert pick(ads, by=["entropy"])[0].text == "Weld steel."
    assert pick(ads, by=["disagreement"])[0].text == "Bake bread."


def test_measures_take_turns_and_no_sentence_is_asked_twice() -> None:
    ads = [_ad(f"{'abcdefgh'[n] * 30}.", (f"u{n}", n / 10), (f"v{n}", 0.5 - n / 20)) for n in range(8)]
    chosen = pick(ads, most=8)
    assert [query.why for query in chosen[:3]] == ["margin", "entropy", "disagreement"]
    assert len({query.text for query in chosen}) == len(chosen) == 8


def test_nearly_the_same_sentence_is_asked_once() -> None:
    ads = [
        _ad("You have 3 years of experience with steel.", ("a", 0.5)),
        _ad("You have 5 years of  experience with STEEL.", ("a", 0.5)),
        _ad("You have many years of experience with steel!", ("a", 0.5)),
        _ad("Bake bread.", ("b", 0.5)),
    ]
    assert len(pick(ads)) == 2


def test_no_skill_is_asked_about_too_often() -> None:
    ads = [_ad(f"{letter * 40}.", ("a", 0.5)) for letter in "abcdefgh"]
    assert len(pick(ads, per_skill=3)) == 3


def test_sentences_without_proposals_are_not_asked() -> None:
    assert pick([_ad("We are nice.")]) == []


@given(
    st.lists(st.tuples(st.text("abcde ", min_size=1, max_size=12), st.floats(0, 1)), max_size=30),
    st.randoms(use_true_random=False),
    st.integers(1, 5),
)
def test_the_order_of_ads_does_not_matter(said: list[tuple[str, float]], chance: random.Random, most: int) -> None:
    ads = [_ad(text, (text[0], share), source=str(place)) for place, (text, share) in enumerate(said)]
    chosen = pick(ads, most=most)
    assert len(chosen) <= most
    assert chosen == pick(chance.sample(ads, len(ads)), most=most)


@pytest.mark.parametrize("wrong", [{"by": ["doubt"]}, {"by": []}, {"most": 0}, {"near": 0.0}, {"per_skill": 0}])
def test_wrong_use_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        pick([], **wrong)  # type: ignore[arg-type]


def test_lines_come_back_as_they_were_answered(tmp_path: Path) -> None:
    ads = [_ad("Weld steel.", ("a", 0.5), ("b", 0.5)), _ad("Be nice.", ("c", 0.5)), _ad("Bake bread.", ("d", 0.5))]
    rows = {row["text"]: row for row in map(json.loads, as_lines(pick(ads)))}
    rows["Weld steel."]["right"] = ["b", "missed"]
    rows["Be nice."]["right"] = []
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, rows.values())))
    found = read_answers(path)
    assert [(one.text, one.concepts) for one in found.labelled] == [("Weld steel.", ("b", "missed"))]
    assert (found.none, found.num_open) == (("Be nice.",), 1)
    assert set(found.refused) == {("Weld steel.", ("a",)), ("Be nice.", ("c",))}


def test_a_table_comes_back_as_it_was_answered_and_holds_no_formula(tmp_path: Path) -> None:
    ads = [
        _ad("=1+1; weld,\r\n\"steel\"", ("a", 0.5), ("b", 0.4)),
        _ad("'quoted' bread", ("d", 0.5)),
        _ad("Half done", ("e", 0.5), ("f", 0.4)),
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(as_csv(pick(ads)), newline="")))
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    for row in rows:
        row["right"] = {"a": "Y", "b": "n", "d": "no", "e": "x"}.get(row["uri"], "")
        if not row["uri"] and row["text"].startswith("'="):
            row["uri"], row["right"] = "missed", "y"
    path = tmp_path / "labels.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    found = read_answers(path)
    assert [(one.text, one.concepts) for one in found.labelled] == [(ads[0].text, ("a", "missed"))]
    assert (found.none, found.num_open) == (("'quoted' bread",), 1)


def test_faulty_answers_are_named(tmp_path: Path) -> None:
    table, lines = tmp_path / "labels.csv", tmp_path / "labels.jsonl"
    table.write_text("query_id,text,uri,right\n1,Weld.,a,maybe\n")
    with pytest.raises(InputError, match="line 2: expected y, n or nothing"):
        read_answers(table)
    table.write_text("query_id,text,uri\n")
    with pytest.raises(InputError, match="'right'"):
        read_answers(table)
    lines.write_text('{"query_id": "1", "text": "Weld.", "right": ["a"]}\n')
    tree = Taxonomy(name="t", concepts=(Concept(id="b", label="b"),))
    with pytest.raises(InputError, match="no concept 'a'"):
        read_answers(lines, taxonomy=tree)


def test_every_measure_is_zero_or_more_and_finite() -> None:
    for measure in MEASURES.values():
        for probabilities in ((0.0,), (1.0,), (0.0, 1.0), (0.3, 0.7, 0.5)):
            skills = _ad("x", *((str(p), p) for p in probabilities), lanes=True).skills
            assert 0 <= measure(skills) < 10
