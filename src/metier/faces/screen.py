"""What does a run look like while it goes on? A row for each stage, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metier.faces.show import say
from metier.run import StageRecord
from metier.wheel import Numbers

if TYPE_CHECKING:
    from rich.table import Table

_BLOCKS = "▁▂▃▄▅▆▇█"
_CURVES = 3


@dataclass(slots=True)
class _Row:
    went_in: str = ""
    came_out: str = ""
    state: str = "waits"
    began: float = 0.0
    seconds: float | None = None
    done: int = 0
    total: int = 0
    points: dict[str, list[float]] = field(default_factory=dict)


class Screen:
    """A listener that keeps one live table on a terminal, and writes plain lines where there is none.

    Use it as a context manager, so that the terminal is left as it was found.
    """

    def __init__(self, stages: Sequence[str], *, title: str) -> None:
        self._rows = {stage: _Row() for stage in stages}
        self._title = title
        self._live: Any = None
        self._said = 0.0

    def __enter__(self) -> Screen:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), get_renderable=self._table, refresh_per_second=4)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def started(self, stage: str, went_in: str) -> None:
        """Show that a stage begins."""
        row = self._rows[stage]
        row.went_in, row.state, row.began = went_in, "runs", time.monotonic()
        self._tell(f"{stage:<9} ← {went_in}")

    def progressed(self, stage: str, done: int, total: int, numbers: Numbers) -> None:
        """Show how far a stage has come, and its curves."""
        row = self._rows[stage]
        row.done, row.total = done, total
        for name, value in numbers.items():
            row.points.setdefault(name, []).append(value)
        # A log wants a line now and then, not one for every step.
        if self._live is None and time.monotonic() - self._said > 10:
            latest = ", ".join(f"{name} {values[-1]:.2f}" for name, values in row.points.items())
            self._tell(f"{stage:<9} … {done} of {total}{f'; {latest}' if latest else ''}")
            self._said = time.monotonic()

    def finished(self, stage: str, record: StageRecord, *, reused: bool) -> None:
        """Show what came out of a stage."""
        row = self._rows[stage]
        row.went_in, row.came_out, row.seconds = record.went_in, record.came_out, record.seconds
        row.state = "unchanged" if reused else "done"
        self._tell(f"{stage:<9} → {record.came_out} ({'unchanged' if reused else f'{record.seconds:.1f} s'})")

    def _tell(self, line: str) -> None:
        if self._live is None:
            say(line)

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, title=self._title, title_justify="left", pad_edge=False, header_style="dim")
        for column in ("stage", "went in", "came out", "seconds"):
            table.add_column(column, justify="right" if column == "seconds" else "left")
        for stage, row in self._rows.items():
            style = {"runs": "bold", "waits": "dim", "unchanged": "dim"}.get(row.state, "")
            table.add_row(stage, Text(row.went_in), Text(self._outcome(row)), self._seconds(row), style=style)
        return table

    def _outcome(self, row: _Row) -> str:
        if row.state != "runs":
            return row.came_out
        share = row.done / row.total if row.total else 0.0
        bar = "█" * round(18 * share) + "·" * (18 - round(18 * share))
        moving = [(name, values) for name, values in row.points.items() if min(values) < max(values)][:_CURVES]
        curves = "  ".join(f"{name} {sparkline(values)} {values[-1]:.2f}" for name, values in moving)
        return f"{bar} {row.done}/{row.total}  {curves}" if row.total else "…"

    def _seconds(self, row: _Row) -> str:
        if row.state == "runs":
            return f"{time.monotonic() - row.began:.0f}"
        return "" if row.seconds is None else "unchanged" if row.state == "unchanged" else f"{row.seconds:.1f}"


def sparkline(values: Sequence[float], *, width: int = 16) -> str:
    """Draw numbers as a line of blocks, the last `width` of them if there are more than fit when thinned.

    >>> sparkline([0.0, 0.5, 1.0])
    '▁▅█'
    """
    step = max(1, -(-len(values) // width))
    thin = list(values)[::-step][::-1]
    low, high = min(thin, default=0.0), max(thin, default=0.0)
    spread = (high - low) or 1.0
    return "".join(_BLOCKS[round((value - low) / spread * (len(_BLOCKS) - 1))] for value in thin)
