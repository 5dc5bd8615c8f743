"""Which files does a text carry within it: packed and written in letters, in a table of JSON, or as a patch?

Whoever unpacks them has them as files. They are read as what they become.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

_IN_LETTERS = ("H4sI", "UEsD", "QlpoO", "/Td6WF", "N3q8r", "f0VMR", "TVqQ", "TVqA", "TVpQ")
_IN_HEX = ("1f8b08", "504b0304", "425a68", "fd377a58", "377abcaf", "7f454c46")
_BEGINS = (*_IN_LETTERS, *_IN_HEX)
"""An archive or a program begins like this in letters, by its first bytes."""
_PACKED = re.compile(
    rf"(?:{'|'.join(_IN_LETTERS)})[A-Za-z0-9+/]{{8}}(?:[A-Za-z0-9+/]|[\s\"',\\n]{{1,8}}(?=[A-Za-z0-9+/=])){{100,}}+={{0,2}}"
    rf"|(?:{'|'.join(_IN_HEX)})(?:[0-9a-fA-F]|[\s\"',]{{1,8}}(?=[0-9a-fA-F])){{200,}}+"
)
_NO_SIGN = re.compile(r"[^A-Za-z0-9+/=]|\\n")
_HEX = re.compile(r"[0-9a-fA-F]+")
_PROGRAM = r"[\w./@-]{1,120}\.(?:sh|bash|zsh|py|m?js|cjs|ts|rb|pl|ps1|go|php|lua|command)"
_ENTRY = re.compile(rf"\"{_PROGRAM}\"\s*:\s*\"")
_IS_PROGRAM = re.compile(_PROGRAM)
_OPENS = re.compile(
    rf"^(?=[^\n]{{0,300}}\b(?i:contents?|save|write|creat\w+|put|file)\b)[^\n`]{{0,120}}`(?P<name>{_PROGRAM})`[^\n]{{0,120}}\n(?:[ \t]*\n)?(?P<fence>```|~~~)[^\n]*\n"
    rf"|<!--[ \t]*`?(?P<hidden>{_PROGRAM})`?[^\n]{{0,80}}\n",
    re.M,
)
"""A program begins that a document has its reader write into a file."""
_FENCE = re.compile(r"\n(?:[ \t]*\n)?(?:```|~~~)")
_HIDDEN = re.compile("<!--")
_PATCH = re.compile(r"^\+\+\+ (?:b/)?(\S+)[^\n]*\n((?:(?!diff --git |--- )[^\n]*\n?)*)", re.M)
_MAX_FILES, _MAX_JSON = 60, 2_000_000


def bundled(name: str, text: str) -> Iterator[tuple[str, bytes]]:
    r"""The files that a text carries, each with the name under which it lies there.

    >>> import gzip
    >>> packed = base64.b64encode(gzip.compress(bytes(range(256)) * 2, mtime=0)).decode()
    >>> [(inner, data[:2]) for inner, data in bundled("a.txt", f"data = '{packed}'")]
    [('packed', b'\x1f\x8b')]
    >>> list(bundled("a.json", '{"run.sh": "ls\\nid\\n"}'))
    [('run.sh', b'ls\nid\n')]
    """
    if any(begin in text for begin in _BEGINS):
        for number, found in enumerate(itertools.islice(_PACKED.finditer(text), _MAX_FILES)):
            data = _decoded(_NO_SIGN.sub("", found[0]))
            if data is not None:
                yield "packed" if number == 0 else f"packed {number + 1}", data
    if name.lower().endswith(".json") and len(text) <= _MAX_JSON and _ENTRY.search(text):
        yield from itertools.islice(_in_json(text), _MAX_FILES)
    if name.lower().endswith((".md", ".mdx")) and ("```" in text or "~~~" in text or "<!--" in text):
        for found in itertools.islice(_opened(text), _MAX_FILES):
            end = text.find("-->" if found["hidden"] else f"\n{found['fence']}", found.end() - 1)
            if end >= 0:
                yield found["name"] or found["hidden"], text[found.end() : end + 1].encode("utf-8", "surrogatepass")
    if "\n+++ " in text and "\n@@ " in text:
        for found in itertools.islice(_PATCH.finditer(text), _MAX_FILES):
            lines = [line[1:] for line in found[2].split("\n") if line.startswith("+")]
            yield found[1], "\n".join(lines).encode("utf-8", "surrogatepass")


def _opened(text: str) -> Iterator[re.Match[str]]:
    """Where programs begin that a document has its reader write: looked for on the lines above fences, and in comments."""
    begins = {found.start() for found in _HIDDEN.finditer(text)} if "<!--" in text else set[int]()
    for found in _FENCE.finditer(text):
        begin = text.rfind("\n", 0, found.start()) + 1
        if text.find("`", begin, found.start()) >= 0:
            begins.add(begin)
    last = 0
    for begin in sorted(begins):
        if begin >= last and (opened := _OPENS.match(text, begin)):
            last = opened.end()
            yield opened


def _decoded(written: str) -> bytes | None:
    try:
        if _HEX.fullmatch(written):
            return bytes.fromhex(written[: len(written) // 2 * 2])
        bare = written.rstrip("=")
        return base64.b64decode(bare[: len(bare) // 4 * 4 if len(bare) % 4 == 1 else None] + "=" * (-len(bare) % 4))
    except (ValueError, binascii.Error):
        return None


def _in_json(text: str) -> Iterator[tuple[str, bytes]]:
    """The programs in an object of JSON that holds files by their paths."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return
    within = held.values() if isinstance(held, dict) else ()
    for table in (held, *within):
        yield from _entries(table)


def _entries(table: Any) -> Iterator[tuple[str, bytes]]:
    for path, said in table.items() if isinstance(table, dict) else ():
        if isinstance(said, list) and all(isinstance(line, str) for line in said):
            said = "\n".join(said)
        if isinstance(said, str) and "\n" in said and _IS_PROGRAM.fullmatch(path):
            yield path, said.encode("utf-8", "surrogatepass")
