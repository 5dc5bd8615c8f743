"""What does a sum or a product of infinitely many terms come to? Extrapolated twice, and trusted only if sure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from metier.graders.ladder.doubles import UndefinedError

_DIRECT = 150
_LEVIN = 30

_AGREE = 1e-12
_FAR = (64, 128, 256)
"""Where a series must be seen to die out: a(n) n must fall from each to the next, which 1/n and 1/(n ln n) do not."""


def endless(mp: Any, term: Callable[[Any], Any], low: int, *, product: bool = False) -> Any:
    """The sum or product of `term(low), term(low + 1), …`.

    Args:
        mp: The mpmath context to compute in, of 50 digits.
        term: The term at a whole number.
        low: The first number.
        product: Multiply instead of adding.

    Raises:
        UndefinedError: It diverges, or the value is not sure to twelve digits.

    >>> from mpmath import mp
    >>> mp.dps = 50
    >>> float(endless(mp, lambda n: 1 / n**2, 1))
    1.6449340668482264
    >>> endless(mp, lambda n: 1 / n, 1)
    Traceback (most recent call last):
    metier.graders.ladder.doubles.UndefinedError: a series that is not seen to converge
    """
    known: dict[int, Any] = {}

    def at(number: Any) -> Any:
        place = int(number)
        if place not in known:
            known[place] = mp.log(term(mp.mpf(place))) if product else term(mp.mpf(place))
        return known[place]

    _dies_out(mp, at, low)
    found = _added(mp, at, low)
    if found is None:
        found, other = (_extrapolated(mp, at, low, shift) for shift in (0, 7))
        if not abs(found - other) <= _AGREE * max(1, abs(found)):
            raise UndefinedError("a series that does not settle")
    return mp.exp(found) if product else found


def _dies_out(mp: Any, at: Callable[[Any], Any], low: int) -> None:
    """Refuse a series whose terms do not fall faster than 1/n, unless they alternate and fall."""
    far = [at(low + place) for place in _FAR]
    sizes = [abs(number) * place for number, place in zip(far, _FAR, strict=True)]
    if sizes[1] <= 0.75 * sizes[0] and sizes[2] <= 0.75 * sizes[1]:
        return
    tail = [at(low + place) for place in range(_FAR[0], _FAR[0] + 9)]
    alternates = all(one * other < 0 and abs(other) < abs(one) for one, other in pairwise(tail))
    if not (alternates and abs(far[2]) < 0.9 * abs(far[0])):
        raise UndefinedError("a series that is not seen to converge")


def _added(mp: Any, at: Callable[[Any], Any], low: int) -> Any:
    """The sum of terms that fall fast, or None."""
    total, quiet = mp.mpf(0), 0
    for place in range(_DIRECT):
        term = at(low + place)
        total += term
        quiet = quiet + 1 if abs(term) <= mp.mpf(10) ** -30 * abs(total) else 0
        if quiet == 3:
            return total
    return None


def _extrapolated(mp: Any, at: Callable[[Any], Any], low: int, shift: int) -> Any:
    """The sum by Levin's u-transform (1973), behind `shift` terms."""
    head = mp.fsum(at(low + place) for place in range(shift))
    found, _ = mp.levin(variant="u").update([at(low + shift + place) for place in range(_LEVIN)])
    return head + found
