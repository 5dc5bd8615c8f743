"""A function stands in for a model."""

from __future__ import annotations

import pytest

from metier.client import Client, Request
from metier.clients.rule import RuleClient, always, by_phrase, echo, from_mapping
from metier.errors import ConfigError


def only(client, prompt="q"):
    return next(client.replies([Request.ask(prompt)]))


def test_a_rule_client_is_a_client():
    assert isinstance(RuleClient(echo), Client)


def test_a_rule_that_raises_is_an_error_of_its_reply():
    client = RuleClient(lambda request: str(1 / len(request.messages[0].content)))
    replies = list(client.replies([Request.ask(""), Request.ask("ab")]))
    assert [(reply.text, reply.error) for reply in replies] == [
        ("", "rule_error: ZeroDivisionError: division by zero"),
        ("0.5", ""),
    ]


def test_a_rule_that_gives_no_string_is_an_error_of_its_reply():
    assert only(RuleClient(lambda request: None)).error == "rule_error: Expected a string, got NoneType."


def test_requests_are_taken_one_by_one():
    taken = []
    replies = RuleClient(echo).replies(taken.append(request) or request for request in [Request.ask("a")] * 9)
    next(replies)
    assert len(taken) == 1


def test_an_unknown_ready_rule_is_refused():
    with pytest.raises(ConfigError, match="got 'ekko'"):
        RuleClient("ekko")


def test_ready_rules_answer():
    assert only(RuleClient(always("42"))).text == "42"
    assert only(RuleClient(from_mapping({"q": "a"}))).text == "a"
    assert only(RuleClient(from_mapping({}, default="d"))).text == "d"
    assert only(RuleClient(by_phrase({"x": "1", "q": "2"})), "what is q?").text == "2"
    assert only(RuleClient(by_phrase({"x": "1"}))).error.startswith("rule_error: LookupError")
