"""Is a new version refused when anything that worked got worse?"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.update.promote import decide


def cell(before: float, after: float, *, high: float | None = None, label: str = "cell") -> Any:
    return SimpleNamespace(
        label=label, before=before, after=after, difference=after - before, high=after if high is None else high
    )


def test_a_gain_without_a_loss_is_promoted_and_the_gains_are_told_largest_first() -> None:
    gains = [cell(0.5, 0.5 + gain, label=str(gain)) for gain in (0.1, 0.4, 0.2, 0.3)]
    decision = decide(gains)
    assert decision.promoted
    assert decision.reasons == (
        "0.4: 50.0 → 90.0 %",
        "0.3: 50.0 → 80.0 %",
        "0.2: 50.0 → 70.0 %",
        "none of the 4 cells that worked got worse",
    )


def test_one_cell_that_worked_and_got_worse_refuses_all() -> None:
    decision = decide([cell(0.1, 0.9), cell(0.9, 0.8, label="old")])
    assert not decision.promoted
    assert decision.reasons == ("old: 90.0 → 80.0 %: it worked and got worse",)


def test_a_small_loss_is_tolerated_unless_its_whole_interval_lies_below_zero() -> None:
    assert decide([cell(0.9, 0.89), cell(0.1, 0.5)]).promoted
    assert not decide([cell(0.9, 0.89, high=-0.001), cell(0.1, 0.5)]).promoted


@pytest.mark.parametrize(("before", "after"), [(0.9, 0.88), (0.7, 0.68), (1.0, 0.98), (0.61, 0.59)])
def test_a_loss_of_exactly_the_tolerance_is_tolerated_whatever_its_rounding(before: float, after: float) -> None:
    assert decide([cell(before, after), cell(0.1, 0.5)], tolerance=0.02).promoted


def test_what_did_not_work_may_get_worse() -> None:
    assert decide([cell(0.4, 0.1, high=-0.2), cell(0.5, 0.6)]).promoted
    assert not decide([cell(0.4, 0.1, high=-0.2), cell(0.5, 0.6)], worked_from=0.3).promoted


@pytest.mark.parametrize("cells", [[], [cell(0.5, 0.5)], [cell(0.9, 0.89)]])
def test_a_version_that_gains_nowhere_is_refused(cells: list[Any]) -> None:
    assert decide(cells).reasons == ("nothing got better",)
    assert not decide(cells).promoted


@pytest.mark.parametrize("missing", ["before", "after", "difference", "high"])
def test_a_cell_that_was_not_measured_refuses(missing: str) -> None:
    unknown = cell(0.9, 0.95, label="lost")
    setattr(unknown, missing, math.nan)
    decision = decide([cell(0.1, 0.9), unknown])
    assert not decision.promoted
    assert decision.reasons == ("lost: not measured on both sides",)


SHARES = st.floats(0, 1)


@given(st.lists(st.tuples(SHARES, SHARES), max_size=5), SHARES, SHARES)
def test_one_more_cell_that_worked_and_got_worse_never_promotes(
    cells: list[tuple[float, float]], a: float, b: float
) -> None:
    low, high = sorted((a, b))
    worse = cell(max(high, 0.5), low - 0.1)
    assert not decide([*(cell(*pair) for pair in cells), worse]).promoted
