"""What share did one run get, and how sure is it?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import ClassVar

from metier.evaluate.clustered import clustered_mean, groups_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The mean score of a run with its interval, each between 0 and 1."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    value: float
    low: float
    high: float


def share(scores: Sequence[float], clusters: Sequence[str] | None = None, *, level: float = 0.95) -> Share:
    """The mean of scores between 0 and 1 with Wilson's interval; clusters that agree count as fewer questions.

    The number of questions is divided by the design effect of the clusters where that is above 1, as surveys do (Korn
    and Graubard, Survey Methodology 24 (1998) 193). Partial scores spread less than right and wrong of the same mean,
    so their interval is on the safe side.

    >>> found = share([1.0] * 8 + [0.0] * 2)
    >>> round(found.low, 4), round(found.high, 4)
    (0.4902, 0.9433)
    """
    n = len(scores)
    mean = math.fsum(scores) / n
    groups = groups_of(scores, clusters) if clusters else []
    counted = float(n)
    if 1 < len(groups) < n and 0 < mean < 1:
        independent = mean * (1 - mean) / (n - 1)
        counted = n / max(1.0, clustered_mean(groups, level=level).error ** 2 / independent)
    low, high = wilson(mean * counted, counted, level=level)
    return Share(value=mean, low=low, high=high)


def wilson(correct: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share (E. B. Wilson, JASA 22 (1927) 209).

    (p + z²/2n ± z √(p (1-p) / n + z²/4n²)) / (1 + z²/n). Counts need not be whole.

    Raises:
        ValueError: n is not positive.

    >>> low, high = wilson(0, 20)
    >>> low, round(high, 4)
    (0.0, 0.1611)
    """
    if not n > 0:
        raise ValueError(f"Expected a positive number of questions, got {n!r}.")
    z = NormalDist().inv_cdf((1 + level) / 2)
    value = correct / n
    middle = (value + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(value * (1 - value) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 0.0 if correct == 0 else max(0.0, middle - half), 1.0 if correct == n else min(1.0, middle + half)
