"""What is in this folder of packages, what is wrong with each, and how far would it be trusted as it is?"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path

from metier.errors import MetierError, PackageError, StoreError
from metier.govern.evidence import EvidenceOf
from metier.govern.judge import judge
from metier.govern.manifest import declared
from metier.govern.opinion import Opinion
from metier.govern.policy import GovernPolicy
from metier.govern.scan import scan
from metier.govern.scan.parts import MAX_FILE_BYTES, MAX_PACKAGE_BYTES
from metier.govern.transitions import last_on, standing_of
from metier.sandbox import ScriptRun
from metier.skill import Skill
from metier.store import Store
from metier.stores.fault import Fault
from metier.stores.package import NOT_LOOKED_INTO, Package, all_packages, read_package
from metier.stores.plain import NotPlain, open_plain
from metier.verdict import Decision, Evidence, Scan, Verdict

OpinionOf = Callable[[Path], Opinion]
"""Gives a second opinion on the package in a folder."""

_TEMPORARY = "TMPDIR names the folder for temporary files: see that you may write there, and that it has room."


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """One package of a folder: what it holds, what is wrong with it, and how far it would be trusted as it is.

    A link or a folder that may hold packages and was not looked into is one too, with an error and an unread scan.

    Attributes:
        path: Below the folder that was looked over.
        place: Where it lies.
        scan: What a scan saw, also where the package itself cannot be read.
    """

    path: str
    skill: Skill | None
    place: Path
    scan: Scan
    faults: tuple[Fault, ...] = ()
    verdict: Verdict | None = None
    error: str = ""

    @property
    def decision(self) -> Decision:
        """That of the scan; what cannot be read as a package is never better than incomplete.

        >>> LookedAt(path="a", skill=None, place=Path("a"), scan=Scan(), error="No front matter.").decision.value
        'incomplete'
        """
        order = tuple(Decision)
        worst = Decision.INCOMPLETE if self.error else Decision.CLEAN
        return max(self.scan.decision, worst, key=order.index)


def look_over(
    folder: Path,
    *,
    policy: GovernPolicy | None = None,
    opinion_of: OpinionOf | None = None,
    trace: ScriptRun | None = None,
    store: Store | None = None,
    scanned: Callable[[Path], Scan] = scan,
    evidence_of: EvidenceOf | None = None,
    is_kept: bool = True,
    passed: Collection[Path] = (),
) -> list[LookedAt]:
    """Read, scan and judge every SKILL.md package below a folder; nothing is executed.

    A package that fails whoever reads it has an error, and the others are looked at all the same.

    Args:
        opinion_of: Gives a second opinion on each package, such as `metier.govern.controls.Judge(client).opinion`.
        trace: The record of a run in a sandbox; the folder must then hold one package alone.
        store: Judge with the history it holds, and keep the verdicts in it; without one nothing is kept.
        scanned: How a package is scanned; the rules of this package by default.
        evidence_of: What was measured of a content; where it knows nothing, the last verdict in the store is asked.
        is_kept: Whether the verdicts are kept in the store, or only judged with its history.
        passed: What was looked at already, with every link of its path followed, and is left out.

    Raises:
        PackageError: There is no such folder, no package in it, or more than one and a trace.
        InputError: The trace is of other content.
    """
    if not os.path.lexists(folder):
        raise PackageError(f"There is no folder {str(folder)!r}.", hint="Name a package, or a folder that holds some.")
    places, unseen = all_packages(folder)
    if not places and not unseen:
        raise PackageError(
            f"Expected SKILL.md packages or a metier.toml in {str(folder)!r}, found neither.",
            hint="A workspace has a metier.toml; a package is a folder with a SKILL.md.",
        )
    if trace is not None and len(places) > 1:
        raise PackageError(f"A trace is of one package, and {str(folder)!r} holds {len(places)}.")
    judged = partial(_judged, policy=policy, trace=trace, store=store)
    look = partial(_looked_at, opinion_of=opinion_of, scanned=scanned, evidence_of=evidence_of, judged=judged)
    looked = []
    for place in places:
        if place.resolve() in passed:
            continue
        name = place.relative_to(folder).as_posix()
        try:
            one = look(place, name)
        except MetierError:
            raise
        except Exception as fault:  # whatever a package does to its readers, the others are still to be read
            error = f"The package {str(place)!r} cannot be looked at: {type(fault).__name__}."
            one = LookedAt(path=name, skill=None, place=place, scan=Scan(unread=("SKILL.md",)), error=error)
        looked.append(one)
        if one.verdict and store is not None and is_kept:
            store.put_findings(one.verdict.digest, one.verdict.findings)
            store.put_verdict(one.verdict)
    return looked + [
        LookedAt(
            path=path.relative_to(folder).as_posix(),
            skill=None,
            place=path.parent,
            scan=Scan(unread=(path.name,)),
            error=NOT_LOOKED_INTO,
        )
        for path in unseen
        if path.parent.resolve() / path.name not in passed
    ]


def _looked_at(
    place: Path,
    name: str,
    *,
    opinion_of: OpinionOf | None,
    scanned: Callable[[Path], Scan],
    evidence_of: EvidenceOf | None,
    judged: Callable[..., Verdict],
) -> LookedAt:
    try:
        package = read_package(place)
        seen, opinion = _seen(place, package.skill, scanned=scanned, opinion_of=opinion_of)
    except PackageError as error:
        return LookedAt(path=name, skill=None, place=place, scan=scanned(place), error=str(error))
    evidence = evidence_of(package.skill.digest) if evidence_of else None
    verdict = judged(package, seen, opinion, evidence=evidence)
    return LookedAt(path=name, skill=package.skill, place=place, scan=seen, faults=package.faults, verdict=verdict)


def look_at(
    folder: Path,
    *,
    policy: GovernPolicy | None = None,
    opinion_of: OpinionOf | None = None,
    trace: ScriptRun | None = None,
    store: Store | None = None,
    evidence: Evidence | None = None,
) -> Verdict:
    """Scan and judge one package; as `metier.govern.judge.judge`, with the history that a store holds of its content.

    Args:
        evidence: What was measured of it; that of its last verdict in the store where it is `None`.

    Raises:
        PackageError: The package cannot be read, or changed while it was looked at.
        InputError: The trace is of other content.
    """
    package = read_package(folder)
    seen, opinion = _seen(folder, package.skill, scanned=scan, opinion_of=opinion_of)
    return _judged(package, seen, opinion, policy=policy, trace=trace, store=store, evidence=evidence)


def _seen(
    folder: Path, skill: Skill, *, scanned: Callable[[Path], Scan], opinion_of: OpinionOf | None
) -> tuple[Scan, Opinion | None]:
    with as_read(folder, skill) as copy:
        return scanned(copy), opinion_of(copy) if opinion_of else None


def _judged(
    package: Package,
    seen: Scan,
    opinion: Opinion | None,
    *,
    policy: GovernPolicy | None,
    trace: ScriptRun | None,
    store: Store | None,
    evidence: Evidence | None,
) -> Verdict:
    skill = package.skill
    return judge(
        skill,
        seen,
        declared=declared(package.fields),
        opinion=opinion,
        trace=trace,
        evidence=evidence or (measured(store, skill.name, skill.digest) if store else None),
        standing=standing_of(store, skill.name, skill.digest, policy=policy) if store else None,
        last=last_on(store, skill.name, skill.digest) if store else None,
        policy=policy,
    )


def refuse_many(folder: Path) -> None:
    """Refuse a folder that is no package itself, and say how many it holds.

    Raises:
        PackageError: It is no package, or there is no such folder.

    >>> import tempfile
    >>> from metier.stores.package import write_package
    >>> with tempfile.TemporaryDirectory() as library:
    ...     refuse_many(write_package(Skill(name="reverse", description="Backwards."), Path(library)))
    """
    found, _ = all_packages(folder)
    if folder not in found:
        raise PackageError(
            f"Expected a package, got the folder {str(folder)!r} that holds {len(found)}.",
            hint="Name the folder with the SKILL.md in it.",
        )


@contextmanager
def as_read(folder: Path, skill: Skill) -> Iterator[Path]:
    """Give whoever reads on a copy that holds what was read of a package, however often that is exchanged meanwhile.

    What is more than a scan reads is cut, but never below its bounds: a scan of the copy is no cleaner for it.

    Raises:
        PackageError: The package holds something else now, also at the end, or cannot be read any more or copied.
        StoreError: There is no folder to copy it to.

    >>> from metier.stores.package import write_package
    >>> with tempfile.TemporaryDirectory() as library:
    ...     skill = Skill(name="reverse", description="Backwards.")
    ...     folder = write_package(skill, Path(library))
    ...     with as_read(folder, read_package(folder).skill) as copy:
    ...         copy.name, copy == folder
    ('reverse', False)
    """
    try:
        scratch = tempfile.TemporaryDirectory(prefix="metier-look-")
    except OSError as error:
        raise StoreError(
            f"Cannot copy packages to look at them: {error.strerror or error}.", hint=_TEMPORARY
        ) from error
    with scratch as name:
        place = Path(name).resolve() / (folder if folder.name not in ("", "..") else folder.resolve()).name
        copier = _Copier()
        try:
            shutil.copytree(folder, place, symlinks=True, copy_function=copier)
        except OSError as error:
            reason = error.strerror or "a file went away, or cannot be read"
            raise PackageError(f"The package {str(folder)!r} cannot be copied to be looked at: {reason}.") from error
        if copier.num_bytes <= MAX_PACKAGE_BYTES and not _is_of(read_package(place).skill, skill):
            raise _changed(folder)
        yield place
    if read_package(folder).skill.digest != skill.digest:
        raise _changed(folder)


class _Copier:
    """Copies files as far as a scan reads them, and of what is no plain file or cannot be read its place alone."""

    def __init__(self) -> None:
        self.num_bytes = 0

    def __call__(self, source: str, copy: str) -> None:
        try:
            descriptor = open_plain(source)
        except NotPlain:
            os.mkfifo(copy)
            return
        except PermissionError:
            Path(copy).touch(mode=0)
            return
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1) if self.num_bytes <= MAX_PACKAGE_BYTES else b""
        try:
            Path(copy).write_bytes(data)
        except OSError as error:
            why = error.strerror or error
            raise PackageError(
                f"The file {source!r} cannot be copied to be looked at: {why}.", hint=_TEMPORARY
            ) from error
        shutil.copymode(source, copy)
        self.num_bytes += len(data)


def _is_of(copied: Skill, skill: Skill) -> bool:
    """Whether a copy holds a skill, but for the ends of files that no scan reads to their end."""
    return replace(copied, files=()) == replace(skill, files=()) and all(
        a is not None and b is not None and (a == b or (a.path == b.path and MAX_FILE_BYTES < a.size < b.size))
        for a, b in zip_longest(copied.files, skill.files)
    )


def _changed(folder: Path) -> PackageError:
    return PackageError(
        f"The package {str(folder)!r} changed while it was looked at.",
        hint="Look at it again when nothing writes to it.",
    )


def measured(store: Store, skill: str, digest: str) -> Evidence | None:
    """What exams measured of this very content, as its last verdict holds it."""
    found = [verdict.evidence for verdict in store.verdicts(skill) if verdict.digest == digest and verdict.evidence]
    return found[-1] if found else None
