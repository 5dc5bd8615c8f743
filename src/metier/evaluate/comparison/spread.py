"""Where does the spread of the differences come from: from the questions, or from asking again?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.evaluate.comparison.pairs import Pair, Pairs, pairs_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The variance of the differences and its parts; what `metier.evaluate.comparison.power` asks for.

    Attributes:
        total: Of the differences as observed, ω² + σ_A²/K_A + σ_B²/K_B.
        between: ω², of what remains with ever more epochs; the total where no question has two scored epochs.
        within_before, within_after: σ_A² and σ_B², of one question between epochs; `None` where none has two.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    total: float
    between: float
    within_before: float | None = None
    within_after: float | None = None


def spread_of(pairs: Pairs | Sequence[Pair]) -> Spread:
    """Take the variance of the differences apart; at least two pairs.

    σ² is the mean of the variances within questions that have two scored epochs or more, and ω² what is left of the
    total, not below 0 (E. Miller, arXiv 2411.00640, section 3).

    >>> def pair(score):
    ...     return Pair(task="", sample_id=str(score), cluster="", before=score, after=1.0, epochs_before=4,
    ...                 spread_before=0.25)
    >>> spread_of([pair(0.0), pair(0.5), pair(1.0)])
    Spread(total=0.25, between=0.1875, within_before=0.25, within_after=None)
    """
    columns = pairs_of(pairs)
    changes = columns.changes
    mean = math.fsum(changes) / len(changes)
    total = math.fsum([(change - mean) ** 2 for change in changes]) / (len(changes) - 1)
    before, after = _mean(columns.spread_before), _mean(columns.spread_after)
    if before is None and after is None:
        return Spread(total=total, between=total)
    noise = math.fsum((before or 0.0) / pair.epochs_before + (after or 0.0) / pair.epochs_after for pair in pairs)
    between = max(0.0, total - noise / len(pairs))
    return Spread(total=total, between=between, within_before=before, within_after=after)


def _mean(variances: Iterable[float | None]) -> float | None:
    known = [variance for variance in variances if variance is not None]
    return math.fsum(known) / len(known) if known else None
