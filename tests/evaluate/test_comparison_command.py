"""Does `metier evaluate compare` read runs, tell what came out, draw it, and end with the code that it promises?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("numpy", reason="needs the evaluate extra: pip install 'metier[evaluate]'")

from metier.evaluate.samples import Sample
from metier.faces.cli import app, main
from metier.faces.files import write_lines


def metier(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def written(path: Path, scores: Sequence[float | None], *, reply: str = "") -> Path:
    write_lines([Sample(sample_id=f"q{n}", score=score, reply=reply) for n, score in enumerate(scores)], path)
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return written(tmp_path / "good.jsonl", [1.0] * 40)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return written(tmp_path / "bad.jsonl", [0.0] * 12 + [None] + [1.0] * 27, reply="<script>alert(1)</script>")


def test_a_worse_run_ends_with_code_1_and_a_better_one_with_0(good: Path, bad: Path) -> None:
    assert metier("evaluate", "compare", good, bad).exit_code == 1
    assert metier("evaluate", "compare", bad, good).exit_code == 0
    assert metier("evaluate", "compare", good, good).exit_code == 0


def test_the_json_names_what_was_left_out_and_the_flips(good: Path, bad: Path) -> None:
    found = json.loads(metier("evaluate", "compare", good, bad, "--json").stdout)
    (one,) = found["comparisons"]
    assert found["worse"] == ["bad.jsonl"]
    assert one["left_out_after"]["unscored"] == [["", "q12"]]
    assert len(one["flips"]) == one["overall"]["lost"] == 12


def test_three_runs_make_three_rows_and_name_both_runs_in_each(good: Path, bad: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.jsonl", [1.0, 0.0] * 20)
    rows = metier("evaluate", "compare", good, bad, other).stdout.splitlines()
    assert [row.split("\t")[0] for row in rows[1:]] == [
        "good.jsonl → bad.jsonl",
        "good.jsonl → other.jsonl",
        "bad.jsonl → other.jsonl",
    ]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    runs = [written(tmp_path / folder / "run.jsonl", [1.0, 0.0]) for folder in ("a", "b")]
    found = json.loads(metier("evaluate", "compare", *runs, "--json").stdout)
    assert found["comparisons"][0]["name_before"] == "a/run.jsonl"
    assert metier("evaluate", "compare", runs[0], runs[0]).exit_code == 0


def test_flips_are_listed_losses_first(good: Path, bad: Path) -> None:
    told = metier("evaluate", "compare", good, bad, "--flips", "2").stdout.splitlines()
    assert [row.split("\t")[2:5] for row in told[-2:]] == [["q0", "1", "0"], ["q1", "1", "0"]]


def test_the_page_draws_tasks_and_scores_and_holds_replies_as_text(good: Path, bad: Path, tmp_path: Path) -> None:
    page = tmp_path / "made" / "compared.html"
    metier("evaluate", "compare", good, bad, "--html", page)
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 2
    assert "disc lost" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text


def test_the_same_seed_gives_the_same_bytes(good: Path, bad: Path) -> None:
    first, second = (metier("evaluate", "compare", good, bad, "--json", "--seed", "3").stdout for _ in range(2))
    assert first == second


@pytest.mark.parametrize("options", [("--level", "2"), ("--samples", "1"), ("--power", "0")])
def test_what_makes_no_sense_is_wrong_use(good: Path, bad: Path, options: tuple[str, ...]) -> None:
    assert metier("evaluate", "compare", good, bad, *options).exit_code == 2


def test_one_run_is_wrong_use(good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["metier", "evaluate", "compare", str(good)])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "at least two runs" in capsys.readouterr().err
