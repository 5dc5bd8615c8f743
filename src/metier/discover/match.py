"""Which concepts does a text name, and where exactly?

Literal matching of every form: case does not count, a blank in a form also matches a hyphen or a line break, words are
whole words, the longest form wins and mentions do not overlap. The cost grows with the text, not with the taxonomy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Protocol

from metier.discover.matching.lookup import Lookup, Row
from metier.discover.matching.rules import EVERY_FORM, Forms, Rules, forms_of
from metier.discover.matching.words import AFTER, BEFORE, canonical, glued
from metier.errors import InputError
from metier.taxonomy import Taxonomy

if TYPE_CHECKING:
    from metier.discover.matching.table import Index

ENGINES = ("auto", "lookup", "table")
_TINY = 2
# Texts are read so many at once until they have so many characters.
_MANY, _MUCH = 512, 1 << 21
# Below so many characters a call of `table` costs more than it saves (measured: 96 µs beside 5 MB/s of `lookup`).
_SHORT_TEXT = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place where a text names a concept.

    Attributes:
        form: The form as it stands in the text.
        start: The offset of its first character.
        end: The offset behind its last.
        inflected: Whether no label writes this form and only `Rules.inflections` made it.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("inflected",)

    concept: str
    form: str
    start: int
    end: int
    inflected: bool = False


def _maker() -> Callable[[str, str, int, int, bool], Mention]:
    """Make mentions by their slots, in a third of the time that `__init__` of a frozen class takes."""
    new, slots = object.__new__, (getattr(Mention, name).__set__ for name in Mention.__slots__)
    set_concept, set_form, set_start, set_end, set_inflected = slots

    def mention(concept: str, form: str, start: int, end: int, inflected: bool) -> Mention:
        made = new(Mention)
        set_concept(made, concept)
        set_form(made, form)
        set_start(made, start)
        set_end(made, end)
        set_inflected(made, inflected)
        return made

    return mention


_mention = _maker()


class Engine(Protocol):
    """Says where canonical forms stand, whole tokens only; all engines say the same."""

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Number of the text, start, end and number of the form of each place, sorted."""


class Matcher:
    """Find the forms of a taxonomy in text. A form that names several concepts is a mention of each of them.

    Args:
        taxonomy: The concepts.
        rules: Which forms count; every form if nothing is said, `careful()` for prose.
        engine: `lookup` needs no library; `table` needs numpy and is faster on many or long texts; `auto` takes
            `table` for such where numpy is installed. Engines are made when first asked; the mentions are the same.

    Attributes:
        forms: The forms that count, with their concepts.
        index: What the engine `table` knows of them, once it was made or loaded.

    Raises:
        InputError: There is no such engine.

    >>> from metier.taxonomy import Concept, Taxonomy
    >>> swap = Concept(id="swap-ends", label="swap ends", alt_labels=("exchange the outer letters",))
    >>> [m.form for m in Matcher(Taxonomy(name="t", concepts=(swap,))).find("Swap-ends them; swap  ends.")]
    ['Swap-ends', 'swap  ends']
    """

    def __init__(self, taxonomy: Taxonomy, rules: Rules = EVERY_FORM, *, engine: str = "auto") -> None:
        self._keep(forms_of(taxonomy, rules), rules, engine)

    @classmethod
    def of_forms(cls, forms: Forms, rules: Rules, *, engine: str = "auto", index: Index | None = None) -> Matcher:
        """A matcher of forms that were worked out before under these rules, with the index of `table` if there is one.

        Raises:
            InputError: There is no such engine.
        """
        made = cls.__new__(cls)
        made._keep(forms, rules, engine, index)
        return made

    def _keep(self, forms: Forms, rules: Rules, engine: str, index: Index | None = None) -> None:
        if engine not in ENGINES:
            raise InputError(f"Expected an engine of {', '.join(ENGINES)}, got {engine!r}.")
        self.forms, self.rules, self.engine, self.index = forms, rules, engine, index
        self._made: dict[str, Engine] = {}

    def find(self, text: str, *, nested: bool = False) -> Iterator[Mention]:
        """Give the mentions in a text, from left to right.

        Args:
            text: Any text; offsets count its characters.
            nested: Also give mentions that lie in or overlap another one.
        """
        engine = self._engine_for(short=len(text) < _SHORT_TEXT)
        yield from self._mentions((text,), engine.rows((text,)), nested=nested)[0]

    def find_all(self, texts: Iterable[str], *, nested: bool = False) -> Iterator[list[Mention]]:
        """Give the mentions of each text in turn; several times faster than `find` on many short texts."""
        engine = self._engine_for(short=False)
        for batch in _batched(texts):
            yield from self._mentions(batch, engine.rows(batch), nested=nested)

    def _engine_for(self, *, short: bool) -> Engine:
        name = self.engine
        if name == "auto":
            name = "lookup" if short or find_spec("numpy") is None else "table"
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Engine:
        if name == "lookup":
            return Lookup(self.forms.names)
        from metier.discover.matching.table import Table

        made = Table(self.forms.names, self.index)
        self.index = made.index
        return made

    def _mentions(self, texts: Sequence[str], rows: list[Row], *, nested: bool) -> list[list[Mention]]:
        kept = self._standing(texts, rows)
        if not nested:
            kept = _longest(kept)
        if self.rules.evidence:
            kept = self._evident(kept)
        owners, written = self.forms.owners, self.forms.written
        found: list[list[Mention]] = [[] for _ in texts]
        for text, start, end, form in kept:
            here, stands = found[text], texts[text][start:end]
            for concept in owners[form]:
                here.append(_mention(concept, stands, start, end, form >= written))
        return found

    def _standing(self, texts: Sequence[str], rows: list[Row]) -> list[Row]:
        """The places that are no part of a longer name and are written as their form is."""
        kept, ways = [], self.forms.ways
        for row in rows:
            number, start, end, form = row
            text = texts[number]
            if (text[end : end + 1] in AFTER or (start and text[start - 1] in BEFORE)) and glued(text, start, end):
                continue
            if form not in ways or _meant(text[start:end], ways[form]):
                kept.append(row)
        return kept

    def _evident(self, rows: list[Row]) -> list[Row]:
        """The places of longer forms, and those of tiny ones in texts with enough longer ones."""
        long = Counter(text for text, start, end, _ in rows if end - start > _TINY)
        return [row for row in rows if row[2] - row[1] > _TINY or long[row[0]] >= self.rules.evidence]


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


def _batched(texts: Iterable[str]) -> Iterator[list[str]]:
    left, batch, size = iter(texts), list[str](), 0
    while some := list(islice(left, _MANY)):
        batch += some
        size += sum(map(len, some))
        if size > _MUCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _longest(rows: list[Row]) -> list[Row]:
    """From left to right the longest at each place, none over another."""
    kept: list[Row] = []
    text, begun, read = -1, -1, 0
    for row in rows:
        if row[1] >= read or row[0] != text:
            kept.append(row)
        elif row[1] == begun:
            kept[-1] = row
        else:
            continue
        text, begun, read, _ = row
    return kept
