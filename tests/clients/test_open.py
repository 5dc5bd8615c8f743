"""A configuration names a client, and every mistake in it is named with a way out."""

from __future__ import annotations

import subprocess
import sys

import pytest

from metier.client import Request
from metier.clients.http import HttpClient
from metier.clients.open import open_client
from metier.clients.replay import RecordingClient, ReplayClient
from metier.clients.rule import RuleClient, echo
from metier.errors import ConfigError


def test_a_table_names_an_endpoint(serve, tmp_path):
    server = serve()
    spec = {"kind": "http", "base_url": server.url, "model": "m", "cache": str(tmp_path / "c"), "prices": [1, 2.5]}
    client = open_client(spec, where="metier.toml")
    assert isinstance(client, HttpClient)
    assert next(client.replies([Request.ask("hello")])).cost.usd == (7 * 1 + 3 * 2.5) / 1e6
    assert any((tmp_path / "c").rglob("*.json"))
    client.close()


def test_an_address_with_a_model_names_an_endpoint():
    client = open_client("https://models.example/v1#org/model:large#2")
    assert (client.name, client.base_url) == ("org/model:large#2", "https://models.example/v1")


def test_a_path_names_records(tmp_path):
    path = tmp_path / "records.jsonl"
    recording = RecordingClient(RuleClient(echo), path)
    list(recording.replies([Request.ask("hello")]))
    recording.close()
    for spec in (f"replay:{path}", {"kind": "replay", "path": str(path)}):
        client = open_client(spec)
        assert isinstance(client, ReplayClient)
        assert next(client.replies([Request.ask("hello")])).text == "hello"


def test_a_name_names_a_ready_rule():
    assert next(open_client("rule:echo").replies([Request.ask("hello")])).text == "hello"


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ({}, "the key 'kind' is missing"),
        ({"kind": "https"}, "no kind of client is called 'https'. Did you mean 'http'?"),
        ({"kind": "http", "base_url": "http://h", "modle": "m"}, "no option 'modle'. Did you mean 'model'?"),
        ({"kind": "http", "base_url": "http://h"}, "needs the option 'model'"),
        ({"kind": "http", "base_url": "http://h", "model": "m", "concurrency": "many"}, "concurrency: the value: "),
        ({"kind": "http", "base_url": "http://h", "model": "m", "api_key": 7_777_777}, "expected no api_key"),
        ({"kind": "rule", "rule": "eco"}, "got 'eco'"),
        ("http://me:sesame@127.0.0.1:8000/v1", "expected the model after the address"),
        ("replay:", "expected a client such as"),
        ("gpt", "expected a client such as"),
        ("repaly:x.jsonl", "Did you mean 'replay'?"),
    ],
)
def test_a_mistake_is_named(spec, fault):
    with pytest.raises(ConfigError) as failure:
        open_client(spec, where="metier.toml: client")
    assert fault in str(failure.value)
    assert "sesame" not in str(failure.value)
    assert "7777777" not in str(failure.value) + failure.value.hint


def test_naming_one_kind_imports_no_other():
    code = """
import sys
import metier.clients, metier.clients.open, metier.clients.replay, metier.clients.rule
from metier.clients.open import open_client
open_client("rule:echo")
heavy = {"httpx2", "torch", "transformers", "metier.clients.http", "metier.clients.local"} & sys.modules.keys()
sys.exit(f"imported: {heavy}" if heavy else 0)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
