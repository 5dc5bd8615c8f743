"""Where in a reply is the answer? Shared by the graders that compare short answers."""

from __future__ import annotations

import re

MAX_ANSWER_CHARS = 100_000
"""Longer replies are not searched: a model that never stops has not answered, and grading must stay bounded."""

_BOXED = re.compile(r"\\boxed\s*\{")
_SAYS = re.compile(r"(?i)\b(?:final\s+)?answer\s*(?:is|:|=)+\s*")


def after_last(text: str, marker: str) -> str | None:
    """What follows the last `marker`, or None if it does not occur.

    >>> after_last("reverse:cba sort:abc", ":")
    'abc'
    """
    _, found, tail = text.rpartition(marker)
    return tail if found else None


def boxed(text: str) -> str | None:
    r"""What the last complete `\boxed{…}` holds, braces inside included, or None.

    >>> boxed(r"so \boxed{\frac{1}{2}}.")
    '\\frac{1}{2}'
    """
    for start in reversed([match.end() for match in _BOXED.finditer(text)]):
        depth = 1
        for place in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[place], 0)
            if depth == 0:
                return text[start:place]
    return None


def stated(text: str) -> str | None:
    r"""The answer a reply states: in `\boxed{…}`, or after the last "answer is", or None.

    >>> stated("Thus the final answer is: 42.\n")
    '42.'
    """
    inside = boxed(text)
    if inside is not None:
        return inside
    last = None
    for match in _SAYS.finditer(text):
        last = match
    return text[last.end() :].strip().split("\n", 1)[0].strip() if last else None
