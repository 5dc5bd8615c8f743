"""How well does each skill match a request? Candidates by their words, then closer evidence on those.

The evidence of a candidate is a handful of numbers, each between nought and one beside the best candidate of the
request, so that no skill gains by saying a word more often or by a longer text. What the numbers are worth is learnt
and stands in `weights`. The text of a skill is compared, never obeyed.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import nlargest
from itertools import chain
from operator import neg

from metier.index import Listed
from metier.stores.find.request import Request
from metier.stores.find.segment import MAX_DESCRIPTION, Placed, Segment
from metier.stores.find.words import letters, stem, words

NUM_CANDIDATES = 40
_NUM_LIKELY = 60
_NUM_RIVALS = 15
_SATURATION = 0.9
_LENGTH_SHARE = 0.6
_GRAM = 4


class Card:
    """What the name and the description of one skill say, analysed when it is first a candidate."""

    def __init__(self, listed: Listed) -> None:
        self.listed = listed

    @cached_property
    def name_words(self) -> frozenset[str]:
        return frozenset(words(self.listed.name))

    @cached_property
    def pitch_stems(self) -> frozenset[str]:
        return frozenset(map(stem, words(self._pitch)))

    @cached_property
    def letters(self) -> str:
        return letters(self._pitch)

    @property
    def _pitch(self) -> str:
        return f"{self.listed.name} {self.listed.description[:MAX_DESCRIPTION]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One skill that may answer, and the evidence for it by name."""

    card: Card
    evidence: Mapping[str, float]
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The candidates of a request, and what they have in common.

    Attributes:
        echo: How much of the wording of the request the best candidate repeats, in neighbouring words.
        pitched: How much of the request the best description covers.
    """

    candidates: Sequence[Candidate] = ()
    echo: float = 0.0
    pitched: float = 0.0


class Shelf:
    """The live skills of an index in memory, ready to be compared with requests.

    Args:
        segments: The postings; skills that are not among the cards count as taken out.
        cards: The live skills by their position in the database.
    """

    def __init__(self, segments: Sequence[Segment], cards: Mapping[int, Card]) -> None:
        ordered = sorted(cards.items(), key=lambda item: (item[1].listed.origin, item[1].listed.name))
        self.cards = [card for _, card in ordered]
        slots = {position: slot for slot, (position, _) in enumerate(ordered)}
        self._shelves = [Placed(segment, slots) for segment in segments]
        self._homes = [(segment, 0) for segment in self._shelves[:1] for _ in self.cards]
        lengths = [1] * len(self.cards)
        for placed in self._shelves:
            for skill, slot in enumerate(placed.slots):
                if slot >= 0:
                    self._homes[slot] = placed, skill
                    lengths[slot] = placed.segment.lengths[skill]
        mean = sum(lengths) / max(len(lengths), 1)
        self._norms = [_SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / mean) for length in lengths]
        self._rarities: dict[str, float] = {}

    def rank(self, request: Request) -> Ranking:
        """Find the candidates for a request and weigh the evidence; none if no word of it is known."""
        loose = {one: self._counts(placed.of_stem(one) for placed in self._shelves) for one in request.stems}
        by_stem = self._bm25(loose)
        likely = sorted(zip(by_stem.values(), map(neg, by_stem), strict=True), reverse=True)[:_NUM_LIKELY]
        exact = {word: self._counts(placed.of_word(word) for placed in self._shelves) for word in request.words}
        by_word = self._bm25_of([-slot for _, slot in likely], exact)
        both = sorted(((score + by_word[-slot], slot) for score, slot in likely), reverse=True)[:NUM_CANDIDATES]
        slots = [-slot for _, slot in both]
        slots += [slot for slot in self._named(request) if slot not in slots]
        if not slots:
            return Ranking()
        return self._weighed(request, slots, by_word, by_stem, loose)

    def _weighed(
        self,
        request: Request,
        slots: Sequence[int],
        by_word: Mapping[int, float],
        by_stem: Mapping[int, float],
        loose: Mapping[str, Mapping[int, int]],
    ) -> Ranking:
        idf = {one: self._idf(len(counts)) for one, counts in loose.items()}
        mass = sum(idf.values()) or 1.0
        cards = [self.cards[slot] for slot in slots]
        echo = self._echo(request, slots, idf)
        pitch = [sum(idf[one] for one in request.stems if one in card.pitch_stems) for card in cards]
        lanes = {
            "words": _beside_best([by_word.get(slot, 0.0) for slot in slots]),
            "stems": _beside_best([by_stem.get(slot, 0.0) for slot in slots]),
            "contrast": _beside_best(self._contrast(slots, loose)),
            "echo": _beside_best(echo),
            "letters": _beside_best(_letters(request, cards)),
            "pitch": _beside_best(pitch),
            "name": [self._name_share(request, card) for card in cards],
            "called": [float(card.listed.name.lower() in request.called) for card in cards],
            "excluded": [float(card.listed.name.lower() in request.excluded) for card in cards],
        }
        return Ranking(
            candidates=[
                Candidate(
                    card=card,
                    evidence={name: lane[place] for name, lane in lanes.items()},
                    why=tuple(nlargest(5, (one for one in idf if slots[place] in loose[one]), key=idf.__getitem__)),
                )
                for place, card in enumerate(cards)
            ],
            echo=max(echo) / mass,
            pitched=max(pitch) / mass,
        )

    def _counts(self, found: Iterable[dict[int, int]]) -> dict[int, int]:
        """The counts of all segments, which hold different skills."""
        counts: dict[int, int] = {}
        for part in found:
            counts = counts | part if counts else part
        return counts

    def _idf(self, num_skills: int) -> float:
        return math.log(1 + (len(self.cards) - num_skills + 0.5) / (num_skills + 0.5))

    def _rarity(self, word: str) -> float:
        if word not in self._rarities:
            self._rarities[word] = self._idf(sum(len(placed.of_word(word)) for placed in self._shelves))
        return self._rarities[word]

    def _bm25(self, found: Mapping[str, Mapping[int, int]]) -> dict[int, float]:
        """BM25 (Robertson and Zaragoza 2009, eq. 3.15) with k1 = 0.9 and b = 0.6, of every skill."""
        scores: dict[int, float] = defaultdict(float)
        norms = self._norms
        for counts in found.values():
            idf = self._idf(len(counts))
            for slot, count in counts.items():
                scores[slot] += idf * count / (count + norms[slot])
        return scores

    def _bm25_of(self, slots: Sequence[int], found: Mapping[str, Mapping[int, int]]) -> dict[int, float]:
        """The same, of these skills alone."""
        weighed = [(self._idf(len(counts)), counts) for counts in found.values() if counts]
        return {
            slot: sum(
                idf * counts[slot] / (counts[slot] + self._norms[slot]) for idf, counts in weighed if slot in counts
            )
            for slot in slots
        }

    def _contrast(self, slots: Sequence[int], loose: Mapping[str, Mapping[int, int]]) -> list[float]:
        """BM25 once more, a word worth what it tells of the strongest rivals: siblings share the names of a family."""
        rivals, scores = slots[:_NUM_RIVALS], [0.0] * len(slots)
        for counts in loose.values():
            shared = sum(slot in counts for slot in rivals)
            worth = math.log(1 + (len(rivals) - shared + 0.5) / (shared + 0.5)) if shared else 0.0
            for place, slot in enumerate(slots):
                if count := counts.get(slot, 0):
                    scores[place] += worth * count / (count + self._norms[slot])
        return scores

    def _echo(self, request: Request, slots: Sequence[int], idf: Mapping[str, float]) -> list[float]:
        """The neighbouring words of the request that a skill repeats, each pair worth the rarity of its words."""
        limit = self._idf(0)
        worth = {pair: min(limit, sum(idf.get(one, 0.0) for one in both)) for pair, both in request.pairs.items()}
        scores = []
        for slot in slots:
            placed, skill = self._homes[slot]
            segment = placed.segment
            scores.append(sum(value for pair, value in worth.items() if value and segment.has_pair(skill, pair)))
        return scores

    def _name_share(self, request: Request, card: Card) -> float:
        """How much of its name the request says, each word worth its rarity."""
        rarity = {word: self._rarity(word) for word in sorted(card.name_words)}
        whole = sum(rarity.values())
        return sum(value for word, value in rarity.items() if word in request.words) / whole if whole else 0.0

    def _named(self, request: Request) -> list[int]:
        return [
            slot
            for slot, card in enumerate(self.cards)
            if request.called and card.listed.name.lower() in request.called
        ]


def _letters(request: Request, cards: Sequence[Card]) -> list[float]:
    """Runs of four letters that the request shares with name and description, worth what they tell of the others."""
    asked = _grams(request.letters)
    shared = [asked & _grams(card.letters) for card in cards]
    holders = Counter(chain.from_iterable(shared))
    worth = {n: math.log(1 + (len(cards) - n + 0.5) / (n + 0.5)) for n in set(holders.values())}
    # Sorted, as the order of a set differs between runs and so would the last bit of the sum.
    return [sum(sorted(worth[holders[gram]] for gram in grams)) for grams in shared]


@lru_cache(maxsize=1024)
def _grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + _GRAM] for i in range(len(text) - _GRAM + 1))


def _beside_best(scores: Sequence[float]) -> list[float]:
    best = max(scores)
    return [score / best for score in scores] if best > 0 else [0.0] * len(scores)
