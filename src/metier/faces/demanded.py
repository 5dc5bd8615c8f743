"""How is it shown what many ads ask for? Skills and groups by frequency, pairs and trends with intervals, on one page.

`metier.discover.extraction.corpus` counts; here counts become words and drawings, and whatever comes from ads is text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metier.discover.extraction.corpus import Corpus, Demand
from metier.faces import charts
from metier.faces.page import render

_DRAWN, _GROUPS_DRAWN, _TRENDS_DRAWN, _CHANGES_DRAWN, _ROWS = 30, 20, 12, 12, 300


def as_page(corpus: Corpus, *, title: str) -> str:
    """One page for a survey of ads.

    >>> from metier.discover.extraction.corpus import survey
    >>> "No ad was read." in as_page(survey([]), title="Demand")
    True
    """
    skills = corpus.skills
    page = {
        "title": title,
        "told": told(corpus),
        "corpus": corpus,
        "num_named": sum(skill.num_named for skill in skills),
        "num_found": sum(skill.share.count for skill in skills),
        "num_skipped": sum(count for _, count in corpus.skipped),
        "skills": _bars(skills[:_DRAWN], "skills by share of ads"),
        "undrawn": max(0, len(skills) - _DRAWN),
        "groups": _bars(corpus.groups[:_GROUPS_DRAWN], "groups by share of ads") if corpus.groups else "",
        "trends": _trends(skills[:_TRENDS_DRAWN], corpus),
        "changes": _changes(corpus),
        "rows": skills[:_ROWS],
        "num_more": max(0, len(skills) - _ROWS),
    }
    return render("demanded.html.j2", page)


def told(corpus: Corpus) -> str:
    """What was counted, in one sentence.

    >>> from metier.discover.extraction.corpus import survey
    >>> told(survey([]))
    'No ad was read.'
    """
    if not corpus.num_ads:
        return "No ad was read."
    ads = f"{corpus.num_ads:,} {'ad asks' if corpus.num_ads == 1 else 'ads ask'}"
    if not corpus.skills:
        return f"{ads} for nothing that was found."
    first = corpus.skills[0]
    skills = f"{len(corpus.skills):,} {'skill' if len(corpus.skills) == 1 else 'skills'}"
    return f"{ads} for {skills}, most often for {first.label}: {100 * first.share.value:.0f} %."


def _bars(demands: Sequence[Demand], title: str) -> Any:
    rows = []
    for one in demands:
        named = one.num_named / max(1, one.share.total)
        rows.append(charts.Bar(one.label, named, one.share.value - named, one.share.low, one.share.high))
    return charts.bars(rows, title=title, of=("named", "implied"))


def _trends(demands: Sequence[Demand], corpus: Corpus) -> list[tuple[Demand, Any]]:
    """Each skill with its drawing, all to one measure."""
    if len(corpus.periods) < 2:
        return []
    top = max((mark.value for one in demands for mark in one.trend), default=1.0)
    return [(one, _trend(one, corpus, top=min(1.0, 1.25 * top) or 1.0)) for one in demands]


def _trend(demand: Demand, corpus: Corpus, *, top: float) -> Any:
    marks = [
        charts.Mark(when, mark.value, mark.low, mark.high)
        for (when, _), mark in zip(corpus.periods, demand.trend, strict=True)
    ]
    return charts.trend(marks, top=top, title=f"{demand.label} over time")


def _changes(corpus: Corpus) -> list[Demand]:
    """Skills whose change cannot well be chance, the largest change first."""
    moved = [one for one in corpus.skills if one.change is not None and one.change_low * one.change_high > 0]
    return sorted(moved, key=lambda one: -abs(one.change or 0.0))[:_CHANGES_DRAWN]
