"""How far could the mean have come out otherwise? The paired bootstrap over clusters, seeded.

This module knows numbers alone; `metier.evaluate.uplift` says whose.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import NormalDist, pstdev

from metier.evaluate.clustered import Groups, clustered_mean, groups_of

SAMPLES = 2000
"""Resamples where nothing else is said: enough that the ends of a 95 % interval move by about a tenth of its width."""


def bootstrap(
    changes: Sequence[float],
    clusters: Sequence[str] | None = None,
    *,
    seed: int = 0,
    samples: int = SAMPLES,
    level: float = 0.95,
) -> tuple[float, float]:
    """The percentile interval of the mean of paired changes, stretched for few clusters.

    Clusters are drawn with replacement and each brings all its items (Efron, Annals of Statistics 7 (1979) 1), so that
    items which stand or fall together do not count as many. Without clusters every item is its own. Plain percentiles
    are too short with few clusters, so their distances from the mean are stretched (`stretch`), and may then lie beyond
    all changes. The same pairs in another order give the same bits.

    Raises:
        ValueError: There are no changes, the clusters do not pair with them, or there is nothing to draw.

    >>> low, high = bootstrap([1.0, 0.0, 1.0, 1.0, 0.0, 1.0], seed=7)
    >>> round(low, 2), round(high, 2)
    (0.02, 1.15)
    """
    if not changes or samples < 1 or not 0 < level < 1:
        raise ValueError(
            f"Expected changes, samples and a level between 0 and 1, got {len(changes)}, {samples}, {level}."
        )
    names = list(clusters) if clusters is not None else [str(number) for number in range(len(changes))]
    # Sorted by what they hold, not by name: the order in which items came must not change the draw.
    groups = sorted(groups_of(changes, names))
    chance = random.Random(seed)
    means = []
    for _ in range(samples):
        drawn = chance.choices(groups, k=len(groups))
        means.append(math.fsum(total for total, _ in drawn) / sum(count for _, count in drawn))
    low, high = quantiles(means, ((1 - level) / 2, (1 + level) / 2))
    mean = math.fsum(changes) / len(changes)
    wider = stretch(groups, pstdev(means), level=level)
    return mean + wider * (low - mean), mean + wider * (high - mean)


def quantiles(draws: Iterable[float], shares: Iterable[float]) -> list[float]:
    """Quantiles of draws between -1 and 1, by the mid-distribution (Ma, Genton and Parzen, AISM 63 (2011) 227).

    Draws of ten answers right or wrong have two dozen values, and a usual quantile jumps from one to the next. The
    mid-distribution gives a value the share of draws below it and half of those that equal it; between values it is a
    straight line. Where no two draws are alike this is a usual quantile.

    >>> quantiles([0.0, 0.0, 0.5, 0.5], [0.25, 0.5, 0.99])
    [0.0, 0.25, 0.5]
    """
    values: list[float] = []
    middles: list[float] = []
    ordered = sorted(draws)
    seen = 0
    for value, same in groupby(ordered, key=lambda draw: round(draw, 12)):
        count = sum(1 for _ in same)
        values.append(value)
        middles.append((seen + count / 2) / len(ordered))
        seen += count
    return [_between(values, middles, share) for share in shares]


def _between(values: Sequence[float], middles: Sequence[float], share: float) -> float:
    above = bisect_left(middles, share)
    if above in (0, len(values)):
        return values[min(above, len(values) - 1)]
    part = (share - middles[above - 1]) / (middles[above] - middles[above - 1])
    return values[above - 1] + part * (values[above] - values[above - 1])


def stretch(groups: Groups, spread: float, *, level: float = 0.95) -> float:
    """How much wider an interval from draws of clusters must be: t·SE / (z·`spread`), which for many clusters is 1.

    Draws of G clusters spread less than the clusters did, by √((G-1)/G) if they have one size, and their quantiles know
    no t. So the draws are scaled to an error without that bias (Rao and Wu, JASA 83 (1988) 231), here CR2, and the
    quantiles to Student's with its degrees of freedom, both as of `metier.evaluate.clustered`.

    Args:
        groups: The sum and the size of each cluster, as of `metier.evaluate.clustered.groups_of`.
        spread: The standard deviation of the draws; where it is 0 nothing is stretched.

    >>> round(stretch([(1.0, 1), (0.0, 1)] * 5, 0.5 / 10**0.5), 3)
    1.217
    """
    if not spread:
        return 1.0
    found = clustered_mean(groups, level=level)
    return (found.high - found.mean) / (NormalDist().inv_cdf((1 + level) / 2) * spread)
