"""In which words does strictyaml say where it stumbled? A message, a line, a column, and a piece of the line.

Follows `ruamel/error.py` in strictyaml 1.7.3.
"""

from __future__ import annotations

import re

_ENDS = "\0\n\x85\u2028\u2029"
_LINE_END = re.compile(f"[{_ENDS}]")
_HALF_WIDTH = 36
"""A piece has at most 75 characters: half of that before the place and half behind it."""


class StrictYamlError(Exception):
    """What strictyaml refuses; the text is the message of its exception, word for word."""


class StrictYamlCrash(Exception):
    """Where strictyaml or skills-ref ends in a Python error of its own: the name of its type and its text."""


def refusal(
    text: str, context: str | None, context_at: int | None, problem: str, problem_at: int | None
) -> StrictYamlError:
    """Word a refusal as strictyaml does.

    Args:
        text: The YAML, with a NUL at its end.
        context: What was being read.
        context_at: The index where that began.
        problem: What is wrong.
        problem_at: The index of it.

    >>> print(refusal("a: b: c\\0", None, None, "mapping values are not allowed here", 4))
    mapping values are not allowed here
      in "<unicode string>", line 1, column 5:
        a: b: c
            ^ (line: 1)
    """
    parts = [context] if context is not None else []
    same = problem_at is not None and context_at is not None and _place(text, context_at) == _place(text, problem_at)
    if context_at is not None and not same:
        parts.append(_mark(text, context_at))
    parts.append(problem)
    if problem_at is not None:
        parts.append(_mark(text, problem_at))
    return StrictYamlError("\n".join(parts))


def column(text: str, index: int) -> int:
    """The column of an index, from 0. Only a line feed begins a line, and a byte order mark takes no room.

    >>> column("ab\\ncd", 4), column("a\\ufeffb", 2)
    (1, 1)
    """
    start = text.rfind("\n", 0, index) + 1
    return index - start - text.count("\ufeff", start, index)


def _place(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index), column(text, index)


def _mark(text: str, index: int) -> str:
    line, at = _place(text, index)
    return f'  in "<unicode string>", line {line + 1}, column {at + 1}:\n{_piece(text, index, line)}'


def _piece(text: str, index: int, line: int) -> str:
    """The part of the line around an index, with an arrow below."""
    start, head = index, ""
    while start > 0 and text[start - 1] not in _ENDS:
        start -= 1
        if index - start > _HALF_WIDTH:
            start, head = start + 5, " ... "
            break
    found = _LINE_END.search(text, index)
    end, tail = found.start() if found else len(text), ""
    if end - index > _HALF_WIDTH:
        end, tail = index + _HALF_WIDTH + 1 - 5, " ... "
    arrow = " " * (4 + index - start + len(head)) + f"^ (line: {line + 1})"
    return f"    {head}{text[start:end]}{tail}\n{arrow}"
