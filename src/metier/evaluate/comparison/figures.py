"""What do all ways of computing say of the difference between two runs on one task? One row of figures.

Needs numpy (extra `evaluate`). This module knows pairs; `metier.evaluate.comparison.compared` makes them of runs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.evaluate.clustered import ClusteredMean, Groups, clustered_mean, groups_of
from metier.evaluate.compare import unvaried
from metier.evaluate.comparison.exact import SignFlip, mcnemar, sign_flip
from metier.evaluate.comparison.pairs import Pair, Pairs, pairs_of
from metier.evaluate.comparison.power import few_clusters, needed_items, smallest_effect
from metier.evaluate.comparison.resample import MOST_OF_ONE, SAMPLES, bca, dominant, wild
from metier.evaluate.comparison.shares import Share, share
from metier.evaluate.comparison.spread import Spread, spread_of

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
    """What one way of computing says of a difference.

    Attributes:
        p_value: `None` where it gives none.
        instead: Why the headline's interval stands here in its place; empty where it does not.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("instead",)

    low: float
    high: float
    p_value: float | None = None
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One task of a comparison, or all of them; differences are after less before, as shares.

    Attributes:
        clusters: What the interval treats as the sample; a question without a cluster is its own.
        low, high, p_value: The headline: clustered mean with the CR2 error and Bell-McCaffrey freedom.
        design_effect: Variance with clusters over that without; below 1 where clusters even out.
        cr1: The same with the CR1 error and G-1 degrees of freedom, as most tools have it.
        t_test: The paired t-test, which takes every question for independent.
        bca: Cluster bootstrap, stretched for few clusters; it has no p-value, as `wild` has none. The headline's
            interval, and said so, where one cluster holds most questions or none differs.
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


def row_of(task: str, pairs: Pairs | Sequence[Pair], settings: Settings) -> Row:
    """All figures of some pairs; at least two.

    >>> pairs = [Pair(task="t", sample_id=str(n), cluster="", before=0.0, after=float(n < 6)) for n in range(8)]
    >>> row = row_of("t", pairs, Settings())
    >>> row.gained, row.difference, row.mcnemar_p
    (6, 0.75, 0.03125)
    """
    columns = pairs_of(pairs)
    changes, clusters = columns.changes, _clusters(columns)
    counted = Counter(changes)
    apart = Counter({(change, 1): times for change, times in counted.items()})
    groups = Counter(groups_of(changes, clusters)) if clusters else apart
    num_groups = groups.total()
    single = clustered_mean(apart, level=settings.level)
    found = clustered_mean(groups, level=settings.level) if clusters else single
    usual = clustered_mean(groups, level=settings.level, reduced=False) if clusters else single
    low, high, p_value = _settled(found, num_groups, settings.level)
    gained, lost = (sum(times for one, times in counted.items() if sign * one > 0) for sign in (1, -1))
    design, spread = _design_effect(found, single), spread_of(columns)
    few = few_clusters(found.freedom, power=settings.power, alpha=1 - settings.level)
    smallest, needed = _power(found.mean, spread, len(pairs), max(1.0, design) * few if clusters else 1.0, settings)
    return Row(
        task=task,
        items=len(pairs),
        clusters=num_groups,
        before=share(columns.before, clusters, level=settings.level),
        after=share(columns.after, clusters, level=settings.level),
        difference=found.mean,
        low=low,
        high=high,
        error=found.error,
        freedom=found.freedom,
        p_value=p_value,
        design_effect=design,
        cr1=_interval(*_settled(usual, num_groups, settings.level)),
        t_test=_interval(*_settled(single, len(pairs), settings.level)),
        bca=_bca(groups, (low, high), settings),
        wild=_wild(groups, settings),
        mcnemar_p=mcnemar(gained, lost) if _are_right_or_wrong(columns, counted) else None,
        flips=sign_flip(_sums(groups), seed=settings.seed),
        spread=spread,
        smallest=smallest,
        needed=needed,
        gained=gained,
        lost=lost,
    )


def _are_right_or_wrong(pairs: Pairs, changes: Counter[float]) -> bool:
    return len(changes) <= 3 and {*pairs.before, *pairs.after} <= {0.0, 1.0}


def _clusters(pairs: Pairs) -> list[str] | None:
    """The cluster of each pair; `None` where each is its own, which spares a dictionary of them all."""
    if not any(pairs.cluster):
        return None
    named = zip(pairs.cluster, pairs.task, pairs.sample_id, strict=True)
    return [cluster or f"\0{task}\0{sample_id}" for cluster, task, sample_id in named]


def _sums(groups: Counter[tuple[float, int]]) -> Counter[float]:
    sums: Counter[float] = Counter()
    for (total, _), times in groups.items():
        sums[total] += times
    return sums


def _settled(found: ClusteredMean, groups: int, level: float) -> tuple[float, float, float]:
    """Low, high and p-value; by the rule of three where there is no spread to learn from."""
    if not found.error:
        return unvaried(found.mean, groups, level=level)
    return max(-1.0, found.low), min(1.0, found.high), found.p_value


def _interval(low: float, high: float, p_value: float | None = None) -> Interval:
    return Interval(low=low, high=high, p_value=p_value)


def _design_effect(found: ClusteredMean, single: ClusteredMean) -> float:
    return (found.error / single.error) ** 2 if single.error and found.error else 1.0


def _bca(groups: Groups, settled: tuple[float, float], settings: Settings) -> Interval:
    """The bootstrap; what the headline says where there is no spread to resample, or one cluster is most of it."""
    low, high = bca(groups, seed=settings.seed, samples=settings.samples, level=settings.level)
    if low == high:
        return Interval(low=settled[0], high=settled[1], instead="no cluster differs from another")
    share = dominant(groups)
    instead = f"one cluster holds {100 * share:.0f} % of the questions" if share > MOST_OF_ONE else ""
    return Interval(low=max(-1.0, low), high=min(1.0, high), instead=instead)


def _wild(groups: Counter[tuple[float, int]], settings: Settings) -> Interval | None:
    if groups.total() > _WILD_CLUSTERS:
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
