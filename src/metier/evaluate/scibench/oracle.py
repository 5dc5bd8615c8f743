r"""What would somebody who knows every answer score? Format and ability told apart, and wrong answers counted.

Seven ways to write the right answer, and four ways to be wrong, each put in a box and graded by the released rule and
by ours. No model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from metier.evaluate.scibench.load import Problem, item_of
from metier.grader import GraderFor
from metier.graders.scibench import SciBenchRule, shown_unit

_POWER = re.compile(r"10 *\^ *\{? *(-?[0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleRow:
    """How one way to answer fares: answers accepted by each rule, of `problems`; `unscored` by ours."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    format: str
    right: bool
    problems: int
    released: int
    ours: int
    unscored: int


def exponent(unit: str) -> int:
    r"""The power of ten in a unit, 0 if there is none.

    >>> exponent(r"$10^{-19} \mathrm{~J}$"), exponent("m")
    (-19, 0)
    """
    found = _POWER.search(unit)
    return int(found[1]) if found else 0


def value(problem: Problem) -> float:
    """The full value: the audited gold times the factor in the unit, correctly rounded."""
    return float(f"{_plain(problem)}e{exponent(problem.unit)}") if "e" not in _plain(problem) else _times(problem)


def _times(problem: Problem) -> float:
    return float(_plain(problem)) * 10.0 ** exponent(problem.unit)


def _plain(problem: Problem) -> str:
    return problem.audited_gold.strip().replace(",", "").replace("−", "-").lower()


def _asked(problem: Problem) -> float:
    """The number that the published prompt asks for: the mantissa if it shows the factor."""
    return value(problem) if shown_unit(problem.unit) != problem.unit else float(_plain(problem))


def _latex(problem: Problem) -> str:
    power = exponent(problem.unit)
    return f"{_plain(problem)} \\times 10^{{{power}}}" if power else _plain(problem)


def _wrong(factor: float) -> Callable[[Problem], str]:
    # Of a right answer of zero every multiple is right, so one is added.
    return lambda problem: repr(value(problem) * factor or factor)


RIGHT: dict[str, Callable[[Problem], str]] = {
    "gold": lambda problem: problem.audited_gold,
    "full": lambda problem: repr(value(problem)),
    "latex": _latex,
    "three": lambda problem: f"{_asked(problem):.3f}",
    "answer_latex": lambda problem: problem.latex or problem.audited_gold,
    "with_unit": lambda problem: f"{value(problem)!r} {_unit(problem.unit)}".strip(),
    "equation": lambda problem: f"x = {value(problem)!r}",
}
r"""Seven right ways: the audited gold as a string; the full value as `3.2e-19`; `a \times 10^{k}` with the factor of
the unit; three digits after the point of the number asked for; the data set's own LaTeX; the value with its unit; an
equation."""

WRONG: dict[str, Callable[[Problem], str]] = {
    "times 3": _wrong(3),
    "times 10": _wrong(10),
    "wrong unit": lambda problem: f"{value(problem)!r} cd",
    "0.000": lambda problem: "0.000" if value(problem) else "1.000",
}
"""Four wrong ways: three written as the full value, as no answer of the data set is in candela; and always zero."""


def oracle(problems: Iterable[Problem], *, grader_for: GraderFor) -> list[OracleRow]:
    """Grade the perfect answerer in every right way, and the wrong answers.

    >>> from metier.graders import grader_for
    >>> problem = Problem(key="fund:1", book="fund", exercise="fund/1", text="", gold="3.2", unit="$10^{-19}$ J")
    >>> [(row.format, row.released, row.ours) for row in oracle([problem], grader_for=grader_for)][:3]
    [('gold', 0, 1), ('full', 1, 1), ('latex', 1, 1)]
    """
    read = list(problems)
    ways = [(name, way, True) for name, way in RIGHT.items()] + [(name, way, False) for name, way in WRONG.items()]
    rows = []
    for name, way, right in ways:
        released = ours = unscored = 0
        for problem in read:
            item, reply = item_of(problem), f"The answer is \\boxed{{{way(problem)}}}."
            grade = grader_for(item)(item, reply)
            ours += grade.is_correct
            unscored += grade.score is None
            stored = replace(item, reference=problem.gold)
            released += SciBenchRule(unit=problem.unit)(stored, reply).is_correct
        rows.append(
            OracleRow(format=name, right=right, problems=len(read), released=released, ours=ours, unscored=unscored)
        )
    return rows


def _unit(unit: str) -> str:
    return (
        re.sub(r"(?:\\times *)?\$? *(?:\\mathrm\{)?10 *\^ *\{? *-?[0-9]+ *\}? *\}?", "", unit).replace("$", "").strip()
    )
