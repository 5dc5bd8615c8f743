"""A transcript keeps every word, survives a kill at any byte, and tells the same whatever the interruptions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.attempt import Cost
from metier.client import Reply, Request
from metier.clients.rule import RuleClient
from metier.errors import ClientError, EndpointError, InputError, StoreError
from metier.evaluate.asking import RunLimits
from metier.evaluate.examine import Progress, Taken, examine, head_of
from metier.evaluate.strategy import Answer, Direct, Strategy, Turns, TwoStep
from metier.evaluate.transcript import read_transcript, samples_of, summary
from metier.evaluate.transcript_file import Transcript
from metier.graders import grader_for
from metier.item import Exam, ExamProtocol, Item
from metier.skill import Skill


class Model:
    """Doubles the number in the question; takes requests ahead, fails and stops as told.

    Args:
        ahead: How many requests it takes before it gives the first reply, as a client with concurrency does.
    """

    name = "model"

    def __init__(self, *, ahead: int = 1, failing: Iterable[str] = (), stop_after: int = 10**9) -> None:
        self.ahead, self.failing, self.stop_after = ahead, set(failing), stop_after
        self.asked: list[Request] = []

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        window: list[Request] = []
        for request in requests:
            window.append(request)
            if len(window) >= self.ahead:
                yield self._reply(window.pop(0))
        for request in window:
            yield self._reply(request)

    def close(self) -> None:
        """Nothing is open."""

    def _reply(self, request: Request) -> Reply:
        if len(self.asked) == self.stop_after:
            raise EndpointError("The endpoint is down.")
        self.asked.append(request)
        number = next(m.content for m in request.messages if m.role == "user").split()[0]
        if number in self.failing:
            return Reply(text="", error="timeout: no answer")
        return Reply(text=str(2 * int(number)), cost=Cost(input_tokens=3, output_tokens=2, usd=0.5))


def exam_of(size: int, **protocol: Any) -> Exam:
    items = tuple(Item(prompt=str(n), reference=str(2 * n), grader="number", cluster=f"c{n % 2}") for n in range(size))
    return Exam(name="doubles", items=items, protocol=ExamProtocol(**protocol))


def take(exam: Exam, client: Any, path: Path, **options: Any) -> Taken:
    return examine(exam, client, path, grader_for=grader_for, **options)


def test_every_word_grade_and_cost_is_kept(tmp_path: Path) -> None:
    exam, path = exam_of(3, epochs=2, system="Double it.", seed=3), tmp_path / "run.jsonl"
    skill = Skill(name="double", description="Double numbers.")
    taken = take(exam, Model(), path, strategy=TwoStep(), skills=[skill])
    lines = list(read_transcript(path))
    assert [line.slot for line in lines] == [(item.item_id, epoch) for epoch in (0, 1) for item in exam.items]
    assert taken.summary.finished
    first, last = lines[0], lines[-1]
    assert [len(turn.request.messages) for turn in first.turns] == [2, 4]
    assert "Double it." in first.turns[0].request.messages[0].content
    assert "Skill 'double'" in first.turns[0].request.messages[0].content
    assert (last.turns[1].request.epoch, last.turns[1].request.seed) == (1, 3)
    assert last.attempt.cost == Cost(input_tokens=6, output_tokens=4, usd=1.0)
    assert (last.attempt.reply, last.target, last.cluster) == ("4", "4", "c0")
    assert last.attempt.skills == (skill.digest,)
    assert all(line.attempt.grade.is_correct for line in lines)


@pytest.mark.parametrize("strategy", [Direct(), TwoStep()])
def test_a_client_that_takes_requests_ahead_gives_the_same_bytes(strategy: Strategy, tmp_path: Path) -> None:
    written = set()
    for ahead in (1, 3, 100):
        path = tmp_path / f"{ahead}.jsonl"
        take(exam_of(7, epochs=2), Model(ahead=ahead), path, strategy=strategy)
        written.add(path.read_bytes())
    assert len(written) == 1


@pytest.fixture(scope="module")
def whole() -> tuple[Exam, bytes]:
    exam = exam_of(6, epochs=2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        take(exam, Model(), path, strategy=TwoStep())
        return exam, path.read_bytes()


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_run_cut_at_any_byte_goes_on_to_the_same_bytes(whole: tuple[Exam, bytes], data: st.DataObject) -> None:
    exam, complete = whole
    kept = complete[: data.draw(st.integers(0, len(complete)))]
    client = Model(ahead=data.draw(st.integers(1, 5)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        path.write_bytes(kept)
        before = max(0, kept.count(b"\n") - 1)
        if before or kept.endswith(b"\n"):
            assert summary(path).samples == len(list(samples_of(path))) == before
        take(exam, client, path, strategy=TwoStep())
        assert path.read_bytes() == complete
        assert len(client.asked) == 2 * (12 - before)


def test_a_finished_run_asks_nothing_and_leaves_its_bytes(tmp_path: Path) -> None:
    exam, path, again = exam_of(4), tmp_path / "run.jsonl", Model()
    take(exam, Model(), path)
    before = path.read_bytes()
    take(exam, again, path)
    assert again.asked == []
    assert path.read_bytes() == before


@pytest.mark.parametrize("stop_after", [0, 1, 5])
def test_a_run_whose_endpoint_fell_keeps_what_was_answered(stop_after: int, tmp_path: Path) -> None:
    exam, path, second = exam_of(6), tmp_path / "run.jsonl", Model()
    with pytest.raises(EndpointError):
        take(exam, Model(stop_after=stop_after), path)
    assert summary(path).samples == stop_after
    assert not summary(path).finished
    take(exam, second, path)
    assert len(second.asked) == 6 - stop_after
    assert summary(path).finished


def test_a_failed_call_is_kept_with_its_reason_and_asked_again(tmp_path: Path) -> None:
    exam, path, second = exam_of(4), tmp_path / "run.jsonl", Model()
    first = take(exam, Model(failing={"1", "3"}), path).summary
    assert (first.samples, first.errors, first.unscored, first.reasons["client_error"]) == (4, 2, 2, 2)
    assert not first.finished
    take(exam, second, path)
    clean = tmp_path / "clean.jsonl"
    take(exam, Model(), clean)
    assert len(second.asked) == 2
    assert path.read_bytes() == clean.read_bytes()


def test_a_client_that_ends_early_is_named(tmp_path: Path) -> None:
    class Short(Model):
        def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
            yield next(super().replies(requests))

    with pytest.raises(ClientError, match=r"4 of 5 samples are lacking"):
        take(exam_of(5), Short(), tmp_path / "run.jsonl")


@pytest.mark.parametrize(
    ("limits", "reason", "samples"),
    [
        (RunLimits(tokens=12), "tokens", 3),
        (RunLimits(usd=1.0), "usd", 2),
        (RunLimits(tokens=0), "tokens", 0),
        (RunLimits(seconds=0.0), "seconds", 0),
        (RunLimits(tokens=50), "", 10),
    ],
)
def test_a_run_stops_at_its_limit_and_goes_on_with_more_room(
    limits: RunLimits, reason: str, samples: int, tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"
    taken = take(exam_of(10), Model(), path, limits=limits)
    assert (taken.stopped_by, taken.summary.samples) == (reason, samples)
    assert take(exam_of(10), Model(), path, limits=limits).summary.samples == samples
    assert take(exam_of(10), Model(), path).summary.finished


def test_a_limit_met_behind_the_last_question_stopped_nothing(tmp_path: Path) -> None:
    taken = take(exam_of(4), Model(ahead=4), tmp_path / "run.jsonl", limits=RunLimits(tokens=20))
    assert (taken.stopped_by, taken.summary.finished) == ("", True)


@pytest.mark.parametrize("limits", [RunLimits(tokens=5), RunLimits(usd=0.1), RunLimits(seconds=0.0)])
def test_a_sample_at_its_limit_is_asked_no_further_and_unscored(limits: RunLimits, tmp_path: Path) -> None:
    path, client = tmp_path / "run.jsonl", Model()
    taken = take(exam_of(3), client, path, strategy=TwoStep(), sample_limits=limits)
    assert len(client.asked) == taken.summary.unscored == 3
    assert set(taken.summary.reasons) <= {"limit_tokens", "limit_usd", "limit_seconds"}
    direct = take(exam_of(3), Model(), tmp_path / "direct.jsonl", sample_limits=limits)
    assert direct.summary.correct == 3


def test_a_strategy_that_breaks_or_asks_nothing_costs_its_own_samples(tmp_path: Path) -> None:
    class Odd:
        name = "odd"

        def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
            if item.prompt == "0":
                raise RuntimeError("no luck")
            if item.prompt == "1":
                return Answer(text="2")
            return (yield from Direct().turns(item, protocol))

    client = Model()
    taken = take(exam_of(4), client, tmp_path / "run.jsonl", strategy=Odd()).summary
    assert taken.reasons == {"same": 3, "strategy_failed": 1}
    assert len(client.asked) == 2
    assert [sample.reply for sample in samples_of(tmp_path / "run.jsonl")] == ["", "2", "4", "6"]


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    seen: list[Progress] = []
    path = tmp_path / "run.jsonl"
    take(exam_of(4), Model(), path, limits=RunLimits(usd=1.0))
    take(exam_of(4), Model(), path, progress=seen.append)
    assert [(one.done, one.total) for one in seen] == [(3, 4), (4, 4)]
    assert (seen[-1].correct, seen[-1].cost.usd) == (4, 2.0)


def test_another_run_or_another_file_is_left_as_it_is(tmp_path: Path) -> None:
    path, other = tmp_path / "run.jsonl", tmp_path / "notes.txt"
    take(exam_of(2), Model(), path)
    before = path.read_bytes()
    for strategy, exam in ((TwoStep(), exam_of(2)), (Direct(), exam_of(3))):
        with pytest.raises(InputError, match="of this run"):
            take(exam, Model(), path, strategy=strategy)
    other.write_text("my notes\nwithout an end")
    with pytest.raises(InputError, match="is none"):
        take(exam_of(2), Model(), other)
    assert (path.read_bytes(), other.read_text()) == (before, "my notes\nwithout an end")


def test_two_processes_do_not_write_to_one_transcript(tmp_path: Path) -> None:
    path, exam = tmp_path / "run.jsonl", exam_of(2)
    with (
        Transcript(path, head_of(exam, Model(), strategy=Direct())),
        pytest.raises(StoreError, match="Another process"),
    ):
        take(exam, Model(), path)


def test_a_changed_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    take(exam_of(3), Model(), path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"{}\n", *lines[3:]]))
    with pytest.raises(InputError, match=r"run\.jsonl:3: expected a sample"):
        summary(path)


@given(reply=st.text(), prompt=st.text(min_size=1))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_as_it_was_said(reply: str, prompt: str) -> None:
    hostile = f'{reply}","turns":[{reply}\n\ud800'
    exam = Exam(name=prompt, items=(Item(prompt=prompt + hostile, reference=hostile, cluster=hostile),))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        take(exam, RuleClient(lambda request: hostile), path)
        (line,), (sample,) = list(read_transcript(path)), list(samples_of(path))
    assert line.attempt.reply == sample.reply == line.turns[0].reply.text == hostile
    assert line.turns[0].request.messages[0].content == prompt + hostile
    assert (line.target, line.cluster, sample.task) == (hostile, hostile, prompt)


_RUN = """
import sys, time
from pathlib import Path
from metier.clients.rule import RuleClient
from metier.evaluate.examine import examine
from metier.evaluate.strategy import TwoStep
from metier.graders import grader_for
from metier.item import Exam, Item

def slowly(request):
    time.sleep(0.001)
    with open(sys.argv[2], "a") as asked:
        asked.write("x")
    return "1"

items = tuple(Item(prompt=str(n), reference="1", grader="number") for n in range(300))
examine(Exam(name="e", items=items), RuleClient(slowly), Path(sys.argv[1]), grader_for=grader_for, strategy=TwoStep())
"""


def test_a_run_killed_outright_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path, asked = tmp_path / "run.jsonl", tmp_path / "asked"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    kills, seen = 0, 0
    for _ in range(20):
        process = subprocess.Popen([sys.executable, "-c", _RUN, str(path), str(asked)], env=environment)
        while process.poll() is None and (not path.exists() or path.read_bytes().count(b"\n") < seen + 80):
            time.sleep(0.002)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        now = summary(path).samples
        assert now >= seen
        seen = now
    assert kills >= 2
    assert process.returncode == 0
    slots = [json.loads(line)["sample"]["item_id"] for line in path.read_bytes().splitlines()[1:]]
    assert len(slots) == len(set(slots)) == 300
    # A kill costs at most the two calls of the sample that was under way.
    assert 600 <= len(asked.read_text()) <= 600 + 2 * kills
