"""The promise of a grader: (Item, answer) → Grade.

The same object scores an exam, rewards a policy, filters data and validates records. A grader never raises on an
answer: what it cannot judge is `unscored`, with a reason. Its kinds are in `graders/`; `metier.testing.check_grader`
tells whether an object keeps the promise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from metier.attempt import Grade
from metier.item import Item


@runtime_checkable
class Grader(Protocol):
    """Anything that can be called with an Item and an answer and returns a Grade."""

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer. Never raises on an answer, however odd; deterministic."""
        ...


GraderFor = Callable[[Item], Grader]
"""Finds the grader that an item names: `metier.graders.grader_for`, or a stand-in."""
