"""Does practice go where the policy failed, in proportion, and never to the failed items themselves?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from metier.attempt import Attempt, Grade
from metier.item import Item
from metier.update.failures import Weakness, next_practice, weaknesses


def taken(*results: str) -> tuple[dict[str, Item], list[Attempt]]:
    """Attempts at items of a cluster each: `a+` was right, `a-` wrong, `a?` unscored."""
    grades = {"+": Grade.correct(), "-": Grade.incorrect("different"), "?": Grade.unscored("no_answer")}
    items, attempts = {}, []
    for number, result in enumerate(results):
        item = Item(prompt=str(number), reference="", cluster=result[:-1], concepts=(result[:-1],))
        items[item.item_id] = item
        attempts.append(Attempt(item_id=item.item_id, model="m", run_id="r", reply="", grade=grades[result[-1]]))
    return items, attempts


def weak(*counts: tuple[str, int, int]) -> list[Weakness]:
    return [Weakness(cluster=c, concepts=(c,), failed=failed, tried=tried) for c, failed, tried in counts]


def made(weaknesses: list[Weakness], count: int, **options: float) -> dict[str, int]:
    def make(concepts: tuple[str, ...], number: int, seed: int) -> Iterator[Item]:
        return (Item(prompt=f"{concepts} {seed} {n}", reference="", concepts=concepts) for n in range(number))

    items = list(next_practice(weaknesses, count=count, seed=7, make_items=make, **options))
    assert len({item.prompt for item in items}) == len(items)
    return dict(Counter(item.concepts[0] for item in items))


def test_the_weakest_come_first_by_share_then_by_number_then_by_name() -> None:
    found = weaknesses(*taken("d-", "a-", "a+", "b-", "b-", "b+", "b+", "c+", "e-", "e-"))
    assert [(w.cluster, w.failed, w.tried) for w in found] == [
        ("e", 2, 2),
        ("d", 1, 1),
        ("b", 2, 4),
        ("a", 1, 2),
        ("c", 0, 1),
    ]


def test_what_could_not_be_graded_is_neither_failed_nor_tried() -> None:
    found = weaknesses(*taken("a?", "a-", "b?"))
    assert [(w.cluster, w.failed, w.tried) for w in found] == [("a", 1, 1)]


def test_an_item_without_cluster_stands_alone_and_an_unknown_one_is_passed_over() -> None:
    items, attempts = taken("-", "a-")
    found = weaknesses(items, [*attempts, *taken("x+", "y+", "z-")[1][2:]])
    assert {w.cluster for w in found} == {"a", next(iter(items))}


def test_partial_credit_is_still_a_failure() -> None:
    items, _ = taken("a-")
    half = Attempt(item_id=next(iter(items)), model="m", run_id="r", reply="", grade=Grade.incorrect("part", score=0.5))
    assert weaknesses(items, [half])[0].failed == 1


def test_one_share_follows_the_rates_of_failure_and_the_other_the_successes() -> None:
    clusters = weak(("a", 4, 4), ("b", 2, 4), ("c", 0, 4), ("d", 0, 4))
    assert made(clusters, 100, keep=0.25) == {"a": 50, "b": 25 + 5, "c": 10, "d": 10}


def test_what_fails_once_in_a_while_stays_practised() -> None:
    assert made(weak(("a", 10, 10), ("b", 1, 15)), 100) == {"a": 47, "b": 3 + 50}


def test_without_failures_everything_is_kept_in_practice_alike() -> None:
    assert made(weak(("a", 0, 4), ("b", 0, 4)), 10) == {"a": 5, "b": 5}


def test_without_successes_everything_goes_to_the_failures() -> None:
    assert made(weak(("a", 4, 4), ("b", 4, 4)), 10) == {"a": 5, "b": 5}


def test_more_clusters_than_items_serve_the_weakest() -> None:
    clusters = [(f"c{n:02}", 1, 1 + n // 30) for n in range(60)]
    assert made(weak(*clusters), 10, keep=0.0) == {f"c{n:02}": 1 for n in range(10)}


def test_nothing_weighed_is_nothing_made() -> None:
    assert made([], 10) == {}
    assert made(weak(("a", 1, 1)), 0) == {}


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)).map(lambda c: (min(c), c[1])), min_size=1, max_size=20),
    st.integers(0, 200),
    st.floats(0, 1),
)
def test_exactly_as_many_items_are_made_as_asked(counts: list[tuple[int, int]], count: int, keep: float) -> None:
    clusters = weak(*((f"c{n}", failed, tried) for n, (failed, tried) in enumerate(counts)))
    assert sum(made(clusters, count, keep=keep).values()) == count
