"""Which concepts only hold others together, and are nothing that a text asks for?"""

from __future__ import annotations

from metier.taxonomy import Concept

_WORDS = ("group", "occupation", "scheme")


def is_group(concept: Concept) -> bool:
    """Whether a concept only holds others together, as its source says by its kind.

    >>> is_group(Concept(id="S1", label="communication", kind="SkillGroup")), is_group(Concept(id="a", label="weld"))
    (True, False)
    """
    return any(word in concept.kind.casefold() for word in _WORDS)
