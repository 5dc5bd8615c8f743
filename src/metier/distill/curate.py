"""Which items are worth keeping?

Three of the five stages of a curation engine ("Logics-STEM", arXiv 2601.01562: annotation, deduplication,
decontamination, distillation, stratified sampling): items arrive annotated with their concepts; here they are
deduplicated, decontaminated against items kept for exams, and sampled so that every concept gets its share.
"""

from __future__ import annotations

import hashlib
import heapq
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from metier.item import Item

NGRAM_WORDS = 8
"""Shared runs of this many words count as a leak; the length used for question-sized text in the GPT-3 line of audits
is 8 to 13, and the shorter one leaks less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """The items kept, in the order chosen, and how many were dropped for which reason."""

    items: tuple[Item, ...]
    dropped: dict[str, int] = field(default_factory=dict)


def curate(candidates: Iterable[Item], *, count: int, seed: int, against: Iterable[Item] = ()) -> Curated:
    """Deduplicate, decontaminate and sample.

    Args:
        candidates: Items in any order; the result depends on the set of them and the seed, not on their order.
        count: How many to keep at most.
        seed: Decides among items that serve the sample equally well.
        against: Items that must stay unseen; what equals one, or shares a run of words with one, is dropped.

    Returns:
        The items and the counts of `duplicate`, `contaminated` and `not_sampled`, those that are not zero.

    >>> items = [Item(prompt=p, reference="", concepts=(p[0],)) for p in ("a1", "A1", "a2", "a3", "b1")]
    >>> kept = curate(items, count=2, seed=0, against=[Item(prompt="a3", reference="")])
    >>> sorted(i.concepts[0] for i in kept.items), kept.dropped
    (['a', 'b'], {'contaminated': 1, 'duplicate': 1, 'not_sampled': 1})
    """
    dropped: Counter[str] = Counter()
    unique = deduplicate(sorted(candidates, key=lambda item: item.item_id), dropped)
    clean = decontaminate(unique, list(against), dropped)
    kept = sample(list(clean), count=count, seed=seed, dropped=dropped)
    return Curated(items=kept, dropped=dict(sorted((+dropped).items())))


def deduplicate(items: Iterable[Item], dropped: Counter[str]) -> Iterator[Item]:
    """Keep the first of the items whose prompts are the same but for case, width and white space.

    >>> items = [Item(prompt="Sort  abc", reference="abc"), Item(prompt="sort abc", reference="abc")]
    >>> len(list(deduplicate(items, Counter())))
    1
    """
    seen: set[str] = set()
    for item in items:
        normal = _normal(item.prompt)
        if normal in seen:
            dropped["duplicate"] += 1
        else:
            seen.add(normal)
            yield item


def decontaminate(items: Iterable[Item], against: Collection[Item], dropped: Counter[str]) -> Iterator[Item]:
    """Drop what equals a kept-back item or shares a run of `NGRAM_WORDS` words with one.

    >>> dropped = Counter()
    >>> list(decontaminate([Item(prompt="sort abc", reference="")], [Item(prompt="Sort abc", reference="")], dropped))
    []
    >>> dropped["contaminated"]
    1
    """
    prompts = {_normal(item.prompt) for item in against}
    runs = {run for prompt in prompts for run in _runs(prompt)}
    for item in items:
        normal = _normal(item.prompt)
        if normal in prompts or any(run in runs for run in _runs(normal)):
            dropped["contaminated"] += 1
        else:
            yield item


def sample(items: list[Item], *, count: int, seed: int, dropped: Counter[str]) -> tuple[Item, ...]:
    """Take items one by one, always for the concept that has the fewest so far."""
    queues: defaultdict[str, deque[Item]] = defaultdict(deque)
    for item in sorted(items, key=lambda item: _order(item, seed)):
        for concept in item.concepts or ("",):
            queues[concept].append(item)
    taken: dict[str, Item] = {}
    share: Counter[str] = Counter()
    # Shares only grow, so an entry that is too small is put back with the share its concept has by now.
    smallest = [(0, concept) for concept in sorted(queues)]
    while smallest and len(taken) < count:
        known, concept = heapq.heappop(smallest)
        queue = queues[concept]
        while queue and queue[0].item_id in taken:
            queue.popleft()
        if queue and known == share[concept]:
            item = queue.popleft()
            taken[item.item_id] = item
            share.update(item.concepts or ("",))
        if queue:
            heapq.heappush(smallest, (share[concept], concept))
    dropped["not_sampled"] += len(items) - len(taken)
    return tuple(taken.values())


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _runs(normal: str) -> Iterator[str]:
    words = normal.split(" ")
    for start in range(len(words) - NGRAM_WORDS + 1):
        yield " ".join(words[start : start + NGRAM_WORDS])


def _order(item: Item, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{item.item_id}".encode()).hexdigest()
