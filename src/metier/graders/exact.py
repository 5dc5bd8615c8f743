"""Is the answer the same string?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metier.attempt import Grade
from metier.graders.answer import MAX_ANSWER_CHARS, after_last
from metier.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """Compare with the reference as strings.

    Args:
        after: Compare only what follows the last occurrence of this marker. A reply without it has not answered in the
            form asked for: it is incorrect, with the reason `no_marker`.
        case: `exact`, or `fold` to ignore case.
        space: `strip` ends (default), `fold` runs of white space to one blank, or `exact`.

    >>> Exact(after=":")(Item(prompt="", reference="abc"), "reverse:cba sort:abc").reason
    'same'
    """

    after: str = ""
    case: Literal["exact", "fold"] = "exact"
    space: Literal["strip", "fold", "exact"] = "strip"

    def __post_init__(self) -> None:
        _one_of("case", self.case, ("exact", "fold"))
        _one_of("space", self.space, ("strip", "fold", "exact"))

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer: `same`, `different`, `no_answer`, `no_marker` or `too_long`."""
        if len(answer) > MAX_ANSWER_CHARS:
            return Grade.incorrect("too_long", f"{len(answer)} characters")
        said: str | None = answer
        if self.after:
            said = after_last(answer, self.after)
            if said is None:
                return Grade.incorrect("no_marker", f"no {self.after!r} in {answer[:80]!r}")
        said, wanted = self._normal(said or ""), self._normal(item.reference)
        if said == wanted:
            return Grade.correct("same", repr(said[:200]))
        if not said.strip():
            return Grade.incorrect("no_answer")
        return Grade.incorrect("different", f"{said[:200]!r} is not {wanted[:200]!r}")

    def _normal(self, text: str) -> str:
        if self.space == "strip":
            text = text.strip()
        elif self.space == "fold":
            text = " ".join(text.split())
        return text.casefold() if self.case == "fold" else text


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}")
