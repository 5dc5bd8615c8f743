"""An exam is taken once: interrupted, resumed and repeated, each answer is asked for once and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from metier.attempt import Cost, Grade
from metier.client import Reply, Request
from metier.clients.rule import RuleClient, by_phrase
from metier.digest import canonical
from metier.errors import ClientError, EndpointError, GraderError
from metier.evaluate.expectations import with_judge
from metier.evaluate.sit import BATCH, answered, request, run_id_of, sit
from metier.graders import grader_for
from metier.item import Exam, ExamProtocol, Item
from metier.skill import Skill
from metier.stores.sqlite import SqliteStore


class Scripted:
    """A client that doubles the number in the question, remembers what it was asked, and stops as told.

    Args:
        stop_after: Raise after so many replies, or just end if `fault` is None.
        failing: Prompts whose request fails.
    """

    def __init__(
        self, *, stop_after: int = 10**9, fault: BaseException | None = None, failing: Iterable[str] = ()
    ) -> None:
        self.name = "scripted"
        self.asked: list[Request] = []
        self.stop_after, self.fault, self.failing = stop_after, fault, set(failing)

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        for number, asked in enumerate(requests):
            if number == self.stop_after:
                if self.fault:
                    raise self.fault
                return
            self.asked.append(asked)
            prompt = asked.messages[-1].content
            if prompt in self.failing:
                yield Reply(text="", error="timeout: no answer")
            else:
                yield Reply(text=str(2 * int(prompt)), cost=Cost(input_tokens=1, usd=0.5))

    def close(self) -> None:
        """Nothing is open."""

    @property
    def prompts(self) -> list[tuple[str, int]]:
        return [(asked.messages[-1].content, asked.epoch) for asked in self.asked]


def exam_of(size: int, **protocol: Any) -> Exam:
    items = tuple(Item(prompt=str(n), reference=str(2 * n), grader="number") for n in range(size))
    return Exam(name="doubles", items=items, protocol=ExamProtocol(**protocol))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "metier.db")
    yield opened
    opened.close()


def take(exam: Exam, client: Any, store: SqliteStore, **options: Any) -> Any:
    return sit(exam, client, store, grader_for=grader_for, **options)


def test_every_answer_is_graded_stored_and_given_in_the_order_of_the_exam(store: SqliteStore) -> None:
    exam, client = (
        exam_of(3, epochs=2, system="Double it.", max_tokens=7, temperature=0.5, stop=("\n",), seed=3),
        Scripted(),
    )
    attempts = take(exam, client, store)
    assert [(a.item_id, a.epoch) for a in attempts] == [(i.item_id, e) for e in (0, 1) for i in exam.items]
    assert all(
        a.grade.is_correct and a.model == "scripted" and a.cost == Cost(input_tokens=1, usd=0.5) for a in attempts
    )
    assert {a.run_id for a in attempts} == {run_id_of(exam, client)}
    assert list(store.attempts()) == attempts
    asked = client.asked[3]
    assert [m.content for m in asked.messages] == ["Double it.", "0"]
    assert (asked.max_tokens, asked.temperature, asked.stop, asked.seed, asked.epoch) == (7, 0.5, ("\n",), 3, 1)


@pytest.mark.parametrize("num_replies", [0, 1, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH + 5])
@pytest.mark.parametrize(
    "fault", [KeyboardInterrupt(), EndpointError("The endpoint is down.")], ids=["key", "endpoint"]
)
def test_an_interrupted_exam_loses_nothing_and_asks_nothing_twice(
    num_replies: int, fault: BaseException, store: SqliteStore
) -> None:
    exam = exam_of(2 * BATCH + 10)
    first, second = Scripted(stop_after=num_replies, fault=fault), Scripted()
    with pytest.raises(type(fault)):
        take(exam, first, store)
    assert len(list(store.attempts())) == num_replies
    attempts = take(exam, second, store)
    assert first.prompts + second.prompts == [(item.prompt, 0) for item in exam.items]
    assert [a.item_id for a in attempts] == [item.item_id for item in exam.items]
    assert list(store.attempts()) == attempts


def test_a_finished_exam_asks_nothing(store: SqliteStore) -> None:
    exam, again = exam_of(5), Scripted()
    first = take(exam, Scripted(), store)
    assert take(exam, again, store) == first
    assert again.asked == []


def test_a_failed_call_is_unscored_and_asked_again_next_time(store: SqliteStore) -> None:
    exam, second = exam_of(4), Scripted()
    first = take(exam, Scripted(failing={"1", "3"}), store)
    assert [a.grade.reason for a in first] == ["same", "client_error", "same", "client_error"]
    assert first[1].error == "timeout: no answer"
    assert first[1].grade.score is None
    assert len(list(store.attempts())) == 2
    assert all(a.grade.is_correct for a in take(exam, second, store))
    assert [prompt for prompt, _ in second.prompts] == ["1", "3"]


def test_a_client_that_gives_too_few_replies_is_named(store: SqliteStore) -> None:
    with pytest.raises(ClientError, match=r"Expected 5 replies of 'scripted', got 2\."):
        take(exam_of(5), Scripted(stop_after=2), store)
    assert len(list(store.attempts())) == 2


def test_skills_in_hand_go_before_the_question_and_are_recorded(store: SqliteStore) -> None:
    skill = Skill(
        name="add",
        description="Add numbers.",
        applicability="Two numbers are joined by +.",
        policy="Carry the one.",
        termination="One number is left.",
    )
    exam = Exam(name="sums", items=(Item(prompt="55 + 55 =", reference="110", grader="number"),))
    client = RuleClient(by_phrase({"Carry the one": "110"}, default="100"))
    without, with_skill = take(exam, client, store), take(exam, client, store, skills=[skill])
    assert (without[0].grade.is_correct, with_skill[0].grade.is_correct) == (False, True)
    assert (without[0].skills, with_skill[0].skills) == ((), (skill.digest,))
    assert without[0].run_id != with_skill[0].run_id
    message = request(exam.items[0], exam, skills=[skill]).messages[0]
    assert (message.role, message.content) == (
        "system",
        "Skill 'add': Add numbers.\n\nWhen to use: Two numbers are joined by +.\n\nCarry the one.\n\n"
        "When it is done: One number is left.",
    )


def test_a_skill_without_conditions_is_its_description_and_instructions() -> None:
    exam = exam_of(1)
    message = request(exam.items[0], exam, skills=[Skill(name="add", description="Add.", policy="Carry.")]).messages[0]
    assert message.content == "Skill 'add': Add.\n\nCarry."


def test_what_is_stored_of_a_run_is_found_before_it_goes_on(store: SqliteStore) -> None:
    exam = exam_of(4)
    assert answered(exam, Scripted(), store) == {}
    take(exam, Scripted(failing={"2"}), store)
    there = answered(exam, Scripted(), store)
    assert sorted(there) == sorted((item.item_id, 0) for item in exam.items if item.prompt != "2")


def test_an_unknown_grader_stops_before_the_first_request(store: SqliteStore) -> None:
    exam = Exam(name="x", items=(Item(prompt="1", reference="2"), Item(prompt="1", reference="2", grader="exakt")))
    client = Scripted()
    with pytest.raises(GraderError, match="'exakt'"):
        take(exam, client, store)
    assert client.asked == []


def test_a_grader_that_raises_costs_one_grade(store: SqliteStore) -> None:
    def broken(item: Item, answer: str) -> Grade:
        raise RuntimeError("no luck")

    attempts = sit(exam_of(2), Scripted(), store, grader_for=lambda item: broken)
    assert {a.grade.reason for a in attempts} == {"grader_failed"}
    assert attempts[0].grade.evidence == "number: RuntimeError: no luck"
    assert attempts[1].reply == "2"


def expecting(size: int) -> Exam:
    policy = {"expectations": ["It is even"]}
    items = tuple(Item(prompt=str(n), reference="", grader="expectations", policy=policy) for n in range(size))
    return Exam(name="doubles", items=items)


JUDGE = RuleClient(lambda request: '{"passed": true, "evidence": "2"}', name="judge")


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (None, "no_judge"),
        (RuleClient("echo", name="unclear"), "judge_unclear"),
        (Scripted(stop_after=0, fault=EndpointError("down")), "judge_failed"),
    ],
)
def test_an_answer_that_no_judge_could_grade_is_graded_again_and_not_asked_again(
    before: Any, reason: str, store: SqliteStore
) -> None:
    exam, silent = expecting(BATCH + 3), Scripted(stop_after=0, fault=KeyboardInterrupt())
    first = sit(exam, Scripted(), store, grader_for=with_judge(grader_for, before))
    assert {a.grade.reason for a in first} == {reason}
    assert sit(exam, silent, store, grader_for=with_judge(grader_for, before)) == first
    assert len(answered(exam, silent, store)) == BATCH + 3
    graded = sit(exam, silent, store, grader_for=with_judge(grader_for, JUDGE))
    assert [(a.attempt_id, a.reply) for a in graded] == [(a.attempt_id, a.reply) for a in first]
    assert graded[1].grade.is_correct
    assert list(store.attempts(run_id=run_id_of(exam, silent))) == graded
    assert sit(exam, silent, store, grader_for=with_judge(grader_for, None)) == graded


@pytest.mark.parametrize("exam", [exam_of(0), exam_of(3, epochs=0)])
def test_an_empty_exam_gives_no_attempts(exam: Exam, store: SqliteStore) -> None:
    assert take(exam, Scripted(), store) == []


def test_an_item_that_is_there_twice_is_asked_once(store: SqliteStore) -> None:
    exam, client = exam_of(2), Scripted()
    attempts = take(Exam(name="twice", items=exam.items * 2), client, store)
    assert [prompt for prompt, _ in client.prompts] == ["0", "1"]
    assert [a.item_id for a in attempts] == [item.item_id for item in exam.items]


def test_progress_ends_at_the_total(store: SqliteStore) -> None:
    seen: list[tuple[int, int]] = []
    take(exam_of(BATCH + 6), Scripted(), store, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(BATCH, BATCH + 6), (BATCH + 6, BATCH + 6)]


def test_the_same_exam_gives_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("a.db", "b.db"):
        store = SqliteStore(tmp_path / name)
        written.append([canonical(attempt) for attempt in take(exam_of(10, epochs=2), Scripted(), store)])
        store.close()
    assert written[0] == written[1]


def test_another_model_protocol_or_item_is_another_run() -> None:
    client, other = RuleClient("echo", name="a"), RuleClient("echo", name="b")
    runs = [run_id_of(exam_of(2), client), run_id_of(exam_of(2), other), run_id_of(exam_of(2, seed=1), client)]
    runs += [run_id_of(exam_of(3), client), run_id_of(exam_of(2), client, [Skill(name="s", description="d")])]
    assert len(set(runs)) == 5
    assert run_id_of(exam_of(2), client) == runs[0]
