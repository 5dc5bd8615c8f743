"""Does a drawing show the figures it was given, and nothing that its labels would like to be?"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from metier.faces import charts
from metier.faces.charts import Spoke, Whisker

HOSTILE = "</title><script>alert('x')</script>"
share = st.floats(-1, 1)


def drawings(label: str) -> list[Markup]:
    return [
        charts.wheel([Spoke(label, label, label, label)] * 8, centre=label, below=label, title=label),
        charts.whiskers([Whisker(label, 0.5, 0.4, 0.6)], low=-0.1, high=1.0, title=label),
        charts.dumbbell(0.1, 0.9, low=0.8, high=0.95, title=label),
        charts.curve([(1, 0.1), (2, 0.4)], low=0, high=1, title=label),
        charts.bar(0.3, title=label),
    ]


@pytest.mark.parametrize("drawing", drawings(HOSTILE))
def test_a_label_is_never_markup(drawing: Markup) -> None:
    assert "<script" not in drawing
    assert "&lt;script&gt;" in drawing


@pytest.mark.parametrize("drawing", drawings("plain"))
def test_a_drawing_is_well_formed_and_has_a_title(drawing: Markup) -> None:
    root = ElementTree.fromstring(drawing)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == root.findtext("title") == "plain"


@given(st.lists(st.tuples(share, share, share)), share, share)
def test_no_figure_leaves_the_axis(rows: list[tuple[float, float, float]], low: float, high: float) -> None:
    drawing = charts.whiskers([Whisker("x", *row) for row in rows], low=low, high=high, title="t")
    places = [float(x) for x in re.findall(r'c?x[12]?="([\d.-]+)"', drawing)]
    assert all(0 <= x <= 384 for x in places)
    assert drawing.count('class="whisker"') == 3 * len(rows)


def test_a_dot_is_hollow_where_the_interval_holds_zero() -> None:
    rows = [Whisker("sure", 0.3, 0.1, 0.5), Whisker("unsure", 0.3, -0.1, 0.7), Whisker("edge", 0.3, 0.0, 0.6)]
    drawing = charts.whiskers(rows, low=-0.2, high=1, title="t")
    assert drawing.count('class="dot"') == 1
    assert drawing.count('class="dot hollow"') == 2


def test_dots_stand_in_the_order_of_their_values() -> None:
    rows = [Whisker("a", -0.2, -0.3, -0.1), Whisker("b", 0.0, -0.1, 0.1), Whisker("c", 0.8, 0.7, 0.9)]
    drawing = charts.whiskers(rows, low=-0.5, high=1, title="t")
    places = [float(x) for x in re.findall(r'cx="([\d.]+)"', drawing)]
    assert places == sorted(places)


def test_a_missing_value_breaks_the_curve() -> None:
    whole = charts.curve([(1, 0.1), (2, 0.2), (3, 0.3), (4, 0.4)], low=0, high=1, title="t")
    broken = charts.curve([(1, 0.1), (2, 0.2), (3, None), (4, 0.4), (5, 0.5)], low=0, high=1, title="t")
    assert whole.count("<polyline") == 1
    assert broken.count("<polyline") == 2


@pytest.mark.parametrize("values", [[], [(1, None)], [(1, 0.5)], [(1, 0.5), (1, 0.5)]])
def test_a_curve_of_next_to_nothing_is_drawn(values: list[charts.Point]) -> None:
    ElementTree.fromstring(charts.curve(values, low=0, high=0, title="t"))


def test_fields_that_are_no_numbers_are_left_out_of_a_curve() -> None:
    rows = [{"step": 1, "phase": "warm", "done": True, "loss": float("nan")}, {"step": 2, "loss": 0.5}]
    assert charts.lines(rows) == {"loss": [(1.0, None), (2.0, 0.5)]}


def test_steps_that_start_again_are_replaced_by_places() -> None:
    rows = [{"step": 1, "loss": 3.0}, {"step": 2, "loss": 2.0}, {"step": 1, "loss": 1.0}]
    assert charts.lines(rows)["loss"] == [(1, 3.0), (2, 2.0), (3, 1.0)]


@given(share, share)
def test_ticks_lie_on_the_axis_and_are_few(low: float, high: float) -> None:
    marks = charts.ticks(low, high)
    assert len(marks) <= 5
    assert all(min(low, high) - 1e-9 <= mark <= max(low, high) + 1e-9 for mark in marks)
