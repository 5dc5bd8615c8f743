"""What became of the sentences? Which filter dropped how many, and which skills have how many examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from metier.discover.supervision.labelled import Labelled
from metier.taxonomy import Taxonomy

# In the order in which the filters stand.
SENTENCE_FILTERS = (
    "no words",
    "exact duplicate",
    "too long",
    "names no skill",
    "no mention labels",
    "too little context",
    "near duplicate",
    "cap",
)
MENTION_FILTERS = ("case", "ambiguous", "stop form", "too frequent")
_TOP = 20
_BINS = ((1, 1), (2, 5), (6, 10), (11, 20), (21, 50), (51, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What labelling made and dropped.

    Attributes:
        read: Sentences that came in; `kept` and the values of `sentences_dropped` add up to it.
        kept: Sentences that label.
        sentences_dropped: By the filter that dropped them.
        mentions: Literal mentions in the sentences that were matched.
        mentions_dropped: By the filter that kept them from labelling.
        positives: Pairs of a sentence and a skill.
        capped: Pairs that a full skill did not take.
        masked: Pairs whose mention was masked.
        skills: Skills with an example.
        concepts: Concepts of the taxonomy.
        positives_per_skill: How many skills have so many examples.
        forms: The forms that labelled most often, before caps, with their counts.
        forms_dropped: The forms that each filter dropped most often.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    read: int
    kept: int
    sentences_dropped: dict[str, int]
    mentions: int
    mentions_dropped: dict[str, int]
    positives: int
    capped: int
    masked: int
    skills: int
    concepts: int
    positives_per_skill: dict[str, int]
    forms: tuple[tuple[str, int], ...] = ()
    forms_dropped: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[str, object]]:
        """The report as a table of two columns."""
        yield "sentences read", self.read
        yield from ((f"  dropped: {reason}", count) for reason, count in self.sentences_dropped.items())
        yield "sentences labelled", self.kept
        yield "mentions", self.mentions
        for reason, count in self.mentions_dropped.items():
            yield f"  label nothing: {reason}", f"{count} ({_listed(self.forms_dropped[reason][:5])})" if count else 0
        yield "positives", self.positives
        yield "  dropped: cap of a skill", self.capped
        yield "  masked", self.masked
        yield "skills covered", f"{self.skills} of {self.concepts}"
        yield from ((f"  with {many} sentences", count) for many, count in self.positives_per_skill.items())
        yield "top forms", _listed(self.forms[:10])


@dataclass(slots=True)
class Tally:
    """What was counted so far."""

    _read: int = 0
    _sentences: Counter[str] = field(default_factory=Counter)
    _mentions: dict[str, Counter[str]] = field(default_factory=dict)
    _capped: int = 0

    def read(self, count: int) -> None:
        """Count sentences that came in."""
        self._read += count

    def drop(self, reason: str, count: int = 1) -> None:
        """Count sentences that are dropped."""
        self._sentences[reason] += count

    def mention(self, form: str, reason: str) -> None:
        """Count a mention, with why it labels nothing."""
        self._mentions.setdefault(reason, Counter())[form] += 1

    def cap(self, count: int) -> None:
        """Count pairs that a full skill did not take."""
        self._capped += count

    def report(self, labelled: Sequence[Labelled], taxonomy: Taxonomy) -> Report:
        """All that was counted, beside what was made."""
        of_skill = Counter(concept for one in labelled for concept in one.concepts)
        dropped = {reason: self._mentions.get(reason, Counter[str]()) for reason in MENTION_FILTERS}
        return Report(
            read=self._read,
            kept=len(labelled),
            sentences_dropped={reason: self._sentences[reason] for reason in SENTENCE_FILTERS},
            mentions=sum(forms.total() for forms in self._mentions.values()),
            mentions_dropped={reason: forms.total() for reason, forms in dropped.items()},
            positives=of_skill.total(),
            capped=self._capped,
            masked=sum(len(one.masked) for one in labelled),
            skills=len(of_skill),
            concepts=len(taxonomy),
            positives_per_skill=_histogram(of_skill.values(), len(taxonomy)),
            forms=_top(self._mentions.get("", Counter())),
            forms_dropped={reason: _top(forms) for reason, forms in dropped.items()},
        )


def _histogram(counts: Iterable[int], concepts: int) -> dict[str, int]:
    sizes = list(counts)
    bins = {"0": concepts - len(sizes)}
    for low, high in _BINS:
        name = f"{low}" if low == high else f"{low}-{high}" if high else f"over {low - 1}"
        bins[name] = sum(1 for size in sizes if low <= size and (high is None or size <= high))
    return bins


def _top(forms: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(forms.items(), key=lambda pair: (-pair[1], pair[0]))[:_TOP])


def _listed(forms: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{form} {count}" for form, count in forms)
