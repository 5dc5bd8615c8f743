"""The promise of a client: requests in, replies out, in order. Any model is one.

A client hides concurrency, retries and caching; stages iterate. One request that fails is a `Reply` with an `error`,
so that a run goes on; a client that cannot ask at all (no such model, endpoint down) raises a `ClientError`. Its kinds
are in `clients/`; `metier.testing.check_client` tells whether an object keeps the promise. A client that can tell how
likely a given text is also keeps `TellsLogProbs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol, runtime_checkable

from metier.attempt import Cost
from metier.digest import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation.

    Attributes:
        images: Pictures shown after the text, each as a `data:` URL.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("images",)

    role: Literal["system", "user", "assistant"]
    content: str
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a model.

    Attributes:
        temperature: 0 is greedy decoding.
        seed: With the same seed and a deterministic model the reply is the same; `epoch` tells repeats apart.

    >>> Request.ask("2 + 2 =").messages[0].role
    'user'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    messages: tuple[Message, ...]
    max_tokens: int = 256
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    seed: int = 0
    epoch: int = 0

    @classmethod
    def ask(
        cls,
        prompt: str,
        *,
        system: str = "",
        max_tokens: int = 256,
        temperature: float = 0.0,
        stop: tuple[str, ...] = (),
        seed: int = 0,
        epoch: int = 0,
    ) -> Request:
        """Make the request of a single question, with a system message if one is given."""
        turns = (Message(role="system", content=system),) if system else ()
        return cls(
            messages=(*turns, Message(role="user", content=prompt)),
            max_tokens=max_tokens,
            temperature=temperature,
            stop=stop,
            seed=seed,
            epoch=epoch,
        )

    @property
    def digest(self) -> str:
        """The SHA-256 of the whole request: the key of caches and records."""
        return digest(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model answered.

    Attributes:
        finish: `stop`, `length`, or what the endpoint said.
        error: Why there is no text, as `code: sentence`, or an empty string.
        cached: Whether it came from a cache or a record, and so cost nothing now.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    text: str
    cost: Cost = field(default_factory=Cost)
    finish: str = "stop"
    error: str = ""
    cached: bool = False


@runtime_checkable
class Client(Protocol):
    """Any model that answers requests."""

    @property
    def name(self) -> str:
        """Which model this is; recorded on every Attempt."""
        ...

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer each request, in order, lazily: the first replies come before the last request is taken.

        Raises:
            ClientError: The model cannot be asked at all.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files. May be called twice."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogProbs:
    """How likely a model holds a text, token by token: each has one value for each token.

    Attributes:
        values: The logarithm of the probability of the token, given those before it.
        means, spreads: Mean and standard deviation of that logarithm over the whole vocabulary, each word of it weighed
            by its probability.
    """

    values: tuple[float, ...]
    means: tuple[float, ...] = ()
    spreads: tuple[float, ...] = ()


@runtime_checkable
class TellsLogProbs(Protocol):
    """What a client may promise besides: to tell how likely it holds a given text."""

    def log_probs(self, texts: Iterable[str]) -> list[TokenLogProbs]:
        """One for each text, in order; tokens that nothing stands before are left out."""
        ...
