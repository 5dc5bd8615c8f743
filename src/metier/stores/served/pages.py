"""How is a long list handed over page by page, so that no page costs more than another and none repeats?

A cursor says after which key the next page begins, so it holds across restarts and when entries come or go between two
pages. It is opaque to clients, and one that this module did not write is refused.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from metier.errors import InputError

T = TypeVar("T")
_MAX_CURSOR = 8192
_PREFIX = "m1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A part of a list, and the cursor of the next part; None at the end."""

    items: tuple[T, ...]
    next_cursor: str | None = None


def page(
    items: Sequence[T],
    keys: Sequence[str],
    cursor: str | None,
    *,
    size: int,
    weight: Callable[[T], int] = lambda _: 1,
    max_weight: int = 1 << 62,
) -> Page[T]:
    """Cut the page after a cursor.

    Args:
        items: The list, sorted by `keys`, which are unique.
        size: Items of a page at most.
        weight: What an item weighs; a page ends early when it grows past `max_weight`, but is never empty.

    Raises:
        InputError: The cursor is not one of ours.

    >>> first = page("abc", "abc", None, size=2)
    >>> first.items, page("abc", "abc", first.next_cursor, size=2).items
    (('a', 'b'), ('c',))
    """
    start = bisect.bisect_right(keys, after(cursor)) if cursor is not None else 0
    end, carried = start, 0
    while end < len(items) and end - start < size:
        carried += weight(items[end])
        if carried > max_weight and end > start:
            break
        end += 1
    more = end < len(items)
    return Page(items=tuple(items[start:end]), next_cursor=cursor_after(keys[end - 1]) if more else None)


def cursor_after(key: str) -> str:
    """Write the cursor of the page that begins after a key.

    >>> after(cursor_after("skill://a/SKILL.md"))
    'skill://a/SKILL.md'
    """
    return _PREFIX + base64.urlsafe_b64encode(json.dumps([key]).encode()).decode().rstrip("=")


def after(cursor: str) -> str:
    """Read a cursor.

    Raises:
        InputError: It is not one of ours.
    """
    try:
        if not cursor.startswith(_PREFIX) or len(cursor) > _MAX_CURSOR:
            raise ValueError
        text = cursor.removeprefix(_PREFIX).encode("ascii")
        value = json.loads(base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not (isinstance(value, list) and len(value) == 1 and isinstance(value[0], str)):
            raise ValueError
    except (ValueError, binascii.Error, RecursionError):
        raise InputError(
            f"The cursor {cursor[:60]!r} is not one that was given out here.", hint="Begin again without a cursor."
        ) from None
    return value[0]
