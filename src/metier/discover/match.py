"""Which concepts does a text name, and where exactly?

Literal matching of every label: case does not count, a blank in a label also matches a hyphen or a line break, words
are whole words, the longest label wins and mentions do not overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from metier.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place where a text names a concept: character offsets `[start, end)` and the form as it stands there."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    concept: str
    form: str
    start: int
    end: int


class Matcher:
    """Find the labels of a taxonomy in text. A form that names several concepts is a mention of each of them.

    >>> from metier.taxonomy import Concept, Taxonomy
    >>> swap = Concept(id="swap-ends", label="swap ends", alt_labels=("exchange the outer letters",))
    >>> [m.form for m in Matcher(Taxonomy(name="t", concepts=(swap,))).find("Swap-ends them; swap  ends.")]
    ['Swap-ends', 'swap  ends']
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        forms: dict[str, list[str]] = {}
        for concept in taxonomy:
            for label in concept.labels:
                owners = forms.setdefault(_normal(label), [])
                if concept.id not in owners:
                    owners.append(concept.id)
        forms.pop("", None)
        self._concepts = forms
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile(
            r"(?<!\w)(?:" + "|".join(_flexible(form) for form in longest_first) + r")(?!\w)" if forms else r"(?!)",
            re.IGNORECASE,
        )

    def find(self, text: str) -> Iterator[Mention]:
        """Give the mentions in a text, from left to right."""
        for found in self._pattern.finditer(text):
            for concept in self._concepts.get(_normal(found[0]), ()):
                yield Mention(concept=concept, form=found[0], start=found.start(), end=found.end())


def _normal(form: str) -> str:
    return " ".join(re.split(r"[\s\-]+", form.casefold())).strip()


def _flexible(form: str) -> str:
    return r"[\s\-]+".join(re.escape(word) for word in form.split(" "))
