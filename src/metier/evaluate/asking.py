"""How are many samples under way at once, each of one or several calls? One lazy stream of requests to any client.

It knows strategies and limits. What becomes of a sample, a row of a store or a line of a transcript, its callers say.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from metier.attempt import Cost, Grade
from metier.client import Client, Reply, Request
from metier.evaluate.strategy import Answer, Turns
from metier.grader import Grader
from metier.item import ExamProtocol, Item
from metier.skill import Skill

_GRADER_FAILED = "grader_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """What a run, or one sample of it, may use up. `None` is no limit.

    Checked between calls: what is under way when a limit is reached is finished, paid for and kept.

    Attributes:
        tokens: Tokens read and written, together.
        usd: US dollars.
        seconds: Of a run since this start of it; of a sample since its first question.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    tokens: int | None = None
    usd: float | None = None
    seconds: float | None = None

    def reached(self, cost: Cost, seconds: float) -> str:
        """Name the limit that is reached, or give an empty string.

        >>> RunLimits(tokens=10).reached(Cost(input_tokens=6, output_tokens=4), 0.0)
        'tokens'
        """
        if self.tokens is not None and cost.input_tokens + cost.output_tokens >= self.tokens:
            return "tokens"
        if self.usd is not None and cost.usd >= self.usd:
            return "usd"
        if self.seconds is not None and seconds >= self.seconds:
            return "seconds"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One call of the model."""

    request: Request
    reply: Reply


@dataclass(slots=True, eq=False)
class Sampled:
    """One sample under way, or at its end.

    Attributes:
        item_id: Of the item; to work it out again would cost as much as the rest.
        asked: What is to be asked next; `None` at the end.
        said: The calls so far.
        answer: What is graded; `None` if it never came to that.
        error: Why a call failed.
        unscored: Why it was asked no further, as a code.
    """

    item: Item
    item_id: str
    epoch: int
    turns: Turns
    asked: Request | None = None
    said: list[Turn] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    began: float = 0.0
    answer: Answer | None = None
    error: str = ""
    unscored: str = ""
    evidence: str = ""

    @property
    def text(self) -> str:
        """What is graded, or the last reply where it never came to that."""
        if self.answer:
            return self.answer.text
        return self.said[-1].reply.text if self.said else ""

    def begin(self) -> None:
        """Ask the first question."""
        self.began = time.monotonic()
        self._go_on(lambda: next(self.turns))

    def hear(self, reply: Reply, limits: RunLimits) -> None:
        """Take a reply; what is asked next, if anything, is in `asked`."""
        assert self.asked is not None
        self.said.append(Turn(request=self.asked, reply=reply))
        self.cost = self.cost + reply.cost if len(self.said) > 1 else reply.cost
        self.asked = None
        if reply.error:
            self.error = reply.error
            return
        self._go_on(lambda: self.turns.send(reply))
        if self.asked and (reached := limits.reached(self.cost, time.monotonic() - self.began)):
            self.asked, self.unscored = None, f"limit_{reached}"

    def grade(self, grader: Grader) -> Grade:
        """Grade what it came to."""
        if self.error:
            return Grade.unscored("client_error", self.error)
        if self.unscored:
            return Grade.unscored(self.unscored, self.evidence)
        assert self.answer is not None
        if self.answer.unscored:
            return Grade.unscored(self.answer.unscored, self.answer.evidence)
        grade = grade_of(grader, self.item, self.answer.text)
        if grade.reason == _GRADER_FAILED or not self.answer.evidence:
            return grade
        return replace(grade, evidence="; ".join(part for part in (grade.evidence, self.answer.evidence) if part))

    def _go_on(self, step: Callable[[], Request]) -> None:
        try:
            asked = step()
            self.asked = replace(asked, epoch=self.epoch) if self.epoch else asked
        except StopIteration as end:
            self.answer = end.value
        except Exception as fault:  # as of a grader
            self.unscored, self.evidence = "strategy_failed", f"{type(fault).__name__}: {fault}"[:400]


def answered(
    todo: Iterable[Sampled],
    client: Client,
    *,
    may_begin: Callable[[], bool] = lambda: True,
    limits: RunLimits = RunLimits(),
    heard: Callable[[Reply], None] = lambda reply: None,
) -> Iterator[Sampled]:
    """Give samples as they come to their end.

    Further turns of samples under way go before the first of new ones. A client that takes requests ahead may see the
    end of them while replies are still out; the turns that follow from these are asked in another stream. A client that
    gives too few replies ends it early: callers count.

    Args:
        may_begin: Asked before each new sample; once it says no, those under way are finished and no more begun.
        limits: Of each sample, checked between its calls.
        heard: Called with every reply.

    Raises:
        ClientError: The model cannot be asked at all.
    """
    new = iter(todo)
    further: deque[Sampled] = deque()
    out: deque[Sampled] = deque()
    silent: deque[Sampled] = deque()

    def requests() -> Iterator[Request]:
        while True:
            sample = further.popleft() if further else next(new, None) if may_begin() else None
            if sample is None:
                return
            if not sample.said:
                sample.begin()
            if sample.asked is None:
                silent.append(sample)
                continue
            out.append(sample)
            yield sample.asked

    replied = True
    while replied:
        replied = False
        for reply in client.replies(requests()):
            replied = True
            heard(reply)
            sample = out.popleft()
            sample.hear(reply, limits)
            if sample.asked:
                further.append(sample)
            else:
                yield sample
            while silent:
                yield silent.popleft()
        while silent:
            yield silent.popleft()
        if out or not further:
            return


def grade_of(grader: Grader, item: Item, answer: str) -> Grade:
    """Grade an answer; a grader that breaks its promise costs this grade and not the run.

    >>> grade_of(lambda item, answer: Grade.correct() if answer else 1 / 0, Item(prompt="?", reference=""), "").reason
    'grader_failed'
    """
    try:
        return grader(item, answer)
    except Exception as error:
        return Grade.unscored(_GRADER_FAILED, f"{item.grader}: {type(error).__name__}: {error}"[:400])


def under(protocol: ExamProtocol, skills: Sequence[Skill]) -> ExamProtocol:
    """Put skills in hand: what an agent would read of them goes into the system message, after its own text.

    >>> under(ExamProtocol(system="Be brief."), [Skill(name="add", description="Add numbers.")]).system
    "Be brief.\\n\\nSkill 'add': Add numbers."
    """
    if not skills:
        return protocol
    return replace(protocol, system="\n\n".join(part for part in (protocol.system, *map(_in_hand, skills)) if part))


def _in_hand(skill: Skill) -> str:
    """All that an agent would read of a skill."""
    parts = [
        f"Skill {skill.name!r}: {skill.description}",
        skill.applicability and f"When to use: {skill.applicability}",
        skill.policy,
        skill.termination and f"When it is done: {skill.termination}",
    ]
    return "\n\n".join(part.strip() for part in parts if part.strip())
