"""The commands over what was found in ads: a page, counts, sentences to label."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from metier.digest import canonical
from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.faces.cli import main

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def discover(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command of `metier discover` and give back its exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["metier", "discover", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def found(tmp_path: Path) -> Path:
    """Three ads that ask for SQL."""
    skill = Extracted(uri="sql", label="SQL", score=1, probability=0.6, kind=Kind.EXPLICIT, start=9, end=12, form="SQL")
    path = tmp_path / "found.jsonl"
    texts = ("You know SQL.", "We speak SQL all day.", "Bring us SQL queries!")
    ads = [
        Extraction(
            text=text, sentences=(Read(start=0, end=len(text), skills=(skill,)),), skills=(skill,), source=text[:2]
        )
        for text in texts
    ]
    path.write_bytes(b"".join(canonical(ad) + b"\n" for ad in ads))
    return path


def test_a_page_shows_the_ads_that_were_asked_for(discover: Command, found: Path, tmp_path: Path) -> None:
    page = tmp_path / "ads.html"
    code, out, err = discover("page", found, "--html", page, "--first", 2, "--most", 1)
    assert (code, out) == (0, "")
    assert "1 skill in 1 ad: 1 named, 0 implied." in err
    assert "all day" in page.read_text() and "You know" not in page.read_text()
    assert discover("page", found, "--html", page, "--first", 4)[0] == 2


def test_a_corpus_is_counted_and_drawn(discover: Command, found: Path, tmp_path: Path) -> None:
    page = tmp_path / "corpus.html"
    code, out, err = discover("corpus", found, "--html", page)
    assert code == 0
    assert out.splitlines()[1].split("\t") == ["SQL", "3", "100.0", "43.9 to 100.0", "3"]
    assert "3 ads ask for 1 skill, most often for SQL: 100 %. 3 without a date." in err
    assert "3 ads ask for 1 skill" in page.read_text()
    counted = json.loads(discover("corpus", found, "--least", 0.7, "--json")[1])
    assert (counted["num_ads"], counted["skills"]) == (3, [])


def test_sentences_are_asked_about_and_labels_read_back(discover: Command, found: Path, tmp_path: Path) -> None:
    code, out, err = discover("learn", found, "--most", 2)
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, len(rows)) == (0, 2)
    assert "Sentences to label: 2" in err
    labels = tmp_path / "labels.jsonl"
    answers = zip(rows, (["sql"], []), strict=True)
    labels.write_text("\n".join(json.dumps({**row, "right": right}) for row, right in answers))
    code, out, err = discover("learn", labels, "--read")
    assert [json.loads(line)["concepts"] for line in out.splitlines()] == [["sql"], []]
    assert "Sentences with skills: 1, without: 1, with refused proposals: 1, still open: 0" in err


def test_a_table_is_written_for_a_spreadsheet(discover: Command, found: Path, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    assert discover("learn", found, "--out", table, "--by", "entropy")[0] == 0
    assert table.read_text().startswith("query_id,text,source,why,probability,uri,label,kind,right\n")


def test_a_file_that_holds_no_extractions_is_named(discover: Command, tmp_path: Path) -> None:
    path = tmp_path / "ads.jsonl"
    path.write_text('{"text": "You know SQL."}\n')
    for command in ("page", "corpus", "learn"):
        code, _, err = discover(command, path)
        assert code == 2
        assert "line 1" in err
