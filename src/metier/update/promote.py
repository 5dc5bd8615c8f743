"""May the new version replace the old one? Only if nothing that worked got worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

# Means of whole numbers of items are not exact: a loss of exactly the tolerance is no more than it.
_ROUNDING = 1e-9


class Change(Protocol):
    """One cell of a comparison: what the decision reads of it (`evaluate.compare.Difference` has it all)."""

    @property
    def label(self) -> str:
        """What the cell measures."""
        ...

    @property
    def before(self) -> float:
        """The old share of right answers."""
        ...

    @property
    def after(self) -> float:
        """The new one."""
        ...

    @property
    def difference(self) -> float:
        """After minus before."""
        ...

    @property
    def high(self) -> float:
        """The upper end of its interval."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Whether a version is promoted, and why."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    promoted: bool
    reasons: tuple[str, ...]


def decide(cells: Sequence[Change], *, worked_from: float = 0.5, tolerance: float = 0.02) -> Promotion:
    """Decide on a promotion from paired differences on items that neither version practised on.

    A cell worked if the old version had at least `worked_from` of it right. It got worse if it lost more than
    `tolerance`, or if the whole interval of its difference lies below zero. One such cell refuses the promotion, and
    so does a cell that was not measured (NaN), and a version that gains nowhere.

    >>> from types import SimpleNamespace as Cell
    >>> decide([Cell(label="level 1", before=0.99, after=0.90, difference=-0.09, high=-0.05)]).promoted
    False
    """
    unknown = [c for c in cells if any(map(math.isnan, (c.before, c.after, c.difference, c.high)))]
    if unknown:
        return Promotion(promoted=False, reasons=tuple(f"{c.label}: not measured on both sides" for c in unknown))
    worse = [c for c in cells if c.before >= worked_from and (c.difference < -tolerance - _ROUNDING or c.high < 0)]
    better = [c for c in cells if c.difference > 0]
    if worse:
        return Promotion(promoted=False, reasons=tuple(f"{_says(c)}: it worked and got worse" for c in worse))
    if not better:
        return Promotion(promoted=False, reasons=("nothing got better",))
    kept = sum(c.before >= worked_from for c in cells)
    gains = tuple(_says(c) for c in sorted(better, key=lambda c: -c.difference)[:3])
    return Promotion(promoted=True, reasons=(*gains, f"none of the {kept} cells that worked got worse"))


def _says(cell: Change) -> str:
    return f"{cell.label}: {100 * cell.before:.1f} → {100 * cell.after:.1f} %"
