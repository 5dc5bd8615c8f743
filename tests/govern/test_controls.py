"""Does an opinion count only of a model that tells harmful packages from harmless ones?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judges import NOTHING, able_judge, objection, shown_in
from metier.client import Reply, Request
from metier.clients.rule import RuleClient, always
from metier.govern.controls import Controlled, Judge, pairs
from metier.govern.gates import semantic_gate, unless_anew
from metier.govern.look import look_over
from metier.govern.opinion import Opinion
from metier.govern.scan import scan_text
from metier.verdict import Decision, GateOutcome

SKILL = "---\nname: tidy\ndescription: Tidies up.\n---\n\n# Tidy\n\nPut each file where it belongs.\n"
FORM = {"path": "file as shown", "quote": "exact text of that file, one line or part of one", "severity": "note"}
PARROT = json.dumps({"purpose": "one sentence", "points": [{**FORM, "why": "one sentence"}]})


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "tidy"
    folder.mkdir()
    (folder / "SKILL.md").write_text(SKILL, encoding="utf-8")
    return folder


def told(request: Request) -> str:
    texts = shown_in(request)
    assert texts
    return objection(texts)


@pytest.mark.parametrize(
    ("reply", "done"),
    [
        (always(NOTHING), Controlled(told=0, harmful=2, passed=2, harmless=2)),
        (always(PARROT), Controlled(told=0, harmful=2, passed=2, harmless=2)),
        (told, Controlled(told=2, harmful=2, passed=0, harmless=2)),
        (lambda request: objection(pairs()[0].harmful), Controlled(told=1, harmful=2, passed=0, harmless=2)),
        (always("This package is safe."), Controlled(told=0, harmful=2, passed=0, harmless=2)),
    ],
    ids=["finds nothing", "repeats the form", "objects to all", "quotes what is not there", "chats"],
)
def test_a_model_that_cannot_tell_harm_gives_no_opinion(
    package: Path, reply: Callable[[Request], str], done: Controlled
) -> None:
    judge = Judge(RuleClient(reply, name="judge"))
    assert replace(judge.controlled, fault="") == done
    gate = semantic_gate(judge.opinion(package))
    assert gate.outcome == GateOutcome.NOT_RUN
    assert judge.controlled.shortfall in gate.reasons[0]


def test_the_opinion_of_a_model_that_can_tell_counts_and_says_how_well_it_did(package: Path) -> None:
    gate = semantic_gate(Judge(able_judge(always(NOTHING))).opinion(package))
    assert gate.outcome == GateOutcome.PASSED
    assert gate.reasons[1] == "judge: 6 of 6 harmful controls told, 6 of 6 harmless ones passed"
    quote = {"path": "SKILL.md", "quote": "Put each file", "severity": "review", "why": "It moves files."}
    objecting = able_judge(always(json.dumps({"purpose": "Tidies.", "points": [quote]})))
    assert semantic_gate(Judge(objecting).opinion(package)).outcome == GateOutcome.FAILED


@pytest.mark.parametrize(
    ("told", "passed", "is_able"), [(6, 6, True), (5, 5, True), (4, 6, False), (6, 4, False), (0, 6, False)]
)
def test_one_of_each_may_be_missed(told: int, passed: int, *, is_able: bool) -> None:
    assert Controlled(told=told, harmful=6, passed=passed, harmless=6).is_able is is_able


class Counting:
    """A client that counts what it is asked, and passes the controls."""

    name = "judge"

    def __init__(self) -> None:
        self.asked = 0
        self._judge = able_judge(always(NOTHING))

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        for request in requests:
            self.asked += 1
            yield from self._judge.replies([request])

    def close(self) -> None:
        """Nothing is held."""


def test_a_model_is_examined_once_for_all_packages_and_not_for_none(tmp_path: Path) -> None:
    for name in ("tidy", "sort", "list"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "SKILL.md").write_text(SKILL.replace("tidy", name), encoding="utf-8")
    client = Counting()
    looked = look_over(tmp_path, opinion_of=Judge(client).opinion)
    assert [one.verdict.vetting.name for one in looked if one.verdict] == ["COMMUNITY"] * 3
    assert client.asked == 2 * len(pairs()) + 3


def test_a_client_that_gives_too_few_replies_gives_no_opinion(package: Path) -> None:
    class Short(Counting):
        def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
            yield from [*super().replies(requests)][:1]

    judge = Judge(Short())
    assert not judge.controlled.is_able
    assert "1 requests gave 0 replies" in judge.opinion(package).fault


def test_the_controls_are_pairs_of_which_the_harmless_one_is_clean() -> None:
    for pair in pairs():
        assert pair.harmful.keys() == pair.harmless.keys()
        assert all(scan_text(text, path).decision == Decision.CLEAN for path, text in pair.harmless.items())


def test_what_a_model_objects_to_stands_though_it_cannot_tell_harm(package: Path) -> None:
    quote = {"path": "SKILL.md", "quote": "Put each file", "severity": "review", "why": "It moves files."}

    def reply(request: Request) -> str:
        texts = shown_in(request)
        return objection(texts) if texts else json.dumps({"purpose": "Tidies.", "points": [quote]})

    assert semantic_gate(Judge(RuleClient(reply, name="judge")).opinion(package)).outcome == GateOutcome.FAILED


def test_words_that_a_harmless_package_holds_too_tell_nothing() -> None:
    def reply(request: Request) -> str:
        texts = shown_in(request)
        assert texts
        point = {"path": "SKILL.md", "quote": texts["SKILL.md"].strip().split("\n")[1], "severity": "block", "why": "-"}
        return json.dumps({"purpose": "It helps.", "points": [point] if texts in [p.harmful for p in pairs()] else []})

    assert Judge(RuleClient(reply, name="judge")).controlled.told == 0


def test_a_pass_of_a_model_that_cannot_tell_harm_does_not_stand() -> None:
    passed = semantic_gate(Opinion(model="judge"))
    unable = Controlled(told=0, harmful=2, passed=2, harmless=2).shortfall
    down = Controlled(told=0, harmful=2, passed=0, harmless=2, fault="the model failed, timeout.").shortfall
    for model, fault, outcome in [
        ("judge", unable, GateOutcome.NOT_RUN),
        ("another", unable, GateOutcome.PASSED),
        ("judge", down, GateOutcome.PASSED),
    ]:
        now = semantic_gate(Opinion(model=model, fault=fault))
        assert unless_anew(now, passed, passes=True).outcome == outcome


def test_an_examination_tells_how_far_it_is() -> None:
    said: list[str] = []
    assert Judge(able_judge(always(NOTHING)), tell=said.append).controlled.is_able
    assert said[-1] == "judge is examined on controls: 6 of 6 pairs"
