"""What is the evidence worth? The numbers that were learnt, and nothing else.

Fitted by `benchmarks/store_find.py --fit` on the developer half of the requests of a vendor's catalogue with community
skills as distractors: a conditional logistic regression over the candidates of a request, then a logistic regression
on whether any skill answers. Both have an L2 penalty. The evidence has no names in it, so the numbers know none.
"""

from __future__ import annotations

EVIDENCE = {
    "words": 2.33,
    "stems": 2.70,
    "contrast": 3.02,
    "echo": 1.60,
    "letters": 1.84,
    "pitch": 0.89,
    "name": 3.31,
    "called": 1.71,
    "excluded": -4.0,
}
"""Log-odds of a candidate for each whole of evidence. `excluded` is set by hand: who rules a skill out means it."""

DOUBT = {"bias": 1.0, "entropy": -0.58, "called": 0.40, "echo": 0.68, "pitched": -0.06, "excluded": -0.95}
"""Log-odds that some skill answers."""
