"""How much does asking cost this machine? CPU per request of `HttpClient`, of plain httpx2 and of the openai package.

The server is a process of its own that answers at once, so the CPU counted is the client's. Each client asks the same
questions with eight under way. The openai package is measured where it is installed.

    python benchmarks/clients.py [--requests 2000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import multiprocessing
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from metier.client import Request
from metier.clients.chat import to_body
from metier.clients.http import HttpClient

CONCURRENCY = 8
_ANSWER = json.dumps(
    {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "4 " * 200}, "finish_reason": "stop"},
        ],
        "usage": {"prompt_tokens": 300, "completion_tokens": 200, "total_tokens": 500},
    }
).encode()
_RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_ANSWER)
) + _ANSWER


class _Endpoint(asyncio.Protocol):
    """Answers every POST with the same text."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.data = b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, end, body = self.data.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0)
        if end and len(body) >= length:
            self.data = body[length:]
            self.transport.write(_RESPONSE)


def _serve(port: Connection) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Endpoint, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def ask_metier(url: str, requests: list[Request], **options: Any) -> None:
    client = HttpClient(url, "m", api_key="none", concurrency=CONCURRENCY, **options)
    assert not any(reply.error for reply in client.replies(requests))
    client.close()


def ask_httpx2(url: str, requests: list[Request]) -> None:
    """The least that a program could do: no retries, no bounds, no checks."""
    import httpx2

    async def run() -> None:
        gate = asyncio.Semaphore(CONCURRENCY)
        async with httpx2.AsyncClient(headers={"Authorization": "Bearer none"}) as http:

            async def ask(request: Request) -> str:
                async with gate:
                    response = await http.post(f"{url}/chat/completions", json=to_body(request, model="m"))
                text: str = response.json()["choices"][0]["message"]["content"]
                return text

            await asyncio.gather(*map(ask, requests))

    asyncio.run(run())


def ask_openai(url: str, requests: list[Request]) -> None:
    import openai  # type: ignore[import-not-found, unused-ignore]

    async def run() -> None:
        gate = asyncio.Semaphore(CONCURRENCY)
        async with openai.AsyncOpenAI(base_url=url, api_key="none") as client:

            async def ask(request: Request) -> str | None:
                async with gate:
                    answer = await client.chat.completions.create(**to_body(request, model="m"))
                text: str | None = answer.choices[0].message.content
                return text

            await asyncio.gather(*map(ask, requests))

    asyncio.run(run())


def measure(ask: Callable[..., None], url: str, requests: list[Request]) -> tuple[float, float]:
    """CPU and wall milliseconds per request."""
    cpu, wall = time.process_time(), time.perf_counter()
    ask(url, requests)
    each = 1000 / len(requests)
    return (time.process_time() - cpu) * each, (time.perf_counter() - wall) * each


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table: medians over the rounds, of CPU per request and of ratios to plain httpx2."""

    name: str
    cpu_ratio: float
    cpu_ms: float
    wall_ratio: float


def run(num_requests: int, rounds: int) -> Iterator[Row]:
    """Measure each client. Ratios are taken within a round, so that drift of the machine hits both sides alike."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(sending,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{receiving.recv()}/v1"
    requests = [Request.ask(f"Question {i}: " + "What is two and two? " * 50) for i in range(num_requests)]
    with tempfile.TemporaryDirectory() as folder:
        cache, records = Path(folder) / "cache", Path(folder) / "records.jsonl"
        ask_metier(url, requests, cache=cache)
        ways: dict[str, Callable[..., None]] = {
            "httpx2, no retries or checks": ask_httpx2,
            "metier": ask_metier,
            "metier, all from the cache": lambda url, asked: ask_metier(url, asked, cache=cache),
            "metier, recording to a new file": lambda url, asked: _record_anew(url, asked, records),
        }
        if importlib.util.find_spec("openai"):
            ways["openai"] = ask_openai
        for ask in ways.values():
            measure(ask, url, requests[:50])
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, ask in ways.items():
                figures[name].append(measure(ask, url, requests))
    server.terminate()
    plain = next(iter(figures.values()))
    for name, pairs in figures.items():
        ratios = [
            (cpu / base_cpu, wall / base_wall) for (cpu, wall), (base_cpu, base_wall) in zip(pairs, plain, strict=True)
        ]
        yield Row(
            name=name,
            cpu_ratio=statistics.median(cpu for cpu, _ in ratios),
            cpu_ms=statistics.median(cpu for cpu, _ in pairs),
            wall_ratio=statistics.median(wall for _, wall in ratios),
        )


def _record_anew(url: str, requests: list[Request], records: Path) -> None:
    records.unlink(missing_ok=True)
    ask_metier(url, requests, record=records)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--requests", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    print("| client | CPU, of httpx2 | CPU ms a request | wall, of httpx2 |\n| --- | ---: | ---: | ---: |")
    for row in run(chosen.requests, chosen.rounds):
        print(f"| {row.name} | {row.cpu_ratio:.2f} | {row.cpu_ms:.2f} | {row.wall_ratio:.2f} |")
    libraries = [f"{name} {version(name)}" for name in ("httpx2", "openai") if importlib.util.find_spec(name)]
    print(
        f"\nMedian of {chosen.rounds} rounds of {chosen.requests} requests, {CONCURRENCY} under way; "
        f"{platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}, {', '.join(libraries)}."
    )


if __name__ == "__main__":
    main()
