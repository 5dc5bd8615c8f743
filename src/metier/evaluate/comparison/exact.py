"""How often would chance alone do this? Tests that count, for pairs and for clusters of pairs.

Needs numpy (extra `evaluate`) where it draws. This module knows numbers alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

ENUMERATED = 16
"""Up to so many values other than 0 every pattern of signs is counted (65,536 of them), beyond it they are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignFlip:
    """The p-value of a sign-flip test, and whether every pattern was counted or `draws` of them drawn."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    p_value: float
    draws: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether nothing was left to chance."""
        return self.draws == 0


@lru_cache(maxsize=16)  # 30 ms for 50,000 changed answers, and `sign_flip` asks again
def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact p-value of McNemar's test: of the questions that changed, half should have gained.

    p = min(1, 2 · P(X ≤ min(gained, lost))) with X binomial of gained + lost and 1/2. Questions count as independent.

    >>> mcnemar(1, 7)
    0.0703125
    """
    changed, fewer = gained + lost, min(gained, lost)
    # The largest term by whole numbers, the others by the ratio of neighbours: exact in every digit but the last.
    term = tail = math.comb(changed, fewer) / (1 << changed)
    for k in range(fewer, 0, -1):
        term *= k / (changed - k + 1)
        tail += term
        if term < 1e-18 * tail:
            break
    return min(1.0, 2.0 * tail)


def sign_flip(sums: Sequence[float] | Counter[float], *, seed: int = 0, draws: int = 9999) -> SignFlip:
    """Two-sided permutation test for "each sum was as likely to come with the other sign" (R. A. Fisher, 1935).

    Swapping the two runs within a cluster turns the sign of its sum of changes, so give it sums of clusters: it then
    holds for few and unequal ones as well. Exact up to 16 values other than 0, and where all of them have one size,
    as scores of 0 and 1 have; else p = (1 + hits) / (1 + draws). The order of the sums does not matter;
    a count of them does as well.

    >>> sign_flip([1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0]).p_value
    0.03125
    """
    counted = Counter(sums)
    sizes: Counter[float] = Counter()
    for one, times in counted.items():
        if abs(one) > 1e-12:
            sizes[round(abs(one), 12)] += times
    moved = sizes.total()
    if not moved:
        return SignFlip(p_value=1.0)
    if len(sizes) == 1:
        positive = sum(times for one, times in counted.items() if one > 1e-12)
        return SignFlip(p_value=mcnemar(positive, moved - positive))
    seen = abs(math.fsum(counted.elements())) - 1e-9
    if moved <= ENUMERATED:
        totals = _every_total(sorted(sizes.elements()))
        return SignFlip(p_value=float((abs(totals) >= seen).mean()))
    draws = max(999, min(draws, 100_000_000 // len(sizes)))
    hits = _count_drawn(sizes, seen, seed=seed, draws=draws)
    return SignFlip(p_value=(1 + hits) / (1 + draws), draws=draws)


def _every_total(values: Sequence[float]) -> Any:
    """The sum under every pattern of signs; float[2 ** len(values)]."""
    import numpy as np

    totals = np.zeros(1)
    for value in values:
        totals = np.concatenate((totals + value, totals - value))
    return totals


def _count_drawn(sizes: Counter[float], seen: float, *, seed: int, draws: int) -> int:
    """How many drawn totals reach what was seen. Values of one size are drawn together, as a binomial count."""
    import numpy as np

    chance = np.random.default_rng(seed)
    values = np.array(sorted(sizes))
    counts = np.array([sizes[value] for value in values.tolist()])
    if counts.max() == 1:
        return _count_signs(values, seen, chance, draws)
    block = max(1, 4_000_000 // len(values))
    hits = 0
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        positive = chance.binomial(counts, 0.5, size=(rows, len(values)))
        hits += int((np.abs((2 * positive - counts) @ values) >= seen).sum())
    return hits


def _count_signs(values: Any, seen: float, chance: Any, draws: int) -> int:
    """As `_count_drawn` where no two values are alike: a random byte turns eight of them, by a table of its sums."""
    import numpy as np

    width = -(-len(values) // 8)
    padded = np.zeros(8 * width)
    padded[: len(values)] = values
    signs = 2.0 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) - 1.0
    # In double precision: sums of other values may tie with what was seen, and `seen` leaves room for its rounding.
    table = padded.reshape(width, 8) @ signs.T
    places = np.arange(width)
    hits = 0
    for start in range(0, draws, 64):
        rows = min(64, draws - start)
        drawn = np.frombuffer(chance.bytes(rows * width), np.uint8).reshape(rows, width)
        hits += int((np.abs(table[places, drawn].sum(axis=1)) >= seen).sum())
    return hits
