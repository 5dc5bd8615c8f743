"""Does the command line measure a skill, write its files and refuse what proves nothing?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from metier.digest import canonical
from metier.faces.cli import main
from metier.skill import Skill
from metier.stores.package import read_package, write_package

Command = Callable[..., tuple[int, str, str]]
EVALS = [
    {"id": n, "prompt": f"word {n}", "expected_output": f"word {n}" if n % 2 else "other", "grader": "exact"}
    for n in range(6)
]


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


@pytest.fixture
def package(tmp_path: Path) -> Path:
    skill = Skill(name="echo", description="Say it again.", policy="Repeat the words.")
    evals = canonical({"skill_name": "echo", "evals": EVALS})
    return write_package(skill, tmp_path / "skills", files={"evals/evals.json": evals})


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Evals that did not come with the package."""
    path = tmp_path / "house.json"
    path.write_text(json.dumps([{**case, "prompt": f"house {case['prompt']}"} for case in EVALS]))
    return path


@pytest.fixture
def client(tmp_path: Path) -> Path:
    path = tmp_path / "client.toml"
    path.write_text('kind = "rule"\nrule = "echo"\n')
    return path


def test_a_skill_without_effect_is_measured_and_its_files_are_written(
    metier: Command, package: Path, client: Path, tmp_path: Path
) -> None:
    digest = read_package(package).skill.digest
    code, out, err = metier(
        "evaluate", "uplift", package, "--client", client, "--out", tmp_path / "work", "--json"
    )  # fmt: skip
    assert code == 0, err
    found = json.loads(out)
    assert (found["uplift"]["difference"]["items"], found["uplift"]["difference"]["difference"]) == (6, 0.0)
    assert (found["uplift"]["evidence"]["own"], found["uplift"]["evidence"]["scored"], found["negative"]) == (
        6,
        0,
        False,
    )
    summary = json.loads((tmp_path / "work" / "benchmark.json").read_text())["run_summary"]
    assert summary["with_skill"]["pass_rate"]["mean"] == 0.5
    assert (tmp_path / "work" / "eval-0" / "with_skill" / "grading.json").is_file()
    assert read_package(package).skill.digest == digest


def test_attempts_that_are_not_asked_again_are_told(metier: Command, package: Path, client: Path) -> None:
    """As they may have come with the package: the default store lies beside it."""
    command = ("evaluate", "uplift", package, "--client", client)
    assert "stored already" not in metier(*command)[2]
    assert "12 of 12 attempts are stored already; they are not asked again" in metier(*command)[2]
    assert "stored already" not in metier(*command, "--seed", "1")[2]


