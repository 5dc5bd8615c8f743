"""Does the command line tell what the functions found, with the exit codes of the house?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from metier.faces.commands.taxonomies import app

OLD = "id,label,parents\na,weld,\nb,cut,a\n"
NEW = "id,label,parents\na,welding,\nc,cutting,a\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.csv").write_text(OLD)
    (tmp_path / "new.csv").write_text(NEW)
    (tmp_path / "r.jsonl").write_text('{"skill": "a"}\n{"skill": "b"}\n')
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


def test_show_lists_concepts_or_one_with_its_neighbours(folder: Path) -> None:
    assert "b\tcut" in run("show", folder / "old.csv").stdout
    shown = json.loads(run("show", folder / "old.csv", "b", "--json").stdout)
    assert (shown["concept"]["label"], shown["ancestors"]) == ("cut", ["a"])


def test_check_counts_the_definitions_and_kinds_of_a_table_of_our_own(folder: Path) -> None:
    path = folder / "own.csv"
    path.write_text("id,label,definition,kind\na,A,What a is.,group\nb,B,,skill\n")
    counts = json.loads(run("check", path, "--json").stdout)["counts"]
    assert (counts["definitions"], counts["group"], counts["skill"]) == (1, 1, 1)
    assert "without a kind" not in counts


def test_check_counts_and_fails_on_what_is_refused(folder: Path) -> None:
    sound = run("check", folder / "old.csv", "--json")
    assert (sound.exit_code, json.loads(sound.stdout)["counts"]["edges"]) == (0, 1)
    (folder / "bad.csv").write_text("uri,label\nno uri,x\nhttp://x.example/1,\n")
    bad = run("check", folder / "bad.csv")
    assert bad.exit_code == 1
    assert "refused: 1 concepts without a label" in bad.stderr
    assert "refused: 1 identifiers that are no URIs" in bad.stderr


def test_diff_fails_where_something_changed(folder: Path) -> None:
    assert run("diff", folder / "old.csv", folder / "old.csv").exit_code == 0
    changed = run("diff", folder / "old.csv", folder / "new.csv", "--json")
    assert changed.exit_code == 1
    assert json.loads(changed.stdout)["counts"] == {"added": 1, "removed": 1, "relabelled": 1}


def test_migrate_writes_the_records_and_proposes(folder: Path) -> None:
    old, new, out = folder / "old.csv", folder / "new.csv", folder / "o.jsonl"
    done = run("migrate", folder / "r.jsonl", old, new, "--out", out, "--json")
    fates = json.loads(done.stdout)["fates"]
    assert done.exit_code == 1
    assert [(fate["concept"], fate["kind"]) for fate in fates] == [("a", "kept"), ("b", "lost")]
    assert out.read_text() == (folder / "r.jsonl").read_text()


HISTORY = "conceptUri,replacedBy\nb,c\n"


def test_a_history_replaces_on_the_command_line(folder: Path) -> None:
    (folder / "h.csv").write_text(HISTORY)
    old, new, out = folder / "old.csv", folder / "new.csv", folder / "o.jsonl"
    done = run("migrate", folder / "r.jsonl", old, new, "--out", out, "--history", folder / "h.csv", "--json")
    assert done.exit_code == 0
    assert [(fate["kind"], fate["to"]) for fate in json.loads(done.stdout)["fates"]] == [
        ("kept", ["a"]),
        ("replaced", ["c"]),
    ]
    assert out.read_text() == '{"skill": "a"}\n{"skill": "c"}\n'
    changes = json.loads(run("diff", old, new, "--history", folder / "h.csv", "--json").stdout)
    assert changes["counts"] == {"added": 1, "replaced": 1, "relabelled": 1}
    assert [change["after"] for change in changes["changes"] if change["kind"] == "replaced"] == [["c"]]
