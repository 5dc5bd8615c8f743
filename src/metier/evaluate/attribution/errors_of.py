"""Which solutions of a run are wrong? From its transcript or its attempts, with the exam they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from metier.attempt import Attempt, Outcome
from metier.evaluate.attribution.judges import Wrong
from metier.evaluate.transcript import Line
from metier.item import Item


def wrong_of(samples: Iterable[Line], items: Mapping[str, Item]) -> tuple[list[Wrong], dict[str, str], int]:
    """List the wrong solutions, the units of their right answers by attempt, and how many samples the exam lacks.

    What was unscored is no error of the model's, or not shown to be one, and is left out.

    >>> from metier.attempt import Grade
    >>> item = Item(prompt="2 * 3?", reference="6", policy={"unit": "m"})
    >>> one = Attempt(item_id=item.item_id, model="m", run_id="r", reply="7 m", grade=Grade.incorrect("different"))
    >>> found, units, lacking = wrong_of([Line(attempt=one)], {item.item_id: item})
    >>> found[0].problem, list(units.values()), lacking
    ('2 * 3?', ['m'], 0)
    """
    found, units, lacking = [], {}, 0
    for sample in samples:
        attempt = sample.attempt
        item = items.get(attempt.item_id)
        lacking += item is None
        if item is None or attempt.grade.outcome != Outcome.INCORRECT:
            continue
        found.append(
            Wrong(
                attempt_id=attempt.attempt_id,
                problem=item.prompt,
                reference=item.reference,
                reply=_whole(sample),
                error=_program_error(attempt),
            )
        )
        if unit := str(item.policy.get("unit", "")):
            units[attempt.attempt_id] = unit
    return found, units, lacking


def _whole(sample: Line) -> str:
    """All that the model said, call by call; the graded text alone where no transcript was kept."""
    return "\n\n".join(turn.reply.text for turn in sample.turns) or sample.attempt.reply


def _program_error(attempt: Attempt) -> str:
    """How its program ended, if it failed: what the runner keeps with the grade."""
    for part in attempt.grade.evidence.split("; "):
        if part.startswith(("program exit", "program killed")):
            return part
    return ""
