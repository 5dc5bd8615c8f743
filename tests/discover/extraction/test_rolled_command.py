"""`metier discover extract --roll-up` shows close skills under their group, and none is lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from discover.extraction.written_model import write_groups, write_model
from metier.discover.extraction.stream import read_extractions
from metier.errors import ConfigError
from metier.faces.cli import app

pytest.importorskip("numpy")
_AD = "You use a torch. You like your colleagues."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("written"))


def extract(model: Path, *words: object, stdin: str = _AD, source: object = "-") -> Result:
    given = ("discover", "extract", source, "-m", model, "--path", "fast", "--least", 0, "--count", 3, *words)
    return CliRunner().invoke(app, [*map(str, given)], input=stdin)


def test_close_skills_stand_under_their_group_and_none_is_lost(model: Path, tmp_path: Path) -> None:
    plain = json.loads(extract(model, "--json").stdout)
    assert "rolled" not in plain
    found = json.loads(extract(model, "--json", "--roll-up", write_groups(tmp_path)).stdout)
    answers = {one["uri"]: one for one in found.pop("rolled")}
    assert found == plain
    assert {uri: one["level"] for uri, one in answers.items()} == {"metal": 0, "teams": 0}
    assert {skill["uri"] for skill in answers["metal"]["skills"]} == {"weld", "grind"}
    leaves = [skill for one in answers.values() for skill in one["skills"]]
    assert sorted(leaves, key=str) == sorted(plain["skills"], key=str)


def test_the_table_names_group_and_level_beside_each_skill(model: Path, tmp_path: Path) -> None:
    done = extract(model, "--roll-up", write_groups(tmp_path))
    columns, *rows = (line.split("\t") for line in done.stdout.splitlines())
    assert columns == ["probability", "group", "level", "skill", "kind", "where", "form"]
    assert {(row[1], row[2], row[3]) for row in rows} == {
        ("work with metal", "0", "weld steel"), ("work with metal", "0", "grind edges"), ("", "", "work in teams"),
    }  # fmt: skip


def test_a_stream_of_ads_is_rolled_up_too(model: Path, tmp_path: Path) -> None:
    ads, out = tmp_path / "ads.jsonl", tmp_path / "found.jsonl"
    ads.write_text(json.dumps({"text": _AD, "source": "one"}) + "\n", encoding="utf-8")
    assert extract(model, "--roll-up", write_groups(tmp_path), "--out", out, source=ads).exit_code == 0
    (ad,) = read_extractions(out)
    assert ad.source == "one"
    assert {one.uri for one in ad.rolled} == {"metal", "teams"}


@pytest.mark.parametrize("option", [("--margin", "0.2"), ("--hierarchy", "esco")])
def test_how_to_roll_up_without_saying_that_one_would_is_wrong_use(model: Path, option: tuple[str, str]) -> None:
    assert isinstance(extract(model, *option).exception, ConfigError)


def test_a_stream_that_was_cut_does_not_go_on_with_another_model(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ads, out = tmp_path / "ads.jsonl", tmp_path / "found.jsonl"
    ads.write_text(json.dumps({"text": _AD}) + "\n", encoding="utf-8")
    other = Path(shutil.copytree(model, tmp_path / "other"))
    facts = json.loads((other / "model.json").read_text(encoding="utf-8"))
    (other / "model.json").write_text(json.dumps({**facts, "report": {"seed": 7}}), encoding="utf-8")
    settings = []
    for folder in (model, model, other):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "metier.discover.extraction.stream.stream", lambda *_, **told: settings.append(told["settings"])
            )
            extract(folder, "--out", out, source=ads)
    assert settings[0] == settings[1] != settings[2]


def test_groups_of_another_taxonomy_are_refused(model: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("id,label\nsail,sail a boat\n", encoding="utf-8")
    done = extract(model, "--roll-up", tmp_path / "other.csv")
    assert isinstance(done.exception, ConfigError)
    assert "trained with" in done.exception.hint
