"""Arithmetic that is exact while it is rational, and in doubles from there on."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from metier.graders.ladder.tree import BINDERS, Apply, Literal, Name, Node

Value = Any
"""int, Fraction, float, complex, or an mpmath number."""

_MOST_TERMS = 1000
_FAR_OUT = 20
MAX_BITS = 40_000
"""Exact integers stay below this; 2004! has 19,000 bits."""

_BASIS = {"i": 1j, "pi": math.pi, "e": math.e, "infty": math.inf}


class TooBigError(ArithmeticError):
    """The value would take too long to compute."""


class UndefinedError(ArithmeticError):
    """There is no value: a name without one, a division by zero, an unknown function."""


class OutOfDoublesError(ArithmeticError):
    """A double overflows or underflows; read it again with open exponents."""


class Doubles:
    """Arithmetic over exact rationals and doubles."""

    def __init__(self, names: Mapping[str, Value], log_base: int) -> None:
        self.names = names
        self.log_base = log_base

    def of(self, node: Node) -> Value:
        """The value of a tree."""
        if isinstance(node, Literal):
            return self.literal(node.value)
        if isinstance(node, Name):
            return self.names[node.name] if node.name in self.names else self.constant(node.name)
        if node.op in BINDERS:
            return self.bound(node)
        found = _OPERATIONS.get(node.op)
        args = [self.of(part) for part in node.args]
        if found:
            return found(self, *args)
        return self.function(node.op, *args)

    def bound(self, node: Apply) -> Value:
        """A sum, a product, an integral or a limit."""
        variable, *ends, body = node.args
        name = variable.name if isinstance(variable, Name) else ""
        limits = [self.of(end) for end in ends]

        def at(number: Value) -> Value:
            return type(self)({**self.names, name: number}, self.log_base).of(body)

        if node.op in ("int", "lim"):
            return self.integral(at, *limits) if node.op == "int" else self.limit(at, *limits)
        if not isinstance(limits[0], complex) and not _infinite(limits[0]) and self.is_endless(limits[1]):
            return self.series(at, limits[0], product=node.op == "prod")
        if any(isinstance(end, complex) or _infinite(end) or end != int(end) for end in limits):
            raise UndefinedError("a sum over what is no whole number")
        low, high = map(int, limits)
        if high - low > _MOST_TERMS:
            raise TooBigError("a sum too long")
        total: Value = 0 if node.op == "sum" else 1
        for number in range(low, high + 1):
            total = self.add(total, at(number)) if node.op == "sum" else self.mul(total, at(number))
        return total

    def is_endless(self, end: Value) -> bool:
        """Whether a sum goes on to infinity."""
        return not isinstance(end, complex) and end == math.inf

    def series(self, at: Callable[[Value], Value], low: Value, *, product: bool) -> Value:
        """The value of infinitely many terms, which doubles cannot tell."""
        raise OutOfDoublesError

    def integral(self, at: Callable[[Value], Value], low: Value, high: Value) -> Value:
        """The integral between two ends, by the tanh-sinh rule; with more digits where it is not sure of eleven."""
        from mpmath import fp

        def real(number: float) -> float:
            try:
                found = self.double(at(number))
            except OutOfDoublesError:
                # Far out e^(-x²) is less than a double holds; a function that grows so has no integral to settle.
                if abs(number) < _FAR_OUT:
                    raise
                return 0.0
            if isinstance(found, complex):
                raise UndefinedError("an integral of no real function")
            return float(found)

        found, error = fp.quad(real, [self.double(low), self.double(high)], error=True, maxdegree=6)
        if not error <= 1e-11 * max(abs(found), 1e-3):
            raise OutOfDoublesError
        return found

    def limit(self, at: Callable[[Value], Value], end: Value) -> Value:
        """The limit, which doubles cannot tell."""
        raise OutOfDoublesError

    def literal(self, number: Fraction | int) -> Value:
        """The value of a number as it is printed."""
        return number

    def constant(self, name: str) -> Value:
        """The value of a name that has one everywhere."""
        if name not in _BASIS:
            raise UndefinedError(f"the name {name!r} has no value")
        return _BASIS[name]

    def add(self, *args: Value) -> Value:
        """The sum."""
        total = args[0]
        for term in args[1:]:
            left, right = self.paired(total, term)
            total = left + right
        return total

    def neg(self, number: Value) -> Value:
        """The negative."""
        return -number

    def mul(self, left: Value, right: Value) -> Value:
        """The product."""
        left, right = self.paired(left, right)
        return self.checked(left * right, left != 0 and right != 0)

    def div(self, above: Value, below: Value) -> Value:
        """The quotient, exact of whole numbers."""
        if isinstance(above, int) and isinstance(below, int):
            return _whole(Fraction(above, below))
        above, below = self.paired(above, below)
        return self.checked(_whole(above / below), above != 0 and not _infinite(below))

    def pow(self, base: Value, power: Value) -> Value:
        """The power, exact while it is rational and can be held."""
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
            raise OutOfDoublesError from error

    def root(self, degree: Value, number: Value) -> Value:
        """The root of a degree; the real one of a negative number if the degree is odd."""
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
        """The factorial."""
        if isinstance(number, int) and 0 <= number <= 3000:
            return math.factorial(number)
        if isinstance(number, complex) or number < 0:
            raise UndefinedError("the factorial of no natural number")
        if number > 170:
            raise OutOfDoublesError
        return math.gamma(float(number) + 1)

    def binom(self, above: Value, below: Value) -> Value:
        """The binomial coefficient."""
        if not (isinstance(above, int) and isinstance(below, int)):
            raise UndefinedError("a binomial of no whole numbers")
        if above < 0 or min(below, above - below) > 2000 or above.bit_length() > 64:
            raise TooBigError("a binomial too large")
        return math.comb(above, below) if below >= 0 else 0

    def abs(self, number: Value) -> Value:
        """The absolute value."""
        return abs(number)

    def log(self, number: Value, base: Value = None) -> Value:
        """The logarithm to a base, or to the one that a bare `log` means."""
        if base is None and not self.log_base:
            return self.function("ln", number)
        below = self.log_base if base is None else base
        if below == 10 and isinstance(number, int) and number > 0:
            return _whole(Fraction(math.log10(number)))
        return self.function("ln", number) / self.function("ln", below)

    def function(self, op: str, *args: Value) -> Value:
        """A function by its name."""
        if op in ("max", "min"):
            return (max if op == "max" else min)(args)
        if op in ("gcd", "lcm", "floor", "ceil", "erf", "gamma", "lg", "lb", "sign"):
            return real_function(op, args)
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
            raise OutOfDoublesError from error
        return self.checked(found, op == "exp")

    def paired(self, left: Value, right: Value) -> tuple[Value, Value]:
        """Both as rationals, or both as doubles."""
        if isinstance(left, int | Fraction) and isinstance(right, int | Fraction):
            if _bits(left) + _bits(right) > 2 * MAX_BITS:
                raise OutOfDoublesError
            return left, right
        return self.double(left), self.double(right)

    def double(self, number: Value) -> Value:
        """The value as a double."""
        if isinstance(number, float | complex):
            return number
        try:
            found = float(number)
        except OverflowError as error:
            raise OutOfDoublesError from error
        return self.checked(found, number != 0)

    def checked(self, found: Value, nonzero: bool) -> Value:
        """Refuse a double that lost its value by overflow or underflow."""
        if isinstance(found, complex):
            if cmath.isinf(found) or cmath.isnan(found):
                raise OutOfDoublesError
        elif isinstance(found, float) and ((found == 0 and nonzero) or math.isnan(found)):
            raise OutOfDoublesError
        return found


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


def real_function(op: str, args: tuple[Value, ...]) -> Value:
    """A function of real or whole numbers, by its name.

    >>> real_function("gcd", (12, 18))
    6
    """
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
