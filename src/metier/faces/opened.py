"""How does a command reach the records of a workspace, or the packages of a folder?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from metier.errors import NotStored
from metier.run import StageRecord
from metier.store import Store

if TYPE_CHECKING:
    from metier.govern.look import LookedAt


@contextmanager
def stored(folder: Path) -> Iterator[Store]:
    """Open the store of a workspace that has been run.

    Raises:
        NotStored: It has not been run yet.
    """
    from metier.stores.open import open_store
    from metier.workspace import open_workspace

    workspace = open_workspace(folder)
    if "://" not in workspace.store and not Path(workspace.store).exists():
        raise NotStored(f"Nothing is stored for {str(folder)!r} yet.", hint=f"Run it first: metier run {folder}")
    with closing(open_store(workspace.store, bulk=workspace.home / "objects")) as store:
        yield store


def result(folder: Path, stage: str) -> StageRecord:
    """The result of a stage that holds for a workspace as it stands.

    Raises:
        NotStored: The stage has not been run with these inputs.
    """
    from metier import lifecycle
    from metier.workspace import open_workspace

    with stored(folder) as store:
        records = lifecycle.latest(open_workspace(folder), store)
    if stage not in records:
        raise NotStored(
            f"Stage {stage!r} has no result for {str(folder)!r} as it stands.", hint=f"Run it: metier run {folder}"
        )
    return records[stage]


def looked_over(folders: Sequence[Path]) -> list[LookedAt]:
    """Look over every package of some folders. Of several folders, each package is told by the folder as it was given.

    Raises:
        PackageError: One of them is no folder, or holds no package.
    """
    from metier.govern.look import look_over

    looked = []
    for folder in folders:
        for one in look_over(folder):
            if len(folders) > 1:
                looked.append(replace(one, path=(folder / one.path).as_posix()))
            else:
                looked.append(replace(one, path=folder.resolve().name) if one.path == "." else one)
    return looked
