"""Are practice, exam and promotion exam kept apart, and is a trade that is too small refused?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metier.distill.stage import DistillSettings, run
from metier.errors import StageError
from metier.item import Item
from metier.practice.groups import Groups, split
from metier.practice.strings import FUNCTIONS, is_reserved, make_items, solve
from metier.stores.sqlite import SqliteStore
from metier.wheel import Context, Result

SMALL = DistillSettings(practice=60, exam=12, gate=10, levels=(1, 2))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    store = SqliteStore(tmp_path / "db")
    yield Context(before={}, folder=tmp_path, home=tmp_path, store=store, progress=lambda *_: None)
    store.close()


def cells(context: Context, result: Result, name: str) -> dict[str, list[Item]]:
    return {label: list(context.store.bulk.items(key)) for label, key in result.output[name].items()}


def flat(cells: dict[str, list[Item]]) -> list[Item]:
    return [item for items in cells.values() for item in items]


def text_of(item: Item) -> str:
    return item.prompt.rpartition(" ")[2]


def test_no_two_sets_share_a_prompt_and_practice_shares_no_input_with_an_exam(context: Context) -> None:
    result = run(context, SMALL, seed=3, groups=split(FUNCTIONS, seed=3), make_items=make_items, solve=solve)
    exam, gate, practice = (flat(cells(context, result, name)) for name in ("exam", "gate", "practice"))
    prompts = [item.prompt for item in exam + gate + practice]
    assert len(prompts) == len(set(prompts))
    inputs = {text_of(item) for item in exam + gate}
    assert not inputs & {text_of(item) for item in practice}
    assert all(map(is_reserved, inputs))


def test_every_cell_has_as_many_items_as_asked_of_its_own_functions_and_level(context: Context) -> None:
    groups = split(FUNCTIONS, seed=3)
    result = run(context, SMALL, seed=3, groups=groups, make_items=make_items, solve=solve)
    assert result.output["counts"] == {"exam": 60, "gate": 50, "practice": 120}
    for label, items in cells(context, result, "exam").items():
        group = label.partition(" ")[0]
        names = set({"practised": groups.practised, "held-out": groups.held_out, "shown": groups.shown}[group])
        assert all(set(item.concepts) <= names and label.endswith(str(item.level)) for item in items)
    practice = cells(context, result, "practice")
    assert {item.level for item in practice["level 2"]} == {2}
    assert {c for item in practice["level 2"] for c in item.concepts} <= set(groups.practised)
    assert {c for item in practice["level 1"] for c in item.concepts} == set(groups.names)


def test_the_same_seed_gives_the_same_sets_and_another_seed_others(context: Context) -> None:
    def outputs(seed: int) -> Any:
        return run(
            context, SMALL, seed=seed, groups=split(FUNCTIONS, seed=0), make_items=make_items, solve=solve
        ).output

    assert outputs(1) == outputs(1)
    assert outputs(1)["exam"] != outputs(2)["exam"]


@pytest.mark.parametrize("names", [[], ["reverse"], ["reverse", "sort"], ["reverse", "sort", "drop-first"]])
def test_too_few_functions_are_refused_with_the_way_out(context: Context, names: list[str]) -> None:
    with pytest.raises(StageError, match="Too few skills were discovered") as caught:
        run(context, SMALL, seed=0, groups=split(names, seed=0), make_items=make_items, solve=solve)
    assert "Add documents" in caught.value.hint


def test_what_is_dropped_is_counted(context: Context) -> None:
    def twice(names: Any, *, level: int, count: int, seed: int, for_exam: bool = False) -> Iterator[Item]:
        yield from list(make_items(names, level=level, count=count, seed=1, for_exam=for_exam)) * 2

    groups = Groups(practised=("reverse", "sort", "drop-first"), held_out=("shift-up", "append-first"), shown=())
    few = DistillSettings(practice=10, exam=10, gate=10, levels=(1,))
    result = run(context, few, seed=0, groups=groups, make_items=twice, solve=solve)
    # Each of six sets was drawn twice (11 duplicates) and with one more than is kept; both gates repeat their exams.
    assert result.output["dropped"] == {"contaminated": 20, "duplicate": 66, "not_sampled": 4}
    assert result.came_out.endswith("; 90 candidates dropped")


def test_what_its_own_grader_refuses_is_dropped(context: Context) -> None:
    def wrong_about_sort(item: Item) -> str:
        return "sort:wrong" if item.concepts == ("sort",) else solve(item)

    groups = Groups(practised=("reverse", "sort", "drop-first"), held_out=("shift-up", "append-first"), shown=())
    few = DistillSettings(practice=9, exam=9, gate=9, levels=(1,))
    result = run(context, few, seed=0, groups=groups, make_items=make_items, solve=wrong_about_sort)
    assert result.output["dropped"]["different"] > 0
    assert all(item.concepts != ("sort",) for item in flat(cells(context, result, "exam")))
