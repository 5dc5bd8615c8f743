"""What is the evidence worth? The numbers that were learnt, and nothing else.

Fitted by `benchmarks/store_find.py --fit` on the developer half of the requests of a vendor's catalogue with community
skills as distractors: a conditional logistic regression over the candidates of a request, then a logistic regression
on whether any skill answers. Both have an L2 penalty. The evidence has no names in it, so the numbers know none.
"""

from __future__ import annotations

EVIDENCE = {
    "words": 1.88,
    "stems": 2.25,
    "contrast": 2.79,
    "echo": 1.86,
    "letters": 2.01,
    "last": 1.33,
    "intent": 1.63,
    "subject": 1.17,
    "name": 3.16,
    "called": 1.25,
    "excluded": -30.0,
}
"""Log-odds of a candidate for each whole of evidence. `excluded` is set by hand, past all other evidence."""

DOUBT = {
    "bias": -4.59,
    "kin": 1.4,
    "echo": 1.89,
    "covered": 2.82,
    "held": 2.71,
    "last": -0.78,
    "subject": 1.14,
    "called": 1.65,
    "excluded": -7.0,
    "work": 0.51,
    "other_work": -0.6,
    "how": -1.58,
    "general": -1.27,
}
"""Log-odds that some skill answers. `excluded` is set by hand: who rules the skill out by name does not want it.

Small libraries, with and without the right skill, were part of the fit: among few skills one always stands out.
"""
