"""Which run is better, task by task and over all, and does the difference hold?

`compare_runs` is the door. Needs numpy (extra `evaluate`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import combinations
from typing import ClassVar

from metier.errors import MissingExtra
from metier.evaluate.clustered import ClusteredMean, clustered_mean, groups_of
from metier.evaluate.compare import unvaried
from metier.evaluate.comparison.align import Alignment, Key, LeftOut, Pair, align
from metier.evaluate.comparison.exact import SignFlip, mcnemar, sign_flip
from metier.evaluate.comparison.many import benjamini_hochberg, holm
from metier.evaluate.comparison.power import few_clusters, needed_items, smallest_effect
from metier.evaluate.comparison.resample import SAMPLES, bca, wild
from metier.evaluate.comparison.shares import Share, share
from metier.evaluate.comparison.spread import Spread, spread_of
from metier.evaluate.samples import Sample

ALL = "all"
"""The label of the row over all tasks."""
_WILD_CLUSTERS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How runs are compared.

    Attributes:
        level: Of every interval; 1 - level is the level of every test.
        seed: Of what is drawn.
        samples: Resamples of the bootstrap.
        power: At which the smallest difference and the needed questions are told.
        effect: The difference that `needed` speaks of, as a share; the one observed where it is `None`.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    level: float = 0.95
    seed: int = 0
    samples: int = SAMPLES
    power: float = 0.8
    effect: float | None = None

    def __post_init__(self) -> None:
        for name in ("level", "power"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"Expected a {name} between 0 and 1, got {getattr(self, name)!r}.")
        if self.effect is not None and not 0 < self.effect <= 1:
            raise ValueError(f"Expected an effect above 0 and at most 1, as a share, got {self.effect!r}.")
        if self.samples < 100:
            raise ValueError(f"Expected at least 100 samples, got {self.samples!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What one way of computing says of a difference; `p_value` is `None` where it gives none."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    low: float
    high: float
    p_value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One task of a comparison, or all of them; differences are after less before, as shares.

    Attributes:
        clusters: What the interval treats as the sample; a question without a cluster is its own.
        low, high, p_value: The headline: clustered mean with the CR2 error and Bell-McCaffrey freedom.
        design_effect: Variance with clusters over that without; below 1 where clusters even out.
        cr1: The same with the CR1 error and G-1 degrees of freedom, as most tools have it.
        t_test: The paired t-test, which takes every question for independent.
        bca: Cluster bootstrap, stretched for few clusters; it has no p-value, as `wild` has none.
        wild: Wild cluster bootstrap; `None` with more than 50 clusters, or with fewer than six.
        mcnemar_p: Exact, with questions for independent; `None` where scores are not all 0 or 1.
        flips: Permutation test by the signs of whole clusters.
        holm_p, bh_p: The headline p-value adjusted over the tasks; that of the row over all, over the pairs of runs.
        spread: The variance of the differences and its parts, for plans with more epochs.
        smallest: The smallest difference that so many questions would show, at the power of the settings; clusters
            count by their design effect, if above 1, and by how few they are.
        needed: How many questions would show the difference; `None` for a difference of 0.
        gained, lost: Questions whose score went up, and down.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    task: str
    items: int
    clusters: int
    before: Share
    after: Share
    difference: float
    low: float
    high: float
    error: float
    freedom: float
    p_value: float
    design_effect: float
    cr1: Interval
    t_test: Interval
    bca: Interval
    wild: Interval | None
    mcnemar_p: float | None
    flips: SignFlip
    spread: Spread
    smallest: float
    needed: int | None
    gained: int
    lost: int
    holm_p: float = 1.0
    bh_p: float = 1.0

    @property
    def is_loss(self) -> bool:
        """Whether the whole interval lies below 0."""
        return self.high < 0


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
    kept = {name: list(rows) for name, rows in runs.items()}
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
    by_task: dict[str, list[Pair]] = {}
    for pair in aligned.pairs:
        by_task.setdefault(pair.task, []).append(pair)
    tasks = [row_of(task, pairs, settings) for task, pairs in by_task.items() if len(pairs) > 1]
    p_values = [row.p_value for row in tasks]
    rows = [
        replace(row, holm_p=p, bh_p=q)
        for row, p, q in zip(tasks, holm(p_values), benjamini_hochberg(p_values), strict=True)
    ]
    alone = len(by_task) == 1
    overall = replace(rows[0], task=ALL) if alone else row_of(ALL, aligned.pairs, settings)
    changed = [pair for pair in aligned.pairs if pair.before != pair.after]
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
        flips=tuple(sorted(changed, key=lambda pair: (pair.change > 0, -abs(pair.change)))),
        settings=settings,
    )


def row_of(task: str, pairs: Sequence[Pair], settings: Settings) -> Row:
    """All figures of some pairs; at least two.

    >>> pairs = [Pair(task="t", sample_id=str(n), cluster="", before=0.0, after=float(n < 6)) for n in range(8)]
    >>> row = row_of("t", pairs, Settings())
    >>> row.gained, row.difference, row.mcnemar_p
    (6, 0.75, 0.03125)
    """
    changes = [pair.change for pair in pairs]
    clusters = _clusters(pairs)
    apart = [(change, 1) for change in changes]
    groups = groups_of(changes, clusters) if clusters else apart
    single = clustered_mean(apart, level=settings.level)
    found = clustered_mean(groups, level=settings.level) if clusters else single
    usual = clustered_mean(groups, level=settings.level, reduced=False) if clusters else single
    low, high, p_value = _settled(found, len(groups), settings.level)
    gained, lost = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    design, spread = _design_effect(found, single), spread_of(pairs)
    few = few_clusters(found.freedom, power=settings.power, alpha=1 - settings.level)
    smallest, needed = _power(found.mean, spread, len(pairs), max(1.0, design) * few if clusters else 1.0, settings)
    return Row(
        task=task,
        items=len(pairs),
        clusters=len(groups),
        before=share([pair.before for pair in pairs], clusters, level=settings.level),
        after=share([pair.after for pair in pairs], clusters, level=settings.level),
        difference=found.mean,
        low=low,
        high=high,
        error=found.error,
        freedom=found.freedom,
        p_value=p_value,
        design_effect=design,
        cr1=_interval(*_settled(usual, len(groups), settings.level)),
        t_test=_interval(*_settled(single, len(pairs), settings.level)),
        bca=_bca(groups, (low, high), settings),
        wild=_wild(groups, settings),
        mcnemar_p=mcnemar(gained, lost) if _is_right_or_wrong(pairs) else None,
        flips=sign_flip([total for total, _ in groups], seed=settings.seed),
        spread=spread,
        smallest=smallest,
        needed=needed,
        gained=gained,
        lost=lost,
    )


def _clusters(pairs: Sequence[Pair]) -> list[str] | None:
    """The cluster of each pair; `None` where each is its own, which spares a dictionary of them all."""
    if not any(pair.cluster for pair in pairs):
        return None
    return [pair.cluster or f"\0{pair.task}\0{pair.sample_id}" for pair in pairs]


def _settled(found: ClusteredMean, groups: int, level: float) -> tuple[float, float, float]:
    """Low, high and p-value; by the rule of three where there is no spread to learn from."""
    if not found.error:
        return unvaried(found.mean, groups, level=level)
    return max(-1.0, found.low), min(1.0, found.high), found.p_value


def _interval(low: float, high: float, p_value: float | None = None) -> Interval:
    return Interval(low=low, high=high, p_value=p_value)


def _design_effect(found: ClusteredMean, single: ClusteredMean) -> float:
    return (found.error / single.error) ** 2 if single.error and found.error else 1.0


def _bca(groups: Sequence[tuple[float, int]], settled: tuple[float, float], settings: Settings) -> Interval:
    """The bootstrap; what the headline says where there is no spread to resample."""
    low, high = bca(groups, seed=settings.seed, samples=settings.samples, level=settings.level)
    return _interval(*settled) if low == high else _interval(max(-1.0, low), min(1.0, high))


def _wild(groups: Sequence[tuple[float, int]], settings: Settings) -> Interval | None:
    if len(groups) > _WILD_CLUSTERS:
        return None
    low, high = wild(groups, seed=settings.seed, level=settings.level)
    return _interval(low, high) if math.isfinite(low) and math.isfinite(high) and low < high else None


def _power(mean: float, spread: Spread, items: int, design: float, settings: Settings) -> tuple[float, int | None]:
    """What so many questions would show, and how many would show the difference."""
    alpha = 1 - settings.level
    smallest = smallest_effect(items, spread.total, design_effect=design, power=settings.power, alpha=alpha)
    effect = mean if settings.effect is None else settings.effect
    if abs(effect) < 1e-12:
        return smallest, None
    return smallest, needed_items(effect, spread.total, design_effect=design, power=settings.power, alpha=alpha)


def _joint(pairs: Iterable[Pair]) -> tuple[tuple[float, float, int], ...]:
    counts = Counter((pair.before, pair.after) for pair in pairs)
    rounded: Counter[tuple[int, int]] = Counter()
    for (before, after), count in counts.items():
        rounded[round(20 * before), round(20 * after)] += count
    return tuple((before / 20, after / 20, count) for (before, after), count in sorted(rounded.items()))


def _is_right_or_wrong(pairs: Iterable[Pair]) -> bool:
    return all(pair.before in (0.0, 1.0) and pair.after in (0.0, 1.0) for pair in pairs)
