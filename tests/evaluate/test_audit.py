"""An exam is audited before anybody takes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from metier.errors import InputError
from metier.evaluate.audit import Record, audit, graded_by, read_records
from metier.evaluate.audit.formats import check_format
from metier.evaluate.audit.golds import check_gold
from metier.evaluate.audit.reading import agree, read
from metier.faces.cli import app
from metier.graders import grader_for
from metier.graders.scibench import SciBenchRule
from metier.item import Item


def record(**fields: str) -> Record:
    return Record(**{"place": "e:0", "prompt": "Find the speed of the cart.", "gold": "2.5", **fields})  # type: ignore[arg-type]


def rules(**fields: str) -> list[str]:
    return [finding.rule for finding in check_gold(record(**fields))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"$1.31 \times 10^{-3}$", 1.31e-3),
        (r"$2400\cos({40}^{\circ})$", 1838.5066634),
        (r"$(\ln 50) / 0.03$", 130.4007668),
        (r"$-\arctan (\sqrt{3} / 4)$", -0.4086378551),
        (r"$1-(11 / 12)^{12}$", 0.6480044),
        (r"3\frac{1}{3}", 10 / 3),
        ("$3\frac{1}{3}$", 10 / 3),
        (r"$1 - \frac{1}{e}$", 0.6321206),
        (r"\frac12", 0.5),
        ("−2", -2.0),
        ("89,034.79", 89034.79),
        (r"\sqrt[3]{8}", 2.0),
        ("5!", 120.0),
    ],
)
def test_closed_forms_are_read(text: str, value: float) -> None:
    found = read(text)
    assert found is not None
    assert found.value == pytest.approx(value, rel=1e-7)
    assert found.rest == ""


@pytest.mark.parametrize("text", ["", "x", r"\frac{1}{0}", "1" * 5000, "(" * 400 + "1", "9^9^9^9", "10^{9999}", "{1"])
def test_what_cannot_be_read_is_none(text: str) -> None:
    found = read(text)
    assert found is None or found.rest


@given(st.text(alphabet="0123456789.+-*/^(){}\\ frcqtsinpe,", max_size=60))
def test_reading_never_raises(text: str) -> None:
    read(text)


@given(st.floats(min_value=1e-12, max_value=1e12), st.integers(min_value=2, max_value=9))
def test_a_value_agrees_with_its_rounded_form(value: float, digits: int) -> None:
    exact, rounded = read(f"{value:.15e}"), read(f"{value:.{digits}e}")
    assert exact is not None
    assert rounded is not None
    assert agree(rounded, exact)
    changed = read(f"{float(f'{value:.{digits}e}') * (1 + 30 * 10.0**-digits):.{digits}e}")
    assert changed is not None
    assert not agree(changed, exact)


def test_a_gold_that_contradicts_its_written_form_is_found() -> None:
    assert rules(gold="0.00025", latex=r"$2.5 \times 10^{-5}$") == ["gold_contradicts_latex"]
    assert rules(gold="0.25", latex=r"$\frac{1}{3}$") == ["gold_contradicts_latex"]
    assert rules(gold="152", latex="125") == ["gold_contradicts_latex"]


def test_rounded_and_cut_digits_are_no_contradiction() -> None:
    assert rules(gold="0.667", latex=r"$\frac{2}{3}$") == []
    assert rules(gold="0.666", latex=r"$\frac{2}{3}$") == []
    assert rules(gold="2.5", latex="$2.50$") == []


def test_a_factor_hidden_in_the_unit_is_no_contradiction_but_is_told() -> None:
    unit = r"$10^{-19} \mathrm{~J}$"
    assert rules(gold="2.5", latex=r"$2.5 \times 10^{-19}$", unit=unit) == ["unit_hides_exponent"]
    assert "gold_contradicts_latex" in rules(gold="2.5", latex=r"$2.5 \times 10^{-18}$", unit=unit)


def test_a_unit_behind_the_written_form_is_not_compared() -> None:
    assert rules(gold="-1.00", latex=r"$-1.00 \mu \mathrm{C}$", unit=r"$\mu \mathrm{C}$") == []


@pytest.mark.parametrize(
    ("latex", "gold", "unit"),
    [
        (r"$30^{\circ}$", "30", r"$^{\circ}$"),
        (r"$30^{\circ}$", "0.5236", "rad"),
        (r"$2 \sqrt{g h}$", "6.3", "m/s"),
        (r"$2 \pi r$", "6.3", "m"),
        (r"$2 \mathrm{~h}\ 30 \mathrm{~min}$", "150", "min"),
        ("10-12", "11", ""),
        (r"$v \approx 6.3$", "6.3", "m/s"),
        (r"6.3 m/s", "6.3", "m/s"),
        (r"$6.3 \mathrm{~m}^{2}$", "6.3", "m^2"),
    ],
)
def test_what_is_not_understood_or_agrees_is_no_contradiction(latex: str, gold: str, unit: str) -> None:
    assert set(rules(gold=gold, latex=latex, unit=unit)) <= {"unread_latex"}


def test_a_percentage_agrees_with_its_share() -> None:
    assert rules(gold="0.4", latex=r"$40 \%$") == []


def test_several_values_for_one_gold_are_found() -> None:
    assert rules(gold="2", latex="$2, 3$") == ["gold_of_many_values"]
    assert rules(gold="2", latex="$x = 2$ or $x = 3$") == ["gold_of_many_values"]
    assert rules(gold="2", latex=r"$\pm 2$") == ["gold_of_many_values"]
    assert rules(gold="2", latex=r"$2 \pm 0.1$") == []
    assert rules(gold="2500", latex="$2,500$") == []


def test_a_solution_that_never_arrives_at_the_gold_is_found() -> None:
    solution = r"We get $$v = \frac{10}{5} = 2.0 \mathrm{~m/s}.$$"
    assert rules(gold="3.1", solution=solution) == ["gold_contradicts_solution"]
    assert rules(gold="2.0", solution=solution) == []
    assert rules(gold="2000", solution=solution) == []  # the unit may have another prefix


def test_a_bare_solution_must_have_the_power_of_ten_of_the_gold() -> None:
    solution = r"$2.5 \times 10^4 \mathrm{~J}$"
    assert "gold_contradicts_solution" in rules(gold="2.5", unit=r"$10^3 \mathrm{~J}$", solution=solution)
    assert "gold_contradicts_solution" not in rules(gold="2.5", unit=r"$10^4 \mathrm{~J}$", solution=solution)
    assert "gold_contradicts_solution" not in rules(gold="25", unit=r"$\mathrm{kJ}$", solution=solution)


def test_golds_that_a_parser_refuses_are_found() -> None:
    assert rules(gold="12,345.6") == ["unparsable_gold"]
    assert rules(gold="−2") == ["unparsable_gold"]
    assert rules(gold="") == ["empty_gold"]


def test_a_blank_behind_a_bare_factor_is_found() -> None:
    assert "unit_ends_in_blank" in rules(unit="$10^3$ ")
    assert "unit_ends_in_blank" not in rules(unit="$10^3$")
    assert "unit_ends_in_blank" not in rules(unit=r"$10^3 \mathrm{~m}$ ")


@pytest.mark.parametrize(
    ("prompt", "gold", "found"),
    [
        ("What is the probability that both fail?", "1.2", True),
        ("What is the probability that both fail?", "0.2", False),
        ("Compute $P(A \\cup B)$.", "-0.1", True),
        ("What is the probability density at the centre?", "3.2", False),
        ("What is the probability in percent?", "32", False),
        ("With probability 0.3 a part fails. What is the expected number of failures in 10?", "3", False),
    ],
)
def test_impossible_probabilities_are_found(prompt: str, gold: str, found: bool) -> None:
    assert ("impossible_probability" in rules(prompt=prompt, gold=gold)) is found


def test_a_form_feed_where_a_fraction_was_is_found() -> None:
    assert rules(gold="0.5", latex="$\frac{1}{2}$") == ["control_character"]
    assert rules(gold="0.5", latex="$\\frac{1}{2}$\r\n") == []


def test_zero_with_only_a_relative_tolerance_is_found() -> None:
    assert rules(gold="0") == ["zero_gold"]
    for policy, found in (({"relative": 0.05}, ["zero_gold"]), ({"relative": 0.05, "absolute": 0.1}, []), ({}, [])):
        item = Item(prompt="?", reference="0", grader="number", policy=policy)
        row = Record(place="e:0", prompt="?", gold="0", item=item)
        assert [finding.rule for finding in check_gold(row)] == found


def test_the_gold_is_fed_to_the_grader_in_the_form_that_is_asked_for() -> None:
    rows = graded_by([record(gold="0.00131"), record(gold="1.5", unit=r"$10^{3} \mathrm{~m}$")], "scibench")
    asks = r"with three digits after the decimal point. Conclude with \boxed{[ANSWER]}"

    def rule_for(item: Item) -> SciBenchRule:
        return SciBenchRule(**item.policy)

    found = [[one.rule for one in check_format(row, rule_for, asks=asks)] for row in rows]
    assert found == [["format_refused"], []]


def test_a_grader_that_refuses_its_own_gold_is_found() -> None:
    item = Item(prompt="Give the letter of the colour.", reference="D", choices=("red", "blue"), grader="choice")
    rules = [
        finding.rule for finding in audit([Record(place="e:0", prompt="", gold="D", item=item)], grader_for=grader_for)
    ]
    assert rules == ["answer_is_no_option", "gold_refused"]


def test_a_letter_that_an_exact_grader_refuses_is_found() -> None:
    item = Item(prompt="Answer with a single letter.", reference="blue", choices=("red", "blue"))
    row = Record(place="e:0", prompt=item.prompt, gold="blue", item=item)
    assert [finding.rule for finding in check_format(row, grader_for)] == ["format_refused"]


def test_folders_lists_and_items_are_read(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps([{"problem_text": "2 + 2?", "answer_number": "4", "unit": " "}]))
    (tmp_path / "two.jsonl").write_text('{"prompt": "1 + 1?", "reference": "2"}\n')
    assert [row.place for row in read_records(tmp_path)] == ["one.json:0", "two.jsonl:1"]
    (tmp_path / "one.json").write_text('[{"problem_text": "2 + 2?"}]')
    with pytest.raises(InputError, match="answer_number"):
        read_records(tmp_path)


def test_the_command_tells_findings_by_its_exit_code(tmp_path: Path) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text('{"prompt": "1 + 1?", "reference": "2"}\n')
    assert CliRunner().invoke(app, ["evaluate", "audit", str(exam)]).exit_code == 0
    exam.write_text('{"prompt": "Which?", "reference": "C", "choices": ["a b", "a b"], "grader": "choice"}\n')
    result = CliRunner().invoke(app, ["evaluate", "audit", str(exam), "--json"])
    assert result.exit_code == 1
    assert {row["rule"] for row in json.loads(result.stdout)} == {
        "answer_is_no_option",
        "gold_refused",
        "identical_options",
    }
