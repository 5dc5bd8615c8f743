"""What is a formula worth? Its value with given names: exact while it is rational, then doubles, then mpmath.

Doubles come first because they are cheap; numbers too large or too small for them are read again with 50 digits and
open exponents. What would take long (`9^9^9^9`) is refused before it is tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from metier.graders.ladder.doubles import Doubles, OutOfDoublesError, TooBigError, UndefinedError, Value
from metier.graders.ladder.precise import Precise
from metier.graders.ladder.tree import Node


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

    >>> from metier.graders.ladder.tree import Apply, Literal
    >>> value(Apply("fact", (Literal(5),)))
    120
    """
    try:
        if not precise:
            try:
                return Doubles(names or {}, log_base).of(node)
            except OutOfDoublesError:
                pass
        return Precise(names or {}, log_base).of(node)
    except (ZeroDivisionError, ValueError, TypeError, RecursionError, KeyError) as error:
        raise UndefinedError(str(error)[:100]) from error
    except (OverflowError, MemoryError) as error:
        raise TooBigError(str(error)[:100]) from error


def as_float(number: Value) -> float | complex:
    """A value as a double, 0 or infinite if it is too small or large for one.

    >>> as_float(3)
    3.0
    """
    if isinstance(number, float | complex):
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    except TypeError:
        return complex(number)
