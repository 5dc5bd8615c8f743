"""What was recorded is given again: nothing lost, nothing doubled, nothing invented."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopback import echo as echo_call
from loopback import status
from metier.attempt import Cost
from metier.client import Message, Reply, Request
from metier.clients import records
from metier.clients.records import read_records
from metier.clients.replay import RecordingClient, ReplayClient
from metier.clients.rule import RuleClient, echo
from metier.errors import ClientError, ConfigError, DocumentError, ReplayMiss


def questions(number):
    return [Request.ask(f"question {i}") for i in range(number)]


def record(path, requests, rule=echo, name="parrot"):
    client = RecordingClient(RuleClient(rule, name=name), path)
    try:
        return list(client.replies(requests))
    finally:
        client.close()


def line(prompt, text, **more):
    return json.dumps({"request": {"messages": [{"role": "user", "content": prompt}]}, "reply": {"text": text}, **more})


def test_a_replay_gives_the_replies_of_the_real_calls(serve, connect, tmp_path):
    path = tmp_path / "deep" / "records.jsonl"
    requests = questions(20)
    server = serve()
    real = list(connect(server, record=path, prices=(1.0, 1.0)).replies(requests))
    client = ReplayClient(path)
    assert [replace(reply, cached=False) for reply in client.replies(requests[::-1])] == real[::-1]
    assert all(reply.cached for reply in client.replies(requests))
    assert client.name == connect(server).name


def test_recording_again_asks_only_what_is_missing(serve, connect, tmp_path):
    path = tmp_path / "records.jsonl"
    server = serve()
    list(connect(server, record=path).replies(questions(3)))
    replies = list(connect(server, record=path).replies(questions(6)))
    assert [reply.cached for reply in replies] == [True] * 3 + [False] * 3
    assert [reply.text for reply in replies] == [f"question {i}" for i in range(6)]
    assert len(server.calls) == 6
    assert len(path.read_text().splitlines()) == 6


def test_a_recorded_failure_gives_way_to_an_answer(serve, connect, tmp_path):
    path = tmp_path / "records.jsonl"
    server = serve(status(400))
    for _ in range(2):
        assert next(connect(server, record=path).replies(questions(1))).error
    assert len(path.read_text().splitlines()) == 1
    assert next(ReplayClient(path).replies(questions(1))).error.startswith("http_400")
    server.behaviour = echo_call
    assert next(connect(server, record=path).replies(questions(1))).text == "question 0"
    assert next(ReplayClient(path).replies(questions(1))).text == "question 0"


def test_a_request_asked_twice_is_recorded_once(tmp_path):
    path = tmp_path / "records.jsonl"
    answers = iter("abc")
    replies = record(path, [Request.ask("q")] * 3, rule=lambda request: next(answers))
    assert [reply.text for reply in replies] == ["a", "a", "a"]
    assert len(path.read_text().splitlines()) == 1


def test_recording_stays_lazy(tmp_path):
    path = tmp_path / "records.jsonl"
    record(path, questions(50))
    taken = []
    client = RecordingClient(RuleClient(echo, name="parrot"), path)
    replies = client.replies(taken.append(request) or request for request in questions(100))
    next(replies)
    assert len(taken) <= 2
    assert len(list(replies)) == 99
    client.close()


def test_a_reply_is_on_disk_before_it_is_given(tmp_path):
    path = tmp_path / "records.jsonl"
    client = RecordingClient(RuleClient(echo), path)
    for number, _ in enumerate(client.replies(questions(5)), start=1):
        assert len(read_records(path)) == number
    client.close()


def test_records_of_another_model_are_not_continued(tmp_path):
    path = tmp_path / "records.jsonl"
    record(path, questions(1))
    with pytest.raises(ConfigError, match=r"Expected records of 'owl' in .*, which holds replies of 'parrot'"):
        record(path, questions(1), name="owl")


def test_a_miss_names_the_request_the_nearest_and_the_way_out(tmp_path):
    path = tmp_path / "records.jsonl"
    record(path, [Request.ask("How many legs has a spider?"), Request.ask("Name a prime."), *questions(50)])
    request = Request.ask("How many legs has an insect? " + "Think. " * 100)
    with pytest.raises(ReplayMiss) as miss:
        list(ReplayClient(path).replies([request]))
    message = str(miss.value)
    assert request.digest in message
    assert repr(request.messages[-1].content[:200]) in message
    assert str(path) in message
    assert "The nearest recorded prompt is 'How many legs has a spider?'." in miss.value.hint
    assert f"--record {path}" in miss.value.hint


def test_a_miss_of_the_same_prompt_names_what_differs(tmp_path):
    path = tmp_path / "records.jsonl"
    record(path, [Request.ask("q", seed=1)])
    with pytest.raises(ReplayMiss) as miss:
        list(ReplayClient(path).replies([Request.ask("q", seed=2, temperature=0.5)]))
    assert "is the same, 'q', with other temperature, seed." in miss.value.hint


def test_what_precedes_a_miss_is_given(tmp_path):
    path = tmp_path / "records.jsonl"
    record(path, questions(3))
    got = []
    with pytest.raises(ReplayMiss):
        got.extend(ReplayClient(path).replies(questions(4)))
    assert len(got) == 3


def test_an_empty_file_has_no_nearest_prompt(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text("")
    assert ReplayClient(path).name == "replay"
    with pytest.raises(ReplayMiss) as miss:
        list(ReplayClient(path).replies(questions(1)))
    assert miss.value.hint.startswith("Record it")


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="found none") as failure:
        _ = ReplayClient(tmp_path / "none.jsonl").name
    assert "--record" in failure.value.hint


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("{", "Invalid JSON"),
        ("[]", "the value: "),
        ('{"request": {"messages": []}}', "the key 'reply' is missing"),
        (line("q", "a", extra=1), "unknown key 'extra'"),
        ('{"request": {"mesages": []}, "reply": {"text": "a"}}', "Did you mean 'messages'"),
        (line("q", "b"), "expected the reply 'a' that was recorded before"),
        (line("other", "b", model="owl"), "expected a reply of '' as in the lines above, got one of 'owl'"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path, bad, fault):
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join([line("q", "a"), "", bad, line("r", "c")]) + "\n")
    with pytest.raises(DocumentError, match=fault) as failure:
        list(ReplayClient(path).replies([Request.ask("q")]))
    assert str(failure.value).startswith(f"{path}:3: ")


def test_the_same_reply_twice_is_no_contradiction(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text(line("q", "a") + "\n" + line("q", "a") + "\n")
    assert next(ReplayClient(path).replies([Request.ask("q")])).text == "a"


@pytest.mark.parametrize("lost", [1, 2, 40, 100])
def test_a_half_line_is_mended(tmp_path, lost):
    path = tmp_path / "records.jsonl"
    record(path, questions(3))
    whole = path.read_bytes()
    path.write_bytes(whole[:-lost])
    recorded = list(read_records(path).values())
    assert len(recorded) == (3 if lost == 1 else 2)
    assert path.read_bytes() == whole[:-lost]
    record(path, questions(3))
    assert path.read_bytes() == whole


def test_a_prompt_that_no_file_can_hold_does_not_spoil_the_records(tmp_path):
    path = tmp_path / "records.jsonl"
    assert len(record(path, [Request.ask("half \ud83d"), *questions(2)], rule=lambda request: "ok")) == 3
    assert len(read_records(path)) == 2


_texts = st.text(max_size=30)
_messages = st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=_texts)
_requests = st.builds(
    Request,
    messages=st.lists(_messages, min_size=1, max_size=3).map(tuple),
    temperature=st.floats(0, 2),
    stop=st.lists(_texts, max_size=2).map(tuple),
    seed=st.integers(-5, 2**62),
    epoch=st.integers(0, 3),
)
_replies = st.builds(Reply, text=_texts, cost=st.builds(Cost, usd=st.floats(0, 1e6)), finish=_texts, error=_texts)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(_requests, _replies, min_size=1, max_size=4))
def test_any_record_survives_the_file(tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("records") / "records.jsonl"

    class Given(RuleClient):
        def replies(self, requests):
            return (pairs[request] for request in requests)

    client = RecordingClient(Given(echo), path)
    real = list(client.replies(pairs))
    client.close()
    assert [replace(reply, cached=False) for reply in ReplayClient(path).replies(pairs)] == real


_RECORDING = """
import sys, time
from pathlib import Path
from metier.client import Request
from metier.clients.replay import RecordingClient
from metier.clients.rule import RuleClient

