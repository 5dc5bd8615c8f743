"""Does a file appear whole or not at all, with the mode that was asked for and nothing beside it?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from metier.whole import whole


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_takes_its_name_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with whole(path, mode=0o640) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(failure), whole(path) as file:
        file.write(b"new")
        raise failure
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_file_that_cannot_take_its_name_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(OSError), whole(tmp_path / "a") as file:
        file.write(b"new")
    assert names(tmp_path) == ["a"]


def test_a_link_is_replaced_and_what_it_leads_to_is_left(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "a").symlink_to("target")
    with whole(tmp_path / "a") as file:
        file.write(b"new")
    assert not (tmp_path / "a").is_symlink()
    assert (tmp_path / "target").read_text() == "old"


def test_only_what_is_to_last_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    with whole(tmp_path / "a", is_synced=False) as file:
        file.write(b"x")
    assert synced == []
    with whole(tmp_path / "a") as file:
        file.write(b"x")
    assert len(synced) == 1


def test_a_file_may_grow_in_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    with whole(tmp_path / "a", within=tmp_path / "parts") as file:
        file.write(b"x")
        assert names(tmp_path) == ["parts"]
    assert (tmp_path / "a").read_bytes() == b"x" and names(tmp_path / "parts") == []
