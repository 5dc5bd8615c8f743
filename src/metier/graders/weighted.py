"""How do several graders make one reward?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.attempt import Grade
from metier.graders.registry import make_grader
from metier.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Add up the scores of several graders, by weight.

    Args:
        parts: Each part is `{"grader": name, "weight": w, "policy": {…}, "reference": …, "required": bool}`; policy,
            reference (in place of the item's own) and required may be left out. Weights are positive and are divided
            by their sum.
        correct_at: The score from which on the whole is correct.

    A required part that is incorrect makes the whole incorrect with score 0. If any part is unscored, so is the whole:
    a reward made of a guess would be a guess.

    >>> grader = Weighted(parts=[{"grader": "exact", "weight": 3}, {"grader": "regex", "weight": 1, "reference": "^a"}])
    >>> grader(Item(prompt="", reference="abc"), "abd").score
    0.25
    """

    parts: Sequence[Mapping[str, Any]]
    correct_at: float = 1.0

    def __post_init__(self) -> None:
        known = {"grader", "weight", "policy", "reference", "required"}
        if not self.parts:
            raise ValueError("expected at least one part")
        for part in self.parts:
            if "grader" not in part or not set(part) <= known:
                raise ValueError(f"a part names a grader and has only {sorted(known)}, got {dict(part)!r}")
            if not float(part.get("weight", 1.0)) > 0:
                raise ValueError(f"weights are positive, got {part['weight']!r}")
            make_grader(part["grader"], part.get("policy", {}))

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer: `all_parts`, `partly`, or the reason of the part that decided."""
        total = sum(float(part.get("weight", 1.0)) for part in self.parts)
        score, said = 0.0, []
        for part in self.parts:
            grade = make_grader(part["grader"], part.get("policy", {}))(_with_reference(item, part), answer)
            said.append(f"{part['grader']}: {grade.outcome.value} ({grade.reason})")
            if grade.score is None:
                return Grade.unscored(grade.reason, "; ".join(said))
            if part.get("required") and not grade.is_correct:
                return Grade.incorrect(grade.reason, "; ".join(said))
            score += grade.score * float(part.get("weight", 1.0)) / total
        score = min(1.0, score)
        if score >= self.correct_at - 1e-12:
            return Grade.correct("all_parts", "; ".join(said), score=score)
        return Grade.incorrect("partly", "; ".join(said), score=score)


def _with_reference(item: Item, part: Mapping[str, Any]) -> Item:
    if "reference" not in part:
        return item
    # Spelled out rather than dataclasses.replace, which costs four times as much in the reward loop.
    return Item(prompt=item.prompt, reference=part["reference"], choices=item.choices)
