"""SciBench as an exam, on a small copy of our own making."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metier.client import Reply
from metier.clients.rule import RuleClient
from metier.errors import ConfigError, InputError
from metier.evaluate.examine import examine
from metier.evaluate.scibench import SETTINGS, cells, exam_of, item_of, published, read_problems, table_of
from metier.evaluate.scibench.load import Problem
from metier.evaluate.scibench.oracle import oracle
from metier.evaluate.strategy import Answer
from metier.evaluate.transcript import read_transcript
from metier.faces.cli import app
from metier.graders import grader_for
from metier.item import ExamProtocol


def _row(book: str, number: str, text: str, gold: str, unit: str = "", **more: str) -> dict[str, str]:
    return {"problem_text": text, "answer_latex": gold, "answer_number": gold, "unit": unit, "source": book,
            "problemid": number, "comment": "", **more}  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    original = tmp_path / "dataset" / "original"
    (original / "python").mkdir(parents=True)
    fund = [
        _row("fund", " 1.1(a)", "What is the charge?", "3.2", r"$10^{-19} \mathrm{~C}$"),
        _row("fund", " 1.1(b)", "What is the mass?", "2.5", r"$\mathrm{~kg}$"),
        _row("fund", "1.2", "How many?", "4.2", "$10^6$"),
    ]
    solved = [_row("fund", "9.1", "One and one?", "2", " ", solution="One and one are two.")]
    stat = [_row("stat", f"5.{i}", f"Draw {i}.", "0.5", " ") for i in range(4)]
    for name, rows in (("fund", fund), ("fund_sol", solved), ("stat", stat)):
        (original / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    (original / "python" / "fund_0.txt").write_text("print(1 + 1)", encoding="utf-8")
    folder = tmp_path / "dataset" / "img" / "problem" / "3"
    folder.mkdir(parents=True)
    (folder / "data.json").write_text(json.dumps(_row("fund", "7", "Read it off.", "5", "MW")), encoding="utf-8")
    (folder / "img_question.png").write_bytes(b"\x89PNG")
    return tmp_path


def _asked(setting: str, dataset: Path, *, thought: str = "Hm.") -> tuple[list[tuple[str, str]], Answer | None]:
    problems = read_problems(dataset)
    strategy = published(setting, problems, programs=dataset / "dataset" / "original" / "python")
    turns = strategy.turns(item_of(problems[0]), ExamProtocol())
    request = next(turns)
    try:
        while True:
            request = turns.send(Reply(text=thought))
    except StopIteration as end:
        return [(m.role, m.content) for m in request.messages], end.value


def test_parts_of_one_exercise_are_one_cluster_and_a_factor_is_cut_from_the_question(dataset: Path) -> None:
    problems = read_problems(dataset)
    assert [p.exercise for p in problems[:3]] == ["fund/1.1", "fund/1.1", "fund/1.2"]
    prompts = [item_of(p).prompt for p in problems[:3]]
    assert "10^" not in prompts[0] and "10^6" in prompts[2]
    assert "10^{-19}" in item_of(problems[0], whole_units=True).prompt


def test_zero_settings_differ_by_the_system_message_alone(dataset: Path) -> None:
    with_system, _ = _asked("zero", dataset)
    without, _ = _asked("zero_nosys", dataset)
    assert with_system[1:] == without
    assert with_system[0][0] == "system" and r"\boxed{[ANSWER]}" in with_system[0][1]
    assert without[0][1].startswith("Q: What is the charge? The unit") and without[0][1].endswith("\nA: The answer is")


def test_zero_cot_asks_twice_in_messages_of_the_user(dataset: Path) -> None:
    messages, _ = _asked("zeroCot", dataset)
    assert messages[-1][1].endswith("A: Let's think step by step.Hm.Therefore, the answer is")
    assert [role for role, _ in messages] == ["system", "user"]


def test_few_shots_are_worked_problems_of_the_same_book(dataset: Path) -> None:
    few, _ = _asked("few", dataset)
    cot, _ = _asked("fewCot", dataset)
    assert few[1][1].startswith("Problem 1.   One and one?") and few[2][1] == "The answer is \\boxed{2}  "
    assert cot[2][1].startswith("Explanation for Problem 1:   One and one are two.\nThe answer is")
    assert cot[-1][1].startswith("Problem 2.   What is the charge?")


def test_a_worked_problem_is_not_shown_to_itself_and_keeps_its_letters(tmp_path: Path) -> None:
    rows = [
        _row("quan", f"3.{i}", f"Question {i}.", f"{i}.5", " ", solution=f"Use $x_{{i}}$ and {i}.") for i in range(7)
    ]
    (tmp_path / "quan.json").write_text("[]", encoding="utf-8")
    (tmp_path / "quan_sol.json").write_text(json.dumps(rows), encoding="utf-8")
    problems = read_problems(tmp_path)
    strategy = published("fewCot", problems)
    for problem in problems:
        said = [m.content for m in next(strategy.turns(item_of(problem), ExamProtocol())).messages]
        before = "".join(said[1:-1])
        assert problem.text not in before and f"boxed{{{problem.gold}}}" not in before
        assert len(said) == 1 + 2 * 5 + 1
        assert before.count("$x_{i}$") == 5


def test_the_program_setting_shows_programs_and_wolfram_stays_text(dataset: Path) -> None:
    messages, _ = _asked("python", dataset, thought="no code")
    assert "python language for Problem 1: ```print(1 + 1)```" in messages[2][1]
    _, answer = _asked("wolfram", dataset, thought="```1 + 1```")
    assert answer and answer.unscored == "no_wolfram" and "N[1 + 1]" in answer.evidence


def test_a_picture_goes_with_its_question(dataset: Path) -> None:
    problem = read_problems(dataset, pictures=True)[-1]
    assert problem.key == "problem/3:0"
    request = next(published("zero", [problem]).turns(item_of(problem), ExamProtocol()))
    assert request.messages[-1].images[0].startswith("data:image/png;base64,")


def test_unknown_settings_and_missing_data_are_refused(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="zeroCott"):
        published("zeroCott")
    with pytest.raises(ConfigError, match="worked problems"):
        published("few", [])
    with pytest.raises(InputError, match="no JSON file"):
        read_problems(tmp_path / "dataset" / "img")
    assert len(SETTINGS) == 7


def test_the_perfect_answerer_is_right_in_all_seven_formats_and_wrong_units_are_wrong(dataset: Path) -> None:
    rows = {row.format: row for row in oracle(read_problems(dataset), grader_for=grader_for)}
    assert [r.ours for r in rows.values() if r.right] == [8] * 7
    assert rows["wrong unit"].ours == 0
    assert rows["gold"].released < 8


def test_a_run_gives_a_table_by_book_under_both_rules(dataset: Path, tmp_path: Path) -> None:
    problems = read_problems(dataset)
    client = RuleClient(lambda request: r"\boxed{3.2 \times 10^{-19}\ \mathrm{C}}", name="always")
    log = tmp_path / "zero.jsonl"
    examine(exam_of(problems), client, log, grader_for=grader_for, strategy=published("zero", problems))
    found = cells(problems, (line.attempt for line in read_transcript(log)), setting="zero", grader_for=grader_for)
    columns, lines = table_of([found])
    assert columns == ["model", "setting", "rule", "fund", "stat", "all"]
    assert lines[0] == ["always", "zero", "strict", "25.0", "0.0", "12.5"]
    assert lines[1][3:] == ["25.0", "0.0", "12.5"]
    assert all(cell.low <= cell.strict <= cell.high for cell in found)


def test_the_commands_write_take_and_count(dataset: Path, tmp_path: Path) -> None:
    run, out, log = CliRunner(), tmp_path / "exam.jsonl", tmp_path / "log.jsonl"
    assert run.invoke(app, ["evaluate", "scibench", "exam", str(dataset), "--out", str(out)]).exit_code == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 8
    arguments = ["evaluate", "scibench", "take", str(dataset), "--client", "rule:echo", "--log", str(log)]
    assert run.invoke(app, [*arguments, "--setting", "few"]).exit_code == 0
    shown = run.invoke(app, ["evaluate", "scibench", "table", str(dataset), str(log)])
    assert shown.exit_code == 0 and "few\tstrict" in shown.stdout
    assert "answer_latex" in run.invoke(app, ["evaluate", "scibench", "oracle", str(dataset)]).stdout


def test_zero_is_no_answer_where_the_question_shows_the_factor() -> None:
    """The mantissa is asked for; where the published prompt hides the factor, 0.000 is what it asks for."""
    problem = Problem(key="fund:1", book="fund", exercise="fund/1", text="", gold="2.10", unit="$10^{-16}$")
    hidden = replace(problem, unit="$10^{-16}$ J")
    for one, whole, accepted in ((problem, False, False), (hidden, False, True), (hidden, True, False)):
        item = item_of(one, whole_units=whole)
        assert grader_for(item)(item, r"\boxed{0.000}").is_correct is accepted
        assert grader_for(item)(item, r"\boxed{2.100}").is_correct
