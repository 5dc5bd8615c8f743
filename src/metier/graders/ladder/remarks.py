"""Which words of a sentence only comment on its value? Remarks, reasons, conditions, what stands in brackets."""

from __future__ import annotations

import re

from metier.graders.ladder.quantity import is_quantity
from metier.graders.ladder.units import in_table
from metier.graders.ladder.wording import (
    AGAIN_INSIDE,
    BEGINS_SETTING,
    FUNCTIONS,
    GOVERNED,
    MEASURED,
    NAMED,
    PLACES,
    REMARK,
    SO,
    SPOILS,
    START,
    VERBS,
    WORD,
)

_BRACKETS = re.compile(r" ?\(((?:[^()]|\([^()]*\))*)\)")
_LONG_WORD = re.compile(r"(?<![\\A-Za-z_{^])[a-z]{3,}$")
_UNIT_APART = re.compile(r"in (?:units of )?[A-Za-zμ°%/]+$")
_CONDITION = re.compile(
    r"(?:[,;] *| (?=\()| (?=for\b)| (?=valid\b))\(? *(?:valid|holds|where|provided|that|for|all|any|if|with|when| )*\|?"
    r"(?:\\?(?:Re|Im) ?\(?)?(\\?[A-Za-z])(?:_\{?\w+\}?)?[)|]* ?[<>≤≥≠∈] ?[^,;=()]{1,20}\)? *$"
)
_GIVES = re.compile(r"\b(?:gives?|yields?|get|obtain|find|we have)\b")
_GOES_ON = re.compile(rf", (?:{VERBS.pattern.removeprefix('(?i)')}|[a-z]+s\b).*\d")
"""The main clause behind a remark in the middle."""


def without_brackets(text: str) -> tuple[str | None, list[str]]:
    """The text without remarks in brackets, and what they say again; None if one takes the value back."""
    again: list[str] = []
    spoilt = False

    def judged(found: re.Match[str]) -> str:
        nonlocal spoilt
        inside, rest = found[1].strip(), found.string[found.end() :].lstrip()
        before = found.string[: found.start()].rstrip()[-1:]
        if lead := AGAIN_INSIDE.match(inside):
            again.append(inside[lead.end() :])
            return ""
        behind = (
            (before.isalnum() or before in "}°%") and found[0][:1] == " " and (rest[:1].isalpha() or rest[:1] in ",.;")
        )
        if behind and MEASURED.match(inside) and is_quantity(inside):
            again.append(inside)
            return ""
        if _UNIT_APART.match(inside):
            spoilt = True
            return ""
        if NAMED.match(inside) and not rest and found[0][:1] == " ":
            return ""
        if prose(inside) or (_LONG_WORD.search(found.string[: found.start()]) and re.search(r"[*/+]", inside)):
            spoilt |= bool(SPOILS.search(inside))
            return ""
        return found[0]

    text = _BRACKETS.sub(judged, text).strip(" .,;")
    return (None if spoilt else text), again


def without_remark(text: str) -> str | None:
    """The text before a remark or reason; None if that takes the value back."""
    for found in REMARK.finditer(text):
        if text.count("(", 0, found.start()) > text.count(")", 0, found.start()):
            continue
        if any(sign.search(text, 0, found.start()) for sign in (START, NAMED, VERBS)):
            said = text[found.start() :]
            if BEGINS_SETTING.match(text) and not _GIVES.search(text, 0, found.start()) and not _is_last(text, found):
                continue
            if (so := SO.match(said)) and START.search(GOVERNED.sub("", said)):
                return without_remark(said[so.end() :])
            return None if SPOILS.search(said) or _GOES_ON.search(said) else text[: found.start()]
    return text


def _is_last(text: str, remark: re.Match[str]) -> bool:
    """Whether a main clause states its value before a remark without a number: `With m = 2, F = 4, about as much`."""
    comma = text.find(", ")
    stated = 0 <= comma < remark.start() and NAMED.search(text, comma + 2, remark.start())
    return bool(stated) and not re.search(r"[\d=≈]", text[remark.start() :])


def without_condition(text: str) -> str:
    """The text without the values for which its formula holds: `X(z) = 1/(1 - z), |z| > 1`, `f'(x) = 1/x (x > 0)`.

    What is bounded must stand in the formula, so that `x = 3, x > 5` keeps both.

    >>> without_condition("X(z) = 1/(1 - z), |z| > 1"), without_condition("x = 3, x > 5")
    ('X(z) = 1/(1 - z)', 'x = 3, x > 5')
    """
    found = _CONDITION.search(text)
    relation = NAMED.match(text)
    if not found or not relation or found.start() < relation.end():
        return text
    label = relation[0].rstrip(" =≈∈")
    stated = text[relation.end() : found.start()] + "".join(re.findall(r"\([^()]*\)|_.*", label))
    return text[: found.start()] if re.search(rf"(?<![A-Za-z\\]){re.escape(found[1])}(?![A-Za-z])", stated) else text


def prose(text: str) -> bool:
    """Whether a text holds a word that is neither a unit nor a function."""
    return any(not of_a_value(word[0], text[word.end() :]) for word in WORD.finditer(text))


def of_a_value(word: str, after: str) -> bool:
    """Whether a word behind a value belongs to it."""
    if word in FUNCTIONS:
        return True
    if word == "in":
        return not after.strip(" .")
    return word not in PLACES and (in_table(word) or all(in_table(part) for part in word.split("-")))
