"""Is this frontmatter as plain as most? Then a few regular expressions read it, and the scanner need not.

Only what can mean one thing is taken: one field a line, its text without quotes or in quotes that hold nothing special,
a block of lines indented alike, one level of fields or of list entries below a field. Anything else, right or wrong, is
left to the scanner, whole.
"""

from __future__ import annotations

import re
from typing import Any

_ODD = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_KEY = "[A-Za-z_][A-Za-z0-9_-]{0,99}"
_BARE = f"[^-?:,\\[\\]{{}}#&*!|>'\"%@` {_ODD}](?:[^:#{_ODD}]|:(?![ \n])|(?<! )#)*"
_VALUE = f"(?:({_BARE})|\"([^\"\\\\{_ODD}]*)\" *|'([^'{_ODD}]*)' *)\n"
_FIELD = re.compile(f"({_KEY}):(?: +{_VALUE}| *([|>]-?)? *\n)")
_INNER_FIELD = re.compile(f"( +)({_KEY}): +{_VALUE}")
_INNER_ENTRY = re.compile(f"( *)- +{_VALUE}")
_BLOCK_LINE = re.compile(f"( +)([^ {_ODD}][^{_ODD}]*)\n")


def plain_fields(block: str) -> dict[str, Any] | None:
    """Read the YAML between the rulers of a SKILL.md; None where it is not as plain as that.

    >>> plain_fields("\\nname: pdf\\ndescription: 'Fill in.'\\nmetadata:\\n  version: 1.0\\n")
    {'name': 'pdf', 'description': 'Fill in.', 'metadata': {'version': '1.0'}}
    >>> plain_fields("\\nname: [pdf]\\n") is None
    True
    """
    if block[:1] != "\n":
        return None
    fields: dict[str, Any] = {}
    at, end = 1, len(block)
    while at < end:
        line = _FIELD.match(block, at)
        if line is None or line[1] in fields:
            return None
        key, bare, double, single, style = line.groups()
        at = line.end()
        if bare is not None:
            fields[key] = bare.rstrip(" ")
        elif double is not None:
            fields[key] = double
        elif single is not None:
            fields[key] = single
        else:
            inner = _block(block, at, style) if style else _inner(block, at)
            if inner is None:
                return None
            fields[key], at = inner
    return fields or None


def _inner(block: str, at: int) -> tuple[Any, int] | None:
    """What lies below a field: fields, or entries of a list, all indented alike; an empty text where nothing does."""
    first = _INNER_ENTRY.match(block, at)
    if first:
        return _entries(block, at, first[1])
    first = _INNER_FIELD.match(block, at)
    if first is None:
        return "", at
    fields: dict[str, str] = {}
    line: re.Match[str] | None = first
    while line and line[1] == first[1]:
        _, key, bare, double, single = line.groups()
        if key in fields:
            return None
        fields[key] = bare.rstrip(" ") if bare is not None else double if double is not None else single
        at = line.end()
        line = _INNER_FIELD.match(block, at)
    return fields, at


def _entries(block: str, at: int, indent: str) -> tuple[list[str], int]:
    entries = []
    while (line := _INNER_ENTRY.match(block, at)) and line[1] == indent:
        _, bare, double, single = line.groups()
        entries.append(bare.rstrip(" ") if bare is not None else double if double is not None else single)
        at = line.end()
    return entries, at


def _block(block: str, at: int, style: str) -> tuple[str, int] | None:
    """The lines below | or >, without blank ones."""
    first = _BLOCK_LINE.match(block, at)
    if first is None:
        return None
    texts = []
    while (line := _BLOCK_LINE.match(block, at)) and line[1] == first[1]:
        texts.append(line[2])
        at = line.end()
    return (" " if style[0] == ">" else "\n").join(texts) + ("" if style[1:] else "\n"), at
