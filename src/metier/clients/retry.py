"""After how long is it worth asking again? Full jitter under an exponential bound, and what `Retry-After` says.

Knows neither requests nor connections: numbers in, seconds out.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a request may take, and how often it is tried.

    Attributes:
        timeout_s: The longest silence of the endpoint within one try.
        connect_timeout_s: The longest wait for a connection.
        total_timeout_s: The longest that one request may take, with all its tries and waits.
        max_retries: How often it is tried again.
        backoff_s: Upper bound of the first wait between tries.
        max_wait_s: No wait is longer, whatever the endpoint asks for.
        seed: Seeds the jitter.
    """

    timeout_s: float = 60.0
    connect_timeout_s: float = 10.0
    total_timeout_s: float = 600.0
    max_retries: int = 5
    backoff_s: float = 0.5
    max_wait_s: float = 60.0
    seed: int = 0

    def wait_s(self, tries: int, *, chance: random.Random, retry_after_s: float = 0.0) -> float:
        """Choose the seconds to wait after a try that failed.

        uniform(0, min(max_wait_s, backoff_s · 2^(tries - 1))), the "full jitter" of
        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, on top of what the endpoint asked
        for: many requests that are told the same second do not come back together.

        Args:
            tries: How often it was tried; 1 after the first failure.
            chance: A seeded source of randomness.
            retry_after_s: What the endpoint asked for.

        >>> Patience(backoff_s=1.0).wait_s(1, chance=random.Random(0), retry_after_s=2.0)
        2.8444218515250483
        >>> Patience(max_wait_s=60.0).wait_s(9, chance=random.Random(0), retry_after_s=3600.0)
        60.0
        """
        bound = min(self.max_wait_s, self.backoff_s * 2.0 ** min(tries - 1, 63))
        return min(self.max_wait_s, retry_after_s + chance.uniform(0.0, bound))


def parse_retry_after(value: str, *, now: datetime | None = None) -> float:
    """Read the seconds out of a `Retry-After` header: a number, or an HTTP date. What cannot be read is 0.

    >>> parse_retry_after("1.5")
    1.5
    >>> parse_retry_after("Wed, 21 Oct 2026 07:28:10 GMT", now=datetime(2026, 10, 21, 7, 28, tzinfo=UTC))
    10.0
    >>> parse_retry_after("soon")
    0.0
    """
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now or datetime.now(UTC))
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _seconds_until(date: str, now: datetime) -> float:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return 0.0
    # RFC 9110 dates are in GMT; one without a zone is read so.
    return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now.timestamp()
