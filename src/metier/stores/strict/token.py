"""What is one token of a frontmatter, with its comments? The scanner makes them, the parser takes them."""

from __future__ import annotations

from typing import Any

from metier.stores.strict.marks import StrictYamlCrash


class Token:
    """A token: its kind as ruamel.yaml names it, where it lies, what it says, and the comments that were tied to it."""

    __slots__ = ("comment", "end", "kind", "plain", "start", "style", "value")

    def __init__(self, kind: str, start: int, end: int, value: Any = None, style: str = "") -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.value = value
        self.style = style
        self.comment: list[Any] | None = None

    def add_post_comment(self, comment: Any) -> None:
        """Tie on a comment that follows."""
        self.comment = self.comment or [None, None]
        self.comment[0] = comment

    def add_pre_comments(self, comments: list[Any]) -> None:
        """Tie on the comments that come before."""
        self.comment = self.comment or [None, None]
        if self.comment[1] is not None:
            raise StrictYamlCrash("AssertionError: ")
        self.comment[1] = comments

    def move_comment(self, target: Token, *, empty: bool = False) -> None:
        """Hand the comments on to the token that follows."""
        mine = self.comment
        if mine is None or target.kind in ("<stream end>", "<document start>"):
            return
        self.comment = None
        theirs = target.comment
        if theirs is None:
            target.comment = [mine[0], mine[1], None, None, mine[0]] if empty else mine
            return
        if (mine[0] and theirs[0]) or (mine[1] and theirs[1]):
            raise StrictYamlCrash("NotImplementedError: overlap in comment")
        theirs[0] = mine[0] or theirs[0]
        theirs[1] = mine[1] or theirs[1]

    def split_comment(self) -> list[Any] | None:
        """Take off the comment that follows."""
        comment = self.comment
        if comment is None or comment[0] is None:
            return None
        if comment[1] is None:
            self.comment = None
        return [comment[0], None]
