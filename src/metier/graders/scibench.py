r"""Would SciBench's own evaluation have accepted this reply? Its released rule, bit for bit, faults included.

So that a score can stand beside the published ones (Wang et al., arXiv 2307.10635; github.com/mandyyyyii/scibench,
`eval/`). What the rule gets wrong is listed in docs/scibench.md; the grader `answer` is the one to believe.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from metier.attempt import Grade
from metier.graders.answer import MAX_ANSWER_CHARS
from metier.item import Item

_RELATIVE = 0.05
_FACTOR = re.compile(r"\$? *10\^\{? *-?[0-9]+ *\}? *\$?")
_POWER = re.compile(r"10\^\{? *-?[0-9]+ *\}?")
_TIMES = ("\times", "\\times", "*")
"""Marks of a product, in the order the rule tries them. The first is a tab and "imes": a slip of the released code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SciBenchRule:
    r"""Compare the last box with the reference within 5 % of the larger of the two, as SciBench does.

    1. The answer is what follows the last `oxed{` up to its closing brace; of several `=` the last right side counts.
    2. If the unit holds a factor `10^k` **followed by anything**, the factor is missing from the prompt (see
       `shown_unit`): the reference is multiplied by it, and an answer `a \times 10^{k}` or `a * 10^k` is
       worked out. If the unit is only the factor, the bare reference is compared.
    3. Commas are dropped. The answer passes if `math.isclose(answer, reference, rel_tol=0.05)`, read whole or up to
       its first blank, as Python's `float` reads it.

    Args:
        unit: The unit of the data set, a string of LaTeX that may hold the factor.
        output: The answer is what a program printed (settings `python` and `wolfram`): no box, no product, and
            commas stay.

    >>> rule = SciBenchRule(unit="$10^{-19} \\mathrm{~J}$")
    >>> [rule(Item(prompt="", reference="3.2"), f"\\boxed{{{said}}}").is_correct for said in ("3.2e-19", "3.2")]
    [True, False]
    >>> SciBenchRule()(Item(prompt="", reference="1.5"), r"\boxed{1.5 \times 10^{3}}").is_correct  # a known fault
    True
    """

    unit: str = ""
    output: bool = False

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one reply: `within_5_percent`, `different`, `no_answer`, `no_number`, `bad_reference` or `too_long`.

        All of them are scored, as the released code scores them.
        """
        if len(answer) > MAX_ANSWER_CHARS:
            return Grade.incorrect("too_long", f"{len(answer)} characters")
        said = answer if self.output else last_box(answer)
        wanted: str | None = item.reference
        if shown_unit(self.unit) != self.unit:
            wanted = _multiplied(item.reference, self.unit)
            said = said if self.output else _worked_out(said)
        if said is None:
            return Grade.incorrect("no_answer")
        reference = None if wanted is None else _number(wanted)
        if reference is None:
            return Grade.incorrect("bad_reference", f"the rule cannot read {item.reference[:80]!r}")
        text = said.strip() if self.output else said.replace(",", "").strip()
        read = [value for part in (text, *text.split()[:1]) if (value := _number(part)) is not None]
        evidence = f"{text[:80]!r} against {reference!r}"
        if any(math.isclose(value, reference, rel_tol=_RELATIVE) for value in read):
            return Grade.correct("within_5_percent", evidence)
        return Grade.incorrect("different" if read else "no_number", evidence)


def shown_unit(unit: str) -> str:
    r"""The unit as the released prompts print it: what stands after the last factor `10^k`, if anything does.

    >>> shown_unit(r"$10^{3} \mathrm{~K}$"), shown_unit("$10^6$"), shown_unit("$10^6$ x")
    ('\\mathrm{~K}$', '$10^6$', ' x')
    """
    *_, rest = _FACTOR.split(unit)
    return rest or unit


def last_box(text: str) -> str | None:
    r"""What the rule takes for the answer: braces are counted without regard to backslashes, `\fbox` is never read.

    >>> last_box(r"\boxed{1}, no: \boxed{x = \frac{1}{2}}"), last_box(r"\boxed {1}")
    ('\\frac{1}{2}', None)
    """
    _, found, tail = text.rpartition("oxed")
    if not found or not tail.startswith("{"):
        return None
    depth = 0
    for place, letter in enumerate(tail):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            inside = tail[1:place]
            return inside.split("=")[-1].lstrip(" ") if "=" in inside else inside
    return None


def _worked_out(said: str | None) -> str | None:
    """An answer `a × 10^k` as the number; None where the rule ends in an answer that equals nothing."""
    mark = next((mark for mark in _TIMES if said and mark in said), None)
    if mark is None or said is None:
        # An empty box becomes a pair of empty strings in the released code, which equals nothing.
        return said or None
    parts = said.split(mark)
    return _multiplied(parts[0], parts[1]) if len(parts) == 2 else None


def _multiplied(factor: str, power: str) -> str | None:
    found = _POWER.search(power)
    if found is None:
        return None
    exponent = found[0].partition("^")[2].rpartition("{")[2].partition("}")[0]
    try:
        return str(float(factor.strip()) * 10 ** float(exponent))
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
