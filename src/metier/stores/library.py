"""How do judged packages become a library? One folder for each version that was admitted, and one for agents to read.

<home>/packages/<version>/<name>/   what was admitted, never changed
<home>/library/<name>/              the current version of each skill that may be read, made anew from the above
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from metier.digest import digest, plain
from metier.errors import Conflict, CorruptStore, PackageError, StageError, StoreError
from metier.index import Listed
from metier.skill import Pattern, Skill, State
from metier.state import Cause, move, moves
from metier.store import Store
from metier.stores.checks import is_name, is_version
from metier.stores.disk import told
from metier.stores.package import read_package, write_package
from metier.verdict import ExposureTier, Verdict
from metier.wheel import Context, Result, count


def run(
    context: Context,
    verdicts: Sequence[Verdict],
    *,
    sources: Mapping[str, Path],
    concepts: Mapping[str, Sequence[str]],
    patterns_of: Callable[[Skill, Mapping[str, Any]], tuple[Pattern, ...]] = lambda skill, fields: skill.patterns,
) -> Result:
    """The store spoke: keep every verdict and finding, and every admitted skill as a package that was read back.

    Args:
        sources: The folder of each judged package, by the digest of its verdict.
        concepts: Where the taxonomy places each skill, by its name.
        patterns_of: Says which design patterns a skill follows, by it and the frontmatter of its package.

    A skill that was retired stays retired: its verdict is kept, and it takes no place among those that are stored. One
    that has come further than stored keeps its state.

    Raises:
        Conflict: That name and version are stored with other content; its package is left as it is.
        StageError: A package is not the one that was judged.
    """
    kept, num_retired = [], 0
    for number, verdict in enumerate(verdicts, start=1):
        context.store.put_findings(verdict.digest, verdict.findings)
        context.store.put_verdict(verdict)
        if verdict.exposure > ExposureTier.METADATA:
            source = sources[verdict.digest]
            # Asked before anything is written: the package that lies there was admitted, and stays.
            package = read_package(source)
            if against := objection(package.skill, context.store):
                raise Conflict(
                    f"The library cannot take the package {str(source)!r}: {against}.",
                    hint="Judge it anew: run again with --from govern.",
                )
            skill = keep(source, context.home, verdict)
            if is_retired(skill, context.store):
                num_retired += 1
            else:
                placed = tuple(concepts.get(skill.name, skill.concepts))
                state = _state_of(skill, context.store)
                skill = replace(skill, state=state, concepts=placed, patterns=patterns_of(skill, package.fields))
                context.store.put_skill(skill)
                kept.append(skill)
        context.progress(number, len(verdicts), {})
    files = [file for skill in kept for file in sorted(place(context.home, skill).rglob("*")) if file.is_file()]
    return Result(
        output={"skills": plain(kept)},
        came_out=f"{count(len(kept), 'package')} written and read back"
        + (f", {num_retired} retired before and left out" if num_retired else ""),
        artefacts=[file.relative_to(context.home).as_posix() for file in files],
    )


def place(home: Path, skill: Skill) -> Path:
    """Where a version of a skill lies as a package.

    Raises:
        StoreError: The name or the version would lead outside of `packages`.

    >>> place(Path("home"), Skill(name="reverse", description="Backwards.", version="1.4.2")).as_posix()
    'home/packages/1.4.2/reverse'
    """
    packages = home / "packages"
    if is_name(skill.name) and is_version(skill.version):
        path = packages / skill.version / skill.name
        # Resolved too, as a link could lie on the way; one that leads to itself is a RuntimeError.
        with contextlib.suppress(OSError, RuntimeError):
            if path.resolve() == packages.resolve() / skill.version / skill.name:
                return path
    raise StoreError(
        f"The package {skill.name!r} with the version {skill.version!r} has no place inside {str(packages)!r}.",
        hint="Use a version such as 1.4.2, a name such as pdf-forms, and no links inside that folder.",
    )


def keep(source: Path, home: Path, verdict: Verdict) -> Skill:
    """Copy a judged package to its place, read it back and check it against its verdict.

    Raises:
        StageError: The package is not the one that was judged.
    """
    judged = read_package(source).skill
    if judged.digest == verdict.digest:
        files: dict[str, bytes | Path] = {file.path: source / file.path for file in judged.files}
        write_package(judged, place(home, judged).parent, files=files, replace_existing=True)
        skill = read_package(place(home, judged)).skill
        if skill.digest == verdict.digest:
            return move(skill, State.STORED)
    raise StageError(
        f"The package {judged.name!r} reads back with another digest than {verdict.digest}, which was judged.",
        hint="Its files changed since; run again with --from govern.",
    )


def draft(skill: Skill, folder: Path, store: Store, *, files: Mapping[str, bytes | Path] | None = None) -> Path:
    """Write the package of a skill of our own, under the version its content has in the store, or the next one."""
    written = write_package(skill, folder, files=files, replace_existing=True)
    kept = list(store.versions(skill.name))
    if not kept:
        return written
    same = _without_version(read_package(written).skill)
    version = next((k.version for k in kept if _without_version(k) == same), _unused_version(kept))
    return write_package(replace(skill, version=version), folder, files=files, replace_existing=True)


def next_version(version: str) -> str:
    """Count the minor version up: the first number is kept, the second counted up.

    A part counts by the digits it begins with, a `v` before them aside; a part without any counts as 0. So there is a
    next version of any text.

    >>> [next_version(version) for version in ("1.4.2", "v2", "1.x", "1.4-beta.2", "newest")]
    ['1.5.0', '2.1.0', '1.1.0', '1.5.0', '0.1.0']
    """
    major, minor, *_ = [*version.split("."), "", ""]
    return f"{_number(major)}.{_number(minor) + 1}.0"


def objection(skill: Skill, store: Store) -> str:
    """Why a store cannot take a skill as it is, or an empty string."""
    if any(kept.version == skill.version and kept.digest != skill.digest for kept in store.versions(skill.name)):
        return f"its content changed under the same version {skill.version}; it is approved anew under a new one"
    return ""


def is_retired(skill: Skill | Listed, store: Store) -> bool:
    """Whether this content of a skill was retired: it is kept, and no longer planned, executed or offered."""
    return any(kept.digest == skill.digest and kept.state == State.RETIRED for kept in store.versions(skill.name))


def _state_of(skill: Skill, store: Store) -> State:
    """The state of a skill that is to be stored: that of the same content in the store if stored does not follow it."""
    states = [kept.state for kept in store.versions(skill.name) if kept.digest == skill.digest]
    return next((state for state in states if moves(state).get(State.STORED) != Cause.PROGRESS), State.STORED)


def publish(
    store: Store, home: Path, current: Sequence[Skill], *, held: Callable[[Verdict], Verdict] = lambda verdict: verdict
) -> Path:
    """Lay out the library for agents: exactly the given skills, if their last verdict lets them be read.

    Every other folder of the library is removed; files and what lies elsewhere are left alone. A skill whose package
    is gone is not shown.

    Args:
        store: Holds the verdicts; one on other content of the same name does not count.
        current: The skills in the version that holds now. Of two with one name, the last given counts.
        held: Tells a verdict as it holds now, after what happened to other content of the name.

    Returns:
        The folder of the library.

    Raises:
        CorruptStore: A package does not hold what was admitted.
        StoreError: The library is a link, or cannot be written.
    """
    library = home / "library"
    if library.is_symlink():
        raise StoreError(
            f"The library {str(library)!r} is a link, and publishing removes what is not of this library.",
            hint="Remove the link, and link from the other folder into the library.",
        )
    readable = {skill.name: skill for skill in current if _is_readable(skill, store, held)}
    shown = {name: skill for name, skill in readable.items() if place(home, skill).is_dir()}
    with told("write", "the library", home):
        _remove_others(library, shown)
    for skill in shown.values():
        _publish_one(skill, home, library)
    return library


def withdraw(store: Store, home: Path, *, held: Callable[[Verdict], Verdict] = lambda verdict: verdict) -> list[str]:
    """Take from the library what may no longer be read or was retired, and return the names.

    It does not wait for the next run.

    Args:
        held: Tells a verdict as it holds now, as for `publish`.
    """
    library = home / "library"
    gone = []
    for entry in sorted(library.iterdir()) if library.is_dir() and not library.is_symlink() else []:
        if entry.is_dir() and not entry.is_symlink() and not _is_shown_rightly(entry, store, held):
            with told("write", "the library", home):
                shutil.rmtree(entry)
            gone.append(entry.name)
    return gone


def _is_shown_rightly(folder: Path, store: Store, held: Callable[[Verdict], Verdict]) -> bool:
    try:
        return _is_readable(read_package(folder).skill, store, held)
    except PackageError:
        return False


def _is_readable(skill: Skill, store: Store, held: Callable[[Verdict], Verdict]) -> bool:
    if is_retired(skill, store):
        return False
    last = [verdict for verdict in store.verdicts(skill.name) if verdict.digest == skill.digest][-1:]
    return any(held(verdict).exposure > ExposureTier.METADATA for verdict in last)


def _publish_one(skill: Skill, home: Path, library: Path) -> None:
    source = place(home, skill)
    package = read_package(source).skill
    if package.digest != skill.digest:
        raise CorruptStore(
            f"The package {str(source)!r} does not hold what was admitted as {skill.name} {skill.version}.",
            hint="It is kept as it is, and not shown to agents. Run again with --from store to write it anew.",
        )
    files: dict[str, bytes | Path] = {file.path: source / file.path for file in package.files}
    write_package(package, library, files=files, replace_existing=True)


def _remove_others(library: Path, shown: Collection[str]) -> None:
    for entry in sorted(library.iterdir()) if library.is_dir() else []:
        if entry.name in shown:
            continue
        if entry.is_symlink():
            entry.unlink()  # the link goes, what it leads to stays
        elif entry.is_dir():
            shutil.rmtree(entry)


def _unused_version(kept: Sequence[Skill]) -> str:
    used = {skill.version for skill in kept}
    version = next_version(kept[-1].version)
    while version in used:
        version = next_version(version)
    return version


def _number(part: str) -> int:
    # 18 digits: a number that never grows past what a version may hold, or past what int() reads.
    digits = re.match(r"[vV]?([0-9]{1,18})", part)
    return int(digits[1]) if digits else 0


def _without_version(skill: Skill) -> str:
    return digest(replace(skill, version=""))
