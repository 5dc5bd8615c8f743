"""Which findings of an update go by how a sentence sounds alone, and does that sentence reach for anything?

A likeness to harmful orders, or several slight signs in one paragraph, is a reason to look at a stranger's text. In an
update the sentence may be an old one put otherwise, stand on a page for people, or keep the agent from something; where
it does nothing grave besides, how it sounds is no reason to ask again.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from metier.govern.guards import is_for_people
from metier.govern.units import Unit
from metier.verdict import Finding

_BY_SOUND = frozenset({"like-harm", "adds-up"})
_HOLDS_BACK = re.compile(r"\b(?:alone|only|never|stops?|refuses?|fails?|reject\w*|must)\b", re.I)
_MARKS = re.compile(r"^\s*(?:[-*+>]|\d{1,3}[.)])\s+|[*_`]")
_MIN_SHARED = 40
"""Characters of a sentence by which a finding and a unit are taken for the same."""


def may_pass(unit: Unit, *, is_reworded: bool) -> bool:
    """Whether a new sentence that does nothing grave may sound like an order all the same.

    >>> from metier.govern.units import text_units
    >>> [may_pass(unit, is_reworded=False) for unit in text_units("It is for the owner alone. Do it at once.", "a.md")]
    [True, False]
    """
    if unit.is_code or unit.is_hidden:
        return False
    return is_reworded or is_for_people(unit.path) or _HOLDS_BACK.search(unit.text) is not None


def is_impression(finding: Finding, passing: Collection[tuple[str, str]]) -> bool:
    """Whether a finding goes by the sound of a sentence that may pass.

    Args:
        passing: The path and text of each such sentence.
    """
    return finding.rule in _BY_SOUND and any(
        path == finding.path and _are_same(text, finding.evidence) for path, text in passing
    )


def _are_same(text: str, evidence: str) -> bool:
    a, b = (" ".join(_MARKS.sub("", one).split()).lower() for one in (text, evidence))
    return a == b or (min(len(a), len(b)) >= _MIN_SHARED and (a.startswith(b[: len(a)]) or b.startswith(a)))
