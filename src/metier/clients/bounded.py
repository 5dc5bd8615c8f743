"""How is a server kept from filling our memory? An HTTP client whose answers end at a number of bytes.

Knows neither models nor protocols; `metier.faces.mcp.client` speaks over it with servers that nobody vouched for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import httpx2

_TIMEOUT = httpx2.Timeout(30.0, read=300.0)
_EVENTS = "text/event-stream"


def bounded_http(max_bytes: int) -> httpx2.AsyncClient:
    """Make a client that reads no more of an answer; one that is longer, or compressed, is a `httpx2.StreamError`.

    A stream of events may go on for ever; whoever reads it bounds each event.

    >>> bounded_http(1 << 20).headers["Accept-Encoding"]
    'identity'
    """

    async def bound(response: httpx2.Response) -> None:
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            response.stream = _Bounded(response, 0, f"it is compressed ({encoding[:40]!r}), which was not asked for")
        elif not response.headers.get("Content-Type", "").startswith(_EVENTS):
            response.stream = _Bounded(response, max_bytes, f"it has more than {max_bytes:,} bytes")

    # Otherwise a small compressed answer could unfold into any size.
    headers = {"Accept-Encoding": "identity"}
    return httpx2.AsyncClient(timeout=_TIMEOUT, headers=headers, event_hooks={"response": [bound]})


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, max_bytes: int, why: str) -> None:
        self._stream = cast(httpx2.AsyncByteStream, response.stream)
        self._left, self._why = max_bytes, why

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            self._left -= len(part)
            if self._left < 0:
                raise httpx2.StreamError(f"The answer is not read: {self._why}.")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
