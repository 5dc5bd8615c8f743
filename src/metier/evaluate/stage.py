"""The evaluate spoke: an exam and policies in; attempts, and before against after on the same items, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import ClassVar

from metier.attempt import Attempt
from metier.client import Client
from metier.digest import plain
from metier.errors import ConfigError, StageError, nearest
from metier.evaluate.compare import Difference, compare, proportion
from metier.evaluate.sit import run_id_of, sit
from metier.grader import GraderFor
from metier.item import Exam, ExamProtocol, Item
from metier.wheel import Context, Result, count

Cells = Mapping[str, Sequence[Item]]
"""The items of an exam by what they measure, such as "held-out level 2"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateSettings:
    """Which arm becomes the stored policy (named beforehand, not picked by its score), and how long a reply may be."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    policy: str = "level-1+2"
    max_tokens: int = 40


def run(
    context: Context,
    settings: EvaluateSettings,
    *,
    seed: int,
    cells: Cells,
    clients: Mapping[str, Callable[[], Client]],
    grader_for: GraderFor,
) -> Result:
    """Let every arm take the exam and compare each with the arm called `base`.

    Raises:
        ConfigError: There is no arm `base`, or none of the name in the settings; nothing was asked.
        StageError: Of some cell fewer than two items were scored on both sides. The attempts are stored.
    """
    for arm in ("base", settings.policy):
        if arm not in clients:
            raise ConfigError(f"No arm is called {arm!r}.", hint=nearest(arm, clients))
    exam = exam_of(cells, settings, seed=seed)
    items = {item.item_id: item for item in exam.items}
    attempts: dict[str, list[Attempt]] = {}
    runs = {}
    for number, (arm, make_client) in enumerate(clients.items()):
        with closing(make_client()) as client:
            runs[arm] = run_id_of(exam, client)
            attempts[arm] = sit(
                exam,
                client,
                context.store,
                grader_for=grader_for,
                progress=lambda done, total, n=number: context.progress(n * total + done, len(clients) * total, {}),  # type: ignore[misc]
            )
    against_base = {
        arm: differences(items, cells, attempts["base"], taken) for arm, taken in attempts.items() if arm != "base"
    }
    return Result(
        output=plain(
            {
                "exam": exam.digest,
                "runs": runs,
                "accuracy": {
                    arm: {label: proportion(within(taken, members)) for label, members in cells.items()}
                    for arm, taken in attempts.items()
                },
                "differences": against_base,
            }
        ),
        came_out=f"{count(sum(map(len, attempts.values())), 'attempt')}; {settings.policy}, all cells: "
        f"{_share(attempts['base'])} → {_share(attempts[settings.policy])}",
    )


def _share(attempts: Iterable[Attempt]) -> str:
    value = proportion(attempts).value
    return "unscored" if value is None else f"{value:.0%}"


def exam_of(cells: Cells, settings: EvaluateSettings, *, seed: int, name: str = "exam") -> Exam:
    """Put the cells together to one exam, decoded greedily."""
    return Exam(
        name=name,
        items=tuple(item for members in cells.values() for item in members),
        protocol=ExamProtocol(max_tokens=settings.max_tokens, seed=seed),
    )


def within(attempts: Iterable[Attempt], members: Iterable[Item]) -> list[Attempt]:
    """The attempts at some items."""
    inside = {item.item_id for item in members}
    return [attempt for attempt in attempts if attempt.item_id in inside]


def differences(
    items: Mapping[str, Item], cells: Cells, before: Sequence[Attempt], after: Sequence[Attempt]
) -> list[Difference]:
    """Compare two sets of attempts cell by cell.

    Raises:
        StageError: Of some cell fewer than two items were scored on both sides.
    """
    found = []
    for label, members in cells.items():
        try:
            found.append(compare(items, within(before, members), within(after, members), label=label))
        except ValueError as error:
            raise StageError(
                f"Cannot compare {label!r}: {error}",
                hint="Look at the reasons of the unscored attempts; those whose client failed are asked again.",
            ) from error
    return found
