"""What is wrong with an exam, where, and how does one see it? The noun of the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at.

    Attributes:
        rule: A short code, stable enough to count.
        place: The file and the line, or of a JSON list the row, counted from 0; the name of the exam for a finding on
            the whole.
        evidence: What was seen, close to how it stands there.
        message: The finding as a sentence.
        severity: `error`: right answers are marked wrong or wrong ones right; `warning`: grades may turn on it;
            `note`: worth knowing.

    >>> Finding(rule="zero_gold", place="a.json:3", evidence="'0'", message="Only 0 passes.", severity="warning").rule
    'zero_gold'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    rule: str
    place: str
    evidence: str
    message: str
    severity: Severity
