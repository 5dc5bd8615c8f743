"""`take --log` and `log` from the command line: a run is kept, limited, resumed, summed up and carried over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metier.errors import MetierError
from metier.faces.commands.evaluate import app


def metier(*arguments: object) -> tuple[int, str, str]:
    ended = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(ended.exception, MetierError):
        raise ended.exception
    return ended.exit_code, ended.stdout, ended.stderr


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    path = tmp_path / "words.jsonl"
    path.write_text("".join(json.dumps({"prompt": word, "reference": "a"}) + "\n" for word in "abcd"))
    return path


def test_a_run_is_kept_summed_up_and_carried_over(exam: Path, tmp_path: Path) -> None:
    log, out = tmp_path / "runs" / "run.jsonl", tmp_path / "attempts.jsonl"
    code, _, err = metier("take", exam, "--client", "rule:echo", "--log", log, "--out", out)
    assert code == 0
    assert "4 of 4, 25.0 % of 4 scored correct" in err
    assert len(out.read_text().splitlines()) == 4
    assert not exam.with_suffix(".sqlite").exists()
    code, data, err = metier("log", log, "--to-eval", tmp_path / "evals" / "run.eval", "--json")
    assert code == 0
    assert json.loads(data)["mean"] == 0.25
    assert (tmp_path / "evals" / "run.eval").exists()
    _, data, _ = metier("log", log)
    assert "different\t3" in data


def test_a_limit_stops_a_run_which_more_room_finishes(exam: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    code, _, err = metier("take", exam, "--client", "rule:echo", "--log", log, "--tokens", 0)
    assert code == 1
    assert "limit of tokens" in err
    assert metier("log", log)[0] == 1
    assert metier("take", exam, "--client", "rule:echo", "--log", log)[0] == 0
    assert metier("log", log)[0] == 0


def test_a_strategy_is_named_and_an_unknown_one_refused(exam: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    metier("take", exam, "--client", "rule:echo", "--log", log, "--strategy", "two_step")
    assert "(two_step)" in metier("log", log)[2]
    with pytest.raises(MetierError, match="No strategy 'cot'"):
        metier("take", exam, "--client", "rule:echo", "--strategy", "cot")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--tokens", "5"), "Expected --log"),
        (("--sample-usd", "1"), "Expected --log"),
        (("--log", "run.jsonl", "--store", "s.sqlite"), "not both"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    options: tuple[str, ...], message: str, exam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MetierError, match=message):
        metier("take", exam, "--client", "rule:echo", *options)
    assert not (tmp_path / "run.jsonl").exists()


def test_a_record_of_half_a_run_is_refused(exam: Path, tmp_path: Path) -> None:
    log, record = tmp_path / "run.jsonl", tmp_path / "record.jsonl"
    metier("take", exam, "--client", "rule:echo", "--log", log, "--tokens", 0)
    with pytest.raises(MetierError, match="record a whole run"):
        metier("take", exam, "--client", "rule:echo", "--log", log, "--record", record)
