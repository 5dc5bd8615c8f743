"""What does one step of a program say? The common form into which shell, Python and every other script is brought."""

from __future__ import annotations

import re
from typing import NamedTuple

NAME = re.compile(r"[A-Za-z_$][\w$]*")


class Statement(NamedTuple):
    """One step of a program, on one line, its quoting and splitting undone.

    Attributes:
        path, line: Where it begins.
        text: What it says.
        scope: The function it stands in, empty at the top.
        assigns: Names (of variables, functions for what they return, or files) that receive something.
        uses: Names that are read.
        parameters: The name of the function and its parameters, if this begins one.
        is_shell: It is a command line.
        is_live: It is run as it stands; an example in a document is not certain to be.
        is_mention: It is named in a sentence that is against it or about such things.
        language: The language as far as it is known.
    """

    path: str
    line: int
    text: str
    scope: str = ""
    assigns: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()
    parameters: tuple[str, ...] = ()
    is_shell: bool = False
    is_live: bool = True
    is_mention: bool = False
    language: str = ""
