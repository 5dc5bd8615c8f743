"""Does a wrong metier.toml stop the run before the first stage, with the line and the way out?"""

from __future__ import annotations

from pathlib import Path

import pytest

from house import ROOT
from metier import lifecycle
from metier.errors import ConfigError
from metier.workspace import line_of, open_workspace, parse_settings

GOOD = """\
[workspace]
name = "test"

[discover]
taxonomy = "taxonomy.csv"
documents = ["notes.md"]

[[compose.goals]]
name = "one"
steps = ["reverse"]

[[compose.goals]]
name = "two"
steps = ["sort"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "metier.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "taxonomy.csv").write_text("id,label\nreverse,reverse\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("# Notes\n\nWe reverse.\n", encoding="utf-8")
    return tmp_path


def test_a_good_file_is_read(folder: Path) -> None:
    workspace = open_workspace(folder)
    assert workspace.settings.workspace.name == "test"
    assert [goal.name for goal in workspace.settings.compose.goals] == ["one", "two"]
    assert workspace.store == str(folder / ".metier" / "store.sqlite")


def test_a_file_that_begins_with_a_byte_order_mark_is_read(folder: Path) -> None:
    (folder / "metier.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert open_workspace(folder).settings.workspace.name == "test"


def test_the_bundled_workspace_is_read() -> None:
    workspace = open_workspace(ROOT / "examples" / "first-trade")
    assert workspace.settings.evaluate.policy == "level-1+2"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('name = "test"', "name = test"), "this is not TOML: .*line 2"),
        (('name = "test"', 'name = "test'), "this is not TOML: .*line 2"),
        (('name = "test"', 'nme = "test"'), r"metier.toml, line 2: unknown key 'workspace.nme'. Did you mean 'name'\?"),
        (("[discover]", "[dicsover]"), r"line 4: unknown key 'dicsover'. Did you mean 'discover'\?"),
        (('documents = ["notes.md"]', "documents = 3"), r"line 6: discover.documents: .*got 3"),
        (('name = "two"', 'name = "two"\nstep = "x"'), r"line 14: unknown key 'compose.goals.1.step'. Did"),
        (('steps = ["sort"]', "steps = [1]"), r"line 14: compose.goals.1.steps.0: .*got 1"),
        (("[discover]", "[distill]\nexam = 1\n[discover]"), "line 5: expected distill.exam to be at least 2, .*got 1"),
        (("[discover]", "[distill]\nlevels = [1, 9]\n[discover]"), "line 5: .*levels from 1 to 4, got"),
        (("[discover]", "[practice]\nwidth = 0\n[discover]"), "line 5: expected practice.width .* at least 1, got 0"),
        (("[discover]", "[practice]\nnum_heads = 3\n[discover]"), "line 5: .*a divisor of half the width, got 3"),
        (("[discover]", "[govern]\nmin_accuracy = 7.0\n[discover]"), "line 5: .*between 0 and 1, got 7.0"),
        (("[discover]", "[govern]\nmin_attempts = true\n[discover]"), "line 5: .*min_attempts to be a whole"),
        (("[discover]", '[evaluate]\npolicy = "level-3"\n[discover]'), "line 5: evaluate.policy names 'level-3'"),
        (('"notes.md"', '"note.md"'), r"line 6: discover.documents names 'note.md', which is missing"),
    ],
)  # fmt: skip
def test_a_wrong_file_names_the_line_and_the_key(folder: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in GOOD
    (folder / "metier.toml").write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as error:
        open_workspace(folder)
    assert "metier.toml" in str(error.value)


def test_a_workspace_that_only_governs_packages_is_read_and_cannot_be_run(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "metier.toml").write_text('[workspace]\nname = "t"\n[discover]\npackages = ["packages"]\n')
    workspace = open_workspace(tmp_path)
    assert not workspace.is_whole
    with pytest.raises(
        ConfigError, match=r"needs taxonomy and documents under \[discover\] in its metier.toml"
    ) as error:
        lifecycle.run(workspace, dry_run=True)
    assert "metier govern gate" in error.value.hint
    assert not workspace.home.exists()


def test_a_missing_file_tells_where_a_workspace_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Expected a metier\.toml") as error:
        open_workspace(tmp_path)
    assert "examples/first-trade" in error.value.hint


def test_a_postgresql_address_stays_as_it_is(folder: Path) -> None:
    text = GOOD.replace('name = "test"', 'name = "test"\nstore = "postgresql://h/d"')
    (folder / "metier.toml").write_text(text, encoding="utf-8")
    assert open_workspace(folder).store == "postgresql://h/d"


def test_a_missing_section_is_named() -> None:
    with pytest.raises(ConfigError, match="'workspace' is missing"):
        parse_settings("[discover]\ndocuments = []\n")


def test_a_key_without_a_line_has_none() -> None:
    assert line_of("a = 1\n", ("b",)) == 0
