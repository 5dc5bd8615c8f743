"""What should be mended in an exam before anybody takes it? Every check on every record, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from metier.evaluate.audit.duplicates import check_duplicates
from metier.evaluate.audit.finding import Finding
from metier.evaluate.audit.formats import check_format
from metier.evaluate.audit.golds import check_gold, exponent_of
from metier.evaluate.audit.leaks import check_leaks
from metier.evaluate.audit.memory import Memory, check_memory
from metier.evaluate.audit.options import check_options
from metier.evaluate.audit.reading import read
from metier.evaluate.audit.record import Record
from metier.grader import GraderFor
from metier.item import Item

_ORDER = ("error", "warning", "note")


def audit(
    records: Sequence[Record],
    *,
    name: str = "exam",
    grader_for: GraderFor | None = None,
    asks: str = "",
    corpus: Iterable[tuple[str, str]] = (),
    memory: Memory | None = None,
) -> list[Finding]:
    """Check a whole exam, errors first.

    Args:
        name: What to call the exam in findings on the whole.
        grader_for: Finds graders; without it no grader is tried.
        asks: Instructions outside the prompts, such as a system message, whose formats the graders must accept.
        corpus: Pairs of place and text, to look for the questions in.
        memory: What a model remembers of the exam, if one was asked.

    >>> rows = [Record(place="e:0", prompt="What is the probability of rain?", gold="1.2")]
    >>> [(finding.rule, finding.severity) for finding in audit(rows)]
    [('impossible_probability', 'error')]
    """
    found = [finding for record in records for finding in check_gold(record)]
    found += check_duplicates(records)
    found += check_options(records, name=name)
    if grader_for is not None:
        found += [finding for record in records for finding in check_format(record, grader_for, asks=asks)]
    found += check_leaks(records, corpus)
    found += check_memory(memory, name=name) if memory else []
    return sorted(found, key=lambda finding: _ORDER.index(finding.severity))


def graded_by(records: Iterable[Record], grader: str, *, policy: Mapping[str, Any] | None = None) -> list[Record]:
    r"""Problems as items of a grader, so that it can be tried on them; items stay what they are.

    The graders `scibench` and `answer` are told the unit. The rule of SciBench multiplies the gold by the power of ten
    in the unit, so what a perfect answerer gives to it is the full value.

    >>> rows = [Record(place="e:0", prompt="Mass?", gold="1.5", unit=r"$10^{3} \mathrm{~kg}$")]
    >>> graded_by(rows, "scibench")[0].gold
    '1500.0'
    """
    return [record if record.item else _graded(record, grader, dict(policy or {})) for record in records]


def _graded(record: Record, grader: str, policy: dict[str, Any]) -> Record:
    if grader in ("scibench", "answer") and record.unit.strip():
        policy = {"unit": record.unit, **policy}
    item = Item(prompt=record.prompt, reference=record.gold, grader=grader, policy=policy)
    gold, exponent = read(record.gold), exponent_of(record.unit)
    if grader != "scibench" or gold is None or exponent is None:
        return replace(record, item=item)
    from metier.graders.scibench import shown_unit

    is_cut = shown_unit(record.unit) != record.unit
    return replace(record, item=item, gold=repr(gold.value * 10.0**exponent) if is_cut else record.gold)
