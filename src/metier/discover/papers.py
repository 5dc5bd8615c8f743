"""What papers are on a saved papers page?

The text layout of a Daily Papers page: a header that ends with the page's date (no year), then for each paper a title,
an abstract and three lines: "• N authors" or an organisation, "·", and "Mon D[, YYYY][ C]" where C counts comments.
What fits no block is reported with its line number, never dropped in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from metier.document import Document, Kind
from metier.errors import DocumentError

_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
    "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip
_DATE = re.compile(r"(" + "|".join(_MONTHS) + r")\w* (\d{1,2})(?:, (\d{4}))?(?: (\d+))?")
_AUTHORS = re.compile(r"•\s*(\d+) authors?")
_HEADER = "Daily Papers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Lines that fitted no block: the number of the first one and its text."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersPage:
    """A papers page as read: its own date, its papers, and what could not be read."""

    day: date
    papers: tuple[Document, ...]
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class _Block:
    line: int
    lines: tuple[str, ...]


def is_papers_page(text: str) -> bool:
    """Whether a text begins like a saved papers page.

    >>> is_papers_page("new\\n\\nDaily Papers\\n\\nMar 16\\n")
    True
    """
    return any(line.strip() == _HEADER for line in text.splitlines()[:20])


def parse_papers(text: str, *, source: str) -> PapersPage:
    """Read a saved papers page.

    A date without a year is in the page's own year, which is the earliest year in which every dated line lies before
    the page (`year_inferred` in the metadata says so). `comments` is 0 where the page shows none.

    Raises:
        DocumentError: The page has no header with a date, or no line tells its year.

    >>> page = "Daily Papers\\n\\nMar 16\\n\\nOn f\\n\\nWe do f.\\n\\n  • 2 authors\\n·\\nNov 8, 2025 3\\n"
    >>> [(p.title, p.metadata["date"], p.metadata["comments"]) for p in parse_papers(page, source="p.txt").papers]
    [('On f', '2025-11-08', 3)]
    """
    blocks = _blocks(text)
    header = next((i for i, b in enumerate(blocks) if b.lines == (_HEADER,)), None)
    if header is None:
        raise DocumentError(f"{source}: expected a papers page with the heading {_HEADER!r}.")
    first = next((i for i in range(header, len(blocks)) if _is_day(blocks[i])), None)
    if first is None:
        raise DocumentError(f"{source}: the heading {_HEADER!r} is not followed by the page's date, such as 'Mar 16'.")
    papers, unread = _papers(blocks[first + 1 :], source)
    day = _page_day(blocks[first], papers, source)
    return PapersPage(day=day, papers=tuple(_dated(paper, day) for paper in papers), unread=tuple(unread))


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    current: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip():
            current.append(line.strip())
        elif current:
            blocks.append(_Block(number - len(current), tuple(current)))
            current = []
    return blocks


def _is_day(block: _Block) -> bool:
    return len(block.lines) == 1 and _DATE.fullmatch(block.lines[0]) is not None


def _is_meta(block: _Block) -> bool:
    return len(block.lines) == 3 and block.lines[1] == "·" and _DATE.fullmatch(block.lines[2]) is not None


def _papers(blocks: list[_Block], source: str) -> tuple[list[Document], list[Unread]]:
    papers, unread, pending = [], [], []
    for block in blocks:
        if not _is_meta(block):
            pending.append(block)
            continue
        if len(pending) >= 2:
            title, abstract = pending[-2:]
            papers.append(_paper(title, abstract, block, source))
            pending = pending[:-2]
        else:
            pending.append(block)
        unread += [Unread(line=b.line, text=" / ".join(b.lines)[:200]) for b in pending]
        pending = []
    unread += [Unread(line=b.line, text=" / ".join(b.lines)[:200]) for b in pending]
    return papers, unread


def _paper(title: _Block, abstract: _Block, meta: _Block, source: str) -> Document:
    who = _AUTHORS.fullmatch(meta.lines[0])
    month, day, year, comments = _DATE.fullmatch(meta.lines[2]).groups()  # type: ignore[union-attr]
    return Document(
        title=" ".join(title.lines),
        text=" ".join(abstract.lines),
        source=f"{source}#{title.line}",
        kind=Kind.PAPER,
        metadata={
            "organisation": None if who else meta.lines[0],
            "author_count": int(who[1]) if who else None,
            "month_day": [_MONTHS[month], int(day)],
            "year": int(year) if year else None,
            "comments": int(comments) if comments else 0,
        },
    )


def _page_day(block: _Block, papers: list[Document], source: str) -> date:
    month, day, year, _ = _DATE.fullmatch(block.lines[0]).groups()  # type: ignore[union-attr]
    if year:
        return _day(int(year), _MONTHS[month], int(day), source=source)
    dated = [_day(p.metadata["year"], *_month_day(p), source=p.source) for p in papers if p.metadata["year"]]
    if not dated:
        raise DocumentError(
            f"{source}, line {block.line}: the page's date {block.lines[0]!r} has no year and no paper tells it.",
            hint="Write the year after the page's date, as in 'Mar 16, 2026'.",
        )
    latest = max(dated)
    same_year = _day(latest.year, _MONTHS[month], int(day), source=source)
    return same_year if same_year >= latest else _day(latest.year + 1, _MONTHS[month], int(day), source=source)


def _month_day(paper: Document) -> tuple[int, int]:
    month, day = paper.metadata["month_day"]
    return month, day


def _day(year: int, month: int, day: int, *, source: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DocumentError(f"{source}: there is no day {day} in month {month} of {year}.") from None


def _dated(paper: Document, page: date) -> Document:
    metadata = dict(paper.metadata)
    month, day = metadata.pop("month_day")
    year = metadata.pop("year")
    metadata |= {
        "date": _day(year or page.year, month, day, source=paper.source).isoformat(),
        "year_inferred": year is None,
    }
    return replace(paper, metadata=metadata)
