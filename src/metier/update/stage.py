"""The update spoke: failed attempts in; the next practice set, a new version and a decision on it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from metier.attempt import Attempt
from metier.digest import plain
from metier.errors import StageError
from metier.item import Item
from metier.skill import Skill
from metier.update.failures import next_practice, weaknesses
from metier.update.promote import Change, decide
from metier.wheel import Context, Result

_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSettings:
    """How many items are made from failures, for how many steps they are practised, what a promotion must not lose."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    items: int = 2000
    steps: int = 60
    tolerance: float = 0.02


def run(
    context: Context,
    settings: UpdateSettings,
    *,
    seed: int,
    items: Mapping[str, Item],
    attempts: Iterable[Attempt],
    make_items: Callable[[tuple[str, ...], int, int], Iterable[Item]],
    practise: Callable[[Sequence[Item], Path], Path],
    examine: Callable[[Path], Sequence[Change]],
    promote: Callable[[Path, str], Skill],
) -> Result:
    """Practise where the policy failed and promote the new version only if nothing that worked got worse.

    Args:
        items, attempts: The exam and the policy's attempts at it; the failed ones say where to practise.
        make_items: `(concepts, count, seed)` → fresh items of that kind, never those of an exam.
        practise: Practises on items in a folder and returns the new policy.
        examine: Compares the new policy with the old one, cell by cell, on items neither has practised on.
        promote: Stores the new policy as the next version; gets the digest of its practice set.

    Raises:
        StageError: No attempt at the exam was scored, so nothing says where to practise.
    """
    weak = weaknesses(items, attempts)
    if not weak:
        raise StageError(
            "Expected scored attempts at the exam, so that practice can go where it failed; got none.",
            hint="`metier run --from evaluate` takes the exam again.",
        )
    fresh = list(next_practice(weak, count=settings.items, seed=seed, make_items=make_items))
    practice_set = context.store.bulk.put_items(fresh)
    policy = practise(fresh, context.folder / "policy")
    cells = examine(policy)
    decision = decide(cells, tolerance=settings.tolerance)
    skill = promote(policy, practice_set) if decision.promoted else None
    return Result(
        output={
            "weaknesses": plain(weak[:_SHOWN]),
            "practice": practice_set,
            "items": len(fresh),
            "differences": plain(cells),
            "promoted": decision.promoted,
            "reasons": list(decision.reasons),
            "version": skill.version if skill else "",
        },
        came_out=(f"{skill.name} {skill.version} promoted: " if skill else "not promoted: ") + decision.reasons[0],
        artefacts=[file.relative_to(context.home).as_posix() for file in sorted(policy.iterdir()) if file.is_file()],
    )
