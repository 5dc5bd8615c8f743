"""How does a command reach the records of a workspace, or the packages of a folder?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from metier.audit import Anchor
from metier.errors import InputError, NotStored
from metier.run import StageRecord
from metier.store import Store

if TYPE_CHECKING:
    from metier.govern.evidence import EvidenceOf
    from metier.govern.look import LookedAt, OpinionOf
    from metier.govern.policy import GovernPolicy
    from metier.sandbox import ScriptRun
    from metier.verdict import Scan


T = TypeVar("T")


@contextmanager
def stored(folder: Path, *, begin: bool = False) -> Iterator[Store]:
    """Open the store of a workspace that has been run.

    Args:
        begin: Whether to make the store where no run would: in a workspace that only governs packages.

    Raises:
        NotStored: There is none yet.
    """
    from metier.stores.open import open_store
    from metier.workspace import open_workspace

    workspace = open_workspace(folder)
    if "://" not in workspace.store and not Path(workspace.store).exists():
        if workspace.is_whole or not begin:
            way = f"metier run {folder}" if workspace.is_whole else f"metier govern gate PACKAGES -w {folder}"
            raise NotStored(f"Nothing is stored for {str(folder)!r} yet.", hint=f"Run it first: {way}")
        workspace.home.mkdir(exist_ok=True)
    with closing(open_store(workspace.store, bulk=workspace.home / "objects")) as store:
        yield store


@contextmanager
def ruled(folder: Path, *, begin: bool = False) -> Iterator[tuple[Store, GovernPolicy]]:
    """The store of a workspace and its policy; what may no longer be read is taken from agents at once.

    Args:
        begin: As for `stored`.
    """
    from metier.govern.transitions import held
    from metier.stores.library import withdraw
    from metier.workspace import open_workspace

    workspace = open_workspace(folder)
    policy = workspace.settings.govern
    with stored(folder, begin=begin) as store:
        yield store, policy
        withdraw(store, workspace.home, held=partial(held, store, policy=policy))


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


def looked_over(
    folders: Sequence[Path],
    *,
    policy: Path | None = None,
    opinion: str = "",
    trace: Path | None = None,
    workspace: Path | None = None,
    yara: Path | None = None,
) -> list[LookedAt]:
    """Look over every package of some folders, each once. Of several, each is told by the folder as it was given.

    Args:
        policy: A policy file; strict without one.
        opinion: Which model gives a second opinion, as `metier.clients.open.open_client` names it; none if empty.
        trace: A file with the record of a run of the one package in a sandbox.
        workspace: Judge by its policy and with its history, and keep the verdicts in its store. By another policy than
            its own nothing is kept: what holds in a workspace is judged by the rules of that workspace.
        yara: A file or folder of YARA rules that are matched beside the rules of the scan.

    Raises:
        PackageError: One of them is no folder, or holds no package.
    """
    from metier.govern.look import look_over
    from metier.govern.policy import read_policy
    from metier.workspace import open_workspace

    scanned = scanner(yara)
    rules = read_policy(policy) if policy else open_workspace(workspace).settings.govern if workspace else None
    touched = _trace(trace) if trace else None
    looked, passed = [], set[Path]()
    with ExitStack() as opened:
        store, _ = opened.enter_context(ruled(workspace, begin=True)) if workspace else (None, None)
        opinion_of = opened.enter_context(judging(opinion))
        evidence_of = _measured_in(store) if store else None
        for folder in folders:
            for one in look_over(
                folder,
                policy=rules,
                opinion_of=opinion_of,
                trace=touched,
                store=store,
                scanned=scanned,
                evidence_of=evidence_of,
                is_kept=policy is None,
                passed=frozenset(passed),
            ):
                lies = folder / one.path
                passed.add(lies.parent.resolve() / lies.name if lies != one.place else lies.resolve())
                if len(folders) > 1:
                    looked.append(replace(one, path=(folder / one.path).as_posix()))
                else:
                    looked.append(replace(one, path=folder.resolve().name) if one.path == "." else one)
    return looked


def scanner(yara: Path | None) -> Callable[[Path], Scan]:
    """What scans a package: the rules of this package, with a file or folder of YARA rules beside them."""
    from metier.govern.scan import scan

    if not yara:
        return scan
    from metier.govern.yara import with_yara

    return with_yara(yara, scan)


def _measured_in(store: Store) -> EvidenceOf:
    from metier.lifecycle import measured_in

    return measured_in(store)


@contextmanager
def judging(name: str) -> Iterator[OpinionOf | None]:
    """Open the model that an option names as a judge of packages, and close it afterwards; none for an empty name."""
    if not name:
        yield None
        return
    from metier.clients.open import open_client
    from metier.faces.show import say
    from metier.govern.controls import Judge

    with closing(open_client(name)) as client:
        yield Judge(client, tell=say).opinion


def kept_anchor(path: Path) -> Anchor:
    """Read the head of an audit log that was kept elsewhere.

    Raises:
        InputError: It cannot be read, or is none.
    """
    return _from_json(Anchor, path)


def write_anchor(anchor: Anchor, path: Path) -> None:
    """Write the head of an audit log to a file, which appears whole or not at all; its folder is made."""
    from metier.faces.files import make_writable, write_lines

    make_writable(path, "--keep-anchor")
    write_lines([anchor], path)


def _trace(path: Path) -> ScriptRun:
    from metier.sandbox import ScriptRun

    return _from_json(ScriptRun, path)


def _from_json(noun: type[T], path: Path) -> T:
    from metier.border import load_json

    try:
        return load_json(noun, path.read_bytes(), where=str(path))
    except OSError as error:
        raise InputError(f"Cannot read {str(path)!r}: {error.strerror}.") from error
