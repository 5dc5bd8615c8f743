"""Does a checker program accept the answer?

The checker belongs to the examiner and is trusted; the answer is only ever its argument and is never executed here.
(Program *answers* run in the sandbox of a later floor, not in this process.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from metier.attempt import Grade
from metier.errors import GraderError
from metier.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Call a function that knows when an answer is right, for questions with more than one right answer.

    The module is imported from this machine, so an exam of strangers that uses this grader is to be read first.

    Args:
        check: `package.module:function`, called as `function(item, answer)`; it returns True, False, a score between
            0 and 1, None for "could not tell", or a whole `Grade`.

    Raises:
        GraderError: There is no such function.

    >>> grader = Program(check="metier.graders.program:is_permutation")
    >>> grader(Item(prompt="Any order of abc:", reference="abc"), "cab").outcome.value
    'correct'
    """

    check: str

    def __post_init__(self) -> None:
        _function(self.check)

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer: `accepted`, `refused`, `partly`, `could_not_tell` or `checker_failed`."""
        try:
            said = _function(self.check)(item, answer)
            if isinstance(said, Grade):
                return said
            if said is None:
                return Grade.unscored("could_not_tell", self.check)
            score = float(said)
        except Exception as error:
            return Grade.unscored("checker_failed", f"{self.check}: {type(error).__name__}: {error}"[:400])
        if not 0.0 <= score <= 1.0:
            return Grade.unscored("checker_failed", f"{self.check} gave {score!r}, which is no score between 0 and 1")
        if score == 1.0:
            return Grade.correct("accepted", self.check)
        return Grade.incorrect("partly" if score else "refused", self.check, score=score)


def is_permutation(item: Item, answer: str) -> bool:
    """Accept any order of the reference's letters.

    >>> is_permutation(Item(prompt="", reference="aab"), "aba")
    True
    """
    return sorted(answer.strip()) == sorted(item.reference.strip())


@lru_cache(maxsize=256)
def _function(check: str) -> Callable[[Item, str], Any]:
    module, _, name = check.partition(":")
    try:
        function = getattr(import_module(module), name)
    except Exception as error:  # whatever the module does when it is imported
        raise GraderError(
            f"No checker {check!r}: {type(error).__name__}: {error}.",
            hint="Name it as 'package.module:function', importable from here.",
        ) from error
    if not callable(function):
        raise GraderError(f"The checker {check!r} is a {type(function).__name__}, not a function.")
    return function  # type: ignore[no-any-return]
