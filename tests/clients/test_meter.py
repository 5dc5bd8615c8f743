"""What is spent now is what was answered now."""

from __future__ import annotations

from metier.attempt import Cost
from metier.client import Request
from metier.clients.meter import MeteredClient
from metier.clients.rule import RuleClient
from metier.testing import check_client


def test_a_meter_counts_what_is_asked_and_not_what_is_cached(serve, connect, tmp_path):
    client = MeteredClient(connect(serve(), cache=tmp_path, prices=(1.0, 1.0)))
    requests = [Request.ask(f"question {n}") for n in range(3)]
    list(client.replies(requests))
    assert client.spent == Cost(input_tokens=21, output_tokens=9, usd=client.spent.usd)
    before = client.spent
    list(client.replies(requests))
    assert client.spent == before
    assert client.name == client.client.name


def test_a_meter_keeps_the_promise_of_a_client():
    check_client(MeteredClient(RuleClient("echo")), [Request.ask("a"), Request.ask("b")])
