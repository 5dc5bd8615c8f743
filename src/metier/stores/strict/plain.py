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
_BARE = f"[^-=<?:,\\[\\]{{}}#&*!|>'\"%@` {_ODD}](?:[^:#{_ODD}]|:(?![ \n])|(?<! )#)*"
_VALUE = f"(?:({_BARE})|\"([^\"\\\\{_ODD}]*)\" *|'([^'{_ODD}]*)' *)\n"
_FIELD = re.compile(f"( *)({_KEY}):(?: +{_VALUE}|(?: +([|>]-?))? *\n)")
_ENTRY = re.compile(f"( *)- +{_VALUE}")
_BLOCK_LINE = re.compile(f"(\n*)( +)([^ {_ODD}][^{_ODD}]*)\n")
_MAX_DEPTH = 20

_Read = tuple[Any, int] | None
"""What was read and where it ends; None where it is not plain."""


def plain_fields(block: str) -> dict[str, Any] | None:
    """Read the YAML between the rulers of a SKILL.md; None where it is not as plain as that.

    >>> plain_fields("\\nname: pdf\\ndescription: 'Fill in.'\\nmetadata:\\n  tags:\\n  - a\\n  - b\\n")
    {'name': 'pdf', 'description': 'Fill in.', 'metadata': {'tags': ['a', 'b']}}
    >>> plain_fields("\\nname: [pdf]\\n") is None
    True
    """
    if block[:1] != "\n":
        return None
    read = _fields(block, 1, "", 0)
    if read is None or read[1] != len(block) or not read[0]:
        return None
    return read[0]  # type: ignore[no-any-return]


def _fields(block: str, at: int, indent: str, depth: int) -> _Read:
    """The fields that stand at one indentation."""
    fields: dict[str, Any] = {}
    inner_indents = set()
    while (line := _FIELD.match(block, at)) and line[1] == indent:
        _, key, bare, double, single, style = line.groups()
        if key in fields or depth > _MAX_DEPTH:
            return None
        at = line.end()
        if bare is not None:
            fields[key] = bare.rstrip(" ")
        elif double is not None:
            fields[key] = double
        elif single is not None:
            fields[key] = single
        else:
            read = _block(block, at, style, indent) if style else _below(block, at, indent, depth)
            if read is None:
                return None
            if isinstance(read[0], dict):
                inner_indents.add(_FIELD.match(block, at)[1])  # type: ignore[index]
            fields[key], at = read
    return (fields, at) if len(inner_indents) < 2 else None


def _below(block: str, at: int, indent: str, depth: int) -> _Read:
    """What stands below a field: entries of a list, deeper fields, or an empty text where there is neither."""
    entry = _ENTRY.match(block, at)
    if entry and len(entry[1]) >= len(indent):
        return _entries(block, at, entry[1])
    line = _FIELD.match(block, at)
    if line and len(line[1]) > len(indent):
        return _fields(block, at, line[1], depth + 1)
    return "", at


def _entries(block: str, at: int, indent: str) -> _Read:
    entries = []
    while (line := _ENTRY.match(block, at)) and line[1] == indent:
        _, bare, double, single = line.groups()
        entries.append(bare.rstrip(" ") if bare is not None else double if double is not None else single)
        at = line.end()
    return entries, at


def _block(block: str, at: int, style: str, indent: str) -> _Read:
    """The lines below | or >, indented alike, with blank ones between them."""
    first = _BLOCK_LINE.match(block, at)
    if first is None or first[1] or len(first[2]) <= len(indent):
        return None
    texts: list[str] = []
    while (line := _BLOCK_LINE.match(block, at)) and line[2] == first[2]:
        if texts:
            num_blank = len(line[1])
            texts.append(("\n" * num_blank or " ") if style[0] == ">" else "\n" * (num_blank + 1))
        texts.append(line[3])
        at = line.end()
    return "".join(texts) + ("" if style[1:] else "\n"), at
