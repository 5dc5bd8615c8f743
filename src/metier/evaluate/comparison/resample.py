"""How far could the mean have come out otherwise? The BCa bootstrap over clusters, and the wild bootstrap for few.

Needs numpy (extra `evaluate`). Both take the sum and the size of each cluster, as `metier.evaluate.clustered.groups_of`
gives them; `metier.evaluate.bootstrap` is the percentile interval of the light core.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

from metier.evaluate.bootstrap import quantiles, stretch
from metier.evaluate.clustered import Groups, clustered_mean, kinds_of

SAMPLES = 4000
"""Resamples where nothing else is said: the ends of a 95 % interval move by about a twentieth of its half width."""
MOST_OF_ONE = 0.5
"""The share of all members that one cluster may hold before its draws tell nothing (`dominant`)."""
_KINDS = 256
_WILD_DRAWS = 4095
_WILD_ENUMERATED = 12


def bca(
    groups: Groups, *, seed: int = 0, samples: int = SAMPLES, level: float = 0.95, stretched: bool = True
) -> tuple[float, float]:
    """The bias-corrected and accelerated interval of the mean over clusters (Efron, JASA 82 (1987) 171).

    Whole clusters are drawn with replacement; the mean of a draw is its total over its number of members. The ends are
    quantiles of the draws (`metier.evaluate.bootstrap.quantiles`) at Φ(z₀ + (z₀ + z) / (1 - a (z₀ + z))), with z₀ from
    the share of draws below the mean and a from leaving out one cluster at a time. A draw counts kinds of clusters,
    alike in sum and size, by one multinomial, so that 100,000 answers right or wrong cost no more than three. Beyond
    256 kinds, neighbours are averaged. The order of the groups does not matter.

    Args:
        stretched: Widen both distances from the mean for few clusters, as `metier.evaluate.bootstrap.stretch` says; the
            ends may then lie beyond all values; and give the interval of CR2 where one cluster dominates (`dominant`).
            False is Efron's interval, too short with few clusters.

    Returns:
        Low and high; both the mean where the clusters do not differ.

    >>> low, high = bca([(1.0, 1)] * 30 + [(0.0, 1)] * 60 + [(-1.0, 1)] * 10, seed=1)
    >>> round(low, 2), round(high, 2)
    (0.08, 0.31)
    """
    import numpy as np

    sums, sizes, times = _kinds(groups)
    n = float(sizes @ times)
    mean = float(sums @ times) / n
    if not np.ptp(sums - mean * sizes) > 1e-12:
        return mean, mean
    if stretched and dominant(groups) > MOST_OF_ONE:
        found = clustered_mean(groups, level=level)
        return found.low, found.high
    acceleration = _acceleration(sums, sizes, times)
    means = _drawn(*_merged(sums, sizes, times), seed=seed, samples=samples)
    below = (float((means < mean - 1e-12).sum()) + 0.5 * float((np.abs(means - mean) <= 1e-12).sum())) / samples
    normal = NormalDist()
    bias = normal.inv_cdf(min(max(below, 0.5 / samples), 1 - 0.5 / samples))
    z = normal.inv_cdf((1 + level) / 2)
    low, high = quantiles(means.tolist(), [_shifted(bias + one, bias, acceleration) for one in (-z, z)])
    wider = stretch(groups, float(means.std()), level=level) if stretched else 1.0
    return mean + wider * (low - mean), mean + wider * (high - mean)


def dominant(groups: Groups) -> float:
    """The share of all members that the largest cluster holds.

    Above a half, draws tell little but how often they took that cluster: their interval covers too much, and CR2 stands
    in its place.

    >>> dominant([(1.0, 1), (3.0, 3)])
    0.75
    """
    kinds = kinds_of(groups)
    return max(size for _, size in kinds) / sum(size * times for (_, size), times in kinds.items())


def wild(groups: Groups, *, seed: int = 0, level: float = 0.95) -> tuple[float, float]:
    """The interval of the restricted wild cluster bootstrap: all means that a test by turned signs does not reject.

    For a supposed mean μ the sums z_g = S_g - n_g μ get random signs, and t = Σ z_g / √Σ (z_g - n_g z̄)² is compared
    with those of turned signs (Cameron, Gelbach and Miller, Review of Economics and Statistics 90 (2008) 414; weights
    of Rademacher). Every pattern is counted up to 12 clusters, 4,095 are drawn beyond. Fewer than six clusters cannot
    reject anything at level 0.95, and the interval is then everything: -∞ to ∞.

    >>> low, high = wild([(4.0, 10), (1.0, 10), (2.0, 4), (3.0, 8), (0.0, 12), (2.0, 6), (1.0, 5)])
    >>> round(low, 2), round(high, 2)
    (0.04, 0.41)
    """
    import numpy as np

    ordered = sorted(kinds_of(groups).elements())
    if 2.0 ** (1 - len(ordered)) >= 1 - level:
        return -np.inf, np.inf
    sums = np.array([total for total, _ in ordered])
    sizes = np.array([float(size) for _, size in ordered])
    mean = float(sums.sum() / sizes.sum())
    residuals = sums - mean * sizes
    spread = float(np.sqrt((residuals**2).sum())) / float(sizes.sum())
    if spread < 1e-15:
        return mean, mean
    signs = _signs(len(ordered), seed)

    def holds(supposed: float) -> bool:
        return _p_wild(sums - supposed * sizes, sizes, signs) > 1 - level

    return _edge(holds, mean, -spread), _edge(holds, mean, spread)


def _kinds(groups: Groups) -> tuple[Any, Any, Any]:
    """The sums and sizes that differ, in order, and how often each is there."""
    import numpy as np

    kinds = kinds_of(groups)
    sums, sizes = np.array(list(kinds), float).T
    times = np.array(list(kinds.values()))
    order = np.lexsort((sizes, sums))
    return sums[order], sizes[order], times[order]


def _shifted(reach: float, bias: float, acceleration: float) -> float:
    """The quantile at which the interval ends; where the acceleration turns the formula round, the last one."""
    left = 1 - acceleration * reach
    if left <= 0:
        return 1.0 if reach > 0 else 0.0
    return NormalDist().cdf(bias + reach / left)


def _merged(sums: Any, sizes: Any, times: Any) -> tuple[Any, Any, Any]:
    """At most 256 kinds: runs of neighbours in the order of their pull on the mean become their average."""
    import numpy as np

    if len(sums) <= _KINDS:
        return sums, sizes, times
    mean = float(sums @ times) / float(sizes @ times)
    order = np.lexsort((sizes, sums - mean * sizes))
    sums, sizes, times = sums[order], sizes[order], times[order]
    starts = np.linspace(0, len(sums), _KINDS, endpoint=False).astype(int)
    counts = np.add.reduceat(times, starts)
    return np.add.reduceat(sums * times, starts) / counts, np.add.reduceat(sizes * times, starts) / counts, counts


def _acceleration(sums: Any, sizes: Any, times: Any) -> float:
    """Σ d³ / (6 (Σ d²)^(3/2)), d the mean of the leave-one-out means less each of them."""
    n, total = float(sizes @ times), float(sums @ times)
    if n <= float(sizes.max()):
        return 0.0
    without = (total - sums) / (n - sizes)
    away = float(without @ times) / float(times.sum()) - without
    squares = float(away**2 @ times)
    return float(away**3 @ times) / (6 * squares**1.5) if squares > 0 else 0.0


def _drawn(sums: Any, sizes: Any, times: Any, *, seed: int, samples: int) -> Any:
    """The means of the draws; float[samples]."""
    import numpy as np

    chance = np.random.default_rng(seed)
    groups = int(times.sum())
    shares = times / groups
    means = np.empty(samples)
    block = max(1, 2_000_000 // len(sums))
    for start in range(0, samples, block):
        counts = chance.multinomial(groups, shares, size=min(block, samples - start))
        means[start : start + len(counts)] = (counts @ sums) / (counts @ sizes)
    return means


def _signs(groups: int, seed: int) -> Any:
    """Patterns of signs, the unturned one first; float[patterns, groups]."""
    import numpy as np

    if groups <= _WILD_ENUMERATED:
        patterns = np.arange(2**groups)
        return 1.0 - 2.0 * ((patterns[:, None] >> np.arange(groups)) & 1)
    drawn = np.random.default_rng(seed).integers(0, 2, size=(_WILD_DRAWS, groups))
    return np.concatenate((np.ones((1, groups)), 1.0 - 2.0 * drawn))


def _p_wild(z: Any, sizes: Any, signs: Any) -> float:
    import numpy as np

    totals = signs @ z
    means = totals / sizes.sum()
    # Σ (w_g z_g - n_g m)² opened, so that no matrix is made for it.
    squares = (z**2).sum() - 2 * means * (signs @ (sizes * z)) + means**2 * (sizes**2).sum()
    t = np.abs(totals) / np.sqrt(np.maximum(squares, 1e-300))
    return float((t >= t[0] * (1 - 1e-9)).mean())


def _edge(holds: Callable[[float], bool], mean: float, step: float) -> float:
    """Where the test ceases to hold, going from the mean by doubled steps and then by halves."""
    inside, outside = mean, mean + step
    while holds(outside):
        inside, step = outside, 2 * step
        outside = mean + step
        if abs(step) > 1e6:
            return outside * float("inf")
    for _ in range(40):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return inside
