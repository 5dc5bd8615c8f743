"""Does wrong use of `metier evaluate` end with exit code 2, what was wrong, and the way out?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from metier.attempt import Attempt, Grade
from metier.digest import canonical
from metier.faces.cli import main

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def evaluate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command of `metier evaluate` and give back its exit code and standard error."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["metier", "evaluate", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), capsys.readouterr().err

    return run


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for path in paths:
        rows = [Attempt(item_id=f"i{n}", model="m", run_id="r", reply="", grade=Grade.correct()) for n in range(4)]
        path.write_bytes(b"".join(canonical(row) + b"\n" for row in rows))
    return paths


def test_a_measure_of_a_log_with_one_score_is_refused(evaluate: Command, runs: list[Path]) -> None:
    code, said = evaluate("compare", *runs, "--measure", "match")
    assert code == 2
    assert "has one score for each sample, and no measure 'match'" in said
    assert "Leave the measure out" in said


@pytest.mark.parametrize("effect", ["nan", "inf", "0", "-0.1", "2"])
def test_an_effect_that_is_no_share_is_refused(evaluate: Command, runs: list[Path], effect: str) -> None:
    code, said = evaluate("compare", *runs, f"--effect={effect}")
    assert code == 2
    assert "Expected an effect above 0 and at most 1" in said
    assert "--effect 0.02" in said


def test_a_policy_without_a_grader_is_refused(evaluate: Command, tmp_path: Path) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text('{"prompt": "1 + 1 =", "reference": "2"}\n')
    code, said = evaluate("audit", exam, "--policy", '{"relative": 0.1}')
    assert code == 2
    assert "no --grader was named" in said


def test_another_encoding_is_told_with_the_option_for_it(evaluate: Command, tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_bytes("code,description\nA,Ménière\n".encode("cp1252"))
    code, said = evaluate("hierarchy", "questions", codes)
    assert code == 2
    assert "--encoding cp1252" in said


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("hierarchy", "questions"), "it is empty"),
        (("multilingual", "cards"), "Expected cards"),
        (("multilingual", "lint"), "Expected cards"),
    ],
)
def test_an_empty_file_is_said_to_be_empty(
    evaluate: Command, tmp_path: Path, arguments: tuple[str, ...], wanted: str
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    code, said = evaluate(*arguments, empty)
    assert code == 2
    assert wanted in said


def test_a_binary_paper_is_refused_without_showing_its_bytes(evaluate: Command, tmp_path: Path) -> None:
    paper = tmp_path / "paper.json"
    paper.write_bytes(bytes(range(128, 256)) * 20)
    code, said = evaluate("paper", "check", paper)
    assert code == 2
    assert "byte 0 is no text in utf-8" in said
    assert "\\x" not in said


def test_an_audit_names_the_line(evaluate: Command, tmp_path: Path) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text('\n{"prompt": "1 + 1 =", "reference": "2"}\n{"promt": ""}\n')
    code, said = evaluate("audit", exam)
    assert code == 2
    assert "line 3" in said


def test_two_benchmarks_of_one_name_are_no_contrast(evaluate: Command, tmp_path: Path) -> None:
    code, said = evaluate(
        *("multilingual", "versus", tmp_path / "s.csv", tmp_path / "r.csv"),
        *("--language", "French", "--first", "mmlu", "--second", "mmlu"),
    )
    assert code == 2
    assert "the same benchmark, 'mmlu'" in said


def test_a_missing_file_is_told_with_the_name_that_was_perhaps_meant(evaluate: Command, runs: list[Path]) -> None:
    code, said = evaluate("compare", runs[0], runs[1].with_name("c.jsonl"))
    assert code == 2
    assert "Did you mean" in said
