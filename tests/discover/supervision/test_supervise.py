"""Do files of ads become the same bytes of training data, without what the exam holds?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metier.discover.supervision.labelled import Labelling
from metier.discover.supervision.supervise import read_labelled, supervise
from metier.errors import DocumentError, InputError
from metier.faces.cli import app
from metier.faces.files import write_lines
from metier.taxonomy import Concept, Taxonomy

TRADE = Taxonomy(name="trade", concepts=(Concept(id="weld", label="welding"), Concept(id="law", label="labour law")))
EXAM = 'sentence,label\n"We ask for welding , of ships and boats .",weld\n'
ADS = "You like welding of thin sheets. We ask for welding of ships and boats.\nYou read labour law in your free time\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ads.txt").write_text(ADS)
    (tmp_path / "more.jsonl").write_text('{"text": "All our people know welding from long practice"}\n')
    (tmp_path / "exam.csv").write_text(EXAM)
    (tmp_path / "trade.csv").write_text("id,label\nweld,welding\nlaw,labour law\n")
    return tmp_path


def test_what_the_exam_holds_is_not_trained_on(folder: Path) -> None:
    made = supervise([folder / "ads.txt"], TRADE, against=[folder / "exam.csv"])
    assert sorted(one.text for one in made.labelled) == [
        "You like welding of thin sheets.",
        "You read labour law in your free time",
    ]
    (leak,) = made.gate.leaks
    assert (leak.source, leak.evaluation_source, leak.kind) == ("ads.txt:1", "exam.csv:2", "same")


def test_the_same_files_give_the_same_bytes_in_any_order(folder: Path) -> None:
    files = [folder / "ads.txt", folder / "more.jsonl"]
    for name, paths in (("one", files), ("other", files[::-1])):
        made = supervise(paths, TRADE, settings=Labelling(mask_share=0.5, seed=2))
        write_lines(made.labelled, folder / name)
    assert (folder / "one").read_bytes() == (folder / "other").read_bytes() != b""
    assert tuple(read_labelled(folder / "one")) == made.labelled


def test_a_line_that_is_no_labelled_sentence_is_named(folder: Path) -> None:
    (folder / "bad.jsonl").write_text('{"text": "x", "concepts": []}\n{"text": "x"}\n')
    with pytest.raises(DocumentError, match="line 2"):
        list(read_labelled(folder / "bad.jsonl"))


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["discover", "label", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_writes_the_data_and_shows_what_became_of_the_ads(folder: Path) -> None:
    given = (folder / "ads.txt", folder / "more.jsonl", "-t", folder / "trade.csv", "-o", folder / "out.jsonl")
    code, out, err = run(*given, "--against", folder / "exam.csv", "--json", "--mask", "1", "--mask-token", "")
    assert code == 0
    shown = json.loads(out)
    assert shown["report"]["kept"] == shown["report"]["masked"] == 3
    assert shown["gate"]["against"] == {str(folder / "exam.csv"): 1}
    assert all("welding" not in one.text for one in read_labelled(folder / "out.jsonl"))
    assert "No evaluation file" not in err
    code, out, err = run(*given)
    assert code == 0
    assert "no evaluation file was named" in out
    assert "No evaluation file was named" in err


GROUPED = Taxonomy(
    name="trade",
    concepts=(
        Concept(id="joining", label="joining metal", kind="group"),
        Concept(id="hot", label="welding", kind="group", parents=("joining",)),
        Concept(id="weld", label="welding", parents=("hot",)),
    ),
)


def test_a_group_labels_only_when_asked_and_is_never_a_negative(tmp_path: Path) -> None:
    (tmp_path / "ads.txt").write_text("You like welding and joining metal every day\nYou know joining metal by heart\n")
    made = supervise([tmp_path / "ads.txt"], GROUPED)
    assert [(one.concepts, one.occurring) for one in made.labelled] == [(("weld",), ("hot", "joining", "weld"))]
    assert (made.report.concepts, made.report.mentions) == (1, 1)
    asked = supervise([tmp_path / "ads.txt"], GROUPED, settings=Labelling(ambiguous="all"), groups=True)
    assert sorted(one.concepts for one in asked.labelled) == [("hot", "joining", "weld"), ("joining",)]
    assert asked.report.concepts == 3


def test_a_taxonomy_of_groups_alone_is_refused_unless_they_may_label(tmp_path: Path) -> None:
    (tmp_path / "ads.txt").write_text("You like joining metal every day and night\n")
    groups = Taxonomy(name="groups", concepts=(Concept(id="joining", label="joining metal", kind="SkillGroup"),))
    with pytest.raises(InputError, match="only groups"):
        supervise([tmp_path / "ads.txt"], groups)
    assert len(supervise([tmp_path / "ads.txt"], groups, groups=True).labelled) == 1


def test_the_command_labels_with_groups_when_asked(tmp_path: Path) -> None:
    (tmp_path / "ads.txt").write_text("You know joining metal by heart\n")
    (tmp_path / "trade.csv").write_text("id,label,parents,kind\njoin,joining metal,,group\nweld,welding,join,\n")
    given = (tmp_path / "ads.txt", "-t", tmp_path / "trade.csv", "-o", tmp_path / "out.jsonl")
    assert run(*given)[0] == 0
    assert not list(read_labelled(tmp_path / "out.jsonl"))
    assert run(*given, "--groups")[0] == 0
    assert [one.concepts for one in read_labelled(tmp_path / "out.jsonl")] == [("join",)]
