"""What is the evidence worth? The numbers that were learnt, and nothing else.

Fitted by `benchmarks/store_find.py --fit` on the developer half of the requests of a vendor's catalogue with community
skills as distractors: a conditional logistic regression over the candidates of a request, then a logistic regression
on whether any skill answers. Both have an L2 penalty. The evidence has no names in it, so the numbers know none.
"""

from __future__ import annotations

EVIDENCE = {
    "words": 2.4,
    "stems": 2.54,
    "contrast": 3.07,
    "echo": 1.55,
    "letters": 1.87,
    "pitch": 0.8,
    "name": 3.57,
    "called": 1.44,
    "excluded": -4.0,
}
"""Log-odds of a candidate for each whole of evidence. `excluded` is set by hand: who rules a skill out means it."""

DOUBT = {
    "bias": -3.66,
    "entropy": 0.27,
    "kin": 2.97,
    "echo": 4.05,
    "called": 1.95,
    "excluded": -8.05,
    "how": -1.52,
    "general": -0.95,
}
"""Log-odds that some skill answers.

Small libraries, with and without the right skill, were part of the fit: among few skills one always stands out.
"""
