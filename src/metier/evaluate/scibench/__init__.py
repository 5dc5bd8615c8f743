"""SciBench as an exam: the user's copy of its data, its seven settings, its rule and ours, side by side.

`load` reads the problems, `settings` asks as published, `oracle` answers perfectly in seven formats, `tables` counts.
The problems are excerpts of textbooks and are never part of this package.
"""

from __future__ import annotations

from metier.evaluate.scibench.load import Problem, exam_of, item_of, read_problems
from metier.evaluate.scibench.settings import SETTINGS, Published, published
from metier.evaluate.scibench.tables import Cell, cells, table_of

__all__ = [
    "SETTINGS",
    "Cell",
    "Problem",
    "Published",
    "cells",
    "exam_of",
    "item_of",
    "published",
    "read_problems",
    "table_of",
]
