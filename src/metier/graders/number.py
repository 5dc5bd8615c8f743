"""Is the number right, by the tolerance this item states?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext

from metier.attempt import Grade
from metier.graders.answer import MAX_ANSWER_CHARS, after_last, stated
from metier.item import Item

_NUMBER = re.compile(
    r"(?<![\w.])[+\-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)?\.?\d+"
    r"(?:\s*(?:[eE]|(?:\\times|\\cdot|[x×*·])\s*10\s*(?:\^|\*\*))\s*\{?\s*[+\-\u2212]?\d{1,4}\s*\}?)?"
    r"(?:\s*/\s*\d+(?:\.\d+)?)?(?![\w])(?!\.\d)"
)
_POWER = re.compile(r"\s*(?:[eE]|(?:\\times|\\cdot|[x×*·])\s*10\s*(?:\^|\*\*))\s*\{?\s*([+\-]?\d{1,4})\s*\}?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Compare with the reference as numbers. A tolerance holds if any stated one does; with none, values are equal.

    Args:
        relative: |answer − reference| ≤ relative · |reference|.
        absolute: |answer − reference| ≤ absolute.
        significant: Both round, half to even, to the same number of significant digits.
        after: Read only what follows the last occurrence of this marker.
        percent: Whether `50 %` means 0.5 (default) or, with False, 50.

    The number read is the one in `\\boxed{…}` or after "answer is", else the last one in the reply. Thousands commas,
    the true minus sign, `3.2e-19`, `3.2 × 10^{-19}` and fractions are read.

    >>> item = Item(prompt="", reference="1234")
    >>> Number(significant=2)(item, "1.2 × 10^3").reason
    'within_tolerance'
    >>> Number()(item, "I cannot tell.").outcome.value
    'unscored'
    """

    relative: float = 0.0
    absolute: float = 0.0
    significant: int = 0
    after: str = ""
    percent: bool = True

    def __post_init__(self) -> None:
        if not (0 <= self.relative < 1 and 0 <= self.absolute < float("inf") and 0 <= self.significant <= 28):
            raise ValueError("expected 0 ≤ relative < 1, a finite absolute ≥ 0 and 0 ≤ significant ≤ 28")

    def __call__(self, item: Item, answer: str) -> Grade:
        """Grade one answer: `same`, `within_tolerance`, `different`, `no_answer`, `no_number` or `bad_reference`."""
        wanted = self._read(item.reference)
        if wanted is None:
            return Grade.unscored("bad_reference", f"no number in the reference {item.reference[:80]!r}")
        if len(answer) > MAX_ANSWER_CHARS:
            return Grade.incorrect("too_long", f"{len(answer)} characters")
        if not answer.strip():
            return Grade.incorrect("no_answer")
        said = self._read(answer)
        if said is None:
            return Grade.unscored("no_number", repr(answer[:200]))
        if said == wanted:
            return Grade.correct("same", str(said))
        evidence = f"{said} against {wanted}"
        return (
            Grade.correct("within_tolerance", evidence)
            if self._near(said, wanted)
            else Grade.incorrect("different", evidence)
        )

    def _near(self, said: Decimal, wanted: Decimal) -> bool:
        with localcontext() as context:
            context.prec = 60
            distance = abs(said - wanted)
            if distance <= Decimal(repr(self.relative)) * abs(wanted) or distance <= Decimal(repr(self.absolute)):
                return True
        if not self.significant:
            return False
        with localcontext() as context:
            context.prec = self.significant
            return +said == +wanted

    def _read(self, text: str) -> Decimal | None:
        if self.after:
            text = after_last(text, self.after) or ""
        place = stated(text)
        for candidate in (place, text) if place is not None else (text,):
            found = list(_NUMBER.finditer(candidate))
            if found:
                last = found[0] if candidate is place else found[-1]
                value = _value(last[0])
                percent = candidate[last.end() :].lstrip(" \\").startswith("%")
                return value / 100 if value is not None and percent and self.percent else value
        return None


def _value(text: str) -> Decimal | None:
    """Read one matched number. None when a denominator is zero or the size is past what Decimal holds."""
    text = text.replace("\u2212", "-").replace(",", "")
    if "/" in text:
        above, below = (_value(part.strip()) for part in text.split("/", 1))
        return above / below if above is not None and below else None
    power = _POWER.search(text)
    exponent = int(power[1]) if power else 0
    try:
        return Decimal(text[: power.start()] if power else text).scaleb(exponent)
    except (InvalidOperation, OverflowError):
        return None
