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
    assert (client.name, client.base_url) == ("org/model:large#2@models.example/v1", "https://models.example/v1")


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


def test_a_file_holds_the_options_of_a_client_and_its_paths_begin_at_the_file(serve, tmp_path, monkeypatch):
    server = serve()
    folder = tmp_path / "clients"
    folder.mkdir()
    (folder / "small.toml").write_text(
        f'kind = "http"\nbase_url = "{server.url}"\nmodel = "m"\ncache = "replies"\nprices = [1, 2.5]\n'
        "concurrency = 2\n[extra_body]\ntop_p = 0.9\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    client = open_client("clients/small.toml")
    assert client.concurrency == 2
    assert next(client.replies([Request.ask("hello")])).cost.usd == (7 * 1 + 3 * 2.5) / 1e6
    assert server.calls[0].body["top_p"] == 0.9
    assert any((folder / "replies").rglob("*.json"))
    client.close()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "found none at"),
        ("kind = http", "Cannot read"),
        ('kind = "htp"', "Did you mean 'http'?"),
        ('kind = "http"\nbase_url = "http://h"\nmodle = "m"', "Did you mean 'model'?"),
        ('kind = "http"\nbase_url = "http://h"\nmodel = "m"\napi_key = "k"', "expected no api_key"),
        ('kind = "http"\nbase_url = "http://h"\nmodel = "m"\nextra_body.at = 2026-01-01', "what JSON knows"),
    ],
)
def test_a_mistake_in_a_file_of_options_is_named(tmp_path, text, fault):
    path = tmp_path / "client.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=fault.replace("?", r"\?")):
        open_client(str(path))


def test_the_same_model_elsewhere_or_asked_otherwise_is_another_model():
    names = [
        HttpClient(url, "m", **options).name
        for url, options in [
            ("http://one.example/v1", {}),
            ("https://me:sesame@ONE.example/v1/", {}),
            ("http://two.example/v1", {}),
            ("http://one.example:8000/v1", {}),
            ("http://one.example/v1", {"extra_body": {"top_p": 0.5}}),
        ]
    ]
    assert names[:2] == ["m@one.example/v1"] * 2
    assert len(set(names)) == 4
    assert "sesame" not in "".join(names)
