"""How is an exam paper of one's own written down, checked and graded, with points and rubrics?"""

from __future__ import annotations

from metier.evaluate.paper.check import Fault, check_paper
from metier.evaluate.paper.marking import Mark, Marked, answers_of, item_of, mark_paper
from metier.evaluate.paper.sheet import Criterion, Paper, Question, leaves, read_paper

__all__ = [
    "Criterion",
    "Fault",
    "Mark",
    "Marked",
    "Paper",
    "Question",
    "answers_of",
    "check_paper",
    "item_of",
    "leaves",
    "mark_paper",
    "read_paper",
]
