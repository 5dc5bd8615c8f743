"""Which skills do documents and packages speak of?"""

from __future__ import annotations

import re
from pathlib import Path

from metier.discover.stage import DiscoverSettings, run
from metier.discover.survey import survey
from metier.document import Document
from metier.skill import Skill, State
from metier.stores.package import write_package
from metier.stores.sqlite import SqliteStore
from metier.taxonomy import Concept, Taxonomy
from metier.wheel import Context

TREE = Taxonomy(
    name="t",
    concepts=(
        Concept(id="order", label="order"),
        Concept(id="sort", label="sort", parents=("order",)),
        Concept(id="reverse", label="reverse", parents=("order",), definition="Write backwards."),
    ),
)


def document(text: str, source: str = "d.txt") -> Document:
    return Document(title="D", text=text, source=source)


def test_only_leaves_become_skills_and_parents_are_counted() -> None:
    found = survey([document("reverse the order, reverse")], TREE)
    assert [skill.name for skill in found.skills] == ["reverse"]
    assert found.mentions == {"order": 1, "reverse": 2}


def test_a_skill_is_placed_under_everything_above_it_and_knows_its_documents() -> None:
    (skill,) = survey([document("reverse", "a"), document("reverse", "b"), document("reverse", "a")], TREE).skills
    assert skill.concepts == ("reverse", "order")
    assert skill.provenance == ("a: D", "b: D")
    assert (skill.description, skill.state) == ("Write backwards.", State.DISCOVERED)


def test_skills_come_in_the_order_of_the_taxonomy_whatever_the_order_of_documents() -> None:
    one, two = document("reverse", "1"), document("sort", "2")
    assert survey([one, two], TREE).skills == survey([two, one], TREE).skills


def test_a_package_adds_mentions_and_is_placed_but_makes_no_skill() -> None:
    package = Skill(name="sorter", description="How to sort.", policy="Sort, then sort.", concepts=("mine",))
    found = survey([], TREE, packages=[package])
    assert found.skills == ()
    assert found.mentions == {"sort": 3}
    assert found.packages[0].concepts == ("mine", "sort")
    assert found.packages[0].digest == package.digest


def test_a_document_that_names_nothing_is_silent() -> None:
    assert survey([document("nothing here", "x"), document("sort", "y")], TREE).silent == ("x",)


def test_a_title_counts_as_text() -> None:
    assert len(survey([Document(title="Reverse", text="do it", source="x")], TREE).skills) == 1


def test_concepts_with_addresses_for_identifiers_get_names_that_agents_can_use() -> None:
    tree = Taxonomy(
        name="esco",
        concepts=tuple(
            Concept(id=f"http://data.example/{n}", label="Use C++ & " + "very " * n + "long") for n in (0, 1, 30)
        ),
    )
    text = "use C++ & long; use C++ & very long; " + tree.concepts[2].label
    names = [skill.name for skill in survey([document(text)], tree).skills]
    assert len(set(names)) == 3
    assert all(len(name) <= 64 and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)
    assert names[0].startswith("use-c-long-")


def test_the_stage_reports_what_it_could_not_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,label,parents\norder,order,\nreverse,reverse,order\nsort,sort,order\n")
    (tmp_path / "d.md").write_text("# Reverse\nA word backwards.\n# Other\nNothing.\n")
    (tmp_path / "p.txt").write_text("Daily Papers\n\nMar 16, 2026\n\nstray\n")
    (tmp_path / "packages" / "broken").mkdir(parents=True)
    (tmp_path / "packages" / "broken" / "SKILL.md").write_text("---\nname: broken\n---\n")
    write_package(Skill(name="sorter", description="How to sort."), tmp_path / "packages")
    store = SqliteStore(tmp_path / "db")
    context = Context(before={}, folder=tmp_path, home=tmp_path, store=store, progress=lambda *_: None)
    settings = DiscoverSettings(taxonomy="t.csv", documents=("d.md", "p.txt"), packages=("packages",))
    result = run(context, settings, path=lambda name: tmp_path / name)
    store.close()
    assert [skill["name"] for skill in result.output["skills"]] == ["reverse"]
    assert [entry["path"] for entry in result.output["packages"]] == ["packages/sorter"]
    assert [entry["path"] for entry in result.output["unreadable"]] == ["packages/broken"]
    assert result.output["unread"] == [{"line": 5, "text": "stray", "source": "p.txt"}]
    assert result.output["silent"] == ["d.md#3"]
    assert result.output["unmentioned"] == []
    assert result.came_out == "1 skill, 1 package, 1 unreadable"
