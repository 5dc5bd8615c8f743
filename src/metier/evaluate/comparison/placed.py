"""Where does a sample belong? An exam says which task and cluster each is of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from metier.evaluate.samples import Sample
from metier.item import Item


def placed(samples: Iterable[Sample], items: Mapping[str, Item]) -> list[Sample]:
    """Give samples the cluster of their item, and its level as their task where the exam has several levels.

    Raises:
        ValueError: A sample is of no item of the exam.

    >>> items = {"a": Item(prompt="", reference="", level=1), "b": Item(prompt="", reference="", level=2, cluster="c")}
    >>> [(s.task, s.cluster) for s in placed([Sample(sample_id="b", score=1.0)], items)]
    [('level 2', 'c')]
    """
    several = len({item.level for item in items.values()}) > 1
    made = []
    for one in samples:
        item = items.get(one.sample_id)
        if item is None:
            raise ValueError(f"Expected answers to the items of the exam, got one to {one.sample_id!r}.")
        task = f"level {item.level}" if several else ""
        made.append(replace(one, task=task, cluster=item.cluster))
    return made
