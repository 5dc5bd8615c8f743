"""What was said in a run, sample by sample? One append-only file of JSON lines that survives a kill.

The first line is the head: what was run. Each further line is one sample, `{"sample": …, "turns": […]}`: how it was
graded, then every request and reply. A line is written in one piece, so a killed run leaves at most one torn line, the
last, and that is cut off before the run goes on. There is no index to fall out of step: `summary` reads the first half
of each line alone. Lines hold no clock time, so the same replies give the same bytes.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from metier.attempt import Attempt, Cost, Grade, Outcome
from metier.digest import plain
from metier.errors import InputError, StoreError, StoreFull
from metier.evaluate.asking import Turn
from metier.evaluate.samples import Sample
from metier.item import ExamProtocol

# No string of JSON can hold it: a quote inside one is escaped.
_TURNS = b',"turns":['
_SYNC = 64


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


class Transcript:
    """A transcript that is being written. One process writes to it at a time.

    Opening it makes the file, or mends it: a torn last line is cut off.

    Args:
        path: The file.
        head: What is run; must be what the file was begun with.

    Raises:
        InputError: The file is no transcript, or one of another run.
        StoreError: It cannot be written, or another process writes to it.
    """

    def __init__(self, path: Path, head: Head) -> None:
        self.path, self.head = Path(path), head
        self._unsynced = 0
        self._file = _open_locked(self.path)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Transcript:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def answered(self) -> set[tuple[str, int]]:
        """Which samples are there, by item and epoch, without those whose call failed."""
        return {slot for slot, place in _latest(self.path).items() if not place.sample["error"]}

    def keep(self, line: Line) -> None:
        """Append a sample. When this returns, a kill of this process no longer loses it."""
        self._append(to_bytes(line))

    def put_in_order(self, slots: Iterable[tuple[str, int]]) -> None:
        """Write the samples in the order of the exam, each once, so that no interruption shows in the bytes.

        The last that is done with an open transcript, as the file is written anew.
        """
        wanted = list(slots)
        if [_slot(place.sample) for place in _places(self.path)] == wanted:
            return
        there = _latest(self.path)
        part = self.path.with_name(self.path.name + ".part")
        try:
            with part.open("wb") as file:
                file.write(_json(plain(self.head)) + b"\n")
                file.writelines(_lines(self.path, (there[slot] for slot in wanted if slot in there)))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except OSError as fault:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise _unwritable(self.path, fault) from fault

    def close(self) -> None:
        """Bring the file to the disk and let go of it. May be called twice."""
        if self._file >= 0:
            with suppress(OSError):
                os.fsync(self._file)
            os.close(self._file)
            self._file = -1

    def _begin(self) -> None:
        """Write the head, or check it before anything of the file is cut off: it may be the user's own."""
        head = _json(plain(self.head)) + b"\n"
        with _opened(self.path) as file:
            first = file.readline(1 << 24)
        if head.startswith(first) and first != head:
            os.ftruncate(self._file, 0)
            self._append(head)
            return
        found = read_head(self.path)
        if found.run_id != self.head.run_id:
            raise InputError(
                f"Expected the transcript of this run in {str(self.path)!r}, found that of {found.exam!r} taken by "
                f"{found.model!r} ({found.strategy}) under other conditions.",
                hint="Name another file for this run.",
            )
        _mend(self._file)

    def _append(self, data: bytes) -> None:
        try:
            written = os.write(self._file, data)
            if written < len(data):
                os.ftruncate(self._file, os.fstat(self._file).st_size - written)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._unsynced += 1
            if self._unsynced >= _SYNC:
                os.fsync(self._file)
                self._unsynced = 0
        except OSError as fault:
            raise _unwritable(self.path, fault) from fault


def read_head(path: Path) -> Head:
    """Read what was run.

    Raises:
        InputError: It is no transcript.
    """
    from metier.border import load_json

    with _opened(path) as file:
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
    except ValueError:
        return False
    return isinstance(data, dict) and "transcript" in data and "run_id" in data


def read_transcript(path: Path) -> Iterator[Line]:
    """Read the samples of a transcript, each once; a torn last line is passed over.

    Raises:
        InputError: It is no transcript, or a line of it is none.
    """
    head = read_head(path)
    for line in _lines(path, _latest(path).values()):
        yield _line(_parsed(line), head)


