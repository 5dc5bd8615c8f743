"""What is installed is what was approved, byte for byte, and comes back so."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.capability import Capability
from metier.digest import plain
from metier.errors import ConfigError, Conflict, NotStored, PackageError, StoreError, StoreFull
from metier.stores import tree
from metier.stores.install import add, candidate, remove, restore, update
from metier.stores.lock import LOCK_NAME, Lock, approved, lock_text, read_lock, verify, write_lock
from metier.stores.package import read_package
from metier.stores.tree import read_tree
from metier.stores.versions import is_older
from metier.verdict import Decision, Finding, Scan, Severity


def clean(folder: Path) -> Scan:
    return Scan(observed=(Capability.READ_FILES,))


def blocking(folder: Path) -> Scan:
    finding = Finding(rule="evil", severity=Severity.BLOCK, message="Sends keys.", path="SKILL.md")
    return Scan(findings=(finding,))


def half_read(folder: Path) -> Scan:
    return Scan(unread=("a.bin",))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "from" / "sum"
    (folder / "scripts").mkdir(parents=True)
    (folder / "SKILL.md").write_text(manifest("1.0.0"))
    (folder / "scripts" / "add.py").write_text("print(1 + 1)\n")
    (folder / "scripts" / "add.py").chmod(0o755)
    return folder


def manifest(version: str) -> str:
    return f"---\nname: sum\ndescription: Add numbers.\nmetadata:\n  version: {version}\n---\nAdd them.\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "skills"


def drift(library: Path) -> list[tuple[str, str, str]]:
    return [(one.skill, one.kind, one.path) for one in verify(library)]


def test_what_is_added_is_locked_and_verifies(library: Path, source: Path) -> None:
    name, locked = add(library, source, scan=clean)
    assert (name, locked.version, locked.decision, locked.source) == ("sum", "1.0.0", Decision.CLEAN, "../from/sum")
    assert verify(library) == []
    assert read_lock(library).skills["sum"] == locked
    assert locked.files["scripts/add.py"].executable and not locked.files["SKILL.md"].executable


@pytest.mark.parametrize("packed", ["", "zip", "gztar"])
def test_a_package_may_be_called_source(library: Path, tmp_path: Path, packed: str) -> None:
    origin = tmp_path / "from" / "source"
    origin.mkdir(parents=True)
    (origin / "SKILL.md").write_text(manifest("1.0.0").replace("name: sum", "name: source"))
    archive = shutil.make_archive(str(tmp_path / "a"), packed, origin.parent, "source") if packed else origin
    assert add(library, archive, scan=clean)[0] == "source"
    shutil.rmtree(library / ".metier")
    shutil.rmtree(library / "source")
    assert restore(library) == ["source"] and verify(library) == []


def test_a_package_that_says_no_name_is_called_as_its_folder(library: Path, source: Path) -> None:
    (source / "SKILL.md").write_text("---\ndescription: Add numbers.\n---\nAdd them.\n")
    assert add(library, source, scan=clean)[0] == "sum"


@pytest.mark.parametrize(
    ("kind", "ending"), [("zip", ".zip"), ("zip", ".ZIP"), ("gztar", ".tar.gz"), ("bztar", ".tar.bz2")]
)
def test_a_package_that_says_no_name_is_called_as_its_archive(
    library: Path, source: Path, tmp_path: Path, kind: str, ending: str
) -> None:
    (source / "SKILL.md").write_text("---\ndescription: Add numbers.\n---\nAdd them.\n")
    archive = Path(shutil.make_archive(str(tmp_path / "a"), kind, source)).rename(tmp_path / f"pdf-forms{ending}")
    assert add(library, archive, scan=clean)[0] == "pdf-forms"
    assert add(library, archive.rename(tmp_path / "...zip"), scan=clean)[0] == "zip"


def test_a_refusal_names_the_source_and_not_our_copy_of_it(library: Path, source: Path) -> None:
    (source / "SKILL.md").write_text("Add them.")
    with pytest.raises(PackageError, match=f"Expected '{source}/SKILL.md' to begin with YAML frontmatter"):
        add(library, source, scan=clean)
    archive = Path(shutil.make_archive(str(source.parent / "a"), "zip", source.parent, "sum"))
    with pytest.raises(PackageError, match=f"Expected '{archive}/sum/SKILL.md' to begin with YAML frontmatter"):
        add(library, archive, scan=clean)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS keeps no name that is not UTF-8")
def test_a_source_whose_path_is_not_utf_8_is_refused_before_anything_is_kept(library: Path, source: Path) -> None:
    place = Path(os.fsdecode(os.fsencode(source.parent) + b"\xff"))
    source.parent.rename(place)
    with pytest.raises(PackageError, match="not UTF-8, which no lock can name") as refusal:
        add(library, place / "sum", scan=clean)
    assert "copy the package" in refusal.value.hint and not library.exists()


def test_a_source_that_leads_round_in_a_circle_is_refused(library: Path, tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(PackageError, match=r"Cannot read '.*circle'"):
        add(library, tmp_path / "circle", scan=clean)


def test_a_library_in_which_nothing_came_to_be_installed_is_not_left(library: Path, source: Path) -> None:
    for origin, scan in ((source.parent / "nothere", clean), (source.parent.parent / "from", blocking)):
        with pytest.raises(PackageError):
            add(library / "deep" / "er", origin, scan=scan)
        assert not library.exists()
    library.mkdir()
    (library / "README.md").write_text("x")
    with pytest.raises(PackageError):
        add(library, source, scan=blocking)
    assert [path.name for path in library.iterdir()] == ["README.md"]
    add(library, source, scan=clean)
    with pytest.raises(PackageError):
        add(library, source.parent / "nothere", scan=clean)
    assert verify(library) == [] and (library / ".metier" / "lock").exists()


def test_who_waits_for_a_library_that_is_removed_again_makes_it_anew(library: Path, source: Path) -> None:
    """Of two who add to a new library, the first is refused while the second waits."""
    imports = "import sys; from metier.stores.install import add; from metier.verdict import Scan; "
    code = imports + "add(sys.argv[1], sys.argv[2], scan=lambda folder: Scan())"
    waiting: list[subprocess.Popen[str]] = []

    def refusing(folder: Path) -> Scan:
        waiting.append(subprocess.Popen([sys.executable, "-c", code, str(library), str(source)], text=True))
        time.sleep(1.5)
        return blocking(folder)

    with pytest.raises(PackageError):
        add(library, source, scan=refusing)
    assert waiting[0].wait(60) == 0 and verify(library) == [] and list(read_lock(library).skills) == ["sum"]


def test_the_lock_is_the_same_bytes_each_time(library: Path, source: Path, tmp_path: Path) -> None:
    add(library, source, scan=clean)
    first = (library / LOCK_NAME).read_bytes()
    add(library, source, scan=clean)
    assert (library / LOCK_NAME).read_bytes() == first == lock_text(read_lock(library))
    assert str(tmp_path) not in first.decode()


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
@pytest.mark.parametrize("name", ["add.md", "-n", "-", "--help", "a b", "a  .", "scripts/-n", "é"])
def test_the_digest_of_the_tree_is_what_the_command_of_the_docs_says(library: Path, source: Path, name: str) -> None:
    """Whatever a file is called, options of `sha256sum` and its name for the standard input among it."""
    (source / name).write_text("x")
    _, locked = add(library, source, scan=clean)
    page = (Path(__file__).parents[2] / "docs" / "sign.md").read_text(encoding="utf-8")
    recipe = next(line for line in page.splitlines() if "sha256sum" in line).removeprefix("cd skills/sum && ")
    assert tree.__doc__ is not None and recipe in tree.__doc__
    told = subprocess.run(["bash", "-c", recipe], cwd=library / "sum", capture_output=True, text=True, check=True)
    assert locked.tree == "sha256:" + told.stdout.split()[0]


def test_neither_digest_speaks_of_modes_and_links_and_the_lock_does(library: Path, source: Path) -> None:
    _, locked = add(library, source, scan=clean)
    skill = read_package(library / "sum").skill
    (library / "sum" / "SKILL.md").chmod(0o755)
    (library / "sum" / "more").symlink_to("SKILL.md")
    assert read_tree(library / "sum").digest == locked.tree
    assert read_package(library / "sum").skill.digest == skill.digest
    assert drift(library) == [("sum", "link", "more"), ("sum", "mode", "SKILL.md")]
    (source / "more").symlink_to("SKILL.md")
    with pytest.raises(PackageError, match=r"'more', which is no plain file \(link\)"):
        add(library.parent / "other", source, scan=clean)


def test_every_difference_is_named(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (library / "sum" / "SKILL.md").write_text("other")
    (library / "sum" / "extra.md").write_text("x")
    (library / "sum" / "link").symlink_to("/etc/passwd")
    (library / "sum" / "scripts" / "add.py").unlink()
    (library / "planted").mkdir()
    assert drift(library) == [
        ("sum", "link", "link"),
        ("sum", "changed", "SKILL.md"),
        ("sum", "extra", "extra.md"),
        ("sum", "missing", "scripts/add.py"),
        ("planted", "unlocked", ""),
    ]


@pytest.mark.parametrize("name", ["SKILL.md", "skill.md"])
def test_a_package_planted_in_the_library_itself_is_named(library: Path, source: Path, name: str) -> None:
    add(library, source, scan=clean)
    (library / "README.md").write_text("What is installed here.")
    (library / name).write_text(manifest("1.0.0"))
    assert drift(library) == [(name, "unlocked", "")]


@pytest.mark.parametrize(
    "verb",
    [
        verify,
        read_lock,
        restore,
        lambda library: remove(library, "sum"),
        lambda library: update(library, "sum", scan=clean, objection=lambda old, new: ""),
    ],
)
def test_a_library_that_is_not_there_is_told_and_not_made(library: Path, verb) -> None:
    with pytest.raises(PackageError, match=f"installed packages, got '{library}'"):
        verb(library)
    assert not library.exists()


def test_a_renamed_file_and_a_changed_mode_are_named(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (library / "sum" / "scripts" / "add.py").chmod(0o644)
    (library / "sum" / "SKILL.md").chmod(0o755)
    assert drift(library) == [("sum", "mode", "SKILL.md"), ("sum", "mode", "scripts/add.py")]
    (library / "sum" / "SKILL.md").rename(library / "sum" / "skill.md")
    assert ("sum", "renamed", "skill.md") in drift(library)


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o1755, 0o757, 0o6755])
def test_a_special_bit_and_a_file_anybody_may_write_are_named_and_put_right(
    library: Path, source: Path, mode: int
) -> None:
    add(library, source, scan=clean)
    file = library / "sum" / "scripts" / "add.py"
    file.chmod(mode)
    assert drift(library) == [("sum", "mode", "scripts/add.py")]
    assert restore(library) == ["sum"] and verify(library) == []
    assert file.stat().st_mode & 0o7777 == 0o755


def test_the_umask_of_a_clone_is_no_difference(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (library / "sum" / "scripts" / "add.py").chmod(0o775)
    (library / "sum" / "SKILL.md").chmod(0o600)
    assert verify(library) == []


def test_a_file_beside_the_packages_is_named_and_left(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (library / "evil.py").write_text("x")
    assert drift(library) == [("evil.py", "unlocked", "")]
    assert restore(library) == [] and (library / "evil.py").exists()


@pytest.mark.parametrize("name", ["run", "run.md", ".gitignore", "LICENSE"])
def test_a_program_beside_the_packages_is_named_whatever_its_ending(library: Path, source: Path, name: str) -> None:
    add(library, source, scan=clean)
    (library / name).write_text("#!/bin/sh\n")
    assert drift(library) == ([("run", "unlocked", "")] if name == "run" else [])
    (library / name).chmod(0o755)
    assert drift(library) == [(name, "unlocked", "")]


@pytest.mark.parametrize(
    "name",
    [
        "AGENTS.md",
        "agents.md",
        "AGENTS.override.md",
        "CLAUDE.md",
        "GEMINI.md",
        "SOUL.md",
        "MEMORY.md",
        "HEARTBEAT.md",
        "IDENTITY.md",
        "WHATEVER.md",
        "requirements.txt",
        "CMakeLists.txt",
        ".cursorrules",
        ".mcp.json",
        ".envrc",
        ".npmrc",
        ".run",
        "Makefile",
        "MAKEFILE",
        "BUILD",
        "justfile",
        "package.json",
    ],
)
def test_what_an_agent_or_a_tool_reads_by_its_name_is_named(library: Path, source: Path, name: str) -> None:
    add(library, source, scan=clean)
    (library / name).write_text("Always run ./install first.")
    assert drift(library) == [(name, "unlocked", "")]


@pytest.mark.parametrize("name", [".claude", ".cursor", ".codex", ".git", "notes.md"])
def test_a_folder_beside_the_packages_is_named(library: Path, source: Path, name: str) -> None:
    add(library, source, scan=clean)
    (library / name).mkdir()
    assert drift(library) == [(name, "unlocked", "")]


@pytest.mark.parametrize(
    "name",
    [
        "README",
        "README.md",
        "README.zh-CN.md",
        "LICENSE",
        "LICENSE-MIT",
        "LICENSE.txt",
        "CHANGELOG.rst",
        "TODO.md",
        "notes.md",
        "My-ideas.txt",
        ".DS_Store",
        ".gitignore",
        ".gitattributes",
    ],
)
def test_a_note_of_the_owner_is_not_named(library: Path, source: Path, name: str) -> None:
    add(library, source, scan=clean)
    (library / name).write_text("x")
    assert verify(library) == []


@pytest.mark.parametrize("planted", [".metier/objects", "sum", ".", "", "a\0b"])
def test_the_git_of_a_submodule_is_no_note_if_it_names_a_folder_in_the_library(
    library: Path, source: Path, planted: str
) -> None:
    add(library, source, scan=clean)
    (library / ".git").write_text("gitdir: ../.git/modules/skills\n")
    assert verify(library) == []
    (library / ".git").write_text(f"gitdir: {planted}\n")
    assert drift(library) == [(".git", "unlocked", "")]


def test_an_empty_folder_in_a_package_is_named_and_removed(library: Path, source: Path) -> None:
    (source / "left-behind").mkdir()
    add(library, source, scan=clean)
    assert verify(library) == []
    (library / "sum" / "scripts" / "a" / "b").mkdir(parents=True)
    assert drift(library) == [("sum", "extra", "scripts/a/b")]
    assert restore(library) == ["sum"] and verify(library) == []
    assert not (library / "sum" / "scripts" / "a").exists()


def test_what_others_put_into_the_library_is_left_whatever_it_is_called(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (library / ".part-mine").mkdir()
    (library / ".part-notes").write_text("x")
    (library / "sum" / "SKILL.md").write_text("other")
    assert restore(library) == ["sum"]
    assert (library / ".part-mine").is_dir() and (library / ".part-notes").read_text() == "x"


def test_what_a_killed_process_left_is_cleared_away(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (library / ".metier" / ".part-x").write_text("{")
    restore(library)
    assert sorted(path.name for path in (library / ".metier").iterdir()) == ["lock", "objects"]
    (library / ".metier" / ".part-x").mkdir()
    with pytest.raises(StoreError, match="Cannot change the library"):
        restore(library)


def test_an_edited_lock_is_told(library: Path, source: Path) -> None:
    add(library, source, scan=blocking, allow="read by hand")
    path = library / LOCK_NAME
    path.write_text(path.read_text().replace('"decision": "block"', '"decision": "clean"'))
    assert drift(library) == [("sum", "approval", "")]
    (library / "sum" / "SKILL.md").write_text("other")
    assert restore(library) == []
    assert drift(library) == [("sum", "approval", "")]


def test_a_lock_that_is_no_plain_file_or_too_large_is_refused(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    lock = library / LOCK_NAME
    with lock.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(PackageError, match="bytes that are read of a lock"):
        verify(library)
    lock.unlink()
    lock.symlink_to("/dev/zero")
    with pytest.raises(PackageError, match="It is no plain file"):
        verify(library)
    lock.unlink()
    os.mkfifo(lock)
    with pytest.raises(PackageError, match="It is no plain file"):
        verify(library)


def test_no_lock_is_written_that_is_too_large_to_be_read(
    library: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, source, scan=clean)
    monkeypatch.setattr("metier.stores.lock._MAX_LOCK", (library / LOCK_NAME).stat().st_size)
    (source / "more.txt").write_text("more")
    with pytest.raises(PackageError, match="bytes; at most"):
        update(library, "sum", scan=clean, objection=lambda old, new: "")
    assert verify(library) == []


def test_a_source_in_the_lock_that_is_no_path_is_told(library: Path, source: Path) -> None:
    _, locked = add(library, source, scan=clean)
    write_lock(library, Lock(skills={"sum": approved("sum", replace(locked, source="a\0b"))}))
    with pytest.raises(PackageError, match="names a source of 'sum' that is no path"):
        update(library, "sum", scan=clean, objection=lambda old, new: "")


@pytest.mark.parametrize("damage", ['{"skills": {"sum": {"version": "' + "x" * 100_000 + '"}}}', '"' + "x" * 100_000])
def test_what_is_no_lock_is_not_shown_whole(library: Path, damage: str) -> None:
    library.mkdir()
    (library / LOCK_NAME).write_text(damage)
    with pytest.raises(PackageError) as error:
        read_lock(library)
    assert len(str(error.value) + error.value.hint) < 1_000


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"lock_version": 9}', '{"skills": {"../x": {}}}', '{"more": 1}'])
def test_a_lock_that_is_none_is_refused(library: Path, damage: str) -> None:
    library.mkdir()
    (library / LOCK_NAME).write_text(damage)
    with pytest.raises(PackageError) as refusal:
        read_lock(library)
    assert "Put it back as it was" in refusal.value.hint or "Upgrade" in refusal.value.hint


def test_a_name_in_the_lock_cannot_lead_outside(library: Path, source: Path) -> None:
    _, locked = add(library, source, scan=clean)
    write_lock(library, Lock(skills={"..": locked}))
    with pytest.raises(PackageError, match="no name of a folder"):
        restore(library)
    outside = approved("sum", replace(locked, files={"../../evil": locked.files["SKILL.md"]}))
    write_lock(library, Lock(skills={"sum": outside}))
    with pytest.raises(NotStored, match="outside"):
        restore(library)
    assert not (library.parent / "evil").exists()


@pytest.mark.parametrize("path", ["a\0b", "../" + "x" * 100_000, "x" * 100_000])
def test_a_path_in_the_lock_that_is_none_is_told_in_one_short_sentence(library: Path, source: Path, path: str) -> None:
    _, locked = add(library, source, scan=clean)
    odd = approved("sum", replace(locked, files={**locked.files, path: locked.files["SKILL.md"]}))
    write_lock(library, Lock(skills={"sum": odd}))
    with pytest.raises((NotStored, StoreError)) as error:
        restore(library)
    assert len(str(error.value)) < 2_000


@pytest.mark.parametrize("is_first", [True, False])
def test_no_path_of_a_lock_changes_a_file_outside_of_its_package(library: Path, source: Path, is_first: bool) -> None:
    """Though not one byte of the package is kept, so that all of it comes from the source."""
    _, locked = add(library, source, scan=clean)
    key = library.parent / "key"
    key.write_text("secret")
    key.chmod(0o600)
    named = {str(key): replace(locked.files["SKILL.md"], executable=True)}
    files = {**named, **locked.files} if is_first else {**locked.files, **named}
    lock = plain(Lock(skills={"sum": approved("sum", replace(locked, files=files))}))
    (library / LOCK_NAME).write_text(json.dumps(lock))  # in this order, as `write_lock` would sort them
    shutil.rmtree(library / ".metier")
    with pytest.raises(NotStored, match="lies outside of its package"):
        restore(library)
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_lock_that_names_a_file_too_many_is_told(library: Path, source: Path) -> None:
    _, locked = add(library, source, scan=clean)
    files = {**locked.files, "more.py": locked.files["SKILL.md"]}
    write_lock(library, Lock(skills={"sum": approved("sum", replace(locked, files=files))}))
    shutil.rmtree(library / ".metier")
    assert restore(library) == [] and drift(library) == [("sum", "missing", "more.py")]


@pytest.mark.parametrize("scan", [blocking, half_read])
def test_what_the_scan_refuses_is_not_installed_unless_somebody_says_why(library: Path, source: Path, scan) -> None:
    with pytest.raises(PackageError, match="it was not installed"):
        add(library, source, scan=scan)
    assert not (library / "sum").exists() and not (library / LOCK_NAME).exists()
    _, locked = add(library, source, scan=scan, allow="read by hand, 3 June")
    assert locked.allowed == "read by hand, 3 June" and verify(library) == []


def test_a_reason_is_kept_only_where_something_spoke_against_it(library: Path, source: Path) -> None:
    assert add(library, source, scan=clean, allow="because")[1].allowed == ""
    (source / "SKILL.md").write_text(manifest("1.1.0"))
    assert update(library, "sum", scan=clean, objection=unasked, allow="because")[1].allowed == ""
    (source / "SKILL.md").write_text(manifest("1.2.0"))
    assert update(library, "sum", scan=clean, objection=lambda old, new: "it sends", allow="because")[1].allowed
    (source / "SKILL.md").write_text(manifest("1.3.0"))
    assert update(library, "sum", scan=half_read, objection=unasked, allow="because")[1].allowed


@pytest.mark.parametrize("allow", [" ", "\t\n", "\u200b", "...", "-"])
def test_a_reason_that_says_nothing_is_none(library: Path, source: Path, allow: str) -> None:
    with pytest.raises(ConfigError, match="Expected a reason"):
        add(library, source, scan=blocking, allow=allow)
    assert not (library / "sum").exists()
    add(library, source, scan=clean)
    (source / "SKILL.md").write_text(manifest("2.0.0"))
    with pytest.raises(ConfigError, match="Expected a reason"):
        update(library, "sum", scan=clean, objection=lambda old, new: "it sends", allow=allow)
    assert read_lock(library).skills["sum"].version == "1.0.0"


def test_another_package_of_the_name_is_not_overwritten(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (source / "SKILL.md").write_text(manifest("2.0.0"))
    with pytest.raises(Conflict, match="Another package 'sum'"):
        add(library, source, scan=clean)
    assert verify(library) == []


def test_another_mode_makes_another_package(library: Path, source: Path) -> None:
    _, locked = add(library, source, scan=clean)
    (source / "SKILL.md").chmod(0o755)
    with pytest.raises(Conflict, match="Another package 'sum'"):
        add(library, source, scan=clean)
    assert read_lock(library).skills["sum"] == locked


def test_a_signature_that_is_lost_when_a_package_is_added_again_is_told(library: Path, source: Path) -> None:
    add(library, source, scan=clean, signature=lambda folder: ("verified", "A. Author"))
    with pytest.raises(PackageError, match="now comes to 'untrusted-key'"):
        add(library, source, scan=clean, signature=lambda folder: ("untrusted-key", ""))
    lost = add(library, source, scan=clean, signature=lambda folder: ("untrusted-key", ""), allow="the key was lost")[1]
    assert (lost.signature, lost.allowed) == ("untrusted-key", "the key was lost")


@pytest.mark.parametrize("inside", ["sum", "sum/inner", "."])
def test_what_is_installed_is_no_source_of_itself(library: Path, source: Path, inside: str) -> None:
    (source / "inner").mkdir()
    (source / "inner" / "SKILL.md").write_text(manifest("1.0.0"))
    add(library, source, scan=clean)
    with pytest.raises(Conflict, match="is what is installed in"):
        add(library, library / inside, scan=clean)
    with pytest.raises(Conflict, match="is what is installed in"):
        update(library, "sum", scan=clean, objection=lambda old, new: "", source=library / inside)
    assert read_lock(library).skills["sum"].source == "../from/sum" and verify(library) == []


@pytest.mark.parametrize("inside", ["skills", "scripts/skills"])
def test_a_library_in_its_own_source_is_refused_and_not_made(library: Path, source: Path, inside: str) -> None:
    with pytest.raises(Conflict, match="lies in the source"):
        add(source / inside, source, scan=clean)
    assert not (source / inside).exists()
    add(library, source, scan=clean)
    around = Path(shutil.copytree(source, library.parent / "around"))
    shutil.copytree(library, around / inside)
    with pytest.raises(Conflict, match="lies in the source"):
        update(around / inside, "sum", scan=clean, objection=lambda old, new: "", source=around)


def test_what_is_not_locked_is_not_overwritten(library: Path, source: Path) -> None:
    (library / "sum").mkdir(parents=True)
    with pytest.raises(Conflict, match="not in the lock"):
        add(library, source, scan=clean)


def test_restore_makes_everything_as_it_was_without_the_source(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    before = read_tree(library / "sum")
    shutil.rmtree(source)
    (library / "sum" / "SKILL.md").write_text("other")
    (library / "sum" / "evil.py").write_text("x")
    assert restore(library) == ["sum"]
    assert read_tree(library / "sum") == before and verify(library) == []
    shutil.rmtree(library / "sum")
    assert restore(library) == ["sum"] and restore(library) == []
    assert verify(library) == []


def test_restore_takes_the_source_when_nothing_is_kept_and_only_if_it_is_the_same(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    shutil.rmtree(library / ".metier")
    shutil.rmtree(library / "sum")
    assert restore(library) == ["sum"] and verify(library) == []
    shutil.rmtree(library / ".metier")
    shutil.rmtree(library / "sum")
    (source / "SKILL.md").write_text(manifest("6.6.6"))
    with pytest.raises(NotStored, match="holds something else now"):
        restore(library)
    assert not (library / "sum").exists()


def test_a_damaged_cache_is_not_believed(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    for kept in (library / ".metier" / "objects").rglob("*"):
        if kept.is_file():
            kept.write_bytes(b"evil")
    (library / "sum" / "SKILL.md").write_text("other")
    assert restore(library) == ["sum"] and verify(library) == []
    assert (library / "sum" / "SKILL.md").read_text() == manifest("1.0.0")


def test_remove_takes_folder_and_entry(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    remove(library, "sum")
    assert not (library / "sum").exists() and read_lock(library) == Lock() and verify(library) == []
    with pytest.raises(NotStored, match="'sum'"):
        remove(library, "sum")


def test_an_update_without_objection_is_installed(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (source / "SKILL.md").write_text(manifest("1.0.1"))
    old, new = update(library, "sum", scan=clean, objection=lambda old, new: "")
    assert (old.version, new.version) == ("1.0.0", "1.0.1") and old.approval != new.approval
    assert verify(library) == []
    assert update(library, "sum", scan=clean, objection=lambda old, new: "never asked") == (new, new)


def unasked(old: Path, new: Path) -> str:
    return ""


def test_an_update_of_a_mode_alone_is_one(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (source / "scripts" / "add.py").chmod(0o644)
    old, new = update(library, "sum", scan=clean, objection=unasked)
    assert old.files["scripts/add.py"].executable and not new.files["scripts/add.py"].executable
    assert read_lock(library).skills["sum"] == new and verify(library) == []


def test_an_update_from_another_place_is_from_there_on(library: Path, source: Path) -> None:
    add(library, source, scan=half_read, allow="read by hand")
    elsewhere = Path(shutil.copytree(source, source.parent.parent / "to" / "sum"))
    _, new = update(library, "sum", scan=clean, objection=unasked, source=elsewhere)
    assert (new.source, new.allowed) == ("../to/sum", "read by hand") and verify(library) == []
    assert update(library, "sum", scan=clean, objection=unasked) == (new, new)


def test_a_signature_is_kept_for_the_same_files_alone(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    signed = update(library, "sum", scan=clean, objection=unasked, signature=lambda folder: ("verified", "A."))[1]
    assert (signed.signature, signed.signer) == ("verified", "A.")
    assert update(library, "sum", scan=clean, objection=unasked) == (signed, signed)
    (source / "SKILL.md").chmod(0o755)
    with pytest.raises(PackageError, match="now comes to 'unchecked'"):
        update(library, "sum", scan=clean, objection=unasked)


def test_an_update_with_an_objection_waits_for_approval(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (source / "SKILL.md").write_text(manifest("2.0.0"))
    with pytest.raises(PackageError, match="approved anew: it sends"):
        update(library, "sum", scan=clean, objection=lambda old, new: "it sends")
    assert read_lock(library).skills["sum"].version == "1.0.0" and verify(library) == []
    _, new = update(library, "sum", scan=clean, objection=lambda old, new: "it sends", allow="asked the author")
    assert new.allowed == "asked the author" and verify(library) == []


def test_an_update_to_a_lower_version_waits_for_approval(library: Path, source: Path) -> None:
    (source / "SKILL.md").write_text(manifest("1.10.0"))
    add(library, source, scan=clean)
    (source / "SKILL.md").write_text(manifest("1.9.0"))
    with pytest.raises(PackageError, match=r"approved anew: Its version goes back from 1\.10\.0 to 1\.9\.0\. it sends"):
        update(library, "sum", scan=clean, objection=lambda old, new: "it sends")
    with pytest.raises(PackageError, match="Its version goes back"):
        update(library, "sum", scan=clean, objection=unasked)
    assert read_lock(library).skills["sum"].version == "1.10.0" and verify(library) == []
    _, new = update(library, "sum", scan=clean, objection=unasked, allow="1.10.0 does not start")
    assert (new.version, new.allowed) == ("1.9.0", "1.10.0 does not start")


IN_ORDER = ["beta", "0.1", "v0.2", "1.0a1", "1.0rc9", "1.0rc10", "1.0", "1.0.1-alpha", "1.0.1-alpha.1", "1.0.1-rc.2"]
IN_ORDER += ["1.0.1-rc.10", "1.0.1-rc.10.0", "1.0.1", "1.2.0", "1.10", "2024.01.09", "2024.1.10"]


@pytest.mark.parametrize(("lower", "higher"), [*pairwise(IN_ORDER)])
def test_versions_have_an_order(lower: str, higher: str) -> None:
    assert is_older(lower, higher) and not is_older(higher, lower) and not is_older(lower, lower)


@pytest.mark.parametrize(("one", "same"), [("1", "1.0.0"), ("v1.2", "1.2"), ("1.0+a", "1.0+b"), ("1.01", "1.1")])
def test_the_same_version_may_be_written_in_two_ways(one: str, same: str) -> None:
    assert not is_older(one, same) and not is_older(same, one)
    assert is_older(one, "9" * 5000)


def test_an_update_whose_scan_blocks_is_refused(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (source / "SKILL.md").write_text(manifest("2.0.0"))
    with pytest.raises(PackageError, match="it was not installed"):
        update(library, "sum", scan=blocking, objection=lambda old, new: "")


def test_what_drifted_is_not_compared_with(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (library / "sum" / "SKILL.md").write_text("other")
    with pytest.raises(PackageError, match="Its content is not what was locked"), candidate(library, "sum", scan=clean):
        pass


def test_an_update_is_of_the_same_package(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    (source / "SKILL.md").write_text(manifest("2.0.0").replace("name: sum", "name: other"))
    with pytest.raises(PackageError, match="got the package 'other'") as refused:
        update(library, "sum", scan=clean, objection=lambda old, new: "")
    assert "metier skill remove sum" in refused.value.hint
    source.rename(source.with_name("moved"))
    with pytest.raises(PackageError, match="any more") as refused:
        update(library, "sum", scan=clean, objection=lambda old, new: "")
    assert "metier skill update sum --from SOURCE" in refused.value.hint


KILLED = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from metier.stores import install
    from metier.verdict import Scan
    library, source, at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    count = 0
    def tracer(frame, event, arg):
        global count
        if event == "line" and frame.f_code.co_filename.endswith(("install.py", "lock.py", "bulk.py")):
            count += 1
            if count == at:
                os.kill(os.getpid(), 9)
        return tracer
    sys.settrace(tracer)
    install.update(library, "sum", scan=lambda folder: Scan(), objection=lambda old, new: "")
    sys.settrace(None)
    print(count)
""")


