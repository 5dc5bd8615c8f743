"""What does the atlas of benchmarks show? Languages as tiles and as a matrix by task, crowding, and agreement.

Figures are computed by `metier.evaluate.multilingual`; here they become words, marks and drawings. Whatever stands in
a card is text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from metier.faces import charts
from metier.faces.page import render

if TYPE_CHECKING:
    from metier.evaluate.multilingual.agreement import Agreement
    from metier.evaluate.multilingual.card import Card
    from metier.evaluate.multilingual.concentration import Concentration
    from metier.evaluate.multilingual.cost import CostEstimate

LEVELS = 5
"""Shades of a cell; 0 is empty."""

_MOST_TASKS, _MOST_LANGUAGES = 16, 60


def as_page(
    cards: Sequence[Card],
    *,
    title: str,
    weights: Mapping[str, float] | None = None,
    agreements: Sequence[Agreement] = (),
    cost: CostEstimate | None = None,
) -> str:
    """One HTML page that needs nothing but itself.

    Args:
        weights: What tiles and crowding are measured by; the shipped speakers in millions if `None`.

    Raises:
        InputError: No card names a language that is known.

    >>> from metier.evaluate.multilingual.card import Card
    >>> "<h1>1 benchmark in 1 language" in as_page([Card(name="X", languages=("German",))], title="Atlas")
    True
    """
    from metier.evaluate.multilingual.concentration import concentration, counts, translation_share
    from metier.evaluate.multilingual.languages import SOURCE_YEAR, language_name, speakers

    amounts, by_weight = counts(cards), speakers() if weights is None else weights
    plain, weighted = concentration(amounts), concentration(amounts, by_weight)
    page = {
        "top": [(language_name(code), share) for code, share in plain.top],
        "title": title,
        "told": told(len(cards), len(amounts)),
        "plain": plain,
        "weighted": weighted,
        "per": "speaker" if weights is None else "weight",
        "source_year": SOURCE_YEAR if weights is None else None,
        "lorenz": lorenz(plain, weighted),
        "translation": translation_share(cards),
        "tiles": _tiles(amounts, by_weight),
        "matrix": _matrix(cards, amounts),
        "standings": _standings(cards),
        "agreements": [_agreement(one) for one in agreements],
        "cost": cost,
    }
    return render("atlas.html.j2", page)


def told(num_cards: int, num_languages: int) -> str:
    """What the atlas holds, in one line.

    >>> told(1, 2)
    '1 benchmark in 2 languages'
    """
    benchmarks = "benchmark" if num_cards == 1 else "benchmarks"
    return f"{num_cards:,} {benchmarks} in {num_languages:,} {'language' if num_languages == 1 else 'languages'}"


def lorenz(plain: Concentration, weighted: Concentration) -> Markup:
    """Draw both Lorenz curves over the line of equal parts.

    >>> from metier.evaluate.multilingual.concentration import concentration
    >>> lorenz(concentration({"eng": 3, "deu": 1}), concentration({"eng": 1})).count("<polyline")
    2
    """
    title = f"Lorenz curves: Gini {plain.gini:.2f} by language, {weighted.gini:.2f} weighted"
    body = Markup('<line class="grid" x1="0" y1="240" x2="240" y2="0"/>')
    body += Markup('<path class="axis" d="M0 0V240H240"/>')
    for found, style in ((plain, "plain"), (weighted, "weighted")):
        line = " ".join(f"{240 * x:.1f},{240 * (1 - y):.1f}" for x, y in found.lorenz)
        body += Markup('<polyline class="{}" points="{}"/>').format(style, line)
    for share in (0, 50, 100):
        x, anchor = 2.4 * share, "start" if share == 0 else "end" if share == 100 else "middle"
        body += Markup('<text class="tick" x="{:.0f}" y="256" text-anchor="{}">{} %</text>').format(x, anchor, share)
    head = Markup('<svg class="lorenz" viewBox="-2 -2 246 264" role="img" aria-label="{}"><title>{}</title>')
    return head.format(title, title) + body + Markup("</svg>")


def whisker(rho: float, low: float, high: float, *, title: str) -> Markup:
    """Draw a correlation with its interval on a rule from -1 to 1; hollow where the interval holds 0.

    >>> "hollow" in whisker(0.3, -0.1, 0.6, title="t"), "hollow" in whisker(0.7, 0.4, 0.9, title="t")
    (True, False)
    """
    x, least, most = (100 + 96 * value for value in (rho, low, high))
    dot = "dot hollow" if low <= 0 <= high else "dot"
    body = Markup(
        '<line class="grid" x1="4" y1="9" x2="196" y2="9"/><line class="zero" x1="100" y1="2" x2="100" y2="16"/>'
    )
    body += Markup('<line class="whisker" x1="{:.1f}" y1="9" x2="{:.1f}" y2="9"/>').format(least, most)
    body += Markup('<circle class="{}" cx="{:.1f}" cy="9" r="4.2"/>').format(dot, x)
    head = Markup('<svg class="rho" viewBox="0 0 200 18" role="img" aria-label="{}"><title>{}</title>')
    return head.format(title, title) + body + Markup("</svg>")


def level(value: float, most: float) -> int:
    """The shade of a count, from 0 for none to `LEVELS` for the most, by magnitude: counts span three of them.

    >>> [level(count, 1000) for count in (0, 1, 10, 100, 1000)]
    [0, 1, 2, 4, 5]
    """
    import math

    if value <= 0 or most <= 0:
        return 0
    share = math.log1p(value) / math.log1p(most)
    return min(LEVELS, max(1, math.ceil(share * LEVELS)))


def _tiles(amounts: Mapping[str, float], weights: Mapping[str, float]) -> list[dict[str, Any]]:
    """Every language with a weight, the heaviest first, shaded by benchmarks per weight."""
    from metier.evaluate.multilingual.languages import language_name

    heavy = sorted(
        ((code, weight) for code, weight in weights.items() if weight > 0), key=lambda one: (-one[1], one[0])
    )
    rates = {code: amounts.get(code, 0.0) / weight for code, weight in heavy}
    most = max(rates.values(), default=0.0)
    floor = min((rate for rate in rates.values() if rate), default=1.0)
    return [
        {
            "code": code,
            "name": language_name(code),
            "count": f"{amounts.get(code, 0.0):,.0f}",
            "weight": charts.short(weight),
            "level": level(rates[code] / floor, most / floor),
        }
        for code, weight in heavy
    ]


def _matrix(cards: Sequence[Card], amounts: Mapping[str, float]) -> dict[str, Any]:
    from metier.evaluate.multilingual.concentration import matrix, tally
    from metier.evaluate.multilingual.languages import language_name

    cells = matrix(cards)
    tasks = [task for task, _ in tally(cards, "tasks") if task != "not stated"]
    codes = list(amounts)
    most = max((count for row in cells.values() for count in row.values()), default=0)
    rows = [
        (language_name(code), [(task, cells[code].get(task, 0)) for task in tasks[:_MOST_TASKS]])
        for code in codes[:_MOST_LANGUAGES]
    ]
    shaded = [(name, [(task, count, level(count, most)) for task, count in row]) for name, row in rows]
    return {
        "tasks": tasks[:_MOST_TASKS],
        "rows": shaded,
        "more_tasks": len(tasks[_MOST_TASKS:]),
        "more_languages": len(codes[_MOST_LANGUAGES:]),
    }


def _standings(cards: Sequence[Card]) -> list[tuple[str, dict[str, int]]]:
    from metier.evaluate.multilingual.lint import CHARACTERISTICS, standing

    stands = [standing(card) for card in cards]
    return [
        (name, {how: sum(one[name] == how for one in stands) for how in ("met", "weak", "unstated")})
        for name in CHARACTERISTICS
    ]


def _agreement(one: Agreement) -> dict[str, Any]:
    from metier.evaluate.multilingual.languages import language_name

    ends = one.by_formula
    name = f"{language_name(one.language)}, {one.benchmark}"
    row: dict[str, Any] = {"name": name, "task": one.task, "n": one.n, "rho": "–", "ends": "–", "without": "–"}
    if one.rho is not None:
        row["rho"] = _signed(one.rho)
    if one.rho is not None and ends is not None:
        row["ends"] = f"{_signed(ends[0])} to {_signed(ends[1])}"
        row["plot"] = whisker(one.rho, *ends, title=f"{name}: {row['rho']}, 95 % interval {row['ends']}")
    if one.without:
        (low_family, low), (high_family, high) = one.without
        row["without"] = f"{_signed(low)} ({low_family}) to {_signed(high)} ({high_family})"
    return row


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
