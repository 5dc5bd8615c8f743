"""How is a model behind an OpenAI-compatible endpoint asked, and what when it does not answer?

Outside it is a plain iterator; inside, requests are under way together. One request until it is
answered is `engine`, what is said on the wire `chat`, what is kept `cache` and `records`.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

from metier.client import Reply, Request
from metier.clients.address import Address
from metier.clients.cache import ReplyCache
from metier.clients.chat import Prices, to_body
from metier.clients.engine import Engine
from metier.clients.records import Recorder, recorded
from metier.clients.retry import Patience
from metier.digest import digest
from metier.errors import ClientError, ConfigError, EndpointError

_ADDRESS_IS_WRONG = {"http_301", "http_302", "http_307", "http_308", "http_404", "http_405", "unreachable"}
_KEY_IS_WRONG = {"http_401", "http_403"}
# The endpoint did its work in these: they are no sign that it is down.
_ANSWERED = {"refused", "content_filter"}


class HttpClient:
    """Any endpoint that speaks OpenAI's `/chat/completions`.

    Args:
        base_url: The address before `/chat/completions`, such as `http://127.0.0.1:8000/v1`.
        model: The model's name at that endpoint.
        api_key: The bearer token; without one, that of the environment (see `address.Address`). It is never
            written, shown or logged.
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
    >>> client.name
    'small@127.0.0.1:8000/v1'
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
        self._patience = Patience(
            timeout_s=timeout_s,
            connect_timeout_s=connect_timeout_s,
            total_timeout_s=total_timeout_s,
            max_retries=max_retries,
            backoff_s=backoff_s,
            max_wait_s=max_wait_s,
            seed=seed,
        )
        self.max_failures = _at_least_one("max_failures", max_failures)
        self.prices = prices
        self.extra_body = _extra(extra_body or {})
        self.max_tokens_key = max_tokens_key
        self._cache = ReplyCache(cache) if cache else None
        self._name = _name(model, self._address, self.extra_body)
        self._recorder = Recorder(record, model=self._name) if record else None
        self._engine: Engine | None = None
        self._starting = threading.Lock()
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
        """The model and where it is asked, as `model@host:port/path`: the same model name elsewhere is another model.

        Where `extra_body` changes what is asked, the first digits of its digest follow a `+`.
        """
        return self._name

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer each request, in order, lazily.

        Raises:
            EndpointError: The first request shows that the address, the key or the model is wrong, or `max_failures`
                requests failed in a row. What was answered before has been yielded.
            ConfigError: The cache cannot be written, or the record holds replies of another model.
            ClientError: The client has been closed, or the record cannot be written.
        """
        self._refuse_when_closed()
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
                self._refuse_when_closed()
                window.append(engine.submit(self._answer(engine, request)))
                while window and (window[0].done() or len(window) >= 2 * self.concurrency):
                    yield self._checked(_result(window.popleft(), self), window)
            while window:
                yield self._checked(_result(window.popleft(), self), window)
        finally:
            for future in window:
                future.cancel()

    def _running_engine(self) -> Engine:
        with self._starting:
            self._refuse_when_closed()
            if self._engine is None:
                self._engine = Engine(self._address, self._patience, concurrency=self.concurrency, prices=self.prices)
            return self._engine

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ClientError(f"Cannot ask {self!r}, as the client has been closed.")

    def _checked(self, reply: Reply, window: Iterable[Future[Reply]]) -> Reply:
        """Pass a reply on, unless it shows that there is no use in going on."""
        code = reply.error.partition(":")[0]
        if reply.cached:
            return reply
        if not code or code in _ANSWERED:
            self._failures_in_a_row, self._ever_answered = 0, True
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
            hint = f"Correct base_url, or choose one of its models: curl {self.base_url}/models"
        return EndpointError(f"Cannot ask model {self.model!r} at {self.base_url}: {error}", hint=hint)

    def _given_up(self, error: str) -> EndpointError:
        return EndpointError(
            f"Gave up model {self.model!r} at {self.base_url}, as {self._failures_in_a_row} requests in a row failed, "
            f"the last with {error}",
            hint="The replies before are kept; run again when the endpoint is well.",
        )

    async def _answer(self, engine: Engine, request: Request) -> Reply:
        body = to_body(request, model=self.model, extra=self.extra_body, limit_key=self.max_tokens_key)
        key = digest({"base_url": self.base_url, "body": body, "epoch": request.epoch}) if self._cache else ""
        if self._cache and (known := self._cache.get(key)):
            return known
        reply = await engine.ask(json.dumps(body).encode())
        if self._cache:
            self._cache.put(key, reply)
        return reply


def _result(future: Future[Reply], client: HttpClient) -> Reply:
    try:
        return future.result()
    except CancelledError:
        raise ClientError(f"Lost a reply of {client!r}, as the client has been closed.") from None


def _has_answer(future: Future[Reply]) -> bool:
    if not future.done() or future.cancelled() or future.exception():
        return False
    return not future.result().error and not future.result().cached


def _name(model: str, address: Address, extra_body: Mapping[str, Any]) -> str:
    if not extra_body:
        return f"{model}@{address.place}"
    try:
        return f"{model}@{address.place}+{digest(extra_body).partition(':')[2][:8]}"
    except (TypeError, ValueError) as fault:
        raise ConfigError(f"Expected extra_body to hold what JSON knows: {fault}") from None


def _extra(extra_body: Mapping[str, Any]) -> dict[str, Any]:
    ours = sorted({"model", "messages", "stream", "n"} & extra_body.keys())
    if ours:
        raise ConfigError(f"Expected extra_body without {ours[0]!r}, which the client sets itself.")
    return dict(extra_body)


def _at_least_one(option: str, value: int) -> int:
    if value < 1:
        raise ConfigError(f"Expected {option} to be at least 1, got {value!r}.")
    return value
