"""Is the difference real? Two sets of attempts on the same items, paired, with clusters respected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.attempt import Attempt
from metier.evaluate.clustered import clustered_mean, groups_of
from metier.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """A share of correct answers with its 95 % Wilson interval; unscored answers are counted apart.

    `value` is not a number when nothing was scored.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    correct: int
    scored: int
    unscored: int
    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """After minus before on the same items.

    Attributes:
        items: Pairs in which both answers were scored; `left_out` counts the others.
        clusters: Groups of items that stand or fall together; the interval and the p-value treat these as the sample.
        difference: Mean of the paired differences in score, between -1 and 1.
        low, high: Its 95 % interval.
        p_value: Two-sided, for "no difference".
        gained, lost: Items that became correct, and that ceased to be.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    label: str
    items: int
    left_out: int
    clusters: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p_value: float
    gained: int
    lost: int


def proportion(attempts: Iterable[Attempt], *, z: float = 1.959963984540054) -> Proportion:
    """Give the share of correct answers and its Wilson score interval (E. B. Wilson, 1927).

    >>> from metier.attempt import Grade
    >>> right = Attempt(item_id="i", model="m", run_id="r", reply="", grade=Grade.correct())
    >>> p = proportion([right] * 8)
    >>> round(p.low, 4), p.high
    (0.6756, 1.0)
    """
    grades = [attempt.grade for attempt in attempts]
    n = sum(grade.score is not None for grade in grades)
    k = sum(grade.is_correct for grade in grades)
    if n == 0:
        return Proportion(correct=0, scored=0, unscored=len(grades), value=None, low=0.0, high=1.0)
    low, high = wilson(k / n, n, z=z)
    return Proportion(correct=k, scored=n, unscored=len(grades) - n, value=k / n, low=low, high=high)


def wilson(share: float, n: int, *, z: float = 1.959963984540054) -> tuple[float, float]:
    """Low and high of the score interval of a share among n that are independent; as `proportion`.

    >>> round(wilson(1.0, 1)[0], 4)
    0.2065
    """
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 0.0 if share == 0 else middle - half, 1.0 if share == 1 else middle + half


def clusters_of(items: Mapping[str, Item]) -> dict[str, str]:
    """The cluster that each item stands or falls with, by its identifier: the one it names, or itself.

    Items that ask the same, blanks and case aside, are one cluster, and so are the clusters that they name.

    >>> twice = [Item(prompt="Say it.", reference=word) for word in ("a", "b")]
    >>> len(set(clusters_of({item.item_id: item for item in twice}).values()))
    1
    """
    joined: dict[str, str] = {}
    first: dict[tuple[str, tuple[str, ...]], str] = {}

    def root(name: str) -> str:
        while joined[name] != name:
            name = joined[name]
        return name

    names = {item_id: item.cluster or item_id for item_id, item in items.items()}
    for item_id, item in items.items():
        name = joined.setdefault(names[item_id], names[item_id])
        asked = " ".join(item.prompt.casefold().split()), item.choices
        joined[root(name)] = root(first.setdefault(asked, names[item_id]))
    return {item_id: root(name) for item_id, name in names.items()}


def compare(
    items: Mapping[str, Item],
    before: Iterable[Attempt],
    after: Iterable[Attempt],
    *,
    label: str = "",
    level: float = 0.95,
) -> Difference:
    """Compare two sets of attempts, paired by item.

    The interval is the paired mean ± t · SE with the CR2 standard error and degrees of freedom of Bell and McCaffrey
    (`metier.evaluate.clustered`), which hold for few and unequal clusters too; with G clusters of one size these are
    equation 4 of Miller, "Adding Error Bars to Evals" (arXiv 2411.00640), times G/(G-1), and G-1. Where every pair
    changed alike, the rule of three bounds it: ± 3/G. Several epochs of one item are averaged first, those that are
    scored; an item with none is left out (`scores`). The order of the attempts does not matter.

    Raises:
        ValueError: Fewer than two items were scored on both sides, or one is not among `items`.
    """
    old, new = scores(before), scores(after)
    both = [(i, a, b) for i in old if (a := old[i]) is not None and (b := new.get(i)) is not None]
    if len(both) < 2:
        raise ValueError(f"Expected at least two items answered and scored on both sides, got {len(both)}.")
    unknown = next((i for i, _, _ in both if i not in items), None)
    if unknown is not None:
        raise ValueError(f"Expected attempts at the items given, got one at {unknown!r}.")
    changes = [b - a for _, a, b in both]
    cluster_of = clusters_of({i: items[i] for i, _, _ in both})
    clusters = [cluster_of[i] for i, _, _ in both]
    mean, low, high, p_value = paired(changes, clusters, level=level)
    return Difference(
        label=label,
        items=len(both),
        left_out=len(old.keys() | new.keys()) - len(both),
        clusters=len(set(clusters)),
        before=math.fsum(a for _, a, _ in both) / len(both),
        after=math.fsum(b for _, _, b in both) / len(both),
        difference=mean,
        low=low,
        high=high,
        p_value=p_value,
        gained=sum(change > 0 for change in changes),
        lost=sum(change < 0 for change in changes),
    )


def paired(
    changes: Sequence[float], clusters: Sequence[str], *, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Mean, low, high and p-value of paired changes, each between -1 and 1; as `compare`.

    >>> mean, low, high, p = paired([1, 0, 1, 0, 1, 1], ["a", "b", "c", "d", "e", "f"])
    >>> round(mean, 3), round(low, 3), round(high, 3), round(p, 4)
    (0.667, 0.125, 1.0, 0.025)
    """
    groups = groups_of(changes, clusters)
    found = clustered_mean(groups, level=level)
    if not found.error:
        return found.mean, *unvaried(found.mean, len(groups), level=level)
    return found.mean, max(-1.0, found.low), min(1.0, found.high), found.p_value


def unvaried(mean: float, groups: int, *, level: float = 0.95) -> tuple[float, float, float]:
    """Low, high and p-value where every cluster changed alike, or there is one: no spread to learn from.

    The rule of three, ± 3/G at level 0.95 within -1 and 1, and the sign test. Of two that both gained it says little:

    >>> unvaried(1.0, 2)[0] < 0
    True

    >>> low, high, p = unvaried(0.0, 30)
    >>> round(low, 3), round(high, 3), p
    (-0.1, 0.1, 1.0)
    """
    bound = 3.0 / groups * math.log(1 - level) / math.log(0.05)
    p_value = 1.0 if mean == 0 else min(1.0, 2.0 * 0.5**groups)
    return max(-1.0, mean - bound), min(1.0, mean + bound), p_value


def scores(attempts: Iterable[Attempt]) -> dict[str, float | None]:
    """Average the scores of each item over its epochs that have one; None where none has.

    An unscored epoch does not take its item away: with K epochs of which a share u is unscored, that would leave only
    (1-u)^K of the items, the fewer the more often one asks.

    >>> from metier.attempt import Grade
    >>> scores([Attempt(item_id="i", model="m", run_id="r", reply="", grade=Grade.correct())])
    {'i': 1.0}
    """
    every: dict[str, list[float | None]] = {}
    for attempt in attempts:
        every.setdefault(attempt.item_id, []).append(attempt.grade.score)
    return {
        i: math.fsum(scored) / len(scored) if (scored := [one for one in found if one is not None]) else None
        for i, found in every.items()
    }
