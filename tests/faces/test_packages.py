"""Packages on the disk: what is found here, one field changed, the verdict in the words of skills-ref."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from metier.errors import ConfigError, Conflict
from metier.faces.commands.skill import app

TEXT = "---\nname: pdf\ndescription: Fill in forms. All of them.\n---\nDo it.\n"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "project/.agents/skills/pdf"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text(TEXT)
    return folder


def test_what_an_agent_would_find_is_listed(tmp_path: Path, package: Path) -> None:
    shadowed = tmp_path / "home/.claude/skills/pdf"
    shadowed.mkdir(parents=True)
    (shadowed / "SKILL.md").write_text(TEXT)
    (tmp_path / "home/.claude/skills/link").symlink_to(package)
    done = run("installed", tmp_path / "project", "--home", tmp_path / "home")
    assert done.exit_code == 1
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[1:] == [
        ["pdf", "project", str(package), "untrusted project", "Fill in forms"],
        ["pdf", "user", str(shadowed), f"shadowed by {package}", "Fill in forms"],
    ]
    assert "skills/link" in done.stderr
    listed = json.loads(run("installed", tmp_path / "project", "--home", tmp_path / "home", "--trust", "--json").stdout)
    assert [one["is_trusted"] for one in listed["packages"]] == [True, True]


def test_what_could_not_be_loaded_or_looked_into_is_told_by_the_exit_code(tmp_path: Path, package: Path) -> None:
    (tmp_path / "home").mkdir()
    look = ("installed", tmp_path / "project", "--home", tmp_path / "home")
    assert [run(*look).exit_code, run(*look, "--json").exit_code] == [0, 0]
    (package.parent / "link").symlink_to(package)
    assert [run(*look).exit_code, run(*look, "--json").exit_code] == [1, 1]
    (package.parent / "link").unlink()
    (package / "SKILL.md").write_text("nothing\n")
    done = run(*look)
    assert (done.exit_code, "not loaded" in done.stdout) == (1, True)


def test_a_field_is_edited_and_the_package_checked(package: Path) -> None:
    done = run("edit", package, "--set", "metadata.version=1.1.0", "--set", "license=a=b", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["fields"]["license"] == "a=b"
    text = (package / "SKILL.md").read_text()
    assert text == TEXT.replace("\n---\nDo", '\nmetadata:\n  version: "1.1.0"\nlicense: "a=b"\n---\nDo')
    assert run("edit", package, "--remove", "metadata.version", "--remove", "license").exit_code == 0
    assert (package / "SKILL.md").read_text() == TEXT


def test_a_field_to_remove_that_is_not_there_is_told(package: Path) -> None:
    done = run("edit", package, "--remove", "descripton")
    assert done.exit_code == 0
    assert "There was no field 'descripton' to remove. Did you mean 'description'?" in done.stderr
    assert (package / "SKILL.md").read_text() == TEXT


def test_a_hint_names_the_library_it_is_about(package: Path, tmp_path: Path) -> None:
    library, other = tmp_path / "my library", tmp_path / "other" / "pdf"
    assert run("add", package, "--library", library).exit_code == 0
    other.mkdir(parents=True)
    (other / "SKILL.md").write_text(TEXT + "Again.\n")
    refused = run("add", other, "--library", library)
    assert isinstance(refused.exception, Conflict)
    assert str(refused.exception.hint).endswith(f"metier skill remove pdf --library '{library}'")


def test_an_edit_that_strict_tools_refuse_is_a_finding(package: Path, tmp_path: Path) -> None:
    (tmp_path / "body.md").write_text("Do that.\n")
    done = run("edit", package, "--set", "name=PDF", "--body", tmp_path / "body.md")
    assert done.exit_code == 1
    assert "Skill name 'PDF' must be lowercase" in done.stderr
    assert (package / "SKILL.md").read_text().endswith("---\n\nDo that.\n")


def test_a_setting_without_a_text_is_wrong_use(package: Path) -> None:
    done = run("edit", package, "--set", "license")
    assert isinstance(done.exception, ConfigError)
    assert (package / "SKILL.md").read_text() == TEXT


@pytest.mark.parametrize("other", [("--remove", "license"), ("--set", "license=Apache-2.0")])
def test_two_changes_of_one_field_are_wrong_use(package: Path, other: tuple[str, str]) -> None:
    done = run("edit", package, "--set", "license=MIT", *other)
    assert isinstance(done.exception, ConfigError)
    assert "The field 'license' is to be changed twice" in str(done.exception)
    assert (package / "SKILL.md").read_text() == TEXT


def test_the_strict_verdict_is_shown_in_its_own_words(tmp_path: Path, package: Path) -> None:
    assert run("check", "--strict", tmp_path / "project").exit_code == 0
    (package / "SKILL.md").write_text(TEXT.replace("pdf", "PDF"))
    (tmp_path / "empty").mkdir()
    done = run("check", "--strict", "--json", tmp_path / "project", tmp_path / "empty")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == [
        {
            "path": str(package),
            "errors": ["Skill name 'PDF' must be lowercase", "Directory name 'pdf' must match skill name 'PDF'"],
        },
        {"path": str(tmp_path / "empty"), "errors": ["Missing required file: SKILL.md"]},
    ]


@pytest.mark.parametrize("said", [".", "./", "../pdf", "inner/.."])
def test_the_folder_one_is_in_is_checked_by_its_name(package: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    (package / "inner").mkdir()
    monkeypatch.chdir(package)
    for words in ((), ("--strict",)):
        done = run("check", *words, said)
        assert done.exit_code == 0, done.stdout


def test_thousands_of_folders_that_were_not_looked_into_are_counted(tmp_path: Path) -> None:
    for number in range(2050):
        (tmp_path / ".agents" / "skills" / f"{number:04}").mkdir(parents=True)
    told = run("installed", tmp_path, "--home", tmp_path)
    assert (told.exit_code, told.stderr.count(".agents")) == (1, 20)
    assert told.stderr.endswith(", 31 more\n")
    skipped = json.loads(run("installed", tmp_path, "--home", tmp_path, "--json").stdout)["skipped"]
    assert len(skipped) == 51
