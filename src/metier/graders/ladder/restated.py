"""Do two forms of one answer agree? `0.153 nm` and `1.53 Å`, `5/18` and `0.278`, to the rounding of the coarser one."""

from __future__ import annotations

import re

from metier.graders.ladder.compare import compare
from metier.graders.ladder.normal import normal
from metier.graders.ladder.policy import Policy

_MANTISSA = re.compile(r"[-+]? ?(\d*)\.?(\d*)(?![\d/])(?=$|[ *e%°A-Za-zμΩ])")
_COARSEST = 0.1


def agree(one: str, other: str, unit: str) -> bool:
    """Whether two cleaned forms say the same value, to half of the last digit that either shows.

    Args:
        one, other: The forms.
        unit: What an unstated unit of either is; it may also be a plain number (`0.785` beside `78.5 %`).

    >>> agree("0.153 nm", "1.53 Å", "m"), agree("5 m", "50 cm", "m"), agree("0.0228", "2.28 %", "")
    (True, False, True)
    """
    policy = Policy(relative=max(_rounding(one), _rounding(other)))
    return any(
        compare(normal(gold), normal(said), unit=of, power=0, policy=policy, trace=lambda *_: None).is_same
        for gold, said in ((one, other), (other, one))
        for of in dict.fromkeys(("", unit))
    )


def _rounding(text: str) -> float:
    """Half a unit in the last digit, relative to the number; zero for what is no decimal number."""
    found = _MANTISSA.match(re.split("[=≈]", text)[-1].strip())
    digits = (found[1] + found[2]).lstrip("0") if found else ""
    if found and not found[2]:
        digits = digits.rstrip("0")
    return min(_COARSEST, 0.505 / int(digits)) if digits and int(digits) else 0.0
