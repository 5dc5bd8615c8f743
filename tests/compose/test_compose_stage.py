"""Are plans executed through a client, step by step, and skills that cannot be called left out?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from metier.client import Request
from metier.clients.rule import RuleClient
from metier.compose.stage import ComposeSettings, caller, run
from metier.digest import plain
from metier.plan import Example, Goal
from metier.skill import Interface, Parameter, Skill
from metier.stores.sqlite import SqliteStore
from metier.wheel import Context


def skill(name: str, call: str | None = None, parameters: tuple[str, ...] = ("text",)) -> Skill:
    interface = Interface(
        call=f"{name} {{text}}" if call is None else call, parameters=tuple(Parameter(name=p) for p in parameters)
    )
    return Skill(name=name, description=name, concepts=(name,), interface=interface)


class Worker:
    """Reverses and shouts; counts the prompts; fails while it is told to."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.fails = False
        self.client = RuleClient(self.answer)

    def answer(self, request: Request) -> str:
        prompt = request.messages[-1].content
        self.prompts.append(prompt)
        if self.fails:
            raise TimeoutError("too slow")
        name, text = prompt.split(" ", 1)
        return f"{name}: done: {text[::-1] if name == 'reverse' else text.upper()} "


REVERSE, SHOUT = skill("reverse"), skill("shout")


def test_the_answer_of_one_step_is_the_input_of_the_next() -> None:
    worker = Worker()
    apply = caller(worker.client, max_tokens=9)
    assert apply([((REVERSE, SHOUT), "ab c"), ((SHOUT,), "x"), ((), "as it is")]) == ["C BA", "X", "as it is"]
    assert worker.prompts == ["reverse ab c", "shout x", "shout c ba"]


def test_equal_calls_are_made_once() -> None:
    worker = Worker()
    apply = caller(worker.client, max_tokens=9)
    apply([((REVERSE,), "ab"), ((REVERSE,), "ab"), ((REVERSE, REVERSE), "ab")])
    apply([((REVERSE,), "ab"), ((REVERSE, SHOUT), "ba")])
    assert worker.prompts == ["reverse ab", "reverse ba", "shout ab"]


def test_nothing_is_asked_for_nothing() -> None:
    worker = Worker()
    assert caller(worker.client, max_tokens=9)([]) == []
    assert worker.prompts == []


def test_a_call_without_reply_ends_its_sequence_and_says_why() -> None:
    worker = Worker()
    apply = caller(worker.client, max_tokens=9)
    worker.fails = True
    assert apply([((REVERSE, SHOUT), "ab")]) == ["(no reply: rule_error: TimeoutError: too slow)"]
    assert worker.prompts == ["reverse ab"]
    worker.fails = False
    assert apply([((REVERSE, SHOUT), "ab")]) == ["BA"]


def test_the_stage_leaves_out_skills_that_cannot_be_called_with_one_text(tmp_path: Path) -> None:
    library = [skill("silent", call=""), skill("double", call="{text} {times}", parameters=("text", "times")), REVERSE]
    goals = (
        Goal(name="one", steps=("reverse",), examples=(Example(input="ab", output="ba"),)),
        Goal(name="two", steps=("silent",)),
        Goal(name="three", steps=("double",)),
    )
    store = SqliteStore(tmp_path / "db")
    seen: list[tuple[int, int]] = []
    context = Context(
        before={},
        folder=tmp_path,
        home=tmp_path,
        store=store,
        progress=lambda done, total, _: seen.append((done, total)),
    )
    apply = caller(Worker().client, max_tokens=9)
    result = run(context, ComposeSettings(goals=goals), skills=library, apply=apply)
    store.close()
    assert [one["kind"] for one in result.output["results"]] == ["plan", "gap", "gap"]
    assert result.output["results"][1]["missing"] == ["silent"]
    assert result.came_out == "1 plan, 2 gaps"
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_what_the_owner_says_of_a_skill_decides_who_acts_and_who_helps(tmp_path: Path) -> None:
    again = replace(skill("reverse-again"), concepts=("reverse",))
    careful = replace(skill("reverse-offline"), concepts=("reverse",))
    store = SqliteStore(tmp_path / "metier.db")
    goal = Goal(name="back", steps=("reverse",))

    def steps(**said: Any) -> list[tuple[str, str]]:
        settings = ComposeSettings(goals=(goal,), **said)
        apply = caller(Worker().client, max_tokens=9)
        context = Context(before={}, folder=tmp_path, home=tmp_path, store=store, progress=lambda *_: None)
        made = run(context, settings, skills=[REVERSE, again, careful], apply=apply)
        return [(one["skill"], one.get("recovery", "")) for one in made.output["results"][0]["steps"]]

    conditions = {"reverse-offline": ("offline",)}
    assert steps(conditions=conditions) == [("reverse", "reverse-again")]
    assert steps(conditions=conditions, priorities={"reverse-again": 1}) == [("reverse-again", "reverse")]
    assert steps(conditions=conditions, facts=("offline",)) == [("reverse-offline", "reverse")]
    store.close()


def test_what_is_said_of_a_skill_that_is_not_there_is_told(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "metier.db")
    context = Context(before={}, folder=tmp_path, home=tmp_path, store=store, progress=lambda *_: None)
    settings = ComposeSettings(conditions={"revers": ("offline",)}, priorities={"reverse": 1, "revers": 2, "sort": 3})
    result = run(context, settings, skills=[REVERSE], apply=caller(Worker().client, max_tokens=9))
    store.close()
    assert result.came_out.count("No skill") == 2 and "'revers' is there" in result.came_out
    assert "Did you mean 'reverse'?" in result.came_out


def test_settings_that_say_nothing_have_the_digest_they_had() -> None:
    assert plain(ComposeSettings()) == {"goals": []}
