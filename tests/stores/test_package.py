"""Packages of strangers are read without harm and with every fault listed; ours come back as they were written."""

from __future__ import annotations

import errno
import itertools
import multiprocessing
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.digest import digest
from metier.errors import Conflict, PackageError, StoreError, StoreFull
from metier.skill import File, Representation, Scope, Skill
from metier.stores import package as package_module
from metier.stores.edit import edit_package
from metier.stores.frontmatter import read_frontmatter
from metier.stores.package import Package, all_packages, find_packages, read_package, write_package
from metier.stores.strict import validate
from strategies import interfaces, texts, tuples

GOOD = "---\nname: pdf\ndescription: Fill in forms.\n---\n\n# PDF\n\nFill them in.\n"


MANY_FAULTS = "".join(f"  - \"say {number}\" or 'tell {number}'\n" for number in range(60))


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


@pytest.mark.parametrize(("byte", "other"), [(b"\n", b"\r\n"), (b"\n", b"\r"), ("\ufffd".encode(), b"\xff")])
def test_bytes_that_are_read_as_the_same_text_change_the_skill(tmp_path: Path, byte: bytes, other: bytes) -> None:
    path = write_package(Skill(name="pdf", description="Fill\ufffd in."), tmp_path) / "SKILL.md"
    before = read_package(path).skill
    path.write_bytes(path.read_bytes().replace(byte, other))
    after = read_package(path).skill
    assert after.description == before.description and after.digest != before.digest
    assert [file.path for file in after.files] == ["SKILL.md"]


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
        # skills-ref takes "a" for the whole licence, and so accepts it.
        (["license: a --- b"], "first three hyphens"),
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
        (
            "Fill in.\n  Triggers: a form, a sheet.\n  Never for scans.",
            "Fill in. Triggers: a form, a sheet. Never for scans.",
        ),
        ("Fill in.\n\n    Triggers: a form\n  Use: often", "Fill in. Triggers: a form Use: often"),
        ("Fill in.\n  license: MIT\n  Never for scans.", "Fill in.\nNever for scans."),
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


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("---name: pdf\ndescription: x\n---\nBody.", "read as strict tools do"),
        ("---\nname: pdf\ndescription: \x85x\n---\nBody.", "read as strict tools do"),
        ("---\nname: pdf\n  description: x\n---\nBody.", "is indented below another field"),
        ("---\nname: pdf\ndescription: x\na: " + "[" * 40 + "\n---\nBody.", "Only its plain lines were read"),
        ("---\nname: pdf\ndescription: 'x'\na:\n" + "- b\n" * 20_000 + "---\nBody.", "Only its plain lines were read"),
        ("---\nname: pdf\ndescription: x\n" + "a: b\n" * 20_000 + "---\nBody.", "Only its plain lines were read"),
        ("---\nname: pdf\ndescription: x\nsay:\n" + MANY_FAULTS + "---\nBody.", "Only its plain lines were read"),
        ("---\nname: pdf\ndescription: >-\n  x\nsay:\n" + MANY_FAULTS + "---\nBody.", "Only its plain lines were read"),
        ("---\nname: pdf\ndescription: x\nsay:\n" + MANY_FAULTS + "\nBody.", "Only its plain lines were read"),
        ("---\nMy skill\nname: pdf\ndescription: x\n---\nBody.", "not YAML and was left out: 'My skill'"),
        ("---\n- name: pdf\ndescription: x\n---\nBody.", "written as a part of a list"),
        ("---\n- name: pdf\n  description: x\n---\nBody.", "written as a part of a list"),
        ("---\n- name: pdf\n- description: x\n---\nBody.", "stands where YAML does not find it"),
        ("---\n  name: pdf\ndescription: >\n  x\n---\nBody.", "The first fields are indented"),
        ("---\nname: pdf\na:\n  description: |\n    x\n  b: c: d\n---\nBody.", "is indented below another field"),
        ("---\nname: pdf\ndescription:x\nlicense: MIT\n---\nBody.", "No space stands behind description:"),
        ("---\nname:pdf\ndescription:x\n---\nBody.", "No space stands behind name:"),
        ("---\nname: pdf\nDescription: x\n---\nBody.", "'Description' is read as the description"),
        ("---\nname: pdf\nDESCRIPTION: >\n  x\n---\nBody.", "'DESCRIPTION' is read as the description"),
        ("---\nname: pdf\ndescription: x\ndescription:\n---\nBody.", "the last one that says something counts"),
        ("---\nname: pdf\ndescription: y\ndescription: x\n---\nBody.", "the last one that says something counts"),
        ("---\nname: pdf\ndescription: x\n...\nBody.", "closed with dots"),
        ("---\nname: pdf\ndescription: x\n...\n\nBody.", "closed with dots"),
        ("---\nname: pdf\n...\ndescription: x\n---\nBody.", "is read all the same"),
        ("---\nname: pdf\ndescription: x\n- a\n- b\n---\nBody.", "not YAML"),
        ("---\nname: pdf\ndescription: x\ndescription: x\n---\nBody.", "stands twice"),
        ("---\nname: pdf\ndescription: x\n\tlicense: MIT\n---\nBody.", "A tab indents this line"),
        ("---\nname: [pdf]\ndescription: x\n---\nBody.", "style of JSON"),
        ("---\nname: {a: b}\ndescription: x\n---\nBody.", "style of JSON"),
        ("---\nname: 1\ndescription: x\nmetadata: 3\n---\nBody.", "mapping of texts"),
        ("---\nname: pdf\ndescription: x\n? [a]\n: b\n---\nBody.", "A key is not a word"),
        ("---\nname: \uff50\uff44\uff46\ndescription: x\nversion: 1\n---\nBody.", "not of the format"),
        ("\ufeff---\r\nname: pdf\r\ndescription: x\r\n---\r\nBody.", "byte order mark"),
    ],
)
def test_whatever_has_a_description_loads_and_says_what_was_repaired(tmp_path: Path, content: str, fault: str) -> None:
    found = package(tmp_path, content)
    assert (found.skill.description, found.skill.policy) == ("x", "Body.")
    assert any(fault in one.message for one in found.faults), found.faults
    assert all(one.fix for one in found.faults)


