r"""Do two formulas of propositional logic say the same? Their truth tables: `\neg(p \lor q)`, `\neg p \land \neg q`."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

_TOKEN = re.compile(
    r" *(?:(\()|(\))|(\\neg|¬|not\b)|(\\oplus|⊕|\\veebar|⊻|xor\b)|(and\b|∧)|(or\b|∨)|"
    r"(\\leftrightarrow|\\Leftrightarrow|\\iff|↔|⇔|≡|\\equiv)|(→|⇒|\\rightarrow)|(\\top|⊤|\\bot|⊥)|([A-Za-z])(?![A-Za-z]))"
)
_MARKS = re.compile(r"\\neg|¬|⊕|\\oplus|→|⇒|↔|⇔|\\leftrightarrow|\\iff|∧|∨|\bnot\b|\bxor\b|\b(?:and|or)\b")
_KINDS = ("(", ")", "not", "xor", "and", "or", "iff", "if", "constant", "name")
_BINDS = ("iff", "if", "xor", "or", "and")
"""The loosest first."""
_LONGEST, _MOST_NAMES = 200, 8

Truth = Callable[[dict[str, bool]], bool]


def same_proposition(gold: str, answer: str) -> bool | None:
    r"""Whether two formulas are true of the same cases; None if one of them is no formula, or both are single names.

    >>> same_proposition("p → q", r"\neg p or q"), same_proposition("p and q", "p or q"), same_proposition("p", "x = 2")
    (True, False, None)
    """
    if not (_MARKS.search(gold) and len(gold) <= _LONGEST and len(answer) <= _LONGEST):
        return None
    wanted = _read(gold)
    said = _read(answer) if wanted else None
    if not wanted or not said:
        return None
    names = sorted(wanted[1] | said[1])
    if len(names) > _MOST_NAMES:
        return None
    cases = (dict(zip(names, truths, strict=True)) for truths in product((False, True), repeat=len(names)))
    return all(wanted[0](case) == said[0](case) for case in cases)


def _read(text: str) -> tuple[Truth, frozenset[str]] | None:
    """What a formula says of a case, and its names."""
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            return None
        tokens.append((_KINDS[(found.lastindex or 1) - 1], found[0].strip()))
        at = found.end()
    try:
        truth, rest = _operation(tokens, 0)
    except (IndexError, RecursionError):
        return None
    return (truth, frozenset(word for kind, word in tokens if kind == "name")) if truth and not rest else None


def _operation(tokens: list[tuple[str, str]], level: int) -> tuple[Truth | None, list[tuple[str, str]]]:
    """An operation that binds no looser than `level`; implications lean to the right."""
    if level == len(_BINDS):
        return _operand(tokens)
    kind = _BINDS[level]
    left, rest = _operation(tokens, level + 1)
    while left and rest and rest[0][0] == kind:
        right, rest = _operation(rest[1:], level if kind == "if" else level + 1)
        if right is None:
            return None, rest
        left = _joined(kind, left, right)
    return left, rest


def _joined(kind: str, left: Truth, right: Truth) -> Truth:
    match kind:
        case "and":
            return lambda case: left(case) and right(case)
        case "or":
            return lambda case: left(case) or right(case)
        case "if":
            return lambda case: not left(case) or right(case)
        case "xor":
            return lambda case: left(case) != right(case)
        case _:
            return lambda case: left(case) == right(case)


def _true(case: dict[str, bool]) -> bool:
    return True


def _operand(tokens: list[tuple[str, str]]) -> tuple[Truth | None, list[tuple[str, str]]]:
    kind, word = tokens[0]
    if kind == "name":
        return lambda case: case[word], tokens[1:]
    if kind == "constant":
        return lambda case: word in ("\\top", "⊤"), tokens[1:]
    if kind == "not":
        inner, rest = _operand(tokens[1:])
        return _joined("xor", inner, _true) if inner else None, rest
    if kind == "(":
        inner, rest = _operation(tokens[1:], 0)
        return (inner, rest[1:]) if rest and rest[0][0] == ")" else (None, rest)
    return None, tokens
