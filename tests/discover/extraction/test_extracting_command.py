"""Train, extract, measure, calibrate and ablate from the command line, with the exit codes of the house."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from discover.extraction.trade import ADS, write_ads, write_gold, write_trade
from metier.discover.extraction.stream import read_extractions
from metier.errors import InputError
from metier.faces.cli import app

pytestmark = pytest.mark.train


def run(*words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["discover", *map(str, words)], input=stdin)


@pytest.fixture(scope="module")
def made(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A folder with ads, taxonomy, gold and a model that the command trained, and what it said."""
    folder = tmp_path_factory.mktemp("made")
    gold = write_gold(folder)
    done = run(
        "train", write_ads(folder), "-t", write_trade(folder), "-e", tiny_encoder, "-o", folder / "model",
        "-v", f"own={gold}", "--json", "--epochs", 2, "--rate", 0.003, "--frozen", 0,
    )  # fmt: skip
    assert done.exit_code == 0, done.output or done.exception
    return folder, done


def test_train_writes_a_model_and_reports_what_it_cost_and_reached(made: tuple[Path, Result]) -> None:
    folder, done = made
    said = json.loads(done.stdout)
    assert said["out"] == (folder / "model").as_posix()
    assert set(said["training"]["cpu_seconds"]) == {"tune", "labels", "distil", "fit"}
    assert set(said["training"]["validation"]) == {"full", "fast"}
    assert said["training"]["validation"]["full"]["own"]["num_sentences"] == 8
    assert said["gate"]["against"] == {str(folder / "own.jsonl"): 12}
    assert not (folder / "model" / "onnx").exists()


def test_train_learns_from_labelled_sentences_too_but_not_from_those_of_an_exam(
    made: tuple[Path, Result], tiny_encoder: Path, tmp_path: Path
) -> None:
    folder, _ = made
    people = tmp_path / "people.jsonl"
    kept = {"text": "Golden crusts leave your oven each dawn, by the hundred.", "skills": ["bread"]}
    exam = json.loads((folder / "own.jsonl").read_text(encoding="utf-8").splitlines()[0])
    people.write_text(json.dumps(kept) + "\n" + json.dumps(exam) + "\n", encoding="utf-8")
    done = run(
        "train", folder / "ads.txt", "-t", folder / "trade.csv", "-e", tiny_encoder, "-o", tmp_path / "model",
        "-l", people, "-v", f"own={folder / 'own.jsonl'}", "--json", "--untuned",
    )  # fmt: skip
    assert done.exit_code == 0, done.output or done.exception
    said = json.loads(done.stdout)
    assert (said["training"]["taught_sentences"], len(said["gate_of_labelled"]["leaks"])) == (1, 1)


def test_extract_shows_a_table_or_a_line_for_each_ad(made: tuple[Path, Result]) -> None:
    folder, _ = made
    (folder / "ad.txt").write_text("You bake bread.\nWe write SQL.\n", encoding="utf-8")
    shown = run("extract", folder / "ad.txt", "-m", folder / "model", "--least", 0)
    assert shown.exit_code == 0
    assert "bake bread" in shown.stdout and "explicit" in shown.stdout
    for path in ("fast", "full"):
        done = run(
            "extract", "-", "-m", folder / "model", "--path", path, "--least", 0, "--json", stdin="We write SQL."
        )
        (line,) = done.stdout.splitlines()
        found = {skill["uri"]: skill for skill in json.loads(line)["skills"]}
        assert (found["sql"]["start"], found["sql"]["end"], found["sql"]["kind"]) == (9, 12, "explicit")
    nothing = run("extract", "-", "-m", folder / "model", "--json", stdin="")
    assert (nothing.exit_code, json.loads(nothing.stdout)["skills"]) == (0, [])


