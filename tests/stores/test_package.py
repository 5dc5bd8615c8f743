"""Packages of strangers are read without harm and with every fault listed; ours come back as they were written."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.digest import digest
from metier.errors import Conflict, PackageError, StoreError, StoreFull
from metier.skill import File, Representation, Scope, Skill
from metier.stores.package import Package, find_packages, read_package, write_package
from strategies import interfaces, texts, tuples

GOOD = "---\nname: pdf\ndescription: Fill in forms.\n---\n\n# PDF\n\nFill them in.\n"


def package(tmp_path: Path, content: str | bytes, *, folder: str = "pdf", name: str = "SKILL.md") -> Package:
    path = tmp_path / folder
    path.mkdir(exist_ok=True)
    (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_package(path)


def head(*lines: str) -> str:
    return "\n".join(("---", *lines, "---", "Body."))


def errors(package: Package) -> list[tuple[int, str]]:
    return [(fault.line, fault.message) for fault in package.faults if fault.level == "error"]


def test_the_body_of_a_foreign_package_is_its_policy(tmp_path: Path) -> None:
    found = package(tmp_path, GOOD)
    assert (found.skill.name, found.skill.description) == ("pdf", "Fill in forms.")
    assert found.skill.policy == "# PDF\n\nFill them in."
    assert found.faults == ()


def test_every_file_is_listed_with_its_digest(tmp_path: Path) -> None:
    (tmp_path / "pdf" / "scripts").mkdir(parents=True)
    (tmp_path / "pdf" / "scripts" / "fill.py").write_bytes(b"pass")
    found = package(tmp_path, GOOD)
    assert found.skill.files == (
        File(path="SKILL.md", size=len(GOOD), digest=digest(GOOD.encode())),
        File(path="scripts/fill.py", size=4, digest=digest(b"pass")),
    )
    assert found.skill.representation == Representation.HYBRID


def test_any_changed_byte_of_a_package_changes_the_skill(tmp_path: Path) -> None:
    before = package(tmp_path, GOOD).skill
    after = package(tmp_path, GOOD.replace("name: pdf\n", "name: pdf\nhooks: run.sh\n")).skill
    assert before.digest != after.digest


# The rules are those of agentskills.io; `skills-ref` 0.1.1 refuses each of these.
@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (["name: PDF", "description: x"], 2, "must be lower case"),
        (["name: pdf-", "description: x"], 2, "not begin or end with a hyphen"),
        (["name: p--df", "description: x"], 2, "not hold two hyphens"),
        (["name: p_df", "description: x"], 2, "letters, digits and hyphens only"),
        ([f"name: {'p' * 65}", "description: x"], 2, "at most 64 characters, it has 65"),
        (["name: other", "description: x"], 2, "equal the name of its folder, 'pdf'"),
        (["description: x"], 1, "name is missing"),
        (["name: pdf", f"description: {'x' * 1025}"], 3, "at most 1024 characters, it has 1025"),
        (["name: pdf", "description: x", f"compatibility: {'x' * 501}"], 4, "at most 500 characters"),
        (["name: pdf", "description: x", "version: 1"], 4, "'version' is not of the format"),
        (["name: pdf", "description: x", "name: pdf"], 4, "'name' stands twice"),
        (["name: pdf", "description: x", "metadata: {a: b}"], 4, "style of JSON"),
        (["name: pdf", "description: &a x", "license: *a"], 3, "anchor &a"),
        (["name: pdf", "description: !!str x"], 3, "The tag"),
        (["name: pdf", "description: Use when: asked"], 3, "mapping values are not allowed"),
        (["name: pdf", "description: x", "metadata:", "\ta: b"], 5, "A tab indents this line"),
        (["name: pdf", "description: x", "metadata:", " a:", "  b: c", " d:", "   e: f"], 8, "not indented alike"),
        (["name: pdf", "description: x\x07y"], 3, "control character"),
        (["name: pdf", "description: a --- b"], 3, "first three hyphens"),
        (["name: pdf", "description: x", "<<<<<<< HEAD"], 4, "not YAML and was left out"),
    ],
)
def test_what_strict_tools_refuse_is_an_error_with_line_and_way_out(
    tmp_path: Path, lines: list[str], line: int, message: str
) -> None:
    found = package(tmp_path, head(*lines))
    assert [at for at, said in errors(found) if message in said] == [line], errors(found)
    assert all(fault.fix for fault in found.faults)
    assert not found.is_valid


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["allowed-tools:", "  - Read"], "'allowed-tools' must be a text"),
        (["metadata:", "  a:", "    - b"], "metadata 'a' must be a text"),
    ],
)
def test_what_the_format_only_advises_is_a_warning(tmp_path: Path, lines: list[str], message: str) -> None:
    found = package(tmp_path, head("name: pdf", "description: x", *lines))
    assert found.is_valid
    assert [message in fault.message for fault in found.faults] == [True]


def test_a_long_body_is_a_warning(tmp_path: Path) -> None:
    found = package(tmp_path, GOOD + "word\n" * 6000)
    assert [fault.level for fault in found.faults] == ["warning", "warning"]
    assert "500 lines" in found.faults[0].message
    assert "5000 tokens" in found.faults[1].message


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Use when: (1) asked: now", "Use when: (1) asked: now"),
        ("[beta] Fill in forms: all", "[beta] Fill in forms: all"),
        ("Don't: it's 'odd'", "Don't: it's 'odd'"),
        ("Fill in: forms\n  and more: forms", "Fill in: forms and more: forms"),
        ("@all `x`", "@all `x`"),
        (">\n  Fill in\n  forms", "Fill in forms"),
        ("1.10", "1.10"),
        ("yes", "yes"),
        ("2026-01-01", "2026-01-01"),
    ],
)
def test_a_description_is_read_as_it_was_meant(tmp_path: Path, written: str, read: str) -> None:
    assert package(tmp_path, head("name: pdf", f"description: {written}")).skill.description == read


@pytest.mark.parametrize(
    ("content", "level"),
    [
        (b"\xef\xbb\xbf" + GOOD.encode(), "error"),
        (b"\n" + GOOD.encode(), "error"),
        (GOOD.encode().replace(b"Fill in", b"Fill \xff in"), "error"),
        (GOOD.encode().replace(b"\n", b"\r\n"), "warning"),
        (b"---\nname: pdf\ndescription: Never closed.\n\n# Body", "error"),
    ],
)
def test_odd_bytes_are_read_and_listed(tmp_path: Path, content: bytes, level: str) -> None:
    found = package(tmp_path, content)
    assert found.skill.name == "pdf"
    assert [fault.level for fault in found.faults] == [level]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# No frontmatter",
        b"---\n---\n",
        b"---\nname: pdf\n---\nNo description.",
        b"---\n- a list\n---\n",
        b"---\njust text\n---\n",
        b"\x00" * 100,
        b"---\n" + b"a:\n" * 100_000 + b"---\n",
        b"---\ndescription: " + b"[" * 10_000 + b"\n---\n",
        b"x" * 2_000_000,
    ],
)
def test_what_cannot_load_is_a_package_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PackageError):
        package(tmp_path, content)


def test_an_alias_bomb_stays_small(tmp_path: Path) -> None:
    levels = zip("abcdefgh", "bcdefghi", strict=True)
    bomb = [f"{name}: &{name} [{', '.join(['*' + before] * 9)}]" for before, name in levels]
    found = package(tmp_path, head("name: pdf", "description: x", "a: &a [lol]", *bomb))
    assert found.skill.description == "x"
    assert found.fields["i"] == [""] * 9


def test_a_folder_or_a_link_in_place_of_the_file_is_a_package_error(tmp_path: Path) -> None:
    (tmp_path / "one" / "SKILL.md").mkdir(parents=True)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "SKILL.md").symlink_to("/etc/passwd")
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / "SKILL.md").symlink_to("SKILL.md")
    (tmp_path / "four").mkdir()
    os.mkfifo(tmp_path / "four" / "SKILL.md")
    for name in ("one", "two", "three", "four", "five"):
        with pytest.raises(PackageError):
            read_package(tmp_path / name)


def test_links_are_listed_as_faults_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "pdf").mkdir()
    (tmp_path / "pdf" / "loop").symlink_to(tmp_path / "pdf")
    (tmp_path / "pdf" / "secret").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pdf" / "pipe")
    found = package(tmp_path, GOOD)
    assert [file.path for file in found.skill.files] == ["SKILL.md"]
    assert [fault.message.split()[0] for fault in found.faults] == ["'loop'", "'pipe'", "'secret'"]


YAML_LINES = """name: x
description: y
metadata:
  a: b
