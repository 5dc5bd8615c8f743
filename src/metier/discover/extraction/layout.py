"""Which lines, bullets and tags of a text stand for themselves, and which lines are one paragraph that was wrapped?

A line break inside a sentence and a line break between two items look the same. What tells them apart is what the line
ends with, what the next begins with, and whether the next word would still have found room: then nothing forced the
break, so it was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from metier.discover.extraction.ends import GOES_ON, NEVER_FINAL

_BLOCKS = "p|div|br|li|ul|ol|h[1-6]|tr|td|th|table|tbody|thead|section|article|header|footer|hr|dl|dt|dd|pre|blockquote"
_EDGE = re.compile(
    "(?:"
    r"[\n\r\x0b\x0c\x85\u2028\u2029]"
    r"|[•▪●◦‣⁃∙■▸►▶➤➔➢⮚✓✔✅☑❖◆◾✦🔹🔸👉\uf000-\uf0ff]"  # the last are bullets that a font of Word draws
    r"|·(?=\s)"
    rf"|</?(?:{_BLOCKS})(?:\s[^<>]{{0,500}})?/?>"
    rf"|&(?:lt;/?(?:{_BLOCKS})(?:\s[^<>&]{{0,500}})?/?&gt;|bull;|middot;|#8226;|#183;|#x2022;)"
    r")(?:\s|&nbsp;)*",
    re.IGNORECASE,
)
_BLANKS = r"(?:\s|&nbsp;)+"
_MARKER = r"[-–—*+>→·»]|o(?=\s+[A-Z])|\(?\d{1,2}(?:\.\d{1,2})?[.)]|\(?[a-z]\)"
_BULLET = re.compile(rf"(?:{_MARKER}){_BLANKS}|[-–—*](?=[^\W\d])|\d{{1,2}}[.)](?=[A-Z][a-z])|{_BLANKS}")
_RULE = re.compile(r"[-–—*+>→·_=~#|\s]+")
_ENDS = ".!?:;…。！？；"
_WRAPS = (40, 160)
"""Widths between which lines may have been wrapped by a machine: mail and PDF text lies at 60 to 120."""
_NEARLY = 0.8
"""How full a line of proportional letters is at the least, next to the widest."""

Line = tuple[int, int, bool]
"""Start, end, and whether the line begins afresh: after a blank line, a bullet or a tag."""


def units(text: str) -> Iterator[tuple[int, int]]:
    r"""Give the spans `[start, end)` of lines, list items and joined paragraphs, in order.

    >>> ad = "Tasks\n- Plan the care of patients and of their\n  families\n- Work in shifts"
    >>> [ad[start:end] for start, end in units(ad)]
    ['Tasks', 'Plan the care of patients and of their\n  families', 'Work in shifts']
    """
    group: list[tuple[int, int]] = []
    for start, end, fresh in _lines(text):
        if fresh and group:
            yield from _joined(text, group)
            group = []
        group.append((start, end))
    if group:
        yield from _joined(text, group)


def _lines(text: str) -> Iterator[Line]:
    place, fresh = 0, True
    for edge in _EDGE.finditer(text):
        line = _stripped(text, place, edge.start(), fresh=fresh)
        if line:
            yield line
            fresh = False
        fresh = fresh or not _is_one_break(edge[0]) or line is None
        place = edge.end()
    line = _stripped(text, place, len(text), fresh=fresh)
    if line:
        yield line


def _stripped(text: str, start: int, end: int, *, fresh: bool) -> Line | None:
    """A line without the blanks and the bullet round it, or `None` if nothing is left."""
    line = text[start:end]
    if not line or _RULE.fullmatch(line):
        return None
    start += len(line) - len(line.lstrip())
    end = start + len(line.strip())
    while start < end and (bullet := _BULLET.match(text, start, end)):
        start, fresh = bullet.end(), True
    while start < end and (text[end - 1].isspace() or text.endswith("&nbsp;", start, end)):
        end -= 1 if text[end - 1].isspace() else len("&nbsp;")
    return (start, end, fresh) if start < end else None


def _is_one_break(edge: str) -> bool:
    return edge[0] in "\r\n" and len(f"{edge}.".splitlines()) == 2


def _joined(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join the lines of one block where a sentence goes on."""
    if len(lines) == 1:
        yield lines[0]
        return
    needed = [*_needed(text, lines), 0.0]
    begin, last = lines[0]
    for place, (start, end) in enumerate(lines[1:]):
        # One long line proves nothing; two in a row that left no room were wrapped.
        wrapped = needed[place] > 1 and (needed[place + 1] > 1 or (place > 0 and needed[place - 1] > 1))
        # Lines that begin small are a list, unless a bullet stands before the first of them.
        is_prose = not text[begin].islower() or bool(text[max(0, begin - 2) : begin].rpartition("\n")[2].strip())
        enough = _NEARLY if lines[place][1] - lines[place][0] >= _WRAPS[0] else 1
        forced = is_prose and needed[place] > enough
        if not (wrapped and is_prose) and not _goes_on(text, lines[place], start, forced=forced):
            yield begin, last
            begin = start
        last = end
    yield begin, last


def _needed(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[float]:
    """How wide each line would be with the first word of the next, as a share of the widest; 0 where nothing wraps."""
    width = max(end - start for start, end in lines)
    for (start, end), (following, stop) in pairwise(lines):
        word = len(text[following : min(stop, following + 40)].split(None, 1)[0])
        yield (end - start + 1 + word) / width if _WRAPS[0] <= width <= _WRAPS[1] else 0.0


def _goes_on(text: str, line: tuple[int, int], following: int, *, forced: bool) -> bool:
    start, end = line
    tail, head = text[end - 1], text[following]
    if tail in _ENDS and tail != ".":
        return False
    word = text[max(start, end - 14) : end].rsplit(None, 1)[-1].lower()
    if tail == ".":
        return word.rstrip(".") in NEVER_FINAL
    if tail in "&/(" or head in ",)]":
        return True
    if tail == ",":
        return forced or head.islower()
    if word in GOES_ON:
        return not text[start:end].isupper()
    return forced and head.islower()
