"""The task space: total functions, worked answers that end in the right answer, compositions that are real ones."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InputError
from metier.practice.groups import split
from metier.practice.strings import (
    ALPHABET,
    FUNCTIONS,
    draw_text,
    is_reserved,
    make_item,
    make_items,
    prompt,
    reducible,
    run,
    trace,
)

texts = st.text(alphabet=ALPHABET, max_size=12)
names = st.lists(st.sampled_from(list(FUNCTIONS)), min_size=1, max_size=4)


def test_there_are_thirty_functions_in_four_families() -> None:
    assert len(FUNCTIONS) == 30
    assert Counter(f.family for f in FUNCTIONS.values()) == {
        "order": 14,
        "selection": 5,
        "duplication": 5,
        "substitution": 6,
    }


def test_every_name_is_readable_and_cannot_be_an_input() -> None:
    for name, function in FUNCTIONS.items():
        assert name == function.name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert set(name) - set(ALPHABET) - {"-"}
        assert function.definition.endswith(".")


def test_no_two_functions_do_the_same() -> None:
    probes = ["".join(letters) for letters in itertools.islice(itertools.permutations(ALPHABET, 6), 0, 100_000, 9973)]
    probes += ["aabbc", "jiiha", "abcabca"]
    assert len({tuple(map(f.apply, probes)) for f in FUNCTIONS.values()}) == len(FUNCTIONS)


@given(text=texts)
def test_every_function_is_total_on_the_alphabet(text: str) -> None:
    for function in FUNCTIONS.values():
        assert set(function.apply(text)) <= set(ALPHABET)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("reverse", "abcde", "edcba"),
        ("rotate-left", "abcde", "bcdea"),
        ("rotate-right", "abcde", "eabcd"),
        ("swap-ends", "abcde", "ebcda"),
        ("swap-first-two", "abcde", "bacde"),
        ("swap-last-two", "abcde", "abced"),
        ("swap-halves", "abcde", "cdeab"),
        ("swap-pairs", "abcde", "badce"),
        ("interleave-halves", "abcde", "adbec"),
        ("odd-places-first", "abcde", "acebd"),
        ("reverse-inner", "abcde", "aedcb"),
        ("reverse-first-half", "abcde", "bacde"),
        ("sort", "cabea", "aabce"),
        ("sort-backwards", "cabea", "ecbaa"),
        ("drop-first", "abcde", "bcde"),
        ("drop-last", "abcde", "abcd"),
        ("drop-second", "abcde", "acde"),
        ("drop-middle", "abcde", "abde"),
        ("drop-repeats", "abacb", "abc"),
        ("double-first", "abcde", "aabcde"),
        ("double-last", "abcde", "abcdee"),
        ("double-middle", "abcde", "abccde"),
        ("append-first", "abcde", "abcdea"),
        ("prepend-last", "abcde", "eabcde"),
        ("shift-up", "abcdj", "bcdea"),
        ("shift-down", "abcdj", "jabci"),
        ("shift-first", "jbcde", "abcde"),
        ("mirror-letters", "abcdj", "jihga"),
        ("overwrite-first", "abcde", "ebcde"),
        ("overwrite-last", "abcde", "abcda"),
    ],
)
def test_each_function_does_what_its_definition_says(name: str, before: str, after: str) -> None:
    assert FUNCTIONS[name].apply(before) == after


@given(names=names, text=texts)
def test_the_worked_answer_ends_in_the_answer(names: list[str], text: str) -> None:
    assert trace(names, text).rsplit(":", 1)[-1] == run(names, text)


@given(first=names, then=names, text=texts)
def test_applying_two_lists_in_turn_is_applying_their_sum(first: list[str], then: list[str], text: str) -> None:
    assert run(then, run(first, text)) == run(first + then, text)


def test_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="'revers'") as caught:
        run(["revers"], "abc")
    assert caught.value.hint == "Did you mean 'reverse'?"


def test_letter_outside_the_alphabet_is_refused() -> None:
    with pytest.raises(InputError, match="'z'"):
        run(["reverse"], "abz")


@pytest.mark.parametrize(
    "composition",
    [
        ("reverse", "reverse"),
        ("rotate-left", "rotate-right"),
        ("reverse", "sort"),
        ("double-first", "drop-first"),
        ("append-first", "drop-first"),
        ("shift-up", "shift-down"),
        ("sort", "swap-ends", "swap-ends"),
    ],
)
def test_composition_that_equals_a_shorter_one_is_found(composition: tuple[str, ...]) -> None:
    assert reducible(composition)


def test_most_pairs_are_real_compositions_and_every_atom_is() -> None:
    pairs = list(itertools.product(FUNCTIONS, repeat=2))
    assert sum(not reducible(pair) for pair in pairs) > 0.85 * len(pairs)
    assert not any(reducible([name]) for name in FUNCTIONS)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_items_are_distinct_balanced_and_need_every_function(level: int) -> None:
    items = list(make_items(list(FUNCTIONS), level=level, count=300, seed=4))
    assert len({item.prompt for item in items}) == 300
    uses = Counter(name for item in items for name in item.concepts)
    assert set(uses) == set(FUNCTIONS)
    assert max(uses.values()) - min(uses.values()) <= 6
    for item in items:
        text = item.prompt.rsplit(" ", 1)[-1]
        assert item == make_item(item.concepts, text)
        assert (item.level, item.cluster, item.grader) == (level, "+".join(item.concepts), "exact")
        assert not reducible(item.concepts)
        shorter = itertools.chain.from_iterable(itertools.combinations(item.concepts, n) for n in range(level))
        assert all(run(part, text) != item.reference for part in shorter)


def test_the_same_seed_gives_the_same_items() -> None:
    draws = [[i.prompt for i in make_items(["sort", "shift-up"], level=2, count=20, seed=s)] for s in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_exam_and_practice_share_no_input() -> None:
    def inputs(*, for_exam: bool) -> set[str]:
        items = make_items(list(FUNCTIONS), level=1, count=500, seed=0, for_exam=for_exam)
        return {item.prompt.rsplit(" ", 1)[-1] for item in items}

    exam, practice = inputs(for_exam=True), inputs(for_exam=False)
    assert all(map(is_reserved, exam)) and not any(map(is_reserved, practice))


def test_forbidden_strings_and_prompts_do_not_occur() -> None:
    first = list(make_items(["sort", "reverse"], level=1, count=50, seed=0))
    prompts = {item.prompt for item in first}
    strings = {item.prompt.rsplit(" ", 1)[-1] for item in first}
    assert not prompts & {
        i.prompt for i in make_items(["sort", "reverse"], level=1, count=50, seed=0, forbidden=prompts)
    }
    again = make_items(["sort", "reverse"], level=1, count=50, seed=0, forbidden=strings)
    assert not strings & {i.prompt.rsplit(" ", 1)[-1] for i in again}


def test_functions_that_cannot_be_composed_are_refused() -> None:
    with pytest.raises(InputError, match="level 2"):
        next(make_items(["reverse"], level=2, count=1, seed=0))
    with pytest.raises(InputError, match="function names"):
        next(make_items([], level=1, count=1, seed=0))


@given(seed=st.integers(0, 50))
def test_groups_are_disjoint_and_each_holds_every_family(seed: int) -> None:
    groups = split(FUNCTIONS, seed=seed)
    assert sorted(groups.names) == sorted(FUNCTIONS)
    assert len(set(groups.names)) == len(groups.names)
    for group in (groups.practised, groups.held_out, groups.shown):
        assert {FUNCTIONS[name].family for name in group} == {f.family for f in FUNCTIONS.values()}
    assert split(reversed(list(FUNCTIONS)), seed=seed) == groups


def test_prompt_names_functions_in_order_of_application() -> None:
    assert prompt(["sort", "drop-last"], "cab") == "apply sort drop-last to cab"


def test_a_guess_is_right_in_well_under_one_percent() -> None:
    """Guessing any order of the input's own letters is the best that a policy without the skill could do."""
    rng = random.Random(0)
    items = list(make_items(list(FUNCTIONS), level=2, count=2000, seed=6, for_exam=True))
    guesses = ["".join(rng.sample(text, len(text))) for text in (i.prompt.rsplit(" ", 1)[-1] for i in items)]
    assert sum(g == i.reference for g, i in zip(guesses, items, strict=True)) < 0.01 * len(items)


def test_drawn_strings_keep_to_their_lengths() -> None:
    rng = random.Random(0)
    assert {len(draw_text(rng, (3, 5))) for _ in range(100)} == {3, 4, 5}
