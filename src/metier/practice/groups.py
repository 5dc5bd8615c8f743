"""Which functions are practised in composition, which are held out from it, and which only show what it looks like?"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from metier.errors import InputError, nearest
from metier.practice.strings import FUNCTIONS

# Of fifteen functions five are practised, four held out, six shown: every family is dealt to every group.
_DEAL = (
    "shown", "practised", "held_out", "shown", "practised", "shown", "practised", "held_out",
    "shown", "practised", "held_out", "shown", "practised", "held_out", "shown",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Three disjoint groups of function names. All are learnt as atomic skills.

    Attributes:
        practised: Composed in practice.
        held_out: Never composed before the exam.
        shown: Composed in what the base policy learns from, never in practice.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    practised: tuple[str, ...]
    held_out: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every function of the three groups."""
        return self.practised + self.held_out + self.shown


def split(names: Iterable[str], *, seed: int) -> Groups:
    """Deal functions to the three groups, family by family, in an order that the seed decides.

    The result does not depend on the order of the names.

    Raises:
        InputError: A name is unknown.

    >>> groups = split(FUNCTIONS, seed=0)
    >>> len(groups.practised), len(groups.held_out), len(groups.shown)
    (10, 8, 12)
    """
    known = sorted(set(names))
    for name in known:
        if name not in FUNCTIONS:
            raise InputError(f"Expected the name of a string function, got {name!r}.", hint=nearest(name, FUNCTIONS))
    rng = random.Random(f"split/{seed}")
    rng.shuffle(known)
    dealt: dict[str, list[str]] = {"practised": [], "held_out": [], "shown": []}
    for place, name in enumerate(sorted(known, key=lambda name: FUNCTIONS[name].family)):
        dealt[_DEAL[place % len(_DEAL)]].append(name)
    return Groups(**{group: tuple(sorted(members)) for group, members in dealt.items()})
