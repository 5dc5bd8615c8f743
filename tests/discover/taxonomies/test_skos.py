"""Is SKOS read alike in each of its forms?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from metier.discover.taxonomies import load_taxonomy
from metier.errors import DocumentError, MissingExtra

SKOS = "http://www.w3.org/2004/02/skos/core#"
TURTLE = f"""
@prefix skos: <{SKOS}> . @prefix dct: <http://purl.org/dc/terms/> . @prefix x: <http://x.example/> .
x:s a skos:ConceptScheme ; dct:rights "All of us." .
x:a a skos:Concept ; skos:prefLabel "metal"@en, "Metall"@de ; skos:narrower x:b .
x:b a skos:Concept ; skos:prefLabel "welding"@en ; skos:altLabel "arc welding"@en, "Lichtbogen"@de ;
    skos:definition "Joining."@en ; skos:notation "7.2" ; skos:related x:c ; dct:isReplacedBy x:c .
x:c a skos:Concept ; skos:prefLabel "cutting"@en ; skos:broader x:a, x:gone .
"""
JSON_LD = f"""{{"@context": {{"skos": "{SKOS}"}}, "@graph": [{{"@id": "http://x.example/a", "@type": "skos:Concept",
 "skos:prefLabel": {{"@value": "metal", "@language": "en"}}}}]}}"""
RDF_XML = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="{SKOS}">
<skos:Concept rdf:about="http://x.example/a"><skos:prefLabel xml:lang="en">metal</skos:prefLabel></skos:Concept>
</rdf:RDF>"""
N_TRIPLES = f"""<http://x.example/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{SKOS}Concept> .
<http://x.example/a> <{SKOS}prefLabel> "metal"@en .
"""
X = "http://x.example/"


def test_labels_parents_relations_and_rights_are_read(tmp_path: Path) -> None:
    pytest.importorskip("pyoxigraph")
    path = tmp_path / "t.ttl"
    path.write_text(TURTLE)
    tree = load_taxonomy(path)
    welding = tree[X + "b"]
    assert welding.labels == ("welding", "arc welding")
    assert (welding.definition, welding.codes, welding.replaced_by) == ("Joining.", ("7.2",), (X + "c",))
    assert tree[X + "a"].labels_in("de") == ("Metall",)
    assert tree.siblings(X + "b") == (X + "c",)
    assert tree.related(X + "c") == (X + "b",)
    assert (tree.language, tree.attribution) == ("en", "All of us.")


@pytest.mark.parametrize(
    ("suffix", "text"), [("ttl", N_TRIPLES), ("nt", N_TRIPLES), ("rdf", RDF_XML), ("jsonld", JSON_LD)]
)
def test_every_form_reads_the_same(tmp_path: Path, suffix: str, text: str) -> None:
    pytest.importorskip("pyoxigraph")
    path = tmp_path / f"t.{suffix}"
    path.write_text(text)
    assert [(concept.id, concept.label) for concept in load_taxonomy(path)] == [(X + "a", "metal")]


def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyoxigraph")
    path = tmp_path / "t.ttl"
    path.write_text("<a> <b>")
    with pytest.raises(DocumentError, match=r"t\.ttl is no TURTLE"):
        load_taxonomy(path)


def test_without_the_extra_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyoxigraph", None)
    path = tmp_path / "t.ttl"
    path.write_text(TURTLE)
    with pytest.raises(MissingExtra) as caught:
        load_taxonomy(path)
    assert "metier[skos]" in caught.value.hint
