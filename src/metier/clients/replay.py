"""What did the model say last time? A client that gives recorded replies again, and one that records any other.

What a file of records holds is in `records`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import islice
from pathlib import Path

from metier.client import Client, Reply, Request
from metier.clients.records import Record, Recorder, read_records, recorded
from metier.errors import ConfigError, ReplayMiss


class ReplayClient:
    """Give recorded replies again, by the digest of the request.

    Args:
        path: A file of records. It is read when the first reply is asked for, or the name.
        name: Which model this is; without one, the model that was recorded.

    >>> import tempfile
    >>> from metier.clients.rule import RuleClient, echo
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "records.jsonl"
    ...     list(RecordingClient(RuleClient(echo, name="parrot"), path).replies([Request.ask("hello")]))[0].text
    ...     client = ReplayClient(path)
    ...     client.name, next(client.replies([Request.ask("hello")])).text
    'hello'
    ('parrot', 'hello')
    """

    def __init__(self, path: Path, *, name: str = "") -> None:
        self.path = Path(path)
        self._name = name

    def __repr__(self) -> str:
        return f"ReplayClient({str(self.path)!r})"

    @property
    def name(self) -> str:
        """The name of the model that was recorded."""
        return self._name or next((record.model for record in self._records.values()), "") or "replay"

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer each request with its recorded reply, marked as cached.

        Raises:
            ReplayMiss: No record was made of a request. What came before it has been yielded.
            ConfigError: There is no such file.
            DocumentError: A line is not a record, or two lines contradict each other.
        """
        for request in requests:
            record = self._records.get(request.digest)
            if record is None:
                raise self._miss(request)
            yield replace(record.reply, cached=True)

    def close(self) -> None:
        """Nothing is held open."""

    @cached_property
    def _records(self) -> dict[str, Record]:
        if not self.path.is_file():
            raise ConfigError(
                f"Expected a file of recorded replies, found none at {str(self.path)!r}.",
                hint=f"Make one: run once against a model with --record {self.path}",
            )
        return read_records(self.path)

    def _miss(self, request: Request) -> ReplayMiss:
        message = f"No reply to request {request.digest} ({_question(request)!r}) is recorded in {str(self.path)!r}."
        way_out = f"Record it: run once against a model with --record {self.path}"
        near = _nearest(request, [record.request for record in self._records.values()])
        return ReplayMiss(message, hint=f"{_difference(near, request)}\n{way_out}" if near else way_out)


class RecordingClient:
    """Pass on the replies of another client, and append each to a file of records.

    What the file holds already is taken from there and not asked again. A recorded failure is asked again.

    Args:
        client: Any client; it is closed with this one.
        path: The file; made when it is not there. One process writes to it at a time.
    """

    def __init__(self, client: Client, path: Path) -> None:
        self.client = client
        self._recorder = Recorder(path, model=client.name)

    def __repr__(self) -> str:
        return f"RecordingClient({self.client!r}, {str(self._recorder.path)!r})"

    @property
    def name(self) -> str:
        """The name of the other client."""
        return self.client.name

    def holds(self, request: Request) -> bool:
        """Whether the file holds the reply to a request already; a recorded failure does not count."""
        return self._recorder.known(request.digest) is not None

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer as the other client does, and record."""
        return recorded(self.client.replies, requests, self._recorder)

    def close(self) -> None:
        """Close the file and the other client."""
        self._recorder.close()
        self.client.close()


def _question(request: Request) -> str:
    return request.messages[-1].content[:200] if request.messages else ""


def _nearest(request: Request, others: list[Request]) -> Request | None:
    # Exact similarity is quadratic in the length, so a bound that is linear chooses the twenty worth comparing.
    asked = SequenceMatcher(b=_question(request), autojunk=False)

    def bound(other: Request) -> float:
        asked.set_seq1(_question(other))
        return asked.quick_ratio()

    def similarity(other: Request) -> float:
        asked.set_seq1(_question(other))
        return asked.ratio()

    return max(heapq.nlargest(20, islice(others, 5000), key=bound), key=similarity, default=None)


def _difference(near: Request, request: Request) -> str:
    if _question(near) != _question(request):
        return f"The nearest recorded prompt is {_question(near)!r}."
    other = [field.name for field in fields(Request) if getattr(near, field.name) != getattr(request, field.name)]
    return f"The nearest recorded prompt is the same, {_question(near)!r}, with other {', '.join(other)}."
