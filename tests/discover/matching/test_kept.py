"""Does a matcher that was kept in a file find what it found before, and is any other file refused?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
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


def _altered(path: Path, change: Mapping[str, object], rest: bytes | None = None) -> None:
    """Write other facts or columns under a SHA-256 of their own, as anybody can."""
    dump(Matcher(TRADE), path)
    _, facts, content = path.read_bytes().split(b"\n", 2)
    body = json.dumps(json.loads(facts) | change).encode() + b"\n" + (content if rest is None else rest)
    _sealed(path, body)


def _sealed(path: Path, body: bytes) -> None:
    path.write_bytes(b"metier-matcher 1 " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


@pytest.mark.parametrize(
    "change",
    [
        {"shared": [1, 2]}, {"shared": {"-1": [0]}}, {"shared": {"0": [-1]}}, {"shared": {"99": [0]}},
        {"ways": [1, 2]}, {"ways": {"0": 3}}, {"written": "x"}, {"written": None}, {"concepts": [1, 2]},
        {"concepts": []}, {"forms": 1}, {"forms": -1}, {"forms": 10**18}, {"names": 10**18}, {"names": -3},
        {"columns": []}, {"columns": {"hashes": 8}}, {"columns": {"hashes": 0, "numbers": 0, "goes_on": 0}},
        {"rules": {}, "engine": "none"}, {"rules": {"ambiguous": "x"}}, {"rules": {"evidence": "many"}}, {"rules": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_facts_that_do_not_fit_are_refused_though_the_sum_is_right(tmp_path: Path, change: dict[str, object]) -> None:
    _altered(tmp_path / "kept", change)
    with pytest.raises(CorruptStore, match="kept"):
        load_matcher(tmp_path / "kept")


@pytest.mark.parametrize("body", [b"[" * 100_000 + b"\n", b"{}\n", b"[]\n", b"\xff\n", b"", b"no line"])
def test_a_second_line_that_says_nothing_is_refused(tmp_path: Path, body: bytes) -> None:
    _sealed(tmp_path / "kept", body)
    with pytest.raises(CorruptStore, match="kept"):
        load_matcher(tmp_path / "kept")


@pytest.mark.parametrize("way", ["numbers too high", "numbers below 0", "unsorted", "one short"])
def test_columns_that_do_not_fit_are_refused(tmp_path: Path, way: str) -> None:
    matcher = Matcher(TRADE)
    dump(matcher, tmp_path / "kept")
    rest = bytearray((tmp_path / "kept").read_bytes().split(b"\n", 2)[2])
    sizes = json.loads((tmp_path / "kept").read_bytes().split(b"\n", 2)[1])["columns"]
    hashes = len(rest) - sum(sizes.values())
    numbers = hashes + sizes["hashes"]
    if way == "unsorted":
        rest[hashes : hashes + 8] = b"\xff" * 8
    elif way == "one short":
        sizes |= {"numbers": sizes["numbers"] - 4, "goes_on": sizes["goes_on"] + 4}
    else:
        number = len(matcher.forms.names) if way == "numbers too high" else -1
        rest[numbers : numbers + 4] = np.array(number, "<i4").tobytes()
    _altered(tmp_path / "kept", {"columns": sizes}, bytes(rest))
    with pytest.raises(CorruptStore, match="kept"):
        load_matcher(tmp_path / "kept")


@pytest.mark.parametrize("engine", ["lookup", "table"])
def test_a_form_without_a_word_is_found_nowhere(tmp_path: Path, engine: str) -> None:
    facts = {"concepts": ["a"], "shared": {}, "ways": {}, "forms": 3, "names": 4, "columns": {}, "engine": engine}
    _altered(tmp_path / "kept", facts, b"\n \nx" + bytes(12))
    assert [m.form for m in load_matcher(tmp_path / "kept").find("x - y")] == ["x"]
