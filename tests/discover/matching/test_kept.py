"""Does a matcher that was kept in a file find what it found before, and is any other file refused?"""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.discover.match import Matcher
from metier.discover.matching import kept
from metier.discover.matching.kept import dump, load_matcher
from metier.discover.matching.rules import EVERY_FORM, Rules, careful
from metier.errors import CorruptStore, NotStored, StoreError
from metier.taxonomy import Concept, Taxonomy

LABELS = {
    "lead": ("lead", "LED"),
    "one": ("IT", "Straße", "manage staff"),
    "two": ("it", "naïve Bayes", "managing a team"),
    "ü": ("Java (computer programming)", "R", "C++"),
    "three": ("IT", "machine learning", "\ud800 broken"),
}
TRADE = Taxonomy(
    name="trade",
    concepts=tuple(Concept(id=name, label=labels[0], alt_labels=labels[1:]) for name, labels in LABELS.items()),
)
TEXTS = ["IT and it in C/C++ R&D", "STRASSE: naïve-Bayes, Java.", "managing staff \ud800 broken LEAD machine\nlearning"]


@pytest.mark.parametrize("engine", ["auto", "lookup", "table"])
@pytest.mark.parametrize("rules", [EVERY_FORM, careful(), Rules(inflections=True, languages=("de",))])
def test_it_finds_what_it_found_before(tmp_path: Path, rules: Rules, engine: str) -> None:
    before = Matcher(TRADE, rules, engine=engine)
    dump(before, tmp_path / "kept")
    after = load_matcher(tmp_path / "kept")
    assert list(after.find_all(TEXTS, nested=True)) == list(before.find_all(TEXTS, nested=True)) != [[], [], []]
    assert [list(after.find(text)) for text in TEXTS] == list(before.find_all(TEXTS))
    assert (after.rules, after.engine, after.forms) == (before.rules, before.engine, before.forms)


def test_the_same_matcher_gives_the_same_bytes_also_once_it_was_read(tmp_path: Path) -> None:
    first = dump(Matcher(TRADE), tmp_path / "one")
    assert dump(load_matcher(tmp_path / "one"), tmp_path / "two") == first
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_a_matcher_of_nothing_is_kept_as_well(tmp_path: Path) -> None:
    dump(Matcher(Taxonomy(name="none")), tmp_path / "kept")
    assert list(load_matcher(tmp_path / "kept").find_all(["anything"])) == [[]]


def test_where_numpy_is_missing_the_other_engine_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump(Matcher(TRADE), tmp_path / "kept")
    monkeypatch.setattr(kept, "find_spec", lambda name: None)
    monkeypatch.setattr("metier.discover.match.find_spec", lambda name: None)
    assert [m.form for m in load_matcher(tmp_path / "kept").find("machine learning")] == ["machine learning"]
    dump(Matcher(TRADE), tmp_path / "small")
    assert load_matcher(tmp_path / "small").index is None


def test_any_changed_byte_is_noticed(tmp_path: Path) -> None:
    dump(Matcher(TRADE), tmp_path / "kept")
    data = (tmp_path / "kept").read_bytes()
    for at in (0, 20, 90, len(data) // 2, len(data) - 1):
        (tmp_path / "bad").write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(CorruptStore):
            load_matcher(tmp_path / "bad")
    for torn in (b"", data[:50], data[:-1]):
        (tmp_path / "bad").write_bytes(torn)
        with pytest.raises(CorruptStore):
            load_matcher(tmp_path / "bad")


def test_another_version_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"metier-matcher 2 abc\n{}\n")
    with pytest.raises(CorruptStore, match="metier-matcher 1") as error:
        load_matcher(tmp_path / "kept")
    assert "anew" in error.value.hint


def test_a_file_that_is_not_there_or_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotStored, match="nowhere"):
        load_matcher(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="missing"):
        dump(Matcher(TRADE), tmp_path / "missing" / "kept")
