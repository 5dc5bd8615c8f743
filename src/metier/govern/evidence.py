"""Is what exams measured of a skill enough to rely on?"""

from __future__ import annotations

from collections.abc import Callable

from metier.verdict import Evidence

EvidenceOf = Callable[[str], Evidence | None]
"""Gives what was measured of a content, by its digest; another stage measured it."""


def shortfall(evidence: Evidence | None, *, min_attempts: int, min_accuracy: float) -> str:
    """Say in one phrase why the attempts are not enough, or nothing if they are.

    >>> shortfall(Evidence(correct=19, scored=20, low=0.76), min_attempts=20, min_accuracy=0.8)
    '19 of 20 attempts correct, at least 76% with 95 % confidence: short of 80%'
    >>> shortfall(None, min_attempts=20, min_accuracy=0.8)
    'no exam has measured it'
    """
    if evidence is None or evidence.scored == 0:
        return evidence.told if evidence and evidence.own else "no exam has measured it"
    if evidence.scored < min_attempts:
        return f"{evidence.told}: fewer than {min_attempts} attempts"
    if not evidence.low >= min_accuracy:  # NaN is not enough either
        return f"{evidence.told}: short of {min_accuracy:.0%}"
    return ""


def points(share: float | None) -> str:
    """Write a difference of shares as signed points.

    >>> points(0.125), points(None)
    ('+12.5', 'unknown')
    """
    return "unknown" if share is None else f"{100 * share:+.1f}"