def test_a_line_that_is_left_out_is_quoted_as_it_stands(tmp_path: Path) -> None:
    found = package(tmp_path, head("name: pdf", "  license: MIT", "description: x"))
    assert [fault.message for fault in found.faults if fault.line == 3] == [
        "This line is not YAML and was left out: '  license: MIT'."
    ]


def test_a_description_that_is_an_alias_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(PackageError) as refusal:
        package(tmp_path, head("name: pdf", "summary: &s Fill in forms.", "description: *s"))
    assert refusal.value.hint == "Line 4: The alias *s is not followed. Write the value out."


def test_an_empty_field_that_stands_twice_is_not_called_indented(tmp_path: Path) -> None:
    found = package(tmp_path, "---\nname: pdf\ndescription: x\ndescription:\n---\n")
    assert [one.line for one in found.faults] == [4]


@pytest.mark.parametrize(
    ("below", "body"),
    [
        ("# Setup\nDo this.\n\nMore.", "# Setup\nDo this.\n\nMore."),
        ("# Setup\n\nDo this.", "# Setup\n\nDo this."),
        ("# a comment\nlicense: MIT\n\nDo this.", "Do this."),
        ("metadata:\n  # a comment\n  a: b\n\nDo this.\n...\nMore.", "Do this.\n...\nMore."),
        ("...\nDo this.\n---\nMore.", "Do this.\n---\nMore."),
        ("...\n---\nDo this.", "Do this."),
    ],
)
def test_no_line_of_the_body_is_lost_where_the_frontmatter_is_not_closed(tmp_path: Path, below: str, body: str) -> None:
    found = package(tmp_path, f"---\nname: pdf\ndescription: x\n{below}")
    assert (found.skill.description, found.skill.policy) == ("x", body)


def test_a_package_in_a_package_is_a_package_of_its_own(tmp_path: Path) -> None:
    outer = package(tmp_path, GOOD).path
    inner = package(outer, GOOD.replace("pdf", "inner"), folder="inner")
    assert [path.name for path in find_packages(tmp_path)] == ["pdf", "inner"]
    assert [file.path for file in read_package(outer).skill.files] == ["SKILL.md", "inner/SKILL.md"]
    assert inner.skill.name == "inner"


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
    version=st.from_regex(r"[0-9A-Za-z]([0-9A-Za-z+-]|\.(?!\.)){0,20}[0-9A-Za-z+-]", fullmatch=True),
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


