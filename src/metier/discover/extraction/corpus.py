"""What do many ads ask for together? Counts with intervals: skills, groups, pairs that go together, change over time.

Ads are read one after another and only counts are kept. A skill counts once for each ad, however often it stands there,
so every share is of ads and has the interval of Wilson (1927). Ads are seen as drawn at random; if they were gathered
in another way, the intervals do not tell how far the shares are from those of the market.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from metier.discover.extraction.found import Extraction, Kind
from metier.errors import ConfigError
from metier.taxonomy import Taxonomy

PERIODS = {"year": 4, "month": 7, "day": 10}
"""How many characters of an ISO date name each period."""

_DATE = {
    4: re.compile(r"\d{4}(?!\d)"),
    7: re.compile(r"\d{4}-(?:0[1-9]|1[0-2])(?!\d)"),
    10: re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"),
}
_Z = 1.959963984540054
_MOST_PAIRED = 60
_TIE = 10.83
"""The log-likelihood ratio from which a pair is given: one of 1,000 pairs that know nothing of each other has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many, with the 95 % interval of the share (Wilson 1927); empty counts have none."""

    count: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, 0 if there is nothing to share."""
        return self.count / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A skill or a group in the ads: how many ask for it, in how many of them it is named, and when.

    Attributes:
        uri: The concept.
        label: Its label.
        share: Of all ads.
        num_named: Ads in which it stands; in the others it is only implied.
        trend: Its share of the ads of each period, in the order of `Corpus.periods`.
        change: Share in the later half of the periods less that in the earlier, or `None` without two periods.
        change_low: Lower end of the 95 % interval of the change (Newcombe 1998, method 10).
        change_high: Upper end.
    """

    uri: str
    label: str
    share: Share
    num_named: int
    trend: tuple[Share, ...] = ()
    change: float | None = None
    change_low: float = 0.0
    change_high: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two skills that stand in the same ads: how often, and how often they would if neither knew of the other."""

    first: str
    second: str
    together: int
    expected: float

    @property
    def lift(self) -> float:
        """How many times more often than by chance."""
        return self.together / self.expected if self.expected else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What many ads ask for.

    Attributes:
        num_ads: How many were read.
        num_sentences: In all of them.
        num_without: Ads in which nothing was found.
        num_undated: Ads whose date names no period.
        skipped: Sentences by why they were skipped.
        skills: The most wanted first.
        groups: Concepts above the skills, the most wanted first; empty without a taxonomy.
        pairs: Skills that go together, the strongest tie first.
        periods: With at least one ad, in order.
    """

    num_ads: int
    num_sentences: int
    num_without: int
    num_undated: int
    skipped: tuple[tuple[str, int], ...]
    skills: tuple[Demand, ...]
    groups: tuple[Demand, ...]
    pairs: tuple[Pair, ...]
    periods: tuple[tuple[str, int], ...]


def survey(
    extractions: Iterable[Extraction],
    *,
    taxonomy: Taxonomy | None = None,
    least: float = 0.5,
    period: str = "month",
    most_pairs: int = 40,
) -> Corpus:
    """Count what ads ask for; memory grows with the skills, their pairs and the periods, not with the ads.

    Args:
        extractions: One an ad.
        taxonomy: Where the groups are: the parents of each skill.
        least: Skills less probable than this do not count.
        period: One of `PERIODS`.
        most_pairs: How many pairs to give.

    Raises:
        ConfigError: There is no such period.

    >>> from metier.discover.extraction.found import Extracted
    >>> sql = Extracted(uri="sql", label="SQL", score=1, probability=0.9, kind=Kind.EXPLICIT)
    >>> ads = [Extraction(text="", sentences=(), skills=(sql,)), Extraction(text="", sentences=(), skills=())]
    >>> [(demand.label, demand.share.value) for demand in survey(ads).skills]
    [('SQL', 0.5)]
    """
    if period not in PERIODS:
        raise ConfigError(f"Expected a period, got {period!r}.", hint=f"Known: {', '.join(PERIODS)}.")
    seen = _Seen(taxonomy)
    for extraction in extractions:
        seen.add(extraction, least=least, when=_when(extraction.date, period))
    return seen.corpus(most_pairs)


class _Seen:
    """Counts of ads: by concept and period, and by pair."""

    def __init__(self, taxonomy: Taxonomy | None) -> None:
        self.taxonomy = taxonomy
        self.ads: Counter[str] = Counter()
        self.skills = _Counts()
        self.groups = _Counts()
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.skipped: Counter[str] = Counter()
        self.num_sentences = self.num_without = 0

    def add(self, extraction: Extraction, *, least: float, when: str) -> None:
        found = {skill.uri: skill for skill in extraction.skills if skill.probability >= least}
        self.ads[when] += 1
        self.num_sentences += len(extraction.sentences)
        self.num_without += not found
        self.skipped.update(read.skipped for read in extraction.sentences if read.skipped)
        above: dict[str, bool] = {}
        for uri, skill in found.items():
            is_named = skill.kind == Kind.EXPLICIT
            self.skills.add(uri, skill.label, when, is_named=is_named)
            for group in self._above(uri):
                above[group] = above.get(group, False) or is_named
        for group, is_named in above.items():
            self.groups.add(group, group, when, is_named=is_named)
        # The surest of an ad alone: one that lists everything must not cost the square of its length.
        self.pairs.update(combinations(sorted(list(found)[:_MOST_PAIRED]), 2))

    def corpus(self, most_pairs: int) -> Corpus:
        periods = sorted(when for when in self.ads if when)
        if self.taxonomy is not None:
            self.groups.labels = {group: self.taxonomy[group].label for group in self.groups.labels}
        return Corpus(
            num_ads=self.ads.total(),
            num_sentences=self.num_sentences,
            num_without=self.num_without,
            num_undated=self.ads[""],
            skipped=tuple(sorted(self.skipped.items(), key=lambda item: (-item[1], item[0]))),
            skills=self.skills.demands(self.ads, periods),
            groups=self.groups.demands(self.ads, periods),
            pairs=_strongest(self.pairs, self.skills, self.ads.total())[:most_pairs],
            periods=tuple((when, self.ads[when]) for when in periods),
        )

    def _above(self, uri: str) -> Sequence[str]:
        return self.taxonomy[uri].parents if self.taxonomy is not None and uri in self.taxonomy else ()


class _Counts:
    """In how many ads of which period each concept was found, and in how many of all it was named."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.ads: dict[str, Counter[str]] = defaultdict(Counter)
        self.named: Counter[str] = Counter()

    def add(self, uri: str, label: str, when: str, *, is_named: bool) -> None:
        self.labels.setdefault(uri, label)
        self.ads[uri][when] += 1
        self.named[uri] += is_named

    def demands(self, ads: Counter[str], periods: Sequence[str]) -> tuple[Demand, ...]:
        order = sorted(self.ads, key=lambda uri: (-self.ads[uri].total(), self.labels[uri], uri))
        return tuple(self._demand(uri, ads, periods) for uri in order)

    def _demand(self, uri: str, ads: Counter[str], periods: Sequence[str]) -> Demand:
        counts, half = self.ads[uri], len(periods) // 2
        before, after = (
            share(sum(counts[when] for when in some), sum(ads[when] for when in some))
            for some in (periods[:half], periods[half:])
        )
        low, high = change(before, after)
        return Demand(
            uri=uri,
            label=self.labels[uri],
            share=share(counts.total(), ads.total()),
            num_named=self.named[uri],
            trend=tuple(share(counts[when], ads[when]) for when in periods),
            change=after.value - before.value if half else None,
            change_low=low if half else 0.0,
            change_high=high if half else 0.0,
        )


