"""Servers and clients that are closed with the test that opened them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from loopback import Behaviour, Loopback, echo
from metier.clients.http import HttpClient


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own key and proxy have no part in these tests."""
    names = ["METIER_API_KEY", "OPENAI_API_KEY"]
    names += [name for scheme in ("http", "https", "all") for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper())]
    for name in names:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve() -> Iterator[Callable[..., Loopback]]:
    """Start a server with a behaviour."""
    with ExitStack() as stack:
        yield lambda behaviour=echo: stack.enter_context(closing(Loopback(behaviour)))


@pytest.fixture
def connect() -> Iterator[Callable[..., HttpClient]]:
    """Make a client that does not sleep long between tries."""
    with ExitStack() as stack:

        def make(server: Loopback | str, **options: Any) -> HttpClient:
            url = server if isinstance(server, str) else server.url
            quick = {"backoff_s": 0.001, "max_wait_s": 0.05, "timeout_s": 5.0} | options
            return stack.enter_context(closing(HttpClient(url, quick.pop("model", "small"), **quick)))

        yield make


@pytest.fixture
def ask(serve: Callable[..., Loopback], connect: Callable[..., HttpClient]) -> Callable[..., Any]:
    """Ask one question of an endpoint with a behaviour, after it has shown once that it is there."""
    from metier.client import Request

    def once(behaviour: Behaviour, **options: Any) -> Any:
        server = serve()
        client = connect(server, **{"max_retries": 0, **options})
        assert next(client.replies([Request.ask("are you there?")])).error == ""
        server.behaviour = behaviour
        server.calls.clear()
        return next(client.replies([Request.ask("2 + 2 =")]))

    return once
