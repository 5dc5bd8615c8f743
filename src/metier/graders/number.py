"""Is the number right, by the tolerance this item states?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext

from metier.attempt import Grade
from metier.graders.answer import MAX_ANSWER_CHARS, after_last, boxed, said
from metier.item import Item

# Every repeat is possessive: hostile text is read in linear time. Digits are any that Unicode calls decimal.
_SIZE = r"(?:(?:(?!0)\d{1,3}(?:(?:,|\{,\}|\\,|[\u00a0\u2009\u202f])\d{3})++|\d++)(?:\.\d++|\.(?=[eE][-+]?\d))?|\.\d++)"
_NUMBER = re.compile(
    rf"""
    (?<![\w.^±]) (?<![\w.^±][-+−–])        # not inside a word, a version, an exponent, a unit (mol-1), an error bar
    (?<!\d[,:/]) (?<!\d\*\*)               # not inside a list, a time, a date, a power
    (?<![\^_]\{{) (?<![\^_]\{{[-+−]) (?<!\^\ ) (?<!\\pm) (?<!\\pm\ ) (?<!±\ )
    (?<!frac\{{) (?<!\}}\{{) (?<!sqrt[{{(]) (?<!√)
    (?<![\w)]\ [-+−–*/×·]\ )               # not the second part of a sum
    (?P<sign>[-+−]?)
    (?: (?:(?P<factor>{_SIZE})\s*+(?:\\times|\\cdot|[x×*·⋅])\s*+)?
        10\s*+(?:(?:\^|\*\*)\s*+\{{?+\s*+(?P<power>[-+−]?\d++)(?:\s*+\}})?+|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]++))
      | (?P<size>{_SIZE})(?:\s*+[eE](?P<exponent>[-+−]?\d++))?+(?:\s*+/\s*+(?P<below>\d++(?:\.\d++)?+))?+
    )
    (?P<percent>\s*+\\?+(?:%|(?i:per\ ?cent\b)))?+
    (?! \w | [.,:/]\d | [-+−–*×·]\d | \*\*\d | \ [-+−–*/×·]\ \d | \s?\^\s?[{{(]?\s?[-+−]?\w
      | \s*+(?:\\(?:pi|sqrt|[dt]?frac|ln|log|exp|sin|cos|tan)(?![A-Za-z])|[√π]) )
    """,
    re.VERBOSE,
)
_FRACTION = re.compile(r"(?<![\w}])\\[dt]?frac\s*+\{\s*+(\d++(?:\.\d++)?+)\s*+\}\s*+\{\s*+(\d++(?:\.\d++)?+)\s*+\}")
_SHORT_FRACTION = re.compile(r"(?<![\w}])\\[dt]?frac\s*+(\d)\s*+(\d)")
_FORMULA = re.compile(
    r"\\(?:[dt]?frac|sqrt|pi|ln|log|exp|(?:arc)?(?:sin|cos|tan)h?|binom)(?![A-Za-z])|[√π]"
    r"|\b(?:sqrt|ln|log|exp|(?:arc)?(?:sin|cos|tan)h?)\("
)
_RAISED = str.maketrans("−⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-+-0123456789")
_SEPARATORS = re.compile(r"[^\d.]++")
_MAX_EXPONENT_CHARS = 7
_CONTEXT = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Compare with the reference as numbers. A tolerance holds if any stated one does; with none, values are equal.

    Args:
        relative: |answer − reference| ≤ relative · |reference|.
        absolute: |answer − reference| ≤ absolute.
        significant: Both round, half to even, to the same number of significant digits.
        after: Read only what follows the last occurrence of this marker; the reference is read whole.
        percent: Whether `50 %` means 0.5 (default) or, with False, 50.

    The number read is the one in `\\boxed{…}`, else the first after "answer is", else the last one in the reply.
    Thousands commas, the true minus sign, `3.2e-19`, `3.2 × 10^{-19}`, `10⁵` and fractions are read. Digits that are
    part of something else are not: versions, dates, times, indices, exponents of units, error bars, sums, formulas.

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
        """Grade one answer.

        `same`, `within_tolerance`, `different`, `no_answer`, `no_marker` and `too_long` are scored; `no_number`,
        `ambiguous` (several numbers in the box), `formula` and `bad_reference` are not.
        """
        with localcontext(_CONTEXT):
            wanted = self._read(item.reference)
            if not isinstance(wanted, Decimal):
                return Grade.unscored("bad_reference", f"no number in the reference {item.reference[:80]!r}")
            if len(answer) > MAX_ANSWER_CHARS:
                return Grade.incorrect("too_long", f"{len(answer)} characters")
            text = after_last(answer, self.after) if self.after else answer
            if text is None:
                return Grade.incorrect("no_marker", f"no {self.after!r} in {answer[:80]!r}")
            if not text.strip():
                return Grade.incorrect("no_answer")
            read = self._read(text)
            if not isinstance(read, Decimal):
                return Grade.incorrect(read) if read == "no_answer" else Grade.unscored(read, repr(answer[:200]))
            if read == wanted:
                return Grade.correct("same", str(+read))
            evidence = f"{+read} against {+wanted}"
            if self._near(read, wanted):
                return Grade.correct("within_tolerance", evidence)
            return Grade.incorrect("different", evidence)

    def _near(self, read: Decimal, wanted: Decimal) -> bool:
        distance = abs(read - wanted)
        if distance <= Decimal(repr(self.relative)) * abs(wanted) or distance <= Decimal(repr(self.absolute)):
            return True
        if not self.significant:
            return False
        rounding = Context(prec=self.significant, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
        return rounding.plus(read) == rounding.plus(wanted)

    def _read(self, text: str) -> Decimal | str:
        """The number that a text gives as its answer, or why there is none."""
        inside = boxed(text)
        if inside is not None:
            return self._only(inside)
        line = said(text)
        if line and _FORMULA.search(_fractions(line)):
            return "formula"
        first = next(self._values(line), None) if line else None
        if first is not None:
            return first
        return self._last(_fractions(text))

    def _last(self, text: str) -> Decimal | str:
        """The last number in a text, unless the formula it stands in was not worked out."""
        *_, last = (None, *_NUMBER.finditer(text))
        if last is None:
            return "no_number"
        start = max(text.rfind(mark, 0, last.start()) for mark in "\n=≈") + 1
        end = text.find("\n", last.end())
        if _FORMULA.search(text, start, end if end > 0 else len(text)):
            return "formula"
        value = _value(last, self.percent)
        return "no_number" if value is None else value

    def _only(self, inside: str) -> Decimal | str:
        """The one number in a box, which holds the answer and nothing else."""
        if not inside.strip():
            return "no_answer"
        if _FORMULA.search(_fractions(inside)):
            return "formula"
        values = set(self._values(inside))
        if len(values) > 1:
            return "ambiguous"
        return next((value for value in values if value is not None), "no_number")

    def _values(self, text: str) -> Iterator[Decimal | None]:
        """Every number in a text; None for one that has no value, such as 1/0."""
        return (_value(match, self.percent) for match in _NUMBER.finditer(_fractions(text)))


def _fractions(text: str) -> str:
    return _SHORT_FRACTION.sub(r"\1/\2", _FRACTION.sub(r"\1/\2", text)) if "frac" in text else text


def _value(match: re.Match[str], percent: bool) -> Decimal | None:
    exponent = (match["power"] or match["raised"] or match["exponent"] or "0").translate(_RAISED)
    if len(exponent) > _MAX_EXPONENT_CHARS:
        return None
    size = _SEPARATORS.sub("", match["size"] or match["factor"] or "1")
    value = Decimal(f"{size}E{exponent}")
    if match["below"]:
        below = Decimal(match["below"])
        if not below:
            return None
        value /= below
    if match["sign"] in ("-", "−"):
        value = value.copy_negate()
    return value / 100 if percent and match["percent"] else value
