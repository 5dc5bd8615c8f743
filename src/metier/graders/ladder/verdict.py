"""What came of comparing two answers, and under what were they compared? The nouns of the comparing rungs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from metier.graders.ladder.policy import Policy


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two answers are the same (None: cannot tell), why, and what was compared."""

    is_same: bool | None
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Under what a gold and an answer are compared; `trace` is told what each rung says.

    Attributes:
        unit, power: The unit of the gold, with a factor 10^power.
        policy: What counts as equal.
    """

    unit: str
    power: int
    policy: Policy
    trace: Callable[[str, str], None]
