"""Is what is drawn what the hierarchy says, and never a skill that the sentence asks for?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.discover.supervision.mixture import Mixture, make_sampler, sampler_names, shortfalls
from metier.discover.supervision.negatives import Random
from metier.discover.supervision.sampler import SHORT, FromPool, forbidden
from metier.discover.supervision.space import Space, pool, space
from metier.errors import ConfigError, InputError
from metier.taxonomy import Concept, Taxonomy

KINDS = ("random", "siblings", "string-near", "embedding-near", "related")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[tuple[int, int]], int]:
    """Edges (child, parent) of a graph without cycles, and how many nodes it has."""
    size = draw(st.integers(2, 14))
    pairs = [(child, parent) for child in range(size) for parent in range(child)]
    return draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3 * size)), size


def make(edges: list[tuple[int, int]], size: int, **more: object) -> Space:
    parents = {child: tuple(str(p) for c, p in edges if c == child) for child in range(size)}
    words = ("weld", "welding", "cook", "cooking", "sell", "selling", "paint")
    concepts = (
        Concept(id=str(n), label=f"{words[n % 7]} {words[n % 5]}", parents=parents[n], alt_labels=(f"x{n}",))
        for n in range(size)
    )
    vectors = np.random.default_rng(size).normal(size=(size, 4))
    related = {str(n): [str((n * 3 + 1) % size), "elsewhere"] for n in range(size)}
    return space(Taxonomy(name="t", concepts=tuple(concepts)), vectors=vectors, related=related.__getitem__, **more)  # type: ignore[arg-type]


def raw_kin(edges: list[tuple[int, int]], size: int) -> np.ndarray:
    """Who is above or below whom, by powers of the matrix of edges; nothing of the code under test."""
    up = np.zeros((size, size), dtype=int)
    for child, parent in edges:
        up[child, parent] = 1
    reach = np.eye(size, dtype=int)
    for _ in range(size):
        reach = ((reach + reach @ up) > 0).astype(int)
    return (reach + reach.T) > 0


def raw_siblings(edges: list[tuple[int, int]], size: int, largest: int) -> np.ndarray:
    """Who shares a parent of at most `largest` children with whom, by a product of the matrix of edges."""
    up = np.zeros((size, size), dtype=int)
    for child, parent in edges:
        up[child, parent] = 1
    up = up * (up.sum(axis=0) <= largest)
    return (up @ up.T > 0) & ~np.eye(size, dtype=bool)


def rows(*lists: list[int]) -> list[np.ndarray]:
    return [np.array(one, dtype=np.int64) for one in lists]


@given(worlds(), st.integers(1, 6), st.data())
@settings(deadline=None)
def test_the_siblings_drawn_are_those_of_the_raw_edges(
    world: tuple[list[tuple[int, int]], int], largest: int, data: st.DataObject
) -> None:
    edges, size = world
    here = make(edges, size, largest_group=largest)
    positive, named = data.draw(st.integers(0, size - 1)), data.draw(st.lists(st.integers(0, size - 1), max_size=3))
    expected = raw_siblings(edges, size, largest)[positive] & ~raw_kin(edges, size)[positive]
    expected[named] = False
    drawn = make_sampler("siblings", here).draw(
        rows([positive]), size, np.random.default_rng(0), occurring=rows(named)
    )[0]
    assert sorted(drawn[drawn != SHORT].tolist()) == np.flatnonzero(expected).tolist()
    assert (drawn[expected.sum() :] == SHORT).all()


@given(
    worlds(),
    st.sampled_from([*KINDS, "random:3,siblings:1,string-near:2", "siblings,random"]),
    st.data(),
    st.integers(0, 99),
)
@settings(deadline=None, max_examples=200)
def test_no_draw_holds_what_the_sentence_asks_for_or_anything_twice(
    world: tuple[list[tuple[int, int]], int], recipe: str, data: st.DataObject, seed: int
) -> None:
    edges, size = world
    index = st.integers(0, size - 1)
    sentences = data.draw(st.lists(st.tuples(st.lists(index, max_size=3), st.lists(index, max_size=3)), max_size=5))
    positives, occurring = rows(*(p for p, _ in sentences)), rows(*(o for _, o in sentences))
    sampler = make_sampler(recipe, make(edges, size))
    drawn = sampler.draw(positives, 7, np.random.default_rng(seed), occurring=occurring)
    kin = raw_kin(edges, size)
    assert drawn.shape == (len(sentences), 7)
    for row, asked, named in zip(drawn, positives, occurring, strict=True):
        found = row[row != SHORT].tolist()
        assert len(set(found)) == len(found)
        assert not set(found) & set(named.tolist())
        assert not kin[asked][:, found].any()


@pytest.mark.parametrize("recipe", [*KINDS, "siblings,random"])
def test_sentences_that_ask_for_nothing_get_negatives_like_any_other(recipe: str) -> None:
    drawn = make_sampler(recipe, make([], 12)).draw(rows([], [], []), 2, np.random.default_rng(0))
    assert drawn.shape == (3, 2)
    assert (drawn != SHORT).any() == ("random" in recipe)


@given(worlds(), st.sampled_from(KINDS), st.data())
@settings(deadline=None)
def test_a_sampler_is_short_only_of_what_is_not_there(
    world: tuple[list[tuple[int, int]], int], kind: str, data: st.DataObject
) -> None:
    edges, size = world
    here = make(edges, size)
    positive = data.draw(st.integers(0, size - 1))
    sampler = make_sampler(kind, here)
    can = set(range(size)) if kind == "random" else set(sampler.pool.of(positive).tolist())  # type: ignore[attr-defined]
    can -= set(np.flatnonzero(raw_kin(edges, size)[positive]).tolist())
    drawn = sampler.draw(rows([positive]), size, np.random.default_rng(0))
    assert set(drawn[0].tolist()) - {SHORT} == can
    assert shortfalls(sampler, drawn) == {kind: size - len(can)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_draw_and_another_one_another(kind: str) -> None:
    here = make([(n, n // 9) for n in range(1, 60)], 60, largest_group=60)
    sampler = make_sampler(kind, here)
    asked = rows(*([n, n + 1] for n in range(10, 40)))
    first, again, other = (sampler.draw(asked, 2, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (first == again).all()
    assert kind == "related" or (first != other).any()


def test_random_draws_each_concept_equally_often() -> None:
    """Chi-square of 9 free candidates at 9,000 draws: 26.1 is the 0.1 % point of 8 degrees of freedom."""
    here = make([(3, 2)], 12)
    drawn = Random(here).draw(rows(*[[3]] * 4500), 2, np.random.default_rng(0), occurring=rows(*[[5]] * 4500))
    counts = np.bincount(drawn.ravel(), minlength=12)
    assert counts[[2, 3, 5]].tolist() == [0, 0, 0]
    free = np.delete(counts, [2, 3, 5])
    assert ((free - 1000) ** 2 / 1000).sum() < 26.1


def test_random_is_as_even_where_concepts_are_many() -> None:
    """The way of drawing that redraws: 97 degrees of freedom, 0.1 % point 146."""
    here = make([], 100)
    drawn = Random(here).draw(rows(*[[0, 1]] * 5000), 4, np.random.default_rng(0))
    counts = np.bincount(drawn.ravel(), minlength=100)[2:]
    assert counts.sum() == 20_000
    assert ((counts - 20_000 / 98) ** 2 / (20_000 / 98)).sum() < 146


def test_each_positive_has_its_turn_however_big_its_group() -> None:
    here = space(Taxonomy(name="t", concepts=tuple(Concept(id=str(n), label=str(n)) for n in range(50))))
    sampler = FromPool("two", here, pool([list(range(2, 42)), [42, 43], *[[]] * 48]))
    drawn = sampler.draw(rows(*[[0, 1]] * 50), 4, np.random.default_rng(0))
    assert ((drawn >= 42).sum(axis=1) == 2).all()


def test_groups_that_are_no_candidates_still_make_siblings_and_kin() -> None:
    concepts = (
        Concept(id="group", label="group"),
        *(Concept(id=c, label=c, parents=("group",)) for c in "abc"),
        Concept(id="d", label="d", parents=("a",)),
    )
    here = space(Taxonomy(name="t", concepts=concepts), ids=("d", "a", "b", "c"))
    drawn = make_sampler("siblings", here).draw(rows([1]), 3, np.random.default_rng(0))
    assert sorted(drawn[0].tolist()) == [SHORT, 2, 3]
    assert make_sampler("siblings", here).draw(rows([0]), 1, np.random.default_rng(0)).tolist() == [[SHORT]]
    assert forbidden(here, rows([0])).tolist() == [0, 1]


def test_what_the_sentence_names_is_no_negative_though_it_is_a_sibling() -> None:
    databases = (
        Concept(id="db", label="databases"),
        *(Concept(id=c, label=c, parents=("db",)) for c in ("SQL", "MySQL")),
    )
    here = space(Taxonomy(name="t", concepts=databases))
    sampler = make_sampler("siblings", here)
    asked, named = [here.indices(["SQL"])], [here.indices(["SQL", "MySQL"])]
    assert sampler.draw(asked, 1, np.random.default_rng(0)).tolist() == [[2]]
    assert sampler.draw(asked, 1, np.random.default_rng(0), occurring=named).tolist() == [[SHORT]]


def test_string_near_knows_forms_that_look_alike_through_any_label() -> None:
    concepts = (
        Concept(id="a", label="arc welding"),
        Concept(id="b", label="joining of metal", alt_labels=("spot welding",)),
        Concept(id="c", label="baking bread"),
        Concept(id="d", label="Arc  Welding"),
    )
    sampler = make_sampler("string-near", space(Taxonomy(name="t", concepts=concepts)))
    assert sampler.pool.of(0).tolist() == [1], "a namesake is no neighbour"  # type: ignore[attr-defined]


def test_embedding_near_finds_the_nearest_by_cosine_as_sorting_does() -> None:
    vectors = np.random.default_rng(3).normal(size=(700, 8)) * np.random.default_rng(4).uniform(0.1, 9, size=(700, 1))
    here = space(
        Taxonomy(name="t", concepts=tuple(Concept(id=str(n), label=str(n)) for n in range(700))),
        vectors=vectors,
        neighbours=9,
    )
    sampler = make_sampler("embedding-near", here)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for index in (0, 511, 512, 699):
        order = np.argsort(-(unit @ unit[index]))
        assert sorted(order[1:10].tolist()) == sampler.pool.of(index).tolist()  # type: ignore[attr-defined]


def test_a_mixture_gives_each_part_its_columns_and_nobody_steps_in() -> None:
    here = make([(n, 0) for n in range(1, 5)], 40)
    sampler = make_sampler("random:3, siblings:1,related:2", here)
    assert sampler.columns(12) == ("random",) * 6 + ("siblings",) * 2 + ("related",) * 4
    drawn = sampler.draw(rows([20]), 12, np.random.default_rng(0))
    assert (drawn[0, 6:8] == SHORT).all(), "20 has no siblings"
    assert shortfalls(sampler, drawn)["random"] == 0
    assert shortfalls(sampler, drawn)["siblings"] == 2


def test_one_part_is_the_sampler_itself() -> None:
    assert not isinstance(make_sampler("siblings:4", make([], 3)), Mixture)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("sibling", "siblings"),
        ("near", "Known"),
        ("random:0", "above 0"),
        ("random:x", "above 0"),
        ("random:nan", "above 0"),
        ("random:inf", "above 0"),
        ("random,random:2", "twice"),
        ("", "No sampler"),
        ("random,", "No sampler"),
    ],
)
def test_a_recipe_that_names_nothing_is_refused(recipe: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make_sampler(recipe, make([], 3))
    assert message in f"{refused.value} {refused.value.hint}"


def test_a_part_that_would_never_be_drawn_is_refused() -> None:
    sampler = make_sampler("random:9,siblings:1", make([], 3))
    with pytest.raises(ConfigError, match="siblings"):
        sampler.draw(rows([0]), 2, np.random.default_rng(0))


def test_a_sampler_without_what_it_needs_is_refused() -> None:
    bare = space(Taxonomy(name="t", concepts=(Concept(id="a", label="a"),)))
    for kind in ("related", "embedding-near"):
        with pytest.raises(InputError, match="the space has none"):
            make_sampler(kind, bare)


def test_indices_that_are_none_of_the_space_are_refused() -> None:
    here = make([], 3)
    for kind in ("random", "siblings"):
        for bad in (3, -1):
            with pytest.raises(InputError, match="0 to 2"):
                make_sampler(kind, here).draw(rows([bad]), 1, np.random.default_rng(0))
    with pytest.raises(InputError, match="1 sentences, got 0"):
        Random(here).draw(rows([0]), 1, np.random.default_rng(0), occurring=[])


def test_vectors_and_candidates_must_fit() -> None:
    one = Taxonomy(name="t", concepts=(Concept(id="a", label="a"),))
    for vectors in (np.zeros((2, 3)), np.array([[np.nan]]), np.zeros(1)):
        with pytest.raises(InputError, match="one finite vector"):
            space(one, vectors=vectors)
    with pytest.raises(InputError, match="twice"):
        space(one, ids=("a", "a"))
    with pytest.raises(InputError):
        space(one, ids=("b",))


def test_a_package_can_bring_a_sampler_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    theirs = EntryPoint("mine", f"{__name__}:brought", "metier.negatives")
    twice = EntryPoint("random", "elsewhere:random", "metier.negatives")
    broken = EntryPoint("broken", "no.such.module:x", "metier.negatives")
    monkeypatch.setattr("metier.discover.supervision.mixture.entry_points", lambda group: (theirs, twice, broken))
    monkeypatch.setattr(EntryPoint, "load", lambda point: brought if point.name == "mine" else 1 / 0)
    assert "mine" in sampler_names()
    assert make_sampler("mine", make([], 3)).columns(2) == ("mine", "mine")
    with pytest.raises(ConfigError, match="Several packages"):
        make_sampler("random", make([], 3))
    with pytest.raises(ConfigError, match="cannot be loaded"):
        make_sampler("broken", make([], 3))


def brought(here: Space) -> FromPool:
    """What a package would offer under `metier.negatives`."""
    return FromPool("mine", here, pool([[]] * len(here)))