def test_concepts_that_a_package_states_count_in_its_digest(tmp_path: Path) -> None:
    path = write_package(Skill(name="shout", description="Shout.", concepts=("shout",), policy="Loud.\r"), tmp_path)
    written = read_package(path).skill
    assert written.concepts == ()
    stated = edit_package(path, {"metadata.metier-concepts": '["reverse"]'}).skill
    assert (stated.concepts, stated.policy) == (("reverse",), "Loud.\r")
    other = edit_package(path, {"metadata.metier-concepts": '["reverse", "pay-invoice"]'}).skill
    assert len({written.digest, stated.digest, other.digest}) == 3


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"provenance": tuple(f"handbook-{number:04d}.md: How a word is turned" for number in range(2000))}, "not fit"),
        ({"policy": "## When it is done\n" + "x " * 60_000}, "not fit"),
        ({"policy": "x " * 600_000}, "at most 1048576"),
    ],
)
def test_a_skill_that_would_be_read_back_otherwise_is_not_written(
    tmp_path: Path, said: dict[str, Any], match: str
) -> None:
    with pytest.raises(PackageError, match=match):
        write_package(Skill(name="reverse", description="Backwards.", version="2.3.0", **said), tmp_path / "library")
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "a//b", "a\\b", "a\x00b", "a\ud800b"])
def test_files_cannot_leave_the_package(tmp_path: Path, path: str) -> None:
    with pytest.raises(PackageError, match="inside a package"):
        write_package(Skill(name="pdf", description="x"), tmp_path, files={path: b""})


@pytest.mark.parametrize("name", ["../x", "PDF", "", "a b", "x" * 65])
def test_names_that_break_the_format_are_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageError, match="cannot be named"):
        write_package(Skill(name=name, description="x"), tmp_path)


# Each of these would name a folder outside of, or other than, the one of its version; "1." is "1" on some systems.
NO_VERSIONS = (
    "../..", "..", "/etc", "1.0.0/reverse", "1.0.0/../..", "1\\0", "..\\..", "1\x000", "1.0.", "1..0", ".1", "-1",
    "1 0", "1" * 65, "1\n", "\u0661", "1\ud800",
)  # fmt: skip


@pytest.mark.parametrize("version", NO_VERSIONS)
def test_a_version_that_is_no_name_of_a_folder_is_not_written(tmp_path: Path, version: str) -> None:
    skill = Skill(name="pdf", description="x", version=version)
    for files in ({}, {"SKILL.md": GOOD.encode()}):
        with pytest.raises(PackageError, match="cannot have the version"):
            write_package(skill, tmp_path, files=files)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc", "..", ".", "", "x" * 65, "a\\b", "a\x00b", "\U00020000" * 64])
def test_a_given_manifest_does_not_excuse_the_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageError, match="cannot be named"):
        write_package(Skill(name=name, description="x"), tmp_path, files={"SKILL.md": GOOD.encode()})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", [version for version in NO_VERSIONS if version.isprintable()])
@pytest.mark.parametrize("key", ["version", "metier-version"])
def test_a_version_that_leads_elsewhere_is_a_fault_and_not_taken(tmp_path: Path, key: str, version: str) -> None:
    quoted = version.replace("\\", "\\\\")
    found = package(tmp_path, head("name: pdf", "description: x", "metadata:", f'  {key}: "{quoted}"'))
    assert found.skill.version == "1.0.0"
    assert [fault.line for fault in found.faults if "cannot name a folder" in fault.message] == [4]
    # skills-ref does not look at versions, so it is no error.
    assert found.is_valid


@pytest.mark.parametrize("version", ["1", "1.4.2", "v2", "2026-01-01", "1.0.0-rc.1+build.5", "A" * 64])
def test_a_usual_version_is_taken(tmp_path: Path, version: str) -> None:
    found = package(tmp_path, head("name: pdf", "description: x", "metadata:", f'  version: "{version}"'))
    assert (found.skill.version, found.faults) == (version, ())


def test_a_version_cannot_come_in_by_the_exact_text(tmp_path: Path) -> None:
    exact = '  metier-exact: "{\\"version\\": \\"../..\\"}"'
    lines = ("name: pdf", "description: x", "metadata:", '  metier-version: "1.0.0"', exact)
    assert package(tmp_path, head(*lines)).skill.version == "1.0.0"


def test_a_name_in_another_script_fits_a_folder(tmp_path: Path) -> None:
    letters = "\U00020000" * 64
    (tmp_path / "wide").mkdir()
    found = package(tmp_path, head(f"name: {letters}", "description: x"), folder="wide")
    assert found.skill.name == letters[:50]
    files: dict[str, bytes | Path] = {file.path: found.path / file.path for file in found.skill.files}
    assert write_package(found.skill, tmp_path, files=files).is_dir()


