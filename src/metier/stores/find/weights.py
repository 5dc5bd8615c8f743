"""What is the evidence worth? The numbers that were learnt, and nothing else.

Fitted by `benchmarks/store_find.py --fit` on the developer half of the requests of a vendor's catalogue with community
skills as distractors: a conditional logistic regression over the candidates of a request, then a logistic regression
on whether any skill answers. Both have an L2 penalty. The evidence has no names in it, so the numbers know none.
"""

from __future__ import annotations

EVIDENCE = {
    "words": 2.34,
    "stems": 2.33,
    "contrast": 2.62,
    "echo": 1.5,
    "letters": 1.71,
    "pitch": 1.03,
    "name": 2.76,
    "called": 1.61,
    "excluded": -30.0,
}
"""Log-odds of a candidate for each whole of evidence. `excluded` is set by hand, past all other evidence."""

DOUBT = {
    "bias": -3.96,
    "entropy": 0.22,
    "kin": 2.42,
    "echo": 2.28,
    "covered": 3.1,
    "called": 2.06,
    "excluded": -7.46,
    "how": -1.94,
    "general": -1.05,
}
"""Log-odds that some skill answers.

Small libraries, with and without the right skill, were part of the fit: among few skills one always stands out.
"""
