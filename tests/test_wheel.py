"""Does a chain of stages run only what changed, go on after a failure, and never trust a damaged artefact?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from metier.errors import ConfigError, StageError
from metier.run import StageRecord
from metier.store import Store
from metier.stores.sqlite import SqliteStore
from metier.wheel import Context, Numbers, Result, Stage, turn


class Workshop:
    """Three stages that count how often they run: a reads a file, b reads a, c reads a and b and writes a file."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.source = folder / "source.txt"
        self.source.write_text("one", encoding="utf-8")
        self.ran: list[str] = []
        self.settings = 1
        self.fails = ""

    def stages(self) -> list[Stage]:
        return [
            Stage(name="a", run=self.a, files=(self.source,)),
            Stage(name="b", run=self.b, reads=("a",), settings={"factor": self.settings}),
            Stage(name="c", run=self.c, reads=("a", "b")),
        ]

    def a(self, context: Context) -> Result:
        self.note("a")
        return Result(output={"length": len(self.source.read_text(encoding="utf-8"))}, came_out="a length")

    def b(self, context: Context) -> Result:
        self.note("b")
        return Result(output={"product": context.before["a"]["length"] * self.settings}, came_out="a product")

    def c(self, context: Context) -> Result:
        (context.folder / "half.txt").write_text("begun", encoding="utf-8")
        self.note("c")
        place = context.folder / "whole.txt"
        place.write_text(str(context.before["b"]["product"]), encoding="utf-8")
        context.progress(1, 1, {"points": 1.0})
        return Result(output={}, came_out="a file", artefacts=[place.relative_to(context.home).as_posix()])

    def note(self, stage: str) -> None:
        self.ran.append(stage)
        if self.fails == stage:
            raise StageError(f"{stage} failed")


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(SqliteStore(tmp_path / "store.sqlite")) as opened:
        yield opened


def ran(shop: Workshop, store: Store, **options: object) -> str:
    shop.ran.clear()
    turn(shop.stages(), store, shop.home, **options)  # type: ignore[arg-type]
    return "".join(shop.ran)


def test_an_unchanged_stage_is_not_run_again(shop: Workshop, store: Store) -> None:
    assert ran(shop, store) == "abc"
    assert ran(shop, store) == ""


def test_a_changed_setting_runs_its_stage_and_what_depends_on_it(shop: Workshop, store: Store) -> None:
    ran(shop, store)
    shop.settings = 2
    assert ran(shop, store) == "bc"


def test_a_changed_file_with_the_same_result_stops_the_change(shop: Workshop, store: Store) -> None:
    ran(shop, store)
    shop.source.write_text("two", encoding="utf-8")
    assert ran(shop, store) == "a"


def test_going_back_to_earlier_settings_runs_nothing(shop: Workshop, store: Store) -> None:
    ran(shop, store)
    shop.settings = 2
    ran(shop, store)
    shop.settings = 1
    assert ran(shop, store) == ""


def test_from_runs_a_stage_and_all_after_it(shop: Workshop, store: Store) -> None:
    ran(shop, store)
    assert ran(shop, store, start="b") == "bc"


def test_only_runs_one_stage(shop: Workshop, store: Store) -> None:
    ran(shop, store)
    assert ran(shop, store, only="b") == "b"


def test_only_needs_the_results_of_the_stages_before(shop: Workshop, store: Store) -> None:
    with pytest.raises(StageError, match="'a' has no result yet") as error:
        ran(shop, store, only="c")
    assert "--from" in error.value.hint


@pytest.mark.parametrize("option", ["start", "only"])
def test_an_unknown_stage_is_refused_with_a_suggestion(shop: Workshop, store: Store, option: str) -> None:
    with pytest.raises(ConfigError, match="No stage is called 'bb'") as error:
        ran(shop, store, **{option: "bb"})
    assert error.value.hint == "Did you mean 'b'?"
    assert shop.ran == []


def test_a_dry_run_runs_nothing_and_says_why(shop: Workshop, store: Store) -> None:
    turned = turn(shop.stages(), store, shop.home, dry_run=True)
    assert [(t.stage, t.why) for t in turned] == [
        ("a", "not run with these inputs"),
        ("b", "runs after a"),
        ("c", "runs after a, b"),
    ]
    assert shop.ran == []
    assert list(store.stages()) == []


def test_a_failed_stage_keeps_what_was_done(shop: Workshop, store: Store) -> None:
    shop.fails = "c"
    with pytest.raises(StageError):
        ran(shop, store)
    shop.fails = ""
    assert ran(shop, store) == "c"


def test_a_stage_reads_the_same_whether_the_one_before_has_just_run_or_not(shop: Workshop, store: Store) -> None:
    read: list[object] = []

    def first(context: Context) -> Result:
        return Result(output={"cells": {"b": 1, "a": 2}, "pair": (1, 2)}, came_out="")

    def second(context: Context) -> Result:
        given = context.before["first"]
        read.append((list(given), list(given["cells"]), given["pair"]))
        return Result(output={}, came_out="")

    stages = [Stage(name="first", run=first), Stage(name="second", run=second, reads=("first",))]
    turn(stages, store, shop.home)
    turn(stages, store, shop.home, start="second")
    assert read[0] == read[1]


def test_a_stage_finds_its_checkpoints_again(shop: Workshop, store: Store) -> None:
    shop.fails = "c"
    with pytest.raises(StageError):
        ran(shop, store)
    (folder,) = (shop.home / "work").glob("c-*")
    assert (folder / "half.txt").read_text(encoding="utf-8") == "begun"


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_artefact_is_made_again(shop: Workshop, store: Store, damage: str) -> None:
    ran(shop, store)
    (artefact,) = shop.home.glob("work/c-*/whole.txt")
    artefact.unlink() if damage == "missing" else artefact.write_text("forged", encoding="utf-8")
    assert turn(shop.stages(), store, shop.home, dry_run=True)[2].why.endswith(("is missing", "was changed"))
    assert ran(shop, store) == "c"
    assert artefact.read_text(encoding="utf-8") == "3"


def test_a_missing_file_is_named(shop: Workshop, store: Store) -> None:
    shop.source.unlink()
    with pytest.raises(StageError, match=r"source\.txt.*which is missing"):
        ran(shop, store)


def test_the_listener_hears_everything(shop: Workshop, store: Store) -> None:
    heard: list[str] = []

    class Listener:
        def started(self, stage: str, went_in: str) -> None:
            heard.append(f"{stage} started")

        def progressed(self, stage: str, done: int, total: int, numbers: Numbers) -> None:
            heard.append(f"{stage} {done}/{total} {dict(numbers)}")

        def finished(self, stage: str, record: StageRecord, *, reused: bool) -> None:
            heard.append(f"{stage} {record.came_out} {reused}")

    turn(shop.stages(), store, shop.home, listener=Listener())
    turn(shop.stages(), store, shop.home, listener=Listener())
    assert heard == [
        "a started", "a a length False", "b started", "b a product False",
        "c started", "c 1/1 {'points': 1.0}", "c a file False",
        "a a length True", "b a product True", "c a file True",
    ]  # fmt: skip
