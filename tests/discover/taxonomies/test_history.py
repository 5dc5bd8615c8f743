"""Is a history read as it is written, and is what is none refused?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from metier.discover.taxonomies import diff, read_history
from metier.discover.taxonomies.history import replacements
from metier.errors import DocumentError
from metier.taxonomy import Concept, Taxonomy

URI = "http://x.example/"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("h.csv", "conceptUri,replacedBy\na,b\na,c\nd,\n"),
        ("h.csv", "old,label,new\na,weld,b|c\n"),
        ("h.csv", "From,To\na,b; c\n"),
        ("h.csv", 'status,concept_uri,is_replaced_by\nobsolete,a,"b\nc"\n'),
        ("h.json", '{"a": ["b", "c"], "d": []}'),
    ],
)
def test_every_shape_says_the_same(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_history(tmp_path / name) == {"a": ("b", "c")}
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    assert read_history(tmp_path / f"{name}.gz") == {"a": ("b", "c")}


def test_two_columns_of_uris_need_no_header(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(f"{URI}a,{URI}b\n{URI}c,{URI}d\n")
    assert read_history(tmp_path / "h.csv") == {f"{URI}a": (f"{URI}b",), f"{URI}c": (f"{URI}d",)}


def test_what_replaces_itself_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "h.json").write_text('{"a": "a", "b": "c"}')
    assert read_history(tmp_path / "h.json") == {"b": ("c",)}


def test_skos_says_it_itself(tmp_path: Path) -> None:
    pytest.importorskip("pyoxigraph")
    head = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
    one = f'<{URI}a> a skos:Concept ; skos:prefLabel "weld"@en ; dct:isReplacedBy <{URI}b> .\n'
    (tmp_path / "h.ttl").write_text(head + one)
    assert read_history(tmp_path / "h.ttl") == {f"{URI}a": (f"{URI}b",)}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("h.csv", "conceptUri,label\na,b\n", "replacedby"),
        ("h.csv", "x,y\na,b\n", "concepturi"),
        ("h.json", "[1]", "object"),
        ("h.json", '{"a": 1}', "object"),
        ("h.json", "{", "no JSON"),
    ],
)
def test_what_is_no_history_is_refused(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DocumentError, match=told) as error:
        read_history(tmp_path / name)
    assert name in str(error.value)


def test_a_removed_concept_is_told_with_what_stands_for_it_through_several_versions() -> None:
    old = Taxonomy(name="t", concepts=(Concept(id="a", label="a"), Concept(id="z", label="z")))
    new = Taxonomy(name="t", concepts=(Concept(id="c", label="c"),))
    changes = diff(old, new, history={"a": ["b"], "b": ["c"]})
    assert [(change.kind, change.concept, change.after) for change in changes] == [
        ("added", "c", ("c",)),
        ("removed", "z", ()),
        ("replaced", "a", ("c",)),
    ]


@pytest.mark.parametrize(
    ("inside", "history", "stands"),
    [
        ("b", {"a": ["b"], "b": ["c"]}, ("b",)),
        ("bc", {"a": ["b"], "b": ["c"]}, ("c",)),
        ("b", {"a": ["b"], "b": ["a"]}, ("b",)),
        ("bc", {"a": ["b"], "b": ["c"], "c": ["b"]}, ("b", "c")),
        ("cd", {"a": ["b", "d"], "b": ["c"]}, ("d", "c")),
        ("", {"a": ["b"]}, ()),
    ],
)
def test_the_last_that_the_new_version_holds_stands_for_a_concept(
    inside: str, history: dict[str, list[str]], stands: tuple[str, ...]
) -> None:
    old = Taxonomy(name="old", concepts=(Concept(id="a", label="a"),))
    new = Taxonomy(name="new", concepts=tuple(Concept(id=name, label=name) for name in inside))
    assert replacements("a", old, new, history) == stands
