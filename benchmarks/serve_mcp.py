"""What does it cost to serve and use skills over MCP? CPU per page of a listing and per verified read, beside FastMCP.

    python benchmarks/serve_mcp.py [FOLDER]

FOLDER holds packages; without it, 3,000 are made from a seed. Server and client run in one process over loopback HTTP,
and their CPU time is counted together, so both servers pay for the same client. "In the handler" is our server without
the protocol: the page, and its JSON. No judge is asked here: what a scan costs is measured in `govern_scan.py`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent.parent / "tests" / place) for place in ("faces", "stores")]
# ruff: noqa: E402
from mcp_peers import ours_over_http, over_http, shelf_of
from metier.faces.mcp.client import McpReader, connect
from metier.stores.served.consent import Answer
from metier.stores.served.host import Host
from metier.stores.served.shelf import Shelf
from served_skills import User

NUM_SKILLS, SEED, READS = 3000, 0, 100


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="A folder of packages.")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as made:
        if folder is None:
            folder = Path(made)
            make_packages(folder)
        print(
            f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; mcp {version('mcp')}, "
            f"fastmcp {version('fastmcp')}; seed {SEED}\n"
        )
        measure(folder)


def measure(folder: Path) -> None:
    """Measure ours, then the peer, on one folder."""
    started = time.process_time()
    shelf = shelf_of(folder)
    opened = time.process_time() - started
    gc.freeze()  # as `metier serve` does: what lives as long as the server is not looked through again and again
    uris = [offer.entry.uri for offer in shelf.offers if offer.entry]
    files = sum(len(offer.files) for offer in shelf.offers)
    print(f"{len(shelf.offers)} skills, {len(uris)} of them listed, {files} files; opened in {opened:.2f} CPU s\n")
    print("| server | what | calls | CPU ms a call, median | worst |\n|---|---|---|---|---|")
    row("metier, in the handler", "skills/list", handler_pages(shelf))
    with over_http(ours_over_http(shelf)) as address, connect(f"{address}/mcp") as reader:
        reader.read(uris[0])  # what is imported at the first call is not of a page
        row("metier", "skills/list", pages(reader))
        row("metier", "skills/get", one_by_one(reader.skill, sample(uris)))
        row("metier", "resources/read", one_by_one(reader.read, sample(uris)))
        row("metier host", "load and verify", loads(reader))
    peer(folder)


def peer(folder: Path) -> None:
    """The same of FastMCP, if it is installed and takes the folder; it refuses a folder with a faulty package."""
    try:
        from fastmcp import FastMCP
        from fastmcp.skills.provider import SkillsDirectoryProvider
    except ImportError:
        print("\nFastMCP is not installed and left out.")
        return
    started = time.process_time()
    try:
        provider = SkillsDirectoryProvider(folder)
    except ValueError as error:
        print(f"\nFastMCP refuses the folder: {len(str(error).splitlines()) - 1} packages are faulty to it.")
        return
    opened = time.process_time() - started
    gc.freeze()
    app = FastMCP("peer", providers=[provider], list_page_size=100).http_app(stateless_http=True, json_response=True)
    with over_http(app) as address, connect(f"{address}/mcp") as reader:
        reader.skills(None)
        entries: list[Any] = []
        row("FastMCP", "skills/list", pages(reader, entries, most=5))
        uris = [entry["uri"] for entry in entries]
        row("FastMCP", "skills/get", one_by_one(reader.skill, sample(uris, 10)))
        row("FastMCP", "resources/read", one_by_one(reader.read, sample(uris, 10)))
    print(f"\nFastMCP opened the folder in {opened:.2f} CPU s.")


def row(server: str, what: str, milliseconds: Sequence[float]) -> None:
    """Print one row."""
    median, worst = statistics.median(milliseconds), max(milliseconds)
    print(f"| {server} | {what} | {len(milliseconds)} | {median:.1f} | {worst:.1f} |")


def handler_pages(shelf: Shelf) -> list[float]:
    """Every page of the listing as JSON, without the protocol."""
    taken, cursor = [], None
    while True:
        started = time.process_time()
        page = shelf.list_page(cursor)
        json.dumps([entry.plain() for entry in page.items])
        taken.append(1000 * (time.process_time() - started))
        cursor = page.next_cursor
        if cursor is None:
            return taken


def pages(reader: McpReader, entries: list[Any] | None = None, *, most: int = 1000) -> list[float]:
    """Every page of the listing over the wire, or the first so many."""
    taken, cursor = [], None
    while len(taken) < most:
        started = time.process_time()
        page, cursor = reader.skills(cursor)
        taken.append(1000 * (time.process_time() - started))
        if entries is not None:
            entries.extend(page)
        if cursor is None:
            break
    return taken


def one_by_one(call: Callable[[str], object], uris: Sequence[str]) -> list[float]:
    """One call for each URI."""
    return list(timed(call, uris))


def loads(reader: McpReader) -> list[float]:
    """A host loads skills: approval, fetch, digest, frontmatter."""
    host = Host({"docs": reader}, User(*[Answer.ONCE] * READS))
    return list(timed(host.load, sample(host.refresh())))


def timed(call: Callable[[Any], object], arguments: Sequence[Any]) -> Iterator[float]:
    """CPU milliseconds of each call."""
    for argument in arguments:
        started = time.process_time()
        call(argument)
        yield 1000 * (time.process_time() - started)


def sample(things: Sequence[Any], size: int = READS) -> list[Any]:
    """Some of them, always the same."""
    return random.Random(SEED).sample(list(things), min(size, len(things)))


def make_packages(folder: Path) -> None:
    """Write packages of the size of real ones: a body of about 3,000 characters, and 0 to 6 other files."""
    draw = random.Random(SEED)
    words = ["check", "table", "release", "invoice", "query", "model", "report", "plan", "draft", "merge", "review"]
    for number in range(NUM_SKILLS):
        place = folder / f"skill-{number:04}"
        place.mkdir()
        body = " ".join(draw.choices(words, k=450))
        about = " ".join(draw.choices(words, k=25))
        head = f"name: {place.name}\ndescription: {about}.\nlicense: MIT\nmetadata:\n  version: '1.{number}'\n"
        (place / "SKILL.md").write_text(f"---\n{head}---\n# Skill {number}\n\n{body}\n")
        for file in range(draw.randint(0, 6)):
            path = place / draw.choice(["references", "scripts", "assets"]) / f"part-{file}.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(" ".join(draw.choices(words, k=200)))


if __name__ == "__main__":
    main()
