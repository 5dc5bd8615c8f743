"""Which sentences should a person label next, so that the reader of skills learns most from each?

Three measures of doubt, each with its source: a small margin between the two best skills (Scheffer et al. 2001), a high
entropy of what is proposed (Settles 2009, section 3.1), and lanes that vote for different skills (vote entropy, Dagan
and Engelson 1995). Sentences that say nearly the same are asked about once, and no skill is asked about too often.
`metier.discover.extraction.answers` writes the questions and reads what was answered.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import ClassVar

from metier.digest import digest
from metier.discover.extraction.found import Extracted, Extraction
from metier.errors import ConfigError, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A skill that the reader proposes for a sentence; `kind` is `explicit` or `implicit`."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    uri: str
    label: str
    probability: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A sentence to label.

    Attributes:
        query_id: Follows from the sentence alone.
        text: The sentence.
        source: Where it came from.
        why: The measure that chose it.
        doubt: By that measure; comparable between queries of the same measure only.
        proposals: What the reader proposes, the likeliest first.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    query_id: str
    text: str
    source: str
    why: str
    doubt: float
    proposals: tuple[Proposal, ...]


def margin(skills: Sequence[Extracted]) -> float:
    """Doubt from 0 to 1: one less the difference of the two largest probabilities; a missing second has none.

    >>> from metier.discover.extraction.found import Kind
    >>> margin([Extracted(uri=uri, label="", score=1, probability=p, kind=Kind.IMPLICIT)
    ...     for uri, p in (("a", 0.5), ("b", 0.25))])
    0.75
    """
    first, second = heapq.nlargest(2, (*(skill.probability for skill in skills), 0.0, 0.0))
    return 1.0 - (first - second)


def entropy(skills: Sequence[Extracted]) -> float:
    """Doubt in bits: the entropy of all that is proposed, each skill asked for or not by itself.

    >>> from metier.discover.extraction.found import Kind
    >>> entropy([Extracted(uri="a", label="a", score=1, probability=0.5, kind=Kind.IMPLICIT)])
    1.0
    """
    shares = (p for skill in skills for p in (skill.probability, 1 - skill.probability) if 0 < p < 1)
    return -sum(p * math.log2(p) for p in shares)


def disagreement(skills: Sequence[Extracted]) -> float:
    """Doubt from 0 to 1: the entropy of the votes of the lanes, each for its best skill, by the largest it could be.

    >>> from metier.discover.extraction.found import Kind
    >>> lanes = ({"dense": 1.0, "lexical": 0.0}, {"dense": 0.0, "lexical": 1.0})
    >>> disagreement([Extracted(uri=str(lane), label="", score=1, probability=0.5, kind=Kind.IMPLICIT, lanes=lane)
    ...     for lane in lanes])
    1.0
    """
    names = sorted({name for skill in skills for name in skill.lanes})
    most = min(len(names), len(skills))
    if most < 2:
        return 0.0
    votes = Counter(min(skills, key=lambda skill: (-skill.lanes.get(name, -math.inf), skill.uri)).uri for name in names)
    return -sum(n / len(names) * math.log(n / len(names)) for n in votes.values()) / math.log(most)


MEASURES = {"margin": margin, "entropy": entropy, "disagreement": disagreement}
"""Doubts by name."""

_SPARE = 20
"""Candidates kept for each query to be chosen: what repeats is dropped from among them."""
_GRAM = 4


def pick(
    extractions: Iterable[Extraction],
    *,
    most: int = 100,
    by: Sequence[str] = ("margin", "entropy", "disagreement"),
    near: float = 0.6,
    per_skill: int = 5,
) -> list[Query]:
    """Choose the sentences to label: the most doubtful by each measure in turn, none nearly the same as another.

    Memory grows with `most`, not with the ads, and the order of the ads does not matter. Sentences for which nothing is
    proposed are not chosen: they tell no doubt.

    Args:
        extractions: What the reader found.
        most: How many to choose.
        by: Names of `MEASURES`, in turn.
        near: Two sentences whose 4-grams of characters overlap by this Jaccard similarity are nearly the same.
        per_skill: How often a skill may be the likeliest of a chosen sentence.

    Raises:
        ConfigError: There is no such measure, or a number is out of its range.
    """
    if unknown := [name for name in by if name not in MEASURES]:
        raise ConfigError(f"There is no measure {unknown[0]!r}.", hint=nearest(unknown[0], MEASURES))
    if not by or most < 1 or per_skill < 1 or not 0 < near <= 1:
        raise ConfigError(
            f"Expected a measure, most ≥ 1, per_skill ≥ 1, 0 < near ≤ 1; got {most}, {per_skill}, {near}."
        )
    kept: dict[str, _Candidates] = {name: {} for name in by}
    for text, source, skills in _sentences(extractions):
        key = _folded(text)
        for name, candidates in kept.items():
            doubt = MEASURES[name](skills)
            before = candidates.get(key)
            if before is None or (-doubt, source) < (-before.doubt, before.source):
                candidates[key] = _query(text, source, skills, why=name, doubt=doubt)
            if len(candidates) > 2 * _SPARE * most:
                kept[name] = dict(_ordered(candidates)[: _SPARE * most])
    orders = [[query for _, query in _ordered(candidates)] for candidates in kept.values()]
    in_turn = (query for query in chain.from_iterable(zip_longest(*orders)) if query)
    return list(islice(_different(in_turn, near=near, per_skill=per_skill), most))


_Candidates = dict[str, Query]


def _sentences(extractions: Iterable[Extraction]) -> Iterator[tuple[str, str, Sequence[Extracted]]]:
    """Every sentence with proposals, and where it stands."""
    for extraction in extractions:
        for read in extraction.sentences:
            if read.skills:
                yield extraction.text[read.start : read.end], f"{extraction.source}#{read.start}", read.skills


def _query(text: str, source: str, skills: Sequence[Extracted], *, why: str, doubt: float) -> Query:
    proposals = sorted(skills, key=lambda skill: (-skill.probability, skill.uri))
    return Query(
        query_id=digest(text.encode("utf-8", "surrogatepass")).removeprefix("sha256:")[:16],
        text=text,
        source=source,
        why=why,
        doubt=doubt,
        proposals=tuple(
            Proposal(uri=one.uri, label=one.label, probability=one.probability, kind=one.kind.value)
            for one in proposals
        ),
    )


def _ordered(candidates: _Candidates) -> list[tuple[str, Query]]:
    return sorted(candidates.items(), key=lambda one: (-one[1].doubt, one[0]))


def _folded(text: str) -> str:
    """A sentence without what makes no difference: case, figures, blanks."""
    return re.sub(r"\s+", " ", re.sub(r"\d", "0", text.casefold())).strip()


def _different(queries: Iterable[Query], *, near: float, per_skill: int) -> Iterator[Query]:
    """Leave out what was asked already, nearly, or too often of one skill."""
    asked: list[frozenset[str]] = []
    often: Counter[str] = Counter()
    for query in queries:
        grams, best = _grams(_folded(query.text)), query.proposals[0].uri
        if often[best] < per_skill and not any(_likeness(grams, other) >= near for other in asked):
            asked.append(grams)
            often[best] += 1
            yield query


def _grams(text: str) -> frozenset[str]:
    return frozenset(text[place : place + _GRAM] for place in range(max(1, len(text) - _GRAM + 1)))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both)
