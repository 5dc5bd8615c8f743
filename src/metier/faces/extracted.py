"""How is an ad shown with the skills that were found in it? Marked in its own text, with why, on one page.

Nothing is decided here, and whatever comes from an ad, a taxonomy or a model is text. The page holds no script: what is
said of a mark shows while it is pointed at or focused, and a click goes to the row of its skill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.faces import charts
from metier.faces.page import render

_MOST_IN_A_CARD = 4
_MOST_NEIGHBOURS = 3
_SURE, _LIKELY = 0.8, 0.5


def as_page(extractions: Sequence[Extraction], *, title: str) -> str:
    """One page for some ads, in the order given.

    >>> ad = Extraction(text="Know <b>SQL</b>.", sentences=(Read(start=0, end=16),), skills=())
    >>> "Know &lt;b&gt;SQL" in as_page([ad], title="Ads")
    True
    """
    from metier.discover.extraction.boilerplate import HEADING, RULES

    reasons = {HEADING: "It is only a heading.", **{rule.name: rule.reason for rule in RULES}}
    page = {
        "title": title,
        "told": told(extractions),
        "ads": [_ad(one, f"ad-{number}") for number, one in enumerate(extractions, start=1)],
        "taxonomies": sorted({skill.taxonomy for one in extractions for skill in one.skills if skill.taxonomy}),
        "reasons": reasons,
    }
    return render("extracted.html.j2", page)


def told(extractions: Sequence[Extraction]) -> str:
    """What was found, in one sentence.

    >>> told([Extraction(text="", sentences=(), skills=())])
    'No skill in 1 ad.'
    """
    kinds = Counter(skill.kind for one in extractions for skill in one.skills)
    ads = f"{len(extractions):,} {'ad' if len(extractions) == 1 else 'ads'}"
    if not kinds:
        return f"No skill in {ads}."
    skills = f"{kinds.total():,} {'skill' if kinds.total() == 1 else 'skills'}"
    return f"{skills} in {ads}: {kinds[Kind.EXPLICIT]:,} named, {kinds[Kind.IMPLICIT]:,} implied."


def _ad(extraction: Extraction, name: str) -> dict[str, Any]:
    rows = {skill.uri: f"{name}-skill-{number}" for number, skill in enumerate(extraction.skills, start=1)}
    tops = _tops(extraction)
    skipped = Counter(read.skipped for read in extraction.sentences if read.skipped)
    return {
        "id": name,
        "source": extraction.source,
        "date": extraction.date,
        "pieces": list(_pieces(extraction, rows, tops)),
        "skills": [_row(skill, rows[skill.uri], extraction.text, tops) for skill in extraction.skills],
        "num_sentences": len(extraction.sentences),
        "num_skipped": skipped.total(),
        "skipped": skipped.most_common(),
    }


def _pieces(extraction: Extraction, rows: Mapping[str, str], tops: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """The whole text in pieces, each with what was found in it; together they are the text again."""
    place, text = 0, extraction.text
    for read in extraction.sentences:
        start, end = max(read.start, place), min(read.end, len(text))
        if start >= end:
            continue
        yield {"text": _lines(text, place, start)}
        if read.skipped:
            yield {"text": _lines(text, start, end), "skipped": read.skipped}
        else:
            yield from _marked(text, start, end, read, rows, tops)
        place = end
    yield {"text": _lines(text, place, len(text))}


def _marked(
    text: str, start: int, end: int, read: Read, rows: Mapping[str, str], tops: Mapping[str, float]
) -> Iterator[dict[str, Any]]:
    """A sentence, cut wherever a span begins or ends; what has no span stands behind it."""
    spanned = [skill for skill in read.skills if _span(skill, start, end)]
    ends = {place for skill in spanned for place in (skill.start, skill.end) if place is not None}
    for left, right in pairwise(sorted({start, end} | ends)):
        over = [skill for skill in spanned if _covers(skill, left, right)]
        yield {"text": _lines(text, left, right), **(_mark(over, rows, tops) if over else {})}
    loose = [skill for skill in read.skills if not _span(skill, start, end)]
    if loose:
        yield {"text": "", "loose": len(loose), **_mark(loose, rows, tops)}


def _span(skill: Extracted, start: int, end: int) -> bool:
    return skill.start is not None and skill.end is not None and start <= skill.start < skill.end <= end


def _covers(skill: Extracted, left: int, right: int) -> bool:
    return skill.start is not None and skill.end is not None and skill.start <= left and right <= skill.end


def _mark(skills: Sequence[Extracted], rows: Mapping[str, str], tops: Mapping[str, float]) -> dict[str, Any]:
    """What is said of one marked piece: the named skills first, then the likelier ones."""
    ordered = sorted(skills, key=lambda skill: (skill.kind != Kind.EXPLICIT, -skill.probability))
    return {
        "kind": ordered[0].kind.value,
        "level": _level(ordered[0].probability),
        "row": rows.get(ordered[0].uri, ""),
        "cards": [_card(skill, tops) for skill in ordered[:_MOST_IN_A_CARD]],
        "more": max(0, len(ordered) - _MOST_IN_A_CARD),
    }


def _card(skill: Extracted, tops: Mapping[str, float]) -> dict[str, Any]:
    return {
        "label": skill.label,
        "kind": skill.kind.value,
        "probability": skill.probability,
        "bar": charts.bar(skill.probability, title=f"probability {skill.probability:.2f}"),
        "form": skill.form,
        "lanes": [
            (name, charts.short(value), charts.bar(abs(value) / tops[name] if tops[name] else 0, title=name), value < 0)
            for name, value in skill.lanes.items()
        ],
        "neighbours": skill.neighbours[:_MOST_NEIGHBOURS],
    }


def _row(skill: Extracted, row: str, text: str, tops: Mapping[str, float]) -> dict[str, Any]:
    quote = text[skill.start : skill.end] if _span(skill, 0, len(text)) else ""
    return {**_card(skill, tops), "id": row, "uri": skill.uri, "quote": quote}


def _tops(extraction: Extraction) -> dict[str, float]:
    """The largest score of each lane: bars of one lane are drawn to it, lanes have no common measure."""
    tops: dict[str, float] = {}
    for skill in (*extraction.skills, *(skill for read in extraction.sentences for skill in read.skills)):
        for name, value in skill.lanes.items():
            tops[name] = max(tops.get(name, 0.0), abs(value))
    return tops


def _lines(text: str, start: int, end: int) -> str:
    """A piece with line breaks as a page breaks them: any other sign of control is spelt out."""
    piece = text[start:end]
    if piece.endswith("\r") and text.startswith("\n", end):
        piece = piece[:-1]
    return piece.replace("\r\n", "\n").replace("\r", "\n")


def _level(probability: float) -> str:
    return "sure" if probability >= _SURE else "likely" if probability >= _LIKELY else "unsure"
