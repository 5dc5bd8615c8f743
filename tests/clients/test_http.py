"""An endpoint is asked over real sockets: order, bounds, retries, faults, the breaker, the key."""

from __future__ import annotations

import contextlib
import json
import logging
import random
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count, islice

import pytest

from loopback import (
    after,
    answer,
    chat,
    drip,
    drop,
    drop_mid_body,
    echo,
    giant,
    in_turn,
    stall,
    stall_mid_body,
    stall_mid_headers,
    status,
)
from metier.attempt import Cost
from metier.client import Client, Request
from metier.clients.address import Address
from metier.clients.http import HttpClient
from metier.errors import ClientError, ConfigError, EndpointError

KEY = "sk-0123456789abcdefghij"


def questions(number, **options):
    return [Request.ask(f"question {i}", **options) for i in range(number)]


def test_an_http_client_is_a_client(connect):
    assert isinstance(connect("http://127.0.0.1:1/v1"), Client)


def test_the_request_reaches_the_endpoint(serve, connect):
    server = serve()
    client = connect(server, api_key=KEY, extra_body={"top_p": 0.5})
    request = Request.ask("2 + 2 =", system="Be brief.", max_tokens=9, temperature=0.7, stop=("\n",), seed=3, epoch=2)
    assert next(client.replies([request])).text == "2 + 2 ="
    call = server.calls[0]
    assert call.head.startswith("POST /v1/chat/completions HTTP/1.1")
    assert f"authorization: bearer {KEY}" in call.head.lower()
    assert call.body == {
        "model": "small",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2 + 2 ="}],
        "max_tokens": 9,
        "temperature": 0.7,
        "stop": ["\n"],
        "seed": 5,
        "top_p": 0.5,
    }


def test_tokens_and_dollars_come_from_usage(serve, connect):
    client = connect(serve(), prices=(1.0, 2.0))
    assert next(client.replies(questions(1))).cost == Cost(input_tokens=7, output_tokens=3, usd=13 / 1e6)


@pytest.mark.parametrize(
    "usage", [None, "many", {"prompt_tokens": "7"}, {"prompt_tokens": -7, "completion_tokens": None}]
)
def test_missing_usage_counts_nothing(ask, usage):
    reply = ask(answer(chat("4", usage=usage)), prices=(1.0, 2.0))
    assert (reply.text, reply.cost) == ("4", Cost())


def test_replies_keep_the_order_of_requests_under_random_delays(serve, connect):
    chance = random.Random(1)
    delays = [chance.uniform(0, 0.02) for _ in range(60)]
    server = serve(after(lambda call: delays[int(call.prompt.split()[1])]))
    client = connect(server, concurrency=5)
    assert [reply.text for reply in client.replies(questions(60))] == [f"question {i}" for i in range(60)]
    assert 2 <= server.most_at_once <= 5


def test_requests_are_taken_lazily(serve, connect):
    taken = []
    client = connect(serve(), concurrency=3)

    def endless():
        for i in count():
            taken.append(i)
            yield Request.ask(f"question {i}")

    replies = client.replies(endless())
    for yielded in range(1, 30):
        assert next(replies).text == f"question {yielded - 1}"
        assert len(taken) <= yielded + 2 * 3
    replies.close()


def test_a_slow_first_reply_holds_the_window(serve, connect):
    taken = []
    server = serve(after(lambda call: 0.2 if call.prompt == "question 0" else 0.0))
    client = connect(server, concurrency=2)
    next(client.replies(taken.append(request) or request for request in questions(50)))
    assert len(taken) == 4


def test_no_requests_give_no_replies(connect):
    assert list(connect("http://127.0.0.1:1/v1").replies([])) == []


def test_two_threads_may_share_a_client(serve, connect):
    server = serve(after(lambda call: 0.002))
    client = connect(server, concurrency=3)
    seen = {}

    def work(name):
        seen[name] = [reply.text for reply in client.replies(Request.ask(f"{name}{i}") for i in range(10))]

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {name: [f"{name}{i}" for i in range(10)] for name in "ab"}
    assert server.most_at_once <= 3


@pytest.mark.parametrize("fault", [status(500), status(503), status(429), status(408), drop, drop_mid_body])
def test_a_passing_fault_is_tried_again(serve, connect, fault):
    server = serve(in_turn(fault, fault, echo))
    assert next(connect(server).replies(questions(1))).text == "question 0"
    assert len(server.calls) == 3


