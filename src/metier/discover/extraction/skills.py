"""Which concepts of a taxonomy can a text ask for, and by which forms?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from metier.discover.taxonomies.groups import is_group
from metier.errors import InputError
from metier.taxonomy import Concept, Taxonomy

_QUALIFIER = re.compile(r"\s*\([^()]*\)\s*$")


@dataclass(frozen=True, kw_only=True)
class Skills:
    """The skills that are ranked: every concept of a taxonomy that is no group.

    Attributes:
        ids: Identifiers, in the order of the taxonomy.
        forms: For each skill its label, the label without a qualifier in brackets, and its other labels.
        definitions: One for each skill, perhaps empty.
        taxonomy: Name and version.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    ids: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    definitions: tuple[str, ...]
    taxonomy: str

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The preferred label of each skill."""
        return tuple(forms[0] for forms in self.forms)

    @cached_property
    def index(self) -> dict[str, int]:
        """The place of each identifier."""
        return {concept: place for place, concept in enumerate(self.ids)}

    @cached_property
    def all_forms(self) -> tuple[str, ...]:
        """The forms of all skills, one skill after the other."""
        return tuple(form for forms in self.forms for form in forms)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where the forms of each skill begin in `all_forms`, with the end at the end: shape (skills + 1,)."""
        return np.array([0, *np.cumsum([len(forms) for forms in self.forms])], np.int64)


def skills_of(taxonomy: Taxonomy) -> Skills:
    """Give the skills of a taxonomy.

    Raises:
        InputError: It has none.

    >>> from metier.taxonomy import Concept, Taxonomy
    >>> java = Concept(id="java", label="Java (computer programming)", alt_labels=("JDK",))
    >>> skills_of(Taxonomy(name="t", concepts=(java,))).all_forms
    ('Java (computer programming)', 'Java', 'JDK')
    """
    kept = [concept for concept in taxonomy if not is_group(concept)]
    if not kept:
        raise InputError(f"Taxonomy {taxonomy.name!r} holds no skill, only groups.", hint="Check the file or folder.")
    return Skills(
        ids=tuple(concept.id for concept in kept),
        forms=tuple(_forms(concept) for concept in kept),
        definitions=tuple(concept.definition for concept in kept),
        taxonomy=f"{taxonomy.name} {taxonomy.version}",
    )


def _forms(concept: Concept) -> tuple[str, ...]:
    bare = _QUALIFIER.sub("", concept.label)
    return tuple(dict.fromkeys(form for form in (concept.label, bare, *concept.alt_labels) if form.strip()))
