"""How do several graders make one reward?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.attempt import Grade, Outcome
from metier.graders.registry import grader_for, make_grader
from metier.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Add up the scores of several graders, by weight.

    Args:
        parts: Each part is `{"grader": name, "weight": w, "policy": {…}, "reference": …, "required": bool}`; policy,
            reference (in place of the item's own) and required may be left out. Weights are positive and are divided
            by their sum.
        correct_at: The score from which on the whole is correct.

    A required part that is incorrect makes the whole incorrect with score 0, in whatever order the parts come.
    Otherwise, if any part is unscored, so is the whole: a reward made of a guess would be a guess.

    >>> grader = Weighted(parts=[{"grader": "exact", "weight": 3}, {"grader": "regex", "weight": 1, "reference": "^a"}])
    >>> grader(Item(prompt="", reference="abc"), "abd").score
    0.25
    """

    parts: Sequence[Mapping[str, Any]]
    correct_at: float = 1.0

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("expected at least one part")
        for part in self.parts:
            _check(part)
        if not math.isfinite(sum(map(_weight, self.parts))):
            raise ValueError("expected weights with a finite sum")
        if not 0 < self.correct_at <= 1:
            raise ValueError(f"expected 0 < correct_at ≤ 1, got {self.correct_at!r}")

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer: `all_parts`, `partly`, or the reason of the part that decided."""
        grades = [_grade(part, item, answer) for part in self.parts]
        evidence = "; ".join(
            f"{part['grader']}: {grade.outcome.value} ({grade.reason})"
            for part, grade in zip(self.parts, grades, strict=True)
        )
        for part, grade in zip(self.parts, grades, strict=True):
            if part.get("required") and grade.outcome == Outcome.INCORRECT:
                return Grade.incorrect(grade.reason, evidence)
        total, score = sum(map(_weight, self.parts)), 0.0
        for part, grade in zip(self.parts, grades, strict=True):
            if grade.score is None:
                return Grade.unscored(grade.reason, evidence)
            score += grade.score * (_weight(part) / total)
        score = min(1.0, score)
        if score >= self.correct_at - 1e-12:
            return Grade.correct("all_parts", evidence, score=score)
        return Grade.incorrect("partly", evidence, score=score)


def _check(part: Mapping[str, Any]) -> None:
    known = {"grader", "weight", "policy", "reference", "required"}
    if not isinstance(part, Mapping) or "grader" not in part or not set(part) <= known:
        raise ValueError(f"a part names a grader and has only {sorted(known)}, got {part!r}")
    if not _weight(part) > 0:
        raise ValueError(f"weights are positive, got {part['weight']!r}")
    if not isinstance(part.get("reference", ""), str) or not isinstance(part.get("required", False), bool):
        raise ValueError(f"the reference of a part is a text and required is true or false, got {dict(part)!r}")
    make_grader(part["grader"], part.get("policy", {}))


def _weight(part: Mapping[str, Any]) -> float:
    return float(part.get("weight", 1.0))


def _grade(part: Mapping[str, Any], item: Item, answer: str) -> Grade:
    # Spelled out rather than dataclasses.replace, which costs four times as much in the reward loop.
    asked = Item(
        prompt=item.prompt,
        reference=part.get("reference", item.reference),
        grader=part["grader"],
        policy=part.get("policy", {}),
        choices=item.choices,
        concepts=item.concepts,
        cluster=item.cluster,
        level=item.level,
        source=item.source,
    )
    return grader_for(asked)(asked, answer)
