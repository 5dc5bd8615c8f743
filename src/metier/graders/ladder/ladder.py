r"""Is this answer right? The rungs in order, each with its word, down to correct, incorrect or unscored.

This module alone knows all rungs. It never raises on an answer, takes any length, and is safe in threads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from metier.attempt import Grade
from metier.graders.ladder.compare import compare
from metier.graders.ladder.extract import MAX_SHORT_CHARS, Found, extract
from metier.graders.ladder.normal import normal
from metier.graders.ladder.policy import Policy
from metier.graders.ladder.restated import agree
from metier.graders.ladder.statement import forms, last_sentence
from metier.graders.ladder.structure import Leaf, Many, shape
from metier.graders.ladder.verdict import Verdict
from metier.item import Item

Trace = Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A grade and what each rung said on the way to it."""

    grade: Grade
    rungs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Policy):
    r"""Compare an answer with the gold as a science teacher would: values, units, sets, intervals, formulas.

    A stated unit is binding; an unstated one is the gold's. With a factor `10^k` in the unit both the mantissa and the
    full value are right. Several answers are wrong where one is asked. What cannot be told is unscored, with a reason.

    Args:
        unit: The unit of the gold, as text or LaTeX; a factor `10^k` in it multiplies the gold.

    The tolerances are those of `Policy`. With none, the values must be equal.

    >>> item = Item(prompt="How far?", reference="3.0", grader="answer", policy={"unit": "km", "relative": 0.05})
    >>> [Answer(**item.policy)(item, said).outcome.value for said in (r"\boxed{3000\ \mathrm{m}}", "3.0 m", "3 s")]
    ['correct', 'incorrect', 'incorrect']
    """

    unit: str = ""
    _policy: Policy = field(init=False, repr=False, compare=False, default=Policy())

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer; docs/grading.md lists the reasons."""
        return _grade(item.reference, answer, self.unit, self, _silent)


def grade_answer(gold: str, answer: str, *, unit: str = "", **policy: float | bool) -> Grade:
    r"""Grade an answer against a gold; `policy` takes the options of `Policy`.

    Raises:
        TypeError, ValueError: The policy is none.

    >>> grade_answer("6.022e23", r"6.02 \times 10^{23}", relative=0.05).is_correct
    True
    >>> grade_answer("1.5", r"\boxed{1.5 \text{ or } 2.5}").reason
    'several_answers'
    """
    return _grade(gold, answer, unit, Policy(**policy), _silent)  # type: ignore[arg-type]


def explain(gold: str, answer: str, *, unit: str = "", **policy: float | bool) -> Explanation:
    r"""Grade an answer and tell what each rung said.

    >>> [rung for rung, _ in explain("3.0", r"\boxed{3000 m}", unit="km").rungs]
    ['extraction', 'normalisation', 'structure', 'numbers', 'units', 'verdict']
    """
    rungs: list[tuple[str, str]] = []
    grade = _grade(gold, answer, unit, Policy(**policy), lambda rung, word: rungs.append((rung, word)))  # type: ignore[arg-type]
    return Explanation(grade=grade, rungs=(*rungs, ("verdict", f"{grade.outcome.value}: {grade.reason}")))


def _silent(rung: str, word: str) -> None:
    """Tell nobody."""


def _grade(gold: str, answer: str, unit: str, policy: Policy, trace: Trace) -> Grade:
    wanted = _gold(gold, unit)
    if not wanted.text:
        return Grade.unscored("bad_reference", f"no gold in {gold[:80]!r}")
    found = extract(answer, many=wanted.many)
    grade = _first(wanted, found, answer, policy, trace)
    if grade.is_correct and (found is None or found.place != "conclusion") and not _TWICE.search(answer[-1_000:]):
        return grade
    return _restated(wanted, found, answer, policy, trace, grade) if _WORDY.search(answer[-1_000:]) else grade


def _restated(wanted: _Gold, found: Found | None, answer: str, policy: Policy, trace: Trace, grade: Grade) -> Grade:
    """The grade of what the last sentence states, if it states something; else the one there is."""
    inside = found is not None and found.place in ("box", "tag", "said")
    stated = forms(found.text if found and inside else last_sentence(answer), counted=not wanted.unit)
    if stated is None:
        return grade
    if not stated:
        number = any(mark.isdigit() for mark in wanted.text)
        doubtful = grade.is_correct and number and found is not None and found.place in ("conclusion", "whole")
        return Grade.incorrect("no_answer", f"nothing is stated in {answer[-80:]!r}") if doubtful else grade
    trace("statement", " | ".join(stated)[:200])
    tries = [(one, stated[:at] + stated[at + 1 :]) for at, one in enumerate(stated)]
    if "≈" in stated[0]:
        tries.append((stated[0].rpartition("≈")[2], stated[1:]))
    for one, others in tries:
        right = _verdict(wanted, one, policy, trace)
        if right.is_same and all(agree(one, other, wanted.unit) for other in others):
            return Grade.correct(right.reason if len(stated) == 1 else "same_in_every_form", right.evidence[:400])
    if grade.is_correct and (len(stated) > 1 or (found and found.place == "conclusion")):
        return Grade.incorrect("different", f"{stated[0][:150]} against {wanted.text[:150]}")
    return grade


def _verdict(wanted: _Gold, text: str, policy: Policy, trace: Trace) -> Verdict:
    try:
        return compare(wanted.text, normal(text), unit=wanted.unit, power=wanted.power, policy=policy, trace=trace)
    except RecursionError:
        return Verdict(None, "too_deep", "nested too deep")


def _first(wanted: _Gold, found: Found | None, answer: str, policy: Policy, trace: Trace) -> Grade:
    """The grade of the extracted text as it stands."""
    trace("extraction", f"{found.place}: {found.text[:200]!r}" if found else "no answer stated")
    if found is None:
        return Grade.incorrect("no_answer", f"no answer stated in {answer[-80:]!r}")
    if len(found.text) > MAX_SHORT_CHARS:
        return Grade.incorrect("too_long", f"{len(found.text)} characters")
    text = normal(found.text)
    trace("normalisation", f"{text[:200]!r} against {wanted.text[:200]!r}")
    if not text:
        return Grade.incorrect("no_answer", "an empty answer")
    verdict = _verdict(wanted, text, policy, trace)
    evidence = verdict.evidence[:400] or f"{text[:150]} against {wanted.text[:150]}"
    if verdict.is_same is None:
        return Grade.unscored(verdict.reason, evidence)
    return Grade.correct(verdict.reason, evidence) if verdict.is_same else Grade.incorrect(verdict.reason, evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gold:
    text: str
    unit: str
    power: int
    many: bool


_WORDY = re.compile(
    r"(?<![\\{A-Za-z])[A-Za-z]?[a-z]{2,}[:,.]?\*?\s| - ?|[(;∴⇒→✓✔✅]|=>|°[a-z]|≈.*[≈=]|"
    r"=.*(?:≈|\\approx|\\simeq)|[,(].*(?:[<>≤≥∈]|\\(?:[gl]e?q?|[gl]t|in|neq?)\b)"
)
"""What a text needs to be more than an answer; the others are not read again."""
_TWICE = re.compile(
    r"\((?:≈|=|\\approx|about|approx|roughly|or|i\.e|\d)|\bi\.e\b|(?:≈|\\approx).*(?:≈|\\approx)|"
    r"^[A-Z][a-z]+ [a-z]+ [=a-z]|\bnot\b"
)
"""Where a right answer may be followed by another form that contradicts it."""
_POWER = re.compile(r"^ *(?:[*] *)?\{?10 *\^ *\{? *([-+]? *\d{1,3}) *\}? *\}? *\*?")


@lru_cache(maxsize=4096)
def _gold(gold: str, unit: str) -> _Gold:
    """The gold and its unit, cleaned, with the factor `10^k` of the unit apart."""
    found = extract(gold) if "box" in gold else None
    text = normal(found.text if found else gold.strip()[:MAX_SHORT_CHARS])
    # A unit that is only `$` is money; elsewhere a lone one is a slip of LaTeX.
    bare = unit.strip()
    cleaned = (
        "¤" if bare in ("$", r"\$", r"$\$$") else normal("1 " + bare.replace("$", " "))[1:].strip() if bare else ""
    )
    power = _POWER.match(cleaned)
    if power:
        cleaned = cleaned[power.end() :].strip()
    read = shape(text)
    many = isinstance(read, Many) or (isinstance(read, Leaf) and "=" in read.text)
    return _Gold(text=text, unit=cleaned, power=int(power[1].replace(" ", "")) if power else 0, many=many)
