"""Are the items that are kept distinct, unseen and balanced, whatever order they came in?"""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.distill.curate import NGRAM_WORDS, curate
from metier.item import Item


def item(prompt: str, *concepts: str, reference: str = "") -> Item:
    return Item(prompt=prompt, reference=reference, concepts=concepts)


ITEMS = st.lists(
    st.builds(
        lambda prompt, concepts: item(prompt, *concepts),
        st.sampled_from(["a", "A", " a ", "b", "c", "ｃ", "d", "e f", "e\nf"]),
        st.lists(st.sampled_from("xyz"), max_size=2),
    )
)


@given(ITEMS, st.integers(0, 8), st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_count(
    items: list[Item], count: int, seed: int, rng: random.Random
) -> None:
    shuffled = rng.sample(items, len(items))
    assert curate(items, count=count, seed=seed) == curate(shuffled, count=count, seed=seed)


@given(ITEMS, ITEMS, st.integers(0, 8))
def test_every_candidate_is_kept_or_counted(items: list[Item], against: list[Item], count: int) -> None:
    curated = curate(items, count=count, seed=0, against=against)
    assert len(curated.items) + sum(curated.dropped.values()) == len(items)
    assert len(curated.items) <= count
    assert all(curated.dropped.values())


@pytest.mark.parametrize("other", ["swap the ends", "SWAP  the\nEnds ", "ｓｗａｐ the ends", "swap\u00a0the ends"])
def test_case_width_and_white_space_make_no_new_item(other: str) -> None:
    curated = curate([item("Swap the ends"), item(other, reference="x")], count=9, seed=0)
    assert (len(curated.items), curated.dropped) == (1, {"duplicate": 1})


def test_a_run_of_eight_shared_words_is_a_leak_and_one_of_seven_is_not() -> None:
    words = [f"w{n}" for n in range(NGRAM_WORDS)]
    seen = item("before " + " ".join(words) + " behind")
    leak, near = item("Now " + " ".join(words).upper()), item("now " + " ".join(words[1:]) + " and more of this")
    curated = curate([leak, near], count=9, seed=0, against=[seen])
    assert (curated.items, curated.dropped) == ((near,), {"contaminated": 1})


def test_a_short_prompt_leaks_only_as_a_whole() -> None:
    curated = curate([item("Sort abc"), item("sort abc now")], count=9, seed=0, against=[item("sort  ABC")])
    assert [i.prompt for i in curated.items] == ["sort abc now"]


def test_every_concept_gets_its_share() -> None:
    items = [item(f"many {n}", "many") for n in range(100)] + [item(f"few {n}", "few") for n in range(5)]
    shares = Counter(i.concepts[0] for i in curate(items, count=20, seed=1).items)
    assert shares == {"few": 5, "many": 15}


def test_an_item_of_two_concepts_counts_for_both() -> None:
    items = [item(f"{a}{b}{n}", a, b) for n in range(20) for a in "abc" for b in "abc" if a < b]
    shares = Counter(c for i in curate(items, count=30, seed=3).items for c in i.concepts)
    assert max(shares.values()) - min(shares.values()) <= 2


def test_items_without_concepts_are_a_group_of_their_own() -> None:
    items = [item(f"plain {n}") for n in range(10)] + [item(f"x {n}", "x") for n in range(10)]
    assert Counter(i.concepts for i in curate(items, count=10, seed=0).items) == {(): 5, ("x",): 5}


def test_none_asked_for_is_none_kept_and_too_many_asked_for_is_all() -> None:
    items = [item(str(n)) for n in range(4)]
    assert curate(items, count=0, seed=0).dropped == {"not_sampled": 4}
    assert curate(items, count=0, seed=0).items == ()
    assert {i.prompt for i in curate(items, count=99, seed=0).items} == {i.prompt for i in items}
    assert curate([], count=9, seed=0).items == ()


def test_another_seed_chooses_other_items_and_the_same_seed_the_same() -> None:
    items = [item(str(n)) for n in range(50)]
    assert curate(items, count=5, seed=1) == curate(items, count=5, seed=1)
    assert curate(items, count=5, seed=1) != curate(items, count=5, seed=2)


def test_sampling_over_thousands_of_concepts_is_quick() -> None:
    items = [item(str(n), f"c{n % 2000}") for n in range(4000)]
    began = time.process_time()
    assert len({i.concepts for i in curate(items, count=2000, seed=0).items}) == 2000
    assert time.process_time() - began < 2
