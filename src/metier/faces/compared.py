"""How is a comparison of runs shown on a page? One HTML file with plots that needs nothing but itself.

Nothing is decided here, and whatever comes from a run is text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metier.evaluate.comparison.compared import Comparison
from metier.evaluate.comparison.figures import Row
from metier.faces import charts
from metier.faces.page import render
from metier.faces.words import p_value, percent, points

_FLIPS_SHOWN = 50
_TASKS_DRAWN = 60


def as_page(found: Sequence[Comparison]) -> str:
    """One page for all pairs of runs, in the order given."""
    return render(
        "compare.html.j2",
        {
            "title": "Comparison of runs",
            "told": told(found[0]) if len(found) == 1 else f"{len(found)} pairs of runs on the same questions.",
            "comparisons": [_one(one, number) for number, one in enumerate(found, start=1)],
            "settings": found[0].settings,
            "num_pairs": len(found),
        },
    )


def told(found: Comparison) -> str:
    """What a comparison came to, in one sentence."""
    row = found.overall
    reading = "no difference was shown" if row.low <= 0 <= row.high else "worse" if row.difference < 0 else "better"
    return (
        f"{found.name_after} against {found.name_before}: {reading}, {points(row.difference)} points "
        f"({points(row.low)} to {points(row.high)}, p {_p(row.p_value)}) on {row.items:,} questions."
    )


def _one(found: Comparison, number: int) -> dict[str, Any]:
    rows = [found.overall, *found.tasks]
    drawn = rows[:_TASKS_DRAWN]
    low = min([-0.1, *(row.low for row in drawn)])
    high = max([0.1, *(row.high for row in drawn)])
    whiskers = [charts.Whisker(_label(row), row.difference, row.low, row.high) for row in drawn]
    return {
        "id": f"pair-{number}",
        "before": found.name_before,
        "after": found.name_after,
        "told": told(found),
        "rows": [(row, row.task or "(no name)") for row in rows],
        "forest": charts.whiskers(
            whiskers, low=low, high=high, title=f"difference in points with intervals, {found.name_after}, by task"
        ),
        "undrawn": len(rows) - len(drawn),
        "scatter": charts.scatter(found.joint, title=f"scores before and after, {_gist(found.overall)}"),
        "left_out": [
            (found.name_before, found.left_out_before),
            (found.name_after, found.left_out_after),
        ],
        "num_moved": len(found.moved),
        "skipped": found.skipped,
        "flips": found.flips[:_FLIPS_SHOWN],
        "num_flips": len(found.flips),
    }


def _label(row: Row) -> str:
    name = row.task or "(no name)"
    return name if len(name) <= 18 else f"{name[:17]}…"


def _gist(row: Row) -> str:
    return f"{percent(row.before.value)} % before, {percent(row.after.value)} % after"


def _p(value: float) -> str:
    text = p_value(value)
    return text if text.startswith("<") else f"= {text}"
