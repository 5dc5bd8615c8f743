"""What is in this folder of packages, what is wrong with each, and how far would it be trusted as it is?"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from metier.client import Client
from metier.errors import MetierError, PackageError
from metier.govern.evidence import EvidenceOf
from metier.govern.judge import judge
from metier.govern.manifest import declared
from metier.govern.opinion import second_opinion
from metier.govern.policy import GovernPolicy
from metier.govern.scan import scan
from metier.govern.transitions import standing_of
from metier.sandbox import ScriptRun
from metier.skill import Skill
from metier.store import Store
from metier.stores.fault import Fault
from metier.stores.package import NOT_LOOKED_INTO, Package, all_packages, read_package
from metier.verdict import Decision, Evidence, Scan, Verdict


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
    client: Client | None = None,
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
        client: Asked for a second opinion on each package, if given.
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
    look = partial(look_at, policy=policy, client=client, trace=trace, store=store)
    looked = []
    for place in places:
        if place.resolve() in passed:
            continue
        name = place.relative_to(folder).as_posix()
        try:
            one = _looked_at(place, name, look=look, scanned=scanned, evidence_of=evidence_of)
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
    look: Callable[..., Verdict],
    scanned: Callable[[Path], Scan],
    evidence_of: EvidenceOf | None,
) -> LookedAt:
    try:
        package = read_package(place)
    except PackageError as error:
        return LookedAt(path=name, skill=None, place=place, scan=scanned(place), error=str(error))
    seen = scanned(place)
    evidence = evidence_of(package.skill.digest) if evidence_of else None
    try:
        verdict = look(place, package=package, seen=seen, evidence=evidence)
    except PackageError as error:
        return LookedAt(path=name, skill=None, place=place, scan=seen, error=str(error))
    return LookedAt(path=name, skill=package.skill, place=place, scan=seen, faults=package.faults, verdict=verdict)


def look_at(
    folder: Path,
    *,
    policy: GovernPolicy | None = None,
    client: Client | None = None,
    trace: ScriptRun | None = None,
    store: Store | None = None,
    package: Package | None = None,
    seen: Scan | None = None,
    evidence: Evidence | None = None,
) -> Verdict:
    """Scan and judge one package; as `metier.govern.judge.judge`, with the history that a store holds of its content.

    Args:
        package: What was read of it, if it was read already.
        seen: What a scan of it saw since, if there was one.
        evidence: What was measured of it; that of its last verdict in the store where it is `None`.

    Raises:
        PackageError: The package cannot be read, or changed while it was looked at.
        InputError: The trace is of other content.
    """
    package = package or read_package(folder)
    skill = package.skill
    seen = seen or scan(folder)
    opinion = second_opinion(folder, client) if client else None
    refuse_changed(folder, skill)
    return judge(
        skill,
        seen,
        declared=declared(package.fields),
        opinion=opinion,
        trace=trace,
        evidence=evidence or (measured(store, skill.name, skill.digest) if store else None),
        standing=standing_of(store, skill.name, skill.digest, policy=policy) if store else None,
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


def refuse_changed(folder: Path, skill: Skill) -> None:
    """Refuse a package that is no longer what was read of it: what was seen of it since may be of other content.

    Raises:
        PackageError: It holds something else now, or cannot be read any more.

    >>> import tempfile
    >>> from metier.stores.package import write_package
    >>> with tempfile.TemporaryDirectory() as library:
    ...     skill = Skill(name="reverse", description="Backwards.")
    ...     folder = write_package(skill, Path(library))
    ...     refuse_changed(folder, read_package(folder).skill)
    """
    if read_package(folder).skill.digest != skill.digest:
        raise PackageError(
            f"The package {str(folder)!r} changed while it was looked at.",
            hint="Look at it again when nothing writes to it.",
        )


def measured(store: Store, skill: str, digest: str) -> Evidence | None:
    """What exams measured of this very content, as its last verdict holds it."""
    found = [verdict.evidence for verdict in store.verdicts(skill) if verdict.digest == digest and verdict.evidence]
    return found[-1] if found else None
