"""How does a host reach a server of skills? A `metier.stores.served.host.Reader` over the wire.

One connection is one thread with its own event loop, so that hosts stay plain functions. Nothing is cached below: what
may be used again is decided by digests, not by the freshness that a server claims.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Literal, TypeVar

import mcp_types as types
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.client import Client
from mcp.client.extension import advertise
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from metier.clients.bounded import bounded_http
from metier.errors import NotStored, StoreError
from metier.stores.served.entry import EXTENSION

T = TypeVar("T")
_TIMEOUT_S = 60.0
_MAX_ANSWER = 64 << 20
"""Bytes of one answer over HTTP: a file of 16 MiB, the most that a skill may have, is 22 as base64."""

_UNHEARD = logging.NullHandler()
"""What a server says wrongly is told by an error; without this the whole trace of it would be written too."""


class _GetSkill(types.RequestParams):
    uri: str


class _ReadDirectory(types.PaginatedRequestParams):
    uri: str


class _ListRequest(types.Request[types.PaginatedRequestParams, Literal["skills/list"]]):
    method: Literal["skills/list"] = "skills/list"
    params: types.PaginatedRequestParams


class _GetRequest(types.Request[_GetSkill, Literal["skills/get"]]):
    method: Literal["skills/get"] = "skills/get"
    params: _GetSkill


class _DirectoryRequest(types.Request[_ReadDirectory, Literal["resources/directory/read"]]):
    method: Literal["resources/directory/read"] = "resources/directory/read"
    params: _ReadDirectory


class _Skills(types.PaginatedResult):
    skills: list[Any]


class _Skill(types.Result):
    skill: Any


class _Resources(types.PaginatedResult):
    resources: list[Any]


@contextmanager
def connect(server: str | Sequence[str] | Server[Any], *, timeout_s: float = _TIMEOUT_S) -> Iterator[McpReader]:
    """Connect to a server of skills.

    Args:
        server: The URL of a server over HTTP, or the command of one over standard input and output, or a server in
            this process.

    Raises:
        StoreError: It cannot be reached.
    """
    target: Any = server
    if isinstance(server, Sequence) and not isinstance(server, str):
        target = StdioServerParameters(command=server[0], args=list(server[1:]))
    elif isinstance(server, str):
        target = _over_http(server)
    logging.getLogger("mcp").addHandler(_UNHEARD)
    client = Client(target, extensions=[advertise(EXTENSION)], cache=None, read_timeout_seconds=timeout_s)
    with start_blocking_portal() as portal:
        try:
            manager = portal.wrap_async_context_manager(client)
            opened = manager.__enter__()
        except Exception as error:
            raise StoreError(f"The server {_named(server)} cannot be reached: {_said(error)}.") from error
        try:
            yield McpReader(opened, portal, name=_named(server))
        finally:
            with suppress(Exception):  # a connection that broke was told by the call that it broke
                manager.__exit__(None, None, None)


@asynccontextmanager
async def _over_http(url: str) -> AsyncIterator[Any]:
    async with (
        bounded_http(_MAX_ANSWER) as http,
        streamable_http_client(url, http_client=http, max_sse_event_size=_MAX_ANSWER) as streams,
    ):
        yield streams


class McpReader:
    """Reads one server. Keeps the promise of `metier.stores.served.host.Reader`."""

    def __init__(self, client: Client, portal: BlockingPortal, *, name: str) -> None:
        self._client, self._portal, self._name = client, portal, name

    @property
    def settings(self) -> dict[str, Any] | None:
        """What the server declares of the Skills extension; None if it does not serve skills so."""
        declared = (self._client.server_capabilities.extensions or {}).get(EXTENSION)
        return None if declared is None else dict(declared)

    def skills(self, cursor: str | None) -> tuple[Sequence[object], str | None]:
        """One page of `skills/list`."""
        request = _ListRequest(params=types.PaginatedRequestParams(cursor=cursor))
        page = self._ask(lambda: self._client.session.send_request(request, _Skills))
        return page.skills, page.next_cursor

    def skill(self, uri: str) -> object:
        """What `skills/get` gives for a URI."""
        request = _GetRequest(params=_GetSkill(uri=uri))
        return self._ask(lambda: self._client.session.send_request(request, _Skill)).skill

    def read(self, uri: str) -> bytes:
        """The bytes of one resource."""
        contents = self._call(lambda: self._client.read_resource(uri)).contents
        if len(contents) != 1:
            raise StoreError(f"The server {self._name} sent {len(contents)} contents for {uri!r}, expected one.")
        if isinstance(contents[0], types.TextResourceContents):
            return contents[0].text.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(contents[0].blob, validate=True)
        except (ValueError, binascii.Error) as error:
            raise StoreError(f"The server {self._name} sent {uri!r} as no base64.") from error

    def directory(self, uri: str, cursor: str | None = None) -> tuple[Sequence[object], str | None]:
        """One page of `resources/directory/read`, if the server declared it."""
        if not (self.settings or {}).get("directoryRead"):
            raise NotStored(f"The server {self._name} does not list directories.")
        request = _DirectoryRequest(params=_ReadDirectory(uri=uri, cursor=cursor))
        page = self._ask(lambda: self._client.session.send_request(request, _Resources))
        return page.resources, page.next_cursor

    def _ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call a method of the extension, which is there only if the server declared it."""
        if self.settings is None:
            raise NotStored(f"The server {self._name} does not offer skills by the extension {EXTENSION}.")
        return self._call(call)

    def _call(self, call: Callable[[], Awaitable[T]]) -> T:
        try:
            return self._portal.call(call)
        except MCPError as error:
            kind = NotStored if error.code == types.INVALID_PARAMS else StoreError
            raise kind(f"The server {self._name} answers: {_said(error)}") from error
        except Exception as error:
            raise StoreError(f"The server {self._name} did not answer as it should: {_said(error)}.") from error


def _named(server: object) -> str:
    return repr(server if isinstance(server, str) else server[0]) if isinstance(server, str | list | tuple) else "here"


def _said(error: BaseException) -> str:
    """What an error says, in one line, however long a server made it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    text = error.message if isinstance(error, MCPError) else f"{type(error).__name__} {error}"
    return " ".join(text.split())[:300]
