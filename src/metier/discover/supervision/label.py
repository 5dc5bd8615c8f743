"""Which of one's own sentences are examples of which skill? Those that name it literally, after seven filters.

Distant supervision, as in Decorte et al., "Design of Negative Sampling Strategies for Distantly Supervised Skill
Extraction" (RecSys in HR 2022): a sentence that names a skill is taken for a positive example of it. Every filter has
a name under which the report counts what it dropped. The result follows from the set of sentences and the seed; the
order in which they come does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from metier.discover.match import Matcher, Mention
from metier.discover.supervision.chance import chance
from metier.discover.supervision.labelled import Labelled, Labelling, Sentence
from metier.discover.supervision.likeness import first_of_near, letters, shingles, words
from metier.discover.supervision.masking import mask
from metier.discover.supervision.report import Report, Tally
from metier.taxonomy import Taxonomy

_RARE = 50


@dataclass(frozen=True, slots=True)
class _Match:
    """A sentence, all that it names, and what of that labels it."""

    sentence: Sentence
    mentions: tuple[Mention, ...]
    labels: tuple[Mention, ...]


def label(
    sentences: Iterable[Sentence],
    matcher: Matcher,
    *,
    taxonomy: Taxonomy,
    settings: Labelling | None = None,
    named: Matcher | None = None,
) -> tuple[list[Labelled], Report]:
    """Label sentences with the skills that they name, and say what was dropped and why.

    All sentences are held in memory. A skill that a filter takes away from a sentence stays among its `occurring`.

    Args:
        sentences: Text and source of each.
        matcher: Finds the forms of the taxonomy.
        taxonomy: What the matcher was made of; how it writes a short form decides whether that form is meant.
        settings: Caps, thresholds, seed; as they stand if nothing is said.
        named: Finds what is `occurring`; the same matcher if nothing is said.

    >>> from metier.discover.match import Matcher
    >>> from metier.taxonomy import Concept
    >>> trade = Taxonomy(name="t", concepts=(Concept(id="it", label="IT"), Concept(id="weld", label="welding")))
    >>> rows = [Sentence("You like welding of thin sheets"), Sentence("You will like it very much here")]
    >>> found, report = label(rows, Matcher(trade), taxonomy=trade)
    >>> [(one.text, one.concepts) for one in found], report.mentions_dropped["case"]
    ([('You like welding of thin sheets', ('weld',))], 1)
    """
    settings, tally = settings or Labelling(), Tally()
    rows = list(_distinct(sentences, settings, tally))
    found = matcher.find_all(row.text for row in rows)
    matches = [_Match(row, tuple(mentions), ()) for row, mentions in zip(rows, found, strict=True)]
    rules = _rules(matches, taxonomy, settings)
    judged = [replace(match, labels=_labels(match, rules, tally)) for match in matches]
    kept = _capped(_apart(_in_context(judged, settings, tally), settings, tally), named or matcher, settings, tally)
    made = sorted(kept, key=lambda one: (chance(settings.seed, "order", one.text), one.source))
    masked = list(mask(made, share=settings.mask_share, seed=settings.seed, token=settings.mask))
    return masked, tally.report(masked, taxonomy)


def _distinct(sentences: Iterable[Sentence], settings: Labelling, tally: Tally) -> Iterator[Sentence]:
    """Each text once and none without end, in an order that follows from the texts."""
    rows = list(sentences)
    tally.read(len(rows))
    keyed = [(letters(row.text), row) for row in rows]
    seen = set()
    for key, row in sorted(keyed, key=lambda pair: (chance(settings.seed, "sentence", pair[0]), pair[1])):
        if not key:
            tally.drop("no words")
        elif key in seen:
            tally.drop("exact duplicate")
        elif row.text.count(" ") >= settings.max_words and len(words(row.text)) > settings.max_words:
            tally.drop("too long")
        else:
            seen.add(key)
            yield row


@dataclass(frozen=True, slots=True)
class _Rules:
    """What decides whether a mention labels its sentence."""

    settings: Labelling
    written: Mapping[str, frozenset[str]]
    frequent: frozenset[str]
    preferred: Mapping[str, str]

    def against(self, mention: Mention, *, namesakes: int, shouted: bool) -> str:
        """Why a mention labels nothing, or an empty string."""
        form = folded(mention.form)
        ways = self.written.get(form, frozenset())
        stands = " ".join(mention.form.split())
        if ways and (shouted or (stands not in ways and stands != stands.upper())):
            return "case"
        if namesakes > 1 and not self._settles(mention.concept, form):
            return "ambiguous"
        if ways:
            return ""
        if form in self.settings.stop_forms:
            return "stop form"
        return "too frequent" if form in self.frequent else ""

    def _settles(self, concept: str, form: str) -> bool:
        if self.settings.ambiguous == "preferred":
            return self.preferred.get(form) == concept
        return self.settings.ambiguous == "all"


def folded(form: str) -> str:
    """A form as forms are compared: case and the kind of blank do not count.

    >>> folded("Machine  Learning")
    'machine learning'
    """
    return " ".join(form.casefold().split())


def _rules(matches: Iterable[_Match], taxonomy: Taxonomy, settings: Labelling) -> _Rules:
    in_sentences = Counter[str]()
    total = 0
    for match in matches:
        total += 1
        in_sentences.update({folded(mention.form) for mention in match.mentions})
    limit = max(settings.max_share * total, _RARE)
    written: dict[str, set[str]] = {}
    small = set()
    for form in (form for concept in taxonomy for form in concept.labels if len(form) <= settings.short):
        written.setdefault(folded(form), set()).add(" ".join(form.split()))
        if form == form.lower():
            small.add(folded(form))
    owners: dict[str, list[str]] = {}
    for concept in taxonomy:
        owners.setdefault(folded(concept.label), []).append(concept.id)
    return _Rules(
        settings=settings,
        # A form that the taxonomy writes in small letters as well is a word like any other.
        written={form: frozenset(ways) for form, ways in written.items() if form not in small},
        frequent=frozenset(form for form, count in in_sentences.items() if count > limit),
        preferred={form: own[0] for form, own in owners.items() if len(own) == 1},
    )


def _labels(match: _Match, rules: _Rules, tally: Tally) -> tuple[Mention, ...]:
    """The mentions that label; every other is counted by its reason."""
    namesakes = Counter((mention.start, mention.end) for mention in match.mentions)
    text = match.sentence.text
    shouted = text == text.upper() and len(words(text)) > 3
    kept = []
    for mention in match.mentions:
        reason = rules.against(mention, namesakes=namesakes[mention.start, mention.end], shouted=shouted)
        tally.mention(folded(mention.form), reason)
        if not reason:
            kept.append(mention)
    return tuple(kept)


def _in_context(matches: Iterable[_Match], settings: Labelling, tally: Tally) -> Iterator[_Match]:
    for match in matches:
        if not match.mentions:
            tally.drop("names no skill")
        elif not match.labels:
            tally.drop("no mention labels")
        elif _context(match) < settings.min_context:
            tally.drop("too little context")
        else:
            yield match


def _context(match: _Match) -> int:
    """How many words stand beside what labels."""
    text = match.sentence.text
    for mention in sorted(match.labels, key=lambda m: m.start, reverse=True):
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    return len(words(text))


def _apart(matches: Iterable[_Match], settings: Labelling, tally: Tally) -> Iterator[_Match]:
    rows = list(matches)
    near = dict(first_of_near([shingles(row.sentence.text) for row in rows], threshold=settings.near))
    tally.drop("near duplicate", len(near))
    yield from (row for at, row in enumerate(rows) if at not in near)


def _capped(matches: Iterable[_Match], matcher: Matcher, settings: Labelling, tally: Tally) -> Iterator[Labelled]:
    """The first `cap` sentences of each skill; the matches come in an order that is by chance."""
    taken = Counter[str]()
    for match in matches:
        skills = sorted({mention.concept for mention in match.labels})
        free = tuple(skill for skill in skills if taken[skill] < settings.cap)
        taken.update(free)
        tally.cap(len(skills) - len(free))
        if not free:
            tally.drop("cap")
            continue
        yield Labelled(
            text=match.sentence.text,
            concepts=free,
            mentions=tuple(mention for mention in match.mentions if mention.concept in free),
            occurring=occurring(match.sentence.text, matcher),
            source=match.sentence.source,
        )


def occurring(text: str, matcher: Matcher) -> tuple[str, ...]:
    """All concepts of which a form stands in a text, also inside or across longer ones, sorted.

    "agile project management" hides "project management". For what labels a sentence that is right; as a negative, what
    is hidden is wrong all the same.
    """
    return tuple(sorted({mention.concept for mention in matcher.find(text, nested=True)}))
