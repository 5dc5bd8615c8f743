"""How is a model behind an OpenAI-compatible endpoint asked, and what when it does not answer?

Outside it is a plain iterator; inside, requests run at once on a private event loop in a thread of its own. What is
said on the wire is in `chat`, how long to wait in `retry`, what is kept in `cache` and `replay`.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import httpx2

from metier import __version__
from metier.client import Reply, Request
from metier.clients.address import Address
from metier.clients.cache import ReplyCache
from metier.clients.chat import MAX_BYTES, Prices, failure, to_body, to_reply
from metier.clients.records import Recorder, recorded
from metier.clients.retry import parse_retry_after, wait_s
from metier.digest import digest
from metier.errors import ClientError, ConfigError, EndpointError

_RETRIED = {"timeout", "unreachable", "connection", "http_408", "http_429"}
_ADDRESS_IS_WRONG = {"http_301", "http_302", "http_307", "http_308", "http_404", "http_405", "unreachable"}
_KEY_IS_WRONG = {"http_401", "http_403"}
# The endpoint did its work in these: they are no sign that it is down.
_ANSWERED = {"refused", "content_filter"}


class HttpClient:
    """Any endpoint that speaks OpenAI's `/chat/completions`.

    Args:
        base_url: The address before `/chat/completions`, such as `http://127.0.0.1:8000/v1`.
        model: The model's name at that endpoint.
        api_key: The bearer token; without one, `METIER_API_KEY` or else `OPENAI_API_KEY` of the environment. It is
            never written, shown or logged.
        concurrency: How many requests are under way at once. At most twice as many are taken ahead of the replies.
        timeout_s: The longest silence of the endpoint within one try; a whole reply is generated in it.
        connect_timeout_s: The longest wait for a connection.
        total_timeout_s: The longest that one request may take, with all its tries and waits.
        max_retries: How often a request is tried again after 408, 429, 5xx, a lost connection or a time-out.
        backoff_s: Upper bound of the first wait between tries; it doubles from try to try.
        max_wait_s: No wait is longer, whatever `Retry-After` asks for.
        max_failures: After so many failed requests in a row the endpoint is given up.
        seed: Seeds the jitter of the waits; the seed of the model is in the request.
        cache: A folder for replies, shared by any number of processes.
        record: A file to which every reply is appended, for `ReplayClient`; what it holds already is not asked again.
        prices: US dollars for a million input and a million output tokens.
        extra_body: More keys of the body, such as `{"top_p": 0.9}`; `None` leaves a key of ours out.
        max_tokens_key: What the endpoint calls the limit of tokens; newer models of OpenAI say
            `max_completion_tokens`.

    Raises:
        ConfigError: The address or the key cannot be one.

    >>> client = HttpClient("http://127.0.0.1:8000/v1", "small", api_key="sk-secret")
    >>> client
    HttpClient('http://127.0.0.1:8000/v1', 'small')
    >>> client.close()
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str | None = None,
        concurrency: int = 8,
        timeout_s: float = 60.0,
        connect_timeout_s: float = 10.0,
        total_timeout_s: float = 600.0,
        max_retries: int = 5,
        backoff_s: float = 0.5,
        max_wait_s: float = 60.0,
        max_failures: int = 10,
        seed: int = 0,
        cache: Path | None = None,
        record: Path | None = None,
        prices: Prices | None = None,
        extra_body: Mapping[str, Any] | None = None,
        max_tokens_key: str = "max_tokens",
    ) -> None:
        self._address = Address(base_url, api_key)
        self.model = model
        self.concurrency = _at_least_one("concurrency", concurrency)
        self.timeout_s, self.connect_timeout_s, self.total_timeout_s = timeout_s, connect_timeout_s, total_timeout_s
        self.max_retries, self.backoff_s, self.max_wait_s = max_retries, backoff_s, max_wait_s
        self.max_failures = _at_least_one("max_failures", max_failures)
        self.seed = seed
        self.prices = prices
        self.extra_body = _extra(extra_body or {})
        self.max_tokens_key = max_tokens_key
        self._cache = ReplyCache(cache) if cache else None
        self._recorder = Recorder(record, model=model) if record else None
        self._engine: _Engine | None = None
        self._closed = False
        self._ever_answered = False
        self._failures_in_a_row = 0

    def __repr__(self) -> str:
        return f"HttpClient({self.base_url!r}, {self.model!r})"

    @property
    def base_url(self) -> str:
        """The address, without a password that it may hold."""
        return self._address.shown

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.model

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer each request, in order, lazily.

        Raises:
            EndpointError: The first request shows that the address, the key or the model is wrong, or `max_failures`
                requests failed in a row. What was answered before has been yielded.
            ConfigError: The cache cannot be written, or the record holds replies of another model.
            ClientError: The client has been closed, or the record cannot be written.
        """
        if self._closed:
            raise ClientError(f"Cannot ask {self!r}, as the client has been closed.")
        if self._cache:
            self._cache.make_folder()
        return recorded(self._ask, requests, self._recorder) if self._recorder else self._ask(requests)

    def close(self) -> None:
        """Let go of the connections, the thread and the record. May be called twice."""
        self._closed = True
        if self._engine:
            self._engine.stop()
            self._engine = None
        if self._recorder:
            self._recorder.close()

    def _ask(self, requests: Iterable[Request]) -> Iterator[Reply]:
        engine = self._running_engine()
        window: deque[Future[Reply]] = deque()
        try:
            for request in requests:
                window.append(engine.submit(self._answer(engine, request)))
                while window and (window[0].done() or len(window) >= 2 * self.concurrency):
                    yield self._checked(_result(window.popleft(), self), window)
            while window:
                yield self._checked(_result(window.popleft(), self), window)
        finally:
            for future in window:
                future.cancel()

    def _running_engine(self) -> _Engine:
        if self._engine is None:
            timeout = httpx2.Timeout(self.timeout_s, connect=self.connect_timeout_s, pool=None)
            self._engine = _Engine(self._address, concurrency=self.concurrency, timeout=timeout)
        return self._engine

    def _checked(self, reply: Reply, window: Iterable[Future[Reply]]) -> Reply:
        """Pass a reply on, unless it shows that there is no use in going on."""
        code = reply.error.partition(":")[0]
        if not code or code in _ANSWERED:
            self._failures_in_a_row = 0
            self._ever_answered = self._ever_answered or not reply.cached
            return reply
        if not self._ever_answered and code in _ADDRESS_IS_WRONG | _KEY_IS_WRONG:
            raise self._no_endpoint(code, reply.error)
        self._failures_in_a_row += 1
        # An answer that waits behind the failures shows that the endpoint lives, and was paid for.
        if self._failures_in_a_row >= self.max_failures and not any(_has_answer(future) for future in window):
            raise self._given_up(reply.error)
        return reply

    def _no_endpoint(self, code: str, error: str) -> EndpointError:
        if code in _KEY_IS_WRONG:
            hint = "Set METIER_API_KEY to a key for this endpoint and model."
        elif code == "unreachable":
            hint = "Start the server, or correct base_url."
        else:
            hint = f"See which models it knows: curl {self.base_url}/models. The address must end before /chat/completions."
        return EndpointError(f"Cannot ask model {self.model!r} at {self.base_url}: {error}", hint=hint)

    def _given_up(self, error: str) -> EndpointError:
        return EndpointError(
            f"Gave up model {self.model!r} at {self.base_url} after {self._failures_in_a_row} failed requests in a row, "
            f"the last with {error}",
            hint="The replies before are kept; run again when the endpoint is well.",
        )

    async def _answer(self, engine: _Engine, request: Request) -> Reply:
        body = to_body(request, model=self.model, extra=self.extra_body, limit_key=self.max_tokens_key)
        key = digest({"base_url": self.base_url, "body": body, "epoch": request.epoch}) if self._cache else ""
        if self._cache and (known := self._cache.get(key)):
            return known
        async with engine.gate:
            reply = self._address.without_key(await self._tried(engine, json.dumps(body).encode()))
        if self._cache:
            self._cache.put(key, reply)
        return reply

    async def _tried(self, engine: _Engine, payload: bytes) -> Reply:
        """Try until there is an answer, the tries are used up, or the next wait would end too late."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self.total_timeout_s
        for tries in range(1, self.max_retries + 2):
            reply, asked_s = await self._try_until(deadline, engine, payload)
            code = reply.error.partition(":")[0]
            if (code not in _RETRIED and not code.startswith("http_5")) or tries > self.max_retries:
                break
            # Seeded by the request, so that the waits do not depend on which request came first.
            chance = random.Random(f"{self.seed} {tries} ".encode() + payload)
            pause = wait_s(tries, base_s=self.backoff_s, cap_s=self.max_wait_s, chance=chance, retry_after_s=asked_s)
            if clock() + pause >= deadline:
                break
            await asyncio.sleep(pause)
        return reply

    async def _try_until(self, deadline: float, engine: _Engine, payload: bytes) -> tuple[Reply, float]:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._try(engine, payload)
        except TimeoutError:
            return failure("timeout", f"No whole answer within {self.total_timeout_s:g} s."), 0.0

    async def _try(self, engine: _Engine, payload: bytes) -> tuple[Reply, float]:
        """Ask once. Give the reply, and the seconds after which the endpoint wants to be asked again."""
        try:
            async with engine.http.stream("POST", self._address.url, content=payload) as response:
                data = await _read(response)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as fault:
            return failure("unreachable", f"No connection to {self.base_url}{_because(fault)}."), 0.0
        except httpx2.TimeoutException:
            return failure("timeout", f"The endpoint was silent for {self.timeout_s:g} s."), 0.0
        except (httpx2.TransportError, httpx2.DecodingError) as fault:
            return failure("connection", f"The connection broke before the whole answer came{_because(fault)}."), 0.0
        if data is None:
            return failure("too_large", f"Expected at most {MAX_BYTES:,} bytes, more came."), 0.0
        asked_s = parse_retry_after(response.headers.get("Retry-After", ""))
        return to_reply(response.status_code, self._address.scrubbed(data), prices=self.prices), asked_s