def test_a_package_in_the_way_is_replaced_without_touching_what_a_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "pdf").symlink_to(tmp_path / "mine")
    written = write_package(Skill(name="pdf", description="x"), tmp_path / "library", replace_existing=True)
    assert not written.is_symlink()
    assert list((tmp_path / "library").iterdir()) == [written]
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def refuse_to_open(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """As chmod 000 does; root would read such a file all the same, so the refusal is made by hand."""
    opened = os.open

    def refusing(path: str | Path, *given: Any, **named: Any) -> int:
        if Path(path).name in names:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path, *given, **named)

    monkeypatch.setattr(os, "open", refusing)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pdf").mkdir()
    (tmp_path / "pdf" / "secret.txt").write_text("x")
    (tmp_path / "pdf" / "secret.txt").chmod(0o000)
    refuse_to_open(monkeypatch, "secret.txt")
    found = package(tmp_path, GOOD)
    assert [file.path for file in found.skill.files] == ["SKILL.md"]
    assert [fault.message for fault in found.faults] == [
        "'secret.txt' stays unread and is not part of the package: Permission denied."
    ]


def test_a_folder_that_cannot_be_read_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pdf" / "closed").mkdir(parents=True)
    scanned = os.scandir

    def refusing(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scanned(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert ["'closed' stays unread" in fault.message for fault in package(tmp_path, GOOD).faults] == [True]


def test_a_manifest_that_cannot_be_read_is_a_package_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, GOOD)
    refuse_to_open(monkeypatch, "SKILL.md")
    with pytest.raises(PackageError, match="Cannot read"):
        read_package(tmp_path / "pdf")


def link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def replace_after(monkeypatch: pytest.MonkeyPatch, look: str, path: Path, plant: Callable[[Path], None]) -> None:
    """Put something else in the place of a file when it was looked at and before it is opened."""
    looked = getattr(package_module, look)

    def look_and_replace(folder: Path) -> object:
        seen = looked(folder)
        path.unlink()
        plant(path)
        return seen

    monkeypatch.setattr(package_module, look, look_and_replace)


@pytest.mark.parametrize("plant", [link, os.mkfifo, Path.mkdir])
def test_what_takes_the_place_of_a_file_between_two_looks_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: Callable[[Path], None]
) -> None:
    package(tmp_path, GOOD)
    (tmp_path / "pdf" / "notes.txt").write_text("x")
    replace_after(monkeypatch, "_entries", tmp_path / "pdf" / "notes.txt", plant)
    found = read_package(tmp_path / "pdf")
    assert [file.path for file in found.skill.files] == ["SKILL.md"]
    assert ["'notes.txt' stays unread" in fault.message for fault in found.faults] == [True]


@pytest.mark.parametrize("plant", [link, os.mkfifo, Path.mkdir])
def test_what_takes_the_place_of_the_manifest_between_two_looks_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: Callable[[Path], None]
) -> None:
    package(tmp_path, GOOD)
    replace_after(monkeypatch, "_manifest", tmp_path / "pdf" / "SKILL.md", plant)
    with pytest.raises(PackageError, match="to be a plain file"):
        read_package(tmp_path / "pdf")


def test_a_pipe_that_takes_the_place_of_the_manifest_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, GOOD)
    path = tmp_path / "pdf" / "SKILL.md"
    info = path.stat()
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(os, "stat", lambda path: info)
    assert validate(tmp_path / "pdf") == ["SKILL.md must start with YAML frontmatter (---)"]


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


def replaced_often(library: str, writer: int) -> None:
    for number in range(20):
        skill = Skill(name="pdf", description=f"{writer} {number}")
        write_package(skill, Path(library), files={"x": bytes([writer]) * 10_000}, replace_existing=True)


def test_many_who_replace_a_package_at_once_take_turns(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=replaced_often, args=(str(tmp_path), writer)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert [path.name for path in tmp_path.iterdir()] == ["pdf"]


def let_renames_fail(monkeypatch: pytest.MonkeyPatch, *failing: int) -> None:
    """Let the renames of these numbers fail."""
    renamed, numbers = Path.rename, itertools.count(1)

    def rename(path: Path, target: Path) -> Path:
        if next(numbers) in failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return renamed(path, target)

    monkeypatch.setattr(Path, "rename", rename)


@pytest.mark.parametrize("failing", [1, 2])
def test_a_package_that_cannot_be_replaced_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    skill = Skill(name="pdf", description="x")
    path = write_package(skill, tmp_path)
    let_renames_fail(monkeypatch, failing)
    with pytest.raises(StoreFull):
        write_package(replace(skill, description="y"), tmp_path, replace_existing=True)
    assert list(tmp_path.iterdir()) == [path] and read_package(path).skill == skill


def test_where_the_old_package_lies_is_told_if_it_cannot_be_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skill = Skill(name="pdf", description="x")
    write_package(skill, tmp_path)
    let_renames_fail(monkeypatch, 2, 3)
    with pytest.raises(StoreError, match="Neither the new package nor the old one") as refusal:
        write_package(replace(skill, description="y"), tmp_path, replace_existing=True)
    [left] = tmp_path.glob(".pdf-old-*/pdf")
    assert str(left) in refusal.value.hint and read_package(left).skill == skill


# Every call of a write that meets the disk: the folder in the making, a file, its bytes, and the name at the end.
DISK_CALLS = [(os, "fsync"), (Path, "mkdir"), (Path, "open"), (Path, "rename"), (tempfile, "mkdtemp"), (Path, "chmod")]


@pytest.mark.parametrize(("owner", "call"), DISK_CALLS)
@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, StoreFull), (errno.EIO, StoreError)])
def test_a_disk_that_fails_anywhere_leaves_no_half_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, call: str, number: int, error: type[StoreError]
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(owner, call, failing)
        with pytest.raises(error) as refusal:
            write_package(Skill(name="pdf", description="x"), tmp_path)
    assert type(refusal.value) is error
    assert str(tmp_path) in str(refusal.value)
    assert refusal.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_library_that_is_a_file_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("")
    with pytest.raises(StoreError, match="Cannot write a package"):
        write_package(Skill(name="pdf", description="x"), tmp_path / "library")


