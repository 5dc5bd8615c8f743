"""What was said in a run, sample by sample? One append-only file of JSON lines that survives a kill.

The first line is the head: what was run. Each further line is one sample, `{"sample": …, "turns": […]}`: how it was
graded, then every request and reply. A line is written in one piece, so a killed run leaves at most one torn line, the
last, and that is cut off before the run goes on. There is no index to fall out of step: `summary` reads the first half
of each line alone. Lines hold no clock time, so the same replies give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from metier.attempt import Attempt, Cost, Grade, Outcome
from metier.digest import plain
from metier.errors import InputError
from metier.evaluate.asking import Turn
from metier.evaluate.samples import Sample
from metier.evaluate.transcript_places import is_head, latest, lines_at, opened, parsed, places, slot_of, to_json
from metier.item import ExamProtocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What was run: the first line of a transcript.

    Attributes:
        transcript: The version of the format.
        exam: The name of the exam.
        exam_digest: Its digest, protocol included.
        skills: Digests of the skills in hand.
        strategy: The name of the prompting strategy.
        total: How many samples a finished run has: items times epochs.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    transcript: int = 1
    run_id: str
    exam: str
    exam_digest: str
    model: str
    strategy: str = "direct"
    skills: tuple[str, ...] = ()
    protocol: ExamProtocol = field(default_factory=ExamProtocol)
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sample of a transcript.

    Attributes:
        attempt: The answer and its grade.
        target: The right answer.
        cluster: As of the item.
        turns: Every call, in order.
    """

    attempt: Attempt
    target: str = ""
    cluster: str = ""
    turns: tuple[Turn, ...] = ()

    @property
    def slot(self) -> tuple[str, int]:
        """Which sample this is: item and epoch."""
        return self.attempt.item_id, self.attempt.epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a transcript comes to.

    Attributes:
        samples: How many are there, of `head.total`.
        scores: The sum of the scores of those that are scored.
        reasons: How often each reason of a grade was given.
    """

    head: Head
    samples: int
    correct: int
    unscored: int
    errors: int
    scores: float
    reasons: Mapping[str, int]
    cost: Cost

    @property
    def finished(self) -> bool:
        """Whether every sample is there, without an error."""
        return self.samples == self.head.total and not self.errors

    @property
    def mean(self) -> float | None:
        """The mean score of what is scored, or `None` if nothing is."""
        scored = self.samples - self.unscored
        return self.scores / scored if scored else None


def read_head(path: Path) -> Head:
    """Read what was run.

    Raises:
        InputError: It is no transcript.
    """
    from metier.border import load_json

    with opened(path) as file:
        first = file.readline()
    if not is_head(first):
        raise InputError(
            f"Expected a transcript in {str(path)!r}, but its first line is none.", hint="`take --log` writes them."
        )
    return load_json(Head, first, where=f"{path}:1")


def read_transcript(path: Path) -> Iterator[Line]:
    """Read the samples of a transcript, each once; a torn last line is passed over.

    Raises:
        InputError: It is no transcript, or a line of it is none.
    """
    head = read_head(path)
    for line in lines_at(path, latest(path).values()):
        yield _line(parsed(line), head)


def summary(path: Path) -> Summary:
    """Sum a transcript up, finished or not.

    Raises:
        InputError: It is no transcript, or a line of it is none.
    """
    head = read_head(path)
    # Plain tuples: a hundred thousand of them cost the collector of garbage nothing.
    told = {slot_of(place.sample): _told(place.sample) for place in places(path)}.values()
    reasons = Counter(reason for _, _, reason, *_ in told)
    scores = [score for _, score, *_ in told if score is not None]
    return Summary(
        head=head,
        samples=len(told),
        correct=sum(outcome == Outcome.CORRECT for outcome, *_ in told),
        unscored=len(told) - len(scores),
        errors=sum(failed for _, _, _, failed, *_ in told),
        scores=sum(scores),
        reasons=dict(sorted(reasons.items())),
        cost=Cost(
            input_tokens=sum(read for *_, read, _, _ in told),
            output_tokens=sum(written for *_, written, _ in told),
            usd=sum(usd for *_, usd in told),
        ),
    )


def _told(sample: Mapping[str, Any]) -> tuple[str, float | None, str, bool, int, int, float]:
    cost = sample["cost"]
    failed = bool(sample["error"])
    tokens = cost["input_tokens"], cost["output_tokens"]
    return sample["outcome"], sample["score"], sample["reason"], failed, *tokens, cost["usd"]


def samples_of(path: Path) -> Iterator[Sample]:
    """Read a transcript as rows of a comparison; the task is the name of the exam.

    Raises:
        InputError: It is no transcript, or a line of it is none.
    """
    head = read_head(path)
    there = latest(path).values()
    for sample, line in zip((place.sample for place in there), lines_at(path, there), strict=True):
        yield Sample(
            sample_id=sample["item_id"],
            score=sample["score"],
            task=head.exam,
            cluster=sample["cluster"],
            epoch=sample["epoch"],
            model=head.model,
            reply=sample["answer"] if "answer" in sample else parsed(line)["turns"][-1]["reply"]["text"],
        )


def to_bytes(line: Line) -> bytes:
    """Write a sample as its line, in canonical form.

    The text that was graded is written only where it is not the last reply, as a program's output is.
    """
    attempt, grade = line.attempt, line.attempt.grade
    sample = {
        "cluster": line.cluster,
        "cost": _cost(attempt.cost),
        "epoch": attempt.epoch,
        "error": attempt.error,
        "evidence": grade.evidence,
        "item_id": attempt.item_id,
        "outcome": grade.outcome.value,
        "reason": grade.reason,
        "score": grade.score,
        "target": line.target,
    }
    if not line.turns or line.turns[-1].reply.text != attempt.reply:
        sample["answer"] = attempt.reply
    return to_json({"sample": sample, "turns": [_turn(turn) for turn in line.turns]}) + b"\n"


def _turn(turn: Turn) -> dict[str, Any]:
    request, reply = turn.request, turn.reply
    return {
        "request": {
            "messages": [plain(message) for message in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "stop": list(request.stop),
            "seed": request.seed,
            "epoch": request.epoch,
        },
        # Whether a reply came from a cache is no part of what was said.
        "reply": {"text": reply.text, "cost": _cost(reply.cost), "finish": reply.finish, "error": reply.error},
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {"input_tokens": cost.input_tokens, "output_tokens": cost.output_tokens, "usd": cost.usd}


def _line(data: dict[str, Any], head: Head) -> Line:
    from metier.border import load

    sample = data["sample"]
    turns = load(tuple[Turn, ...], data["turns"], where="a line of a transcript")
    return Line(
        attempt=Attempt(
            item_id=sample["item_id"],
            model=head.model,
            run_id=head.run_id,
            reply=sample["answer"] if "answer" in sample else turns[-1].reply.text,
            grade=Grade(
                outcome=Outcome(sample["outcome"]),
                score=sample["score"],
                reason=sample["reason"],
                evidence=sample["evidence"],
            ),
            epoch=sample["epoch"],
            skills=head.skills,
            cost=Cost(**sample["cost"]),
            error=sample["error"],
        ),
        target=sample["target"],
        cluster=sample["cluster"],
        turns=turns,
    )
