"""Which live skills hold the words of a request? The segments of an index, put together in memory."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import neg

from metier.index import Listed
from metier.stores.find.intents import intents
from metier.stores.find.segment import MAX_DESCRIPTION, Placed, Segment
from metier.stores.find.words import letters, stem, words

_SATURATION = 0.5
_LENGTH_SHARE = 0.7
_MAX_POSTINGS = 1500
_MAX_OPEN = 300
"""Frequent words are looked up for the skills that the rare words left at the top, not the other way round."""

_NUM_REMEMBERED = 256
_SENTENCE_END = re.compile(r"(?<=[.!?;。])\s+|\n")

Counts = Mapping[int, int]


class Card:
    """What the name and the description of one skill say, analysed when it is first a candidate."""

    def __init__(self, listed: Listed) -> None:
        self.listed = listed
        self.name = listed.name.lower()

    @cached_property
    def name_words(self) -> tuple[str, ...]:
        """The words of the name, each once."""
        return tuple(dict.fromkeys(words(self.listed.name)))

    @cached_property
    def pitch_stems(self) -> frozenset[str]:
        """The stems of name and description."""
        return frozenset(map(stem, words(self._pitch)))

    @cached_property
    def name_stems(self) -> frozenset[str]:
        """The stems of the name."""
        return frozenset(map(stem, self.name_words))

    @cached_property
    def intents(self) -> frozenset[str]:
        """The kinds of work that the name and the first sentence of the description name."""
        first = _SENTENCE_END.split(self.listed.description[:MAX_DESCRIPTION].strip(), maxsplit=1)[0]
        return intents(f"{self.listed.name} {first}")

    @cached_property
    def letters(self) -> str:
        """Name and description for comparing letter by letter."""
        return letters(self._pitch)

    @cached_property
    def name_letters(self) -> str:
        """The name for comparing letter by letter."""
        return letters(self.listed.name)

    @property
    def _pitch(self) -> str:
        return f"{self.listed.name} {self.listed.description[:MAX_DESCRIPTION]}"


class Shelf:
    """The live skills of an index, each in a slot.

    Args:
        segments: The postings; skills that are not among the cards count as taken out.
        cards: The live skills by their position in the database.
    """

    def __init__(self, segments: Sequence[Segment], cards: Mapping[int, Card]) -> None:
        ordered = sorted(cards.items(), key=lambda item: (item[1].listed.origin, item[1].listed.name))
        self.cards = [card for _, card in ordered]
        slots = {position: slot for slot, (position, _) in enumerate(ordered)}
        self._placed = [Placed(segment, slots) for segment in segments]
        self._homes = {
            slot: (placed.segment, skill)
            for placed in self._placed
            for skill, slot in enumerate(placed.slots)
            if slot >= 0
        }
        lengths = [self._length(slot) for slot in range(len(self.cards))]
        mean = sum(lengths) / max(len(lengths), 1) or 1.0
        self._norms = [_SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / mean) for length in lengths]
        self._rarities: dict[str, float] = {}
        self._named = defaultdict[str, list[int]](list)
        for slot, card in enumerate(self.cards):
            self._named[card.name].append(slot)
        # Requests share their frequent words, which are the ones that cost most to read.
        self._words = lru_cache(_NUM_REMEMBERED)(lambda word: _joined(p.of_word(word) for p in self._placed))
        self._stems = lru_cache(_NUM_REMEMBERED)(lambda one: _joined(p.of_stem(one) for p in self._placed))

    def named(self, name: str) -> Sequence[int]:
        """The skills of a name, in lower case."""
        return self._named.get(name, ())

    def of_word(self, word: str) -> Counts:
        """How often each skill that holds a word holds it."""
        return self._words(word)

    def of_stem(self, stemmed: str) -> Counts:
        """How often each skill holds any word of a stem."""
        return self._stems(stemmed)

    def rarity(self, word: str) -> float:
        """The inverse document frequency of a word."""
        if word not in self._rarities:
            self._rarities[word] = self.idf(sum(len(placed.of_word(word)) for placed in self._placed))
        return self._rarities[word]

    def idf(self, num_skills: int) -> float:
        """What a word is worth that so many skills hold (Robertson and Zaragoza 2009, eq. 3.15, kept above nought)."""
        return math.log(1 + (len(self.cards) - num_skills + 0.5) / (num_skills + 0.5))

    def likely(self, found: Iterable[Counts], limit: int) -> list[int]:
        """The skills with the best BM25 (k1 = 0.5, b = 0.7), best first."""
        scores: dict[int, float] = defaultdict(float)
        norms, num_read = self._norms, 0
        for counts in sorted(found, key=len):
            idf = self.idf(len(counts))
            num_read += len(counts)
            if num_read > _MAX_POSTINGS and len(scores) > limit:
                if len(scores) > _MAX_OPEN:
                    scores = dict(_best(scores, _MAX_OPEN))
                for slot in scores.keys() & counts.keys():
                    count = counts[slot]
                    scores[slot] += idf * count / (count + norms[slot])
                continue
            for slot, count in counts.items():
                scores[slot] += idf * count / (count + norms[slot])
        return [slot for slot, _ in _best(scores, limit)]

    def bm25(self, slots: Sequence[int], found: Iterable[Counts], worths: Iterable[float] | None = None) -> list[float]:
        """BM25 of these skills, a word worth its inverse document frequency or what is given."""
        found = list(found)
        worths = [self.idf(len(counts)) for counts in found] if worths is None else worths
        scores, everyone, norms = dict.fromkeys(slots, 0.0), set(slots), self._norms
        for worth, counts in zip(worths, found, strict=True):
            for slot in counts.keys() & everyone:
                count = counts[slot]
                scores[slot] += worth * count / (count + norms[slot])
        return list(scores.values())

    def has_pair(self, slot: int, pair: int) -> bool:
        """Whether two words are neighbours somewhere in a skill."""
        segment, skill = self._homes[slot]
        return segment.has_pair(skill, pair)

    def _length(self, slot: int) -> int:
        segment, skill = self._homes[slot]
        return segment.lengths[skill]


def _joined(parts: Iterable[dict[int, int]]) -> dict[int, int]:
    """The counts of all segments, which hold different skills."""
    counts: dict[int, int] = {}
    for part in parts:
        counts = counts | part if counts else part
    return counts


def _best(scores: Mapping[int, float], limit: int) -> list[tuple[int, float]]:
    ranked = sorted(zip(scores.values(), map(neg, scores), strict=True), reverse=True)[:limit]
    return [(-slot, score) for score, slot in ranked]
