"""Every client of this folder that needs no extra keeps the promise of a client."""

from __future__ import annotations

from metier.client import Request
from metier.clients.replay import RecordingClient, ReplayClient
from metier.clients.rule import RuleClient, echo
from metier.testing import check_client

REQUESTS = [Request.ask(f"question {i}", epoch=i % 2) for i in range(20)]


def test_an_http_client_keeps_the_promise(serve, connect):
    check_client(connect(serve()), REQUESTS)


def test_an_http_client_with_cache_and_record_keeps_the_promise(serve, connect, tmp_path):
    check_client(connect(serve(), cache=tmp_path / "cache", record=tmp_path / "records.jsonl"), REQUESTS)


def test_a_rule_client_keeps_the_promise():
    check_client(RuleClient(echo), REQUESTS)


def test_a_recording_client_and_its_replay_keep_the_promise(tmp_path):
    path = tmp_path / "records.jsonl"
    check_client(RecordingClient(RuleClient(echo), path), REQUESTS)
    check_client(ReplayClient(path), REQUESTS)
