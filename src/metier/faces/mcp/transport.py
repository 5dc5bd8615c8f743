"""How does a server reach its clients? Over standard input and output, or over HTTP behind any ASGI server.

HTTP is stateless and answers on this machine alone unless told otherwise; every request must name a host, and from a
browser an origin, that was allowed, or a page of a stranger could reach a server on this machine.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from metier.errors import ConfigError
from metier.faces.mcp.ending import Ending

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATIENCE_S = 2
"""Seconds that a server that is stopped waits for the answers that it still owes."""

_ADDRESS = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:]+\]|[^:\[\]\s]+):)?(?P<port>[0-9]{1,5})")


def serve_stdio(server: Server[Any], ending: Ending | None = None) -> None:
    """Serve one client over standard input and output until it leaves. Nothing else is written to standard output.

    Args:
        ending: Ends the process at a signal; without one a signal does what it does to any program.
    """

    async def serve() -> None:
        async with stdio_server() as (read, write):
            with anyio.CancelScope() as scope:
                if ending:
                    ending.ask = partial(asyncio.get_running_loop().call_soon_threadsafe, scope.cancel)
                try:
                    await server.run(read, write, server.create_initialization_options())
                except anyio.get_cancelled_exc_class():
                    # The client hears no more, and may yet never end the line that a thread waits for.
                    if ending:
                        ending.now()
                    os._exit(0)

    try:
        anyio.run(serve)
    except* BrokenPipeError:  # the client left before it had heard all
        pass


def serve_http(
    make: Callable[[], Server[Any]],
    address: str,
    *,
    allowed: Sequence[str] = (),
    tell: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve over HTTP at `/mcp` until stopped.

    Args:
        make: Makes the server, once it is known that it can be served at the address.
        address: `HOST:PORT`, or a port of this machine.
        allowed: Names under which the server may be called, besides those of this machine.
        tell: Hears the URL once the server can be reached.

    Raises:
        ConfigError: It is no address, or it cannot be served at, or others could reach it and no name was allowed.
    """
    import uvicorn

    host, port = parse_address(address)
    if host not in _LOOPBACK and not allowed:
        raise ConfigError(
            f"At {address!r} other machines could reach this server, and it does not know by which name.",
            hint="Name it with --allow-host NAME, and put something that knows its callers in front; or use 127.0.0.1.",
        )
    with _listening(host, port) as listener:
        app = make_app(make(), allowed=allowed)
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=_PATIENCE_S)
        name = f"[{host}]" if ":" in host else host
        tell(f"http://{name}:{listener.getsockname()[1]}/mcp")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(place, family=family)
    except OSError as error:
        raise ConfigError(
            f"Cannot serve at {f'{host}:{port}'!r}: {error.strerror}.",
            hint="Name an address of this machine and a port that is free, as in --http 127.0.0.1:8000.",
        ) from error


def make_app(server: Server[Any], *, allowed: Sequence[str] = ()) -> Starlette:
    """Make the ASGI application of a server, for any ASGI server.

    Args:
        allowed: Names under which it may be called, besides those of this machine.
    """
    names = [*("[::1]" if name == "::1" else name for name in _LOOPBACK), *allowed]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[form for name in names for form in (name, f"{name}:*")],
        allowed_origins=[
            form
            for name in names
            for scheme in ("http", "https")
            for form in (f"{scheme}://{name}", f"{scheme}://{name}:*")
        ],
    )
    app = server.streamable_http_app(stateless_http=True, json_response=True, transport_security=security)
    app.add_middleware(_UntilGone)
    return app


class _UntilGone:
    """Cancels what answers a request once its client is gone: nobody else can ever get the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hears, heard = anyio.create_memory_object_stream[Message](0)
        is_begun = is_answered = False

        async def listen() -> None:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect" and not is_answered:
                    group.cancel_scope.cancel()
                await hears.send(message)

        async def answer(message: Message) -> None:
            nonlocal is_begun, is_answered
            is_begun, is_answered = (
                True,
                message["type"] == "http.response.body" and not message.get("more_body", False),
            )
            await send(message)

        try:
            async with hears, heard, anyio.create_task_group() as group:
                group.start_soon(listen)
                await self._app(scope, heard.receive, answer)
                group.cancel_scope.cancel()
        except anyio.get_cancelled_exc_class():  # the server stops, and waits no longer
            if is_begun:
                raise
            await PlainTextResponse("The server stops.", status_code=503)(scope, receive, send)


def parse_address(address: str) -> tuple[str, int]:
    """Take an address apart; without a host it is this machine.

    Raises:
        ConfigError: It is none.

    >>> parse_address("8000"), parse_address("[::1]:8000")
    (('127.0.0.1', 8000), ('::1', 8000))
    """
    match = _ADDRESS.fullmatch(address)
    if match is None or int(match["port"]) > 65535:
        raise ConfigError(f"Expected HOST:PORT, got {address!r}.", hint="As in --http 127.0.0.1:8000.")
    return (match["host"] or "127.0.0.1").strip("[]"), int(match["port"])
