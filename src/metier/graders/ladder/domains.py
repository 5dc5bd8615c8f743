r"""Which numbers do words or a distance name? `all non-negative reals`, `|x - 1| < 3`, `the positive integers`.

The answer is a text that `structure` reads: an interval, an inequality, a set by its symbol.
"""

from __future__ import annotations

import re
from fractions import Fraction

_SIGNS = {
    "positive": "(0, \\infty)", "negative": "(-\\infty, 0)", "nonnegative": "[0, \\infty)",
    "nonpositive": "(-\\infty, 0]", "nonzero": "(-\\infty, 0)∪(0, \\infty)",
}  # fmt: skip
_OF_ALL = r"(?:the )?(?:set of |interval of )?(?:all |every |any |the )?(?:the )?"
_REALS = re.compile(
    rf"(?i){_OF_ALL}(?:real )?(positive|negative|non-? ?negative|non-? ?positive|non-? ?zero) "
    r"(?:real numbers?|reals?(?: numbers?)?|numbers?)|"
    rf"(?i:{_OF_ALL}real numbers?|reals?) ?(?:that are |which are )?(?i:not equal to|other than|except(?: for)?|but) 0"
)
_BOUNDED = re.compile(
    rf"(?i){_OF_ALL}(?:real )?(?:numbers?|reals?|values?)(?: of)? ?[a-z]?,? (?:that are |which are |with )?"
    r"(?:[a-z] )?(greater than or equal to|less than or equal to|no less than|no more than|not less than|"
    r"not greater than|at least|at most|greater than|less than|more than|above|below|larger than|smaller than) "
    r"(-?[\d./]+)"
)
_RELATIONS = {
    "greater than or equal to": "≥", "no less than": "≥", "not less than": "≥", "at least": "≥",
    "less than or equal to": "≤", "no more than": "≤", "not greater than": "≤", "at most": "≤",
    "greater than": ">", "more than": ">", "above": ">", "larger than": ">",
    "less than": "<", "below": "<", "smaller than": "<",
}  # fmt: skip
_INTEGERS = re.compile(
    rf"(?i){_OF_ALL}((?:positive|negative|non-? ?negative|non-? ?positive|even|odd) )?(?:integers?|whole numbers?)"
)
_SYMBOL = re.compile(
    r"(?:\\mathbb ?\{? ?Z ?\}?|ℤ) ?(?:([\^_]) ?\{? ?(\+|-|[<>≤≥] ?0|(?:\\ge(?:q|qslant)?|\\le(?:q|qslant)?) ?0) ?\}?)?"
)
_WHICH = {
    "+": "positive",
    "-": "negative",
    ">0": "positive",
    "<0": "negative",
    "≥0": "nonnegative",
    "≤0": "nonpositive",
}
_DISTANCE = re.compile(r"\| ?(\d*) ?\*? ?([a-z]) ?([-+]) ?([\d./]+) ?\| ?([<>≤≥]) ?([\d./]+)")


def domain(text: str) -> str | None:
    r"""The same set of numbers in symbols, or None if it is not named by words or a distance.

    >>> domain("all non-negative real numbers"), domain("|x - 1| < 3"), domain("the positive integers")
    ('[0, \\infty)', '-2 < x < 4', 'integers positive')
    """
    if text[:1] == "|":
        return _distance(text)
    if found := _REALS.fullmatch(text):
        return _SIGNS[re.sub("[- ]", "", found[1].lower()) if found[1] else "nonzero"]
    if found := _BOUNDED.fullmatch(text):
        relation, end = _RELATIONS[found[1].lower()], found[2]
        if relation in "<≤":
            return f"(-\\infty, {end}" + (")" if relation == "<" else "]")
        return ("(" if relation == ">" else "[") + f"{end}, \\infty)"
    if found := _INTEGERS.fullmatch(text):
        return f"integers {re.sub('[- ]', '', (found[1] or '').lower())}".strip()
    if found := _SYMBOL.fullmatch(text):
        return f"integers {_WHICH.get((found[2] or '').replace(' ', ''), '')}".strip()
    return None


def _distance(text: str) -> str | None:
    """`|2x - 1| ≤ 3` as `-1 ≤ x ≤ 2`, and `|x - 1| > 3` as what lies outside."""
    found = _DISTANCE.fullmatch(text)
    if not found:
        return None
    factor, name, sign, shift, relation, far = found.groups()
    try:
        size, offset, reach = Fraction(factor or 1), Fraction(sign + shift), Fraction(far)
    except (ValueError, ZeroDivisionError):
        return None
    if not size or not reach:
        return None
    low, high = (-offset - reach) / size, (-offset + reach) / size
    if relation in "<≤":
        return f"{low} {relation} {name} {relation} {high}"
    return f"{name} {'<' if relation == '>' else '≤'} {low} or {name} {relation} {high}"
