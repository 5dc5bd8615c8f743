"""What is a formula worth? Its value with given names: exact while it is rational, then doubles, then mpmath.

Doubles come first because they are cheap; numbers too large or too small for them are read again with 50 digits and
open exponents. What would take long (`9^9^9^9`) is refused before it is tried.
"""

from __future__ import annotations

import cmath
import math
import threading
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from metier.graders.ladder.syntax import Literal, Name, Node

Value = Any
"""int, Fraction, float, complex, or an mpmath number."""

MAX_BITS = 40_000
"""Exact integers stay below this; 2004! has 19,000 bits."""

_MAX_MAGNITUDE = 60
"""An exponent of more than 2^60 is refused: its power could not be written down in memory."""

_BASIS = {"i": 1j, "pi": math.pi, "e": math.e, "infty": math.inf}


class TooBigError(ArithmeticError):
    """The value would take too long to compute."""


class UndefinedError(ArithmeticError):
    """There is no value: a name without one, a division by zero, an unknown function."""


class _OutOfDoubles(ArithmeticError):
    """A double overflows or underflows; read it again with open exponents."""


def value(node: Node, names: Mapping[str, Value] | None = None, *, log_base: int = 0, precise: bool = False) -> Value:
    """Compute a formula.

    Args:
        node: Its tree.
        names: The value of each name that is no constant.
        log_base: What a bare `log` means: 0 for the natural one, or 10.
        precise: Compute with 50 digits from the start.

    Raises:
        TooBigError: It would take too long.
        UndefinedError: There is no value.

    >>> from metier.graders.ladder.syntax import Apply
    >>> value(Apply("fact", (Literal(5),)))
    120
    """
    try:
        if not precise:
            try:
                return _Doubles(names or {}, log_base).of(node)
            except _OutOfDoubles:
                pass
        return _Precise(names or {}, log_base).of(node)
    except (ZeroDivisionError, ValueError, TypeError, RecursionError, KeyError) as error:
        raise UndefinedError(str(error)[:100]) from error
    except (OverflowError, MemoryError) as error:
        raise TooBigError(str(error)[:100]) from error


def as_float(number: Value) -> float | complex:
    """A value as a double, 0 or infinite if it is too small or large for one.

    >>> as_float(Fraction(1, 2))
    0.5
    """
    if isinstance(number, float | complex):
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    except TypeError:
        return complex(number)


class _Doubles:
    """Arithmetic over exact rationals and doubles."""

    def __init__(self, names: Mapping[str, Value], log_base: int) -> None:
        self.names = names
        self.log_base = log_base

    def of(self, node: Node) -> Value:
        if isinstance(node, Literal):
            return self.literal(node.value)
        if isinstance(node, Name):
            return self.names[node.name] if node.name in self.names else self.constant(node.name)
        found = _OPERATIONS.get(node.op)
        args = [self.of(part) for part in node.args]
        if found:
            return found(self, *args)
        return self.function(node.op, *args)

    def literal(self, number: Fraction | int) -> Value:
        return number

    def constant(self, name: str) -> Value:
        if name not in _BASIS:
            raise UndefinedError(f"the name {name!r} has no value")
        return _BASIS[name]

    def add(self, *args: Value) -> Value:
        total = args[0]
        for term in args[1:]:
            left, right = self.paired(total, term)
            total = left + right
        return total

    def neg(self, number: Value) -> Value:
        return -number

    def mul(self, left: Value, right: Value) -> Value:
        left, right = self.paired(left, right)
        return self.checked(left * right, left != 0 and right != 0)

    def div(self, above: Value, below: Value) -> Value:
        if isinstance(above, int) and isinstance(below, int):
            return _whole(Fraction(above, below))
        above, below = self.paired(above, below)
        return self.checked(_whole(above / below), above != 0 and not _infinite(below))

    def pow(self, base: Value, power: Value) -> Value:
        if isinstance(power, int) and isinstance(base, int | Fraction) and _bits(base) * abs(power) <= MAX_BITS:
            return _whole(Fraction(base) ** power)
        low, high = self.double(base), self.double(power)
        if low == 0 and not isinstance(high, complex) and high > 0:
            return 0
        if not isinstance(low, complex) and low < 0 and not (isinstance(high, float) and high.is_integer()):
            low = complex(low)
        try:
            return self.checked(low**high, low != 0 and not _infinite(high))
        except OverflowError as error:
            raise _OutOfDoubles from error

    def root(self, degree: Value, number: Value) -> Value:
        if isinstance(degree, int) and degree % 2 and degree > 0 and not isinstance(number, complex) and number < 0:
            return -self.root(degree, -number)
        if isinstance(degree, int) and 1 < degree < 100 and isinstance(number, int | Fraction) and number >= 0:
            exact = _exact_root(degree, number)
            if exact is not None:
                return exact
        number = self.double(number)
        if degree == 2:
            return math.sqrt(number) if not isinstance(number, complex) and number >= 0 else cmath.sqrt(number)
        return self.pow(number, self.div(1, degree))

    def fact(self, number: Value) -> Value:
        if isinstance(number, int) and 0 <= number <= 3000:
            return math.factorial(number)
        if isinstance(number, complex) or number < 0:
            raise UndefinedError("the factorial of no natural number")
        if number > 170:
            raise _OutOfDoubles
        return math.gamma(float(number) + 1)

    def binom(self, above: Value, below: Value) -> Value:
        if not (isinstance(above, int) and isinstance(below, int)):
            raise UndefinedError("a binomial of no whole numbers")
        if above < 0 or min(below, above - below) > 2000 or above.bit_length() > 64:
            raise TooBigError("a binomial too large")
        return math.comb(above, below) if below >= 0 else 0

    def abs(self, number: Value) -> Value:
        return abs(number)

    def log(self, number: Value, base: Value = None) -> Value:
        if base is None and not self.log_base:
            return self.function("ln", number)
        below = self.log_base if base is None else base
        if below == 10 and isinstance(number, int) and number > 0:
            return _whole(Fraction(math.log10(number)))
        return self.function("ln", number) / self.function("ln", below)

    def function(self, op: str, *args: Value) -> Value:
        if op in ("max", "min"):
            return (max if op == "max" else min)(args)
        if op in ("gcd", "lcm", "floor", "ceil", "erf", "gamma", "lg", "lb", "sign"):
            return _real_function(op, args)
        (number,) = map(self.double, args)
        if op == "re" or op == "im":
            return complex(number).real if op == "re" else complex(number).imag
        if op in ("cot", "sec", "csc", "coth"):
            return 1 / self.function({"cot": "tan", "sec": "cos", "csc": "sin", "coth": "tanh"}[op], number)
        if op in ("acot", "asec", "acsc"):
            return self.function({"acot": "atan", "asec": "acos", "acsc": "asin"}[op], 1 / number)
        try:
            found = _called(op, number)
        except OverflowError as error:
            raise _OutOfDoubles from error
        return self.checked(found, op == "exp")

    def paired(self, left: Value, right: Value) -> tuple[Value, Value]:
        """Both as rationals, or both as doubles."""
        if isinstance(left, int | Fraction) and isinstance(right, int | Fraction):
            if _bits(left) + _bits(right) > 2 * MAX_BITS:
                raise _OutOfDoubles
            return left, right
        return self.double(left), self.double(right)

    def double(self, number: Value) -> Value:
        if isinstance(number, float | complex):
            return number
        try:
            found = float(number)
        except OverflowError as error:
            raise _OutOfDoubles from error
        return self.checked(found, number != 0)

    def checked(self, found: Value, nonzero: bool) -> Value:
        """Refuse a double that lost its value by overflow or underflow."""
        if isinstance(found, complex):
            if cmath.isinf(found) or cmath.isnan(found):
                raise _OutOfDoubles
        elif isinstance(found, float) and ((found == 0 and nonzero) or math.isnan(found)):
            raise _OutOfDoubles
        return found


