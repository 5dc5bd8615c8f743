"""Does the command write each text with its mentions, in order, as JSON lines?"""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from metier.faces.commands.mentions import mentions

app = typer.Typer()
app.command()(mentions)


def lines(tmp_path: Path, *options: str) -> list[dict[str, object]]:
    (tmp_path / "skills.csv").write_text("id,label\nweld,welding\narc,arc welding\nlead,lead\n")
    (tmp_path / "ads.jsonl").write_text('{"text": "You lead Arc-welding"}\n{"text": "Nothing here"}\n')
    said = CliRunner().invoke(app, [str(tmp_path / "ads.jsonl"), "-t", str(tmp_path / "skills.csv"), *options])
    assert said.exit_code == 0, said.output
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_each_text_is_one_line_with_its_mentions(tmp_path: Path) -> None:
    first, second = lines(tmp_path)
    assert (first["source"], first["text"]) == ("ads.jsonl:1", "You lead Arc-welding")
    assert first["mentions"] == [
        {"concept": "lead", "form": "lead", "start": 4, "end": 8},
        {"concept": "arc", "form": "Arc-welding", "start": 9, "end": 20},
    ]
    assert second["mentions"] == []


def test_careful_and_nested_do_what_they_say(tmp_path: Path) -> None:
    assert [m["concept"] for m in lines(tmp_path, "--careful", "--nested")[0]["mentions"]] == ["arc", "weld"]  # type: ignore[attr-defined]


def test_inflected_mentions_are_given_when_asked_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "skills.csv").write_text("id,label\ndb,database\n")
    (tmp_path / "ads.jsonl").write_text('{"text": "Databases, a database"}\n')
    given = [str(tmp_path / "ads.jsonl"), "-t", str(tmp_path / "skills.csv")]
    (plain,) = map(json.loads, CliRunner().invoke(app, given).stdout.splitlines())
    (more,) = map(json.loads, CliRunner().invoke(app, [*given, "--inflections"]).stdout.splitlines())
    assert [m["form"] for m in plain["mentions"]] == ["database"]
    assert [(m["form"], m.get("inflected", False)) for m in more["mentions"]] == [
        ("Databases", True),
        ("database", False),
    ]
