"""The kinds of grader: exact, choice, number, regex, program, and a weighted sum of several.

`grader_for(item)` finds the grader an item names, with the policy the item states. The answer ladder for science
(units, symbols, sets) belongs here too, as one more name in the entry-point group `metier.graders`.
"""

from __future__ import annotations

from metier.graders.registry import grader_for, grader_names, make_grader
from metier.graders.reward import filter_items, reward

__all__ = ["filter_items", "grader_for", "grader_names", "make_grader", "reward"]
