"""What did the model answer? An exam taken once, resumable at any point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from metier.attempt import Attempt
from metier.client import Client, Request
from metier.digest import digest
from metier.errors import ClientError
from metier.evaluate import asking
from metier.evaluate.asking import Sampled, grade_of, under
from metier.evaluate.expectations import OPEN
from metier.evaluate.strategy import Direct, Strategy
from metier.grader import GraderFor
from metier.item import Exam, Item
from metier.skill import Skill
from metier.store import Store

BATCH = 64
"""Attempts written in one transaction; a run that is killed outright repeats at most this many calls."""
_OPEN_RUN = "-open"  # an attempt has room for one grade only, so one that waits for a judge is kept in a run beside


def run_id_of(exam: Exam, client: Client, skills: Sequence[Skill] = (), *, strategy: Strategy | None = None) -> str:
    """Name the run: the same exam, model, skills in hand and strategy give the same name, so a second start resumes."""
    parts = [exam.digest, client.name, [skill.digest for skill in skills]]
    if strategy and strategy.name != Direct().name:
        parts.append(strategy.name)
    return "run_" + digest(parts)[7:27]


def sit(
    exam: Exam,
    client: Client,
    store: Store,
    *,
    grader_for: GraderFor,
    skills: Sequence[Skill] = (),
    strategy: Strategy | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Attempt]:
    """Let a client take an exam, grade every reply and store every attempt.

    Items that this run has already answered are not asked again, and an item that the exam holds twice is asked once. A
    reply with an error is returned as unscored with the reason `client_error`, and is asked again by the next start. An
    answer that no judge could grade (`metier.evaluate.expectations.OPEN`) is graded again by it, and not asked again.
    However the run ends, short of a kill, what was answered is stored.

    Args:
        skills: Skills in hand: all that an agent would read of them goes before the question.
        strategy: How each question is put; by default as it is.
        progress: Called with the attempts done and their total after every batch.

    Returns:
        The attempts, by epoch and in the order of the exam.

    Raises:
        ClientError: The model cannot be asked at all, or gave too few replies. What was answered before is stored.
        GraderError: An item names a grader that does not exist, before the first question is asked.
    """
    chosen = strategy or Direct()
    run_id = run_id_of(exam, client, skills, strategy=chosen)
    digests = tuple(skill.digest for skill in skills)
    items = {item.item_id: item for item in exam.items}
    graders = {item_id: grader_for(item) for item_id, item in items.items()}
    done = answered(exam, client, store, skills=skills, strategy=chosen)
    before = len(done)
    slots = [(item_id, epoch) for epoch in range(exam.protocol.epochs) for item_id in items]
    protocol = under(exam.protocol, skills)
    todo = (
        Sampled(item=items[item_id], item_id=item_id, epoch=epoch, turns=chosen.turns(items[item_id], protocol))
        for item_id, epoch in slots
        if (item_id, epoch) not in done
    )

    def graded_again() -> Iterator[Attempt]:
        for attempt in [one for one in done.values() if one.grade.reason in OPEN]:
            item = items[attempt.item_id]
            yield replace(attempt, grade=grade_of(graders[attempt.item_id], item, attempt.reply))

    def given() -> Iterator[Attempt]:
        for sample in asking.answered(todo, client):
            yield Attempt(
                item_id=sample.item_id,
                model=client.name,
                run_id=run_id,
                reply=sample.text,
                grade=sample.grade(graders[sample.item_id]),
                epoch=sample.epoch,
                skills=digests,
                cost=sample.cost,
                error=sample.error,
            )

    for batch in _kept(chain(graded_again(), given()), store):
        done |= {(a.item_id, a.epoch): a for a in batch}
        progress(len(done), len(slots))
    if len(done) < len(slots):
        raise ClientError(f"Expected {len(slots) - before} replies of {client.name!r}, got {len(done) - before}.")
    return [done[slot] for slot in slots]


def answered(
    exam: Exam, client: Client, store: Store, *, skills: Sequence[Skill] = (), strategy: Strategy | None = None
) -> dict[tuple[str, int], Attempt]:
    """Find the attempts of this run that are stored already, by item and epoch: `sit` will not ask them again."""
    return of_run(store, run_id_of(exam, client, skills, strategy=strategy))


def of_run(store: Store, run_id: str) -> dict[tuple[str, int], Attempt]:
    """Read what a store holds of a run, by item and epoch, with the answers that wait for a judge.

    >>> from metier.stores.sqlite import SqliteStore
    >>> of_run(SqliteStore(":memory:"), "run_1")
    {}
    """
    found = {(a.item_id, a.epoch): replace(a, run_id=run_id) for a in store.attempts(run_id=run_id + _OPEN_RUN)}
    return found | {(a.item_id, a.epoch): a for a in store.attempts(run_id=run_id)}


def request(
    item: Item, exam: Exam, *, epoch: int = 0, skills: Sequence[Skill] = (), strategy: Strategy | None = None
) -> Request:
    """Write the first request for one item under the exam's protocol, the text of the skills in its system message.

    >>> exam = Exam(name="sums", items=(Item(prompt="1 + 1 =", reference="2"),))
    >>> request(exam.items[0], exam).messages[-1].content
    '1 + 1 ='
    """
    return replace(next((strategy or Direct()).turns(item, under(exam.protocol, skills))), epoch=epoch)


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
            store.put_attempts(_placed(attempt) for attempt in batch if not attempt.error)
        more = len(batch) == BATCH
        if batch:
            yield batch


def _placed(attempt: Attempt) -> Attempt:
    return replace(attempt, run_id=attempt.run_id + _OPEN_RUN) if attempt.grade.reason in OPEN else attempt