def killed_at(library: Path, source: Path, at: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(library), str(source), str(at)], capture_output=True, text=True
    )


@pytest.mark.slow
def test_killed_at_any_step_the_lock_is_the_old_or_the_new_one_and_restore_mends_the_rest(
    tmp_path: Path, source: Path
) -> None:
    """A process that is killed before the n-th line of the code that changes a library, for n all over it."""
    library = tmp_path / "skills"
    add(library, source, scan=clean)
    old = (library / LOCK_NAME).read_bytes()
    shutil.copytree(library, tmp_path / "fresh")
    (source / "SKILL.md").write_text(manifest("2.0.0"))
    whole = killed_at(library, source, 0)
    num_lines, new = int(whole.stdout), (library / LOCK_NAME).read_bytes()
    assert num_lines > 100 and new != old
    for at in range(1, num_lines, max(1, num_lines // 25)):
        shutil.rmtree(library)
        shutil.copytree(tmp_path / "fresh", library)
        assert killed_at(library, source, at).returncode == -9
        assert (library / LOCK_NAME).read_bytes() in (old, new)
        restore(library)
        assert verify(library) == []
        assert list(library.glob(".part-*")) + list((library / ".metier").glob(".part-*")) == []
        update(library, "sum", scan=lambda folder: Scan(), objection=lambda old, new: "")
        assert (library / LOCK_NAME).read_bytes() == new and verify(library) == []


@contextmanager
def room_for_a_file_of(num_bytes: int) -> Iterator[None]:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_disk_that_is_full_before_a_package_came_is_told_by_the_library(
    library: Path, source: Path, tmp_path: Path, is_packed: bool
) -> None:
    (source / "large.bin").write_bytes(os.urandom(50_000))
    given = Path(shutil.make_archive(str(tmp_path / "sum"), "zip", source.parent)) if is_packed else source
    with room_for_a_file_of(20_000), pytest.raises(StoreFull) as refusal:
        add(library, given, scan=clean)
    assert f"package in {str(library)!r}" in str(refusal.value) and "Free some space" in refusal.value.hint
    assert not library.exists()
    add(library, given, scan=clean)
    assert verify(library) == []


def test_a_package_that_is_locked_and_not_in_its_place_is_told_with_the_way_there(
    library: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("metier.stores.install._write", full)
        with pytest.raises(StoreFull) as refusal:
            add(library, source, scan=clean)
    assert "in the lock" in refusal.value.hint and f"metier skill restore --library {library}" in refusal.value.hint
    assert restore(library) == ["sum"] and verify(library) == []
    (source / "SKILL.md").write_text(manifest("1.1.0"))
    with monkeypatch.context() as patched:
        patched.setattr("metier.stores.install._write", full)
        with pytest.raises(StoreFull, match="No room") as refusal:
            update(library, "sum", scan=clean, objection=lambda old, new: "")
    assert "metier skill restore" in refusal.value.hint
    assert restore(library) == ["sum"] and read_lock(library).skills["sum"].version == "1.1.0"


def test_two_at_once_take_turns(library: Path, source: Path, tmp_path: Path) -> None:
    other = tmp_path / "from" / "mul"
    shutil.copytree(source, other)
    (other / "SKILL.md").write_text(manifest("1.0.0").replace("name: sum", "name: mul"))
    imports = "import sys; from metier.stores.install import add; from metier.verdict import Scan; "
    code = imports + "add(sys.argv[1], sys.argv[2], scan=lambda folder: Scan())"
    running = [subprocess.Popen([sys.executable, "-c", code, str(library), str(one)]) for one in (source, other)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert sorted(read_lock(library).skills) == ["mul", "sum"] and verify(library) == []


def test_who_compares_waits_for_who_changes(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    skill = library / "sum" / "SKILL.md"
    with ThreadPoolExecutor() as pool, candidate(library, "sum", scan=clean):
        skill.write_text("half-written")
        compared = pool.submit(verify, library)
        time.sleep(0.3)
        assert not compared.done()
        skill.write_text(manifest("1.0.0"))
    assert compared.result() == []


def test_a_library_is_compared_where_no_file_can_be_locked(
    library: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, source, scan=clean)

    def refused(handle: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refused)
    assert verify(library) == []


NAMES = st.text("abcXYZ09-_. é", min_size=1, max_size=8).filter(lambda name: name.strip(".") and name == name.strip())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(NAMES, st.binary(max_size=40), max_size=5), broken=st.data())
def test_whatever_is_installed_comes_back(tmp_path: Path, files: dict[str, bytes], broken: st.DataObject) -> None:
    place = tmp_path / str(time.monotonic_ns())
    source, library = place / "sum", place / "library"
    source.mkdir(parents=True)
    (source / "SKILL.md").write_text(manifest("1.0.0"))
    for name, content in files.items():
        if name.casefold() not in {path.name.casefold() for path in source.iterdir()}:
            (source / name).write_bytes(content)
    add(library, source, scan=clean)
    before = read_tree(library / "sum")
    victim = library / "sum" / broken.draw(st.sampled_from([file.path for file in before.files]))
    victim.write_bytes(victim.read_bytes() + b"!")
    assert [one.kind for one in verify(library)] == ["changed"]
    restore(library)
    assert read_tree(library / "sum") == before and verify(library) == []


def test_the_lock_is_json_that_other_tools_read(library: Path, source: Path) -> None:
    add(library, source, scan=clean)
    lock = json.loads((library / LOCK_NAME).read_text())
    assert lock["lock_version"] == 1 and list(lock["skills"]) == ["sum"]
