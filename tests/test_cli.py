"""What does the command line print, where, and with which exit code?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from house import ROOT
from metier import __version__
from metier.attempt import Attempt, Grade
from metier.digest import canonical
from metier.faces.cli import main
from metier.faces.screen import Screen, sparkline
from metier.item import Item
from metier.run import StageRecord

EXAMPLE = ROOT / "examples" / "first-trade"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def metier(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command and give back its exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["metier", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


def lines(path: Path, *nouns: object) -> Path:
    path.write_bytes(b"".join(canonical(noun) + b"\n" for noun in nouns))
    return path


def test_the_version_is_printed(metier: Command) -> None:
    assert metier("--version") == (0, f"{__version__}\n", "")


def test_no_arguments_show_the_help(metier: Command) -> None:
    code, out, err = metier()
    assert "metier run examples/first-trade" in out + err
    assert code == 2


def test_an_unknown_verb_is_wrong_use(metier: Command) -> None:
    code, _, err = metier("evalute")
    assert code == 2
    assert "evalute" in err


@pytest.mark.parametrize(("answer", "code"), [("about 0.3333", 0), ("0.4", 1), ("no idea", 1)])
def test_an_answer_is_graded(metier: Command, answer: str, code: int) -> None:
    policy = '{"relative": 0.01}'
    got, out, _ = metier(
        "evaluate", "grade", "--gold", "0.333", "--answer", answer, "--grader", "number", "--policy", policy, "--json"
    )
    assert got == code
    assert (json.loads(out)["outcome"] == "correct") == (code == 0)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--grader", "nmber"), "Did you mean 'number'?"),
        (("--grader", "number", "--policy", "{"), "--policy"),
        (("--grader", "number", "--policy", '{"relativ": 1}'), "Did you mean 'relative'?"),
    ],
)
def test_a_wrong_grader_is_told_with_the_way_out(metier: Command, options: tuple[str, ...], says: str) -> None:
    code, _, err = metier("evaluate", "grade", "--gold", "1", "--answer", "1", *options)
    assert code == 2
    assert says in err
    assert "Traceback" not in err


def test_a_folder_of_packages_is_looked_over(metier: Command) -> None:
    code, out, err = metier("run", EXAMPLE / "packages")
    assert code == 1
    assert "quick-setup\tmetadata" in out
    assert "half-written\tunreadable" in out
    assert "model endpoint" in err
    code, out, _ = metier("run", ROOT / "skills", "--json")
    assert code == 0
    assert len(json.loads(out)) >= 4


def test_our_own_skills_are_well_formed(metier: Command) -> None:
    code, out, _ = metier("skill", "check", ROOT / "skills", "--json")
    assert code == 0
    assert all(not one["faults"] for one in json.loads(out))


def test_the_faults_of_a_package_are_listed(metier: Command) -> None:
    code, out, _ = metier("skill", "check", EXAMPLE / "packages")
    assert code == 1
    assert "half-written" in out


def test_a_hostile_package_is_found(metier: Command) -> None:
    code, out, _ = metier("govern", "scan", EXAMPLE / "packages", "--json")
    assert code == 1
    verdicts = {one["path"]: one["verdict"] for one in json.loads(out)}
    assert verdicts["quick-setup"]["exposure"] == 1
    assert verdicts["install-notes"]["exposure"] == 2


def test_skills_are_found_in_documents(metier: Command) -> None:
    code, out, err = metier("discover", "find", EXAMPLE / "documents" / "papers.txt", "-t", EXAMPLE / "taxonomy.csv")
    assert code == 0
    assert out.splitlines()[0] == "skill\tmentions\tfirst named in"
    assert any(line.startswith("mirror-letters\t") for line in out.splitlines())
    assert "fits no block" in err


def test_items_flow_from_one_command_to_the_next(metier: Command, tmp_path: Path) -> None:
    code, drawn, _ = metier("practice", "items", "--level", 2, "--count", 6, "--seed", 3)
    assert code == 0
    items = tmp_path / "items.jsonl"
    items.write_text(drawn + drawn, encoding="utf-8")
    exam = tmp_path / "exam.jsonl"
    exam.write_text(drawn.splitlines()[0] + "\n", encoding="utf-8")
    code, kept, err = metier("distill", "curate", items, "--against", exam)
    assert code == 0
    assert len(kept.splitlines()) == 5
    assert "6 duplicate" in err
    assert "1 contaminated" in err


def test_a_broken_line_of_items_is_named(metier: Command, tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"prompt": "p", "reference": "r"}\n{"prompt": "p", "refrence": "r"}\n', encoding="utf-8")
    code, _, err = metier("distill", "curate", path)
    assert code == 2
    assert "items.jsonl, line 2: unknown key 'refrence'" in err
    assert "Did you mean 'reference'?" in err


def test_an_exam_is_taken_from_records_and_resumed(metier: Command, tmp_path: Path) -> None:
    items = [Item(prompt=f"{n} + 1 =", reference=str(n + 1), grader="number") for n in range(5)]
    exam = lines(tmp_path / "exam.jsonl", *items)
    options = ("evaluate", "take", exam, "--client", "rule:echo", "--out", tmp_path / "echo.jsonl", "--json")
    code, out, _ = metier(*options)
    assert code == 0
    assert json.loads(out)["attempts"] == 5
    first = (tmp_path / "echo.jsonl").read_bytes()
    assert metier(*options)[0] == 0
    assert (tmp_path / "echo.jsonl").read_bytes() == first


def test_attempts_are_compared_by_level(metier: Command, tmp_path: Path) -> None:
    items = [Item(prompt=f"q{n}", reference="r", level=1 + n % 2, cluster=str(n)) for n in range(20)]
    exam = lines(tmp_path / "exam.jsonl", *items)

    def attempts(name: str, right: int) -> Path:
        return lines(
            tmp_path / name,
            *(
                Attempt(
                    item_id=item.item_id,
                    model=name,
                    run_id=name,
                    reply="",
                    grade=Grade.correct() if n < right else Grade.incorrect("different"),
                )
                for n, item in enumerate(items)
            ),
        )

    code, out, _ = metier("evaluate", "compare", exam, attempts("a.jsonl", 5), attempts("b.jsonl", 15), "--json")
    rows = json.loads(out)
    assert code == 0
    assert [row["label"] for row in rows] == ["all", "level 1", "level 2"]
    assert rows[0]["difference"] == 0.5
    assert rows[0]["gained"] == 10


def test_comparing_other_items_is_refused(metier: Command, tmp_path: Path) -> None:
    exam = lines(tmp_path / "exam.jsonl", Item(prompt="q", reference="r"))
    nothing = lines(tmp_path / "a.jsonl")
    code, _, err = metier("evaluate", "compare", exam, nothing, nothing)
    assert code == 2
    assert "at least two items" in err


@pytest.mark.parametrize("command", [("run",), ("report",), ("skill", "list", "-w"), ("govern", "explain", "x", "-w")])
def test_a_folder_that_is_no_workspace_is_wrong_use(metier: Command, command: tuple[str, ...], tmp_path: Path) -> None:
    code, _, err = metier(*command, tmp_path)
    assert code == 2
    assert "metier.toml" in err


def test_a_dry_run_of_the_bundled_workspace_names_every_stage(metier: Command, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(EXAMPLE, tmp_path / "examples" / "w", ignore=shutil.ignore_patterns(".metier"))
    shutil.copytree(ROOT / "skills", tmp_path / "skills")
    code, out, _ = metier("run", tmp_path / "examples" / "w", "--dry-run")
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()[1:]] == [
        "discover", "distill", "practice", "evaluate", "govern", "store", "compose", "update",
    ]  # fmt: skip


def test_an_unknown_stage_is_refused_before_anything_runs(metier: Command, tmp_path: Path) -> None:
    code, _, err = metier("run", EXAMPLE, "--from", "practise", "--dry-run")
    assert code == 2
    assert "Did you mean 'practice'?" in err


def test_control_characters_of_a_stranger_do_not_reach_the_terminal(metier: Command, tmp_path: Path) -> None:
    folder = tmp_path / "evil"
    folder.mkdir()
    text = '---\nname: evil\ndescription: "a\\e[31mred"\n---\nbody\x1b[2J\n'
    (folder / "SKILL.md").write_text(text, encoding="utf-8")
    _, out, err = metier("run", tmp_path)
    assert "\x1b" not in out + err


def test_a_run_without_a_terminal_is_told_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with Screen(["a", "b"], title="test") as screen:
        screen.started("a", "something")
        screen.progressed("a", 1, 2, {"loss": 0.5})
        screen.finished("a", StageRecord(key="k", stage="a", came_out="a thing", seconds=1.25), reused=False)
        screen.finished("b", StageRecord(key="k", stage="b", came_out="b thing", seconds=9.0), reused=True)
    assert capsys.readouterr().err.splitlines() == [
        "a         ← something",
        "a         … 1 of 2; loss 0.50",
        "a         → a thing (1.2 s)",
        "b         → b thing (unchanged)",
    ]


def test_a_run_on_a_terminal_is_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    screen = Screen(["a", "b"], title="test")
    screen.started("a", "something")
    screen.progressed("a", 1, 2, {"loss": 0.5})
    screen.finished("b", StageRecord(key="k", stage="b", came_out="b [bold]thing", seconds=9.0), reused=False)
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    with console.file:
        console.print(screen._table())
    shown = console.export_text()
    assert "1/2" in shown
    assert "b [bold]thing" in shown
    assert "9.0" in shown


def test_a_sparkline_thins_long_curves() -> None:
    assert len(sparkline(list(range(1000)), width=16)) <= 16
    assert sparkline([]) == ""
    assert sparkline([2.0, 2.0]) == "▁▁"
