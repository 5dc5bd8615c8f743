"""SciBench's released rule, against a second reading of it that was written step by step from its description."""

from __future__ import annotations

import itertools
import math
import re

import pytest

from metier.graders import grader_for
from metier.graders.scibench import SciBenchRule, shown_unit
from metier.item import Item
from metier.testing import check_grader

UNITS = (
    "", " ", "m", "$10^6$", "$10^6$ ", "$10^{21}$ ", "10^{-3} J", "$10^{-3} \\mathrm{~K}$", "$10^{3}$ $10^{2}$ m",
    "$\\times 10^{3} m$", "10^{ -3 } J", "10^3}J", "$10^{400} m$", "\\mathrm{10^{-4}} m",
)  # fmt: skip
GOLDS = ("3.2", "-214", "0", "89,034.79", "−2", " 7 ", "1e5", "nan", "inf")
ANSWERS = (
    "3.2", "3.2e3", "3.2 \\times 10^{3}", "3.2\\times10^{3}", "3.2 * 10^-3", "0.0032", "3200", "3,200", "x = 3.2",
    "3.2 m", "3.36", "3.37", "3.04", "-214", "-214000", "0", "0.0", "", "   ", "7000", "inf", "nan", "1_0", "3.2e21",
    "3.2 \\times 10^{3} \\times 10^{2}", "3.2 \\times 10^{400}", "89034.79", "2", "-2", "\\frac{16}{5}", "1e5", "3.2e6",
)  # fmt: skip
FRAMES = ("so \\boxed{%s}.", "\\boxed{9} and \\boxed{%s}", "\\fbox{%s}", "%s", "\\boxed {%s}", "\\boxed{%s", "oxed{%s}")


def reference(reply: str, gold: str, unit: str) -> bool:
    """The rule, told a second time: every fault on the way means that the answer is not accepted."""
    at = reply.rfind("oxed")
    content = None
    if at >= 0 and reply[at + 4 : at + 5] == "{":
        depth = 0
        for i in range(at + 4, len(reply)):
            if reply[i] == "{":
                depth += 1
            elif reply[i] == "}":
                depth -= 1
                if not depth:
                    content = reply[at + 5 : i]
                    break
    if content is not None and "=" in content:
        content = content[content.rindex("=") + 1 :].lstrip(" ")
    factors = list(re.finditer(r"\$? *10\^\{? *-?[0-9]+ *\}? *\$?", unit))
    if factors and unit[factors[-1].end() :]:
        product = re.search(r"10\^\{? *(-?[0-9]+)", unit)
        assert product
        if not content:
            return False
        for mark in ("\times", "\\times", "*"):
            if mark in content:
                parts = content.split(mark)
                power = re.search(r"10\^\{? *(-?[0-9]+)", parts[1]) if len(parts) == 2 else None
                try:
                    content = str(float(parts[0]) * 10 ** float(power[1])) if power else None
                except (ValueError, OverflowError):
                    content = None
                break
        try:
            gold = str(float(gold) * 10 ** float(product[1]))
        except (ValueError, OverflowError):
            return False
    if content is None:
        return False
    content = content.replace(",", "").strip()
    for part in (content, (content.split() or [""])[0]):
        try:
            if math.isclose(float(part), float(gold), rel_tol=0.05):
                return True
        except ValueError:
            pass
    return False


@pytest.mark.parametrize("unit", UNITS)
def test_the_rule_is_the_released_one_on_a_grid_of_answers(unit: str) -> None:
    rule, accepted = SciBenchRule(unit=unit), 0
    for gold, answer, frame in itertools.product(GOLDS, ANSWERS, FRAMES):
        reply, item = frame % answer, Item(prompt="", reference=gold)
        expected = reference(reply, gold, unit)
        accepted += expected
        assert rule(item, reply).is_correct == expected, (reply, gold, unit)
    assert accepted or unit == "$10^{400} m$"


def test_a_blank_after_the_factor_changes_the_path() -> None:
    item = Item(prompt="", reference="1.4")
    assert SciBenchRule(unit="$10^6$x")(item, r"\boxed{1.4e6}").is_correct
    assert SciBenchRule(unit="$10^6$")(item, r"\boxed{1.4}").is_correct
    assert shown_unit("$10^6$ ") == " "


def test_the_tolerance_is_relative_to_the_larger_number() -> None:
    item = Item(prompt="", reference="100")
    said = {n: SciBenchRule()(item, f"\\boxed{{{n}}}").is_correct for n in (94.9, 95.1, 105.2, 105.3)}
    assert list(said.values()) == [False, True, True, False]


def test_known_faults_are_kept() -> None:
    hedge, no_unit_check = r"\boxed{1.5 or 2.5}", r"\boxed{3.0 s}"
    assert SciBenchRule()(Item(prompt="", reference="1.5"), hedge).is_correct
    assert SciBenchRule(unit="m")(Item(prompt="", reference="3.0"), no_unit_check).is_correct
    assert not SciBenchRule()(Item(prompt="", reference="0.5"), r"\boxed{\frac{1}{2}}").is_correct


def test_what_a_program_prints_needs_no_box_and_keeps_its_commas() -> None:
    rule, item = SciBenchRule(unit=r"$10^{3}$ m", output=True), Item(prompt="", reference="3.2")
    assert [rule(item, text).is_correct for text in ("3200.0", "3200 m\n", "3,200", "3.2", "")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_the_rule_keeps_the_promise_of_a_grader() -> None:
    item = Item(prompt="", reference="3.2", grader="scibench", policy={"unit": "m"})
    check_grader(grader_for(item), item, correct=r"\boxed{3.2}", incorrect=r"\boxed{4}")
