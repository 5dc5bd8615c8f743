"""Which of the numbers that a log gives a sample are scores? Each is a task of its own in a comparison."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from metier.errors import InputError, nearest
from metier.evaluate.samples import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One sample of a log, with what each measure says of it.

    Attributes:
        values: By the name of the measure. `None`, or a measure that is not there, is unscored; what is not a number
            between 0 and 1 makes the measure no score at all.
    """

    sample_id: str
    values: Mapping[str, object]
    task: str = ""
    cluster: str = ""
    epoch: int = 0
    model: str = ""
    replies: Mapping[str, str] = field(default_factory=dict)


def rows(measured: Iterable[Measured], *, measure: str = "", where: str) -> Iterator[Sample]:
    """Make rows of a comparison, measure by measure.

    Args:
        measure: Take this one alone, by its whole name or by a part of it between commas or slashes.

    Raises:
        InputError: There is no such measure, or none whose values lie between 0 and 1.

    >>> [row.task for row in rows([Measured(sample_id="1", task="t", values={"a": 1, "b": 0.5})], where="log")]
    ['t/a', 't/b']
    >>> [row.score for row in rows([Measured(sample_id="1", values={"a": 1, "elo": 1200.0})], where="log")]
    [1.0]
    """
    known = list(measured)
    names = list(dict.fromkeys(name for one in known for name in one.values))
    usable = [name for name in names if all(_is_score(one.values.get(name)) for one in known)]
    chosen = [name for name in usable if not measure or measure in (name, *name.replace(",", "/").split("/"))]
    if measure and not chosen:
        raise InputError(f"No measure {measure!r} between 0 and 1 in {where}.", hint=nearest(measure, usable))
    if names and not chosen:
        raise InputError(
            f"Expected scores between 0 and 1 in {where}; {', '.join(map(repr, names))} go beyond.",
            hint="A comparison takes scores between 0 and 1.",
        )
    for name in chosen or [""]:
        for one in known:
            yield Sample(
                sample_id=one.sample_id,
                score=_score(one.values.get(name)),
                task=f"{one.task}/{name}" if len(chosen) > 1 else one.task,
                cluster=one.cluster,
                epoch=one.epoch,
                model=one.model,
                reply=one.replies.get(name) or one.replies.get("", ""),
            )


def _is_score(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, bool | int | float) and (math.isnan(value) or 0.0 <= value <= 1.0)


def _score(value: object) -> float | None:
    return float(value) if isinstance(value, bool | int | float) and not math.isnan(value) else None
