"""Which run is better, task by task and over all, and does the difference hold?

`compare_runs` is the door. Needs numpy (extra `evaluate`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import combinations
from typing import ClassVar, cast

from metier.errors import MissingExtra
from metier.evaluate.columns import columns_of
from metier.evaluate.comparison.align import Alignment, Key, LeftOut, align
from metier.evaluate.comparison.figures import Row, Settings, row_of
from metier.evaluate.comparison.many import benjamini_hochberg, holm
from metier.evaluate.comparison.pairs import Pair, Pairs
from metier.evaluate.samples import Sample

ALL = "all"
"""The label of the row over all tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs on the same questions.

    Attributes:
        overall: All questions as one; `tasks` has a row for each task, and none where there is one task.
        skipped: Tasks with fewer than two pairs.
        joint: How many questions had which score before and after, both rounded to twentieths.
        flips: Questions whose score changed, losses first, the largest first.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name_before: str
    name_after: str
    overall: Row
    tasks: tuple[Row, ...]
    skipped: tuple[str, ...]
    left_out_before: LeftOut
    left_out_after: LeftOut
    moved: tuple[Key, ...]
    joint: tuple[tuple[float, float, int], ...]
    flips: tuple[Pair, ...]
    settings: Settings

    @property
    def is_worse(self) -> bool:
        """Whether the second run is worse over all, beyond chance, after Holm over the pairs of runs."""
        return self.overall.difference < 0 and self.overall.holm_p < 1 - self.settings.level


def compare_runs(runs: Mapping[str, Iterable[Sample]], *, settings: Settings | None = None) -> list[Comparison]:
    """Compare every pair of runs, in the order given: the earlier is "before".

    p-values of the rows over all are adjusted for the number of pairs, those of tasks for the number of tasks.

    Args:
        runs: The samples of each run, by its name.

    Raises:
        ValueError: There are fewer than two runs, a pair has fewer than two questions that both have scored, or a score
            is no number between 0 and 1.
        MissingExtra: numpy is not installed.

    >>> before = [Sample(sample_id=str(n), score=float(n % 2)) for n in range(40)]
    >>> after = [Sample(sample_id=str(n), score=float(n % 4 > 0)) for n in range(40)]
    >>> row = compare_runs({"a": before, "b": after})[0].overall
    >>> f"{row.difference:+.2f} ({row.low:+.2f} to {row.high:+.2f}), McNemar p = {row.mcnemar_p:.4f}"
    '+0.25 (+0.11 to +0.39), McNemar p = 0.0020'
    """
    if find_spec("numpy") is None:
        raise MissingExtra("numpy", extra="evaluate", needed_for="A comparison of runs")
    chosen = settings or Settings()
    if len(runs) < 2:
        raise ValueError(f"Expected at least two runs to compare, got {len(runs)}.")
    kept = {name: columns_of(rows) for name, rows in runs.items()}
    made = [_compared(a, b, align(kept[a], kept[b]), chosen) for a, b in combinations(kept, 2)]
    p_values = [one.overall.p_value for one in made]
    adjusted = zip(made, holm(p_values), benjamini_hochberg(p_values), strict=True)
    return [replace(one, overall=replace(one.overall, holm_p=p, bh_p=q)) for one, p, q in adjusted]


def _compared(name_before: str, name_after: str, aligned: Alignment, settings: Settings) -> Comparison:
    if len(aligned.pairs) < 2:
        raise ValueError(
            f"Expected at least two questions scored in both {name_before!r} and {name_after!r}, "
            f"got {len(aligned.pairs)}: {len(aligned.before.only_here)} are only in the first and "
            f"{len(aligned.after.only_here)} only in the second."
        )
    by_task = _by_task(aligned.pairs)
    tasks = [row_of(task, pairs, settings) for task, pairs in by_task.items() if len(pairs) > 1]
    p_values = [row.p_value for row in tasks]
    rows = [
        replace(row, holm_p=p, bh_p=q)
        for row, p, q in zip(tasks, holm(p_values), benjamini_hochberg(p_values), strict=True)
    ]
    alone = len(by_task) == 1
    overall = replace(rows[0], task=ALL) if alone else row_of(ALL, aligned.pairs, settings)
    return Comparison(
        name_before=name_before,
        name_after=name_after,
        overall=overall,
        tasks=() if alone else tuple(rows),
        skipped=tuple(task for task, pairs in by_task.items() if len(pairs) < 2),
        left_out_before=aligned.before,
        left_out_after=aligned.after,
        moved=aligned.moved,
        joint=_joint(aligned.pairs),
        flips=tuple(aligned.pairs.at(_flips(aligned.pairs.changes))),
        settings=settings,
    )


def _by_task(pairs: Pairs) -> dict[str, Pairs]:
    if len(set(pairs.task)) == 1:
        return {pairs.task[0]: pairs}
    places: dict[str, list[int]] = {}
    for place, task in enumerate(pairs.task):
        places.setdefault(task, []).append(place)
    return {task: pairs.at(inside) for task, inside in places.items()}


def _flips(changes: Sequence[float]) -> list[int]:
    """The places of changes other than 0, losses first, the largest first, and of one size the earlier first."""
    import numpy as np

    values = np.array(changes)
    order = np.lexsort((-np.abs(values), values > 0))
    return cast(list[int], order[values[order] != 0].tolist())


def _joint(pairs: Pairs) -> tuple[tuple[float, float, int], ...]:
    counts = Counter(zip(pairs.before, pairs.after, strict=True))
    rounded: Counter[tuple[int, int]] = Counter()
    for (before, after), count in counts.items():
        rounded[round(20 * before), round(20 * after)] += count
    return tuple((before / 20, after / 20, count) for (before, after), count in sorted(rounded.items()))
