"""How is a person asked whether a script may run, when the server keeps no session?

The question goes to the client and comes back with the answer and a token. The token is made by this process, names
the very call and bytes that were asked about, runs out, and is taken once; so an answer to one question is none to
another, and an answer to a question that was never asked is none.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

_LASTS_S = 300
_MAX_SPENT = 10_000


class Tokens:
    """Makes and takes tokens.

    Args:
        now: Seconds of any clock that does not go back.

    >>> tokens = Tokens()
    >>> token = tokens.make("sha256:1")
    >>> tokens.take(token, "sha256:2"), tokens.take(token, "sha256:1"), tokens.take(token, "sha256:1")
    (False, True, False)
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._key, self._now = secrets.token_bytes(32), now
        self._spent: OrderedDict[str, None] = OrderedDict()

    def make(self, bound_to: str) -> str:
        """Make the token of a question about a call."""
        head = f"{secrets.token_hex(16)}.{int(self._now()) + _LASTS_S}"
        return f"{head}.{self._sign(head, bound_to)}"

    def take(self, token: str, bound_to: str) -> bool:
        """Whether this answers a question that was asked about this call, lately, and was not answered yet."""
        head, _, mac = token.rpartition(".")
        if not hmac.compare_digest(mac.encode(), self._sign(head, bound_to).encode()) or head in self._spent:
            return False
        self._spent[head] = None
        if len(self._spent) > _MAX_SPENT:
            self._spent.popitem(last=False)
        return self._now() <= int(head.rpartition(".")[2])

    def _sign(self, head: str, bound_to: str) -> str:
        return hmac.new(self._key, f"{head}|{bound_to}".encode(), hashlib.sha256).hexdigest()
