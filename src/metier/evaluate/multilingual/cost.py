"""What would it cost to make such benchmarks? A range from stated assumptions, never one number.

Every quantity is a low, a likely and a high value. The sum of lows and the sum of highs bound the cost; a seeded
simulation gives its middle and the 90 % in between. Prices are drawn once for all benchmarks, as what is uncertain
about a wage does not average out; sizes are drawn for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from metier.errors import InputError
from metier.evaluate.multilingual.card import BUCKETS, Card

Range = tuple[float, float, float]
"""Low, likely, high."""

UNKNOWN_SIZE = (100, 10_000)
"""Items of a benchmark that does not say how many: from and to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What one item takes. The values are ours, orders of magnitude, and meant to be replaced.

    Attributes:
        wage: US dollars an hour, all costs of employment in.
        make_min, translate_min, review_min, label_min: Minutes for one person to write an item, to translate it, to
            check what a machine translated, or to label an item that was found.
        labels: How many people label or check each item.
        machine: US dollars an item for a machine's translation.
        overhead: Everything else (guidelines, training, management) as a factor on top.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    wage: Range = (5.0, 15.0, 40.0)
    make_min: Range = (2.0, 6.0, 20.0)
    translate_min: Range = (1.0, 3.0, 8.0)
    review_min: Range = (0.3, 1.0, 3.0)
    label_min: Range = (0.2, 0.7, 2.0)
    labels: Range = (1.0, 2.0, 3.0)
    machine: Range = (0.0005, 0.005, 0.05)
    overhead: Range = (1.1, 1.3, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """What benchmarks cost together, in US dollars.

    Attributes:
        low, high: The bounds: every quantity at its lowest, or highest.
        median, p5, p95: Of the simulation.
        items: The likely number of items.
    """

    benchmarks: int
    items: float
    low: float
    p5: float
    median: float
    p95: float
    high: float


def estimate_cost(
    cards: Iterable[Card], assumptions: Assumptions | None = None, *, seed: int = 0, draws: int = 4000
) -> CostEstimate:
    """Estimate what making the benchmarks of the cards cost.

    An item translated by people costs a translator; one translated by a machine costs the machine, and a check where it
    was reviewed. Of the others, an item that a crowd annotated was found and labelled, one that is derived costs
    nothing, one of a model costs the machine, and any other was written by a person.

    Raises:
        InputError: There are no cards, or a range is not in order.

    >>> cards = [Card(name="X", languages=("de",), num_items=1000, translation=("human",))]
    >>> found = estimate_cost(cards)
    >>> found.low < found.p5 < found.median < found.p95 < found.high
    True
    """
    import numpy as np

    made, held = list(cards), assumptions or Assumptions()
    if not made:
        raise InputError("Expected cards to estimate the cost of, got none.")
    _check(held)
    sizes = [_sizes(card) for card in made]
    rng = np.random.default_rng(seed)
    prices = {field.name: _draw(rng, getattr(held, field.name), draws) for field in fields(held)}
    total = np.zeros(draws)
    for card, (least, most) in zip(made, sizes, strict=True):
        # Sizes within a bucket are spread evenly over magnitudes.
        items = np.exp(rng.uniform(np.log(least), np.log(most), draws)) if most > least else float(least)
        total += items * _per_item(card, prices)
    p5, median, p95 = (float(value) for value in np.quantile(total, (0.05, 0.5, 0.95)))
    ends = []
    for place in (0, 2):
        at = {field.name: getattr(held, field.name)[place] for field in fields(held)}
        ends.append(float(sum(size[place // 2] * _per_item(card, at) for card, size in zip(made, sizes, strict=True))))
    return CostEstimate(
        benchmarks=len(made),
        items=float(sum((least * most) ** 0.5 for least, most in sizes)),
        low=ends[0],
        p5=p5,
        median=median,
        p95=p95,
        high=ends[1],
    )


def _per_item(card: Card, prices: Any) -> Any:
    """US dollars for one item; numbers or arrays of draws."""
    minute = prices["wage"] / 60 * prices["overhead"]
    cost: Any = 0.0
    machine = [one for one in card.translation if one not in ("none", "human")]
    if "human" in card.translation:
        cost = cost + minute * prices["translate_min"]
    if machine:
        cost = cost + prices["machine"]
        if card.reviewed:
            cost = cost + minute * prices["review_min"] * prices["labels"]
    if card.is_translated:
        return cost
    if set(card.annotators) & {"crowd"}:
        return minute * prices["label_min"] * prices["labels"]
    if card.annotators and set(card.annotators) <= {"derived", "model"}:
        return prices["machine"] * (1.0 if "model" in card.annotators else 0.0)
    return minute * prices["make_min"]


def _sizes(card: Card) -> tuple[int, int]:
    if card.num_items:
        return card.num_items, card.num_items
    return BUCKETS[card.size] if card.size else UNKNOWN_SIZE


def _draw(rng: Any, around: Sequence[float], draws: int) -> Any:
    low, likely, high = around
    return rng.triangular(low, likely, high, draws) if high > low else low


def _check(held: Assumptions) -> None:
    for field in fields(held):
        low, likely, high = getattr(held, field.name)
        if not 0 <= low <= likely <= high:
            raise InputError(f"Expected {field.name} as low, likely and high in order, got {low}, {likely}, {high}.")
