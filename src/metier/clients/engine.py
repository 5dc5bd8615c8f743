"""How is one request brought to an answer? Tried over one pool of connections, with patience, until there is one.

The event loop runs in a thread of its own, so that callers stay ordinary functions. Which replies to a client's
requests are worth raising is not decided here: every fault becomes a `Reply` with an `error`.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

import httpx2

from metier import __version__
from metier.client import Reply
from metier.clients.address import Address
from metier.clients.chat import MAX_BYTES, Prices, failure, to_reply
from metier.clients.retry import Patience, parse_retry_after

_RETRIED = {"timeout", "unreachable", "connection", "http_408", "http_429"}


class Engine:
    """An event loop with a pool of connections to one endpoint.

    Args:
        address: Where to ask, and the key.
        patience: How long to wait, and how often to try.
        concurrency: How many requests are under way at once.
        prices: What tokens cost.

    >>> engine = Engine(Address("http://127.0.0.1:9", ""), Patience(max_retries=0), concurrency=1)
    >>> engine.submit(engine.ask(b"{}")).result().error.partition(":")[0]
    'unreachable'
    >>> engine.stop()
    """

    def __init__(self, address: Address, patience: Patience, *, concurrency: int, prices: Prices | None = None) -> None:
        self._address, self._patience, self._prices = address, patience, prices
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(patience.timeout_s, connect=patience.connect_timeout_s, pool=None),
            limits=httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
            headers=_headers(address),
            auth=address.login,
        )
        self._gate = asyncio.Semaphore(concurrency)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="metier-http", daemon=True)
        self._thread.start()

    def submit(self, answer: Coroutine[Any, Any, Reply]) -> Future[Reply]:
        """Start an answer in the background."""
        return asyncio.run_coroutine_threadsafe(answer, self._loop)

    def stop(self) -> None:
        """Drop what is under way, close the connections and end the thread."""
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def ask(self, payload: bytes) -> Reply:
        """Bring one request body to a reply, when its turn comes. Never raises on what the endpoint does."""
        async with self._gate:
            return self._address.without_key(await self._tried(payload))

    async def _tried(self, payload: bytes) -> Reply:
        """Try until there is an answer, the tries are used up, or the next wait would end too late.

        The place in the queue is kept while waiting, so an endpoint that is overrun is asked less.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._patience.total_timeout_s
        for tries in range(1, self._patience.max_retries + 2):
            reply, asked_s = await self._try_until(deadline, payload)
            code = reply.error.partition(":")[0]
            if (code not in _RETRIED and not code.startswith("http_5")) or tries > self._patience.max_retries:
                break
            # Seeded by the request, so that the waits do not depend on which request came first.
            chance = random.Random(f"{self._patience.seed} {tries} ".encode() + payload)
            pause = self._patience.wait_s(tries, chance=chance, retry_after_s=asked_s)
            if clock() + pause >= deadline:
                break
            await asyncio.sleep(pause)
        return reply

    async def _try_until(self, deadline: float, payload: bytes) -> tuple[Reply, float]:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._try(payload)
        except TimeoutError:
            return failure("timeout", f"No whole answer within {self._patience.total_timeout_s:g} s."), 0.0

    async def _try(self, payload: bytes) -> tuple[Reply, float]:
        """Ask once. Give the reply, and the seconds after which the endpoint wants to be asked again."""
        try:
            async with self._http.stream("POST", self._address.url, content=payload) as response:
                data = await _read(response)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as fault:
            return failure("unreachable", f"No connection to {self._address.shown}{_because(fault)}."), 0.0
        except httpx2.TimeoutException:
            return failure("timeout", f"The endpoint was silent for {self._patience.timeout_s:g} s."), 0.0
        except (httpx2.TransportError, httpx2.DecodingError) as fault:
            return failure("connection", f"The connection broke before the whole answer came{_because(fault)}."), 0.0
        if data is None:
            return failure("too_large", f"Expected at most {MAX_BYTES:,} bytes, more came."), 0.0
        asked_s = parse_retry_after(response.headers.get("Retry-After", ""))
        return to_reply(response.status_code, self._address.scrubbed(data), prices=self._prices), asked_s

    async def _finish(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._http.aclose()


def _headers(address: Address) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": f"metier/{__version__}",
        # Otherwise a small compressed answer could unfold into any size.
        "Accept-Encoding": "identity",
        **address.headers,
    }


async def _read(response: httpx2.Response) -> bytes | None:
    """The body, or `None` when it is larger than any reply can be."""
    data = bytearray()
    async for part in response.aiter_bytes():
        data += part
        if len(data) > MAX_BYTES:
            return None
    return bytes(data)


def _because(fault: Exception) -> str:
    return f": {fault}" if str(fault) else ""