def test_the_attempts_at_an_installed_skill_leave_its_library_whole(
    metier: Command, package: Path, client: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    assert metier("skill", "add", package, "--library", library)[0] == 0
    code, _, err = metier("evaluate", "uplift", library / "echo", "--client", client)
    assert code == 0, err
    assert f"kept in {str(library / '.metier' / 'evals' / 'echo.sqlite')!r}" in err
    assert metier("skill", "verify", "--library", library)[0] == 0


def test_a_skill_that_a_model_made_is_refused_if_it_proves_nothing(
    metier: Command, package: Path, client: Path, house: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.txt"
    seen.write_text("\n".join(f"house {case['prompt']}" for case in EVALS))
    asked = ("evaluate", "uplift", package, "--client", client, "--evals", house, "--made-from", seen)
    code, _, err = metier(*asked)
    assert (code, "0 of 6 items are held out" in err) == (1, True)
    seen.write_text("house word 0\n")
    code, out, _ = metier(*asked, "--json")
    assert (code, json.loads(out)["held_out"], json.loads(out)["admitted"]) == (1, 5, False)


def test_a_prompt_of_several_lines_is_found_in_the_list_of_what_a_skill_was_made_from(
    metier: Command, package: Path, client: Path, house: Path, tmp_path: Path
) -> None:
    cases = json.loads(house.read_text())
    cases[1]["prompt"] = "Sum the rows:\n1, 2\n3, 4"
    house.write_text(json.dumps(cases))
    seen = tmp_path / "seen.txt"
    seen.write_text("house word 0\nSum the rows:\n1, 2\n3, 4\n")
    _, out, _ = metier(
        "evaluate", "uplift", package, "--client", client, "--evals", house, "--made-from", seen, "--json"
    )  # fmt: skip
    assert json.loads(out)["held_out"] == 4


def test_the_evals_that_a_skill_brought_do_not_admit_it(
    metier: Command, package: Path, client: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.txt"
    seen.write_text("word 0\n")
    code, _, err = metier("evaluate", "uplift", package, "--client", client, "--made-from", seen)
    assert code == 1
    assert "0 of 6 items are held out" in err
    assert "5 came with the skill itself" in err


def test_an_admission_writes_its_files_too(
    metier: Command, package: Path, client: Path, house: Path, tmp_path: Path
) -> None:
    seen, out = tmp_path / "seen.txt", tmp_path / "work"
    seen.write_text("house word 0?\n")
    metier(
        "evaluate", "uplift", package, "--client", client, "--evals", house, "--made-from", seen, "--out", out
    )  # fmt: skip
    assert (out / "benchmark.json").is_file()
    assert sorted(path.name for path in out.glob("eval-*")) == [f"eval-{n}" for n in range(1, 6)]


def test_a_list_of_what_a_skill_was_made_from_that_names_nothing_is_no_pass(
    metier: Command, package: Path, client: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.txt"
    for text in ("", "another prompt\n"):
        seen.write_text(text)
        code, _, err = metier("evaluate", "uplift", package, "--client", client, "--made-from", seen)
        assert (code, "none is known to be held out" in err) == (1, True)


def test_expectations_without_a_judge_are_told_and_not_counted_as_failures(
    metier: Command, package: Path, client: Path, tmp_path: Path
) -> None:
    evals = tmp_path / "evals.json"
    evals.write_text(json.dumps([{"id": n, "prompt": str(n), "expectations": ["It is so"]} for n in range(3)]))
    code, _, err = metier("evaluate", "uplift", package, "--client", client, "--evals", evals)
    assert code == 2
    assert "at least two items answered and scored" in err
    assert "no_judge (6)" in err
    assert "--judge" in err


def test_items_that_are_left_out_are_told_with_the_reason(
    metier: Command, package: Path, client: Path, house: Path, tmp_path: Path
) -> None:
    unchecked = [{"id": n, "prompt": str(n), "expectations": ["It is so"]} for n in range(10, 13)]
    house.write_text(json.dumps([*json.loads(house.read_text()), *unchecked]))
    code, out, err = metier("evaluate", "uplift", package, "--client", client, "--evals", house)
    assert code == 0 and out.splitlines()[1].startswith("echo\t6\t")
    assert "3 items are left out, not graded on both sides: no_judge (6)." in err
    seen = tmp_path / "seen.txt"
    seen.write_text("house word 0\n")
    _, _, err = metier("evaluate", "uplift", package, "--client", client, "--evals", house, "--made-from", seen)
    assert "on 5 held-out items" in err and "; 3 more were not graded without it" in err


def test_a_published_table_is_summed_up(metier: Command, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("skill,agent,dimension,uplift_pct\na,x,Correctness,40\nb,x,Correctness,-10\n")
    code, out, _ = metier("evaluate", "reported", path)
    assert code == 0
    assert out.splitlines()[1].startswith("Correctness\t2\t2\t+15.0\t")
    assert "b (-10)" in out


def test_packages_are_classified_and_a_broken_one_is_left_out_aloud(
    metier: Command, package: Path, tmp_path: Path
) -> None:
    broken = package.parent / "broken"
    broken.mkdir()
    (broken / "SKILL.md").write_text("nothing\n")
    code, out, err = metier("skill", "classify", package.parent, "--json")
    assert code == 1
    [read, left_out] = json.loads(out)
    assert (read["name"], read["classes"]["representation"]) == ("echo", "natural-language")
    assert (left_out["path"], "begin with YAML frontmatter" in left_out["error"]) == (str(broken), True)
    assert "left out" in err
