"""Is every paper of a saved page read, and everything else reported?"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.papers import PapersPage, is_papers_page, parse_papers
from metier.document import Kind
from metier.errors import DocumentError

LONG = "We show that this is long enough to be a paragraph of an abstract and no title of anything. " * 5


def paper(
    title: str = "On f", abstract: str = "We do f.", who: str = "  • 2 authors", when: str = "Nov 8, 2025 3"
) -> str:
    return f"{title}\n\n{abstract}\n\n{who}\n·\n{when}\n\n"


def page(*papers: str, day: str = "Mar 16") -> PapersPage:
    return parse_papers(f"menu\n\nDaily Papers\n\nby somebody\n\n{day}\n\n" + "".join(papers), source="p.txt")


def dates(*papers: str, day: str = "Mar 16") -> list[tuple[str, bool]]:
    return [(p.metadata["date"], p.metadata["year_inferred"]) for p in page(*papers, day=day).papers]


def test_authors_are_counted_and_an_organisation_is_named() -> None:
    one, other, third = page(paper(), paper(who="some-lab Some Lab"), paper(who="  • 1 author")).papers
    assert (one.metadata["author_count"], one.metadata["organisation"]) == (2, None)
    assert (other.metadata["author_count"], other.metadata["organisation"]) == (None, "some-lab Some Lab")
    assert third.metadata["author_count"] == 1
    assert one.kind == Kind.PAPER


def test_a_source_names_the_line_of_the_title() -> None:
    first, second = page(paper(), paper()).papers
    assert (first.source, second.source) == ("p.txt#9", "p.txt#17")


@pytest.mark.parametrize(
    ("when", "posted", "inferred", "comments"),
    [
        ("Nov 8, 2025 3", "2025-11-08", False, 3),
        ("Nov 8, 2025", "2025-11-08", False, 0),
        ("Mar 2", "2026-03-02", True, 0),
        ("Mar 2 7", "2026-03-02", True, 7),
        ("March 2", "2026-03-02", True, 0),
    ],
)
def test_a_date_has_a_year_and_a_count_or_not(when: str, posted: str, inferred: bool, comments: int) -> None:
    found = page(paper(when=when), paper(when="Jan 5, 2026")).papers[0].metadata
    assert (found["date"], found["year_inferred"], found["comments"]) == (posted, inferred, comments)


def test_the_page_is_in_the_year_after_the_latest_paper_if_that_lies_later_in_the_year() -> None:
    assert page(paper(when="Nov 8, 2025")).day == date(2026, 3, 16)


def test_the_page_is_in_the_year_of_the_latest_paper_if_that_lies_earlier_in_the_year() -> None:
    assert page(paper(when="Feb 3, 2025"), paper(when="Mar 16, 2025")).day == date(2025, 3, 16)


def test_a_year_on_the_page_itself_is_believed() -> None:
    assert page(paper(when="Nov 8, 2025"), day="Mar 16, 2031").day == date(2031, 3, 16)


def test_a_date_without_year_that_would_lie_after_the_page_is_of_the_year_before() -> None:
    assert dates(paper(when="Dec 30"), paper(when="Jan 4"), day="Jan 5, 2026") == [
        ("2025-12-30", True),
        ("2026-01-04", True),
    ]


def test_a_page_of_the_29th_of_february_is_in_the_next_leap_year() -> None:
    assert page(paper(when="Nov 8, 2025"), day="Feb 29").day == date(2028, 2, 29)
    assert page(paper(when="Nov 8, 2097"), day="Feb 29").day == date(2104, 2, 29)


def test_a_paper_on_a_day_that_no_calendar_has_is_reported_and_the_others_are_read() -> None:
    found = page(paper(when="Feb 30"), paper("Good"), paper(when="Feb 29, 2025"), paper(when="Feb 29"))
    assert [p.title for p in found.papers] == ["Good"]
    assert [u.text for u in found.unread if "Feb" in u.text] == [
        "• 2 authors / · / Feb 30",
        "• 2 authors / · / Feb 29, 2025",
        "• 2 authors / · / Feb 29",
    ]


@pytest.mark.parametrize("day", ["Feb 30", "Feb 30, 2026", "Jun 31"])
def test_a_page_on_a_day_that_no_calendar_has_is_refused(day: str) -> None:
    with pytest.raises(DocumentError, match=f"p.txt, line 7: the page's date '{day}' is in no calendar"):
        page(paper(), day=day)


def test_a_page_whose_year_nothing_tells_is_refused_with_the_way_out() -> None:
    with pytest.raises(DocumentError, match="has no year and no paper tells it") as caught:
        page(paper(when="Mar 2"))
    assert "as in 'Mar 16, 2026'" in caught.value.hint


def test_a_page_without_date_or_heading_is_refused() -> None:
    with pytest.raises(DocumentError, match="not followed by the page's date"):
        parse_papers("Daily Papers\n\nno date\n", source="p.txt")
    with pytest.raises(DocumentError, match="expected a papers page"):
        parse_papers("Weekly Papers\n\nMar 16\n", source="p.txt")
    assert not is_papers_page("Weekly Papers\n")


def test_a_stray_block_is_reported_with_its_line_and_document() -> None:
    found = page(paper(), "An advertisement\nin two lines\n\n", paper(), "The end\n")
    assert [(u.line, u.text, u.source) for u in found.unread] == [
        (17, "An advertisement / in two lines", "p.txt"),
        (28, "The end", "p.txt"),
    ]
    assert len(found.papers) == 2


def test_an_abstract_of_two_paragraphs_belongs_to_its_paper() -> None:
    found = page(paper(abstract=f"{LONG}\n\nCode is on the page of the project."))
    assert found.papers[0].title == "On f"
    assert found.papers[0].text == f"{LONG.strip()}\n\nCode is on the page of the project."
    assert found.unread == ()


def test_a_block_that_could_be_a_title_or_a_short_paragraph_is_reported_not_lost() -> None:
    found = page(paper(abstract="A short one.\n\nAnd another."))
    assert [u.text for u in found.unread] == ["On f"]
    assert (found.papers[0].title, found.papers[0].text) == ("A short one.", "And another.")


def test_a_paper_without_title_or_abstract_is_reported_whole() -> None:
    assert [u.text for u in page("Only a title\n\n  • 2 authors\n·\nNov 8, 2025\n\n", paper()).unread] == [
        "Only a title",
        "• 2 authors / · / Nov 8, 2025",
    ]


def test_formulas_and_long_lines_are_kept_as_they_are() -> None:
    abstract = r"With $\mathcal{O}(n^2)$ steps, 50\% fewer \textbf{tokens} & more."
    assert page(paper(abstract=abstract)).papers[0].text == abstract


def test_windows_line_ends_and_odd_separators_do_not_move_the_line_numbers() -> None:
    text = "Daily Papers\n\nMar 16\n\n" + paper(abstract="one\u2028two\x0cthree") + "stray\n"
    plain, windows = parse_papers(text, source="p"), parse_papers(text.replace("\n", "\r\n"), source="p")
    assert plain == windows
    assert plain.unread[0].line == text[: text.index("stray")].count("\n") + 1


@given(
    st.lists(
        st.sampled_from(["word", LONG, "", "·", "  • 2 authors", "Nov 8, 2025", "Feb 30", "Mar 2 1", "Daily Papers"])
    )
)
def test_every_line_is_read_or_reported(lines: list[str]) -> None:
    text = "Daily Papers\n\nMar 16, 2026\n\n" + "\n".join(lines)
    found = parse_papers(text, source="p")
    read = sum(1 for p in found.papers for part in (p.title, *p.text.split("\n\n")) if part)
    blocks = sum(
        1 for block in "\n".join(line.strip() for line in text.split("\n")[4:]).split("\n\n") if block.strip("\n")
    )
    assert read + len(found.papers) + len(found.unread) == blocks
