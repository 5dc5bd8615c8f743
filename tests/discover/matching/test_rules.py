"""Do the rules leave out what they say, and nothing while they are off?"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Literal

import pytest

from metier.discover.match import Matcher, frequent_forms
from metier.discover.matching.rules import Rules, careful, stop_forms
from metier.errors import InputError
from metier.taxonomy import Concept, Taxonomy


def taxonomy(*concepts: tuple[str, ...]) -> Taxonomy:
    made = (Concept(id=f"{n}", label=labels[0], alt_labels=labels[1:]) for n, labels in enumerate(concepts))
    return Taxonomy(name="t", concepts=tuple(made))


def found(text: str, rules: Rules, *concepts: tuple[str, ...], engine: str = "auto") -> list[tuple[str, str]]:
    return [(m.concept, m.form) for m in Matcher(taxonomy(*concepts), rules, engine=engine).find(text)]


@pytest.mark.parametrize("engine", ["lookup", "table"])
@pytest.mark.parametrize(
    ("text", "label", "forms"),
    [
        ("C++ and C", "C", 1),
        ("C# or F#", "C", 0),
        ("C/C++", "C", 1),
        ("R&D", "R", 0),
        ("R & D", "R", 1),
        ("in R.", "R", 1),
        ("C-suite", "C", 0),
        ("e.g. e", "e", 1),
        ("Node.js", "node", 0),
        ("Node.js", "js", 0),
        ("Node.js", "Node.js", 1),
        ("ASP.NET", "ASP", 0),
        ("ASP.NET", ".NET", 0),
        ("ASP.NET", "ASP.NET", 1),
        ("T-SQL", "T-SQL", 1),
        ("T-SQL", "T", 0),
        ("CI/CD", "CI/CD", 1),
        ("R&D", "R&D", 1),
        ("Java+Spring", "Java", 1),
        ("Python's", "Python", 1),
        ("C#.net and", "C#", 1),
        ("SQL Server 2012+", "SQL Server 2012", 1),
        ("welding.You", "welding", 1),
        ("#python", "python", 1),
    ],
)
def test_a_name_ends_where_readers_see_it_end(engine: str, text: str, label: str, forms: int) -> None:
    assert len(found(text, Rules(), (label,), engine=engine)) == forms


def test_nested_mentions_are_kept_when_asked() -> None:
    matcher = Matcher(taxonomy(("risk",), ("manage risk",), ("risk of loss",)))
    assert [m.form for m in matcher.find("manage risk of loss")] == ["manage risk"]
    assert [m.form for m in matcher.find("manage risk of loss", nested=True)] == ["manage risk", "risk", "risk of loss"]


@pytest.mark.parametrize(("ambiguous", "concepts"), [("all", ["0", "1"]), ("preferred", ["0"]), ("drop", [])])
def test_a_form_of_several_concepts_goes_by_the_rule(ambiguous: str, concepts: list[str]) -> None:
    rules = Rules(ambiguous=ambiguous)
    assert [c for c, _ in found("press", rules, ("press",), ("journalism", "press"))] == concepts
    assert found("journalism", rules, ("press",), ("journalism", "press")) == [("1", "journalism")]


def test_a_form_that_is_no_preferred_label_is_dropped_among_several() -> None:
    assert found("press", Rules(ambiguous="preferred"), ("a", "press"), ("b", "press")) == []


@pytest.mark.parametrize(
    ("text", "forms"), [("do it", []), ("IT", ["IT"]), ("It is", []), ("iOS IOS ios", ["iOS", "IOS"])]
)
def test_short_forms_stand_as_written_or_in_capitals(text: str, forms: list[str]) -> None:
    assert [form for _, form in found(text, Rules(exact_case=3), ("IT",), ("iOS",))] == forms
    assert len(found("it", Rules(exact_case=1), ("IT",))) == 1


def test_a_very_short_form_needs_a_longer_one_beside_it() -> None:
    rules = Rules(evidence=1)
    assert found("R is a letter", rules, ("R",), ("statistics",)) == []
    assert found("R for statistics", rules, ("R",), ("statistics",)) == [("0", "R"), ("1", "statistics")]


def test_a_stop_form_leaves_room_for_the_form_under_it() -> None:
    rules = Rules(stop_forms=frozenset({"Data  Plan"}))
    assert found("data-plan", rules, ("data plan",), ("data",)) == [("1", "data")]


def test_a_qualifier_is_cut_when_asked() -> None:
    java = ("Java (computer programming)",)
    assert found("Java", Rules(), java) == []
    assert found("Java", Rules(qualifiers=True), java) == [("0", "Java")]
    assert found("Java (computer programming)", Rules(qualifiers=True), java) == [("0", java[0])]


def test_careful_rules_find_skills_and_not_prose() -> None:
    text = "You lead IT and plan it with machine learning."
    labels = (("lead",), ("IT",), ("plan",), ("machine learning",))
    assert [form for _, form in found(text, careful(), *labels)] == ["IT", "machine learning"]


@pytest.mark.parametrize("use", ["mentions", "labels"])
def test_every_stop_form_has_a_reason(use: Literal["mentions", "labels"]) -> None:
    assert len(stop_forms(use)) > 30
    assert all(stop_forms(use).values())


def test_each_stop_form_is_of_some_use_and_stands_once_in_order() -> None:
    text = files("metier.discover.matching").joinpath("stop_forms.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    forms = [row["form"] for row in rows]
    assert forms == sorted(set(forms))
    assert all(sorted((row["mentions"], row["labels"])) in (["no", "yes"], ["yes", "yes"]) for row in rows)


@pytest.mark.parametrize("fault", [{"ambiguous": "some"}, {"exact_case": -1}, {"evidence": -1}])
def test_rules_that_cannot_be_are_refused(fault: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Rules(**fault)  # type: ignore[arg-type]


def test_forms_of_everyday_prose_are_told_by_their_share_of_texts() -> None:
    texts = ["We plan.", "Plan it", "plan or welding", "nothing"]
    labels = taxonomy(("plan",), ("welding",))
    often = frequent_forms(Matcher(labels), texts, share=0.5)
    assert often == {"plan"}
    assert [m.form for m in Matcher(labels, Rules(stop_forms=often)).find(texts[2])] == ["welding"]
    with pytest.raises(InputError, match="share"):
        frequent_forms(Matcher(labels), texts, share=2)


def test_labels_in_further_languages_count_when_asked() -> None:
    weld = Concept(id="weld", label="welding", translations=(("de", ("Schweißen", "Fügen")),))
    trade = Taxonomy(name="t", concepts=(weld,))
    text = "SCHWEISSEN, fügen and welding"
    assert [m.form for m in Matcher(trade).find(text)] == ["welding"]
    rules = Rules(languages=("de",), ambiguous="preferred")
    assert [m.form for m in Matcher(trade, rules).find(text)] == ["SCHWEISSEN", "fügen", "welding"]


@pytest.mark.parametrize("engine", ["lookup", "table"])
def test_inflected_forms_are_found_and_told_apart(engine: str) -> None:
    labels = taxonomy(("manage staff", "managing a team"), ("database",), ("policies",))
    matcher = Matcher(labels, Rules(inflections=True), engine=engine)
    text = "Managed-staff, manages staff and managing a team; databases, database, policy."
    assert [(m.form, m.inflected) for m in matcher.find(text)] == [
        ("Managed-staff", True),
        ("manages staff", True),
        ("managing a team", False),
        ("databases", True),
        ("database", False),
    ]


def test_what_a_label_writes_is_never_taken_for_an_inflected_form() -> None:
    labels = taxonomy(("database",), ("databases",))
    matcher = Matcher(labels, Rules(inflections=True))
    assert [(m.concept, m.inflected) for m in matcher.find("databases")] == [("1", False)]


def test_a_stop_form_and_a_short_form_are_not_inflected_around_the_rule() -> None:
    rules = Rules(inflections=True, exact_case=3, stop_forms=frozenset({"plans"}))
    assert found("plans, rs, aps", rules, ("plan",), ("R",), ("APS",), ("ap",)) == []


def test_inflected_forms_of_several_concepts_follow_the_rule_for_ambiguous_ones() -> None:
    labels = (("lead team", "leading a team"), ("lead teams", "x"))
    assert found("led leads team", Rules(inflections=True), *labels) == [("0", "leads team"), ("1", "leads team")]
    assert found("leads team", Rules(inflections=True, ambiguous="drop"), *labels) == []
