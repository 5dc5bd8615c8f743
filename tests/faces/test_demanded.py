"""What many ads ask for is drawn with its intervals, and nothing of them becomes markup."""

from __future__ import annotations

from metier.discover.extraction.corpus import survey
from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.faces.demanded import as_page, told
from metier.taxonomy import Concept, Taxonomy

_EVIL = "<img src=x onerror=alert(1)>"


def _ads(num: int, month: str, *labels: str) -> list[Extraction]:
    skills = tuple(
        Extracted(uri=label, label=label, score=1, probability=0.9, kind=Kind.IMPLICIT if place else Kind.EXPLICIT)
        for place, label in enumerate(labels)
    )
    reads = (Read(start=0, end=1, skills=skills), Read(start=1, end=2, skipped="benefits"))
    return [Extraction(text="ab", sentences=reads, skills=skills, date=f"2024-{month}-01")] * num


def test_every_part_is_on_the_page() -> None:
    tree = Taxonomy(name="t", concepts=(Concept(id="g", label="data"), Concept(id="SQL", label="SQL", parents=("g",))))
    page = as_page(survey([*_ads(30, "01", "SQL", "Excel"), *_ads(40, "02", "Java")], taxonomy=tree), title="Demand")
    for part in ("skills", "groups", "trends", "pairs", "all", "method"):
        assert f'<section id="{part}">' in page
    assert page.count('<svg class="trend"') == 3
    assert "70 ads ask for 3 skills, most often for Java: 57 %." in page
    assert "+100.0" in page and "−100.0" in page
    assert "benefits" in page


def test_without_dates_and_taxonomy_their_parts_are_left_out() -> None:
    undated = Extraction(text="", sentences=(), skills=_ads(1, "01", "SQL")[0].skills)
    page = as_page(survey([undated]), title="Demand")
    for part in ("groups", "trends", "pairs"):
        assert f'id="{part}"' not in page


def test_labels_of_strangers_are_text() -> None:
    page = as_page(survey([*_ads(30, "01", _EVIL, "b"), *_ads(40, "02", "c")]), title=_EVIL)
    assert "<img" not in page


def test_nothing_read_and_nothing_found_are_told_apart() -> None:
    assert told(survey([])) == "No ad was read."
    assert told(survey(_ads(2, "01"))) == "2 ads ask for nothing that was found."