class _Engine:
    """An event loop in a thread of its own, with one pool of connections."""

    def __init__(self, address: Address, *, concurrency: int, timeout: httpx2.Timeout) -> None:
        limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"metier/{__version__}",
            # Otherwise a small compressed answer could unfold into any size.
            "Accept-Encoding": "identity",
            **address.headers,
        }
        self.http = httpx2.AsyncClient(timeout=timeout, headers=headers, auth=address.login, limits=limits)
        self.gate = asyncio.Semaphore(concurrency)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="metier-http", daemon=True)
        self._thread.start()

    def submit(self, answer: Coroutine[Any, Any, Reply]) -> Future[Reply]:
        return asyncio.run_coroutine_threadsafe(answer, self._loop)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _finish(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.http.aclose()


async def _read(response: httpx2.Response) -> bytes | None:
    """The body, or `None` when it is larger than any reply can be."""
    data = bytearray()
    async for part in response.aiter_bytes():
        data += part
        if len(data) > MAX_BYTES:
            return None
    return bytes(data)


def _result(future: Future[Reply], client: HttpClient) -> Reply:
    try:
        return future.result()
    except CancelledError:
        raise ClientError(f"Lost a reply of {client!r}, as the client has been closed.") from None


def _has_answer(future: Future[Reply]) -> bool:
    return future.done() and not future.cancelled() and not future.exception() and not future.result().error


def _because(fault: Exception) -> str:
    return f": {fault}" if str(fault) else ""


def _extra(extra_body: Mapping[str, Any]) -> dict[str, Any]:
    ours = sorted({"model", "messages", "stream", "n"} & extra_body.keys())
    if ours:
        raise ConfigError(f"Expected extra_body without {ours[0]!r}, which the client sets itself.")
    return dict(extra_body)


def _at_least_one(option: str, value: int) -> int:
    if value < 1:
        raise ConfigError(f"Expected {option} to be at least 1, got {value!r}.")
    return value
