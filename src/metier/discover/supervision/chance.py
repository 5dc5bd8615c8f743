"""Which chance does a thing get? One that follows from a seed and what the thing is, not from when its turn comes."""

from __future__ import annotations

import hashlib


def chance(seed: int, *parts: str) -> float:
    """Draw a number in [0, 1), uniform over `parts`; the same for the same seed and parts on every machine.

    >>> 0 <= chance(0, "a sentence") == chance(0, "a sentence") < 1
    True
    >>> chance(0, "a sentence") == chance(1, "a sentence")
    False
    """
    name = "\0".join((str(seed), *parts)).encode("utf-8", "surrogatepass")
    return (int.from_bytes(hashlib.blake2b(name, digest_size=8).digest()) >> 11) / 2**53
