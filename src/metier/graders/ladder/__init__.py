r"""The answer ladder: is a short scientific answer right, whatever form it comes in?

Eight rungs, the cheapest first; each decides or passes on: `extract` (where is the answer), `normal` (one spelling),
`syntax` and `evaluate` (numbers), `units`, `policy` (how near is near enough), `structure` (sets, intervals, vectors),
`symbolic` and `confirm` (formulas), and the verdict in `ladder`. docs/grading.md tells each in words.
"""

from __future__ import annotations

from metier.graders.ladder.ladder import Answer, Explanation, explain, grade_answer
from metier.graders.ladder.reward import answer_reward

__all__ = ["Answer", "Explanation", "answer_reward", "explain", "grade_answer"]