def slow(request):
    time.sleep(0.002)
    return request.messages[-1].content * 50

client = RecordingClient(RuleClient(slow, name="slow"), Path(sys.argv[1]))
for reply in client.replies(Request.ask(f"question {i}") for i in range(int(sys.argv[2]))):
    pass
client.close()
"""


def test_a_killed_recording_is_resumed_whole(tmp_path):
    path, number = tmp_path / "records.jsonl", 120
    command = [sys.executable, "-c", _RECORDING, str(path), str(number)]
    for lines in (10, 60):
        process = subprocess.Popen(command)
        _wait_for_lines(path, lines)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        # A kill between the two halves of a write is too rare to wait for.
        with path.open("ab") as file:
            file.write(b'{"request": {"messages": [{"role"')
    subprocess.run(command, check=True)
    asked = Counter(json.loads(text)["request"]["messages"][0]["content"] for text in path.read_text().splitlines())
    assert asked == Counter(f"question {i}" for i in range(number))


def _wait_for_lines(path, number):
    deadline = time.monotonic() + 30
    while not path.exists() or path.read_bytes().count(b"\n") < number:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_stops_the_recording(monkeypatch, tmp_path):
    monkeypatch.setattr(records, "_open_to_append", lambda path: os.open("/dev/full", os.O_WRONLY))
    with pytest.raises(ClientError, match=r"Cannot record a reply in .*: No space left on device"):
        record(tmp_path / "records.jsonl", questions(1))


def test_a_disk_that_fills_up_mid_line_leaves_whole_lines(monkeypatch, tmp_path):
    path = tmp_path / "records.jsonl"
    record(path, questions(2))
    whole, write = path.read_bytes(), os.write
    client = RecordingClient(RuleClient(echo, name="parrot"), path)
    replies = client.replies(questions(4))
    list(islice(replies, 2))
    monkeypatch.setattr(records.os, "write", lambda file, data: write(file, data[:30]))
    with pytest.raises(ClientError, match="No space left on device"):
        next(replies)
    monkeypatch.undo()
    assert path.read_bytes() == whole
    assert len(list(client.replies(questions(4)))) == 4
    client.close()
    assert len(read_records(path)) == 4
