"""The kinds of grader: exact, choice, number, regex, program, a weighted sum of several, and the answer ladder.

`grader_for(item)` finds the grader an item names, with the policy the item states. The answer ladder (`answer`) reads
numbers, units, sets and formulas; `scibench` is the rule that SciBench was released with.
"""

from __future__ import annotations

from metier.graders.registry import grader_for, grader_names, make_grader
from metier.graders.reward import filter_items, reward

__all__ = ["filter_items", "grader_for", "grader_names", "make_grader", "reward"]
