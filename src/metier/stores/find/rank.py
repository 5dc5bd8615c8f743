"""How well does each skill match a request? Candidates by their words, then closer evidence on those.

The evidence of a candidate is a handful of numbers, each between nought and one beside the best candidate of the
request, so that no skill gains by saying a word more often or by a longer text. What the numbers are worth is learnt
and stands in `weights`. The text of a skill is compared, never obeyed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from metier.stores.find.request import Request
from metier.stores.find.shelf import Card, Counts, Shelf

NUM_CANDIDATES = 40
_NUM_LIKELY = 60
_NUM_RIVALS = 15
_NUM_NAMED = 20
_GRAM = 4
_LEAST_GRAMS = 2
"""So many runs of letters are shared by `wether` and `weather`, and by few words that are akin in nothing."""
_PITCH_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One skill that may answer, and the evidence for it by name."""

    slot: int
    card: Card
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The candidates of a request, and what they have in common.

    Attributes:
        request: The request itself; None where no candidate was found.
        counts: Which skills hold each stem of the request.
        worth: What each stem is worth.
        echo: How much of the wording of the request the best candidate repeats, in neighbouring words.
    """

    request: Request | None = None
    candidates: Sequence[Candidate] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    worth: Mapping[str, float] = field(default_factory=dict)
    echo: float = 0.0


def rank(shelf: Shelf, request: Request) -> Ranking:
    """Find the candidates for a request and weigh the evidence; none if nothing of it is known or spelt like a name."""
    loose = {one: shelf.of_stem(one) for one in request.stems}
    exact = [shelf.of_word(word) for word in request.words]
    slots, by_stem, by_word = _candidates(shelf, request, loose.values(), exact)
    if not slots:
        slots = _spelt_like(shelf, request)
        by_stem = by_word = [0.0] * len(slots)
    if not slots:
        return Ranking()
    cards = [shelf.cards[slot] for slot in slots]
    worth = {one: shelf.idf(len(counts)) for one, counts in loose.items()}
    echo = _echo(shelf, request, slots, loose, worth)
    sizes = _sizes([len(card.pitch_stems) for card in cards])
    lanes = {
        "words": _beside_best(by_word),
        "stems": _beside_best(by_stem),
        "contrast": _beside_best(_contrast(shelf, slots, loose)),
        "echo": _beside_best(echo),
        "letters": _beside_best([a / b for a, b in zip(_letters(request, cards), sizes, strict=True)]),
        "last": _beside_best(shelf.bm25(slots, [loose[one] for one in request.last if one in loose])),
        "intent": _beside_best(_intents(request, cards)),
        "subject": _subjects(request, cards, worth),
        "name": [_name_share(shelf, request, card) for card in cards],
        "called": [float(card.name in request.called) for card in cards],
        "excluded": [float(card.name in request.excluded) for card in cards],
    }
    rows = zip(*lanes.values(), strict=True)
    return Ranking(
        request=request,
        candidates=[
            Candidate(slot=slot, card=card, evidence=dict(zip(lanes, row, strict=True)))
            for slot, card, row in zip(slots, cards, rows, strict=True)
        ],
        counts=loose,
        worth=worth,
        echo=max(echo) / (sum(worth.values()) or 1.0),
    )


def _candidates(
    shelf: Shelf, request: Request, loose: Collection[Counts], exact: Sequence[Counts]
) -> tuple[list[int], list[float], list[float]]:
    """The slots, best first by both scores together, the scores by stem and those by word."""
    slots = shelf.likely(loose, _NUM_LIKELY)
    by_stem, by_word = shelf.bm25(slots, loose), shelf.bm25(slots, exact)
    rows = sorted(zip(slots, by_stem, by_word, strict=True), key=lambda row: (-row[1] - row[2], row[0]))
    called = sorted(slot for name in request.called for slot in shelf.named(name))
    unlikely = [(slot, 0.0, 0.0) for slot in called if slot not in slots]
    rows = [*rows[:NUM_CANDIDATES], *(row for row in rows[NUM_CANDIDATES:] if row[0] in called), *unlikely]
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _spelt_like(shelf: Shelf, request: Request) -> list[int]:
    """The slots whose names share the most runs of letters with a request of which no word is known: it is misspelt."""
    asked = _grams(request.letters)
    if not asked:
        return []
    shared = ((len(asked & _grams(card.name_letters)), slot) for slot, card in enumerate(shelf.cards))
    found = sorted((-count, slot) for count, slot in shared if count >= _LEAST_GRAMS)
    return [slot for _, slot in found[:NUM_CANDIDATES]]


def _contrast(shelf: Shelf, slots: Sequence[int], loose: Mapping[str, Counts]) -> list[float]:
    """BM25 once more, a word worth what it tells of the strongest rivals: siblings share the words of a family."""
    rivals = slots[:_NUM_RIVALS]
    shared = [sum(slot in counts for slot in rivals) for counts in loose.values()]
    return shelf.bm25(slots, loose.values(), [_rareness(n, len(rivals)) if n else 0.0 for n in shared])


def _echo(
    shelf: Shelf, request: Request, slots: Sequence[int], loose: Mapping[str, Counts], worths: Mapping[str, float]
) -> list[float]:
    """The neighbouring words of the request that a skill repeats, each pair worth the rarity of its words."""
    limit, scores, everyone = shelf.idf(0), dict.fromkeys(slots, 0.0), set(slots)
    for pair, both in request.pairs.items():
        told = [one for one in both if one in loose]
        worth = min(limit, sum(worths[one] for one in told))
        holders = everyone if told else set[int]()
        for one in told:
            holders = loose[one].keys() & holders
        for slot in holders:
            if shelf.has_pair(slot, pair):
                scores[slot] += worth
    return list(scores.values())


def _letters(request: Request, cards: Sequence[Card]) -> list[float]:
    """Runs of four letters that the request shares with name and description, worth what they tell of the others."""
    asked = _grams(request.letters)
    shared = [asked & _grams(card.letters) for card in cards]
    holders = Counter(chain.from_iterable(shared))
    worth = {gram: _rareness(n, len(cards)) for gram, n in holders.items()}
    # fsum, as the order of a set differs between runs and so would the last bit of a plain sum.
    return [math.fsum(map(worth.__getitem__, grams)) for grams in shared]


def _intents(request: Request, cards: Sequence[Card]) -> list[float]:
    """The kinds of work that a skill shares with the request, worth what they tell of the strongest rivals."""
    rivals = cards[:_NUM_RIVALS]
    worth = {
        kind: _rareness(sum(kind in card.intents for card in rivals), len(rivals)) for kind in sorted(request.intents)
    }
    return [sum(value for kind, value in worth.items() if kind in card.intents) for card in cards]


def _subjects(request: Request, cards: Sequence[Card], worths: Mapping[str, float]) -> list[float]:
    """Of the words of the request that are in the name of any likely skill, how much each name and description has."""
    names = frozenset[str]().union(*(card.name_stems for card in cards[:_NUM_NAMED]))
    subjects = {one: worths[one] for one in request.stems if one in names}
    whole = sum(subjects.values()) or 1.0
    return [sum(value for one, value in subjects.items() if one in card.pitch_stems) / whole for card in cards]


def _name_share(shelf: Shelf, request: Request, card: Card) -> float:
    """How much of its name the request says, each word worth its rarity."""
    rarity = {word: shelf.rarity(word) for word in card.name_words}
    whole = sum(rarity.values())
    return sum(value for word, value in rarity.items() if word in request.words) / whole if whole else 0.0


def _sizes(counts: Sequence[int]) -> list[float]:
    """What a long description has to pay: the more it says, the less of it is about the request."""
    mean = sum(counts) / len(counts) or 1.0
    return [1 - _PITCH_SHARE + _PITCH_SHARE * count / mean for count in counts]


def _rareness(num_holders: int, num_all: int) -> float:
    return math.log(1 + (num_all - num_holders + 0.5) / (num_holders + 0.5))


def _beside_best(scores: Sequence[float]) -> list[float]:
    best = max(scores)
    return [score / best for score in scores] if best > 0 else [0.0] * len(scores)


@lru_cache(maxsize=4096)
def _grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + _GRAM] for i in range(len(text) - _GRAM + 1))
