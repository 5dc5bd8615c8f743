"""Are changes told both ways alike, and are records never changed on a guess?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.taxonomies import diff, migrate
from metier.discover.taxonomies.migration import read_records, write_records
from metier.errors import DocumentError
from metier.taxonomy import Concept, Taxonomy

IDS = "abcdef"
WORDS = st.sampled_from(["weld", "cut metal", "bend", "glue wood", "paint"])
MIRROR = {"added": "removed", "removed": "added"}


@st.composite
def trees(draw: st.DrawFn) -> Taxonomy:
    ids = draw(st.lists(st.sampled_from(IDS), unique=True).map(sorted))
    concepts = [
        Concept(
            id=f"http://x.example/{name}",
            label=draw(WORDS),
            alt_labels=tuple(draw(st.lists(WORDS, max_size=2, unique=True))),
            definition=draw(st.sampled_from(["", "x", "y"])),
            parents=tuple(f"http://x.example/{up}" for up in draw(st.sets(st.sampled_from(ids[:at] or [""]))) if up),
        )
        for at, name in enumerate(ids)
    ]
    return Taxonomy(name="t", concepts=tuple(concepts))


@given(trees())
def test_nothing_changed_between_equals(tree: Taxonomy) -> None:
    assert diff(tree, tree) == ()


@given(trees(), trees())
def test_the_way_back_is_the_mirror(old: Taxonomy, new: Taxonomy) -> None:
    there = {(MIRROR.get(c.kind, c.kind), c.concept, c.after, c.before) for c in diff(old, new)}
    assert there == {(c.kind, c.concept, c.before, c.after) for c in diff(new, old)}


@given(trees(), trees())
def test_no_change_means_the_same_concepts_but_for_order(old: Taxonomy, new: Taxonomy) -> None:
    def content(tree: Taxonomy) -> object:
        return {c.id: (c.label, set(c.alt_labels), c.definition, set(c.parents)) for c in tree}

    assert (diff(old, new) == ()) == (content(old) == content(new))


records = st.recursive(
    st.sampled_from([f"http://x.example/{name}" for name in IDS + "zz"]) | st.integers() | st.just("text"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("kl"), inner, max_size=2),
    max_leaves=8,
)


@given(st.lists(records), trees(), trees())
def test_without_a_history_no_record_changes(given_records: list[object], old: Taxonomy, new: Taxonomy) -> None:
    made = migrate(given_records, old, new)
    assert list(made.records) == given_records
    for fate in made.fates:
        assert (fate.kind == "kept") == (fate.concept in new)
        assert (fate.kind == "unknown") == (fate.concept not in old and fate.concept not in new)
        assert bool(fate.proposals) == (fate.kind == "proposed")
        assert all(near in new for near, _, _ in fate.proposals)


@given(st.lists(records), trees())
def test_to_the_same_version_everything_is_kept(given_records: list[object], tree: Taxonomy) -> None:
    assert {fate.kind for fate in migrate(given_records, tree, tree).fates} <= {"kept", "unknown"}


def tree(*concepts: Concept) -> Taxonomy:
    return Taxonomy(name="t", concepts=concepts)


def test_what_the_data_says_is_replaced_is_replaced_through_several_versions() -> None:
    old = tree(Concept(id="a", label="a", replaced_by=("b",)), Concept(id="z", label="z"))
    new = tree(
        Concept(id="b", label="b", status="obsolete", replaced_by=("c", "d")),
        Concept(id="c", label="c"),
        Concept(id="d", label="d"),
    )
    made = migrate([{"one": "a", "many": ["a", "c", "z"]}], old, new)
    assert made.records == ({"one": "a", "many": ["d", "c", "z"]},)
    assert {fate.concept: (fate.kind, fate.to) for fate in made.fates} == {
        "a": ("replaced", ("c", "d")),
        "c": ("kept", ("c",)),
        "z": ("lost", ()),
    }


def test_replacements_in_a_circle_end() -> None:
    old = tree(Concept(id="a", label="a", replaced_by=("b",)), Concept(id="b", label="b", replaced_by=("a",)))
    assert migrate(["a"], old, tree(Concept(id="q", label="q"))).fates[0].kind == "lost"


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv"])
def test_records_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    rows = [{"text": 'a, "b"\nc', "skill": "x"}, {"text": "é", "skill": ""}]
    write_records(rows, tmp_path / name)
    assert read_records((tmp_path / name).read_text(encoding="utf-8"), where=name) == rows
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("name", "text"), [("r.jsonl", "{}\n{\n"), ("r.csv", 'a,b\n"x'), ("r.csv", "a,b\n1\n")])
def test_a_faulty_record_is_named(name: str, text: str) -> None:
    with pytest.raises(DocumentError, match=rf"{name}"):
        read_records(text, where=name)


def test_json_keeps_its_order(tmp_path: Path) -> None:
    write_records([{"b": 1, "a": 2}], tmp_path / "r.jsonl")
    assert (tmp_path / "r.jsonl").read_text() == json.dumps({"b": 1, "a": 2}) + "\n"
