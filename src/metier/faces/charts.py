"""How does a figure become a picture? Pure functions from numbers to inline SVG.

Colours and fonts are classes of the page (`templates/report.css`), so one drawing serves light, dark and paper. Every
text is escaped here, whoever wrote it. This module knows no stage and no record.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from markupsafe import Markup

from metier.faces.words import is_number

_INNER, _OUTER = 112.0, 222.0
_NOTCH_DEG, _GAP_DEG = 6.0, 1.6


class Spoke(NamedTuple):
    """One stage on the wheel. `state` is "done", "reused" or "missing"."""

    name: str
    figure: str
    unit: str
    note: str
    state: str = "done"


class Whisker(NamedTuple):
    """A difference with its interval, all as shares between -1 and 1."""

    label: str
    value: float
    low: float
    high: float


class Bar(NamedTuple):
    """A share between 0 and 1 made of two parts, with the interval of both together."""

    label: str
    first: float
    second: float
    low: float
    high: float


class Mark(NamedTuple):
    """A share at one time with its interval."""

    when: str
    value: float
    low: float
    high: float


class Layers(NamedTuple):
    """A value for each layer, drawn as one line; `style` is its class.

    `band` holds low and high for each layer; `sure` says at which layers the mark is filled, all where it is empty.
    """

    name: str
    style: str
    values: Sequence[float]
    band: Sequence[tuple[float, float]] = ()
    sure: Sequence[bool] = ()


Point = tuple[float, float | None]
"""A place on a learning curve; `None` where nothing was measured, which breaks the line."""


def wheel(spokes: Sequence[Spoke], *, centre: str, below: str, title: str) -> Markup:
    """Draw a ring of arrows, clockwise from the top: what came out of every stage stands in its arrow.

    >>> wheel([Spoke("discover", "29", "skills", "0.4 s")] * 8, centre="8", below="stages", title="t").count("<path")
    8
    """
    width = 360 / max(1, len(spokes))
    body = _text(0, 4, centre, "centre", anchor="middle") + _text(0, 28, below, "unit", anchor="middle")
    for place, spoke in enumerate(spokes):
        start = -90 + width * place
        x, y = _polar((_INNER + _OUTER) / 2 + 2, start + (width + _NOTCH_DEG) / 2)
        body += Markup('<g class="spoke {}"><title>{}</title><path d="{}"/>').format(
            spoke.state,
            f"{spoke.name}: {spoke.figure} {spoke.unit}, {spoke.note}",
            _arrow(start + _GAP_DEG / 2, start + width - _GAP_DEG / 2),
        )
        lines = (
            (spoke.name, "name", -25),
            (spoke.figure, "figure", 4),
            (spoke.unit, "unit", 21),
            (spoke.note, "note", 37),
        )
        for text, style, dy in lines:
            body += _text(x, y + dy, text, style, anchor="middle")
        body += Markup("</g>")
    return _svg(body, title=title, box=(-228, -228, 456, 456), style="wheel")


def whiskers(rows: Sequence[Whisker], *, low: float, high: float, title: str) -> Markup:
    """Draw differences as dots on a common axis from `low` to `high`, each with its interval and its value.

    A dot is hollow where the interval holds zero.

    >>> drawing = whiskers([Whisker("level 2", 0.5, 0.4, 0.6)], low=-0.1, high=1, title="t")
    >>> "+50" in drawing, "hollow" in drawing
    (True, False)
    """
    bottom = 30.0 * len(rows) + 8

    def x(value: float) -> float:
        return 122 + 214 * _share(value, low, high)

    body = Markup()
    for tick in ticks(low, high):
        body += _line(x(tick), 6, x(tick), bottom, "grid" if tick else "zero")
        body += _text(x(tick), bottom + 15, points(tick), "tick", anchor="middle")
    for place, row in enumerate(rows):
        y = 23 + 30.0 * place
        hollow = " hollow" if row.low <= 0 <= row.high else ""
        span = f"{row.label}: {points(row.value)} points, 95 % interval {points(row.low)} to {points(row.high)}"
        body += Markup("<g><title>{}</title>").format(span) + _text(0, y + 4.5, row.label, "label")
        body += _line(x(row.low), y, x(row.high), y, "whisker")
        for end in (row.low, row.high):
            body += _line(x(end), y - 4, x(end), y + 4, "whisker")
        body += _circle(x(row.value), y, 4.5, "dot" + hollow)
        body += _text(380, y + 4.5, points(row.value), "value", anchor="end") + Markup("</g>")
    return _svg(body, title=title, box=(0, 0, 384, bottom + 22), style="whiskers")


def dumbbell(before: float, after: float, *, low: float, high: float, title: str) -> Markup:
    """Draw a share before and after on a rule from 0 to 100 %, with the interval of the second.

    >>> dumbbell(0.1, 0.9, low=0.85, high=0.94, title="10 to 90 %").count("<circle")
    2
    """
    was, now, least, most = (5 + 230 * _share(value, 0, 1) for value in (before, after, low, high))
    body = _line(5, 12, 235, 12, "grid")
    for end in (5, 120, 235):
        body += _line(end, 8, end, 16, "grid")
    body += Markup('<rect class="band" x="{:.1f}" y="6" width="{:.1f}" height="12" rx="3"/>').format(
        least, most - least
    )
    body += _line(was, 12, now, 12, "step") + _circle(was, 12, 4, "dot hollow") + _circle(now, 12, 4.5, "dot")
    return _svg(body, title=title, box=(0, 0, 240, 24), style="dumbbell")


def curve(values: Sequence[Point], *, low: float, high: float, title: str) -> Markup:
    """Draw one learning curve on an axis from `low` to `high`; the last value stands at its end.

    >>> drawing = curve([(1, 0.2), (2, 0.3), (3, None), (4, 0.4)], low=0, high=1, title="reward")
    >>> drawing.count("<polyline"), ">0.4<" in drawing
    (1, True)
    """
    steps = [step for step, _ in values] or [0.0]
    body = _line(38, 10, 188, 10, "grid") + _line(38, 88, 188, 88, "grid")
    body += _text(33, 14, short(high), "tick", anchor="end") + _text(33, 92, short(low), "tick", anchor="end")
    body += _text(38, 105, short(steps[0]), "tick") + _text(188, 105, f"step {short(steps[-1])}", "tick", anchor="end")
    last = None
    for run in _unbroken(values):
        places = [
            (38 + 150 * _share(step, steps[0], steps[-1]), 88 - 78 * _share(value, low, high)) for step, value in run
        ]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        body += Markup('<polyline class="curve" points="{}"/>').format(joined) if len(run) > 1 else Markup()
        body += _circle(*places[-1], 1.6, "mark") if len(run) == 1 else Markup()
        last = (*places[-1], run[-1][1])
    if last:
        body += _circle(last[0], last[1], 2.8, "mark") + _text(last[0] + 7, last[1] + 4, short(last[2]), "value")
    return _svg(body, title=title, box=(0, 0, 240, 110), style="curve-chart")


def scatter(counted: Sequence[tuple[float, float, int]], *, title: str) -> Markup:
    """Draw how many questions had which score before (across) and after (up), both from 0 to 1, as discs by area.

    What lies above the diagonal gained, what lies below it lost.

    >>> drawing = scatter([(0.0, 1.0, 30), (1.0, 1.0, 120), (1.0, 0.0, 4)], title="t")
    >>> drawing.count("<circle"), "disc lost" in drawing
    (3, True)
    """
    most = max((count for _, _, count in counted), default=1)

    def x(value: float) -> float:
        return 52 + 230 * _share(value, 0, 1)

    def y(value: float) -> float:
        return 262 - 230 * _share(value, 0, 1)

    body = _line(x(0), y(0), x(1), y(1), "zero")
    for tick in (0.0, 0.5, 1.0):
        body += _line(x(tick), y(0) + 12, x(tick), y(1) - 12, "grid") + _line(
            x(0) - 12, y(tick), x(1) + 12, y(tick), "grid"
        )
        body += _text(x(tick), 294, f"{tick:g}", "tick", anchor="middle")
        body += _text(30, y(tick) + 4, f"{tick:g}", "tick", anchor="end")
    body += _text(x(1), 312, "before →", "tick", anchor="end") + _text(0, 14, "after ↑", "tick")
    for before, after, count in sorted(counted, key=lambda one: -one[2]):
        style = "gained" if after > before else "lost" if after < before else "kept"
        told = f"{count:,} from {short(before)} to {short(after)}"
        body += Markup('<g class="{}"><title>{}</title>').format(style, told)
        body += _circle(x(before), y(after), round(2 + 14 * math.sqrt(count / most), 1), f"disc {style}") + Markup(
            "</g>"
        )
    return _svg(body, title=title, box=(0, 0, 304, 316), style="scatter")


def lines(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Point]]:
    """Take the numeric fields out of the rows of a curve, each by `step`; by place where the steps do not go up.

    >>> lines([{"step": 5, "reward": 0.1, "kept": 3}, {"step": 10, "reward": 0.2}])
    {'reward': [(5.0, 0.1), (10.0, 0.2)], 'kept': [(5.0, 3.0), (10.0, None)]}
    """
    steps = [row.get("step") for row in rows]
    rising = all(is_number(step) for step in steps) and all(a < b for a, b in pairwise(steps))  # type: ignore[operator]
    fields = dict.fromkeys(name for row in rows for name, value in row.items() if name != "step" and is_number(value))
    return {
        name: [
            (float(step) if rising else place, float(row[name]) if is_number(row.get(name)) else None)  # type: ignore[arg-type]
            for place, (step, row) in enumerate(zip(steps, rows, strict=True), start=1)
        ]
        for name in fields
    }


def bar(share: float, *, title: str) -> Markup:
    """Draw a share of 0 to 1 as a short bar.

    >>> 'width="25.0"' in bar(0.25, title="a quarter")
    True
    """
    body = Markup('<rect class="track" x="0" y="2" width="100" height="8" rx="2"/>')
    body += Markup('<rect class="fill" x="0" y="2" width="{:.1f}" height="8" rx="2"/>').format(
        100 * _share(share, 0, 1)
    )
    return _svg(body, title=title, box=(0, 0, 100, 12), style="bar")


def bars(rows: Sequence[Bar], *, title: str, of: tuple[str, str] = ("first", "second")) -> Markup:
    """Draw shares under each other, the largest interval as wide as there is room; `of` names the two parts.

    >>> drawing = bars([Bar("SQL", 0.3, 0.1, 0.3, 0.5)], title="t", of=("named", "implied"))
    >>> "40 %" in drawing, 'class="part named"' in drawing
    (True, True)
    """
    top, body = max((row.high for row in rows), default=1.0) or 1.0, Markup()
    for place, row in enumerate(rows):
        y, value, x = 24.0 * place, row.first + row.second, [232 + 300 * share / top for share in (row.low, row.high)]
        told = f"{row.label}: {100 * row.first:.1f} % {of[0]}, {100 * row.second:.1f} % {of[1]}, "
        told += f"95 % interval {100 * row.low:.1f} to {100 * row.high:.1f} %"
        body += Markup("<g><title>{}</title>").format(told)
        body += _text(222, y + 15, row.label if len(row.label) <= 32 else f"{row.label[:31]}…", "label", anchor="end")
        for name, start, width in ((of[0], 0.0, row.first), (of[1], row.first, row.second)):
            piece = '<rect class="part {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="13"/>'
            body += Markup(piece).format(name, 232 + 300 * start / top, y + 4, 300 * width / top)
        body += _line(x[0], y + 10.5, x[1], y + 10.5, "whisker")
        body += _text(x[1] + 8, y + 15, f"{100 * value:.0f} %" if value >= 0.1 else f"{100 * value:.1f} %", "value")
        body += Markup("</g>")
    return _svg(body, title=title, box=(0, 0, 590, 24.0 * len(rows) + 4), style="bars")


def trend(marks: Sequence[Mark], *, top: float, title: str) -> Markup:
    """Draw a share over time on an axis from 0 to `top`, with its interval as a band.

    >>> drawing = trend([Mark("2024-01", 0.1, 0.0, 0.2), Mark("2024-02", 0.3, 0.2, 0.4)], top=0.5, title="SQL")
    >>> drawing.count("<polygon"), "2024-01" in drawing
    (1, True)
    """
    step = 178 / max(1, len(marks) - 1)

    def y(value: float) -> float:
        return 88 - 78 * _share(value, 0, top)

    def path(values: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{38 + step * place:.1f},{y(value):.1f}" for place, value in values)

    body = _line(38, 10, 216, 10, "grid") + _line(38, 88, 216, 88, "grid")
    body += _text(33, 14, f"{100 * top:.0f} %", "tick", anchor="end") + _text(33, 92, "0", "tick", anchor="end")
    band = [*enumerate(mark.high for mark in marks), *reversed([*enumerate(mark.low for mark in marks)])]
    body += Markup('<polygon class="band" points="{}"/>').format(path(band))
    body += Markup('<polyline class="curve" points="{}"/>').format(path([*enumerate(mark.value for mark in marks)]))
    for place, mark in enumerate(marks):
        told = f"{mark.when}: {100 * mark.value:.1f} %, 95 % interval {100 * mark.low:.1f} to {100 * mark.high:.1f} %"
        body += Markup("<g><title>{}</title>").format(told)
        body += _circle(38 + step * place, y(mark.value), 2.2, "mark") + Markup("</g>")
    if marks:
        body += _text(38, 105, marks[0].when, "tick") + _text(216, 105, marks[-1].when, "tick", anchor="end")
    return _svg(body, title=title, box=(0, 0, 240, 110), style="trend")


def layers(lines: Sequence[Layers], *, title: str) -> Markup:
    """Draw values by layer on one axis, lines with bands and marks, and each line's name at its end.

    A mark is hollow where the line is not sure of its layer. The axis holds every value and 0.

    >>> line = Layers("facts", "fact", [0.5, 0.9], band=[(0.4, 0.6), (0.8, 1.0)], sure=[False, True])
    >>> drawing = layers([line], title="likeness")
    >>> drawing.count("<polyline"), drawing.count("<polygon"), drawing.count("hollow")
    (1, 1, 1)
    """
    every = [value for line in lines for value in (*line.values, *(end for ends in line.band for end in ends))]
    low, high = min([0.0, *every]), max([0.1, *every])
    last = max([1, *(len(line.values) - 1 for line in lines)])

    def at(layer: int, value: float) -> tuple[float, float]:
        return 44 + 420 * layer / last, 238 - 222 * _share(value, low, high)

    def path(values: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*one) for one in values))

    body = Markup()
    for tick in ticks(low, high):
        body += _line(44, at(0, tick)[1], 464, at(0, tick)[1], "grid" if tick else "zero")
        body += _text(38, at(0, tick)[1] + 4, f"{tick:.3g}", "tick", anchor="end")
    for layer in range(0, last + 1, max(1, -(-last // 8))):
        body += _text(at(layer, low)[0], 258, str(layer), "tick", anchor="middle")
    body += _text(464, 274, "layer →", "tick", anchor="end")
    for line in lines:
        body += Markup('<g class="line {}"><title>{}</title>').format(line.style, line.name)
        ends = [*enumerate(top for _, top in line.band), *reversed([*enumerate(bottom for bottom, _ in line.band)])]
        body += Markup('<polygon class="band" points="{}"/>').format(path(ends)) if ends else Markup()
        body += Markup('<polyline class="curve" points="{}"/>').format(path([*enumerate(line.values)]))
        for layer, sure in enumerate(line.sure):
            body += _circle(*at(layer, line.values[layer]), 3, "mark" if sure else "mark hollow")
        body += Markup("</g>")
    for y, line in _apart([(at(0, line.values[-1])[1], line) for line in lines if line.values], 15):
        body += Markup('<g class="line {}">').format(line.style) + _text(474, y + 4, line.name, "name") + Markup("</g>")
    return _svg(body, title=title, box=(0, 0, 650, 280), style="layers")


def _apart(places: Sequence[tuple[float, Layers]], least: float) -> list[tuple[float, Layers]]:
    """Names at the height of their lines, moved down where they would lie on each other."""
    placed: list[tuple[float, Layers]] = []
    for y, line in sorted(places, key=lambda one: one[0]):
        placed.append((max(y, placed[-1][0] + least) if placed else y, line))
    over = max(0.0, placed[-1][0] - 250) if placed else 0.0
    return [(y - over, line) for y, line in placed]


def stack(parts: Sequence[tuple[str, int]], *, title: str) -> Markup:
    """Draw counts as one bar that they fill together; each piece has its name as a class.

    >>> drawing = stack([("block", 1), ("review", 0), ("clean", 3)], title="t")
    >>> 'class="part clean" x="25.2"' in drawing, "review" in drawing
    (True, False)
    """
    whole, place, body = sum(count for _, count in parts) or 1, 0.0, Markup()
    for name, count in parts:
        if count:
            width = 100 * count / whole
            body += Markup(
                '<rect class="part {}" x="{:.1f}" y="0" width="{:.1f}" height="4"><title>{}</title></rect>'
            ).format(name, place + (0.2 if place else 0), max(width - 0.2, 0.3), f"{count} {name}")
            place += width
    return _svg(body, title=title, box=(0, 0, 100, 4), style="stack", stretched=True)


def ticks(low: float, high: float, *, most: int = 5) -> list[float]:
    """Choose round numbers on an axis, zero among them if it lies on it.

    >>> ticks(-0.15, 0.92)
    [0.0, 0.25, 0.5, 0.75]
    """
    if not high > low:
        return [low]
    for step in (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0):
        first, final = math.ceil(low / step), math.floor(high / step)
        if final - first < most:
            return [place * step for place in range(first, final + 1)]
    return [low, high]


def points(share: float) -> str:
    """Write a difference of shares in percentage points, with its sign.

    >>> points(0.5), points(-0.123), points(0.0)
    ('+50', '−12', '0')
    """
    value = round(100 * share)
    return f"{value:+d}".replace("-", "−") if value else "0"


def short(value: float) -> str:
    """Write a number in few characters.

    >>> short(0.12345), short(15400), short(-2.0), short(0.00002)
    ('0.123', '15,400', '−2', '2e-05')
    """
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}"
    return "−" + text[1:] if text.startswith("-") else text


def _unbroken(values: Sequence[Point]) -> list[list[tuple[float, float]]]:
    """The stretches of a curve without a missing value."""
    runs: list[list[tuple[float, float]]] = [[]]
    for step, value in values:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((step, value))
    return [run for run in runs if run]


def _share(value: float, low: float, high: float) -> float:
    """Where a value lies between two ends, from 0 to 1."""
    return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.0


def _arrow(start: float, end: float) -> str:
    """A piece of the ring, in degrees, notched at its start and pointed at its end."""
    middle = (_INNER + _OUTER) / 2
    corners = ((_OUTER, start), (_OUTER, end), (middle, end + _NOTCH_DEG), (_INNER, end), (_INNER, start))
    a, b, c, d, e = (f"{x:.1f} {y:.1f}" for x, y in (_polar(radius, angle) for radius, angle in corners))
    x, y = _polar(middle, start + _NOTCH_DEG)
    return f"M{a}A{_OUTER} {_OUTER} 0 0 1 {b}L{c}L{d}A{_INNER} {_INNER} 0 0 0 {e}L{x:.1f} {y:.1f}Z"


def _polar(radius: float, degrees: float) -> tuple[float, float]:
    return radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees))


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> Markup:
    line = '<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
    return Markup(line).format(style, x1, y1, x2, y2)


def _circle(x: float, y: float, radius: float, style: str) -> Markup:
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(style, x, y, radius)


def _text(x: float, y: float, text: str, style: str, *, anchor: str = "start") -> Markup:
    words = '<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
    return Markup(words).format(style, x, y, anchor, text)


def _svg(
    body: Markup, *, title: str, box: tuple[float, float, float, float], style: str, stretched: bool = False
) -> Markup:
    view = " ".join(f"{side:g}" for side in box) + ('" preserveAspectRatio="none' if stretched else "")
    head = Markup('<svg class="{}" viewBox="{}" role="img" aria-label="{}"><title>{}</title>')
    return head.format(style, Markup(view), title, title) + body + Markup("</svg>")
