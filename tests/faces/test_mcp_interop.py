"""FastMCP 4 is the peer: its server to our host, our server to its client, over standard input and output and HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")
fastmcp = pytest.importorskip("fastmcp")

import httpx2  # noqa: E402

from mcp_peers import (  # noqa: E402
    BINARY,
    fastmcp_script,
    library,
    our_script,
    ours_over_http,
    over_http,
    shelf_of,
)
from metier.errors import ConfigError, NotStored, StoreError  # noqa: E402
from metier.faces.mcp.client import connect  # noqa: E402
from metier.faces.mcp.transport import make_app, parse_address, serve_http  # noqa: E402
from metier.stores.served.consent import Answer  # noqa: E402
from metier.stores.served.host import Host  # noqa: E402
from served_skills import User  # noqa: E402

SKILLS = ["docs/acme/refunds", "docs/sum"]


@contextmanager
def peer(way: str, folder: Path, script: Path) -> Iterator[Any]:
    """A FastMCP server of a folder, by its address or its command."""
    if way == "stdio":
        yield fastmcp_script(folder, script)
        return
    from fastmcp.skills.provider import SkillsDirectoryProvider

    app = fastmcp.FastMCP("peer", providers=[SkillsDirectoryProvider(folder)]).http_app(stateless_http=True)
    with over_http(app) as address:
        yield f"{address}/mcp"


@contextmanager
def ours(way: str, folder: Path) -> Iterator[Any]:
    """Our server of a folder, by its address or its command."""
    if way == "stdio":
        yield our_script(folder)
        return
    with over_http(ours_over_http(shelf_of(folder))) as address:
        yield f"{address}/mcp"


WAYS = ["stdio", "http"]


@pytest.mark.parametrize("way", WAYS)
def test_our_host_uses_the_skills_of_fastmcp(way: str, tmp_path: Path) -> None:
    library(tmp_path / "library")
    with peer(way, tmp_path / "library", tmp_path / "server.py") as server, connect(server) as reader:
        user = User(Answer.ALWAYS, Answer.ALWAYS)
        host = Host({"docs": reader}, user)
        assert [one.handle for one in host.refresh()] == SKILLS and host.refused == ()
        window = host.load(host.resolve("docs/sum"))
        assert "Add the numbers." in window.text
        assert host.read(window, "assets/two words.bin") == BINARY
        refunds = host.load(host.resolve("docs/acme/refunds"))
        assert host.read(refunds, "references/policy.md") == "Überweisung\r\n".encode()
        assert host.read(refunds, "empty.txt") == b""
        assert b"About nested." in host.read(refunds, "nested/SKILL.md")
        with pytest.raises(NotStored):
            host.resolve_uri("docs", "skill://none/SKILL.md")


@pytest.mark.parametrize("way", WAYS)
def test_fastmcp_uses_our_skills(way: str, tmp_path: Path) -> None:
    from fastmcp.client.transports import StdioTransport
    from fastmcp.skills import Skill, SkillsClientExtension

    library(tmp_path)

    async def use(server: Any) -> dict[str, Any]:
        target = StdioTransport(server[0], server[1:]) if way == "stdio" else server
        async with fastmcp.Client(target, extensions=[SkillsClientExtension()]) as client:
            listed = await client.list_skills()
            read = {one.uri: await client.read_skill(one.uri) for one in listed}
            assert [(await client.get_skill(one.uri)).uri for one in listed] == [one.uri for one in listed]
            resources = await client.list_skill_resources()
            assert sorted(str(one.uri) for one in resources) == sorted(read)
            tool = await client.call_tool("load_skill", {"skill": "sum"})
            assert "Add the numbers." in tool.content[0].text
        return read

    with ours(way, tmp_path) as server:
        read = asyncio.run(use(server))
    assert sorted(read) == [
        "skill://acme/refunds/SKILL.md",
        "skill://acme/refunds/nested/SKILL.md",
        "skill://sum/SKILL.md",
    ]
    for uri, skill in read.items():
        place = tmp_path / uri.removeprefix("skill://").removesuffix("/SKILL.md")
        assert skill == Skill.from_directory(place)


@pytest.mark.parametrize("way", WAYS)
def test_our_host_uses_our_skills(way: str, tmp_path: Path) -> None:
    library(tmp_path)
    with ours(way, tmp_path) as server, connect(server) as reader:
        host = Host({"docs": reader}, User(Answer.ALWAYS))
        assert [one.handle for one in host.refresh()] == ["docs/acme/refunds", "docs/acme/refunds/nested", "docs/sum"]
        window = host.load(host.resolve("docs/sum"))
        assert host.read(window, "assets/two words.bin") == BINARY


def test_fastmcp_pages_through_all_of_ours(tmp_path: Path) -> None:
    from fastmcp.skills import SkillsClientExtension

    from served_skills import write

    for number in range(230):
        write(tmp_path, f"skill-{number}")

    async def count(address: str) -> int:
        async with fastmcp.Client(address, extensions=[SkillsClientExtension()]) as client:
            return len(await client.list_skills())

    with ours("http", tmp_path) as server:
        assert asyncio.run(count(server)) == 230


def test_a_server_without_the_extension_offers_no_skills(tmp_path: Path) -> None:
    with (
        over_http(fastmcp.FastMCP("plain").http_app(stateless_http=True)) as address,
        connect(f"{address}/mcp") as reader,
    ):
        host = Host({"docs": reader}, User())
        assert reader.settings is None and host.refresh() == ()
        assert "does not offer skills" in host.refused[0].why


def test_directories_are_read_only_where_they_are_declared(tmp_path: Path) -> None:
    library(tmp_path)
    refusal = pytest.raises(NotStored, match="does not list directories")
    with peer("http", tmp_path, tmp_path / "server.py") as server, connect(server) as reader, refusal:
        reader.directory("skill://sum")


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(StoreError, match="cannot be reached"), connect("http://127.0.0.1:1/mcp", timeout_s=5):
        pass


def answering(kind: str, body: bytes, *, encoding: str = "identity", times: int = 1) -> Any:
    """An ASGI application that shakes hands as a server of skills does and answers everything else with these bytes."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        asked = json.loads((await receive())["body"] or b"{}") if scope["method"] == "POST" else {}
        status, head, parts = 200, [(b"content-type", kind.encode()), (b"content-encoding", encoding.encode())], [body]
        if asked.get("method") == "initialize":
            version = asked["params"]["protocolVersion"]
            can = {"extensions": {"io.modelcontextprotocol/skills": {}}}
            told = {"protocolVersion": version, "capabilities": can, "serverInfo": {"name": "x", "version": "1"}}
            head = [(b"content-type", b"application/json")]
            parts = [json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": told}).encode()]
        elif asked.get("method") == "skills/list":
            parts = [body.replace(b"ID", str(asked["id"]).encode())] * times
        else:
            status, head, parts = (202 if "id" not in asked else 400), [], [b""]
        await send({"type": "http.response.start", "status": status, "headers": head})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return app


@pytest.mark.parametrize(
    ("body", "encoding", "times", "said"),
    [
        (gzip.compress(b'{"jsonrpc": "2.0", "id": ID, "result": {"skills": []}}'), "gzip", 1, "it is compressed"),
        (b" " * (1 << 20), "identity", 80, "more than 67,108,864 bytes"),
        (b"no JSON", "identity", 1, "JSON"),
    ],
)
def test_an_answer_that_would_fill_the_memory_is_not_read(
    body: bytes, encoding: str, times: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    app = answering("application/json", body, encoding=encoding, times=times)
    refused = pytest.raises(StoreError, match=said)
    with over_http(app) as address, connect(f"{address}/mcp", timeout_s=20) as reader, refused:
        reader.skills(None)
    assert "Traceback" not in capfd.readouterr().err


def test_an_answer_of_several_megabytes_is_taken_as_an_event_too() -> None:
    page = json.dumps({"jsonrpc": "2.0", "id": "ID", "result": {"skills": ["x" * (3 << 20)]}}).replace('"ID"', "ID")
    app = answering("text/event-stream", f"event: message\ndata: {page}\n\n".encode())
    with over_http(app) as address, connect(f"{address}/mcp", timeout_s=20) as reader:
        assert reader.skills(None) == (["x" * (3 << 20)], None)


# HTTP


def posted(address: str, **headers: str) -> httpx2.Response:
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    return httpx2.post(
        f"{address}/mcp", json=body, headers={"accept": "application/json, text/event-stream", **headers}
    )


def test_a_request_for_another_host_is_refused(tmp_path: Path) -> None:
    with over_http(ours_over_http(shelf_of(library(tmp_path)))) as address:
        assert posted(address, host="evil.example").status_code == 421
        assert posted(address, origin="http://evil.example").status_code == 403
        assert posted(address, origin="http://localhost.evil.example").status_code == 403
        assert posted(address).status_code not in (421, 403)


def test_a_name_may_be_allowed(tmp_path: Path) -> None:
    from mcp_peers import server_of

    app = make_app(server_of(shelf_of(library(tmp_path))), allowed=["skills.example"])
    with over_http(app) as address:
        assert posted(address, host="skills.example").status_code not in (421, 403)
        assert posted(address, host="evil.example").status_code == 421


@pytest.mark.parametrize("address", ["0.0.0.0:8000", "[::]:8000", "192.0.2.1:8000"])
def test_others_reach_the_server_only_by_a_name_that_was_allowed(address: str) -> None:
    with pytest.raises(ConfigError, match="other machines"):
        serve_http(object(), address)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["", "localhost", "x:y", "1.2.3.4:99999", "a b:1", "http://x:1"])
def test_an_address_is_a_host_and_a_port(address: str) -> None:
    with pytest.raises(ConfigError):
        parse_address(address)


# Standard input and output


def test_nothing_but_messages_is_written_to_standard_output(tmp_path: Path) -> None:
    library(tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "SKILL.md").write_text("no frontmatter")
    client = {"name": "test", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "skills/list", "params": {}},
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "metier", "serve", "--mcp", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout and process.stderr
    replies = []
    for message in messages:
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        if "id" in message:
            replies.append(json.loads(process.stdout.readline()))
    process.stdin.close()
    rest, talk = process.stdout.read(), process.stderr.read()
    process.wait(timeout=60)
    process.stdout.close()
    process.stderr.close()
    assert rest == ""
    assert [reply["id"] for reply in replies] == [1, 2]
    assert len(replies[1]["result"]["skills"]) == 3
    assert "3 skills are served" in talk and "broken" in talk