def test_extract_streams_json_lines_through_two_processes(made: tuple[Path, Result]) -> None:
    folder, _ = made
    ads = folder / "stream.jsonl"
    rows = [json.dumps({"text": text, "source": str(place)}) for place, text in enumerate(ADS[:10])]
    ads.write_text("\n".join(rows) + "\n", encoding="utf-8")
    given = ("extract", ads, "-m", folder / "model", "--path", "fast", "--least", 0)
    for processes in (1, 2):
        done = run(*given, "-o", folder / f"found{processes}.jsonl", "--processes", processes)
        assert done.exit_code == 0, done.output
    assert (folder / "found1.jsonl").read_bytes() == (folder / "found2.jsonl").read_bytes()
    found = list(read_extractions(folder / "found2.jsonl"))
    assert [one.source for one in found] == [str(place) for place in range(10)]
    assert all(one.skills for one in found)
    ads.write_text(rows[0] + "\n{\n", encoding="utf-8")
    bad = run(*given, "-o", folder / "found3.jsonl")
    assert bad.exit_code == 1
    assert "1 bad lines" in bad.stderr


def test_measure_shows_every_figure_and_names_unknown_labels(made: tuple[Path, Result]) -> None:
    folder, _ = made
    done = run("measure", f"own={folder / 'own.jsonl'}", "-m", folder / "model", "--path", "fast", "--json")
    assert done.exit_code == 0
    own = json.loads(done.stdout)["own"]
    assert own["quality"]["num_sentences"] == len(own["rp5"]) == 8
    assert 0 <= own["quality"]["rp5"] <= 100
    (folder / "odd.csv").write_text("sentence,label\nWe juggle.,juggle\n", encoding="utf-8")
    odd = run("measure", folder / "odd.csv", "-m", folder / "model", "--path", "fast")
    assert odd.exit_code == 0
    assert "'juggle'" in odd.stderr
    assert "odd" in odd.stdout


def test_calibrate_changes_weights_and_probabilities_and_no_vector(made: tuple[Path, Result], tmp_path: Path) -> None:
    folder, _ = made
    copy = Path(shutil.copytree(folder / "model", tmp_path / "copy"))
    (tmp_path / "own.csv").write_text("sentence,label\nWe bake bread.,bread\nWe sit.,\n", encoding="utf-8")
    done = run("calibrate", copy, "-v", f"mine={tmp_path / 'own.csv'}", "--json")
    assert done.exit_code == 0, done.output
    assert set(json.loads(done.stdout)["validation"]["fast"]) == {"mine"}
    for name in ("labels.npy", "words.npy"):
        assert (copy / name).read_bytes() == (folder / "model" / name).read_bytes()
    assert (copy / "model.json").read_bytes() != (folder / "model" / "model.json").read_bytes()


def test_ablate_gives_each_arm(made: tuple[Path, Result], tiny_encoder: Path) -> None:
    folder, _ = made
    given = (
        "ablate", folder / "ads.txt", "-t", folder / "trade.csv", "-e", tiny_encoder,
        "-v", f"own={folder / 'own.jsonl'}", "--sampler", "random", "--sampler", "siblings",
        "--head", "shared", "--mask", "0", "--seeds", 2, "--epochs", 1,
    )  # fmt: skip
    done = run(*given, "--json")
    assert done.exit_code == 0, done.output
    arms = json.loads(done.stdout)["arms"]
    assert [(arm["sampler"], arm["head"]) for arm in arms] == [
        ("none", "none"), ("random", "shared"), ("siblings", "shared"),
    ]  # fmt: skip
    assert "siblings" in run(*given).stdout
    wrong = run(*given, "--head", "clasifier")
    assert wrong.exit_code != 0
    assert "clasifier" in str(wrong.exception)


@pytest.mark.parametrize(
    "words",
    [
        ("extract", "missing.txt", "-m", "MODEL"),
        ("extract", "-", "-m", "missing"),
        ("extract", "a", "b", "-m", "MODEL", "-o", "out.jsonl"),
        ("measure", "missing.csv", "-m", "MODEL", "--path", "fast"),
        ("measure", "own.jsonl", "own.jsonl", "-m", "MODEL", "--path", "fast"),
        ("measure", "own.jsonl", "-m", "MODEL", "--path", "eight-bit"),
        ("calibrate", "missing", "-v", "own.jsonl"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_written(made: tuple[Path, Result], words: tuple[str, ...]) -> None:

    folder, _ = made
    names = {"MODEL": folder / "model", "own.jsonl": folder / "own.jsonl"}
    done = run(*(names.get(word, word) for word in words), stdin="We write SQL.")
    assert done.exit_code != 0
    assert isinstance(done.exception, InputError) or done.exit_code == 2
    assert not Path("out.jsonl").exists()
