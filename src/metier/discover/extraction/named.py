"""Which skills does a sentence name? Literal matching of every form of every skill that is ranked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metier.discover.extraction.skills import Skills
from metier.discover.match import Matcher, Mention
from metier.discover.matching.rules import EVERY_FORM
from metier.taxonomy import Concept, Taxonomy

_SHORT = 3  # a form so short, all in small letters, is a word of the language: "it", "re", "go"
RULES = EVERY_FORM
"""By which forms are matched."""


class Named:
    """Find the skills that sentences name.

    Args:
        skills: What is looked for.
        matcher: What `matcher_of` gave for them, if it was kept.

    >>> from metier.discover.extraction.skills import skills_of
    >>> it = Concept(id="it", label="IT")
    >>> [list(found) for found in Named(skills_of(Taxonomy(name="t", concepts=(it,)))).find(["IT is it", "like it"])]
    [[0], []]
    """

    def __init__(self, skills: Skills, matcher: Matcher | None = None) -> None:
        self._index = skills.index
        self._matcher = matcher or matcher_of(skills)

    def find(self, sentences: Iterable[str]) -> Iterator[dict[int, Mention]]:
        """For each sentence, the first mention of each skill, by the place of the skill."""
        for mentions in self._matcher.find_all(sentences):
            named = dict[int, Mention]()
            for mention in mentions:
                if len(mention.form) > _SHORT or mention.form != mention.form.lower():
                    named.setdefault(self._index[mention.concept], mention)
            yield named


def matcher_of(skills: Skills) -> Matcher:
    """A matcher of every form of the skills.

    >>> from metier.discover.extraction.skills import skills_of
    >>> sql = Concept(id="sql", label="SQL", alt_labels=("use databases",))
    >>> [m.concept for m in matcher_of(skills_of(Taxonomy(name="t", concepts=(sql,)))).find("You use databases.")]
    ['sql']
    """
    concepts = (
        Concept(id=concept, label=forms[0], alt_labels=forms[1:])
        for concept, forms in zip(skills.ids, skills.forms, strict=True)
    )
    return Matcher(Taxonomy(name="skills", concepts=tuple(concepts)), RULES)
