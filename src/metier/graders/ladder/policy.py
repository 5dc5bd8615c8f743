"""How near is near enough? The comparison that an item states, and nothing it does not state."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from metier.graders.ladder.doubles import Value
from metier.graders.ladder.evaluate import as_float

_NOISE = 1e-9
"""Two doubles computed by different roads agree to this share of the larger one; exact numbers need no such leave."""

_ZERO_NOISE = 1e-15
"""What a computer prints for a zero that has no unit and shows no decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What counts as equal. A tolerance holds if any stated one does; with none, the values are equal.

    Args:
        relative: |answer − gold| ≤ relative · max(|answer|, |gold|).
        absolute: |answer − gold| ≤ absolute, in the unit of the gold.
        significant: Both round to the same number of significant digits.
        integer: The gold is a count: the answer is that whole number, whatever the tolerances.
        decimals: The question asks for this many decimals: the gold rounded to them is right.
        interval: The gold is an interval, and every number in it is right.

    Raises:
        ValueError: A tolerance is negative or not finite.
    """

    relative: float = 0.0
    absolute: float = 0.0
    significant: int = 0
    integer: bool = False
    decimals: int = 0
    interval: bool = False

    def __post_init__(self) -> None:
        if not (0 <= self.relative < 1 and 0 <= self.absolute < math.inf):
            raise ValueError("expected 0 ≤ relative < 1 and a finite absolute ≥ 0")
        if not (0 <= self.significant <= 15 and 0 <= self.decimals <= 15):
            raise ValueError("expected significant and decimals between 0 and 15")

    def near(self, gold: Value, answer: Value, *, printed: int = 0, unitless: bool = True) -> bool:
        """Whether two values are equal under this policy.

        Args:
            gold: The right value.
            answer: The value to judge.
            printed: How many decimals a gold of zero shows; half of the last one is its tolerance.
            unitless: Whether the gold has no unit. There is never an absolute floor for one that has.

        >>> Policy(relative=0.05).near(100, 105.2), Policy().near(Fraction(1, 3), 0.333)
        (True, False)
        >>> Policy(relative=0.05).near(1.6e-19, 1.7e-19), Policy(relative=0.05).near(0, 0.01)
        (False, False)
        """
        if self.integer:
            return bool(_equal(gold, answer)) and as_float(answer) == round(as_float(answer).real)
        if _equal(gold, answer):
            return True
        if _infinite(gold) or _infinite(answer):
            return False
        if _is_zero(gold):
            return self._near_zero(answer, printed, unitless)
        distance = _distance(gold, answer)
        largest = _largest(gold, answer)
        # The last factor keeps 19 against 20 at exactly 5 % from hanging on the last bit.
        if self.relative and distance <= _share(largest, self.relative * (1 + 1e-12)):
            return True
        if self.absolute and distance <= self.absolute * (1 + 1e-12):
            return True
        return self._rounds(gold, answer)

    def _near_zero(self, answer: Value, printed: int, unitless: bool) -> bool:
        if printed:
            return bool(abs(answer) <= max(0.5 * 10.0**-printed, self.absolute))
        return bool(abs(answer) <= max(self.absolute, _ZERO_NOISE if unitless else 0.0))

    def _rounds(self, gold: Value, answer: Value) -> bool:
        low, high = as_float(gold), as_float(answer)
        if isinstance(low, complex) or isinstance(high, complex) or not (math.isfinite(low) and math.isfinite(high)):
            return False
        if self.significant and f"{low:.{self.significant - 1}e}" == f"{high:.{self.significant - 1}e}":
            return True
        step = 10.0**-self.decimals
        return bool(self.decimals) and abs(low - high) <= 0.5 * step * (1 + 1e-9) and _printed(high, step)


def _printed(number: float, step: float) -> bool:
    # A number below half a step is no rounded zero: it was given with more digits than that.
    return number == 0 or (abs(number) >= step / 2 and math.isclose(number / step, round(number / step), abs_tol=1e-6))


def _is_zero(number: Value) -> bool:
    return bool(number == 0)


def _equal(gold: Value, answer: Value) -> bool:
    if isinstance(gold, int | Fraction) and isinstance(answer, int | Fraction):
        return gold == answer
    if gold == answer:
        return True
    if _is_zero(gold) or _is_zero(answer) or _infinite(gold) or _infinite(answer):
        return False
    return bool(_distance(gold, answer) <= _share(_largest(gold, answer), _NOISE))


def _share(number: Value, part: float) -> Value:
    try:
        return number * part
    except OverflowError:
        return number * Fraction(part)


def _infinite(number: Value) -> bool:
    return isinstance(number, float) and math.isinf(number)


def _distance(gold: Value, answer: Value) -> Value:
    if isinstance(gold, int | Fraction) and isinstance(answer, int | Fraction):
        return abs(gold - answer)
    return abs(_beside(answer, gold) - _beside(gold, answer))


def _beside(other: Value, number: Value) -> Value:
    """An exact number as a double beside a double, and in mpmath beside a number of mpmath."""
    if not isinstance(number, Fraction | int) or isinstance(other, Fraction | int):
        return number
    if hasattr(other, "context"):
        return other.context.mpf(number.numerator) / number.denominator
    return as_float(number)


def _largest(gold: Value, answer: Value) -> Value:
    return max(abs(_beside(answer, gold)), abs(_beside(gold, answer)))
