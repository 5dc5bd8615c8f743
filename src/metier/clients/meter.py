"""What is spent now? A client that counts what the replies of another one cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metier.attempt import Cost
from metier.client import Client, Reply, Request


class MeteredClient:
    """Pass on the replies of another client, and add up what they cost.

    A cached or recorded reply costs nothing now, whatever it cost when it was made.

    Args:
        client: Any client; it is closed with this one.

    >>> from metier.clients.rule import RuleClient
    >>> client = MeteredClient(RuleClient("echo"))
    >>> [reply.text for reply in client.replies([Request.ask("hello")])], client.spent
    (['hello'], Cost(input_tokens=0, output_tokens=0, usd=0.0))
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self._spent = Cost()

    def __repr__(self) -> str:
        return f"MeteredClient({self.client!r})"

    @property
    def name(self) -> str:
        """The name of the other client."""
        return self.client.name

    @property
    def spent(self) -> Cost:
        """What the replies so far cost, those from a cache or a record left out."""
        return self._spent

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer as the other client does."""
        for reply in self.client.replies(requests):
            if not reply.cached:
                self._spent += reply.cost
            yield reply

    def close(self) -> None:
        """Close the other client."""
        self.client.close()
