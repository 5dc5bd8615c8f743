"""Where in a reply is the answer? Shared by the graders that compare short answers."""

from __future__ import annotations

import re

MAX_ANSWER_CHARS = 100_000
"""Longer replies are not searched: a model that never stops has not answered, and grading must stay bounded."""

# An escaped brace is text, so `\\.` comes before the braces that open and close.
_BRACE = re.compile(r"(?P<box>\\boxed\s*+\{)|\\.|(?P<open>\{)|(?P<close>\})", re.DOTALL)
_SAYS = re.compile(r"(?i)\banswer[\s*]*+(?:is\b|[:=])[\s:=*]*+(?!not\b)")


def after_last(text: str, marker: str) -> str | None:
    """What follows the last `marker`, or None if it does not occur.

    >>> after_last("reverse:cba sort:abc", ":")
    'abc'
    """
    _, found, tail = text.rpartition(marker)
    return tail if found else None


def boxed(text: str) -> str | None:
    r"""What the last complete `\boxed{…}` holds, braces inside included, or None. Takes linear time.

    >>> boxed(r"so \boxed{\frac{1}{2}}.")
    '\\frac{1}{2}'
    """
    opened: list[int | None] = []
    last: tuple[int, int] | None = None
    for brace in _BRACE.finditer(text):
        if brace["box"] or brace["open"]:
            opened.append(brace.end() if brace["box"] else None)
        elif brace["close"] and opened:
            start = opened.pop()
            # An outer box closes after an inner one, but the inner one began last.
            if start is not None and (last is None or start > last[0]):
                last = start, brace.start()
    return text[slice(*last)] if last else None


def said(text: str) -> str | None:
    r"""The line after the last "answer is", "answer:" or "answer =", or None. A denial ("is not") says nothing.

    >>> said("Thus the **final answer**: 42.\n")
    '42.'
    """
    last = None
    for match in _SAYS.finditer(text):
        last = match
    return text[last.end() :].lstrip().split("\n", 1)[0].strip() if last else None


def stated(text: str) -> str | None:
    r"""The answer a reply states: in `\boxed{…}`, or after the last "answer is", or None.

    >>> stated(r"The answer is 41, no, \boxed{42}.")
    '42'
    """
    inside = boxed(text)
    return said(text) if inside is None else inside
