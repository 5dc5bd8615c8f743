"""Wrong answers near a right one are refused: slips drawn from a seed for golds of every kind."""

from __future__ import annotations

import pytest

from metier.graders.ladder import grade_answer
from metier.graders.ladder.slips import slips

GOLDS = [
    ("12.5", "m"), ("6.022e23", ""), ("-3.7", "°C"), ("0.0821", "L atm mol^-1 K^-1"), ("1/3", ""), ("9.8", "m/s^2"),
    ("0.25", "%"), ("1.2", "10^{-3} m"), ("45", "°"), ("x^2 + 3x", ""), (r"\frac{1}{2} m v^2", ""), ("F = m a", ""),
    ("P_1 V_1 = P_2 V_2", ""), ("2x + 3y = 6", ""), (r"\{1, 2, 3\}", ""), ("(1, -2, 3)", ""), ("2 or 3", ""),
    ("[2, 5)", ""), ("2 < x < 5", ""), ("2:3:5", ""), ("10 to 20 m", ""), (r"3\hat{i} - 2\hat{j}", ""), ("3 + 4i", ""),
    ("H2SO4", ""), ("[Fe(CN)6]^{3-}", ""), ("2 H2 + O2 -> 2 H2O", ""), ("CuSO4·5H2O", ""), ("^{14}_{6}C", ""),
    ("[Ne] 3s^2 3p^4", ""), ("^3P_2", ""), ("7:30 PM", ""), ("1905-06-30", ""), ("(a) 3 m (b) 4 s", ""),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", ""), (r"\begin{cases} x^2 & x \ge 0 \\ -x & x < 0 \end{cases}", ""),
    (r"\sum_{n=1}^{\infty} \frac{1}{n^2}", ""), (r"\frac{\pi}{4} + n\pi", ""), ("1.23 ± 0.04", ""),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "unit"), GOLDS, ids=[gold for gold, _ in GOLDS])
def test_no_slip_is_taken_for_right(gold: str, unit: str) -> None:
    drawn = slips(gold, unit=unit, relative=0.02, most=50, seed=7)
    accepted = [slip for slip in drawn if grade_answer(gold, slip.text, unit=unit, relative=0.02).is_correct]
    assert drawn
    assert not accepted
    assert grade_answer(gold, gold, unit=unit, relative=0.02).is_correct


def test_slips_depend_on_their_seed_alone() -> None:
    assert slips("3.5", unit="m", seed=1) == slips("3.5", unit="m", seed=1) != slips("3.5", unit="m", seed=2)


def test_what_has_nothing_to_change_has_no_slip() -> None:
    assert slips("yes") == []
