"""URIs, frontmatter, cursors, files and approvals: what comes from strangers, read in one way or refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import CorruptStore, InputError, NotStored, PackageError, StoreError
from metier.stores.served.consent import Approvals, Wish
from metier.stores.served.direct import Direct
from metier.stores.served.entry import read_entry
from metier.stores.served.files import read_inside
from metier.stores.served.head import agrees, body_of, verbatim
from metier.stores.served.pages import after, cursor_after, page
from metier.stores.served.quote import quoted
from metier.stores.served.uris import Address, parse
from served_skills import Server, manifest, write

SEGMENT = st.text(min_size=1, max_size=12).filter(
    lambda text: text not in (".", "..") and text.isprintable() and not set(text) & set("/\\")
)


@given(st.lists(SEGMENT, min_size=1, max_size=5))
def test_a_uri_reads_back_as_it_was_written(segments: list[str]) -> None:
    address = Address(scheme="skill", segments=tuple(segments))
    assert parse(address.uri) == address


@given(st.text(max_size=60))
def test_no_uri_leads_elsewhere(text: str) -> None:
    for uri in (text, f"skill://{text}", f"skill://a/{text}"):
        try:
            address = parse(uri)
        except InputError:
            continue
        assert not any(part in ("", ".", "..") or "/" in part or "\\" in part for part in address.segments)


@pytest.mark.parametrize("uri", ["skill://\ud800/SKILL.md", "skill://a\ud800/SKILL.md", "skill://a/%ff/SKILL.md"])
def test_a_uri_that_is_no_unicode_is_refused(uri: str) -> None:
    with pytest.raises(InputError, match="not UTF-8"):
        parse(uri)


@given(st.lists(st.text(max_size=8), unique=True, max_size=40), st.integers(1, 7))
def test_pages_give_every_item_once_in_order(keys: list[str], size: int) -> None:
    keys.sort()
    got, cursor = list[str](), None
    while True:
        part = page(keys, keys, cursor, size=size)
        got += part.items
        cursor = part.next_cursor
        if cursor is None:
            break
    assert got == keys


@given(st.text(max_size=80))
def test_a_cursor_is_ours_or_refused(text: str) -> None:
    assert after(cursor_after(text)) == text
    if not text.startswith("m1."):
        with pytest.raises(InputError):
            after(text)


@given(st.text(max_size=200))
def test_no_text_closes_its_own_quotation(text: str) -> None:
    shown = quoted(text, origin="docs", skill="sum")
    closing = shown.rpartition("\n")[2]
    assert shown.count(closing) == 1 and text.rstrip() in shown


# Frontmatter


def head(text: str) -> bytes:
    return f"---\n{text}\n---\nBody.\n".encode()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("x: 1.0", 1.0),
        ("x: 1", 1),
        ("x: '1'", "1"),
        ("x: yes", True),
        ("x: true", True),
        ("x: null", None),
        ("x:", None),
        ("x: 2024-01-05", "2024-01-05"),
        ("x: [a, 2]", ["a", 2]),
        ("x: {a: {b: 1}}", {"a": {"b": 1}}),
        ("x: 1e3", "1e3"),
        ("x: |\n  two\n  lines", "two\nlines\n"),
        ("x: >+\n  two\n  lines\n", "two lines\n\n"),
        ("x: |-\n  two\n  lines", "two\nlines"),
        ("x: überall", "überall"),
    ],
)
def test_frontmatter_keeps_its_types(line: str, value: Any) -> None:
    assert verbatim(head(line)) == {"x": value}
    assert agrees(head(line), {"x": value}) == ""
    assert json.loads(json.dumps(verbatim(head(line)))) == {"x": value}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("x: |\n  Fill in\n  forms.", ["Fill in\nforms.\n", "Fill in\nforms."]),
        ("x: >+\n  Fill in.\n", ["Fill in.\n\n", "Fill in.\n"]),
        ("x:\n  y: |\n    Fill in.", [{"y": "Fill in.\n"}, {"y": "Fill in."}]),
    ],
)
def test_a_block_at_the_end_agrees_with_and_without_its_last_line_end(
    line: str, values: list[Any], line_end: str
) -> None:
    data = head(line).replace(b"\n", line_end.encode())
    assert verbatim(data) == {"x": values[0]}
    for value in values:
        assert agrees(data, {"x": value}) == ""
    for other in ("Fill in", "Fill in.\n\n\n", {"y": " Fill in."}):
        assert agrees(data, {"x": other}) == "x"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("x: yes", "yes"),
        ("x: 1.0", 1),
        ("x: 2024-01-05", "2024-01-05T00:00:00.000Z"),
        ("x: 017", 17),
        ("x: 1:30", "1:30"),
        ("x: 1e3", "1e3"),
    ],
)
def test_what_another_yaml_reads_agrees_too(line: str, value: Any) -> None:
    assert agrees(head(line), {"x": value}) == ""


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("x: 1", True),
        ("x: 1", "1"),
        ("x: '1'", 1),
        ("x: 'yes'", True),
        ("x: no", True),
        ("x: [a]", ["a", "b"]),
        ("x: {a: 1}", {"a": 1, "b": 2}),
        ("x: {a: 1, b: 2}", {"a": 1}),
        ("x: a", "b"),
        ("x: null", ""),
        ("x: 2024-01-05", "2024-01-06"),
    ],
)
def test_what_no_yaml_reads_does_not_agree(line: str, value: Any) -> None:
    assert agrees(head(line), {"x": value}) == "x"


def test_a_field_that_is_missing_or_added_does_not_agree() -> None:
    assert agrees(head("x: 1\ny: 2"), {"x": 1}) == "y"
    assert agrees(head("x: 1"), {"x": 1, "y": 2}) == "y"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"name: x",
        b"---\nname: x",
        b"\n---\nname: x\n---\n",
        b"---\nname: \xff\n---\n",
        head("- a"),
        head("a: b: c"),
        head("a: &x 1\nb: *x"),
        head("a: !!python/object:os.system x"),
        head("a: 1\na: 2"),
        head("a: {b: 1, b: 2}"),
        head("1: a"),
        head("? [a]\n: b"),
        head("a: .nan"),
        head("a: .inf"),
        head("a: " + "[" * 100 + "]" * 100),
        head("a: " + "9" * 5000),
        head("a: =\n"),
        head("<<: {a: 1}"),
        head("a: " + "x" * 70_000),
        head("a: 1\n---\nb: 2").replace(b"\n---\nb", b"\n--- \nb"),
    ],
)
def test_frontmatter_without_a_json_form_is_refused(data: bytes) -> None:
    with pytest.raises(PackageError):
        verbatim(data)


def test_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    data = b"\xef\xbb\xbf---\r\nname: x\r\n---\r\nBody.\r\n"
    assert verbatim(data) == {"name": "x"} and body_of(data) == "Body.\r\n"


def test_an_entry_reads_back_as_it_was_sent() -> None:
    raw = Server({"acme/sum": {"SKILL.md": manifest("sum"), "a.txt": b"x"}}).entries[0]
    assert read_entry(raw).plain() == raw
    assert read_entry({**raw, "_meta": {"a": 1}}).plain()["_meta"] == {"a": 1}
    assert read_entry({**raw, "resources": "dynamic"}).bound_to == ""


def test_the_order_of_the_files_does_not_change_what_an_approval_is_bound_to() -> None:
    raw = Server({"acme/sum": {"SKILL.md": manifest("sum"), "a.txt": b"x"}}).entries[0]
    turned = {**raw, "resources": raw["resources"][::-1]}
    assert read_entry(raw).bound_to == read_entry(turned).bound_to


# Files


def test_only_plain_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for path in ("pipe", "folder", "none", "a/b", "..", "", "../x", "folder/../x", "x" * 300, "a\x00b"):
        with pytest.raises((NotStored, StoreError)):
            read_inside(tmp_path, path, limit=10)


def test_no_more_is_read_than_the_limit_and_one_byte(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(100))
    assert len(read_inside(tmp_path, "big", limit=10)) == 11


def test_a_shelf_is_read_without_a_wire(tmp_path: Path) -> None:
    from metier.stores.served.shelf import Shelf
    from served_skills import judging

    write(tmp_path, "sum")
    reader = Direct(Shelf(tmp_path, judging()))
    (entry,), cursor = reader.skills(None)
    assert cursor is None and reader.skill("skill://sum/SKILL.md") == entry
    assert reader.read("skill://sum/SKILL.md") == manifest("sum")


# Approvals


def entry() -> Any:
    return read_entry(Server({"acme/sum": {"SKILL.md": manifest("sum")}}).entries[0])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"approvals": [1]}', '{"approvals": [{"server": 1}]}', "\x00"])
def test_a_damaged_file_of_approvals_is_told_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "approvals.json"
    path.write_text(text)
    with pytest.raises(CorruptStore):
        Approvals(path)
    assert path.read_text() == text


def test_two_hosts_do_not_undo_each_other(tmp_path: Path) -> None:
    one, two = Approvals(tmp_path / "approvals.json"), Approvals(tmp_path / "approvals.json")
    one.keep("docs", entry(), Wish.LOAD)
    two.keep("bank", entry(), Wish.LOAD)
    one.keep("docs", entry(), Wish.EXECUTE)
    for approvals in (one, two, Approvals(tmp_path / "approvals.json")):
        assert approvals.holds("docs", entry(), Wish.LOAD) and approvals.holds("docs", entry(), Wish.EXECUTE)
        assert approvals.holds("bank", entry(), Wish.LOAD) and not approvals.holds("bank", entry(), Wish.EXECUTE)
    two.revoke("docs")
    assert not one.holds("docs", entry(), Wish.LOAD) and one.holds("bank", entry(), Wish.LOAD)


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "approvals.json"
    approvals = Approvals(path)
    approvals.keep("docs", entry(), Wish.LOAD)
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("metier.whole.os.fsync", full)
    with pytest.raises(StoreError):
        approvals.keep("docs", entry(), Wish.EXECUTE)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["approvals.json", "approvals.json.lock"]
