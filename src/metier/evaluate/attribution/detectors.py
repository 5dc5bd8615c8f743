r"""Which lacks can be shown without a model? Wrong arithmetic, a slipped power of ten, a wrong unit, a failed program.

A detector quotes the words it judges and says what should stand there. It is silent where it cannot read: its labels
are few and meant to be right. It reads numbers with the reader of the answer ladder and executes nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from metier.evaluate.attribution.abilities import Label
from metier.evaluate.attribution.judges import Wrong
from metier.graders.ladder.evaluate import value
from metier.graders.ladder.normal import normal
from metier.graders.ladder.syntax import UnreadError, read
from metier.graders.ladder.tree import Apply, parts

CALCULATION, UNIT, POWER, PROGRAM = "recalculated", "unit", "power-of-ten", "program"
CLOSE = 0.02
"""How far a rounded step may be off, as a part of the right value: steps of a solution carry two or three digits."""

_SIDE = 160
_OPERATORS = frozenset({"add", "mul", "div", "pow", "root", "sqrt", "fact"})
_MAX_REPLY = 200_000
_STEP = re.compile(
    rf"(?<![\w.\\^_{{])([-−]?[\d(\\][^=≈\n$]{{0,{_SIDE}}}?)\s*(?:=|≈|\\approx|\\simeq)\s*"
    r"([-−]?\d(?:[\d.,{}]*[\d}])?(?:\s*(?:\\times|\\cdot|×|·|\*)\s*10\s*\^?\s*(?:\{[-−+]?\d+\}|[-−+]?\d+|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|[eE][-+]?\d+)?)"
)


def detected(wrong: Wrong, *, unit: str = "") -> list[Label]:
    r"""List what can be shown of a wrong solution, in the order of the reply.

    Args:
        unit: The unit of the right answer, if it has one.

    >>> one = Wrong(attempt_id="a", problem="", reference="6.0", reply="So 2.0 * 3.0 = 7.1, and that is all.")
    >>> detected(one)[0].quote, detected(one)[0].note
    ('2.0 * 3.0 = 7.1', '2.0 * 3.0 is 6')
    """
    found = [*recalculated(wrong.reply), *slipped(wrong), *unlike(wrong, unit), *_failed(wrong)]
    return sorted(found, key=lambda label: (label.start, label.by))


def recalculated(reply: str) -> Iterator[Label]:
    r"""Calculate every step "… = number" again that holds numbers alone, and name those that are off.

    >>> [label.quote for label in recalculated(r"$\frac{6}{4} = 1.5$ and $\sqrt{16} \times 2 = 9$")]
    ['\\sqrt{16} \\times 2 = 9']
    """
    for found in _STEP.finditer(reply[:_MAX_REPLY]):
        left, right = _value(found[1], sums=True), _value(found[2])
        if left is None or right is None or math.isclose(left, right, rel_tol=CLOSE):
            continue
        if right and _is_percent(left, right, reply[found.end() :]):
            continue
        yield Label(
            ability_id="calculation",
            quote=found[0],
            start=found.start(),
            by=CALCULATION,
            note=f"{' '.join(found[1].split())} is {left:.6g}",
        )


def slipped(wrong: Wrong) -> Iterator[Label]:
    r"""Say whether the answer is the right one times a whole power of ten, beyond rounding.

    >>> [label.note for label in slipped(Wrong(attempt_id="a", problem="", reference="1.5", reply=r"\boxed{1500}"))]
    ['the right answer times 10^3']
    """
    from metier.graders.ladder.extract import extract

    found, gold = extract(wrong.reply), _value(wrong.reference)
    given = _value(found.text) if found else None
    if found is None or not given or not gold or given / gold <= 0:
        return
    power = math.log10(given / gold)
    if round(power) and abs(power - round(power)) < math.log10(1 + CLOSE):
        start = max(wrong.reply.rfind(found.text), 0)
        note = f"the right answer times 10^{round(power)}"
        yield Label(ability_id="calculation", quote=found.text, start=start, by=POWER, note=note)


def unlike(wrong: Wrong, unit: str) -> Iterator[Label]:
    r"""Say whether the number is right and the unit is not.

    >>> one = Wrong(attempt_id="a", problem="", reference="3.0", reply=r"\boxed{3.0 \text{ s}}")
    >>> [label.ability_id for label in unlike(one, "m")], [label.by for label in unlike(one, "s")]
    (['scientific-literacy'], [])
    """
    from metier.graders.ladder import grade_answer
    from metier.graders.ladder.extract import extract

    found = extract(wrong.reply) if unit else None
    if found is None or grade_answer(wrong.reference, wrong.reply, unit=unit, relative=CLOSE).is_correct:
        return
    number, rest = _split(found.text)
    gold = _value(wrong.reference)
    if rest and number is not None and gold is not None and math.isclose(number, gold, rel_tol=CLOSE):
        start = max(wrong.reply.rfind(found.text), 0)
        note = f"{rest!r} where {unit!r} is meant"
        yield Label(ability_id="scientific-literacy", quote=found.text, start=start, by=UNIT, note=note)


def _failed(wrong: Wrong) -> Iterator[Label]:
    """A program that ended with an exception; its first line is the place."""
    if wrong.error:
        block = re.search(r"```[^\n]*\n\s*([^\n]+)", wrong.reply)
        quote, start = (block[1], block.start(1)) if block else (wrong.reply.strip()[:80], 0)
        yield Label(ability_id="code-conversion", quote=quote, start=start, by=PROGRAM, note=wrong.error[:200])


def _value(text: str, *, sums: bool = False) -> float | None:
    """The value of a text that is numbers and signs alone; with `sums`, of one that calculates something."""
    number, rest = _split(text, sums=sums)
    return None if rest else number


def _split(text: str, *, sums: bool = False) -> tuple[float | None, str]:
    try:
        node, rest = read(normal(text))
    except UnreadError:
        return None, text
    if sums and not any(isinstance(part, Apply) and part.op in _OPERATORS for part in parts(node)):
        return None, rest
    try:
        number = float(value(node))
    except (ArithmeticError, ValueError, TypeError):
        return None, rest
    return (number if math.isfinite(number) else None), rest


def _is_percent(left: float, right: float, after: str) -> bool:
    """Whether a share was written as a percentage: 3 / 4 = 75 %."""
    return bool(re.match(r"\s*\\?%|\s*percent", after)) and math.isclose(100 * left, right, rel_tol=CLOSE)