def share(count: int, total: int) -> Share:
    """A share with its 95 % interval after Wilson (1927), which never leaves 0 to 1.

    >>> one = share(8, 10)
    >>> round(one.low, 3), round(one.high, 3)
    (0.49, 0.943)
    """
    if not total:
        return Share(count=0, total=0, low=0.0, high=1.0)
    part, square = count / total, _Z * _Z
    middle = part + square / (2 * total)
    spread = _Z * math.sqrt(part * (1 - part) / total + square / (4 * total * total))
    low, high = ((middle + sign * spread) / (1 + square / total) for sign in (-1, 1))
    return Share(count=count, total=total, low=max(low, 0.0), high=min(high, 1.0))


def change(before: Share, after: Share) -> tuple[float, float]:
    """The 95 % interval of a difference of two shares after Newcombe (1998, method 10).

    >>> low, high = change(share(48, 80), share(56, 70))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    difference = after.value - before.value
    low = difference - math.hypot(after.value - after.low, before.high - before.value)
    high = difference + math.hypot(after.high - after.value, before.value - before.low)
    return max(low, -1.0), min(high, 1.0)


def _strongest(pairs: Counter[tuple[str, str]], skills: _Counts, total: int) -> tuple[Pair, ...]:
    """Pairs that go together more often than by chance, by the log-likelihood ratio (Dunning 1993)."""
    found: list[tuple[float, Pair]] = []
    for (first, second), together in pairs.items():
        one, two = skills.ads[first].total(), skills.ads[second].total()
        expected = one * two / total
        if together > max(expected, 1):
            table = (together, one - together, two - together, total - one - two + together)
            pair = Pair(first=skills.labels[first], second=skills.labels[second], together=together, expected=expected)
            strength = _log_likelihood_ratio(table, one, two, total)
            if strength >= _TIE:
                found.append((strength, pair))
    found.sort(key=lambda item: (-item[0], item[1].first, item[1].second))
    return tuple(pair for _, pair in found)


def _log_likelihood_ratio(table: tuple[int, int, int, int], one: int, two: int, total: int) -> float:
    rest = (one * two, one * (total - two), two * (total - one), (total - one) * (total - two))
    return 2 * sum(seen * math.log(seen * total / by) for seen, by in zip(table, rest, strict=True) if seen)


def _when(date: str, period: str) -> str:
    """The period of an ISO date, or nothing where the date does not tell it."""
    length = PERIODS[period]
    return date[:length] if _DATE[length].match(date) else ""
