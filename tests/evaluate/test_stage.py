"""The stage examines every arm and sets each against the base, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from metier.client import Client
from metier.clients.rule import RuleClient, always, from_mapping
from metier.digest import canonical
from metier.errors import ConfigError, StageError
from metier.evaluate import stage
from metier.evaluate.stage import EvaluateSettings
from metier.graders import grader_for
from metier.item import Item
from metier.stores.sqlite import SqliteStore
from metier.wheel import Context, Result

ITEMS = [Item(prompt=f"{n} + 1 =", reference=str(n + 1), grader="number", level=1 + n % 2) for n in range(20)]
CELLS = {"level 1": ITEMS[::2], "level 2": ITEMS[1::2]}
ANSWERS = {item.prompt: item.reference for item in ITEMS}
ARMS: dict[str, Callable[[], Client]] = {
    "base": lambda: RuleClient(always("0"), name="base"),
    "level-1": lambda: RuleClient(
        from_mapping({i.prompt: i.reference for i in ITEMS[::2]}, default="0"), name="level-1"
    ),
    "level-2": lambda: RuleClient(from_mapping(ANSWERS), name="level-2"),
}


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    store = SqliteStore(tmp_path / "metier.db")
    yield Context(before={}, folder=tmp_path, home=tmp_path, store=store, progress=lambda done, total, numbers: None)
    store.close()


def run(context: Context, arms: Mapping[str, Callable[[], Client]] = ARMS, **settings: Any) -> Result:
    chosen = EvaluateSettings(**{"policy": "level-2", **settings})
    return stage.run(context, chosen, seed=0, cells=CELLS, clients=arms, grader_for=grader_for)


def test_every_arm_is_set_against_the_base(context: Context) -> None:
    result = run(context)
    assert result.came_out == "60 attempts; level-2, all cells: 0% → 100%"
    assert {arm: [round(d["difference"], 3) for d in rows] for arm, rows in result.output["differences"].items()} == {
        "level-1": [1.0, 0.0],
        "level-2": [1.0, 1.0],
    }
    assert result.output["accuracy"]["level-1"]["level 1"]["value"] == 1.0
    assert result.output["accuracy"]["base"]["level 2"] == {
        "correct": 0,
        "scored": 10,
        "unscored": 0,
        "value": 0.0,
        "low": 0.0,
        "high": pytest.approx(0.27753279986),
    }
    runs = result.output["runs"]
    assert all(len(list(context.store.attempts(run_id=runs[arm]))) == 20 for arm in ARMS)


def test_the_result_can_be_stored_and_is_the_same_twice(context: Context) -> None:
    assert canonical(run(context).output) == canonical(run(context).output)


def test_progress_runs_over_all_arms(context: Context) -> None:
    seen: list[tuple[int, int]] = []
    watched = Context(
        before={},
        folder=context.folder,
        home=context.home,
        store=context.store,
        progress=lambda done, total, numbers: seen.append((done, total)),
    )
    run(watched)
    assert seen == [(20, 60), (40, 60), (60, 60)]


@pytest.mark.parametrize("missing", ["base", "level-2"])
def test_a_missing_arm_stops_before_the_first_request(missing: str, context: Context) -> None:
    with pytest.raises(ConfigError, match=f"No arm is called '{missing}'"):
        run(context, {arm: client for arm, client in ARMS.items() if arm != missing})
    assert list(context.store.attempts()) == []


def test_an_arm_that_cannot_be_scored_is_named_and_its_answers_are_kept(context: Context) -> None:
    arms = {**ARMS, "level-1": lambda: RuleClient(always("no idea"), name="level-1")}
    with pytest.raises(StageError, match=r"Cannot compare 'level 1': Expected at least two items .* got 0\."):
        run(context, arms)
    assert len(list(context.store.attempts())) == 60
