"""After `kill -9` a batch has happened or it has not; nothing is lost and nothing is doubled."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection

import pytest

from metier.attempt import Attempt, Grade
from metier.store import Store

NUM_KILLS = 22
NUM_SEEN_AGAIN = 20

# Children start from a server that has imported everything already, so a start costs milliseconds.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["metier.stores.sqlite", "metier.stores.postgres", "psycopg"])


def attempt(number: int) -> Attempt:
    return Attempt(item_id=f"item_{number:06}", model="m", run_id="r", reply=str(number), grade=Grade.correct())


def write(opening: Callable[[], Store], sender: Connection, seed: int, target: int | None) -> None:
    """Go on where the store stopped, in batches that overlap what is stored; tell of each batch once it is kept."""
    store, rng = opening(), random.Random(seed)
    number = sum(1 for _ in store.attempts())
    sender.send(number)
    while target is None or number < target:
        first, end = max(0, number - rng.randrange(NUM_SEEN_AGAIN)), number + rng.randrange(1, 30)
        assert store.put_attempts(map(attempt, range(first, end))) == end - number
        number = end
        sender.send(number)
    store.close()


def start(opening: Callable[[], Store], seed: int, target: int | None):  # type: ignore[no-untyped-def]
    receiver, sender = processes.Pipe(duplex=False)
    child = processes.Process(target=write, args=(opening, sender, seed, target))
    child.start()
    sender.close()
    assert receiver.poll(60), "the child did not start"
    return child, receiver


def last_told(receiver: Connection) -> int:
    number = 0
    with receiver:
        try:
            while True:
                number = receiver.recv()
        except EOFError:
            return number


@pytest.mark.slow
def test_killed_writers_lose_and_double_nothing(opening: Callable[[], Store]) -> None:
    rng, told = random.Random(0), 0
    for seed in range(NUM_KILLS):
        child, receiver = start(opening, seed, None)
        time.sleep(rng.uniform(0, 0.03))
        child.kill()
        child.join()
        assert child.exitcode == -9
        told = last_told(receiver)
        with closing(opening()) as store:
            stored = sum(1 for _ in store.attempts())
            assert not list(store.amiss()), "what was kept is not what was entered"
        assert stored >= told, "an attempt that was kept is lost"
    child, receiver = start(opening, NUM_KILLS, told + 500)
    child.join(60)
    assert child.exitcode == 0
    with closing(opening()) as store:
        found = list(store.attempts())
    assert found == [attempt(number) for number in range(last_told(receiver))]


def put_range(opening: Callable[[], Store], first: int, end: int) -> None:
    store = opening()
    for number in range(first, end, 5):
        store.put_attempts(map(attempt, range(number, number + 5)))
    store.close()


def test_two_processes_write_at_once(opening: Callable[[], Store]) -> None:
    children = [processes.Process(target=put_range, args=(opening, first, first + 300)) for first in (0, 100)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    with closing(opening()) as store:
        found = list(store.attempts())
        assert not list(store.amiss())
    assert len(found) == 400
    assert sorted(found, key=lambda one: one.item_id) == [attempt(number) for number in range(400)]
