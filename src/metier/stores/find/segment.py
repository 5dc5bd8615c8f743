"""Which skills hold a word, and how often? Compact postings of a batch of skills that are written once.

An index is a few segments. A change adds a small one and takes in those that are no larger, so that many changes cost
little each and a request reads few. A skill that was taken out stays in its segment until that is merged; who reads
skips it. This module does not know databases or ranking.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

from metier.skill import Skill
from metier.stores.find.words import every_word, pairs, stem, words

MAX_DESCRIPTION = 1024
"""Characters of a description that count as one, the limit of the SKILL.md format; the rest counts as body."""

_MAX_COUNT = 255
_LAYOUT = ("terms", "stems", "sizes", "skills", "counts", "lengths", "positions", "pair_sizes", "pairs")
_ITEMS = {"sizes": "I", "skills": "I", "lengths": "I", "positions": "Q", "pair_sizes": "I", "pairs": "I"}


@dataclass(frozen=True, slots=True)
class Words:
    """What the index keeps of the text of one skill, under its position in the database."""

    position: int
    counts: Counter[str]
    pairs: tuple[int, ...]

    @property
    def length(self) -> int:
        """How many words the text has."""
        return self.counts.total()


def words_of(skill: Skill, position: int) -> Words:
    """Analyse everything that a skill says of itself: name, description, instructions and the names of its files.

    >>> words_of(Skill(name="reverse-text", description="Write letters backwards."), 1).counts["reverse"]
    1
    """
    text = "\n".join((skill.name, skill.description, body_of(skill), *(file.path for file in skill.files)))
    return Words(position, Counter(words(text)), tuple(sorted(set(pairs(every_word(text))))))


def body_of(skill: Skill) -> str:
    """The instructions of a skill: when it applies, what to do, when it has ended, how it is called.

    >>> body_of(Skill(name="a", description="b", policy="Do it.", termination="It is done."))
    'Do it.\\n\\nIt is done.'
    """
    parts = (skill.applicability, skill.policy, skill.termination, skill.interface.call)
    return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Segment:
    """Postings of a batch of skills.

    Attributes:
        terms: Every word, sorted.
        stems: The stem of each word.
        starts: Where the postings of each word begin in `skills` and `counts`; one more at the end.
        skills: The number, within the segment, of each skill that holds the word.
        counts: How often it does, at most 255.
        lengths: How many words each skill has.
        positions: Where each skill stands in the database.
        pair_starts: Where the pairs of each skill begin in `pairs`; one more at the end.
        pairs: The numbers of the pairs of neighbouring words, sorted within a skill.
    """

    terms: Sequence[str]
    stems: Sequence[str]
    starts: Sequence[int]
    skills: array[int]
    counts: bytes
    lengths: array[int]
    positions: array[int]
    pair_starts: Sequence[int]
    pairs: array[int]

    def has_pair(self, skill: int, pair: int) -> bool:
        """Whether two words are neighbours somewhere in a skill."""
        end = self.pair_starts[skill + 1]
        place = bisect_left(self.pairs, pair, self.pair_starts[skill], end)
        return place < end and self.pairs[place] == pair


class Placed:
    """A segment whose skills have got their slots among all live skills.

    Args:
        slots: The slot of each live skill by its position in the database.

    >>> placed = Placed(segment_of([words_of(Skill(name="reverse", description="Reverse letters."), 7)]), {7: 3})
    >>> placed.of_word("reverse"), placed.of_stem("lett"), placed.of_word("sing")
    ({3: 2}, {3: 1}, {})
    """

    def __init__(self, segment: Segment, slots: Mapping[int, int]) -> None:
        self.segment = segment
        # -1 stands for one that was taken out and whose segment is not merged yet.
        self.slots = [slots.get(position, -1) for position in segment.positions]
        self._has_gone = -1 in self.slots
        self._skills = array("i", map(self.slots.__getitem__, segment.skills))
        self._places = dict(zip(segment.terms, range(len(segment.terms)), strict=True))
        self._variants: dict[str, list[int]] = {}
        for place, one in enumerate(segment.stems):
            self._variants.setdefault(one, []).append(place)

    def of_word(self, word: str) -> dict[int, int]:
        """How often each live skill that holds a word holds it, by slot."""
        place = self._places.get(word)
        return {} if place is None else self._at(place)

    def of_stem(self, stemmed: str) -> dict[int, int]:
        """How often each live skill holds any word of a stem, by slot."""
        counts: dict[int, int] = {}
        for place in self._variants.get(stemmed, ()):
            found = self._at(place)
            for slot in counts.keys() & found.keys():
                found[slot] += counts[slot]
            counts |= found
        return counts

    def _at(self, place: int) -> dict[int, int]:
        begin, end = self.segment.starts[place], self.segment.starts[place + 1]
        found = dict(zip(self._skills[begin:end], self.segment.counts[begin:end], strict=True))
        if self._has_gone:
            found.pop(-1, None)
        return found


def segment_of(found: Iterable[Words]) -> Segment:
    """Make a segment of analysed skills.

    >>> one = segment_of([words_of(Skill(name="reverse", description="Reverse letters."), 7)])
    >>> one.terms, list(one.counts), list(one.positions)
    (['letters', 'reverse'], [1, 2], [7])
    """
    found = list(found)
    postings: dict[str, tuple[array[int], bytearray]] = {}
    for number, one in enumerate(found):
        for term, count in one.counts.items():
            skills, counts = postings.setdefault(term, (array("I"), bytearray()))
            skills.append(number)
            counts.append(min(count, _MAX_COUNT))
    return _made(
        postings,
        lengths=array("I", (one.length for one in found)),
        positions=array("Q", (one.position for one in found)),
        pairs=[array("I", one.pairs) for one in found],
    )


def merged(segments: Sequence[Segment], live: Collection[int]) -> Segment:
    """Make one segment of several, without the skills whose position is not live.

    >>> one = segment_of([words_of(Skill(name="a", description="Reverse letters."), 1)])
    >>> list(merged([one, one], live={1}).positions), list(merged([one], live=()).terms)
    ([1, 1], [])
    """
    postings: dict[str, tuple[array[int], bytearray]] = {}
    lengths, positions, kept_pairs = array("I"), array("Q"), list["array[int]"]()
    for segment in segments:
        numbers = list[int]()
        for number, position in enumerate(segment.positions):
            numbers.append(len(positions) if position in live else -1)
            if position in live:
                positions.append(position)
                lengths.append(segment.lengths[number])
                kept_pairs.append(segment.pairs[segment.pair_starts[number] : segment.pair_starts[number + 1]])
        for term, (begin, end) in zip(segment.terms, pairwise(segment.starts), strict=True):
            found = zip(segment.skills[begin:end], segment.counts[begin:end], strict=True)
            kept = [(numbers[skill], count) for skill, count in found if numbers[skill] >= 0]
            if kept:
                skills, counts = postings.setdefault(term, (array("I"), bytearray()))
                skills.extend(number for number, _ in kept)
                counts.extend(count for _, count in kept)
    return _made(postings, lengths=lengths, positions=positions, pairs=kept_pairs)


def packed(segment: Segment) -> bytes:
    """Write a segment as bytes, the same on every machine.

    >>> one = segment_of([words_of(Skill(name="a", description="Reverse letters."), 1)])
    >>> unpacked(packed(one)) == one
    True
    """
    parts = {
        "terms": "\n".join(segment.terms).encode(),
        "stems": "\n".join(segment.stems).encode(),
        "sizes": _bytes(array("I", _sizes(segment.starts))),
        "skills": _bytes(segment.skills),
        "counts": bytes(segment.counts),
        "lengths": _bytes(segment.lengths),
        "positions": _bytes(segment.positions),
        "pair_sizes": _bytes(array("I", _sizes(segment.pair_starts))),
        "pairs": _bytes(segment.pairs),
    }
    head = json.dumps([len(parts[name]) for name in _LAYOUT]).encode() + b"\n"
    return head + b"".join(parts[name] for name in _LAYOUT)


def unpacked(data: bytes) -> Segment:
    """Read a segment that `packed` wrote.

    Raises:
        ValueError: The bytes are not a whole segment.
    """
    head, _, rest = data.partition(b"\n")
    ends = list(accumulate(json.loads(head), initial=0))
    if len(ends) != len(_LAYOUT) + 1 or ends[-1] != len(rest):
        raise ValueError("the bytes are not a whole segment")
    view = memoryview(rest)
    parts = {name: view[begin:end] for name, (begin, end) in zip(_LAYOUT, pairwise(ends), strict=True)}
    numbers = {name: _array(kind, parts[name]) for name, kind in _ITEMS.items()}
    return Segment(
        terms=_texts(parts["terms"]),
        stems=_texts(parts["stems"]),
        starts=list(accumulate(numbers["sizes"], initial=0)),
        skills=numbers["skills"],
        counts=bytes(parts["counts"]),
        lengths=numbers["lengths"],
        positions=numbers["positions"],
        pair_starts=list(accumulate(numbers["pair_sizes"], initial=0)),
        pairs=numbers["pairs"],
    )


def _made(
    postings: dict[str, tuple[array[int], bytearray]],
    *,
    lengths: array[int],
    positions: array[int],
    pairs: Sequence[array[int]],
) -> Segment:
    terms = sorted(postings)
    return Segment(
        terms=terms,
        stems=[stem(term) for term in terms],
        starts=list(accumulate((len(postings[term][0]) for term in terms), initial=0)),
        skills=array("I", chain.from_iterable(postings[term][0] for term in terms)),
        counts=b"".join(bytes(postings[term][1]) for term in terms),
        lengths=lengths,
        positions=positions,
        pair_starts=list(accumulate(map(len, pairs), initial=0)),
        pairs=array("I", chain.from_iterable(pairs)),
    )


def _sizes(starts: Sequence[int]) -> Iterator[int]:
    return (end - begin for begin, end in pairwise(starts))


def _texts(data: memoryview) -> list[str]:
    return str(data, "utf-8").split("\n") if len(data) else []


def _bytes(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _array(kind: str, data: memoryview) -> array[int]:
    numbers: array[int] = array(kind)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
