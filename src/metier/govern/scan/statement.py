"""What does one step of a program say? The common form into which shell, Python and every other script is brought."""

from __future__ import annotations

from typing import NamedTuple

from metier.govern.scan.variables import assigned, used

MAX_LENGTH = 20_000
"""So much of a statement is read: its beginning and its end."""


class Statement(NamedTuple):
    """One step of a program, on one line, its quoting and splitting undone.

    Attributes:
        path, line: Where it begins.
        text: What it says.
        scope: The function it stands in, empty at the top.
        written: Names (of variables, functions for what they return, or files) that receive something; none for what
            the text of a script says.
        read: Names that are read; none for what the text of a script says.
        parameters: The name of the function and its parameters, if this begins one.
        is_shell: It is a command line.
        is_live: It is run as it stands; an example in a document is not certain to be.
        is_mention: It is named in a sentence that is against it or about such things.
        language: The language as far as it is known.
        is_shown: A document names it, and does not tell to run it.
        was: What it said before it was folded.
    """

    path: str
    line: int
    text: str
    scope: str = ""
    written: tuple[str, ...] | None = None
    read: frozenset[str] | None = None
    parameters: tuple[str, ...] = ()
    is_shell: bool = False
    is_live: bool = True
    is_mention: bool = False
    language: str = ""
    is_shown: bool = False
    was: str = ""

    @property
    def assigns(self) -> tuple[str, ...]:
        """The names that receive something; looked for where somebody asks, which is seldom."""
        if self.written is not None:
            return self.written
        if not self.was:
            return assigned(self.text, self.scope)
        said = self.text.removesuffix(f" # {self.was}")
        return tuple(dict.fromkeys((*assigned(self.was, self.scope), *assigned(said, ""))))

    @property
    def uses(self) -> frozenset[str]:
        """The names that are read."""
        return used(self.text) if self.read is None else self.read
