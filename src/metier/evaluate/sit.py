"""What did the model answer? An exam taken once, resumable at any point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from metier.attempt import Attempt, Grade
from metier.client import Client, Reply, Request
from metier.digest import digest
from metier.grader import GraderFor
from metier.item import Exam, Item
from metier.skill import Skill
from metier.store import Store

T = TypeVar("T")
BATCH = 64
"""Attempts written in one transaction; a killed run repeats at most this many calls."""


def run_id_of(exam: Exam, client: Client, skills: Sequence[Skill] = ()) -> str:
    """Name the run: the same exam, model and skills in hand give the same name, so a second start resumes the first."""
    return "run_" + digest([exam.digest, client.name, [skill.digest for skill in skills]])[7:27]


def sit(
    exam: Exam,
    client: Client,
    store: Store,
    *,
    grader_for: GraderFor,
    skills: Sequence[Skill] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Attempt]:
    """Let a client take an exam, grade every reply and store every attempt.

    Items that this run has already answered are not asked again. A reply with an error is stored as unscored with the
    reason `client_error`, and is asked again by the next start.

    Args:
        skills: Skills in hand: their names, descriptions and instructions go before the question.
        progress: Called with the attempts done and their total after every batch.

    Returns:
        The attempts, by epoch and in the order of the exam.

    Raises:
        ClientError: The model cannot be asked at all. What was answered before is stored.
        GraderError: An item names a grader that does not exist, before the first question is asked.
    """
    for item in exam.items:
        grader_for(item)
    run_id = run_id_of(exam, client, skills)
    done = {a.attempt_id: a for a in store.attempts(run_id=run_id)}
    slots = [(item, epoch) for epoch in range(exam.protocol.epochs) for item in exam.items]
    identities = [_identity(item, epoch, run_id, client, skills) for item, epoch in slots]
    todo = [slot for slot, identity in zip(slots, identities, strict=True) if identity not in done]
    replies = client.replies(request(item, exam, epoch=epoch, skills=skills) for item, epoch in todo)
    for batch in _batches(zip(todo, replies, strict=True), BATCH):
        attempts = [
            _attempt(item, epoch, run_id, client, skills, reply, _grade(item, reply, grader_for))
            for (item, epoch), reply in batch
        ]
        # A failed call is not stored: the identity of an attempt leaves room for one answer only.
        store.put_attempts(attempt for attempt in attempts if not attempt.error)
        done |= {attempt.attempt_id: attempt for attempt in attempts}
        progress(len(done), len(slots))
    return [done[identity] for identity in identities]


def request(item: Item, exam: Exam, *, epoch: int = 0, skills: Sequence[Skill] = ()) -> Request:
    """Write the request for one item under the exam's protocol. Skill text is quoted as data, before the question.

    >>> exam = Exam(name="sums", items=(Item(prompt="1 + 1 =", reference="2"),))
    >>> request(exam.items[0], exam).messages[-1].content
    '1 + 1 ='
    """
    protocol = exam.protocol
    return Request.ask(
        item.prompt,
        system="\n\n".join(part for part in (protocol.system, *map(_in_hand, skills)) if part),
        max_tokens=protocol.max_tokens,
        temperature=protocol.temperature,
        stop=protocol.stop,
        seed=protocol.seed,
        epoch=epoch,
    )


def _in_hand(skill: Skill) -> str:
    return f"Skill {skill.name!r}: {skill.description}\n\n{skill.policy}".strip()


def _grade(item: Item, reply: Reply, grader_for: GraderFor) -> Grade:
    return Grade.unscored("client_error", reply.error) if reply.error else grader_for(item)(item, reply.text)


def _identity(item: Item, epoch: int, run_id: str, client: Client, skills: Sequence[Skill]) -> str:
    return _attempt(item, epoch, run_id, client, skills, Reply(text=""), Grade.unscored("not_asked")).attempt_id


def _attempt(
    item: Item, epoch: int, run_id: str, client: Client, skills: Sequence[Skill], reply: Reply, grade: Grade
) -> Attempt:
    return Attempt(
        item_id=item.item_id,
        model=client.name,
        run_id=run_id,
        reply=reply.text,
        grade=grade,
        epoch=epoch,
        skills=tuple(skill.digest for skill in skills),
        cost=reply.cost,
        error=reply.error,
    )


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
