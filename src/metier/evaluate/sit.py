"""What did the model answer? An exam taken once, resumable at any point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from metier.attempt import Attempt, Grade
from metier.client import Client, Reply, Request
from metier.digest import digest
from metier.errors import ClientError
from metier.grader import Grader, GraderFor
from metier.item import Exam, Item
from metier.skill import Skill
from metier.store import Store

BATCH = 64
"""Attempts written in one transaction; a run that is killed outright repeats at most this many calls."""


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

    Items that this run has already answered are not asked again, and an item that the exam holds twice is asked once. A
    reply with an error is returned as unscored with the reason `client_error`, and is asked again by the next start.
    However the run ends, short of a kill, what was answered is stored.

    Args:
        skills: Skills in hand: all that an agent would read of them goes before the question.
        progress: Called with the attempts done and their total after every batch.

    Returns:
        The attempts, by epoch and in the order of the exam.

    Raises:
        ClientError: The model cannot be asked at all, or gave too few replies. What was answered before is stored.
        GraderError: An item names a grader that does not exist, before the first question is asked.
    """
    run_id = run_id_of(exam, client, skills)
    in_hand = tuple(skill.digest for skill in skills)
    item_ids = {item.item_id: item for item in exam.items}
    graders = {item_id: grader_for(item) for item_id, item in item_ids.items()}
    done = answered(exam, client, store, skills=skills)
    slots = [(item_id, epoch) for epoch in range(exam.protocol.epochs) for item_id in item_ids]
    todo = [slot for slot in slots if slot not in done]
    replies = client.replies(request(item_ids[item_id], exam, epoch=epoch, skills=skills) for item_id, epoch in todo)

    def given() -> Iterator[Attempt]:
        for (item_id, epoch), reply in zip(todo, replies, strict=False):
            yield Attempt(
                item_id=item_id,
                model=client.name,
                run_id=run_id,
                reply=reply.text,
                grade=_grade(graders[item_id], item_ids[item_id], reply),
                epoch=epoch,
                skills=in_hand,
                cost=reply.cost,
                error=reply.error,
            )

    for batch in _kept(given(), store):
        done |= {(a.item_id, a.epoch): a for a in batch}
        progress(len(done), len(slots))
    if len(done) < len(slots):
        raise ClientError(f"Expected {len(todo)} replies of {client.name!r}, got {len(todo) - len(slots) + len(done)}.")
    return [done[slot] for slot in slots]


def answered(
    exam: Exam, client: Client, store: Store, *, skills: Sequence[Skill] = ()
) -> dict[tuple[str, int], Attempt]:
    """Find the attempts of this run that are stored already, by item and epoch: `sit` will not ask them again."""
    return {(a.item_id, a.epoch): a for a in store.attempts(run_id=run_id_of(exam, client, skills))}


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
    """All that an agent would read of a skill."""
    parts = [
        f"Skill {skill.name!r}: {skill.description}",
        skill.applicability and f"When to use: {skill.applicability}",
        skill.policy,
        skill.termination and f"When it is done: {skill.termination}",
    ]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _grade(grader: Grader, item: Item, reply: Reply) -> Grade:
    if reply.error:
        return Grade.unscored("client_error", reply.error)
    try:
        return grader(item, reply.text)
    except Exception as error:  # a plug-in that breaks its promise costs this grade and not the run
        return Grade.unscored("grader_failed", f"{item.grader}: {type(error).__name__}: {error}"[:400])


def _kept(attempts: Iterator[Attempt], store: Store) -> Iterator[list[Attempt]]:
    """Store attempts batch by batch, and on an interruption those of the batch that had begun."""
    more = True
    while more:
        batch: list[Attempt] = []
        try:
            for attempt in islice(attempts, BATCH):
                batch.append(attempt)
        finally:
            # A failed call is not stored: the identity of an attempt leaves room for one answer only.
            store.put_attempts(attempt for attempt in batch if not attempt.error)
        more = len(batch) == BATCH
        if batch:
            yield batch