def summary(path: Path) -> Summary:
    """Sum a transcript up, finished or not.

    Raises:
        InputError: It is no transcript, or a line of it is none.
    """
    head = read_head(path)
    there = [place.sample for place in _latest(path).values()]
    reasons: dict[str, int] = {}
    for sample in there:
        reasons[sample["reason"]] = reasons.get(sample["reason"], 0) + 1
    scores = [sample["score"] for sample in there if sample["score"] is not None]
    costs = [sample["cost"] for sample in there]
    return Summary(
        head=head,
        samples=len(there),
        correct=sum(sample["outcome"] == Outcome.CORRECT for sample in there),
        unscored=len(there) - len(scores),
        errors=sum(bool(sample["error"]) for sample in there),
        scores=sum(scores),
        reasons=dict(sorted(reasons.items())),
        cost=Cost(
            input_tokens=sum(cost["input_tokens"] for cost in costs),
            output_tokens=sum(cost["output_tokens"] for cost in costs),
            usd=sum(cost["usd"] for cost in costs),
        ),
    )


def samples_of(path: Path) -> Iterator[Sample]:
    """Read a transcript as rows of a comparison; the task is the name of the exam.

    Raises:
        InputError: It is no transcript, or a line of it is none.
    """
    head = read_head(path)
    places = _latest(path).values()
    for sample, line in zip((place.sample for place in places), _lines(path, places), strict=True):
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
    return _json({"sample": sample, "turns": [_turn(turn) for turn in line.turns]}) + b"\n"


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


def _json(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def _parsed(data: bytes) -> Any:
    return json.loads(data.decode("utf-8", "surrogatepass"))


def _slot(sample: Mapping[str, Any]) -> tuple[str, int]:
    return sample["item_id"], sample["epoch"]


class _Place(NamedTuple):
    """Where a sample lies, with the first half of its line. The second half may be long, and stays in the file."""

    sample: dict[str, Any]
    begin: int
    size: int


def _latest(path: Path) -> dict[tuple[str, int], _Place]:
    """Where each sample lies; one that was asked again lies where it was answered last."""
    return {_slot(place.sample): place for place in _places(path)}


def _places(path: Path) -> Iterator[_Place]:
    with _opened(path) as file:
        begin = len(file.readline())
        for number, line in enumerate(file, start=2):
            if not line.endswith(b"\n"):
                return
            end = line.find(_TURNS)
            try:
                if end < 0 or not line.startswith(b'{"sample":'):
                    raise ValueError("no sample")
                yield _Place(_parsed(line[10:end]), begin, len(line))
            except ValueError:
                raise InputError(
                    f"{path}:{number}: expected a sample of a transcript, got {line[:80]!r}.",
                    hint="Only the last line of a transcript can be torn; this file was changed.",
                ) from None
            begin += len(line)


def _lines(path: Path, places: Iterable[_Place]) -> Iterator[bytes]:
    with _opened(path) as file:
        at = 0
        for place in places:
            if place.begin != at:
                file.seek(place.begin)
            yield file.read(place.size)
            at = place.begin + place.size


def _opened(path: Path) -> Any:
    try:
        return Path(path).open("rb")
    except OSError as fault:
        raise InputError(f"Cannot read {str(path)!r}: {fault.strerror}.") from fault


def _open_locked(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        raise _unwritable(path, fault) from fault
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(file)
        raise StoreError(
            f"Another process writes to {str(path)!r}.", hint="Wait until it has ended, or name another file."
        ) from fault
    return file


def _mend(file: int) -> None:
    """Cut off a torn last line."""
    size = os.fstat(file).st_size
    end, step = size, 1 << 16
    while end:
        begin = max(0, end - step)
        found = os.pread(file, end - begin, begin).rfind(b"\n")
        if found >= 0:
            end = begin + found + 1
            break
        end = begin
    if end < size:
        os.ftruncate(file, end)


def _unwritable(path: Path, fault: OSError) -> StoreError:
    if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(
            f"The disk is full: {str(path)!r} was not written; what was done before is kept.",
            hint="Free some space and start the run again to go on.",
        )
    return StoreError(f"Cannot write {str(path)!r}: {fault.strerror}.")
