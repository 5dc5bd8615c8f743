"""Arithmetic in mpmath with 50 digits and open exponents, for what no double holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from metier.graders.ladder.doubles import Doubles, TooBigError, UndefinedError, Value, real_function
from metier.graders.ladder.series import endless

_MAX_MAGNITUDE = 60
"""An exponent of more than 2^60 is refused: its power could not be written down in memory."""


class Precise(Doubles):
    """Arithmetic in mpmath with 50 digits and open exponents. One context for each thread: it keeps state."""

    def __init__(self, names: Mapping[str, Value], log_base: int) -> None:
        super().__init__(names, log_base)
        self.mp = _context()

    def literal(self, number: Fraction | int) -> Value:
        if isinstance(number, Fraction):
            return self.mp.mpf(number.numerator) / number.denominator
        return self.mp.mpf(number)

    def constant(self, name: str) -> Value:
        known = {"i": self.mp.mpc(0, 1), "pi": self.mp.pi, "e": self.mp.e, "infty": self.mp.inf}
        if name not in known:
            raise UndefinedError(f"the name {name!r} has no value")
        return +known[name]

    def integral(self, at: Callable[[Value], Value], low: Value, high: Value) -> Value:
        """The integral between two ends, by the tanh-sinh rule; none where the rule is not sure to ten digits."""
        found, error = self.mp.quad(at, [low, high], error=True, maxdegree=7)
        if self.mp.im(found) or not error <= 1e-10 * max(abs(found), 1e-3):
            raise UndefinedError("an integral that does not settle")
        return found

    def is_endless(self, end: Value) -> bool:
        return bool(self.mp.im(end) == 0 and self.mp.isinf(end) and end > 0)

    def series(self, at: Callable[[Value], Value], low: Value, *, product: bool) -> Value:
        if self.mp.im(low) or low != int(low):
            raise UndefinedError("a series over what is no whole number")
        return endless(self.mp, at, int(low), product=product)

    def limit(self, at: Callable[[Value], Value], end: Value) -> Value:
        """The value very near the end, on each side where there is one; none unless all agree."""
        if self.mp.isinf(end):
            near = [end_sign * self.mp.mpf(10) ** power for end_sign in (1 if end > 0 else -1,) for power in (15, 18)]
        else:
            near = [end + sign * self.mp.mpf(10) ** -power for power in (15, 18) for sign in (1, -1)]
        found = [at(point) for point in near]
        if any(abs(one - found[-1]) > 1e-9 * max(1, abs(one)) for one in found):
            raise UndefinedError("a limit that does not settle")
        return found[-1]

    def paired(self, left: Value, right: Value) -> tuple[Value, Value]:
        return self.double(left), self.double(right)

    def double(self, number: Value) -> Value:
        return self.literal(number) if isinstance(number, int | Fraction) else self.mp.mpmathify(number)

    def checked(self, found: Value, nonzero: bool) -> Value:
        if self.mp.isnan(found):
            raise UndefinedError("no number")
        return found

    def div(self, above: Value, below: Value) -> Value:
        above, below = self.paired(above, below)
        return self.checked(above / below, False)

    def pow(self, base: Value, power: Value) -> Value:
        base, power = self.paired(base, power)
        if base == 0 or self.mp.isinf(base) or self.mp.isinf(power):
            return self.checked(base**power, False)
        spread = abs(self.mp.log(abs(base)))
        if power and spread and self.mp.mag(power) + self.mp.mag(spread) > _MAX_MAGNITUDE:
            raise TooBigError("a power too large")
        return base**power

    def root(self, degree: Value, number: Value) -> Value:
        degree, number = self.paired(degree, number)
        if self.mp.im(number) == 0 and self.mp.re(number) < 0 and self.mp.im(degree) == 0 and degree % 2 == 1:
            return -self.root(degree, -number)
        return self.mp.sqrt(number) if degree == 2 else self.pow(number, 1 / degree)

    def fact(self, number: Value) -> Value:
        number = self.double(number)
        if self.mp.im(number) != 0 or number < 0:
            raise UndefinedError("the factorial of no natural number")
        if self.mp.mag(number) > 40:
            raise TooBigError("a factorial too large")
        return self.mp.gamma(number + 1)

    def binom(self, above: Value, below: Value) -> Value:
        if not (self.mp.isint(above) and self.mp.isint(below)):
            raise UndefinedError("a binomial of no whole numbers")
        return self.literal(super().binom(int(above), int(below)))

    def log(self, number: Value, base: Value = None) -> Value:
        number = self.double(number)
        below = self.log_base if base is None else self.double(base)
        return self.mp.log(number) / self.mp.log(below) if below else self.mp.log(number)

    def function(self, op: str, *args: Value) -> Value:
        args = tuple(self.double(arg) for arg in args)
        if op in ("max", "min"):
            return (max if op == "max" else min)(args)
        if op in ("gcd", "lcm"):
            return self.literal(real_function(op, tuple(int(arg) for arg in args)))
        (number,) = args
        if op == "exp" and number and self.mp.mag(number) > _MAX_MAGNITUDE:
            raise TooBigError("a power too large")
        if op in ("sin", "cos", "tan", "cot", "sec", "csc") and number and self.mp.mag(number) > 10_000:
            raise TooBigError("an angle too large")
        if op in ("lg", "lb"):
            return self.mp.log(number) / self.mp.log(10 if op == "lg" else 2)
        return self.checked(getattr(self.mp, "ln" if op == "log" else op)(number), False)


_LOCAL = threading.local()


def _context() -> Any:
    """The mpmath context of this thread."""
    if not hasattr(_LOCAL, "mp"):
        from mpmath.ctx_mp import MPContext

        _LOCAL.mp = MPContext()
        _LOCAL.mp.dps = 50
    return _LOCAL.mp
