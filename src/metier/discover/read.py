"""How do files become Documents? A saved papers page, a handbook in Markdown, plain text."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from metier.discover.papers import Unread, is_papers_page, parse_papers
from metier.document import Document
from metier.errors import DocumentError

MAX_BYTES = 64 * 1024 * 1024
_HEADING = re.compile(r" {0,3}#{1,6}(?=\s)")
_FENCE = re.compile(r" {0,3}(`{3,}(?!.*`)|~{3,})")


def read_documents(path: Path, *, name: str = "", unread: list[Unread] | None = None) -> Iterator[Document]:
    """Read a file into Documents: one for each paper of a papers page, each section of Markdown, or the whole text.

    Args:
        path: A text file in UTF-8.
        name: What to call it in provenance; its file name by default.
        unread: Collects what fitted no block.

    Raises:
        DocumentError: The file is missing, is no plain file, is no UTF-8 text, or is larger than 64 MiB.
    """
    name = name or path.name
    text = _text(path, name)
    if is_papers_page(text):
        page = parse_papers(text, source=name)
        if unread is not None:
            unread += page.unread
        yield from page.papers
    elif path.suffix.lower() in (".md", ".markdown"):
        yield from _sections(text, name)
    elif text.strip():
        yield Document(title=path.stem, text=text, source=name)


def _text(path: Path, name: str) -> str:
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            # Reading a pipe would wait for ever.
            raise DocumentError(f"{name}: expected a plain file.", hint="Name the text files one by one.")
        if info.st_size > MAX_BYTES:
            raise DocumentError(f"{name}: {info.st_size} bytes is more than the {MAX_BYTES} a document may have.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{name}: expected UTF-8 text, byte {error.start} is not.",
            hint="Convert it, or leave it out of `documents`.",
        ) from error
    except OSError as error:
        raise DocumentError(f"Cannot read the document {str(path)!r}: {error.strerror}.") from error


def _sections(text: str, name: str) -> Iterator[Document]:
    """Headings inside fenced code are text. A heading without text under it makes no section."""
    title, start, body = name, 1, list[str]()
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        marks = _FENCE.match(line)
        if fence:
            fence = "" if _closes(line, fence) else fence
        elif marks:
            fence = marks[1]
        elif heading := _HEADING.match(line):
            yield from _section(title, start, body, name)
            title, start, body = line[heading.end() :].strip().rstrip("#").rstrip(), number, []
            continue
        body.append(line)
    yield from _section(title, start, body, name)


def _section(title: str, start: int, body: list[str], name: str) -> Iterator[Document]:
    text = "\n".join(body).strip()
    if text:
        yield Document(title=title, text=text, source=f"{name}#{start}")


def _closes(line: str, fence: str) -> bool:
    marks = line.strip()
    return len(marks) >= len(fence) and set(marks) == {fence[0]}
