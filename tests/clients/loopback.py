"""A real HTTP server on 127.0.0.1 that misbehaves on demand, so that clients are tested over real sockets.

A behaviour is an async function of one call: it writes bytes, waits, or drops the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass
class Call:
    """One request that came in, and the way to answer it."""

    number: int
    head: str
    body: dict[str, Any]
    writer: asyncio.StreamWriter

    @property
    def prompt(self) -> str:
        return self.body["messages"][-1]["content"]

    async def send(self, status: int, data: bytes, *, length: int | None = None, headers: str = "") -> None:
        told = len(data) if length is None else length
        head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {told}\r\n{headers}\r\n"
        self.writer.write(head.encode() + data)
        await self.writer.drain()


Behaviour = Callable[[Call], Awaitable[None]]


def chat(text: str | None, **more: Any) -> bytes:
    """The body of a normal answer."""
    choice = {"message": {"role": "assistant", "content": text, **more.pop("message", {})}, "finish_reason": "stop"}
    choice |= more.pop("choice", {})
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}, **more}).encode()


async def echo(call: Call) -> None:
    await call.send(200, chat(call.prompt))


def answer(data: bytes, *, status: int = 200, headers: str = "", length: int | None = None) -> Behaviour:
    return lambda call: call.send(status, data, headers=headers, length=length)


def status(code: int, said: str = "", headers: str = "") -> Behaviour:
    return answer(json.dumps({"error": {"message": said}}).encode(), status=code, headers=headers)


def after(delay_s: Callable[[Call], float], then: Behaviour = echo) -> Behaviour:
    async def behave(call: Call) -> None:
        await asyncio.sleep(delay_s(call))
        await then(call)

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first call meets the first behaviour, and so on; the last one repeats."""
    return lambda call: behaviours[min(call.number, len(behaviours) - 1)](call)


async def stall(call: Call) -> None:
    await asyncio.sleep(60)


async def stall_mid_body(call: Call) -> None:
    await call.send(200, chat(call.prompt)[:20], length=1000)
    await asyncio.sleep(60)


async def stall_mid_headers(call: Call) -> None:
    call.writer.write(b"HTTP/1.1 200 OK\r\nContent-")
    await asyncio.sleep(60)


async def drip(call: Call) -> None:
    """Never silent for long, never done: only a limit on the whole request ends it."""
    await call.send(200, b"{", length=1_000_000)
    while True:
        await asyncio.sleep(0.02)
        call.writer.write(b" ")
        await call.writer.drain()


async def drop(call: Call) -> None:
    call.writer.transport.abort()


async def drop_mid_body(call: Call) -> None:
    await call.send(200, chat(call.prompt)[:20], length=1000)
    call.writer.close()


async def giant(call: Call) -> None:
    part = b" " * (1 << 20)
    await call.send(200, b"", length=64 << 20)
    for _ in range(64):
        call.writer.write(part)
        await call.writer.drain()


class Loopback:
    """The server. It counts what it sees: `calls`, and how many were under way at most."""

    def __init__(self, behaviour: Behaviour = echo) -> None:
        self.behaviour = behaviour
        self.calls: list[Call] = []
        self.most_at_once = 0
        self._at_once = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _finish(self) -> None:
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line.split(":")[1]) for line in head.lower().splitlines() if "content-length" in line)
            body = json.loads(await reader.readexactly(length))
            call = Call(number=len(self.calls), head=head, body=body, writer=writer)
            self.calls.append(call)
            with self._counted():
                await self.behaviour(call)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            self._at_once -= 1
