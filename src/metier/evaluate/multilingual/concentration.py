"""How unevenly do benchmarks fall on languages, and on the people who speak them?

Counts, shares and indices; no drawing. A language without any benchmark counts where weights name it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metier.errors import InputError
from metier.evaluate.multilingual.card import Card
from metier.evaluate.multilingual.languages import language_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """How a quantity is spread over languages.

    Attributes:
        languages: How many have a part or a weight.
        total: The sum of the quantity.
        gini: 0 where each weight gets its equal part, towards 1 where one language has all.
        hhi: The Herfindahl-Hirschman index: the sum of squared shares, from 1/languages to 1. Weights do not enter.
        effective: 1 / hhi, the number of equal languages that would be as concentrated.
        top: The largest shares, largest first, with their codes.
        lorenz: Points (share of weight, share of quantity), the worst served first, from (0, 0) to (1, 1).
        unserved: The share of the weight in languages with nothing.
    """

    languages: int
    total: float
    gini: float
    hhi: float
    effective: float
    top: tuple[tuple[str, float], ...]
    lorenz: tuple[tuple[float, float], ...]
    unserved: float


def counts(cards: Iterable[Card], *, fractional: bool = False) -> dict[str, float]:
    """How many benchmarks each language has, most first; a language that no code is known for is left out.

    Args:
        fractional: Let a benchmark of n languages count 1/n for each, so that one with 200 does not drown the rest.

    >>> cards = [Card(name="X", languages=("German", "French")), Card(name="Y", languages=("de",))]
    >>> counts(cards), counts(cards, fractional=True)
    ({'deu': 2.0, 'fra': 1.0}, {'deu': 1.5, 'fra': 0.5})
    """
    found: Counter[str] = Counter()
    for codes in (_codes(card) for card in cards):
        for code in codes:
            found[code] += 1 / len(codes) if fractional else 1  # type: ignore[assignment]
    return {code: float(value) for code, value in sorted(found.items(), key=lambda one: (-one[1], one[0]))}


def concentration(
    amounts: Mapping[str, float], weights: Mapping[str, float] | None = None, *, top: int = 10
) -> Concentration:
    """Measure how amounts are spread over languages.

    Args:
        amounts: What each language has, such as its benchmarks.
        weights: What its fair part is measured by: speakers, or the demand for it. Only languages with a weight are
            counted then, those without an amount as 0. Without weights every language with an amount weighs the same.

    Raises:
        InputError: Nothing is left to measure, or a number is negative.

    >>> found = concentration({"eng": 3, "deu": 1})
    >>> found.gini, found.hhi, found.top[0]
    (0.25, 0.625, ('eng', 0.75))
    >>> concentration({"eng": 3, "deu": 1}, {"eng": 3, "deu": 1}).gini
    0.0
    """
    shares = dict.fromkeys(amounts, 1.0) if weights is None else {code: w for code, w in weights.items() if w}
    rows = [(float(amounts.get(code, 0.0)), float(weight)) for code, weight in shares.items()]
    total, weight = sum(amount for amount, _ in rows), sum(weight for _, weight in rows)
    if any(min(row) < 0 for row in rows) or total <= 0:
        raise InputError("Expected amounts and weights of at least 0, and one language that has both.")
    lorenz = _lorenz(rows, total, weight)
    hhi = sum((amount / total) ** 2 for amount, _ in rows)
    largest = sorted(((code, amounts.get(code, 0.0) / total) for code in shares), key=lambda one: (-one[1], one[0]))
    return Concentration(
        languages=len(rows),
        total=total,
        gini=_gini(lorenz),
        hhi=hhi,
        effective=1 / hhi,
        top=tuple(largest[:top]),
        lorenz=lorenz,
        unserved=sum(w for amount, w in rows if not amount) / weight,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationShare:
    """How many benchmarks are translated.

    Attributes:
        total: Benchmarks with a language besides English.
        stated: Those that say how their items came to be.
        translated, human, machine, localized: Of these: translated at all, by people, by a machine, and adapted.
    """

    total: int
    stated: int
    translated: int
    human: int
    machine: int
    localized: int

    @property
    def share(self) -> float | None:
        """The translated part of all; `None` if there are none. Those that do not say count as not translated."""
        return self.translated / self.total if self.total else None


def translation_share(cards: Iterable[Card]) -> TranslationShare:
    """Count translated benchmarks among those with a language besides English.

    >>> cards = [Card(name="X", languages=("de",), translation=("human",)), Card(name="Y", languages=("fr",))]
    >>> translation_share(cards).share
    0.5
    """
    foreign = [card for card in cards if set(_codes(card)) - {"eng"}]
    translated = [card for card in foreign if card.is_translated]
    return TranslationShare(
        total=len(foreign),
        stated=sum(bool(card.translation) for card in foreign),
        translated=len(translated),
        human=sum("human" in card.translation for card in translated),
        machine=sum(bool(set(card.translation) - {"human", "none"}) for card in translated),
        localized=sum(card.localized is True for card in translated),
    )


def tally(cards: Iterable[Card], field: str) -> list[tuple[str, int]]:
    """How often each value of a field of the cards occurs, most first; "not stated" where it is empty.

    >>> tally([Card(name="X", languages=("de",), domains=("news", "law"))], "domains")
    [('law', 1), ('news', 1)]
    """
    found: Counter[str] = Counter()
    for card in cards:
        value = getattr(card, field)
        values: Sequence[str] = value if isinstance(value, tuple) else (value,) if value else ()
        found.update(list(dict.fromkeys(map(str, values))) or ["not stated"])
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def matrix(
    cards: Iterable[Card], *, columns: Callable[[Card], Iterable[str]] = lambda card: card.tasks
) -> dict[str, dict[str, int]]:
    """Benchmarks by language and task: `{code: {task: count}}`.

    >>> matrix([Card(name="X", languages=("de", "fr"), tasks=("STS",))])
    {'deu': {'STS': 1}, 'fra': {'STS': 1}}
    """
    cells: dict[str, dict[str, int]] = {}
    for card in cards:
        for code in _codes(card):
            row = cells.setdefault(code, {})
            for column in dict.fromkeys(columns(card)):
                row[column] = row.get(column, 0) + 1
    return cells


def _codes(card: Card) -> list[str]:
    return list(dict.fromkeys(code for name in card.languages if (code := language_code(name))))


def _lorenz(rows: Sequence[tuple[float, float]], total: float, weight: float) -> tuple[tuple[float, float], ...]:
    points, below, part = [(0.0, 0.0)], 0.0, 0.0
    for amount, mass in sorted(rows, key=lambda row: (row[0] / row[1], row)):
        below, part = below + mass, part + amount
        points.append((below / weight, part / total))
    return tuple(points)


def _gini(lorenz: Sequence[tuple[float, float]]) -> float:
    """1 minus twice the area below the Lorenz curve, rounded where sums of floats leave dust."""
    area = sum((x2 - x1) * (y1 + y2) / 2 for (x1, y1), (x2, y2) in pairwise(lorenz))
    return round(1 - 2 * area, 12) + 0.0
