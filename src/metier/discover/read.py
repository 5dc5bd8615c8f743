"""How do files become Documents? A saved papers page, a handbook in Markdown, plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from metier.discover.papers import Unread, is_papers_page, parse_papers
from metier.document import Document
from metier.errors import DocumentError

MAX_BYTES = 64 * 1024 * 1024
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")


def read_documents(path: Path, *, name: str = "", unread: list[Unread] | None = None) -> Iterator[Document]:
    """Read a file into Documents: one for each paper of a papers page, each section of Markdown, or the whole text.

    Args:
        path: A text file in UTF-8.
        name: What to call it in provenance; its file name by default.
        unread: Collects what fitted no block.

    Raises:
        DocumentError: The file is missing, is no UTF-8 text, or is larger than 64 MiB.
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
        if path.stat().st_size > MAX_BYTES:
            raise DocumentError(
                f"{name}: {path.stat().st_size} bytes is more than the {MAX_BYTES} a document may have."
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{name}: expected UTF-8 text, byte {error.start} is not.",
            hint="Convert it, or leave it out of `documents`.",
        ) from error
    except OSError as error:
        raise DocumentError(f"Cannot read the document {str(path)!r}: {error.strerror}.") from error


def _sections(text: str, name: str) -> Iterator[Document]:
    title, start, body = name, 1, list[str]()
    fenced = False
    for number, line in enumerate([*text.splitlines(), "# "], start=1):
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            body.append(line)
            continue
        if "".join(body).strip():
            yield Document(title=title, text="\n".join(body).strip(), source=f"{name}#{start}")
        title, start, body = heading[1], number, []