@pytest.mark.parametrize("fault", [status(400), status(422), answer(b"{"), answer(chat(None))])
def test_a_lasting_fault_is_not_tried_again(serve, connect, fault):
    server = serve(fault)
    assert next(connect(server).replies(questions(1))).error
    assert len(server.calls) == 1


def test_tries_are_bounded(serve, connect):
    server = serve(status(500, "overloaded"))
    reply = next(connect(server, max_retries=3).replies(questions(1)))
    assert reply.error == "http_500: The endpoint said 'overloaded'."
    assert len(server.calls) == 4


def test_retry_after_in_seconds_is_honoured(serve, connect):
    server = serve(in_turn(status(429, headers="Retry-After: 0.2\r\n"), echo))
    start = time.monotonic()
    assert next(connect(server, max_wait_s=5.0).replies(questions(1))).error == ""
    assert time.monotonic() - start >= 0.2


def test_retry_after_as_a_date_is_honoured(serve, connect):
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    server = serve(in_turn(status(503, headers=f"Retry-After: {then}\r\n"), echo))
    start = time.monotonic()
    assert next(connect(server, max_wait_s=5.0).replies(questions(1))).error == ""
    assert time.monotonic() - start >= 0.5


def test_retry_after_is_capped(serve, connect):
    server = serve(in_turn(status(429, headers="Retry-After: 86400\r\n"), echo))
    start = time.monotonic()
    assert next(connect(server, max_wait_s=0.05).replies(questions(1))).error == ""
    assert time.monotonic() - start < 30.0


def test_no_wait_goes_beyond_the_total_time(serve, connect):
    server = serve(status(429, "slow down", headers="Retry-After: 30\r\n"))
    start = time.monotonic()
    reply = next(connect(server, max_wait_s=60.0, total_timeout_s=20.0).replies(questions(1)))
    assert reply.error == "http_429: The endpoint said 'slow down'."
    assert time.monotonic() - start < 20.0


@pytest.mark.parametrize("fault", [stall, stall_mid_body, stall_mid_headers])
def test_a_silent_endpoint_is_a_timeout(ask, fault):
    assert ask(fault, timeout_s=0.25).error == "timeout: The endpoint was silent for 0.25 s."


def test_a_dripping_endpoint_meets_the_total_time(ask):
    assert ask(drip, total_timeout_s=0.2).error == "timeout: No whole answer within 0.2 s."


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (drop, "connection"),
        (drop_mid_body, "connection"),
        (giant, "too_large"),
        (status(401), "http_401"),
        (status(404), "http_404"),
        (status(500), "http_500"),
        (answer(b""), "malformed_json"),
        (answer(b"{'choices'"), "malformed_json"),
        (answer(b"\xff\xfe"), "malformed_json"),
        (answer(b"[" * 200_000), "malformed_json"),
        (answer(b"[]"), "malformed_json"),
        (answer(b"<html><body>Bad gateway</body></html>"), "malformed_json"),
        (answer(chat("4"), length=30), "malformed_json"),
        (answer(chat("4"), length=3000), "timeout"),
        (answer(b"{}"), "no_choices"),
        (answer(b'{"choices": []}'), "no_choices"),
        (answer(b'{"choices": [null]}'), "no_choices"),
        (answer(b'{"choices": [{"message": null}]}'), "no_choices"),
        (answer(b'{"error": {"message": "no credit"}}'), "endpoint_error"),
        (answer(chat(None)), "no_content"),
        (answer(chat(None, message={"refusal": "I cannot."})), "refused"),
        (answer(chat("", choice={"finish_reason": "content_filter"})), "content_filter"),
    ],
)
def test_every_fault_has_a_code(ask, behaviour, code):
    reply = ask(behaviour, timeout_s=0.3)
    assert (reply.text, reply.error.partition(":")[0]) == ("", code)
    assert len(reply.error) < 400


