"""What did the model answer, word by word? An exam taken under a protocol, with its whole transcript on disk.

As `sit`, for runs whose every word is kept: any prompting strategy, limits on tokens, dollars and time, and a run that
was killed goes on where it was. The transcript is the record; no store is needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metier.attempt import Attempt, Cost, Grade
from metier.client import Client, Reply
from metier.errors import ClientError
from metier.evaluate.asking import RunLimits, Sampled, answered, under
from metier.evaluate.sit import run_id_of
from metier.evaluate.strategy import Direct, Strategy
from metier.evaluate.transcript import Head, Line, Summary, summary
from metier.evaluate.transcript_file import Transcript
from metier.grader import GraderFor
from metier.item import Exam
from metier.skill import Skill


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is. `correct` and `unscored` count what is there; `cost` includes earlier starts."""

    done: int
    total: int
    correct: int
    unscored: int
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How a run ended.

    Attributes:
        summary: What the transcript comes to.
        stopped_by: The limit that ended the run before its end: `tokens`, `usd` or `seconds`; else empty.
    """

    summary: Summary
    stopped_by: str = ""


def examine(
    exam: Exam,
    client: Client,
    path: Path,
    *,
    grader_for: GraderFor,
    strategy: Strategy | None = None,
    skills: Sequence[Skill] = (),
    limits: RunLimits | None = None,
    sample_limits: RunLimits | None = None,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Taken:
    """Let a client take an exam, and keep every word of it in a transcript.

    A start with the same file goes on where the last one ended, however it ended: what is in the file is not asked
    again, except samples whose call failed. When all are there, the file is put in the order of the exam, so that the
    same replies give the same bytes whatever the interruptions.

    Args:
        path: The transcript.
        strategy: How each question is put; by default as it is.
        limits: Of the whole run, earlier starts included. It stops, and a start with more room goes on.
        sample_limits: Of one sample; it is asked no further and unscored with the reason `limit_tokens`, `limit_usd` or
            `limit_seconds`. An answer that is complete is graded whatever it took.
        progress: Called after every sample.

    Raises:
        ClientError: The model cannot be asked at all, or gave too few replies. What was answered before is kept.
        GraderError: An item names a grader that does not exist, before the first question is asked.
        InputError: The file is the transcript of another run, or none.
        StoreError: The file cannot be written.
    """
    chosen = strategy or Direct()
    items = {item.item_id: item for item in exam.items}
    graders = {item_id: grader_for(item) for item_id, item in items.items()}
    slots = [(item_id, epoch) for epoch in range(exam.protocol.epochs) for item_id in items]
    head = head_of(exam, client, strategy=chosen, skills=skills, total=len(slots))
    protocol = under(exam.protocol, skills)
    with Transcript(path, head) as transcript:
        there = transcript.answered()
        before = summary(path)
        count = _Count(
            total=len(slots),
            limits=limits or RunLimits(),
            done=len(there),
            correct=before.correct,
            unscored=before.unscored - before.errors,
            cost=before.cost,
        )
        todo = (
            Sampled(item=items[item_id], item_id=item_id, epoch=epoch, turns=chosen.turns(items[item_id], protocol))
            for item_id, epoch in slots
            if (item_id, epoch) not in there
        )
        found = answered(
            todo, client, may_begin=count.may_begin, limits=sample_limits or RunLimits(), heard=count.heard
        )
        for sample in found:
            grade = sample.grade(graders[sample.item_id])
            transcript.keep(_line(sample, grade, head))
            progress(count.graded(grade))
        if count.done < count.total and not count.stopped_by:
            lacking = count.total - count.done
            raise ClientError(
                f"{client.name!r} ended before the exam did: {lacking} of {count.total} samples are lacking."
            )
        transcript.put_in_order(slots)
    # A client that takes requests ahead may meet the limit behind the last question.
    return Taken(summary=summary(path), stopped_by=count.stopped_by if count.done < count.total else "")


def head_of(exam: Exam, client: Client, *, strategy: Strategy, skills: Sequence[Skill] = (), total: int = 0) -> Head:
    """Say what is run: the first line of its transcript."""
    return Head(
        run_id=run_id_of(exam, client, skills, strategy=strategy),
        exam=exam.name,
        exam_digest=exam.digest,
        model=client.name,
        strategy=strategy.name,
        skills=tuple(skill.digest for skill in skills),
        protocol=exam.protocol,
        total=total,
    )


@dataclass(slots=True)
class _Count:
    """What a run has used up and reached so far."""

    total: int
    limits: RunLimits
    done: int
    correct: int
    unscored: int
    cost: Cost
    stopped_by: str = ""
    began: float = field(default_factory=time.monotonic)

    def may_begin(self) -> bool:
        self.stopped_by = (
            self.limits.reached(self.cost, time.monotonic() - self.began) if self.done < self.total else ""
        )
        return not self.stopped_by

    def heard(self, reply: Reply) -> None:
        self.cost += reply.cost

    def graded(self, grade: Grade) -> Progress:
        self.done += 1
        self.correct += grade.is_correct
        self.unscored += grade.score is None
        return Progress(done=self.done, total=self.total, correct=self.correct, unscored=self.unscored, cost=self.cost)


def _line(sample: Sampled, grade: Grade, head: Head) -> Line:
    attempt = Attempt(
        item_id=sample.item_id,
        model=head.model,
        run_id=head.run_id,
        reply=sample.text,
        grade=grade,
        epoch=sample.epoch,
        skills=head.skills,
        cost=sample.cost,
        error=sample.error,
    )
    return Line(attempt=attempt, target=sample.item.reference, cluster=sample.item.cluster, turns=tuple(sample.said))
