"""Folders of packages get into an index, stay the same as it, and are searched from the command line."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metier.digest import plain
from metier.errors import ConfigError, NotStored
from metier.faces.commands.skill import app
from metier.govern.judge import judge
from metier.govern.policy import GovernPolicy
from metier.govern.transitions import revoke
from metier.lifecycle import Spokes
from metier.skill import Skill
from metier.stores.find import disclose, open_index
from metier.stores.find.packages import files_of, index_packages
from metier.stores.package import Package, read_package, write_package
from metier.stores.sqlite import SqliteStore
from metier.verdict import Scan
from metier.wheel import Result, Stage, turn
from metier.workspace import open_workspace

POLICY = GovernPolicy(semantic="optional")
REVERSE = Skill(name="reverse", description="Write the letters of a word backwards.", policy="Start at the end.")
MERGE = Skill(name="merge", description="Merge the pages of PDF files.", policy="Concatenate the files.")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    for skill in (REVERSE, MERGE):
        write_package(skill, folder)
    return folder


def test_an_index_follows_a_folder(library: Path) -> None:
    index = open_index()
    assert index_packages(index, [library]).num_changed == 2
    assert index_packages(index, [library]).num_changed == 0
    shutil.rmtree(library / "merge")
    (library / "reverse" / "SKILL.md").write_text(
        "---\nname: reverse\ndescription: Paint a wall.\n---\nTake a brush.\n"
    )
    done = index_packages(index, [library])
    assert (done.num_changed, done.num_removed) == (1, 1)
    assert [hit.name for hit in index.find("paint a wall").hits] == ["reverse"]


def test_two_packages_of_one_name_are_both_found(library: Path) -> None:
    write_package(MERGE, library / "other")
    index = open_index()
    assert index_packages(index, [library]).num_changed == 3
    assert {hit.name for hit in index.find("merge pages of pdf files").hits} == {"merge", "other/merge"}


def test_a_package_in_a_folder_that_is_called_like_another_skill_is_not_lost(tmp_path: Path) -> None:
    for folder, description in (("backup-merge", MERGE.description), ("merge", "Sing songs.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "SKILL.md").write_text(f"---\nname: merge\ndescription: {description}\n---\nBody\n")
    index = open_index()
    assert index_packages(index, [tmp_path]).num_changed == 2
    assert [(one.name, one.description) for one in index.skills()] == [
        ("./merge", "Sing songs."),
        ("merge", MERGE.description),
    ]


def test_a_package_that_cannot_be_read_is_told_and_leaves_the_others(library: Path) -> None:
    (library / "broken").mkdir()
    (library / "broken" / "SKILL.md").write_text("no frontmatter")
    done = index_packages(open_index(), [library])
    assert done.num_changed == 2
    assert [path.name for path, _ in done.left_out] == ["broken"]


def test_a_search_shows_the_best_first_and_says_whether_to_load_it(library: Path) -> None:
    done = CliRunner().invoke(app, ["search", "Write the letters of this word backwards", str(library)])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].startswith("reverse\t")
    assert "load the first" in done.output


def test_a_search_prints_what_is_shown_under_a_budget(library: Path, tmp_path: Path) -> None:
    (library / "reverse" / "notes.md").write_text("Mind the accents.\n")
    write_package(MERGE, tmp_path / "other")
    index = ("--index", str(tmp_path / "i.db"))
    CliRunner().invoke(app, ["search", "x", str(tmp_path / "other"), *index])
    asked = ["search", "Write the letters of this word backwards", str(library), *index]
    told = json.loads(CliRunner().invoke(app, [*asked, "--tokens", "500", "--json"]).stdout)
    assert told["tokens"] <= told["budget"] == 500
    assert {piece["listed"]["origin"] for piece in told["shown"]} == {str(library)}
    reverse = [piece for piece in told["shown"] if piece["listed"]["name"] == "reverse"]
    assert (reverse[0]["level"], reverse[0]["path"]) == ("metadata", "")
    assert ("resource", "notes.md") in [(piece["level"], piece["path"]) for piece in reverse]
    done = CliRunner().invoke(app, [*asked, "--tokens", "500"])
    assert done.stdout.startswith("- reverse: ") and "Mind the accents." in done.stdout
    assert f"{told['tokens']} of 500 tokens; {told['left_out']} skills are left out." in done.stderr


def test_packages_of_one_name_show_their_own_files(library: Path) -> None:
    for number in (1, 2):
        folder = write_package(replace(MERGE, policy=f"Way {number}."), library / f"other-{number}")
        (folder / "notes.md").write_text(f"Notes {number}.\n")
    index = open_index()
    index_packages(index, [library])
    files = {one.name: files_of(one).get("notes.md") for one in index.skills()}
    assert files == {"merge": None, "other-1/merge": "Notes 1.\n", "other-2/merge": "Notes 2.\n", "reverse": None}


@pytest.mark.parametrize(("address", "called"), [("", "''"), ("mysql://me:secret@host", "'mysql://…'")])
def test_an_address_of_no_index_is_named_without_its_password(address: str, called: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"No index is called {called}.")):
        open_index(address)


def test_the_files_of_a_skill_are_read_without_reading_the_others(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (library / "reverse" / "notes.md").write_text("Mind the end.")
    index = open_index()
    index_packages(index, [library])
    read: list[str] = []

    def noted(folder: Path) -> Package:
        read.append(folder.name)
        return read_package(folder)

    monkeypatch.setattr("metier.stores.find.packages.read_package", noted)
    (listed,) = [one for one in index.skills() if one.name == "reverse"]
    assert (files_of(listed), read) == ({"notes.md": "Mind the end."}, ["reverse"])


@pytest.mark.parametrize("manifest", ["SKILL.md", "skill.md"])
def test_the_manifest_is_not_shown_beside_the_body(library: Path, manifest: str) -> None:
    (library / "merge" / "SKILL.md").unlink()
    (library / "merge" / manifest).write_text(
        f"---\nname: merge\ndescription: {MERGE.description}\n---\n\nJoin them.\n"
    )
    (library / "merge" / "notes.md").write_text("Mind the order.\n")
    index = open_index()
    index_packages(index, [library])
    shown = disclose(index, "merge the pages of these pdf files", 500, read=files_of).shown
    levels = [(piece.level.value, piece.path) for piece in shown if piece.listed.name == "merge"]
    assert levels == [("metadata", ""), ("body", ""), ("resource", "notes.md")]


def test_a_search_for_nothing_says_so(library: Path) -> None:
    done = CliRunner().invoke(app, ["search", "bake a cake", str(library), "--json"])
    found = json.loads(done.stdout)
    assert (done.exit_code, found["fires"], found["hits"]) == (0, False, [])


def test_many_packages_that_cannot_be_read_do_not_hide_the_answer(library: Path) -> None:
    for number in range(9):
        (library / f"odd-{number}").mkdir()
        (library / f"odd-{number}" / "SKILL.md").write_text("# No frontmatter\n")
    shown = CliRunner().invoke(app, ["search", "merge pdf pages", str(library)])
    assert shown.stderr.count("to begin with YAML frontmatter") == 5
    assert f"left out: 4 more that cannot be read: metier skill check {library}" in shown.stderr


def test_a_folder_in_which_no_package_lies_is_told(library: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shown = CliRunner().invoke(app, ["search", "write it backwards", str(tmp_path / "empty"), str(library)])
    assert shown.exit_code == 0 and shown.stderr.count("No package lies in") == 1
    assert f"'{tmp_path / 'empty'}'. A package is a folder with a SKILL.md." in shown.stderr


def test_an_index_on_the_disk_is_searched_without_the_folders(library: Path, tmp_path: Path) -> None:
    index = str(tmp_path / "index.db")
    CliRunner().invoke(app, ["search", "x", str(library), "--index", index])
    shutil.rmtree(library)
    done = CliRunner().invoke(app, ["search", "merge pdf pages", "--index", index, "--json", "-k", "1"])
    assert [hit["listed"]["name"] for hit in json.loads(done.stdout)["hits"]] == ["merge"]


def test_a_kept_index_answers_only_from_the_folders_that_are_named_now(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_package(MERGE, tmp_path / "other")

    def found(*folders: str | Path) -> list[tuple[str, str]]:
        asked = ["search", "merge pages of pdf files", *map(str, folders), "--index", str(tmp_path / "i.db"), "--json"]
        hits = json.loads(CliRunner().invoke(app, asked).stdout)["hits"]
        return [(hit["listed"]["origin"], hit["listed"]["name"]) for hit in hits]

    both = [(str(tmp_path / "library"), "merge"), (str(tmp_path / "other"), "merge")]
    monkeypatch.chdir(tmp_path)
    assert found("library") == both[:1]
    assert found("other") == both[1:]
    monkeypatch.chdir(library)
    assert found("../library", library, ".") == both[:1]
    assert found() == both


def test_an_index_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["search", "x", "--index", str(tmp_path / "typo.db")])
    assert isinstance(done.exception, NotStored)
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_is_kept_in_an_index(tmp_path: Path) -> None:
    workspace = ran(tmp_path / "w")
    for more in (["-w", str(workspace)], []):
        assert found_of(tmp_path, *more) == ["merge"]


def test_what_was_revoked_or_is_no_longer_current_is_not_found(tmp_path: Path) -> None:
    workspace = ran(tmp_path / "w")
    with closing(SqliteStore(workspace / ".metier" / "store.sqlite")) as store:
        store.put_skill(replace(MERGE, name="merge-of-old"))
        assert found_of(tmp_path, "-w", str(workspace)) == ["merge"]
        revoke(store, "merge", who="Ada", because="it sent mail", policy=POLICY)
    assert found_of(tmp_path) == []
    assert found_of(tmp_path, "-w", str(workspace)) == []


def found_of(folder: Path, *more: str) -> list[str]:
    """What a search in a kept index finds."""
    asked = ["search", "merge pages of pdf files", *more, "--index", str(folder / "i.db"), "--json"]
    done = CliRunner().invoke(app, asked)
    return [hit["listed"]["name"] for hit in json.loads(done.stdout)["hits"]]


def ran(workspace: Path) -> Path:
    """A workspace whose run admitted one skill."""
    (workspace / ".metier").mkdir(parents=True)
    (workspace / "t.csv").write_text("id,label\n")
    settings = '[workspace]\nname = "t"\n[discover]\ntaxonomy = "t.csv"\ndocuments = []\n'
    (workspace / "metier.toml").write_text(f'{settings}[govern]\nsemantic = "optional"\n')
    made = {"store": {"skills": plain([MERGE])}, "update": {"version": ""}}

    def stub(stage: Stage) -> Stage:
        return replace(stage, run=lambda context: Result(output=made.get(stage.name, {}), came_out=""))

    with closing(SqliteStore(workspace / ".metier" / "store.sqlite")) as store:
        store.put_skill(MERGE)
        store.put_verdict(judge(MERGE, Scan(), policy=POLICY))
        turn([stub(stage) for stage in Spokes(open_workspace(workspace)).stages()], store, workspace / ".metier")
    return workspace


def test_the_name_of_a_stranger_cannot_move_the_cursor(library: Path) -> None:
    (library / "reverse" / "SKILL.md").write_text(
        '---\nname: reverse\ndescription: "Write backwards \\e[31m red"\n---\nBody\n', encoding="utf-8"
    )
    done = CliRunner().invoke(app, ["search", "write backwards", str(library)])
    assert "\x1b" not in done.stdout
    assert "Write backwards" in done.stdout
