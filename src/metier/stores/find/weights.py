"""What is the evidence worth? The numbers that were learnt, and nothing else.

Fitted by `benchmarks/store_find.py --fit` on the developer half of the requests of a vendor's catalogue with community
skills as distractors: a conditional logistic regression over the candidates of a request, then a logistic regression
on whether any skill answers. Both have an L2 penalty. The evidence has no names in it, so the numbers know none.
"""

from __future__ import annotations

EVIDENCE = {
    "words": 2.38,
    "stems": 2.36,
    "contrast": 2.58,
    "echo": 1.51,
    "letters": 1.72,
    "pitch": 1.03,
    "name": 3.04,
    "called": 1.46,
    "excluded": -4.0,
}
"""Log-odds of a candidate for each whole of evidence. `excluded` is set by hand: who rules a skill out means it."""

DOUBT = {
    "bias": -3.94,
    "entropy": 0.37,
    "kin": 3.27,
    "echo": 4.02,
    "called": 1.95,
    "excluded": -8.02,
    "how": -1.53,
    "general": -0.94,
}
"""Log-odds that some skill answers.

Small libraries, with and without the right skill, were part of the fit: among few skills one always stands out.
"""
