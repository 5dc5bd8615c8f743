"""How far could the mean have come out otherwise? The paired bootstrap over clusters, seeded.

This module knows numbers alone; `metier.evaluate.uplift` says whose.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from statistics import NormalDist

from metier.evaluate.clustered import freedom_of, groups_of
from metier.evaluate.student import t_quantile

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
    """The expanded percentile interval of the mean of paired changes.

    Clusters are drawn with replacement and each brings all its items (Efron, Annals of Statistics 7 (1979) 1), so that
    items which stand or fall together do not count as many. Without clusters every item is its own. Plain percentiles
    are too short with few clusters, so the tails are cut at Φ(-t·√((ν+1)/ν)) instead of (1 - level)/2 (Hesterberg,
    American Statistician 69 (2015) 371), with t and ν as of `metier.evaluate.clustered`; ν is G-1 for G clusters of one
    size. The same pairs in another order give the same bits.

    Raises:
        ValueError: There are no changes, the clusters do not pair with them, or there is nothing to draw.

    >>> bootstrap([1.0, 0.0, 1.0, 1.0, 0.0, 1.0], seed=7)
    (0.16666666666666666, 1.0)
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
    means.sort()
    out = math.floor(NormalDist().cdf(-expanded_z(groups, level=level)) * samples)
    return means[out], means[samples - 1 - out]


def expanded_z(groups: Sequence[tuple[float, int]], *, level: float = 0.95) -> float:
    """How many standard deviations a bootstrap must reach out: t·√((ν+1)/ν), which for many clusters is the normal z.

    Resampling G clusters spreads less than the clusters did, by √((G-1)/G), and its percentiles know no t.

    Args:
        groups: The sum and the size of each cluster, as of `metier.evaluate.clustered.groups_of`.

    >>> round(expanded_z([(1.0, 1)] * 10), 3), round(expanded_z([(1.0, 1)] * 10_000), 3)
    (2.385, 1.96)
    """
    freedom = freedom_of([size for _, size in groups])
    return t_quantile(level, freedom) * math.sqrt((freedom + 1) / freedom) if freedom > 0 else math.inf
