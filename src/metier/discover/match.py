"""Which concepts does a text name, and where exactly?

Literal matching of every form: case does not count, a blank in a form also matches a hyphen or a line break, words are
whole words, the longest form wins and mentions do not overlap. The cost grows with the text, not with the taxonomy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar, Protocol

from metier.discover.matching.lookup import Lookup, Place
from metier.discover.matching.rules import EVERY_FORM, Rules, forms_of
from metier.discover.matching.words import AFTER, BEFORE, canonical, glued
from metier.errors import InputError
from metier.taxonomy import Taxonomy

ENGINES = ("auto", "lookup", "table")
_TINY = 2
_MANY = 4096
# Below so many characters a call of `table` costs more than it saves (measured: 96 µs beside 5 MB/s of `lookup`).
_SHORT_TEXT = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place where a text names a concept: character offsets `[start, end)` and the form as it stands there."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    concept: str
    form: str
    start: int
    end: int


class Engine(Protocol):
    """Says where canonical forms stand, whole tokens only; all engines say the same."""

    def all_places(self, texts: Sequence[str]) -> list[list[Place]]:
        """Start, end and number of each form in each text, by start and then by end."""


class Matcher:
    """Find the forms of a taxonomy in text. A form that names several concepts is a mention of each of them.

    Args:
        taxonomy: The concepts.
        rules: Which forms count; every form if nothing is said, `careful()` for prose.
        engine: `lookup` needs no library; `table` needs numpy and is faster on many or long texts; `auto` takes
            `table` for such where numpy is installed. Engines are made when first asked; the mentions are the same.

    Raises:
        InputError: There is no such engine.

    >>> from metier.taxonomy import Concept, Taxonomy
    >>> swap = Concept(id="swap-ends", label="swap ends", alt_labels=("exchange the outer letters",))
    >>> [m.form for m in Matcher(Taxonomy(name="t", concepts=(swap,))).find("Swap-ends them; swap  ends.")]
    ['Swap-ends', 'swap  ends']
    """

    def __init__(self, taxonomy: Taxonomy, rules: Rules = EVERY_FORM, *, engine: str = "auto") -> None:
        if engine not in ENGINES:
            raise InputError(f"Expected an engine of {', '.join(ENGINES)}, got {engine!r}.")
        forms = forms_of(taxonomy, rules)
        self._rules = rules
        names = tuple(forms.concepts)
        self._concepts = tuple(forms.concepts.values())
        self._ways = {number: forms.ways[form] for number, form in enumerate(names) if form in forms.ways}
        self._names, self._engine = names, engine
        self._made: dict[str, Engine] = {}

    def find(self, text: str, *, nested: bool = False) -> Iterator[Mention]:
        """Give the mentions in a text, from left to right.

        Args:
            text: Any text; offsets count its characters.
            nested: Also give mentions that lie in or overlap another one.
        """
        engine = self._engine_for(short=len(text) < _SHORT_TEXT)
        yield from self._mentions(text, engine.all_places((text,))[0], nested=nested)

    def find_all(self, texts: Iterable[str], *, nested: bool = False) -> Iterator[list[Mention]]:
        """Give the mentions of each text in turn; several times faster than `find` on many short texts."""
        engine = self._engine_for(short=False)
        for batch in _batched(texts):
            for text, places in zip(batch, engine.all_places(batch), strict=True):
                yield self._mentions(text, places, nested=nested) if places else []

    def _engine_for(self, *, short: bool) -> Engine:
        name = self._engine
        if name == "auto":
            name = "lookup" if short or find_spec("numpy") is None else "table"
        if name not in self._made:
            self._made[name] = _engine(name, self._names)
        return self._made[name]

    def _mentions(self, text: str, places: list[Place], *, nested: bool) -> list[Mention]:
        kept = self._standing(text, places)
        if not nested and len(kept) > 1:
            kept = _longest(kept)
        if self._rules.evidence:
            long = sum(end - start > _TINY for start, end, _ in kept)
            kept = [place for place in kept if place[1] - place[0] > _TINY or long >= self._rules.evidence]
        concepts = self._concepts
        return [
            Mention(concept=concept, form=text[start:end], start=start, end=end)
            for start, end, number in kept
            for concept in concepts[number]
        ]

    def _standing(self, text: str, places: list[Place]) -> list[Place]:
        """The places that are no part of a longer name and are written as their form is."""
        kept = []
        for place in places:
            start, end, number = place
            if (text[end : end + 1] in AFTER or (start and text[start - 1] in BEFORE)) and glued(text, start, end):
                continue
            if number not in self._ways or _meant(text[start:end], self._ways[number]):
                kept.append(place)
        return kept


def _meant(form: str, ways: frozenset[str]) -> bool:
    """Whether a short form stands as a label writes it, or in capitals."""
    stands = " ".join(form.split())
    return stands in ways or stands == stands.upper()


def frequent_forms(matcher: Matcher, texts: Iterable[str], *, share: float = 0.01) -> frozenset[str]:
    """The forms that stand in more than a share of background texts: words of prose there, to be made stop forms.

    Raises:
        InputError: The share is not from 0 to 1.

    >>> from metier.taxonomy import Concept
    >>> two = (Concept(id="lead", label="lead"), Concept(id="weld", label="welding"))
    >>> trade = Matcher(Taxonomy(name="t", concepts=two))
    >>> sorted(frequent_forms(trade, ["They lead.", "Lead on!", "welding"], share=0.5))
    ['lead']
    """
    if not 0 <= share <= 1:
        raise InputError(f"Expected a share from 0 to 1, got {share}.")
    counts, total = Counter[str](), 0
    for found in matcher.find_all(texts):
        total += 1
        counts.update({canonical(mention.form)[0] for mention in found})
    return frozenset(form for form, count in counts.items() if count > share * total)


def _engine(name: str, forms: Sequence[str]) -> Engine:
    if name == "lookup":
        return Lookup(forms)
    from metier.discover.matching.table import Table

    return Table(forms)


def _batched(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _MANY:
            yield batch
            batch = []
    if batch:
        yield batch


def _longest(places: list[Place]) -> list[Place]:
    """From left to right the longest at each place, none over another."""
    kept: list[Place] = []
    begun, read = -1, 0
    for place in places:
        if place[0] >= read:
            kept.append(place)
        elif place[0] == begun:
            kept[-1] = place
        else:
            continue
        begun, read = place[0], place[1]
    return kept
