"""Does `metier compose plan` hand over what holds, and show what may recover a step?"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from typer.testing import CliRunner

from metier.faces.commands.compose import app
from metier.plan import Goal, Plan, Step


def test_facts_are_handed_over_and_recoveries_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[Any] = []

    def planned(workspace: Any, store: Any, goal: Goal, *, facts: Any) -> Plan:
        handed.append((goal.steps, tuple(facts)))
        step = Step(skill="reverse", version="1.0.0", digest="sha256:0", recovery="turn", recovery_version="2.0.0")
        return Plan(goal=goal.name, steps=(step, Step(skill="shout", version="1.0.0", digest="sha256:1")))

    monkeypatch.setattr("metier.lifecycle.plan_goal", planned)
    monkeypatch.setattr("metier.lifecycle.unmatched_in_compose", lambda workspace, store: ["No skill 'a'."])
    monkeypatch.setattr("metier.faces.opened.stored", lambda folder: nullcontext())
    monkeypatch.setattr("metier.workspace.open_workspace", lambda folder: None)
    done = CliRunner().invoke(app, ["reverse", "shout", "--fact", "offline", "-f", "short"])
    assert done.exit_code == 0, done.output
    assert handed == [(("reverse", "shout"), ("offline", "short"))]
    assert done.stderr == "No skill 'a'.\n"
    assert done.stdout.splitlines()[1].endswith("reverse: turn 2.0.0")
