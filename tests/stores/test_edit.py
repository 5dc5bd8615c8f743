"""An edit changes the field it names and no other byte, or nothing at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import PackageError, StoreError, StoreFull
from metier.stores.edit import edit_package, edit_text
from metier.stores.frontmatter import MAX_CHARACTERS
from metier.stores.strict import load_fields

# Every way in which a field is written by hand, with comments before, behind and between.
TEXT = """---
# what it is called
name: pdf   # as the folder
description: >-
  Fill in forms,

  all of them.

# who may use it
license: 'MIT'  # for now
metadata:
    author: someone # and another
    # the day of the change
    since: "2026"
    notes: |
      one
       two

compatibility: goes on
  over two lines
allowed-tools:
- Read
- Grep
---

# PDF\t

Do it.  \n"""


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("name", "name: pdf   # as the folder\n", "name: x   # as the folder\n"),
        ("description", "description: >-\n  Fill in forms,\n\n  all of them.\n", "description: x\n"),
        ("license", "license: 'MIT'  # for now\n", "license: x  # for now\n"),
        ("compatibility", "compatibility: goes on\n  over two lines\n", "compatibility: x\n"),
        ("allowed-tools", "allowed-tools:\n- Read\n- Grep\n", "allowed-tools: x\n"),
        ("metadata.author", "    author: someone # and another\n", "    author: x # and another\n"),
        ("metadata.since", '    since: "2026"\n', "    since: x\n"),
        ("metadata.notes", "    notes: |\n      one\n       two\n", "    notes: x\n"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_field_is_set_or_removed_and_every_other_byte_stays(
    name: str, old: str, new: str, mark: str, line_end: str
) -> None:
    def on_disk(text: str) -> str:
        return mark + text.replace("\n", line_end)

    assert edit_text(on_disk(TEXT), {name: "x"}) == on_disk(TEXT.replace(old, new))
    assert edit_text(on_disk(TEXT), {name: None}) == on_disk(TEXT.replace(old, ""))


@pytest.mark.parametrize(
    ("text", "changes", "edited"),
    [
        ("---\nname: a\n---\n", {"license": "MIT"}, '---\nname: a\nlicense: "MIT"\n---\n'),
        ("---\nname: a\n---\n", {"metadata.b": "c"}, "---\nname: a\nmetadata:\n  b: c\n---\n"),
        ("---\nmetadata:\nname: a\n---\n", {"metadata.b": "c"}, "---\nmetadata:\n  b: c\nname: a\n---\n"),
        ("---\n  name: a\n  metadata:\n  n: a\n---\n", {"metadata.b": "c"},
         "---\n  name: a\n  metadata:\n    b: c\n  n: a\n---\n"),
        ("---\nmetadata:\n   b: c\nn: a\n---", {"metadata.d": "f"}, "---\nmetadata:\n   b: c\n   d: f\nn: a\n---"),
        ("---\nmetadata:\n  b: c\nname: a\n---\n", {"metadata.b": None}, "---\nname: a\n---\n"),
        ("---\nmetadata: {b: c}\nname: a\n---\n", {"metadata": None}, "---\nname: a\n---\n"),
        ("---\nname: a\n---\n", {"license": None, "metadata.b": None}, "---\nname: a\n---\n"),
        ("---\n---\n", {"name": "a"}, "---\nname: a\n---\n"),
        ("---\n  name: a\n  b: c\n---\n", {"d": "f"}, "---\n  name: a\n  b: c\n  d: f\n---\n"),
        ("---\ntags: [a,\n  b] # c\nname: a\n---\n", {"tags": None}, "---\nname: a\n---\n"),
        ('---\nname: "a # b" # c\n---\n', {"name": "d"}, "---\nname: d # c\n---\n"),
        ("---\nname:\nb: c\n---\n", {"name": "d"}, "---\nname: d\nb: c\n---\n"),
        # In braces, as in JSON, only what is between them changes.
        ("---\nmetadata: {a: b} # c\n---\n", {"metadata.a": "d, e"}, '---\nmetadata: {a: "d, e"} # c\n---\n'),
        ('---\nmetadata: {"a": {"b": [1]}}\nc: d\n---\n', {"metadata.e": "f"},
         '---\nmetadata: {"a": {"b": [1]}, "e": "f"}\nc: d\n---\n'),
        ('---\nmetadata:\n  {\n    "a": "b",\n    "c": "d",\n  }\n---\n', {"metadata.e": "f"},
         '---\nmetadata:\n  {\n    "a": "b",\n    "c": "d",\n    "e": "f",\n  }\n---\n'),
        ("---\nmetadata: {a: b, c: d, e: f}\n---\n", {"metadata.c": None}, "---\nmetadata: {a: b, e: f}\n---\n"),
        ("---\nmetadata: {a: b, c: d}\n---\n", {"metadata.a": None}, "---\nmetadata: {c: d}\n---\n"),
        ("---\nmetadata: {a: b, c: d}\n---\n", {"metadata.c": None}, "---\nmetadata: {a: b}\n---\n"),
        ("---\nmetadata: {a: b}\nc: d\n---\n", {"metadata.a": None}, "---\nc: d\n---\n"),
        ("---\nmetadata: {a: b}\n---\n", {"metadata.c": None}, "---\nmetadata: {a: b}\n---\n"),
        ("---\nmetadata: {}\nc: d\n---\n", {"metadata.a": "b"}, '---\nmetadata: {"a": "b"}\nc: d\n---\n'),
        # Comments stay, also behind and between the lines of a value.
        ("---\na: >-  # owner\n  b # c\n  d\ne: f\n---\n", {"a": "x"}, "---\na: x  # owner\ne: f\n---\n"),
        ("---\na: |+1 # owner\n  b\n\ne: f\n---\n", {"a": "x"}, "---\na: x # owner\ne: f\n---\n"),
        ("---\na: b c\n  d#e # f\ng: h\n---\n", {"a": "x"}, "---\na: x # f\ng: h\n---\n"),
        ("---\na: 'b # c\n  # d' # e\ng: h\n---\n", {"a": "x"}, "---\na: x # e\ng: h\n---\n"),
        ("---\na: # b\n  c\n---\n", {"a": "x"}, "---\na: x # b\n---\n"),
        ("---\na: # b\n- c # d\n# e\n- f\ng: h\n---\n", {"a": "x"}, "---\na: x # b # d\n# e\ng: h\n---\n"),
        ("---\na: [b, # c\n  # d\n  e] # f\n---\n", {"a": "x"}, "---\na: x # c # f\n  # d\n---\n"),
        ("---\na: |\n  b\nmetadata:\n  # c\n  d: e\nf: g\n---\n", {"metadata.d": None},
         "---\na: |\n  b\n# c\nf: g\n---\n"),
        ("---\nmetadata:\n  # a\n  b:\n    # c\n    d: e # f\n---\n", {"metadata.b": "x"},
         "---\nmetadata:\n  # a\n  b: x # f\n    # c\n---\n"),
        # The blank lines below a block with + belong to it.
        ("---\nmetadata:\n  a: |+\n    b\n\n---\n", {"metadata.c": "x"},
         "---\nmetadata:\n  a: |+\n    b\n\n  c: x\n---\n"),
        ("---\na: |+\n  b\n\n---\n", {"c": "x"}, "---\na: |+\n  b\n\nc: x\n---\n"),
        ("---\na: >+\n  b\n\nc: d\n---\n", {"a": "x"}, "---\na: x\nc: d\n---\n"),
        ("---\na: |\n  b\n\nc: d\n---\n", {"a": "x"}, "---\na: x\n\nc: d\n---\n"),
    ],
)  # fmt: skip
def test_fields_come_and_go_where_they_belong(text: str, changes: dict[str, str | None], edited: str) -> None:
    assert edit_text(text, changes) == edited


def test_no_change_leaves_the_text_as_it_is() -> None:
    assert edit_text(TEXT, {}) == TEXT


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_body_is_exchanged_with_the_line_ends_of_the_file(line_end: str) -> None:
    text = f"---{line_end}name: a{line_end}---{line_end}Old.{line_end}"
    edited = edit_text(text, {}, body="New.\nAnd more.\n")
    assert edited == f"---{line_end}name: a{line_end}---{line_end}{line_end}New.{line_end}And more.{line_end}"


@pytest.mark.parametrize(
    ("text", "changes", "message"),
    [
        ("name: a\n", {"name": "b"}, "frontmatter between two lines"),
        ("---\nname: a\n", {"name": "b"}, "frontmatter between two lines"),
        ("---\nname: a: b\n---\n", {"name": "b"}, "cannot be edited as it stands"),
        ("---\n\tname: a\n---\n", {"name": "b"}, "cannot be edited as it stands"),
        ("---\n- a\n---\n", {"name": "b"}, "lines of name: value"),
        ("---\n{name: a}\n---\n", {"name": "b"}, "lines of name: value"),
        ("---\nname: a\nname: b\n---\n", {"name": "c"}, "stands twice"),
        ("---\nmetadata: {a: b, a: c}\n---\n", {"metadata.a": "c"}, "stands twice"),
        ("---\nmetadata: [a]\n---\n", {"metadata.a": "c"}, "holds no keys"),
        ("---\nmetadata:\n- a\n---\n", {"metadata.a": "c"}, "holds no keys"),
        ("---\na: &a b\nc: *a\n---\n", {"a": "c"}, "uses an alias"),
        ("---\na: b\x85c: d\n---\n", {"a": "c"}, "line ends other than"),
        ("---\na: b\rc: d\n---\n", {"a": "c"}, "line ends other than"),
        ("---\nname: a\n---\n", {"a b": "c"}, "is no field"),
        ("---\nname: a\n---\n", {"a\nb": "c"}, "is no field"),
        ("---\nname: a\n---\n", {"metadata.a: b": "c"}, "cannot be a key"),
        ("---\nname: a\n---\n", {"name": "\x00"}, "may not hold"),
        ("---\n? name\n: a\n---\n", {"name": "a"}, "question mark"),
        ("---\n? [a]\n: b\n---\n", {"name": "a"}, "is not a word"),
    ],
)
def test_what_cannot_be_edited_safely_is_refused(text: str, changes: dict[str, str | None], message: str) -> None:
    with pytest.raises(PackageError, match=message):
        edit_text(text, changes)


# What YAML and metier's own writer may hold in a scalar.
values = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"))


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(["name", "description", "license", "new", "metadata.since", "metadata.new"]),
    value=values | st.sampled_from(["a: b", "- a", "---", "#", "'", '"', "a\nb", " x ", "", "1.0", "null", "{a}"]),
)
def test_what_is_set_is_what_strict_tools_read(name: str, value: str) -> None:
    before = load_fields(TEXT)
    edited = edit_text(TEXT, {name: value})
    outer, _, inner = name.partition(".")
    expected = {**before, outer: {**before[outer], inner: value} if inner else value}
    assert load_fields(edited) == expected
    assert edit_text(edited, {name: value}) == edited
    unchanged = [line for line in lines_of(TEXT) if line.startswith("#") or line in ("- Read\n", "Do it.  \n")]
    assert [line for line in lines_of(edited) if line in unchanged] == unchanged


BRACES = ['metadata: {"a": [1, 2], since: b} # c', "metadata: {since: 'a',", '  "b": {c: d}}', "metadata: {}"]


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(st.sampled_from([*TEXT.split("\n")[1:-6], *BRACES]) | st.text(max_size=5), max_size=14),
    name=st.sampled_from(["name", "license", "metadata.since", "metadata"]),
    value=st.none() | values,
)
def test_any_text_is_edited_right_or_refused(lines: list[str], name: str, value: str | None) -> None:
    text = "\n".join(["---", *lines, "---", "Body."])
    try:
        edited = edit_text(text, {name: value})
    except PackageError:
        return
    assert edited.endswith("---\nBody.")
    assert edit_text(edited, {name: value}) == edited


def folder_with(tmp_path: Path, text: str, name: str = "SKILL.md") -> Path:
    folder = tmp_path / "pdf"
    folder.mkdir()
    (folder / name).write_bytes(text.encode())
    return folder


def test_a_package_is_edited_in_place_and_read_again(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, TEXT.replace("name: pdf", "name: PDF"))
    (folder / "SKILL.md").chmod(0o640)
    package = edit_package(folder, {"name": "pdf", "metadata.version": "2.0"})
    assert (package.skill.name, package.skill.version) == ("pdf", "2.0")
    assert package.is_valid
    assert stat.S_IMODE((folder / "SKILL.md").stat().st_mode) == 0o640
    assert [file.name for file in folder.iterdir()] == ["SKILL.md"]


def test_an_edit_that_breaks_the_format_says_so(tmp_path: Path) -> None:
    package = edit_package(folder_with(tmp_path, TEXT), {"name": "Other"})
    assert "Skill name 'Other' must be lowercase" in package.refusals


@pytest.mark.parametrize(
    ("changes", "body", "message"),
    [
        ({"description": ""}, None, "has no description"),
        ({"description": None}, None, "has no description"),
        ({"license": "x" * (1 << 20)}, None, "at most 65536 are read"),
        ({}, "x" * (1 << 20), "at most 1048576 are read"),
        ({}, "a \ud800", "The body holds the character '.ud800', which UTF-8 may not hold"),
    ],
)
def test_an_edit_with_which_the_package_would_not_load_writes_nothing(
    tmp_path: Path, changes: dict[str, str | None], body: str | None, message: str
) -> None:
    folder = folder_with(tmp_path, TEXT)
    with pytest.raises(PackageError, match=message):
        edit_package(folder, changes, body=body)
    assert (folder / "SKILL.md").read_bytes() == TEXT.encode()


def test_an_edit_after_which_the_frontmatter_is_not_read_whole_is_refused() -> None:
    text = "---\r\nname: a\r\ndescription: b\r\n---\r\n"
    most = MAX_CHARACTERS - len("name: a\ndescription: b\nlicense: ")
    assert len(edit_text(text, {"license": "x" * most})) > MAX_CHARACTERS
    with pytest.raises(PackageError, match="would have 65537 characters; at most 65536 are read"):
        edit_text(text, {"license": "x" * (most + 1)})
    too_long = text.replace("b\r", f"b\r\nlicense: {'x' * MAX_CHARACTERS}\r")
    assert edit_text(too_long, {"license": None}) == text


def test_an_edit_makes_a_package_load_that_did_not(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, '---\nname: pdf\ndescription: ""\n---\n')
    with pytest.raises(PackageError, match="has no description"):
        edit_package(folder, {"license": "MIT"})
    assert edit_package(folder, {"description": "Fill in forms."}).is_valid


def test_a_link_in_place_of_the_file_is_not_edited(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, TEXT, "real.md")
    (folder / "SKILL.md").symlink_to("real.md")
    with pytest.raises(PackageError, match="to be a plain file"):
        edit_package(folder, {"license": "MIT"})


def test_the_file_in_lower_case_is_the_one_edited(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, TEXT, "skill.md")
    edit_package(folder, {"license": "Apache-2.0"})
    assert 'license: "Apache-2.0"  # for now' in (folder / "skill.md").read_text()


def test_bytes_that_are_no_text_are_not_edited(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, TEXT)
    (folder / "SKILL.md").write_bytes(TEXT.encode() + b"\xff")
    with pytest.raises(PackageError, match="not UTF-8"):
        edit_package(folder, {"license": "x"})


def test_an_edit_without_effect_does_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_with(tmp_path, TEXT)
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("it was written"))
    edit_package(folder, {"new": None})


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, StoreFull), (errno.EIO, StoreError)])
@pytest.mark.parametrize(("owner", "call"), [(os, "fsync"), (Path, "replace"), (os, "fchmod")])
def test_a_disk_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, call: str, number: int, error: type[StoreError]
) -> None:
    folder = folder_with(tmp_path, TEXT)

    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(owner, call, failing)
        with pytest.raises(error):
            edit_package(folder, {"license": "x"})
    assert (folder / "SKILL.md").read_bytes() == TEXT.encode()
    assert [file.name for file in folder.iterdir()] == ["SKILL.md"]


@pytest.mark.parametrize("number", [0, errno.EXDEV, errno.EACCES])
def test_the_file_grows_beside_the_package_unless_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = folder_with(tmp_path, TEXT)
    seen: list[int] = []
    synced, replaced = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        seen.append(len(list(folder.iterdir())))
        synced(handle)

    def replace(path: Path, target: Path) -> Path:
        if number and path.parent == tmp_path:
            raise OSError(number, os.strerror(number))
        return replaced(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    assert edit_package(folder, {"license": "MIT-0"}).fields["license"] == "MIT-0"
    assert seen == ([1, 2] if number else [1])
    assert [path.name for path in (*tmp_path.iterdir(), *folder.iterdir())] == ["pdf", "SKILL.md"]


@pytest.mark.parametrize(
    "head",
    ["name: a\u2028b\n", "{name: a}\n", "? name\n: a\n", "[a, b]: c\n", "a: &x b\nc: *x\n", "a: 1\na: 2\n", "a: [\n"],
)
def test_what_cannot_be_edited_is_told_with_the_way_out(head: str) -> None:
    with pytest.raises(PackageError) as refusal:
        edit_text(f"---\n{head}---\nDo it.\n", {"license": "MIT"})
    assert refusal.value.hint


@pytest.mark.parametrize(("value", "body"), [("a\0b", None), ("MIT", "\ud800"), ("x" * 70_000, None)])
def test_what_may_not_be_written_is_told_with_the_way_out(value: str, body: str | None) -> None:
    with pytest.raises(PackageError) as refusal:
        edit_text("---\nname: a\n---\nDo it.\n", {"license": value}, body=body)
    assert refusal.value.hint
