"""Which skills does a sentence name? Literal matching of every form of every skill that is ranked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metier.discover.extraction.skills import Skills
from metier.discover.match import Matcher, Mention
from metier.taxonomy import Concept, Taxonomy

_SHORT = 3  # a form so short, all in small letters, is a word of the language: "it", "re", "go"


class Named:
    """Find the skills that sentences name.

    >>> from metier.discover.extraction.skills import skills_of
    >>> it = Concept(id="it", label="IT")
    >>> [list(found) for found in Named(skills_of(Taxonomy(name="t", concepts=(it,)))).find(["IT is it", "like it"])]
    [[0], []]
    """

    def __init__(self, skills: Skills) -> None:
        self._index = skills.index
        concepts = (
            Concept(id=concept, label=forms[0], alt_labels=forms[1:])
            for concept, forms in zip(skills.ids, skills.forms, strict=True)
        )
        self._matcher = Matcher(Taxonomy(name="skills", concepts=tuple(concepts)))

    def find(self, sentences: Iterable[str]) -> Iterator[dict[int, Mention]]:
        """For each sentence, the first mention of each skill, by the place of the skill."""
        for mentions in self._matcher.find_all(sentences):
            named = dict[int, Mention]()
            for mention in mentions:
                if len(mention.form) > _SHORT or mention.form != mention.form.lower():
                    named.setdefault(self._index[mention.concept], mention)
            yield named
