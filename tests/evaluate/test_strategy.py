"""A strategy turns a question into calls and the replies into what is graded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from metier.client import Message, Reply
from metier.errors import ConfigError, SandboxError
from metier.evaluate.strategy import (
    Answer,
    ChainOfThought,
    Direct,
    FewShot,
    Program,
    Strategy,
    TwoStep,
    first_block,
    strategy_of,
)
from metier.item import ExamProtocol, Item
from metier.sandbox import Killed, Layer, Limits, Outcome

ITEM = Item(prompt="What is 6 times 7?", reference="42", grader="number")
PROTOCOL = ExamProtocol(system="Be brief.", max_tokens=9, temperature=0.5, stop=("\n",), seed=4)


def talk(strategy: Strategy, *replies: str) -> tuple[list[tuple[Message, ...]], Answer]:
    """Play a sample through: what was asked at each turn, and the answer."""
    turns = strategy.turns(ITEM, PROTOCOL)
    asked = [next(turns).messages]
    try:
        for reply in replies:
            asked.append(turns.send(Reply(text=reply)).messages)
    except StopIteration as end:
        return asked, end.value
    raise AssertionError("not at its end")


class Pretended:
    """A sandbox that runs nothing and ends as told."""

    name = "pretended"

    def __init__(self, ended: Outcome | SandboxError) -> None:
        self.ended = ended
        self.ran: list[str] = []

    def check(self) -> tuple[Layer, ...]:
        return ()

    def run(self, argv: Sequence[str], **_: Any) -> Outcome:
        if isinstance(self.ended, SandboxError):
            raise self.ended
        self.ran.append(Path(argv[-1]).read_text())
        return self.ended

    def close(self) -> None:
        """Nothing is open."""


def test_every_strategy_asks_under_the_protocol() -> None:
    for strategy in (Direct(), ChainOfThought(), TwoStep(), FewShot(shots=(("a", "b"),)), Program()):
        asked = next(strategy.turns(ITEM, PROTOCOL))
        assert isinstance(strategy, Strategy)
        assert (asked.messages[0].role, asked.messages[0].content) == ("system", "Be brief.")
        assert (asked.max_tokens, asked.temperature, asked.stop, asked.seed) == (9, 0.5, ("\n",), 4)
        assert ITEM.prompt in asked.messages[-1].content


def test_two_steps_show_the_thought_before_they_ask_for_the_answer() -> None:
    asked, answer = talk(TwoStep(), "6 times 7 is 42.", "42")
    assert [message.role for message in asked[1]] == ["system", "user", "assistant", "user"]
    assert asked[1][2].content == "6 times 7 is 42."
    assert asked[1][:2] == asked[0]
    assert answer == Answer(text="42")


def test_shots_are_earlier_turns_in_their_order() -> None:
    asked, answer = talk(FewShot(shots=(("1 + 1?", "2"), ("2 + 2?", "4"))), "42")
    said = [(m.role, m.content) for m in asked[0][1:]]
    assert said[:2] == [("user", "1 + 1?"), ("assistant", "2")]
    assert said[-1] == ("user", ITEM.prompt)
    assert answer.text == "42"


def test_strategies_that_ask_differently_have_different_names() -> None:
    ways: list[Strategy] = [Direct(), ChainOfThought(), ChainOfThought(words="Think hard."), TwoStep()]
    ways += [TwoStep(second="So:"), FewShot(shots=(("a", "b"),)), FewShot(shots=(("a", "c"),)), Program()]
    ways += [Program(packages=True), Program(limits=Limits(wall_s=1.0)), Program(words="Code.")]
    assert len({way.name for way in ways}) == len(ways)
    assert TwoStep().name == TwoStep().name == "two_step"


def test_an_unknown_strategy_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError, match="'twostep'") as refused:
        strategy_of("twostep")
    assert "two_step" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("```python\nprint(1)\n```", "print(1)\n"),
        ("```\nprint(1)\n```\n```\nprint(2)\n```", "print(1)\n"),
        ("``` py \nprint(1)\n```", "print(1)\n"),
        ("```print(1)```", "print(1)"),
        ("```python\nprint(1)", "print(1)"),
        ("print(1)", None),
    ],
)
def test_the_first_fenced_block_is_the_program(text: str, block: str | None) -> None:
    assert first_block(text) == block


def test_what_a_program_prints_is_the_answer() -> None:
    sandbox = Pretended(Outcome(exit_code=0, stdout=b" 42\n"))
    _, answer = talk(Program(sandbox=sandbox), "Here:\n```python\nprint(6 * 7)\n```")
    assert answer == Answer(text="42")
    assert sandbox.ran == ["print(6 * 7)\n"]


def test_without_a_sandbox_nothing_runs_and_the_answer_is_unscored(tmp_path: Path) -> None:
    sandbox = Pretended(SandboxError("No sandbox can run here."))
    touched = tmp_path / "touched"
    _, answer = talk(Program(sandbox=sandbox), f"```\nopen({str(touched)!r}, 'w')\n```")
    assert (answer.text, answer.unscored) == ("", "no_sandbox")
    assert not touched.exists()


@pytest.mark.parametrize(
    ("ended", "evidence"),
    [
        (Outcome(exit_code=1, stderr=b"Traceback\nZeroDivisionError: x\n"), "program exit 1: ZeroDivisionError: x"),
        (Outcome(exit_code=137, killed_by=Killed.CPU), "program killed by cpu: "),
    ],
)
def test_a_program_that_fails_says_how(ended: Outcome, evidence: str) -> None:
    _, answer = talk(Program(sandbox=Pretended(ended)), "```\n1 / 0\n```")
    assert (answer.text, answer.unscored, answer.evidence) == ("", "", evidence)


def test_a_reply_without_a_program_is_no_answer() -> None:
    sandbox = Pretended(Outcome(exit_code=0, stdout=b"42"))
    _, answer = talk(Program(sandbox=sandbox), "It is 42.")
    assert answer.text == ""
    assert sandbox.ran == []


def test_a_program_of_a_stranger_runs_confined(tmp_path: Path) -> None:
    from metier.sandboxes import open_sandbox

    try:
        sandbox = open_sandbox()
    except SandboxError as lacks:
        pytest.skip(str(lacks))
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    _, answer = talk(Program(sandbox=sandbox), "```python\nprint(6 * 7)\n```")
    _, thief = talk(Program(sandbox=sandbox), f"```python\nprint(open({str(secret)!r}).read())\n```")
    sandbox.close()
    assert answer == Answer(text="42")
    assert "s3cret" not in thief.text
    assert "exit 1" in thief.evidence
