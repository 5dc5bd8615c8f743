"""Where does each sentence of a document begin and end? Paragraphs, items, comments and text that a page does not show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from metier.verdict import Severity

_END = re.compile(r"[.!?。！？](?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?:[\"')*_]*\s+(?=[^\s.a-z])|(?<=[。！？]))")
_MARKS = frozenset("-*+•|>")
_LIST = re.compile(r"^\s*(?:[-*+•]|\d+[.)]|\|)\s+|^\s*>\s?")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)
_UNSEEN_HTML = re.compile(
    r"<(\w+)[^>]*(?:display:\s*none|font-size:\s*[01](?:px|pt|em)?\b|(?<!-)color:\s*(?:white|transparent|#fff)|visibility:\s*hidden|opacity:\s*0|\shidden\b)[^>]*>(.*?)(?:</\1>|\Z)",
    re.I | re.S,
)
_MARKUP = re.compile(r"[*_](?:(?<=\*)\*|(?<=_)_|(?<!\w[*_])(?=\w)|(?<=\w[*_])(?!\w))")


class Sentence(NamedTuple):
    """One sentence of prose and where it begins."""

    path: str
    line: int
    text: str
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A rule that a sentence meets, with what it weighs there."""

    rule: str
    severity: Severity
    sentence: Sentence


def sentences(text: str, path: str, *, first_line: int = 1) -> Iterator[Sentence]:
    """Cut prose into sentences; wrapped lines are joined, list items stand alone, comments are told apart.

    >>> [(s.line, s.text) for s in sentences("Read the whole of\\nthe file. Then write a summary.\\n- Stop there.", "x")]
    [(1, 'Read the whole of the file.'), (1, 'Then write a summary.'), (3, 'Stop there.')]
    >>> [(s.line, s.text) for s in sentences("---\\nname: a\\n---\\nRead the file.", "x")]
    [(1, '--- name: a ---'), (4, 'Read the file.')]
    """
    for found in _COMMENT.finditer(text) if "<!--" in text else ():
        at = first_line + text.count("\n", 0, found.start())
        yield Sentence(path, at, " ".join(found[1].split())[:4000], is_hidden=True)
    for found in _UNSEEN_HTML.finditer(text) if "style=" in text or "hidden" in text else ():
        at = first_line + text.count("\n", 0, found.start())
        yield Sentence(path, at, " ".join(found[2].split())[:4000], is_hidden=True)
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text) if "<!--" in text else text
    kept: list[str] = []
    begin, length = first_line, 0
    for number, line in enumerate(text.split("\n"), start=first_line):
        said = line.strip()
        if not said:
            if kept:
                yield from _cut(" ".join(kept), path, begin)
                kept, length = [], 0
            continue
        first = said[0]
        is_head = first == "#"
        # What stands right below the front matter is no part of it.
        is_end = said == "---" and kept[:1] == ["---"]
        mark = _LIST.match(line) if first in _MARKS or first.isdecimal() else None
        if mark:
            said = line[mark.end() :].strip()
        if kept and (mark or is_head):
            yield from _cut(" ".join(kept), path, begin)
            kept, length = [], 0
        if not kept:
            begin = number
        kept.append(said.lstrip("#").strip() if said[:1] == "#" else said)
        length += len(kept[-1])
        if is_head or is_end or length > 4000:
            yield from _cut(" ".join(kept), path, begin)
            kept, length = [], 0
    if kept:
        yield from _cut(" ".join(kept), path, begin)


def _cut(paragraph: str, path: str, line: int) -> list[Sentence]:
    if "*" in paragraph or "_" in paragraph:
        paragraph = _MARKUP.sub("", paragraph)
    found, begin = [], 0
    for end in _END.finditer(paragraph) if len(paragraph) > 40 else ():
        if end.start() - begin >= 8:
            found.append(Sentence(path, line, paragraph[begin : end.start() + 1][:3000]))
        begin = end.end()
    if len(paragraph) - begin > 8:
        found.append(Sentence(path, line, paragraph[begin:][:3000]))
    return found