@pytest.mark.parametrize(
    ("body", "text", "finish"),
    [
        (chat("4", message={"reasoning_content": "Two and two…"}), "4", "stop"),
        (chat("", message={"reasoning_content": "Two and two…"}), "", "stop"),
        (chat(None, choice={"finish_reason": "length"}), "", "length"),
        (chat("4", choice={"finish_reason": None}), "4", "stop"),
        (chat([{"type": "thinking", "thinking": "…"}, {"type": "text", "text": "4"}]), "4", "stop"),
        (b'{"choices": [{"message": {"content": "\\ud83d\\ude00 \\ud83d"}}]}', "\U0001f600 \ufffd", "stop"),
    ],
)
def test_unusual_answers_are_read(ask, body, text, finish):
    reply = ask(answer(body))
    assert (reply.text, reply.finish, reply.error) == (text, finish, "")


def test_refusals_cost_what_they_cost(ask):
    assert ask(answer(chat(None, message={"refusal": "No."}))).cost == Cost(input_tokens=7, output_tokens=3)


def test_control_characters_do_not_reach_the_terminal(ask):
    assert ask(status(400, "\x1b[2J gone\nnext")).error == "http_400: The endpoint said '\ufffd[2J gone next'."


@pytest.mark.parametrize(
    ("behaviour", "said", "hint"),
    [
        (status(401, "Incorrect API key."), "http_401: The endpoint said 'Incorrect API key.'", "METIER_API_KEY"),
        (status(403, "Not for you."), "http_403", "METIER_API_KEY"),
        (status(404, "No model 'small'."), "No model 'small'.", "/v1/models"),
        (status(308, headers="Location: https://elsewhere/\r\n"), "http_308", "base_url"),
    ],
)
def test_a_wrong_address_key_or_model_stops_the_run_at_once(serve, connect, behaviour, said, hint):
    server = serve(behaviour)
    with pytest.raises(EndpointError) as failure:
        list(connect(server).replies(questions(5)))
    assert server.url in str(failure.value)
    assert "'small'" in str(failure.value)
    assert said in str(failure.value)
    assert hint in failure.value.hint


def test_an_endpoint_that_is_down_is_named(connect):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    with pytest.raises(EndpointError, match="unreachable: No connection to ") as failure:
        next(connect(url, max_retries=1).replies(questions(1)))
    assert str(failure.value).startswith(f"Cannot ask model 'small' at {url}: ")
    assert failure.value.hint == "Start the server, or correct base_url."


def test_a_later_401_is_the_fault_of_one_request(serve, connect):
    server = serve(in_turn(echo, status(401), echo))
    replies = list(connect(server, concurrency=1).replies(questions(3)))
    assert [reply.error.partition(":")[0] for reply in replies] == ["", "http_401", ""]


def test_failures_in_a_row_open_the_breaker_and_lose_no_answer(serve, connect):
    server = serve(in_turn(echo, echo, status(500)))
    client = connect(server, concurrency=1, max_retries=0, max_failures=4)
    got = []
    with pytest.raises(EndpointError, match="as 4 requests in a row failed, the last with http_500") as failure:
        got.extend(client.replies(questions(40)))
    assert [reply.text for reply in got] == ["question 0", "question 1", "", "", ""]
    assert "run again" in failure.value.hint
    assert len(server.calls) <= 2 + 4 + 2


def test_an_answer_behind_the_failures_keeps_the_breaker_shut(serve, connect):
    # By what is asked, not by what comes first: eight requests under way arrive in any order.
    late = {"question 0", "question 1", "question 2"}
    server = serve(lambda call: (after(lambda _: 0.3, status(500)) if call.prompt in late else echo)(call))
    replies = list(connect(server, concurrency=8, max_retries=0, max_failures=3).replies(questions(8)))
    assert [reply.error.partition(":")[0] for reply in replies] == ["http_500"] * 3 + [""] * 5


def test_a_success_resets_the_breaker(serve, connect):
    server = serve(lambda call: (echo if call.number % 3 == 2 else status(500))(call))
    client = connect(server, concurrency=1, max_retries=0, max_failures=3)
    assert len(list(client.replies(questions(12)))) == 12


def test_refusals_do_not_open_the_breaker(serve, connect):
    server = serve(answer(chat(None, message={"refusal": "No."})))
    assert len(list(connect(server, max_failures=2).replies(questions(8)))) == 8


def test_a_closed_client_says_so(serve, connect):
    client = connect(serve())
    replies = client.replies(questions(20))
    next(replies)
    client.close()
    client.close()
    with pytest.raises(ClientError, match="has been closed"):
        list(replies)
    with pytest.raises(ClientError, match="has been closed"):
        client.replies([])