class _Precise(_Doubles):
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
            return self.literal(_real_function(op, tuple(int(arg) for arg in args)))
        (number,) = args
        if op == "exp" and number and self.mp.mag(number) > _MAX_MAGNITUDE:
            raise TooBigError("a power too large")
        if op in ("sin", "cos", "tan", "cot", "sec", "csc") and number and self.mp.mag(number) > 10_000:
            raise TooBigError("an angle too large")
        if op in ("lg", "lb"):
            return self.mp.log(number) / self.mp.log(10 if op == "lg" else 2)
        return self.checked(getattr(self.mp, "ln" if op == "log" else op)(number), False)


_OPERATIONS = {
    "add": lambda self, *args: self.add(*args),
    "neg": lambda self, *args: self.neg(*args),
    "mul": lambda self, *args: self.mul(*args),
    "div": lambda self, *args: self.div(*args),
    "pow": lambda self, *args: self.pow(*args),
    "root": lambda self, *args: self.root(*args),
    "fact": lambda self, *args: self.fact(*args),
    "binom": lambda self, *args: self.binom(*args),
    "abs": lambda self, *args: self.abs(*args),
    "log": lambda self, *args: self.log(*args),
}
_LOCAL = threading.local()


def _context() -> Any:
    """The mpmath context of this thread."""
    if not hasattr(_LOCAL, "mp"):
        from mpmath.ctx_mp import MPContext

        _LOCAL.mp = MPContext()
        _LOCAL.mp.dps = 50
    return _LOCAL.mp


def _called(op: str, number: float | complex) -> float | complex:
    """A function of doubles: real where it is defined on the reals, else complex."""
    op = {"ln": "log"}.get(op, op)
    if not isinstance(number, complex):
        try:
            return float(getattr(math, op)(number))
        except ValueError:
            if number == 0 or math.isinf(number):
                raise
        except AttributeError as error:
            raise UndefinedError(f"no function {op!r}") from error
    found: complex = getattr(cmath, op)(number)
    return found


def _real_function(op: str, args: tuple[Value, ...]) -> Value:
    if op in ("gcd", "lcm"):
        return (math.gcd if op == "gcd" else math.lcm)(*args)
    (number,) = args
    if op == "sign":
        return (number > 0) - (number < 0)
    if op in ("floor", "ceil"):
        return (math.floor if op == "floor" else math.ceil)(number)
    if op in ("lg", "lb"):
        return (math.log10 if op == "lg" else math.log2)(number)
    return (math.erf if op == "erf" else math.gamma)(number)


def _whole(number: Value) -> Value:
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def _bits(number: int | Fraction) -> int:
    return number.numerator.bit_length() + number.denominator.bit_length()


def _infinite(number: Value) -> bool:
    return isinstance(number, float) and math.isinf(number)


def _exact_root(degree: int, number: int | Fraction) -> Value | None:
    if _bits(number) > 400:
        return None
    above, below = (round(part ** (1 / degree)) for part in (number.numerator, number.denominator))
    if above**degree == number.numerator and below**degree == number.denominator:
        return _whole(Fraction(above, below))
    return None
