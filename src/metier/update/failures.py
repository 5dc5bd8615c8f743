"""Which questions should be practised next? The failures of an exam say where, fresh items are made there.

After the failure-driven second stage of Logics-STEM (arXiv 2601.01562): practice moves to the region where the policy
fails, by weight of the failures. The failed items themselves are never practised on; new ones of the same kind are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from metier.attempt import Attempt
from metier.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """How often one cluster of items failed."""

    cluster: str
    concepts: tuple[str, ...]
    failed: int
    tried: int


def weaknesses(items: Mapping[str, Item], attempts: Iterable[Attempt]) -> list[Weakness]:
    """Count the failures by cluster, the weakest first. Unscored attempts are neither failed nor tried.

    >>> from metier.attempt import Grade
    >>> item = Item(prompt="p", reference="r", cluster="c")
    >>> wrong = Attempt(item_id=item.item_id, model="m", run_id="r", reply="", grade=Grade.incorrect("different"))
    >>> weaknesses({item.item_id: item}, [wrong])[0].failed
    1
    """
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    concepts: dict[str, tuple[str, ...]] = {}
    for attempt in attempts:
        item = items.get(attempt.item_id)
        if item is None or attempt.grade.score is None:
            continue
        cluster = item.cluster or item.item_id
        concepts[cluster] = item.concepts
        tried[cluster] += 1
        failed[cluster] += not attempt.grade.is_correct
    every = [Weakness(cluster=c, concepts=concepts[c], failed=failed[c], tried=tried[c]) for c in tried]
    return sorted(every, key=lambda w: (-w.failed / w.tried, -w.failed, w.cluster))


def next_practice(
    weak: Sequence[Weakness],
    *,
    count: int,
    seed: int,
    make_items: Callable[[tuple[str, ...], int, int], Iterable[Item]],
    keep: float = 0.5,
) -> Iterator[Item]:
    """Make the next practice set: some of it where the policy failed, the rest where it was right.

    Args:
        count: How many items to make. The weakest clusters are served first where there are more clusters than items.
        make_items: `(concepts, count, seed)` → fresh items of that kind.
        keep: The share given by successes, so that what works stays practised: without it, practice on failures alone
            costs the policy what it could do. A cluster that works mostly has its part in both shares.

    >>> weak = [Weakness(cluster="a", concepts=("a",), failed=2, tried=2)]
    >>> make = lambda concepts, count, seed: [Item(prompt=f"{seed} {n}", reference="") for n in range(count)]
    >>> [item.prompt for item in next_practice(weak, count=2, seed=7, make_items=make)]
    ['7 0', '7 1']
    """
    failures = [each.failed / each.tried for each in weak]
    successes = [float(each.tried - each.failed) for each in weak]
    kept = (round(count * keep) if any(failures) else count) if any(successes) else 0
    shares = zip(_apportion(failures, count - kept), _apportion(successes, kept), strict=True)
    for place, (each, (mending, keeping)) in enumerate(zip(weak, shares, strict=True)):
        if mending + keeping:
            yield from make_items(each.concepts, mending + keeping, seed + place)


def _apportion(weights: Sequence[float], total: int) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the total: the largest remainders are rounded up."""
    exact = [weight * total / sum(weights) if total else 0.0 for weight in weights]
    numbers = [int(share) for share in exact]
    behind = sorted(range(len(weights)), key=lambda i: (numbers[i] - exact[i], i))
    for i in behind[: total - sum(numbers)]:
        numbers[i] += 1
    return numbers
