"""Agents find the same packages in the same order, and learn what was passed over and why."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from metier.stores.places import SKILL_FOLDERS, Discovery, Place, discover_packages


def add(folder: Path, name: str, *, description: str = "x", called: str | None = None) -> Path:
    path = folder / name
    path.mkdir(parents=True)
    (path / "SKILL.md").write_text(f"---\nname: {called or path.name}\ndescription: {description}\n---\n")
    return path


def loaded(found: Discovery) -> dict[str, str]:
    return {name: package.description for name, package in found.loaded.items()}


def test_the_project_comes_before_the_user_and_the_user_before_plugins(tmp_path: Path) -> None:
    project, home, plugin = tmp_path / "project", tmp_path / "home", tmp_path / "plugin"
    for owner in (plugin / "skills", home / ".agents/skills", project / ".agents/skills"):
        add(owner, "pdf", description=owner.parts[len(tmp_path.parts)])
    add(home / ".agents/skills", "csv", description="home")
    add(plugin / "skills", "csv", description="plugin")
    add(plugin / "skills", "xml", description="plugin")
    found = discover_packages(project, home=home, plugins=[plugin])
    assert loaded(found) == {"pdf": "project", "csv": "home", "xml": "plugin"}
    shadowed = [(one.place, one.name, one.shadowed_by) for one in found.packages if one.shadowed_by]
    assert shadowed == [
        (Place.USER, "pdf", project / ".agents/skills/pdf"),
        (Place.PLUGIN, "csv", home / ".agents/skills/csv"),
        (Place.PLUGIN, "pdf", project / ".agents/skills/pdf"),
    ]


def test_one_plugin_may_be_given_as_it_is(tmp_path: Path) -> None:
    add(tmp_path / "plugin" / "skills", "pdf")
    for plugin in (tmp_path / "plugin", str(tmp_path / "plugin")):
        assert [one.path for one in discover_packages(plugins=plugin).packages] == [tmp_path / "plugin/skills/pdf"]


@pytest.mark.parametrize("folder", SKILL_FOLDERS)
def test_every_folder_of_the_clients_is_looked_at(tmp_path: Path, folder: str) -> None:
    add(tmp_path / "project" / folder, "a")
    add(tmp_path / "home" / folder, "b")
    assert set(discover_packages(tmp_path / "project", home=tmp_path / "home").loaded) == {"a", "b"}


def test_the_shared_folder_comes_before_that_of_one_client(tmp_path: Path) -> None:
    for folder in reversed(SKILL_FOLDERS):
        add(tmp_path / folder, "pdf", description=folder)
    found = discover_packages(tmp_path)
    assert loaded(found) == {"pdf": ".agents/skills"}
    assert [one.description for one in found.packages] == list(SKILL_FOLDERS)


def test_folders_above_are_looked_at_up_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / "outer/repository/.git").mkdir(parents=True)
    inner = tmp_path / "outer/repository/part"
    add(tmp_path / "outer/.agents/skills", "beyond")
    add(tmp_path / "outer/repository/.agents/skills", "pdf", description="repository")
    add(inner / ".agents/skills", "pdf", description="part")
    add(tmp_path / "outer/repository/.agents/skills", "csv", description="repository")
    assert loaded(discover_packages(inner)) == {"pdf": "part", "csv": "repository"}


def test_a_project_that_is_named_from_below_is_looked_at_once_and_nothing_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    pdf = add(tmp_path / "repository/x/.agents/skills", "pdf")
    add(tmp_path / "repository/x/y/.agents/skills", "csv")
    monkeypatch.chdir(tmp_path / "repository/x/y")
    assert [(one.path, one.shadowed_by) for one in discover_packages("..").packages] == [(pdf, None)]


@pytest.mark.parametrize("home", ["other/../home", "link"])
def test_a_home_folder_is_the_users_however_it_is_named(tmp_path: Path, home: str) -> None:
    add(tmp_path / "home/.agents/skills", "a")
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "home")
    found = discover_packages(tmp_path / "home", home=tmp_path / home)
    assert [(one.place, one.is_trusted, one.shadowed_by) for one in found.packages] == [(Place.USER, True, None)]


def test_without_a_repository_the_folder_stands_alone(tmp_path: Path) -> None:
    add(tmp_path / ".agents/skills", "pdf")
    assert discover_packages(tmp_path / "part").packages == ()


def test_only_the_project_is_untrusted_and_only_until_someone_vouches_for_it(tmp_path: Path) -> None:
    add(tmp_path / "project/.agents/skills", "a")
    add(tmp_path / "home/.agents/skills", "b")
    places = {"project": tmp_path / "project", "home": tmp_path / "home"}
    assert [one.is_trusted for one in discover_packages(**places).packages] == [False, True]
    assert [one.is_trusted for one in discover_packages(**places, trust_project=True).packages] == [True, True]


def test_a_project_in_the_home_folder_is_the_users(tmp_path: Path) -> None:
    add(tmp_path / ".agents/skills", "a")
    assert [one.place for one in discover_packages(tmp_path, home=tmp_path).packages] == [Place.USER]


def test_a_package_in_a_package_is_found_and_said_to_be_nested(tmp_path: Path) -> None:
    outer = add(tmp_path / ".agents/skills", "outer")
    inner = add(outer / "skills", "inner")
    innermost = add(inner, "innermost")
    beside = add(tmp_path / ".agents/skills", "outer-two")
    nested = {one.path: one.nested_in for one in discover_packages(tmp_path).packages}
    assert nested == {outer: None, inner: outer, innermost: inner, beside: None}


def test_links_are_not_followed_and_said_so(tmp_path: Path) -> None:
    add(tmp_path / "elsewhere", "pdf")
    (tmp_path / ".agents/skills").mkdir(parents=True)
    (tmp_path / ".agents/skills/pdf").symlink_to(tmp_path / "elsewhere/pdf")
    (tmp_path / ".claude").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/skills").mkdir()
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex/skills").symlink_to(tmp_path)
    found = discover_packages(tmp_path)
    assert found.packages == ()
    assert found.skipped == tuple(tmp_path / name for name in (".agents/skills/pdf", ".claude/skills", ".codex/skills"))


def test_a_folder_of_a_client_that_cannot_be_read_is_named_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path / ".claude/skills", "pdf")
    is_dir = Path.is_dir

    def closed(path: Path) -> bool:
        if path == tmp_path / ".agents/skills":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", closed)
    found = discover_packages(tmp_path)
    assert list(found.loaded) == ["pdf"]
    assert found.skipped == (tmp_path / ".agents/skills",)


def test_what_lies_too_deep_is_named_and_left(tmp_path: Path) -> None:
    root = tmp_path / ".agents/skills"
    add(root, "1/2/3/4/5/six")
    add(root, "1/2/3/4/5/six/seven")
    found = discover_packages(tmp_path)
    assert [one.name for one in found.packages] == ["six"]
    assert found.skipped == (root / "1/2/3/4/5/six/seven",)


def test_no_more_than_two_thousand_folders_of_a_place_are_looked_into(tmp_path: Path) -> None:
    root = tmp_path / ".agents/skills"
    for number in range(2100):
        (root / f"{number:04}").mkdir(parents=True)
    add(root, "zzz")
    found = discover_packages(tmp_path)
    assert found.packages == ()
    assert len(found.skipped) == 2101 - 1999
    assert found.skipped[-1] == root / "zzz"


def test_a_broken_package_is_reported_and_shadows_nothing(tmp_path: Path) -> None:
    (tmp_path / ".agents/skills/pdf").mkdir(parents=True)
    (tmp_path / ".agents/skills/pdf/SKILL.md").write_text("No frontmatter.")
    (tmp_path / ".agents/skills/dir/SKILL.md").mkdir(parents=True)
    add(tmp_path / ".claude/skills", "pdf", description="good")
    found = discover_packages(tmp_path)
    assert loaded(found) == {"pdf": "good"}
    assert [bool(one.fault) for one in found.packages] == [True, True, False]


def test_the_name_that_was_declared_is_the_one_that_collides(tmp_path: Path) -> None:
    add(tmp_path / ".agents/skills", "a", called="pdf")
    add(tmp_path / ".agents/skills", "b", called="\uff30\uff24\uff26")
    found = discover_packages(tmp_path)
    assert [one.name for one in found.packages] == ["pdf", "pdf"]
    assert found.packages[1].shadowed_by == found.packages[0].path


def test_a_plugin_may_be_a_folder_of_packages_itself_and_is_read_once(tmp_path: Path) -> None:
    add(tmp_path / "plugin", "pdf")
    found = discover_packages(plugins=[tmp_path / "plugin", tmp_path / "plugin", tmp_path / "nothing"])
    assert [one.name for one in found.packages] == ["pdf"]


def test_nothing_to_look_at_is_nothing_found(tmp_path: Path) -> None:
    assert discover_packages(tmp_path / "nothing", home=tmp_path) == Discovery(packages=())


def test_what_cannot_be_looked_at_stops_no_discovery(tmp_path: Path) -> None:
    add(tmp_path / "home/.agents/skills", "pdf")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    too_long = tmp_path / ("x" * 300)

    for project in (too_long, tmp_path / "round"):
        found = discover_packages(project, home=tmp_path / "home", plugins=[too_long])
        assert list(found.loaded) == ["pdf"]
        assert too_long in found.skipped
