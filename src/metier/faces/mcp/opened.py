"""What is served of a folder? Its packages as a scan judges them, or a workspace's library under its own verdicts."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from metier.errors import ConfigError, NotStored, SandboxError
from metier.faces.mcp.tools import Tools
from metier.sandbox import Grant, Limits
from metier.skill import Skill
from metier.stores.served.finding import Finding, count_tokens
from metier.stores.served.shelf import Judge, Mark, Marks, Shelf
from metier.stores.served.use import Call, Ran, Recorder, Runner
from metier.verdict import Verdict

if TYPE_CHECKING:
    from metier.govern.policy import GovernPolicy

_LIMITS = Limits(wall_s=30.0, cpu_s=20.0)
"""The preset bounds of every run, supervised or not."""

_PROGRAMS = ("/bin", "/usr/bin")
"""What a shell script may start."""


def library_of(folder: Path, policy: Path | None = None, *, kept: Path | None = None) -> tuple[Path, Judge]:
    """The folder to serve, and what judges a package of it.

    A folder with a metier.toml is a workspace: its library is served under the last verdict on the very content. Any
    other folder is scanned and judged by a policy, the strict one by default.

    Args:
        kept: Where scans are kept, and believed of the same bytes (`metier.govern.kept`); without it all are made anew.

    Raises:
        ConfigError: The policy is none, or it is given for a workspace, which has its own; or that has no library.
    """
    from metier.govern.policy import read_policy

    if not (folder / "metier.toml").is_file():
        return folder, partial(_scanned, policy=read_policy(policy) if policy else None, kept=kept)
    if policy is not None:
        raise ConfigError(
            f"The workspace {str(folder)!r} has its own policy, under [govern] in its metier.toml.",
            hint="Leave out --policy, or name a folder of packages.",
        )
    from metier.workspace import open_workspace

    workspace = open_workspace(folder)
    library = workspace.home / "library"
    if not library.is_dir():
        raise ConfigError(
            f"The workspace {str(folder)!r} has no library to serve.",
            hint=f"Fill it: metier run {folder}"
            if workspace.is_whole
            else "It only governs packages. Serve the folder that holds them: metier serve PACKAGES --policy FILE",
        )
    return library, lambda place, skill: _stored_verdict(folder, skill)


def mark_of(folder: Path) -> Mark:
    """What differs once a verdict on the same bytes may: in a workspace its policy, and what its store has of a skill.

    A store that is a file is only read when the disk tells that it was written.

    >>> import tempfile
    >>> mark_of(Path(tempfile.mkdtemp()))() is None
    True
    """
    if not (folder / "metier.toml").is_file():
        return lambda: None
    from metier.workspace import open_workspace

    seen: object = None
    kept: Mapping[str, object] = {}

    def mark() -> object:
        nonlocal seen, kept
        workspace = open_workspace(folder)
        written = _written(workspace.store)
        if written is None or written != seen:
            seen, kept = written, _kept(folder)
        return Marks(rules=workspace.settings.govern, of=kept)

    return mark


def recorder_of(folder: Path) -> Recorder | None:
    """What enters every run of a skill into the audit log of a workspace; None of any other folder, which has none.

    >>> import tempfile
    >>> recorder_of(Path(tempfile.mkdtemp())) is None
    True
    """
    if not (folder / "metier.toml").is_file():
        return None
    from metier.faces.opened import ruled
    from metier.govern.transitions import record_run
    from metier.sandboxes.observed import is_asked

    def record(call: Call, ran: Ran) -> None:
        skill = call.offer.skill
        denied = [one for one in ran.denied if not is_asked(one.partition(" ")[2], call.arguments)]
        with ruled(folder) as (store, policy):
            record_run(
                store,
                skill.name,
                script=call.script,
                denied=denied,
                is_good=ran.is_good and ran.whole,
                digest=skill.digest,
                policy=policy,
            )

    return record


def make_tools(shelf: Shelf, runner: Runner | None, recorder: Recorder | None = None) -> Tools:
    """The plain tools over a shelf, with an index of its own that is made when first asked."""

    def finding() -> Finding:
        from metier.stores.find import disclose, open_index

        return Finding(shelf, open_index(":memory:"), partial(disclose, tokens=count_tokens))

    return Tools(shelf, finding, runner, recorder)


def sandboxed(kind: str = "auto") -> Runner | None:
    """What runs a script in a sandbox: it may read its package and write its own scratch folder, and nothing else.

    None if this machine has no sandbox that is whole.
    """
    from metier.sandboxes import notable, open_sandbox, python_grant, run_script
    from metier.sandboxes.observed import plain
    from metier.sandboxes.script import is_shell_script

    try:
        sandbox = open_sandbox(kind)
    except SandboxError:
        return None

    def run(package: Path, script: str, arguments: Sequence[str], stop: threading.Event) -> Ran:
        programs = Grant(exec=_PROGRAMS) if is_shell_script(package / script) else Grant()
        grant = python_grant() | programs
        outcome = run_script(sandbox, package, script, arguments, grant=grant, limits=_LIMITS, stop=stop)
        return Ran(
            exit_code=outcome.exit_code,
            output=outcome.stdout.decode("utf-8", "replace"),
            errors=outcome.stderr.decode("utf-8", "replace"),
            denied=tuple(plain(f"{access.act.value} {access.target}") for access in notable(outcome.trace)),
            ended_by=outcome.killed_by.value,
            whole=outcome.trace.complete,
        )

    return run


def _scanned(place: Path, skill: Skill, *, policy: GovernPolicy | None, kept: Path | None) -> Verdict:
    from metier.govern.judge import judge
    from metier.govern.kept import scan_once
    from metier.govern.look import as_read
    from metier.govern.scan import scan

    with as_read(place, skill) as copy:
        seen = scan_once(copy, kept, scanned=scan) if kept else scan(copy)
    return judge(skill, seen, policy=policy)


def _stored_verdict(folder: Path, skill: Skill) -> Verdict | None:
    from metier.faces.opened import stored
    from metier.govern.transitions import held
    from metier.stores.library import is_retired
    from metier.workspace import open_workspace

    digest = skill.digest
    with stored(folder) as store:
        if is_retired(skill, store):
            return None
        last = next((one for one in reversed(list(store.verdicts(skill.name))) if one.digest == digest), None)
        return held(store, last, policy=open_workspace(folder).settings.govern) if last else None


def _written(store: str) -> object:
    """What the disk tells of when a store was written; None of one that is no file."""
    if "://" in store:
        return None
    found = list[tuple[int, int, int]]()
    for path in (Path(store), Path(f"{store}-wal")):
        with suppress(FileNotFoundError):
            info = path.stat()
            found.append((info.st_mtime_ns, info.st_size, info.st_ino))
    return found


def _kept(folder: Path) -> Mapping[str, object]:
    """What moves with each skill of a workspace; nothing before it was run."""
    from metier.faces.opened import stored

    try:
        with stored(folder) as store:
            return store.marks()
    except NotStored:
        return {}
