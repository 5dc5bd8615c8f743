"""Does a number or a span of time stand manyfold above or below what it was, where somebody relies on it?

How long a token opens, how many guesses a lock allows, how long a trail is kept, how many have to agree. A few percent
are nobody's affair, and neither is a number that was tightened.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_SPAN = re.compile(
    r"(?P<number>\d[\d_]*(?:\.\d+)?)(?P<times>(?:\s?\*\s?\d[\d_]*){0,4})\s?(?P<unit>ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?|y|years?)?",
    re.I,
)
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 2592000, "y": 31536000}
_MANYFOLD = 10


def _words(said: str) -> frozenset[str]:
    return frozenset(said.split())


_OPENS = _words(
    "token session jwt cookie link invite invitation password credential login otp reset ticket certificate"
)
_LASTS = _words(
    "ttl lifetime life expiry expiration expire age validity valid duration timeout idle second minute hour day"
)
_TRIED = _words("attempt try guess failure")
_AT_A_LOCK = _words("lock lockout login password pin otp passcode auth unlock ban signin mfa")
_LOCKS = _words("lock lockout ban cooldown suspension")
_TIME = _words("second minute hour day duration time period window")
_KEEPS = _words("retention retain")
_TRAIL = _words("audit log backup record evidence trail snapshot event")
_VOICES = _words("quorum approver reviewer signer signatory signature witness vote")
_AT_LEAST = _words("min minimum required require need needed least threshold quorum")
_ELSEWHERE = _words("cache retry retries http connect request poll keepalive animation upvote")


def is_far_looser(parts: Collection[str], old: str, new: str) -> bool:
    """Tell whether a value lets in manyfold what it did, or keeps a small part of it.

    Args:
        parts: The words of the names that it stands under, in the singular and small letters.

    >>> is_far_looser({"access", "token", "ttl"}, "15m", "15d"), is_far_looser({"access", "token", "ttl"}, "15d", "15m")
    (True, False)
    >>> is_far_looser({"retention", "day"}, "730", "7"), is_far_looser({"cache", "ttl"}, "15m", "15d")
    (True, False)
    """
    told = frozenset(parts)
    was, now = seconds(old), seconds(new)
    if not was or now is None or was == now or told & _ELSEWHERE:
        return False
    if told & _VOICES and told & _AT_LEAST:
        return now < was
    is_raised, is_cut = now >= _MANYFOLD * was, _MANYFOLD * now <= was
    if (told & _OPENS and told & _LASTS) or (told & _TRIED and told & _AT_A_LOCK):
        return is_raised
    is_kept = told & _KEEPS or ("keep" in told and told & _TRAIL)
    return bool(is_cut and (is_kept or (told & _LOCKS and told & _TIME)))


def seconds(value: str) -> float | None:
    """A span of time in seconds, or a number as it is; nothing where a value is neither.

    >>> seconds("15m"), seconds("12 * 3600"), seconds("3 days"), seconds("soon")
    (900.0, 43200.0, 259200.0, None)
    """
    found = _SPAN.fullmatch(value.strip())
    if found is None:
        return None
    span = float(found["number"].replace("_", ""))
    for factor in re.findall(r"\d[\d_]*", found["times"]):
        span *= int(factor.replace("_", ""))
    unit = (found["unit"] or "").lower()
    key = unit if unit == "ms" else "mo" if unit.startswith("mo") else unit[:1]
    return span * _SECONDS.get(key, 1)
