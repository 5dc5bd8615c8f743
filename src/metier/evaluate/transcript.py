"""What was said in a run, sample by sample? One append-only file of JSON lines that survives a kill.

The first line is the head: what was run. Each further line is one sample, `{"sample": …, "turns": […]}`: how it was
graded, then every request and reply. A line is written in one piece, so a killed run leaves at most one torn line, the
last, and that is cut off before the run goes on. There is no index to fall out of step: `summary` reads the first half
of each line alone. Lines hold no clock time, so the same replies give the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NamedTuple

from metier.attempt import Attempt, Cost, Grade, Outcome
from metier.digest import plain
from metier.errors import InputError
from metier.evaluate.asking import Turn
from metier.evaluate.samples import Sample
from metier.evaluate.unreadable import unreadable
from metier.item import ExamProtocol

# No string of JSON can hold it: a quote inside one is escaped.
_TURNS = b',"turns":['


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


def is_head(line: bytes) -> bool:
    """Tell whether a line is the first of a transcript.

    >>> is_head(b'{"prompt": "1 + 1 ="}')
    False
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "transcript" in data and "run_id" in data


def read_transcript(path: Path) -> Iterator[Line]:
    """Read the samples of a transcript, each once; a torn last line is passed over.

    Raises:
        InputError: It is no transcript, or a line of it is none.
    """
    head = read_head(path)
    for line in lines_at(path, latest(path).values()):
        yield _line(_parsed(line), head)


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
            reply=sample["answer"] if "answer" in sample else _parsed(line)["turns"][-1]["reply"]["text"],
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


def to_json(value: Any) -> bytes:
    """Write plain data in canonical form.

    >>> to_json({"b": 1, "a": "é"})
    b'{"a":"\\xc3\\xa9","b":1}'
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def _parsed(data: bytes) -> Any:
    return json.loads(data.decode("utf-8", "surrogatepass"))


def slot_of(sample: Mapping[str, Any]) -> tuple[str, int]:
    """Which sample the first half of a line is of: item and epoch.

    >>> slot_of({"item_id": "item_1", "epoch": 0})
    ('item_1', 0)
    """
    return sample["item_id"], sample["epoch"]


class Place(NamedTuple):
    """Where a sample lies, with the first half of its line. The second half may be long, and stays in the file."""

    sample: dict[str, Any]
    begin: int
    size: int


def latest(path: Path) -> dict[tuple[str, int], Place]:
    """Where each sample lies; one that was asked again lies where it was answered last."""
    return {slot_of(place.sample): place for place in places(path)}


def places(path: Path) -> Iterator[Place]:
    """Where each line lies, in the order of the file; a torn last line is passed over.

    Raises:
        InputError: A line is no sample.
    """
    with opened(path) as file:
        begin = len(file.readline())
        for number, line in enumerate(file, start=2):
            if not line.endswith(b"\n"):
                return
            end = line.find(_TURNS)
            try:
                if end < 0 or not line.startswith(b'{"sample":'):
                    raise ValueError("no sample")
                yield Place(_parsed(line[10:end]), begin, len(line))
            except ValueError:
                raise InputError(
                    f"{path}:{number}: expected a sample of a transcript, got {line[:80]!r}.",
                    hint="Only the last line of a transcript can be torn; this file was changed.",
                ) from None
            begin += len(line)


def lines_at(path: Path, wanted: Iterable[Place]) -> Iterator[bytes]:
    """Read lines as they lie in the file, in the order asked for."""
    with opened(path) as file:
        at = 0
        for place in wanted:
            if place.begin != at:
                file.seek(place.begin)
            yield file.read(place.size)
            at = place.begin + place.size


def opened(path: Path) -> BinaryIO:
    """Open a file to read it.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return Path(path).open("rb")
    except OSError as fault:
        raise unreadable(path, fault) from fault
