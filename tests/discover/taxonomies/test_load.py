"""Is every shape of taxonomy read alike, and every fault told, not only the first?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from metier.discover.taxonomies import load_taxonomy, read_taxonomy
from metier.errors import DocumentError

S = "http://data.europa.eu/esco/skill/"
SKILLS = f"""conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,status,description
KnowledgeSkillCompetence,{S}1,knowledge,cross-sector,welding,"arc welding
welding",released,Joining.
KnowledgeSkillCompetence,{S}2,skill/competence,,cut metal,metal cutting | cutting,released,
KnowledgeSkillCompetence,{S}3,skill/competence,,bend metal,,released,
"""
GROUPS = f"""conceptType,conceptUri,preferredLabel,altLabels,description,code
SkillGroup,{S}g,working with metal,,Of metal.,S8
"""
BROADER = f"""conceptType,conceptUri,broaderType,broaderUri
KnowledgeSkillCompetence,{S}1,SkillGroup,{S}g
KnowledgeSkillCompetence,{S}2,SkillGroup,{S}g
KnowledgeSkillCompetence,{S}2,KnowledgeSkillCompetence,{S}9
KnowledgeSkillCompetence,{S}8,SkillGroup,{S}g
SkillGroup,{S}g,SkillGroup,{S}top
SkillGroup,{S}top,SkillGroup,{S}g
"""
LEVELS = f"""Level 0 URI,Level 0 preferred term,Level 1 URI,Level 1 preferred term,Level 0 code,Level 1 code
{S}top,skills,,,S
{S}top,skills,{S}g,working with metal,S,S8
"""
RELATIONS = f"""originalSkillUri,originalSkillType,relationType,relatedSkillType,relatedSkillUri
{S}1,knowledge,essential,skill/competence,{S}2
{S}1,knowledge,optional,skill/competence,{S}7
"""
COLLECTION = f"""conceptType,conceptUri,preferredLabel,skillType,altLabels,broaderConceptUri,broaderConceptPT
KnowledgeSkillCompetence,{S}1,welding,knowledge,,{S}g | {S}h,working with metal | heat
KnowledgeSkillCompetence,{S}5,glue,knowledge,,,
"""
LABELS = f"conceptUri,en,fi,es,es_alt\n{S}1,welding,hitsaus,soldadura,soldar\n{S}6,x,y,z,\n"


@pytest.fixture
def esco(tmp_path: Path) -> Path:
    folder = tmp_path / "ESCO dataset - v1.2.0"
    folder.mkdir()
    files = {
        "skills_en.csv": SKILLS,
        "skills_de.csv": SKILLS.replace("welding,", "Schweißen,").replace("arc welding", "Lichtbogen"),
        "skillGroups_en.csv": GROUPS,
        "broaderRelationsSkillPillar_en.csv": BROADER,
        "skillsHierarchy_en.csv": LEVELS,
        "skillSkillRelations_en.csv": RELATIONS,
        "digitalSkillsCollection_en.csv": COLLECTION,
        "labels.csv": LABELS,
        "unrelated.csv": "a,b\n1,2\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_of_esco_becomes_one_taxonomy(esco: Path) -> None:
    tree = load_taxonomy(esco)
    assert (tree.version, tree.language, len(tree)) == ("1.2.0", "en", 5)
    welding = tree[S + "1"]
    assert welding.labels == ("welding", "arc welding")
    assert welding.kind, welding.status == ("knowledge", "released")
    assert welding.labels_in("de") == ("Schweißen", "Lichtbogen", "welding")
    assert welding.labels_in("es") == ("soldadura", "soldar")
    assert welding.collections == ("digital",)
    assert tree[S + "2"].alt_labels == ("metal cutting", "cutting")
    assert tree.ancestors(S + "1") == (S + "g", S + "top")
    assert tree.siblings(S + "1") == (S + "2",)
    assert tree.related(S + "2", relation="essential") == (S + "1",)
    assert tree[S + "g"].codes == ("S8",)
    assert "ESCO" in tree.attribution


def test_everything_that_does_not_fit_is_told(esco: Path) -> None:
    told = {note.what: note for note in read_taxonomy(esco).notes}
    assert {what: note.count for what, note in told.items()} == {
        "skills that the hierarchy does not place": 1,
        "members of collections that are not among the skills, left out": 1,
        "translated concepts that are not there, left out": 1,
        "edges of concepts that are not there, left out": 1,
        "edges to an unknown parent, left out": 1,
        "edges that would close a circle, left out": 1,
        "relations with an unknown end, left out": 1,
    }
    assert told["skills that the hierarchy does not place"].examples == (S + "3",)


def test_languages_are_chosen_and_an_unknown_one_is_refused(esco: Path) -> None:
    tree = load_taxonomy(esco, languages=("de", "en"))
    assert tree[S + "1"].label == "Schweißen"
    assert tree[S + "1"].labels_in("en") == ("welding", "arc welding")
    with pytest.raises(DocumentError, match="Expected labels in 'pl'"):
        load_taxonomy(esco, languages=("en", "pl"))


def test_one_file_of_skills_packed_or_not_and_a_hierarchy_of_another_version(esco: Path, tmp_path: Path) -> None:
    packed = tmp_path / "skills_v1.1.1.csv.gz"
    packed.write_bytes(gzip.compress(SKILLS.encode()) + gzip.compress(f"K,{S}4,knowledge,,solder,,,\n".encode()))
    assert [concept.label for concept in load_taxonomy(packed)] == ["welding", "cut metal", "bend metal", "solder"]
    laid_over = load_taxonomy(packed, hierarchy=esco)
    assert laid_over.siblings(S + "1") == (S + "2",)
    assert laid_over.version.startswith("1.1.1")


def test_a_collection_alone_names_its_groups(tmp_path: Path) -> None:
    path = tmp_path / "digitalSkillsCollection_en.csv"
    path.write_text(COLLECTION)
    tree = load_taxonomy(path)
    assert tree.ancestors(S + "1") == (S + "g", S + "h")
    assert tree[S + "h"].label == "heat"


def test_a_parent_with_a_row_of_its_own_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "digitalSkillsCollection_en.csv"
    path.write_text(
        COLLECTION.replace("glue,knowledge,,,", f"glue,knowledge,gluing,{S}g,x") + f"K,{S}g,x,knowledge,y,,\n"
    )
    assert load_taxonomy(path)[S + "g"].labels == ("x", "y")


def test_occupations_are_read_when_asked_for_or_alone(esco: Path, tmp_path: Path) -> None:
    text = f"conceptType,conceptUri,iscoGroup,preferredLabel,altLabels\nOccupation,{S}o,7212,welder,\n"
    alone = tmp_path / "occupations_en.csv"
    alone.write_text(text)
    assert load_taxonomy(alone)[S + "o"].kind == "occupation"
    (esco / "occupations_en.csv").write_text(text)
    (esco / "ISCOGroups_en.csv").write_text(
        "conceptType,conceptUri,preferredLabel,altLabels,code\n"
        "ISCOGroup,http://data.europa.eu/esco/isco/C7212,Welders,,7212\n"
    )
    occupations = load_taxonomy(esco, pillar="occupations")
    assert occupations[S + "o"].parents == ("http://data.europa.eu/esco/isco/C7212",)
    assert len(load_taxonomy(esco)) == 5


def test_all_faults_are_in_one_refusal(tmp_path: Path) -> None:
    path = tmp_path / "skills_en.csv"
    path.write_text(f"conceptUri,preferredLabel,skillType\n{S}1,a,\n{S}1,b,\n{S}2,,\nnot a uri,c,\n")
    with pytest.raises(DocumentError) as caught:
        load_taxonomy(path)
    for fault in ("1 identifiers that stand twice", "1 concepts without a label", "1 identifiers that are no URIs"):
        assert fault in str(caught.value)


@pytest.mark.parametrize(("shift", "sound"), [(0, True), (1, False), (7, False)])
def test_a_copy_with_shifted_labels_is_refused_with_the_figure(tmp_path: Path, shift: int, sound: bool) -> None:
    def word(n: int) -> str:
        return "".join("abcdefghij"[int(digit)] for digit in f"{n:04}") + "ing"

    rows = [f"{S}{n},{word(n)},use {word((n + shift) % 200)}" for n in range(200)]
    path = tmp_path / "skills_en.csv"
    path.write_text("conceptUri,preferredLabel,altLabels\n" + "\n".join(rows))
    refusals = read_taxonomy(path).refusals
    assert (not refusals) is sound
    assert sound or "only 0.0%" in refusals[0].what


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("t.csv", "uri,label\nhttp://x.example/a,b\n", ["http://x.example/a"]),
        ("t.csv", "label\nb\nc\n", ["b", "c"]),
        ("t.txt", "b\n\nC, C++\n", ["b", "C, C++"]),
        ("t.csv", "id,label\na,b\n", ["a"]),
        ("t.csv", "code,name\na,b\n", ["a"]),
    ],
)
def test_plain_lists(tmp_path: Path, name: str, text: str, ids: list[str]) -> None:
    (tmp_path / name).write_text(text)
    assert [concept.id for concept in load_taxonomy(tmp_path / name)] == ids


def test_a_folder_of_skills_is_a_taxonomy(tmp_path: Path) -> None:
    folder = tmp_path / "fill-forms"
    folder.mkdir()
    (folder / "SKILL.md").write_text(
        "---\nname: fill-forms\ndescription: Fill in forms.\n---\n# Fill forms\n\n## Overview\n\n## Find the fields\n"
    )
    tree = load_taxonomy(tmp_path)
    assert tree["fill-forms"].labels == ("fill forms", "fill-forms", "Find the fields")
    assert tree["fill-forms"].definition == "Fill in forms."


@pytest.mark.parametrize("data", [b"\x1f\x8bnothing", gzip.compress(SKILLS.encode())[:-20], b""])
def test_a_torn_archive_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "skills_en.csv.gz"
    path.write_bytes(data)
    with pytest.raises(DocumentError, match=r"skills_en\.csv"):
        load_taxonomy(path)
