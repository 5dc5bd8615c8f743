"""Is a taxonomy refused when it is not sound, and does it go over itself once and no more when it is asked?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InputError
from metier.taxonomy import Concept, Taxonomy


def taxonomy(**parents: str) -> Taxonomy:
    """One concept for each keyword, with the parents that its value names."""
    concepts = tuple(Concept(id=name, label=name, parents=tuple(above.split())) for name, above in parents.items())
    return Taxonomy(name="t", concepts=concepts)


class Passes(tuple[Concept, ...]):
    """Concepts that count how often somebody goes over them all."""

    num: int = 0

    def __iter__(self) -> Iterator[Concept]:
        self.num += 1
        return super().__iter__()


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The concepts that were looked up, one after another."""
    found = list[str]()
    look_up = Taxonomy.__getitem__

    def counted(self: Taxonomy, concept_id: str) -> Any:
        found.append(concept_id)
        return look_up(self, concept_id)

    monkeypatch.setattr(Taxonomy, "__getitem__", counted)
    return found


def test_two_concepts_with_one_identifier_are_refused_and_the_second_is_named() -> None:
    with pytest.raises(InputError, match="two concepts with the identifier 'a'") as caught:
        Taxonomy(name="t", concepts=(Concept(id="a", label="one"), Concept(id="a", label="two")))
    assert caught.value.key == ("a",)


def test_a_missing_parent_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(InputError, match="'reverse' of taxonomy 't' has a parent 'oder' that is missing") as caught:
        taxonomy(order="", reverse="oder")
    assert caught.value.hint == "Did you mean 'order'?"
    assert caught.value.key == ("reverse",)


@pytest.mark.parametrize("parents", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "", "b": "a d", "c": "b", "d": "c"}])
def test_parents_that_run_in_a_circle_are_refused(parents: dict[str, str]) -> None:
    with pytest.raises(InputError, match="run in a circle"):
        taxonomy(**parents)


def test_a_circle_of_thousands_is_found_without_recursion() -> None:
    concepts = tuple(Concept(id=str(n), label="x", parents=(str((n + 1) % 20_000),)) for n in range(20_000))
    with pytest.raises(InputError, match="run in a circle"):
        Taxonomy(name="t", concepts=concepts)


def test_a_chain_of_twenty_thousand_is_climbed_once(looked_up: list[str]) -> None:
    concepts = tuple(Concept(id=str(n), label="x", parents=(str(n + 1),) * (n < 19_999)) for n in range(20_000))
    above = Taxonomy(name="t", concepts=concepts).ancestors("0")
    assert above == tuple(map(str, range(1, 20_000)))
    assert looked_up == list(map(str, range(20_000)))


def test_a_ladder_with_two_ways_at_every_rung_is_climbed_once(looked_up: list[str]) -> None:
    concepts = [Concept(id=f"{side}0", label="x") for side in "ab"]
    concepts += [
        Concept(id=f"{side}{n}", label="x", parents=(f"a{n - 1}", f"b{n - 1}")) for n in range(1, 60) for side in "ab"
    ]
    assert len(Taxonomy(name="t", concepts=tuple(concepts)).ancestors("a59")) == 118
    assert len(looked_up) == len(set(looked_up)) == 119


def test_ancestors_come_nearest_first_and_each_once() -> None:
    assert taxonomy(top="", left="top", right="top", low="left right", lowest="low").ancestors("lowest") == (
        "low",
        "left",
        "right",
        "top",
    )


def test_children_come_in_the_order_of_the_taxonomy() -> None:
    tree = taxonomy(z="top", top="", a="top other top", other="")
    assert tree.children("top") == ("z", "a")
    assert tree.children("a") == ()


def test_asking_a_concept_for_its_children_takes_no_pass_over_the_others() -> None:
    below = (Concept(id=str(n), label=str(n), parents=("top",)) for n in range(100))
    concepts = Passes((Concept(id="top", label="top"), *below))
    tree = Taxonomy(name="t", concepts=concepts)
    num_to_make = concepts.num
    assert len(tree.children("top")) == 100 and not any(tree.children(str(n)) for n in range(100))
    assert concepts.num == num_to_make > 0


def test_an_unknown_concept_is_refused_with_a_suggestion() -> None:
    tree = taxonomy(reverse="")
    for ask in (tree.children, tree.ancestors, tree.__getitem__):
        with pytest.raises(InputError, match="no concept 'revers'") as caught:
            ask("revers")
        assert caught.value.hint == "Did you mean 'reverse'?"
    assert "revers" not in tree


@given(st.lists(st.lists(st.integers(0, 29), max_size=3), max_size=30))
def test_what_is_above_a_concept_holds_all_that_is_above_its_parents(edges: list[list[int]]) -> None:
    concepts = tuple(
        Concept(id=str(n), label="x", parents=tuple(str(p) for p in parents if p < n))
        for n, parents in enumerate(edges)
    )
    tree = Taxonomy(name="t", concepts=concepts)
    for concept in tree:
        above = set(tree.ancestors(concept.id))
        assert above == set(concept.parents).union(*(tree.ancestors(parent) for parent in concept.parents))
        assert all(concept.id in tree.children(parent) for parent in concept.parents)


@given(st.lists(st.lists(st.integers(0, 19), max_size=3), max_size=20))
def test_siblings_share_a_parent_and_are_no_kin(edges: list[list[int]]) -> None:
    tree = Taxonomy(
        name="t",
        concepts=tuple(
            Concept(id=str(n), label="x", parents=tuple(str(p) for p in parents if p < n))
            for n, parents in enumerate(edges)
        ),
    )
    for concept in tree:
        below = tree.descendants(concept.id)
        assert set(below) == {other.id for other in tree if concept.id in tree.ancestors(other.id)}
        assert set(tree.siblings(concept.id)) == {
            other.id
            for other in tree
            if set(other.parents) & set(concept.parents)
            and other.id not in {concept.id, *below, *tree.ancestors(concept.id)}
        }
        assert all(concept.id in tree.siblings(other) for other in tree.siblings(concept.id))


def test_relations_are_known_from_both_ends_and_a_missing_end_is_refused() -> None:
    one = Concept(id="a", label="a", related=(("essential", "b"), ("optional", "b"), ("optional", "a")))
    tree = Taxonomy(name="t", concepts=(one, Concept(id="b", label="b")))
    assert tree.related("a") == ("b",)
    assert tree.related("b", relation="optional") == ("a",)
    assert tree.related("b", relation="none such") == ()
    with pytest.raises(InputError, match="'a' of 't' names 'b' as essential, which is missing"):
        Taxonomy(name="t", concepts=(one,))


def test_the_digest_names_content_and_order_but_not_the_name() -> None:
    one, two = Concept(id="a", label="a"), Concept(id="b", label="b")
    tree = Taxonomy(name="t", concepts=(one, two))
    assert tree.digest == Taxonomy(name="u", version="2", concepts=(one, two)).digest
    assert tree.digest != Taxonomy(name="t", concepts=(two, one)).digest
    assert tree.digest != Taxonomy(name="t", concepts=(one, Concept(id="b", label="c"))).digest
