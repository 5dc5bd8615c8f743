"""Which line of an old version was a new one made of?

By the words that both hold. Few lines are all compared; of many only those that share one of the rarer words, so that
the work grows with their number and not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

from metier.govern.units import Unit

Words = frozenset[str]

_MAX_ALL = 300_000
"""So many pairs of lines are all compared."""
_RARE, _WORDS = 40, 10
MAX_CANDIDATES = _RARE * _WORDS
"""Lines at most that one is compared with where there are more pairs: those that hold one of its rarest words."""


class Origins:
    """Lines among which those that are near another one are looked up.

    Args:
        units: The lines.
        num_asked: How many will be looked up.

    >>> from metier.govern.units import text_units
    >>> old = list(text_units("Sort the rows by date.\\n\\nStop.", "a.md"))
    >>> (new,) = text_units("Sort the rows by name.", "a.md")
    >>> share, unit = Origins(old, num_asked=1).nearest(new)
    >>> round(share, 2), unit.text
    (0.8, 'Sort the rows by date.')
    """

    def __init__(self, units: Sequence[Unit], *, num_asked: int) -> None:
        self._lines = [(unit, words) for unit in units if (words := unit.words)]
        self._is_few = len(self._lines) * num_asked <= _MAX_ALL
        self._holding: dict[str, list[int]] = defaultdict(list)
        if not self._is_few:
            for number, (_, words) in enumerate(self._lines):
                for word in words:
                    if len(self._holding[word]) <= _RARE:
                        self._holding[word].append(number)

    def candidates(self, words: Words) -> Collection[tuple[Unit, Words]]:
        """The lines, with their words, that one with these words is compared with."""
        if self._is_few:
            return self._lines
        rare = sorted(
            (len(self._holding[word]), word) for word in words if 0 < len(self._holding.get(word, ())) <= _RARE
        )
        found = dict.fromkeys(number for _, word in rare[:_WORDS] for number in self._holding[word])
        return [self._lines[number] for number in found]

    def nearest(
        self,
        unit: Unit,
        *,
        more: Callable[[Unit], float] = lambda other: 0.0,
        is_like: Callable[[Unit], bool] = lambda other: True,
    ) -> tuple[float, Unit | None]:
        """The nearest line with its share of common words, from 0 to 1; nothing where there is none.

        Args:
            more: What is added to the share of a line.
            is_like: Whether a line may be taken.
        """
        words, best, nearest = unit.words, 0.0, None
        for other, held in self.candidates(words):
            if is_like(other):
                share = 2 * len(words & held) / (len(words) + len(held)) + more(other)
                if share > best:
                    best, nearest = share, other
        return best, nearest
