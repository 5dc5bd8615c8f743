"""Files addressed by content: what is written is whole, what is read is checked."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.errors import CorruptStore, NotStored, StoreError, StoreFull
from metier.item import Item
from metier.stores.bulk import FileBulk
from strategies import items as some_items


@pytest.fixture
def bulk(tmp_path: Path) -> FileBulk:
    return FileBulk(tmp_path / "bulk")


def all_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_lies_two_folders_deep_under_its_digest(bulk: FileBulk, tmp_path: Path) -> None:
    # The SHA-256 of "abc" is the first test vector of FIPS 180-2.
    name = bulk.put(b"abc")
    letters = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert name == f"sha256:{letters}"
    assert bulk.path(name) == tmp_path / "bulk" / "ba" / "78" / letters


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(items=st.lists(some_items, max_size=5))
def test_items_come_back_exactly(bulk: FileBulk, items: list[Item]) -> None:
    assert list(bulk.items(bulk.put_items(items))) == items


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_disk_leaves_nothing_half_written(
    bulk: FileBulk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    kept = bulk.put(b"before")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(StoreFull, match="No room is left"):
        bulk.put(b"x" * 5_000_000)
    with pytest.raises(StoreFull):
        bulk.put_items(Item(prompt=str(n), reference="") for n in range(10))
    monkeypatch.undo()
    assert all_files(tmp_path) == [bulk.path(kept)]
    assert bulk.get(kept) == b"before"


def test_what_the_source_of_items_raises_is_passed_on(bulk: FileBulk, tmp_path: Path) -> None:
    def source() -> Iterator[Item]:
        yield Item(prompt="1", reference="1")
        raise OSError(errno.ENOSPC, "another disk")

    with pytest.raises(OSError, match="another disk"):
        bulk.put_items(source())
    assert all_files(tmp_path) == []


def test_a_damaged_file_is_named_and_kept(bulk: FileBulk) -> None:
    name = bulk.put(b"weights")
    path = bulk.path(name)
    path.write_bytes(b"weighty")
    for action in (lambda: bulk.get(name), lambda: bulk.items(name), lambda: bulk.put(b"weights")):
        with pytest.raises(CorruptStore, match="does not hold what was written") as refusal:
            action()
        assert path.name in str(refusal.value)
        assert "kept" in refusal.value.hint
    assert path.read_bytes() == b"weighty"


def test_a_truncated_file_is_damaged(bulk: FileBulk) -> None:
    name = bulk.put(b"weights")
    bulk.path(name).write_bytes(b"")
    with pytest.raises(CorruptStore):
        bulk.get(name)


def test_bytes_that_are_no_items_are_told_as_such(bulk: FileBulk) -> None:
    name = bulk.put(b'{"prompt":"a","reference":"b"}\n[1]\n')
    with pytest.raises(CorruptStore, match=r"Line 2 of .* is not an item"):
        list(bulk.items(name))


def test_a_name_cannot_leave_the_folder(bulk: FileBulk) -> None:
    for name in ("sha256:../../etc/passwd", "/etc/passwd", "sha256:" + "A" * 64):
        with pytest.raises(NotStored, match="Expected a digest"):
            bulk.path(name)


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="Cannot keep a file") as refusal:
        FileBulk(tmp_path / "file" / "bulk").put(b"x")
    assert str(tmp_path / "file") in str(refusal.value)
    assert "lies in the way" in refusal.value.hint


@pytest.mark.parametrize(("owner", "call"), [(os, "close"), (os, "fsync"), (Path, "replace"), (tempfile, "mkstemp")])
@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, StoreFull), (errno.EIO, StoreError)])
def test_a_disk_that_fails_anywhere_is_a_store_error(
    bulk: FileBulk, monkeypatch: pytest.MonkeyPatch, owner: object, call: str, number: int, error: type[StoreError]
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(owner, call, failing)
        with pytest.raises(error) as refusal:
            bulk.put(b"x")
    assert type(refusal.value) is error
    assert refusal.value.hint


@pytest.mark.parametrize("call", ["read_bytes", "open", "is_file"])
def test_a_file_that_cannot_be_read_is_a_store_error(
    bulk: FileBulk, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def closed(path: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    name = bulk.put(b"x")
    monkeypatch.setattr(Path, call, closed)
    with pytest.raises(StoreError, match="Cannot read a file") as refusal:
        bulk.items(name) if call == "open" else bulk.get(name)
    assert "may read" in refusal.value.hint
