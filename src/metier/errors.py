"""Which boundary was crossed, and how do I get back?

    MetierError                 everything this package raises on purpose
    ├── InputError              something from outside is not what was expected
    │   ├── ConfigError         a metier.toml, an option, an environment variable
    │   ├── DocumentError       a paper page, a handbook, a record
    │   ├── PackageError        a SKILL.md package
    │   └── VerificationError   what a server sent is not what it promised; nothing of it is used
    ├── GraderError             a grader was configured so that it cannot grade
    ├── ClientError             a model could not be asked at all
    │   ├── EndpointError       the endpoint is down, refuses the key or does not know the model
    │   └── ReplayMiss          no record was made of this request
    ├── StoreError              the store could not keep or find something
    │   ├── NotStored           nothing under that name or digest
    │   ├── Conflict            the same name and version, but other content
    │   ├── StoreFull           the disk is full; nothing half-written is left
    │   └── CorruptStore        the database or a file does not hold what was written; it is kept as it is
    ├── NotApproved             the user did not agree to it; nothing was done
    ├── SandboxError            a sandbox cannot keep its promise here; nothing was run
    ├── SkillError              a skill may not do what was asked of it
    ├── GovernError             a skill may not be moved that way
    ├── StageError              a stage of the wheel could not finish
    └── MissingExtra            an optional library is not installed

A message is one sentence: what was expected, what came, where. The way out is attached with `add_note` and is printed
below the message. One bad item in a run is not an error: it is recorded on its `Attempt` and the run goes on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MetierError(Exception):
    """Everything this package raises on purpose.

    Args:
        message: One sentence: what was expected, what came, where.
        hint: The way out, kept as a note of the exception.

    >>> error = MetierError("Expected a folder, got 'x.txt'.", hint="Pass the folder that holds metier.toml.")
    >>> error.hint
    'Pass the folder that holds metier.toml.'
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        if hint:
            self.add_note(hint)

    @property
    def hint(self) -> str:
        """The way out, or an empty string."""
        return "\n".join(getattr(self, "__notes__", ()))


class InputError(MetierError):
    """Something from outside is not what was expected.

    `key` is the place inside the data where the fault is, outermost name first; empty when the whole is at fault.
    """

    key: tuple[str | int, ...] = ()


class ConfigError(InputError):
    """A metier.toml, an option or an environment variable is not what was expected."""


class DocumentError(InputError):
    """A document could not be read."""


class PackageError(InputError):
    """A SKILL.md package could not be read."""


class VerificationError(InputError):
    """What a server sent is not what it promised; nothing of it is used."""


class GraderError(MetierError):
    """A grader was configured so that it cannot grade."""


class ClientError(MetierError):
    """A model could not be asked at all."""


class EndpointError(ClientError):
    """The endpoint is down, refuses the key or does not know the model."""


class ReplayMiss(ClientError):
    """No record was made of this request."""


class StoreError(MetierError):
    """The store could not keep or find something."""


class NotStored(StoreError):
    """Nothing is stored under that name or digest."""


class Conflict(StoreError):
    """The same name and version are stored with other content."""


class StoreFull(StoreError):
    """The disk is full; nothing half-written is left behind."""


class CorruptStore(StoreError):
    """The database or a file does not hold what was written; it is kept as it is."""


class NotApproved(MetierError):
    """The user did not agree to it; nothing was done."""


class SandboxError(MetierError):
    """A sandbox cannot keep its promise on this machine; nothing was run."""


class SkillError(MetierError):
    """A skill may not do what was asked of it: change its state so, or recover what is trusted further than itself."""


class GovernError(MetierError):
    """A skill may not be moved that way: it lacks what the move takes."""


class StageError(MetierError):
    """A stage of the wheel could not finish."""


class MissingExtra(MetierError):
    """An optional library is not installed."""

    def __init__(self, library: str, *, extra: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs {library}, which is not installed.",
            hint=f"Install it with: pip install 'metier[{extra}]'",
        )


_LISTED = 8


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest the known name nearest to a mistyped one, as a sentence, or list what is known, at most eight.

    >>> nearest("evalute", ["evaluate", "update"])
    "Did you mean 'evaluate'?"
    >>> nearest("xyz", ["evaluate", "update"])
    "Known: 'evaluate', 'update'."
    >>> nearest("xyz", "abcdefghijkl")
    "Known: 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' and 4 more."
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"Known: {', '.join(map(repr, names[:_LISTED]))}{more}." if names else "None is known."
