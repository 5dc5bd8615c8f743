"""Does the answer match a pattern? The pattern is the item's reference."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import FrameType

from metier.attempt import Grade
from metier.item import Item

MAX_SEARCH_CHARS = 10_000
"""Python's `re` can take exponential time; patterns are the examiner's own, answers are not: length is bounded."""
MAX_SEARCH_S = 1.0
"""And so is the processor time of one search, where the system has timers: on Unix, in the main thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex:
    """Search the reply for the reference as a Python regular expression.

    Args:
        whole: The pattern must match the whole stripped reply.
        ignore_case: Letters match in either case.

    >>> Regex(whole=True)(Item(prompt="", reference=r"[ab]+"), " abba ").reason
    'matched'
    """

    whole: bool = False
    ignore_case: bool = False

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer: `matched`, `not_matched`, `no_answer`; unscored `too_long`, `too_slow`, `bad_reference`."""
        try:
            pattern = _compiled(item.reference, self.ignore_case)
        except (re.error, OverflowError, RecursionError) as error:
            return Grade.unscored("bad_reference", f"{item.reference[:80]!r} is not a pattern: {error}")
        if len(answer) > MAX_SEARCH_CHARS:
            return Grade.unscored("too_long", f"{len(answer)} characters, {MAX_SEARCH_CHARS} are searched")
        try:
            with _limited(MAX_SEARCH_S):
                found = pattern.fullmatch(answer.strip()) if self.whole else pattern.search(answer)
        except _TooSlow:
            return Grade.unscored("too_slow", f"{item.reference[:80]!r} searched for more than {MAX_SEARCH_S} s")
        if found:
            return Grade.correct("matched", repr(found[0][:200]))
        if not answer.strip():
            return Grade.incorrect("no_answer")
        return Grade.incorrect("not_matched", f"{answer[:200]!r} against {item.reference[:200]!r}")


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE if ignore_case else 0)


class _TooSlow(Exception):
    """The search used up its time."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise _TooSlow in the body after so much processor time; `re` looks for signals while it searches.

    The timer counts processor time of this process, so that a busy machine does not change a grade.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise _TooSlow
