"""Which object grades this item? One registry: the entry-point group `metier.graders`.

A grader is found by name when it is first asked for, never at start-up. A plug-in is a class that takes the item's
policy as keyword arguments and is callable as a `Grader`; it needs no base class.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any, cast

from metier.errors import GraderError, nearest
from metier.grader import Grader
from metier.item import Item

GROUP = "metier.graders"


def grader_names() -> list[str]:
    """List the graders that are installed.

    >>> "exact" in grader_names()
    True
    """
    return sorted({point.name for point in entry_points(group=GROUP)})


def grader_for(item: Item) -> Grader:
    """Find the grader an item names, set up with the policy the item states.

    Raises:
        GraderError: No such grader, or a policy it does not know.

    >>> item = Item(prompt="1 / 3 =", reference="0.333", grader="number", policy={"relative": 0.01})
    >>> grader_for(item)(item, "about 0.3333").outcome.value
    'correct'
    """
    return _cached(item.grader, json.dumps(dict(item.policy), sort_keys=True))


def make_grader(name: str, policy: Mapping[str, Any]) -> Grader:
    """Make the named grader with a policy; `grader_for` for those who have no item yet.

    Raises:
        GraderError: No such grader, or a policy it does not know.

    >>> make_grader("exact", {"cas": "fold"})
    Traceback (most recent call last):
    metier.errors.GraderError: Grader 'exact' has no option 'cas'.
    Did you mean 'case'?
    """
    kind = _kind(name)
    known = [p for p in inspect.signature(kind).parameters if p != "self"]
    for option in policy:
        if option not in known:
            raise GraderError(f"Grader {name!r} has no option {option!r}.", hint=nearest(option, known))
    try:
        return cast(Grader, kind(**policy))
    except (TypeError, ValueError) as error:
        raise GraderError(f"Grader {name!r} cannot take the policy {dict(policy)!r}: {error}") from error


@lru_cache(maxsize=4096)
def _cached(name: str, policy: str) -> Grader:
    return make_grader(name, json.loads(policy))


@lru_cache(maxsize=64)
def _kind(name: str) -> Any:
    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        raise GraderError(f"No grader is called {name!r}.", hint=nearest(name, points))
    return points[name].load()