def test_packages_are_found_sorted_and_within_bounds(tmp_path: Path) -> None:
    for folder in ("b", "a/inner", "a", "c/.git/no", "c/.metier/no", "node_modules/no", "1/2/3/4/5/6", "1/2/3/4/5/6/7"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "SKILL.md").write_text(GOOD)
    (tmp_path / "loop").symlink_to(tmp_path)
    skipped: list[Path] = []
    found = [path.relative_to(tmp_path).as_posix() for path in find_packages(tmp_path, skipped=skipped, max_depth=6)]
    assert found == ["1/2/3/4/5/6", "a", "a/inner", "b"]
    assert skipped == [tmp_path / "loop", tmp_path / "1/2/3/4/5/6/7"]
    assert tmp_path / "1/2/3/4/5/6/7" in list(find_packages(tmp_path))
    with pytest.raises(PackageError, match="at most 500000 folders, 6 deep"):
        list(find_packages(tmp_path, max_depth=6))
    with pytest.raises(PackageError, match="Expected a folder"):
        find_packages(tmp_path / "nothing")


def test_what_a_killed_write_left_is_no_package(tmp_path: Path) -> None:
    for folder in ("pdf", ".pdf-old-x2b_k9qd/pdf", ".pdf-part-00000000", ".agents", ".pdf-old-mine"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "SKILL.md").write_text(GOOD)
    found = [path.relative_to(tmp_path).as_posix() for path in find_packages(tmp_path)]
    assert found == [".agents", ".pdf-old-mine", "pdf"]


def test_all_packages_of_a_folder_are_found_and_what_may_hide_one_is_told(tmp_path: Path) -> None:
    top, outside = tmp_path / "top", tmp_path / "outside"
    for folder in (
        *(top / f"a/{number}" for number in range(2100)),
        top / "z",
        outside,
        top / "planted",
        top / ".git/x",
    ):
        folder.mkdir(parents=True)
    for folder in (top / "a", top / "z", outside):
        (folder / "SKILL.md").write_text(GOOD)
    (top / "a" / "told-by-its-package").symlink_to(outside)
    (top / "to-a").symlink_to(top / "a")
    (top / "note").symlink_to(outside / "SKILL.md")
    (top / "broken").symlink_to(tmp_path / "nothing")
    (top / "kept").symlink_to(top / ".git" / "x")
    (top / "out").symlink_to(outside)
    (top / "planted" / "SKILL.md").symlink_to(outside / "SKILL.md")
    found, unseen = all_packages(top)
    assert found == [top / "a", top / "z"]
    assert unseen == [top / "kept", top / "out", top / "planted" / "SKILL.md"]


def test_other_spellings_of_the_file_name_are_read(tmp_path: Path) -> None:
    assert [fault.level for fault in package(tmp_path, GOOD, name="skill.md").faults] == ["warning"]
    (tmp_path / "pdf" / "skill.md").unlink()
    assert [fault.level for fault in package(tmp_path, GOOD, name="Skill.md").faults] == ["error"]


@pytest.mark.parametrize("head", ["metadata: " + "[" * 40 + "]" * 40, "metadata:" + "\n  a: " + "x" * 70_000])
def test_a_frontmatter_out_of_bounds_without_a_description_is_told_with_the_way_out(head: str) -> None:
    with pytest.raises(PackageError) as refusal:
        read_frontmatter(f"---\nname: a\n{head}\n---\nDo it.\n", where="a/SKILL.md")
    assert "into the body or a file" in refusal.value.hint
