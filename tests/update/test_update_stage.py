"""Is a new version practised on fresh items, examined, and promoted only if nothing that worked got worse?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from metier.attempt import Attempt, Grade
from metier.errors import StageError
from metier.evaluate.compare import Difference
from metier.item import Item
from metier.skill import Skill
from metier.stores.sqlite import SqliteStore
from metier.update.stage import UpdateSettings, run
from metier.wheel import Context, Result


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    store = SqliteStore(tmp_path / "db")
    (tmp_path / "work").mkdir()
    yield Context(before={}, folder=tmp_path / "work", home=tmp_path, store=store, progress=lambda *_: None)
    store.close()


def difference(label: str, before: float, after: float) -> Difference:
    return Difference(
        label=label, items=10, left_out=0, clusters=10, before=before, after=after, difference=after - before,
        low=-0.5, high=0.5, p_value=0.5, gained=0, lost=0,
    )  # fmt: skip


class Trade:
    """Stands in for practice, exam and library; remembers what it was asked."""

    def __init__(self, context: Context, cells: Sequence[Difference]) -> None:
        self.context = context
        self.cells = cells
        self.practised: list[Item] = []
        self.promoted: list[str] = []
        failed = Item(prompt="exam", reference="1", cluster="sums", concepts=("sums",))
        self.items = {failed.item_id: failed}
        self.grade = Grade.incorrect("different")

    def turn(self) -> Result:
        item_id = next(iter(self.items))
        return run(
            self.context,
            UpdateSettings(items=6),
            seed=1,
            items=self.items,
            attempts=[Attempt(item_id=item_id, model="m", run_id="r", reply="", grade=self.grade)],
            make_items=lambda concepts, count, seed: [Item(prompt=f"fresh {n}", reference="") for n in range(count)],
            practise=self.practise,
            examine=lambda policy: self.cells,
            promote=self.promote,
        )

    def practise(self, items: Sequence[Item], out: Path) -> Path:
        self.practised = list(items)
        out.mkdir(exist_ok=True)
        (out / "weights").write_text("new")
        return out

    def promote(self, policy: Path, practice_set: str) -> Skill:
        self.promoted.append(practice_set)
        return Skill(name="trade", description="", version="1.1.0")


def test_a_version_that_only_gains_is_promoted_with_the_digest_of_its_practice(context: Context) -> None:
    trade = Trade(context, [difference("a", 0.9, 0.9), difference("b", 0.2, 0.6)])
    result = trade.turn()
    assert result.output["promoted"] is True
    assert result.output["version"] == "1.1.0"
    assert trade.promoted == [result.output["practice"]]
    assert [item.prompt for item in context.store.bulk.items(result.output["practice"])] == [
        f"fresh {n}" for n in range(6)
    ]
    assert result.came_out == "trade 1.1.0 promoted: b: 20.0 → 60.0 %"


def test_a_version_that_lost_something_is_not_promoted_and_the_loss_is_told(context: Context) -> None:
    trade = Trade(context, [difference("a", 0.9, 0.7), difference("b", 0.2, 0.6)])
    result = trade.turn()
    assert trade.promoted == []
    assert (result.output["promoted"], result.output["version"]) == (False, "")
    assert result.came_out == "not promoted: a: 90.0 → 70.0 %: it worked and got worse"
    assert result.output["reasons"] == ["a: 90.0 → 70.0 %: it worked and got worse"]


def test_the_weights_are_an_artefact_of_the_stage(context: Context) -> None:
    assert Trade(context, [difference("a", 0.5, 0.6)]).turn().artefacts == ["work/policy/weights"]


def test_practice_never_holds_an_item_of_the_exam(context: Context) -> None:
    trade = Trade(context, [difference("a", 0.5, 0.6)])
    trade.turn()
    assert len(trade.practised) == 6
    assert not {item.item_id for item in trade.practised} & trade.items.keys()


def test_an_exam_without_a_single_grade_stops_before_practice(context: Context) -> None:
    trade = Trade(context, [])
    trade.grade = Grade.unscored("no_answer")
    with pytest.raises(StageError, match="Expected scored attempts at the exam"):
        trade.turn()
    assert trade.practised == []


def test_an_exam_that_was_passed_whole_still_keeps_practising(context: Context) -> None:
    trade = Trade(context, [difference("a", 1.0, 1.0)])
    trade.grade = Grade.correct()
    result = trade.turn()
    assert result.output["items"] == 6
    assert result.came_out == "not promoted: nothing got better"
