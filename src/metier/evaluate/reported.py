"""What do tables of uplift that others publish come to? Means, intervals, and the skills that make things worse.

A table has one row for each skill, agent and dimension, with the points that the skill adds. Such figures are the
publisher's own; this module only sums them up.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from metier.errors import InputError
from metier.evaluate.bootstrap import SAMPLES, bootstrap
from metier.evaluate.unreadable import unreadable

_COLUMNS = ("skill", "agent", "dimension", "uplift_pct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One figure of a table: what a skill adds for an agent in one dimension, in points."""

    skill: str
    agent: str
    dimension: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One dimension over all pairs of skill and agent.

    Attributes:
        pairs, skills: How many of each.
        mean, low, high: Points, with the 95 % interval of the bootstrap by skill: agents share a skill.
        negative: The skills and agents for whom it is below 0, worst first.
    """

    dimension: str
    pairs: int
    skills: int
    mean: float
    low: float
    high: float
    negative: tuple[Reported, ...]

    @property
    def negative_share(self) -> float:
        """The share of pairs below 0."""
        return len(self.negative) / self.pairs


def read_reported(path: str | Path) -> Iterator[Reported]:
    """Read a CSV table with the columns `skill`, `agent`, `dimension` and `uplift_pct`; others are passed over.

    Raises:
        InputError: The file cannot be read, lacks a column, or a figure is no number; the message names the line.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            lacking = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
            if lacking:
                raise InputError(
                    f"{str(path)!r} has no column {lacking[0]!r}.", hint=f"Expected the columns {', '.join(_COLUMNS)}."
                )
            for row in rows:
                yield _row(row, f"{path}, line {rows.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(path, error) from error


def sum_up(rows: Iterable[Reported], *, seed: int = 0, samples: int = SAMPLES) -> list[Dimension]:
    """Sum up each dimension, the largest mean first.

    Raises:
        InputError: A skill and agent have two figures in one dimension.

    >>> rows = [Reported(skill=s, agent="a", dimension="Correctness", points=p) for s, p in [("x", 30), ("y", -10)]]
    >>> [(d.mean, d.negative[0].skill, d.negative_share) for d in sum_up(rows)]
    [(10.0, 'y', 0.5)]
    """
    by: dict[str, dict[tuple[str, str], Reported]] = {}
    for row in rows:
        pairs = by.setdefault(row.dimension, {})
        if (row.skill, row.agent) in pairs:
            raise InputError(f"{row.skill!r} with {row.agent!r} has two figures for {row.dimension!r}.")
        pairs[row.skill, row.agent] = row
    found = [_dimension(name, list(pairs.values()), seed=seed, samples=samples) for name, pairs in by.items()]
    return sorted(found, key=lambda one: (-one.mean, one.dimension))


def _dimension(name: str, rows: list[Reported], *, seed: int, samples: int) -> Dimension:
    low, high = bootstrap([row.points for row in rows], [row.skill for row in rows], seed=seed, samples=samples)
    return Dimension(
        dimension=name,
        pairs=len(rows),
        skills=len({row.skill for row in rows}),
        mean=math.fsum(row.points for row in rows) / len(rows),
        low=low,
        high=high,
        negative=tuple(
            sorted((row for row in rows if row.points < 0), key=lambda row: (row.points, row.skill, row.agent))
        ),
    )


def _row(row: dict[str, str], where: str) -> Reported:
    try:
        points = float(row["uplift_pct"])
    except (TypeError, ValueError):
        points = math.nan
    if not math.isfinite(points) or None in row.values():
        raise InputError(f"{where}: expected a number of points, got {row['uplift_pct']!r}.")
    return Reported(skill=row["skill"], agent=row["agent"], dimension=row["dimension"], points=points)
