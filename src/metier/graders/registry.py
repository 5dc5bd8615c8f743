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

from metier.errors import GraderError, MetierError, nearest
from metier.grader import Grader
from metier.item import Item

GROUP = "metier.graders"
_PLAIN: dict[str, tuple[type, ...]] = {"str": (str,), "bool": (bool,), "int": (int,), "float": (int, float)}


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
    try:
        policy = json.dumps(dict(item.policy), sort_keys=True)
    except (TypeError, ValueError) as error:
        raise GraderError(
            f"Expected the policy of grader {item.grader!r} as plain data, got {item.policy!r}."
        ) from error
    return _cached(item.grader, policy)


def make_grader(name: str, policy: Mapping[str, Any]) -> Grader:
    """Make the named grader with a policy; `grader_for` for those who have no item yet.

    Raises:
        GraderError: No such grader, or a policy it does not know.

    >>> make_grader("exact", {"cas": "fold"})
    Traceback (most recent call last):
    metier.errors.GraderError: Grader 'exact' has no option 'cas'.
    Did you mean 'case'?
    """
    if not isinstance(policy, Mapping):
        raise GraderError(f"Expected the policy of grader {name!r} as options by name, got {policy!r}.")
    kind = _kind(name)
    known = inspect.signature(kind).parameters
    is_open = any(parameter.kind == parameter.VAR_KEYWORD for parameter in known.values())
    for option, value in policy.items():
        if option in known:
            _check_plain(name, known[option], value)
        elif not is_open:
            raise GraderError(f"Grader {name!r} has no option {option!r}.", hint=nearest(str(option), known))
    try:
        made = kind(**policy)
    except MetierError:
        raise
    except Exception as error:  # a plug-in raises what it likes
        raise GraderError(f"Grader {name!r} cannot take the policy {dict(policy)!r}: {error}.") from error
    if not callable(made):
        raise GraderError(f"Expected grader {name!r} to be callable with an item and an answer, got {made!r}.")
    return cast(Grader, made)


def _check_plain(name: str, parameter: inspect.Parameter, value: object) -> None:
    """Refuse an option whose type is plainly wrong; a grader that took it would fail on its first answer."""
    wanted = getattr(parameter.annotation, "__name__", str(parameter.annotation))
    fits = _PLAIN.get(wanted)
    if fits and (not isinstance(value, fits) or (isinstance(value, bool) and wanted != "bool")):
        raise GraderError(f"Expected the option {parameter.name!r} of grader {name!r} as {wanted}, got {value!r}.")


@lru_cache(maxsize=4096)
def _cached(name: str, policy: str) -> Grader:
    return make_grader(name, json.loads(policy))


@lru_cache(maxsize=64)
def _kind(name: str) -> Any:
    points = {point.value: point for point in entry_points(group=GROUP) if point.name == name}
    if not points:
        raise GraderError(f"No grader is called {name!r}.", hint=nearest(str(name), grader_names()))
    if len(points) > 1:
        raise GraderError(
            f"Several packages offer a grader called {name!r}: {', '.join(sorted(points))}.",
            hint="Remove all but one: which of them graded would depend on the order of installation.",
        )
    (point,) = points.values()
    try:
        return point.load()
    except Exception as error:
        raise GraderError(f"Grader {name!r} cannot be loaded from {point.value!r}: {error}.") from error
