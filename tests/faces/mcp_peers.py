"""Servers of skills on this machine: ours and FastMCP's, over standard input and output and over HTTP."""

from __future__ import annotations

import socket
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from metier.faces.mcp.server import make_server
from metier.faces.mcp.tools import Tools
from metier.faces.mcp.transport import make_app
from metier.index import Disclosure, Found, Hit, Listed
from metier.skill import Skill
from metier.stores.served.finding import Finding
from metier.stores.served.shelf import Shelf
from metier.stores.served.use import Runner
from served_skills import judging, write

BINARY = bytes(range(256))


def library(folder: Path) -> Path:
    """A folder of packages with what packages have: nesting, text, bytes, odd names."""
    write(
        folder,
        "sum",
        files={"scripts/add.py": b"import sys\nprint(sum(map(int, sys.argv[1:])))\n", "assets/two words.bin": BINARY},
        more="metadata:\n  stars: 3\n  ready: yes\nversion: 1.0\n",
    )
    write(folder, "acme/refunds", files={"references/policy.md": "Überweisung\r\n".encode(), "empty.txt": b""})
    write(folder, "acme/refunds/nested")
    return folder


class Words:
    """An index for tests: a skill answers if its description shares a word with the request."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Skill] = {}

    def put(self, skills: Any, *, origin: str = "") -> int:
        new = {(origin, skill.name): skill for skill in skills}
        self.kept |= new
        return len(new)

    def remove(self, names: Any, *, origin: str = "") -> int:
        return sum(self.kept.pop((origin, name), None) is not None for name in names)

    def skills(self) -> Iterator[Listed]:
        for (origin, name), skill in sorted(self.kept.items()):
            yield Listed(name=name, digest=skill.digest, description=skill.description, origin=origin)

    def body(self, listed: Listed) -> str:
        return self.kept[listed.origin, listed.name].policy

    def find(self, query: str, k: int = 5) -> Found:
        words = set(query.lower().split())
        hits = [
            Hit(listed=one, score=1.0, probability=0.5)
            for one in self.skills()
            if words & set(f"{one.description} {self.body(one)}".lower().replace(".", "").split())
        ]
        return Found(query=query, hits=tuple(hits[:k]), fires=bool(hits), probability=0.5 if hits else 0.0)

    def close(self) -> None:
        pass


def shelf_of(folder: Path, *, hide: bool = False, **exposures: Any) -> Shelf:
    """The shelf of a folder of packages."""
    return Shelf(folder, judging(**exposures), hide=hide)


def server_of(shelf: Shelf, runner: Runner | None = None) -> Any:
    """Our server of a shelf."""
    index = Words()
    return make_server(
        shelf, Tools(shelf, lambda: Finding(shelf, index, lambda *_: Disclosure(shown=(), tokens=0, budget=0)), runner)
    )


@contextmanager
def over_http(app: Any) -> Iterator[str]:
    """Serve an ASGI application on loopback and give its address."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        config = uvicorn.Config(app, log_level="error", lifespan="on", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        _wait(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def ours_over_http(shelf: Shelf, runner: Runner | None = None) -> Any:
    """Our server as an ASGI application."""
    return make_app(server_of(shelf, runner))


def fastmcp_script(folder: Path, script: Path) -> list[str]:
    """The command of a FastMCP server over standard input and output that serves a folder."""
    script.write_text(
        textwrap.dedent(
            f"""
            from fastmcp import FastMCP
            from fastmcp.skills.provider import SkillsDirectoryProvider
            server = FastMCP("peer", providers=[SkillsDirectoryProvider({str(folder)!r})])
            server.run(show_banner=False)
            """
        )
    )
    return [sys.executable, str(script)]


def our_script(folder: Path) -> list[str]:
    """The command of our server over standard input and output, with a judge that lets everything be read."""
    program = (
        f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n"
        "from pathlib import Path\n"
        "from mcp_peers import server_of, shelf_of\n"
        "from metier.faces.mcp.transport import serve_stdio\n"
        f"serve_stdio(server_of(shelf_of(Path({str(folder)!r}))))\n"
    )
    return [sys.executable, "-c", program]


def _wait(ready: Callable[[], bool]) -> None:
    for _ in range(3000):
        if ready():
            return
        time.sleep(0.01)
    raise AssertionError("the server did not start")
