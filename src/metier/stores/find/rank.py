"""How well does each skill match a request? Candidates by their words, then closer evidence on those.

The evidence of a candidate is a handful of numbers, each between nought and one beside the best candidate of the
request, so that no skill gains by saying a word more often or by a longer text. What the numbers are worth is learnt
and stands in `weights`. The text of a skill is compared, never obeyed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest

from metier.index import Listed
from metier.stores.find.request import Request
from metier.stores.find.segment import MAX_DESCRIPTION, Segment
from metier.stores.find.words import letters, stem, words

NUM_CANDIDATES = 40
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
        self.cards = sorted(cards.values(), key=lambda card: (card.listed.origin, card.listed.name))
        slot_of = {id(card): slot for slot, card in enumerate(self.cards)}
        slots = {position: slot_of[id(card)] for position, card in cards.items()}
        # Each slot is a live skill. -1 stands for one that was taken out and whose segment is not merged yet.
        self._segments = [(segment, [slots.get(p, -1) for p in segment.positions]) for segment in segments]
        self._homes = [(0, 0)] * len(self.cards)
        lengths = [1] * len(self.cards)
        for number, (segment, homes) in enumerate(self._segments):
            for skill, slot in enumerate(homes):
                if slot >= 0:
                    self._homes[slot] = number, skill
                    lengths[slot] = segment.lengths[skill]
        mean = sum(lengths) / max(len(lengths), 1)
        self._norms = [_SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / mean) for length in lengths]

    def rank(self, request: Request) -> Ranking:
        """Find the candidates for a request and weigh the evidence; none if no word of it is known."""
        exact = {word: self._of_word(word) for word in request.words}
        loose = {one: self._of_stem(one) for one in request.stems}
        by_word, by_stem = self._bm25(exact), self._bm25(loose)
        both = {slot: by_word.get(slot, 0.0) + score for slot, score in by_stem.items()}
        slots = nlargest(NUM_CANDIDATES, both, key=lambda slot: (both[slot], -slot))
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

    def _of_word(self, word: str) -> dict[int, int]:
        return self._counts((segment.postings(word), homes) for segment, homes in self._segments)

    def _of_stem(self, stemmed: str) -> dict[int, int]:
        return self._counts((segment.postings_of_stem(stemmed), homes) for segment, homes in self._segments)

    def _counts(self, found: Iterable[tuple[Iterable[tuple[int, int]], Sequence[int]]]) -> dict[int, int]:
        counts: dict[int, int] = {}
        for postings, homes in found:
            for skill, count in postings:
                slot = homes[skill]
                counts[slot] = counts.get(slot, 0) + count
        counts.pop(-1, None)
        return counts

    def _idf(self, num_skills: int) -> float:
        return math.log(1 + (len(self.cards) - num_skills + 0.5) / (num_skills + 0.5))

    def _bm25(self, found: Mapping[str, Mapping[int, int]]) -> dict[int, float]:
        """BM25 (Robertson and Zaragoza 2009, eq. 3.15) with k1 = 0.9 and b = 0.6."""
        scores: dict[int, float] = defaultdict(float)
        norms = self._norms
        for counts in found.values():
            idf = self._idf(len(counts))
            for slot, count in counts.items():
                scores[slot] += idf * count / (count + norms[slot])
        return scores

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
            number, skill = self._homes[slot]
            segment = self._segments[number][0]
            scores.append(sum(value for pair, value in worth.items() if value and segment.has_pair(skill, pair)))
        return scores

    def _name_share(self, request: Request, card: Card) -> float:
        """How much of its name the request says, each word worth its rarity."""
        rarity = {word: self._idf(len(self._of_word(word))) for word in card.name_words}
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
    grams = {request.letters[i : i + _GRAM] for i in range(len(request.letters) - _GRAM + 1)}
    scores = [0.0] * len(cards)
    for gram in sorted(grams):
        holders = [place for place, card in enumerate(cards) if gram in card.letters]
        worth = math.log(1 + (len(cards) - len(holders) + 0.5) / (len(holders) + 0.5))
        for place in holders:
            scores[place] += worth
    return scores


def _beside_best(scores: Sequence[float]) -> list[float]:
    best = max(scores)
    return [score / best for score in scores] if best > 0 else [0.0] * len(scores)
