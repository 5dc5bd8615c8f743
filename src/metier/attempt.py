"""What happened when a model met an Item? The Attempt is the record that connects the stages.

An exam writes Attempts, a verdict cites them, an update reads the failed ones. They hold no clock time, so that the
same seed gives the same bytes; seconds are kept with the stage that took them (`metier.run`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Self

from metier.digest import digest


class Outcome(StrEnum):
    """What a grader made of an answer. Unscored is its own value, never a zero."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A grader's word on one answer.

    Attributes:
        score: Between 0 and 1, or `None` when unscored.
        reason: A short code such as `no_answer`, stable enough to count.
        evidence: What was compared, in words or symbols.

    Raises:
        ValueError: The score does not fit the outcome.

    >>> Grade.incorrect("different", "'abc' is not 'abd'").score
    0.0
    >>> Grade.unscored("no_answer").score is None
    True
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    outcome: Outcome
    score: float | None
    reason: str = ""
    evidence: str = ""

    def __post_init__(self) -> None:
        if (self.outcome == Outcome.UNSCORED) != (self.score is None):
            raise ValueError(f"An {self.outcome} grade cannot have the score {self.score!r}.")
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise ValueError(f"Expected a score between 0 and 1, got {self.score!r}.")

    @property
    def is_correct(self) -> bool:
        """Whether the answer was graded correct."""
        return self.outcome == Outcome.CORRECT

    @classmethod
    def correct(cls, reason: str = "", evidence: str = "", *, score: float = 1.0) -> Self:
        """Make a grade for a right answer."""
        return cls(outcome=Outcome.CORRECT, score=score, reason=reason, evidence=evidence)

    @classmethod
    def incorrect(cls, reason: str, evidence: str = "", *, score: float = 0.0) -> Self:
        """Make a grade for a wrong answer; `score` may give part of the credit."""
        return cls(outcome=Outcome.INCORRECT, score=score, reason=reason, evidence=evidence)

    @classmethod
    def unscored(cls, reason: str, evidence: str = "") -> Self:
        """Make a grade that says: could not tell."""
        return cls(outcome=Outcome.UNSCORED, score=None, reason=reason, evidence=evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What an answer cost: tokens read, tokens written, US dollars. Costs add up with `+`.

    >>> Cost(input_tokens=1) + Cost(input_tokens=2, usd=0.5)
    Cost(input_tokens=3, output_tokens=0, usd=0.5)
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            usd=self.usd + other.usd,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One answer to one Item by one model with some skills in hand.

    Attributes:
        item_id: The Item that was met.
        model: The name of the client that answered.
        run_id: The run it belongs to: the same exam, model and protocol give the same run.
        epoch: 0 for the first answer of this run to this item, 1 for the second.
        skills: Digests of the skills in hand, in order.
        reply: The whole reply, as it came.
        error: Why there is no reply, or an empty string.

    >>> grade = Grade.correct()
    >>> Attempt(item_id="item_1", model="m", run_id="r", reply="4", grade=grade).attempt_id[:8]
    'attempt_'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    item_id: str
    model: str
    run_id: str
    reply: str
    grade: Grade
    epoch: int = 0
    skills: tuple[str, ...] = ()
    cost: Cost = field(default_factory=Cost)
    error: str = ""

    @property
    def attempt_id(self) -> str:
        """Which attempt this is, whatever was answered: so a resumed run can neither lose nor double one."""
        return "attempt_" + digest([self.run_id, self.item_id, self.model, self.epoch, list(self.skills)])[7:27]
