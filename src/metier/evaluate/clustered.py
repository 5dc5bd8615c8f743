"""How sure is a mean when its values come in clusters, however few and unequal? By the standard library alone.

This module knows sums of clusters, not whose they are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from metier.evaluate.student import t_quantile, t_tail

Groups = Sequence[tuple[float, int]] | Counter[tuple[float, int]]
"""The sum and the size of each cluster, or how often each such kind of cluster is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredMean:
    """A mean with its cluster-robust interval and the two-sided p-value for "it is 0".

    Attributes:
        error: The standard error; 0 where every cluster has the same mean, and nothing can be learnt of the spread.
        freedom: Degrees of freedom of Student's distribution behind the interval.
    """

    mean: float
    error: float
    freedom: float
    low: float
    high: float
    p_value: float


def groups_of(values: Iterable[float], clusters: Iterable[str]) -> list[tuple[float, int]]:
    """The sum and the size of every cluster, in the order in which the clusters first come.

    Sums are exact (`math.fsum`), so that the same members in another order give the same bits.

    >>> groups_of([1.0, 0.0, 1.0], ["a", "b", "a"])
    [(2.0, 2), (0.0, 1)]
    """
    members: dict[str, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        members.setdefault(cluster, []).append(value)
    return [(inside[0] if len(inside) == 1 else math.fsum(inside), len(inside)) for inside in members.values()]


def kinds_of(groups: Groups) -> Counter[tuple[float, int]]:
    """How often clusters of one sum and size are there: a hundred thousand answers right or wrong make three kinds.

    >>> kinds_of([(1.0, 1), (0.0, 1), (1.0, 1)])
    Counter({(1.0, 1): 2, (0.0, 1): 1})
    """
    return groups if isinstance(groups, Counter) else Counter(groups)


def clustered_mean(groups: Groups, *, level: float = 0.95, reduced: bool = True) -> ClusteredMean:
    """The mean over all members of all clusters, with the CR2 standard error and Bell-McCaffrey degrees of freedom.

    For a mean alone, the bias-reduced variance of Bell and McCaffrey (Survey Methodology 28 (2002) 169) is
    V = Σ s_g² / (1 - f_g) / n², with s_g the sum of the residuals of cluster g and f_g = n_g / n its share. The
    interval is mean ± t · √V, with Satterthwaite's degrees of freedom for independent errors of one variance (Imbens
    and Kolesár, Review of Economics and Statistics 98 (2016) 701):
    ν = n² / (Σ n_g² + ((Σ n_g²/(1 - f_g))² - Σ n_g⁴/(1 - f_g)²) / n²).
    With G clusters of one size this is the usual CR1, times G/(G-1), and ν = G-1; with clusters of one member it is the
    t-test. A large cluster among small ones lowers ν. No spread, or one cluster alone, gives an error of 0, an interval
    of no width and p = 1.

    Args:
        groups: The sum and the size of each cluster, as of `groups_of`.
        reduced: False gives CR1 with G-1 degrees of freedom, Σ s_g² / n² · G/(G-1): what most tools print, and too
            short with few unequal clusters.

    Raises:
        ValueError: There is no cluster.

    >>> found = clustered_mean([(3.0, 4), (1.0, 1), (0.0, 1)])
    >>> round(found.mean, 4), round(found.error, 4), round(found.freedom, 4)
    (0.6667, 0.1667, 1.4706)
    """
    kinds = kinds_of(groups)
    n = sum(size * times for (_, size), times in kinds.items())
    if not n:
        raise ValueError("Expected at least one cluster with a member, got none.")
    mean = _sum((total for total, _ in kinds), kinds) / n
    if kinds.total() < 2:
        return ClusteredMean(mean=mean, error=0.0, freedom=0.0, low=mean, high=mean, p_value=1.0)
    if reduced:
        variance = _sum(((total - size * mean) ** 2 / (1 - size / n) for total, size in kinds), kinds) / (n * n)
        freedom = _freedom(kinds, n)
    else:
        freedom = kinds.total() - 1.0
        variance = _sum(((total - size * mean) ** 2 for total, size in kinds), kinds) / (n * n) * (1 + 1 / freedom)
    if variance < 1e-30:
        return ClusteredMean(mean=mean, error=0.0, freedom=freedom, low=mean, high=mean, p_value=1.0)
    error = math.sqrt(variance)
    reach = t_quantile(level, freedom) * error
    p_value = t_tail(mean / error, freedom)
    return ClusteredMean(mean=mean, error=error, freedom=freedom, low=mean - reach, high=mean + reach, p_value=p_value)


def _sum(terms: Iterable[float], kinds: Counter[tuple[float, int]]) -> float:
    """The sum of a term for each kind, as often as the kind is there; exact, so that the order does not matter."""
    return math.fsum(chain.from_iterable(map(repeat, terms, kinds.values())))


def _freedom(kinds: Counter[tuple[float, int]], n: int) -> float:
    """Satterthwaite's degrees of freedom of the CR2 variance of a mean; G-1 where all sizes are equal."""
    if len({size for _, size in kinds}) == 1:
        return float(kinds.total() - 1)
    sizes = [size for _, size in kinds.elements()]
    scaled = [size * size / (1 - size / n) for size in sizes]
    cross = (math.fsum(scaled) ** 2 - math.fsum(one * one for one in scaled)) / (n * n)
    return n * n / (math.fsum(size * size for size in sizes) + cross)
