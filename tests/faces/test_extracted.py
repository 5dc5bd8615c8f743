"""An ad is shown whole, marked where skills were found, and nothing in it becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.faces.extracted import as_page, told


def _skill(start: int | None = None, end: int | None = None, **more: object) -> Extracted:
    fields: dict[str, object] = {"uri": "u:1", "label": "SQL", "score": 1.0, "probability": 0.9, "kind": Kind.EXPLICIT}
    return Extracted(**(fields | {"start": start, "end": end} | more))  # type: ignore[arg-type]


def _ad(text: str, *skills: Extracted, skipped: str = "") -> Extraction:
    read = Read(start=0, end=len(text), skills=skills, skipped=skipped)
    return Extraction(text=text, sentences=(read,), skills=skills)


class _Reader(HTMLParser):
    """Keeps the text of the ad, without the panels and the signs of skills that have no span."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "link", "img", "rect"):
            self.open.append(dict(attrs).get("class") or tag)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "text" in self.open and not {"panel", "sup"} & set(self.open):
            self.text += data


def _shown(page: str) -> str:
    reader = _Reader()
    reader.feed(re.sub(r"<(rect|line|circle)[^>]*>", "", page))
    return reader.text


def test_named_and_implied_spans_have_two_styles_and_say_why() -> None:
    implied = _skill(
        4, 12, uri="u:2", label="team work", kind=Kind.IMPLICIT, probability=0.6, form="work in teams",
        lanes={"dense": 0.5, "prior": -2.0}, neighbours=("We work together.",),
    )  # fmt: skip
    page = as_page([_ad("SQL together.", _skill(0, 3, form="SQL"), implied)], title="Ads")
    assert '<a class="explicit sure" href="#ad-1-skill-1">SQL</a>' in page
    assert '<a class="implicit likely" href="#ad-1-skill-2">together</a>' in page
    for said in ("nearest form", "work in teams", "We work together.", "dense", "−2", "60"):
        assert said in page


def test_a_skipped_sentence_is_greyed_with_its_reason() -> None:
    page = as_page([_ad("We are an equal opportunity employer.", skipped="equal opportunity")], title="Ads")
    assert '<span class="skipped" title="skipped: equal opportunity">We are an equal' in page
    assert "It says whom the firm may not refuse" in page


def test_a_skill_without_a_span_stands_behind_its_sentence() -> None:
    page = as_page([_ad("Lead us.", _skill(kind=Kind.IMPLICIT))], title="Ads")
    assert 'Lead us.<span class="spot"><a class="implicit sure" href="#ad-1-skill-1"><sup>+1</sup></a>' in page


def test_nothing_of_an_ad_a_taxonomy_or_a_model_becomes_markup() -> None:
    evil = "<script>alert(1)</script>"
    skill = _skill(0, len(evil), label=evil, form=evil, neighbours=(evil,), lanes={evil: 1.0}, uri=evil, taxonomy=evil)
    page = as_page([_ad(evil, skill)], title=evil)
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_spans_that_lie_outside_their_sentence_do_not_break_the_page() -> None:
    read = Read(start=0, end=3, skills=(_skill(2, 99), _skill(3, 1)))
    odd = Extraction(text="SQL", sentences=(read, Read(start=1, end=2), Read(start=5, end=9)), skills=())
    assert _shown(as_page([odd], title="Ads")) == "SQL"


def test_what_was_found_is_told_in_one_sentence() -> None:
    both = _ad("x", _skill(0, 1), _skill(uri="u:2", kind=Kind.IMPLICIT))
    assert told([both, _ad("y")]) == "2 skills in 2 ads: 1 named, 1 implied."


@given(
    st.text(st.sampled_from("ab <&\n.\r"), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4),
)
def test_the_pieces_of_an_ad_are_its_text(text: str, spans: list[tuple[int, int]]) -> None:
    page = as_page([_ad(text, *(_skill(*sorted(span)) for span in spans))], title="Ads")
    assert _shown(page) == text.replace("\r\n", "\n").replace("\r", "\n")
