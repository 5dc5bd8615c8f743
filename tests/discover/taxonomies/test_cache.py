"""Is what was kept the same as what was read, and never trusted when it is not whole?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from metier.discover.taxonomies import read_taxonomy
from metier.discover.taxonomies.cache import default_cache

TEXT = "id,label,alt_labels,parents,definition\na,one,eins|uno,,first\nb,two,,a,\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(TEXT)
    return path


def test_what_was_kept_is_what_was_read(path: Path, tmp_path: Path) -> None:
    cold, warm = (read_taxonomy(path, cache=tmp_path / "c") for _ in range(2))
    assert (cold.cached, warm.cached) == (False, True)
    assert warm.taxonomy == cold.taxonomy
    assert warm.taxonomy is not None and cold.taxonomy is not None
    assert warm.taxonomy.digest == cold.taxonomy.digest
    assert (warm.counts, warm.notes) == (cold.counts, cold.notes)


def test_a_changed_file_is_read_anew(path: Path, tmp_path: Path) -> None:
    read_taxonomy(path, cache=tmp_path / "c")
    path.write_text(TEXT.replace("first", "1st"))
    again = read_taxonomy(path, cache=tmp_path / "c")
    assert not again.cached
    assert again.taxonomy is not None and again.taxonomy["a"].definition == "1st"


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "other"])
def test_a_cache_that_is_not_whole_is_written_anew(path: Path, tmp_path: Path, harm: str) -> None:
    first = read_taxonomy(path, cache=tmp_path / "c")
    (kept,) = (tmp_path / "c" / "taxonomies").iterdir()
    data = kept.read_bytes()
    kept.write_bytes({"cut": data[:-9], "flip": data.replace(b"one", b"two"), "empty": b"", "other": b"[]\n{}"}[harm])
    again = read_taxonomy(path, cache=tmp_path / "c")
    assert not again.cached
    assert again.taxonomy == first.taxonomy
    assert read_taxonomy(path, cache=tmp_path / "c").cached


def test_many_writers_leave_one_whole_file(path: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda _: read_taxonomy(path, cache=tmp_path / "c").taxonomy, range(24)))
    assert all(taxonomy == read[0] for taxonomy in read)
    assert len(list((tmp_path / "c" / "taxonomies").iterdir())) == 1


def test_a_folder_that_cannot_be_written_costs_nothing(path: Path, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("a file")
    assert read_taxonomy(path, cache=tmp_path / "c").taxonomy is not None


def test_a_small_file_leaves_no_cache_unasked(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METIER_CACHE", str(tmp_path / "d"))
    read_taxonomy(path)
    assert not (tmp_path / "d").exists()
    assert default_cache() == tmp_path / "d"
    monkeypatch.setenv("METIER_CACHE", "off")
    assert default_cache() is None
