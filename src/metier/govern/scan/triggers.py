"""Which of many patterns could match where? A multi-pattern automaton looks once; exact patterns check its hits.

From each regular expression the literals are taken of which every match must hold one. All of them are looked for in one
pass: with `ahocorasick_rs` if it is installed, else with the substring search of Python; both find the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined]
_MIN_LITERAL = 3


def literals(pattern: re.Pattern[str]) -> frozenset[str]:
    """Lower-case texts of which every match holds one; empty if there is no such set.

    >>> sorted(literals(re.compile(r"\\b(?:curl|wget)\\s+https?|atob\\(")))
    ['atob(', 'http']
    """
    found = _required(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))
    return frozenset(text.lower() for text in found) if found else frozenset()


class Triggers:
    """Finds, for each of many texts, the patterns that could match it."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._always: list[int] = []
        owners: dict[str, set[int]] = {}
        for number, pattern in enumerate(patterns):
            needed = literals(pattern)
            if not needed:
                self._always.append(number)
            for literal in needed:
                owners.setdefault(literal, set()).add(number)
        self._literals = sorted(owners)
        self._owners = [tuple(sorted(owners[literal])) for literal in self._literals]
        self._find = _finder(self._literals)

    def candidates(self, texts: Iterable[str]) -> dict[int, set[int]]:
        """By the number of a text, the numbers of the patterns that could match it. Texts without any are left out."""
        lowered = [text.lower() for text in texts]
        starts, total = [], 0
        for text in lowered:
            starts.append(total)
            total += len(text) + 1
        found: dict[int, set[int]] = {}
        for literal, place in self._find("\n".join(lowered)):
            found.setdefault(bisect_right(starts, place) - 1, set()).update(self._owners[literal])
        if self._always:
            for number in range(len(lowered)):
                found.setdefault(number, set()).update(self._always)
        return found


def _finder(needles: list[str]) -> Callable[[str], Iterable[tuple[int, int]]]:
    try:
        from ahocorasick_rs import AhoCorasick
    except ImportError:
        return lambda text: _each(needles, text)
    automaton = AhoCorasick(needles)
    return lambda text: ((hit[0], hit[1]) for hit in automaton.find_matches_as_indexes(text, overlapping=True))


def _each(needles: list[str], text: str) -> Iterable[tuple[int, int]]:
    for number, needle in enumerate(needles):
        place = text.find(needle)
        while place >= 0:
            yield number, place
            # One hit a line is enough to look at the line.
            end = text.find("\n", place)
            place = text.find(needle, end) if end >= 0 else -1


def _required(parsed: Any) -> set[str] | None:
    """The best set of literals of a sequence: the one whose shortest member is longest."""
    best: set[str] | None = None
    run: list[str] = []
    for operation, argument in [*parsed, (None, None)]:
        name = str(operation)
        if name == "LITERAL" and chr(argument) != "\n":
            run.append(chr(argument))
            continue
        best = _better(best, {"".join(run)} if run else None)
        best = _better(best, _begun(run[-1:], name, argument))
        run = []
        best = _better(best, _inner(name, argument))
    return best


def _begun(run: list[str], name: str, argument: Any) -> set[str] | None:
    """The parser takes a common beginning out of alternatives; put it back before each."""
    if not run or name not in ("BRANCH", "SUBPATTERN"):
        return None
    parsed = argument[3] if name == "SUBPATTERN" else None
    if parsed is not None:
        if len(parsed) != 1 or str(parsed[0][0]) != "BRANCH":
            return None
        argument = parsed[0][1]
    return {run[0] + "".join(_leading(branch)) for branch in argument[1]}


def _leading(branch: Any) -> Iterable[str]:
    for operation, argument in branch:
        if str(operation) != "LITERAL":
            return
        yield chr(argument)


def _inner(name: str, argument: Any) -> set[str] | None:
    if name == "SUBPATTERN":
        return _required(argument[3])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _required(argument[2]) if argument[0] >= 1 else None
    if name == "ATOMIC_GROUP":
        return _required(argument)
    if name == "IN" and all(str(op) == "LITERAL" for op, _ in argument) and len(argument) <= 4:
        return None
    if name == "BRANCH":
        union: set[str] = set()
        for branch in argument[1]:
            needed = _required(branch)
            if needed is None:
                return None
            union |= needed
        return union
    return None


def _better(one: set[str] | None, other: set[str] | None) -> set[str] | None:
    if other is None or min(map(len, other)) < _MIN_LITERAL and one is not None:
        return one
    if min(map(len, other)) < 2:
        return one
    if one is None:
        return other
    return max(one, other, key=lambda needed: (min(map(len, needed)), -len(needed)))