def test_closing_ends_what_is_under_way(serve, connect):
    client = connect(serve(after(lambda call: 0.0 if call.number == 0 else 30.0)))
    replies = client.replies(questions(20))
    next(replies)
    start = time.monotonic()
    client.close()
    assert time.monotonic() - start < 10.0
    assert not [thread for thread in threading.enumerate() if thread.name == "metier-http"]


def test_an_abandoned_iterator_stops_asking(serve, connect):
    server = serve(after(lambda call: 0.01))
    client = connect(server, concurrency=2)
    list(islice(client.replies(questions(100)), 3))
    time.sleep(0.05)
    assert len(server.calls) <= 3 + 4


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://host/v1", "http://", "http://host:port/v1"])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ConfigError, match="Expected base_url"):
        HttpClient(url, "small")


def test_options_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="concurrency to be at least 1, got 0"):
        HttpClient("http://127.0.0.1/v1", "small", concurrency=0)
    with pytest.raises(ConfigError, match="extra_body without 'stream'"):
        HttpClient("http://127.0.0.1/v1", "small", extra_body={"stream": True})
    with pytest.raises(ConfigError, match="printable ASCII"):
        HttpClient("http://127.0.0.1/v1", "small", api_key="ключ")


def test_the_key_comes_from_the_environment(serve, connect, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "second")
    server = serve()
    next(connect(server).replies(questions(1)))
    monkeypatch.setenv("METIER_API_KEY", " first\n")
    next(connect(server).replies(questions(1)))
    next(connect(server, api_key="").replies(questions(1)))
    sent = [line for call in server.calls for line in call.head.splitlines() if "authorization" in line.lower()]
    assert [line.split()[-1] for line in sent] == ["second", "first"]


def test_the_key_of_one_provider_is_not_sent_to_another(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "second")
    assert Address("https://api.openai.com/v1").headers == {"Authorization": "Bearer second"}
    assert Address("https://models.example/v1").headers == {}
    assert Address("https://api.openai.com.example/v1").headers == {}


def test_the_key_is_nowhere_but_in_the_header(serve, connect, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    told = [answer(chat(f"Your key is {KEY}.")), status(400, f"Incorrect key {KEY}."), answer(f"<{KEY}>".encode())]
    server = serve(in_turn(*told))
    url = server.url.replace("http://", "http://me:open-sesame-0123@")
    client = connect(url, api_key=KEY, cache=tmp_path / "cache", record=tmp_path / "r.jsonl", concurrency=1)
    replies = list(client.replies(questions(3)))
    server.behaviour = status(401, f"Incorrect key {KEY}.")
    with pytest.raises(EndpointError) as failure:
        list(connect(url, api_key=KEY).replies(questions(1)))
    files = [file.read_text() for file in tmp_path.rglob("*") if file.is_file()]
    shown = [
        repr(client),
        str(replies),
        str(failure.value),
        failure.value.hint,
        caplog.text,
        repr(vars(client)),
        *files,
    ]
    assert len(files) == 2
    for secret in (KEY, "open-sesame"):
        assert not [text for text in shown if secret in text]


def test_a_password_in_the_address_is_sent(serve, connect):
    server = serve()
    next(connect(server.url.replace("http://", "http://me:word@")).replies(questions(1)))
    assert "authorization: basic bwu6d29yza==" in server.calls[0].head.lower()


def test_an_address_may_hold_a_query_or_the_whole_path(serve, connect):
    server = serve()
    next(connect(server.url + "/chat/completions?api-version=1").replies(questions(1)))
    assert server.calls[0].head.startswith("POST /v1/chat/completions?api-version=1 ")


def test_a_newer_name_of_the_token_limit_is_used(serve, connect):
    server = serve()
    client = connect(server, max_tokens_key="max_completion_tokens", extra_body={"seed": None})
    next(client.replies(questions(1)))
    assert server.calls[0].body["max_completion_tokens"] == 256
    assert not {"max_tokens", "seed"} & server.calls[0].body.keys()


def test_any_text_survives_the_wire(serve, connect):
    text = 'naïve \u2028 \x00 \U0001f600 \\ " </script> \ud83d'
    server = serve()
    reply = next(connect(server).replies([Request.ask(text)]))
    assert reply.text == text.replace("\ud83d", "\ufffd")
    assert json.loads(json.dumps(server.calls[0].body))["messages"][0]["content"] == text
