"""Is each filter what its name says, does every sentence count once, and does the order of the input not matter?"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.match import Matcher
from metier.discover.supervision.label import label, occurring
from metier.discover.supervision.labelled import Labelled, Labelling, Sentence
from metier.discover.supervision.report import Report
from metier.errors import InputError
from metier.taxonomy import Concept, Taxonomy

TRADE = Taxonomy(
    name="trade",
    concepts=(
        Concept(id="it", label="IT", alt_labels=("information technology",)),
        Concept(id="weld", label="welding", alt_labels=("arc welding",)),
        Concept(id="sql", label="SQL", alt_labels=("databases",)),
        Concept(id="mysql", label="MySQL", alt_labels=("SQL", "databases")),
        Concept(id="draw", label="design"),
        Concept(id="law", label="law", alt_labels=("Law",)),
    ),
)
TEXTS = st.lists(
    st.lists(
        st.sampled_from(
            ["IT", "it", "welding", "SQL", "databases", "design", "law", "You", "know", "and", "like", "x", "<Y>"]
        ),
        max_size=8,
    ).map(" ".join),
    max_size=12,
)


def made(*texts: str, **settings: object) -> tuple[list[Labelled], Report]:
    rows = [Sentence(text, f"ads:{n}") for n, text in enumerate(texts, start=1)]
    return label(rows, Matcher(TRADE), taxonomy=TRADE, settings=Labelling(**settings))  # type: ignore[arg-type]


def labels(text: str, **settings: object) -> tuple[str, ...]:
    found, _ = made(text, **settings)
    return found[0].concepts if found else ()


def test_a_sentence_that_names_a_skill_is_an_example_of_it() -> None:
    (one,), report = made("We look for experience in arc  welding of ships")
    assert one.concepts == one.occurring == ("weld",)
    assert [one.text[m.start : m.end] for m in one.mentions] == ["arc  welding"]
    assert one.source == "ads:1"
    assert (report.read, report.kept, report.positives, report.skills, report.concepts) == (1, 1, 1, 1, 6)


def test_short_forms_are_meant_only_as_the_taxonomy_writes_them() -> None:
    assert labels("You know IT very well and long") == ("it",)
    for text in ("You know it very well and long", "It is very well and long", "YOU KNOW IT VERY WELL AND LONG"):
        assert labels(text) == (), text
    assert labels("You know LAW very well and long") == ("law",), "it is also written in small letters"
    assert labels("you know it very well and long", short=0) == ("it",)


def test_ambiguous_forms_label_none_the_preferred_or_all() -> None:
    assert labels("You know SQL very well and long") == ()
    assert labels("You know SQL very well and long", ambiguous="preferred") == ("sql",)
    assert labels("You know SQL very well and long", ambiguous="all") == ("mysql", "sql")
    assert labels("You know databases very well and long", ambiguous="preferred") == ()
    assert labels("You know MySQL very well and long") == ("mysql",)


def test_what_is_dropped_still_occurs_and_so_is_no_negative() -> None:
    (one,), report = made("You know SQL and design and welding in plants")
    assert one.concepts == ("weld",)
    assert one.occurring == ("draw", "mysql", "sql", "weld")
    assert report.mentions_dropped == {"case": 0, "ambiguous": 2, "stop form": 1, "too frequent": 0}
    assert report.forms_dropped["stop form"] == (("design", 1),)


@given(st.lists(st.sampled_from(["agile", "project", "management", "style", "and"]), max_size=8).map(" ".join))
def test_whatever_stands_in_the_sentence_occurs_though_a_longer_name_hides_it(text: str) -> None:
    forms = ("agile project management", "project management", "management", "management style and", "style", "agile")
    taxonomy = Taxonomy(name="t", concepts=tuple(Concept(id=form, label=form) for form in forms))
    matcher = Matcher(taxonomy)
    expected = sorted(form for form in forms if f" {form} " in f" {text} ")
    assert list(occurring(text, matcher)) == expected


def test_a_form_that_stands_everywhere_labels_nothing() -> None:
    texts = [f"number {n} is about welding of thing {n}" for n in range(60)]
    _, report = made(*texts, *(f"number {n} is of no use" for n in range(500)))
    assert report.mentions_dropped["too frequent"] == 60
    _, report = made(*texts, *(f"number {n} is of no use" for n in range(500)), max_share=0.2)
    assert report.mentions_dropped["too frequent"] == 0


def test_a_mention_without_context_is_no_example() -> None:
    for text, context in (("Welding", 0), ("welding and law of ships", 3), ("welding in <PLACE> <PLACE> ships", 2)):
        assert labels(text, min_context=context)
        assert not labels(text, min_context=context + 1)


def test_sentences_that_are_the_same_or_nearly_count_once() -> None:
    first = "You bring ten years of welding in a shipyard of any size or kind"
    _, report = made(first, first.upper().replace(" OF", " , OF"), first + " whatsoever", max_words=20)
    assert report.sentences_dropped["exact duplicate"] == 1
    assert report.sentences_dropped["near duplicate"] == 1
    assert report.kept == 1


def test_a_skill_keeps_no_more_than_its_cap_and_the_report_tells_the_rest() -> None:
    texts = [f"number {n} {n + 1} {n + 2} is about welding and more" for n in range(30)]
    found, report = made(*texts, "number one of all is welding by law alone", cap=20)
    assert sum("weld" in one.concepts for one in found) == 20
    assert report.positives == sum(len(one.concepts) for one in found)
    assert report.capped == 11
    assert report.positives_per_skill["11-20"] == 1
    assert sum(report.positives_per_skill.values()) == len(TRADE)
    law = next(one for one in found if "law" in one.concepts)
    assert "weld" in law.occurring


@given(TEXTS, st.integers(0, 3), st.integers(1, 3), st.sampled_from(["drop", "preferred", "all"]))
def test_neither_order_nor_repetition_changes_the_result(texts: list[str], seed: int, cap: int, ambiguous: str) -> None:
    shuffled = random.Random(seed).sample(texts, len(texts))
    settings = {"seed": seed, "cap": cap, "mask_share": 0.5, "min_context": 1, "ambiguous": ambiguous}
    one, other = made(*texts, **settings), made(*shuffled, *shuffled, **settings)
    assert [(row.text, row.concepts, row.occurring) for row in one[0]] == [
        (row.text, row.concepts, row.occurring) for row in other[0]
    ]


@given(TEXTS, st.integers(1, 3))
def test_every_sentence_and_every_mention_is_accounted_for(texts: list[str], cap: int) -> None:
    found, report = made(*texts, cap=cap, min_context=1)
    assert report.read == len(texts) == report.kept + sum(report.sentences_dropped.values())
    assert report.kept == len(found)
    assert sum(report.positives_per_skill.values()) == report.concepts
    assert sum(report.mentions_dropped.values()) + sum(count for _, count in report.forms) == report.mentions
    for one in found:
        assert set(one.concepts) <= set(one.occurring)
        assert {m.concept for m in one.mentions} | set(one.masked) == set(one.concepts)


@pytest.mark.parametrize(
    "settings",
    [{"cap": 0}, {"mask_share": 1.1}, {"near": 0.0}, {"max_share": -0.1}, {"ambiguous": "maybe"}, {"min_context": -1}],
)
def test_settings_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(settings))):
        Labelling(**settings)  # type: ignore[arg-type]


def test_no_sentences_make_an_empty_report() -> None:
    found, report = made()
    assert found == []
    assert report.positives_per_skill["0"] == 6