- c
\t
'
"
{
[a
&a
*a
? k
: v
--- x
...
%TAG
>-
# no
<<: *a
!!python/object/apply:os.system [x]
"""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.sampled_from(YAML_LINES.split("\n")) | texts, max_size=12))
def test_no_text_breaks_the_reader(tmp_path: Path, lines: list[str]) -> None:
    content = "\n".join(["---", *lines, "---", "Body."]).encode("utf-8", "surrogatepass")
    try:
        found = package(tmp_path, content)
    except PackageError:
        return
    assert found.skill.description


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path: Path, content: bytes) -> None:
    for data in (content, b"---\n" + content + b"\n---\n", b"---\ndescription: x\n" + content + b"\n---\n"):
        try:
            package(tmp_path, data)
        except PackageError:
            continue


skills = st.builds(
    Skill,
    name=st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4}){0,3}", fullmatch=True),
    description=texts.filter(str.strip) | st.sampled_from(["a --- b", "Use when: asked", "-----", "#x", "'", " y "]),
    applicability=texts,
    policy=texts | st.sampled_from(["# Title", "## When it is done\nx", "---", "a\r\nb", "\n\nx\n"]),
    termination=texts,
    interface=interfaces,
    representation=st.sampled_from(Representation),
    scope=st.sampled_from(Scope),
    version=texts,
    licence=texts,
    concepts=tuples,
    provenance=tuples,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(skill=skills)
def test_what_is_written_comes_back_and_keeps_to_the_format(tmp_path: Path, skill: Skill) -> None:
    found = read_package(write_package(skill, tmp_path, replace_existing=True))
    assert found.skill.digest == skill.digest
    assert found.is_valid, found.faults


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(skill=skills)
def test_the_validator_of_the_format_accepts_what_is_written(tmp_path: Path, skill: Skill) -> None:
    skills_ref = pytest.importorskip("skills_ref", reason="needs the validator of the format: pip install skills-ref")
    assert skills_ref.validate(write_package(skill, tmp_path, replace_existing=True)) == []


def test_an_edited_section_counts(tmp_path: Path) -> None:
    skill = Skill(name="pdf", description="x", policy="Step one.\r", termination="All filled in.")
    path = write_package(skill, tmp_path)
    assert read_package(path).skill.policy == "Step one.\r"
    text = (path / "SKILL.md").read_text()
    (path / "SKILL.md").write_text(text.replace("Step one.\ufffd", "Step two.\ufffd"))
    found = read_package(path)
    assert (found.skill.policy, found.skill.termination) == ("Step two.\ufffd", "All filled in.")
    assert "edited since metier wrote it" in found.faults[0].message


def test_a_foreign_package_is_copied_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "pdf" / "scripts").mkdir(parents=True)
    (tmp_path / "pdf" / "scripts" / "fill.py").write_bytes(b"pass")
    found = package(tmp_path, GOOD)
    files: dict[str, bytes | Path] = {file.path: found.path / file.path for file in found.skill.files}
    copied = read_package(write_package(found.skill, tmp_path / "library", files=files))
    assert copied.skill == found.skill


def test_files_that_are_missing_or_differ_are_refused(tmp_path: Path) -> None:
    listed = File(path="fill.py", size=4, digest=digest(b"pass"))
    skill = Skill(name="pdf", description="x", files=(listed,))
    with pytest.raises(PackageError, match="was not given"):
        write_package(skill, tmp_path)
    with pytest.raises(PackageError, match="came with"):
        write_package(skill, tmp_path, files={"fill.py": b"exit"})
    assert list(tmp_path.iterdir()) == []
    assert read_package(write_package(skill, tmp_path, files={"fill.py": b"pass"})).skill == skill


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "a//b", "a\\b", "a\x00b"])
def test_files_cannot_leave_the_package(tmp_path: Path, path: str) -> None:
    with pytest.raises(PackageError, match="inside a package"):
        write_package(Skill(name="pdf", description="x"), tmp_path, files={path: b""})


@pytest.mark.parametrize("name", ["../x", "PDF", "", "a b", "x" * 65])
def test_names_that_break_the_format_are_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageError, match="cannot be named"):
        write_package(Skill(name=name, description="x"), tmp_path)


def test_another_package_is_replaced_only_when_asked(tmp_path: Path) -> None:
    skill = Skill(name="pdf", description="x")
    path = write_package(skill, tmp_path)
    assert write_package(skill, tmp_path) == path
    changed = replace(skill, description="y")
    with pytest.raises(Conflict, match="Another package lies in"):
        write_package(changed, tmp_path)
    write_package(changed, tmp_path, replace_existing=True)
    assert read_package(path).skill.description == "y"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_no_half_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull):
        write_package(Skill(name="pdf", description="x"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_library_that_is_a_file_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("")
    with pytest.raises(StoreError, match="Cannot write a package"):
        write_package(Skill(name="pdf", description="x"), tmp_path / "library")


def test_packages_are_found_sorted_and_within_bounds(tmp_path: Path) -> None:
    for folder in ("b", "a/inner", "a", "c/.git/no", "node_modules/no", "1/2/3/4/5/6", "1/2/3/4/5/6/7"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "SKILL.md").write_text(GOOD)
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in find_packages(tmp_path)]
    assert found == ["1/2/3/4/5/6", "a", "a/inner", "b"]
    with pytest.raises(PackageError, match="Expected a folder"):
        find_packages(tmp_path / "nothing")


def test_other_spellings_of_the_file_name_are_read(tmp_path: Path) -> None:
    assert [fault.level for fault in package(tmp_path, GOOD, name="skill.md").faults] == ["warning"]
    (tmp_path / "pdf" / "skill.md").unlink()
    assert [fault.level for fault in package(tmp_path, GOOD, name="Skill.md").faults] == ["error"]
