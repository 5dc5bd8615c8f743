"""What papers are on a saved papers page?

The text layout of a Daily Papers page: a header that ends with the page's date (no year), then for each paper a title,
an abstract and three lines: "• N authors" or an organisation, "·", and "Mon D[, YYYY][ C]" where C counts comments.
An abstract may have several paragraphs. What fits no block, and a paper whose date no calendar has, is reported with
its line number, never dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
# A block longer than this is a paragraph, not a title; the longest title of the saved page has 105 characters.
_TITLE_CHARS = 300
# The 29th of February comes back within eight years, whichever century ends in between.
_YEARS_AHEAD = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Lines that fitted no block: the number of the first one, its text, and the document they stand in."""

    line: int
    text: str
    source: str = ""


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


@dataclass(frozen=True, slots=True)
class _Draft:
    title: _Block
    abstract: tuple[_Block, ...]
    meta: _Block


def is_papers_page(text: str) -> bool:
    """Whether a text begins like a saved papers page.

    >>> is_papers_page("new\\n\\nDaily Papers\\n\\nMar 16\\n")
    True
    """
    return any(line.strip() == _HEADER for line in text.splitlines()[:20])


def parse_papers(text: str, *, source: str) -> PapersPage:
    """Read a saved papers page.

    A date without a year is in the page's own year, or in the year before if it would lie after the page
    (`year_inferred` in the metadata says so). A page without a year is in the earliest year in which no dated paper
    lies after it. `comments` is 0 where the page shows none.

    Raises:
        DocumentError: The page has no header with a date, no line tells its year, or no year has that day.

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
    drafts, unread = _drafts(blocks[first + 1 :], source)
    day = _page_day(blocks[first], drafts, source)
    papers = []
    for draft in drafts:
        if posted := _posted(draft.meta, day):
            papers.append(_paper(draft, posted, source))
        else:
            unread += _unread([draft.title, *draft.abstract, draft.meta], source)
    return PapersPage(day=day, papers=tuple(papers), unread=tuple(sorted(unread, key=lambda lines: lines.line)))


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    current: list[str] = []
    # Only line feeds end a line, as in an editor; `splitlines` would also count form feeds and the like.
    for number, line in enumerate([*text.split("\n"), ""], start=1):
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


def _drafts(blocks: list[_Block], source: str) -> tuple[list[_Draft], list[Unread]]:
    drafts: list[_Draft] = []
    unread: list[Unread] = []
    pending: list[_Block] = []
    for block in blocks:
        if not _is_meta(block):
            pending.append(block)
            continue
        title = next((i for i in reversed(range(len(pending) - 1)) if _may_be_title(pending[i])), None)
        if title is None:
            unread += _unread([*pending, block], source)
        else:
            unread += _unread(pending[:title], source)
            drafts.append(_Draft(title=pending[title], abstract=tuple(pending[title + 1 :]), meta=block))
        pending = []
    return drafts, unread + _unread(pending, source)


def _may_be_title(block: _Block) -> bool:
    return len(" ".join(block.lines)) <= _TITLE_CHARS


def _unread(blocks: Sequence[_Block], source: str) -> list[Unread]:
    return [Unread(line=block.line, text=" / ".join(block.lines)[:200], source=source) for block in blocks]


def _paper(draft: _Draft, posted: date, source: str) -> Document:
    who = _AUTHORS.fullmatch(draft.meta.lines[0])
    _, _, year, comments = _stamp(draft.meta)
    return Document(
        title=" ".join(draft.title.lines),
        text="\n\n".join(" ".join(paragraph.lines) for paragraph in draft.abstract),
        source=f"{source}#{draft.title.line}",
        kind=Kind.PAPER,
        metadata={
            "organisation": None if who else draft.meta.lines[0],
            "author_count": int(who[1]) if who else None,
            "comments": comments,
            "date": posted.isoformat(),
            "year_inferred": year is None,
        },
    )


def _stamp(block: _Block) -> tuple[int, int, int | None, int]:
    """Month, day, year if it is there, and number of comments in the last line of a block."""
    month, day, year, comments = _DATE.fullmatch(block.lines[-1]).groups()  # type: ignore[union-attr]
    return _MONTHS[month], int(day), int(year) if year else None, int(comments or 0)


def _page_day(block: _Block, drafts: Sequence[_Draft], source: str) -> date:
    month, day, year, _ = _stamp(block)
    stamps = [_stamp(draft.meta) for draft in drafts]
    dated = [found for m, d, y, _ in stamps if y is not None and (found := _day(y, m, d))]
    if year is None and not dated:
        raise DocumentError(
            f"{source}, line {block.line}: the page's date {block.lines[0]!r} has no year and no paper tells it.",
            hint="Write the year after the page's date, as in 'Mar 16, 2026'.",
        )
    years = [year] if year is not None else range(max(dated).year, max(dated).year + _YEARS_AHEAD)
    for each in years:
        found = _day(each, month, day)
        if found and (year is not None or found >= max(dated)):
            return found
    raise DocumentError(f"{source}, line {block.line}: the page's date {block.lines[0]!r} is in no calendar.")


def _posted(meta: _Block, page: date) -> date | None:
    month, day, year, _ = _stamp(meta)
    if year is not None:
        return _day(year, month, day)
    tries = (_day(page.year, month, day), _day(page.year - 1, month, day))
    return next((found for found in tries if found and found <= page), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
