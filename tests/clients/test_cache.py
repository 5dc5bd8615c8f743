"""What was asked before is not asked again, whatever happened to the files in between."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace

import pytest

from loopback import echo, in_turn, status
from metier.attempt import Cost
from metier.client import Reply, Request
from metier.clients.cache import ReplyCache
from metier.errors import ConfigError

KEY = "sha256:" + "0f" * 32


def test_a_cache_hit_asks_nothing(serve, connect, tmp_path):
    server = serve()
    requests = [Request.ask(f"question {i}") for i in range(5)]
    first = list(connect(server, cache=tmp_path).replies(requests))
    again = list(connect(server, cache=tmp_path).replies(requests))
    assert len(server.calls) == 5
    assert again == [replace(reply, cached=True) for reply in first]
    assert not any(reply.cached for reply in first)


def test_a_full_cache_needs_no_endpoint(serve, connect, tmp_path):
    server = serve()
    list(connect(server, cache=tmp_path).replies([Request.ask("hello")]))
    server.behaviour = status(401)
    assert next(connect(server, cache=tmp_path).replies([Request.ask("hello")])).text == "hello"


def test_model_epoch_settings_and_body_tell_entries_apart(serve, connect, tmp_path):
    server = serve()
    requests = [Request.ask("q"), Request.ask("q", epoch=1), Request.ask("q", seed=1), Request.ask("q", max_tokens=9)]
    for options in ({}, {"model": "large"}, {"extra_body": {"top_p": 0.5}}):
        assert not any(reply.cached for reply in connect(server, cache=tmp_path, **options).replies(requests))
    # Epoch 1 of seed 0 sends what epoch 0 of seed 1 sends, and is still another answer.
    assert len(server.calls) == 12


def test_errors_are_not_cached(serve, connect, tmp_path):
    server = serve(in_turn(status(400), echo))
    client = connect(server, cache=tmp_path)
    assert [next(client.replies([Request.ask("q")])).text for _ in range(2)] == ["", "q"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"key": "sha256:0", "reply": {"text": "5"}}'])
def test_a_corrupt_entry_is_written_anew(serve, connect, tmp_path, damage):
    server = serve()
    client = connect(server, cache=tmp_path)
    list(client.replies([Request.ask("q")]))
    (entry,) = tmp_path.rglob("*.json")
    whole = entry.read_bytes()
    entry.write_bytes(damage)
    assert not next(client.replies([Request.ask("q")])).cached
    assert entry.read_bytes() == whole
    assert next(client.replies([Request.ask("q")])).cached


def test_a_changed_reply_is_not_believed(tmp_path):
    cache = ReplyCache(tmp_path)
    cache.put(KEY, Reply(text="4", cost=Cost(input_tokens=1)))
    (entry,) = tmp_path.rglob("*.json")
    entry.write_text(entry.read_text().replace('"text":"4"', '"text":"5"'))
    assert cache.get(KEY) is None


def test_a_folder_that_cannot_be_made_stops_the_run(serve, connect, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="folder that can be written for cached replies"):
        connect(serve(), cache=tmp_path / "file" / "cache").replies([])


def test_a_reply_that_cannot_be_kept_is_still_given(serve, connect, tmp_path):
    client = connect(serve(), cache=tmp_path / "cache")
    replies = client.replies([Request.ask("q")])
    (tmp_path / "cache").rmdir()
    (tmp_path / "cache").write_text("in the way")
    assert next(replies).text == "q"


def _put_many(path, texts):
    cache = ReplyCache(path)
    for text in texts:
        cache.put(KEY, Reply(text=text * 2000))
        got = cache.get(KEY)
        assert got is not None
        assert got.text in {"a" * 2000, "b" * 2000}


def test_processes_share_a_folder(tmp_path):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_put_many, args=(tmp_path, text * 100)) for text in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    (entry,) = (file for file in tmp_path.rglob("*") if file.is_file())
    assert json.loads(entry.read_text())["key"] == KEY


def test_a_write_that_fails_leaves_no_half_file(tmp_path):
    cache = ReplyCache(tmp_path)
    in_the_way = tmp_path / "0f" / f"{KEY[7:]}.json"
    in_the_way.mkdir(parents=True)
    cache.put(KEY, Reply(text="4"))
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
