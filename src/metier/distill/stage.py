"""The distill spoke: skills in; items to practise on, an exam, and a second exam for promotions out.

No two of the three share a prompt, and the makers of items keep the inputs of exams apart from those of practice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from metier.digest import plain
from metier.distill.curate import curate
from metier.errors import InputError, StageError
from metier.graders import filter_items
from metier.item import Item
from metier.store import Bulk
from metier.wheel import Context, Result

_HINT = "Add documents that name more skills of the taxonomy, or ask for fewer items or lower levels."


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillSettings:
    """How many items are made.

    Attributes:
        practice: Items of each level to practise on, at most.
        exam: Items in each cell of the exam (a group of functions at a level).
        gate: Items in each cell of the second exam, which decides on promotions and nothing else.
        levels: The levels of the exams.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    practice: int = 4000
    exam: int = 150
    gate: int = 100
    levels: tuple[int, ...] = (1, 2, 3)


class MakeItems(Protocol):
    """Draws items that compose skills; `practice.strings.make_items` is one."""

    def __call__(
        self, names: Sequence[str], *, level: int, count: int, seed: int, for_exam: bool = False
    ) -> Iterator[Item]:
        """Draw `count` distinct items of a level. Exam items and others never share an input."""
        ...


class Groups(Protocol):
    """Which skills are practised in composition, which are held out from it, and which are neither."""

    @property
    def practised(self) -> tuple[str, ...]:
        """Skills that are practised in composition."""
        ...

    @property
    def held_out(self) -> tuple[str, ...]:
        """Skills that are held out from composition."""
        ...

    @property
    def shown(self) -> tuple[str, ...]:
        """Skills that are neither."""
        ...


def run(
    context: Context,
    settings: DistillSettings,
    *,
    seed: int,
    groups: Groups,
    make_items: MakeItems,
    solve: Callable[[Item], str],
) -> Result:
    """Make and curate the items of a workspace.

    Every item is first put to its own grader with the worked answer that `solve` writes: what the grader does not call
    correct, nobody could answer, and it is dropped by the grader's reason.

    Raises:
        StageError: Too few skills were discovered to practise some, hold others out and draw as many items as asked.
    """
    if not groups.practised or not groups.held_out:
        raise StageError("Too few skills were discovered to practise some and hold others out.", hint=_HINT)
    try:
        return _made(context, settings, seed=seed, groups=groups, make_items=make_items, solve=solve)
    except InputError as error:
        raise StageError(f"Too few skills were discovered for so many items: {error}", hint=_HINT) from error


def _made(
    context: Context,
    settings: DistillSettings,
    *,
    seed: int,
    groups: Groups,
    make_items: MakeItems,
    solve: Callable[[Item], str],
) -> Result:
    dropped: Counter[str] = Counter()
    kept_back: list[Item] = []
    exams = {}
    for number, (name, count) in enumerate((("exam", settings.exam), ("gate", settings.gate)), start=1):
        cells = {}
        for label, names, level in _cells(groups, settings.levels):
            drawn = make_items(names, level=level, count=_more(count), seed=10 * seed + number, for_exam=True)
            cells[label] = _curated(_answerable(drawn, solve, dropped), count, seed, kept_back, dropped)
            kept_back += cells[label]
        exams[name] = cells
    practice = {}
    everything = (*groups.practised, *groups.held_out, *groups.shown)
    for level, names in ((1, everything), (2, groups.practised)):
        drawn = make_items(names, level=level, count=_more(settings.practice), seed=10 * seed)
        answerable = _answerable(drawn, solve, dropped)
        practice[f"level {level}"] = _curated(answerable, settings.practice, seed, kept_back, dropped)
    sets = {**exams, "practice": practice}
    counts = {name: sum(map(len, cells.values())) for name, cells in sets.items()}
    return Result(
        output=plain(
            {
                "groups": groups,
                **{name: _put(context.store.bulk, cells) for name, cells in sets.items()},
                "counts": counts,
                "dropped": dict(sorted(dropped.items())),
            }
        ),
        came_out=", ".join(f"{number} {name}" for name, number in counts.items())
        + f"; {dropped.total()} candidates dropped",
    )


def _cells(groups: Groups, levels: Sequence[int]) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """What an exam asks: every level of the practised and the held-out skills, and the others alone."""
    for level in levels:
        yield f"practised level {level}", groups.practised, level
        yield f"held-out level {level}", groups.held_out, level
    if groups.shown:
        yield "shown level 1", groups.shown, 1


def _more(count: int) -> int:
    """A tenth more candidates than are kept, so that curation has something to drop."""
    return count + count // 10


def _answerable(items: Iterator[Item], solve: Callable[[Item], str], dropped: Counter[str]) -> Iterator[Item]:
    return (item for item, _ in filter_items(((item, solve(item)) for item in items), dropped))


def _curated(
    candidates: Iterator[Item], count: int, seed: int, against: Collection[Item], dropped: Counter[str]
) -> tuple[Item, ...]:
    curated = curate(candidates, count=count, seed=seed, against=against)
    dropped.update(curated.dropped)
    return curated.items


def _put(bulk: Bulk, cells: dict[str, tuple[Item, ...]]) -> dict[str, str]:
    return {label: bulk.put_items(items) for label, items in cells.items()}
