"""How does a grader reward a policy and filter data? The same call, read as a number or as yes and no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from metier.grader import GraderFor
from metier.graders.registry import grader_for as registered
from metier.item import Item


def reward(item: Item, answer: str, *, grader_for: GraderFor = registered) -> float | None:
    """Give the reward of an answer: its score, or None when it could not be scored (leave it out, it is not a zero).

    >>> reward(Item(prompt="2 + 2 =", reference="4", grader="number"), "4")
    1.0
    """
    return grader_for(item)(item, answer).score


def filter_items(
    pairs: Iterable[tuple[Item, str]], dropped: Counter[str], *, grader_for: GraderFor = registered
) -> Iterator[tuple[Item, str]]:
    """Keep the pairs whose answer is correct; count the others in `dropped` by their reason.

    >>> dropped = Counter()
    >>> item = Item(prompt="2 + 2 =", reference="4", grader="number")
    >>> [answer for _, answer in filter_items([(item, "4"), (item, "5")], dropped)], dict(dropped)
    (['4'], {'different': 1})
    """
    for item, answer in pairs:
        grade = grader_for(item)(item, answer)
        if grade.is_correct:
            yield item, answer
        else:
            dropped[grade.reason] += 1
