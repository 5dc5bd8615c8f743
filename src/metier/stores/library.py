"""How do judged packages become a library? One folder for each version that was admitted, and one for agents to read.

<home>/packages/<version>/<name>/   what was admitted, never changed
<home>/library/<name>/              the latest admitted version of each skill, made anew from the above
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from metier.digest import digest, plain
from metier.errors import StageError
from metier.skill import Skill, State
from metier.store import Store
from metier.stores.package import read_package, write_package
from metier.verdict import ExposureTier, Verdict
from metier.wheel import Context, Result, count


def run(
    context: Context, verdicts: Sequence[Verdict], *, sources: Mapping[str, Path], concepts: Mapping[str, Sequence[str]]
) -> Result:
    """The store spoke: keep every verdict and finding, and every admitted skill as a package that was read back.

    Args:
        sources: The folder of each judged package, by the digest of its verdict.
        concepts: Where the taxonomy places each skill, by its name.
    """
    kept = []
    for number, verdict in enumerate(verdicts, start=1):
        context.store.put_findings(verdict.digest, verdict.findings)
        context.store.put_verdict(verdict)
        if verdict.exposure > ExposureTier.METADATA:
            skill = keep(sources[verdict.digest], context.home, verdict)
            skill = replace(skill, concepts=tuple(concepts.get(skill.name, skill.concepts)))
            context.store.put_skill(skill)
            kept.append(skill)
        context.progress(number, len(verdicts), {})
    files = [file for skill in kept for file in sorted(place(context.home, skill).rglob("*")) if file.is_file()]
    return Result(
        output={"skills": plain(kept)},
        came_out=f"{count(len(kept), 'package')} written and read back",
        artefacts=[file.relative_to(context.home).as_posix() for file in files],
    )


def place(home: Path, skill: Skill) -> Path:
    """Where a version of a skill lies as a package."""
    return home / "packages" / skill.version / skill.name


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
            return replace(skill, state=State.STORED)
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
    version = next((k.version for k in kept if _without_version(k) == same), next_version(kept[-1].version))
    return write_package(replace(skill, version=version), folder, files=files, replace_existing=True)


def next_version(version: str) -> str:
    """Count the minor version up.

    >>> next_version("1.4.2")
    '1.5.0'
    """
    major, minor, *_ = [*version.split("."), "0"]
    return f"{major}.{int(minor) + 1}.0"


def objection(skill: Skill, store: Store) -> str:
    """Why a store cannot take a skill as it is, or an empty string."""
    if any(kept.version == skill.version and kept.digest != skill.digest for kept in store.versions(skill.name)):
        return f"its content changed under the same version {skill.version}; it is approved anew under a new one"
    return ""


def publish(store: Store, home: Path) -> Path:
    """Lay out the library for agents: the latest version of every skill whose last verdict lets it be read."""
    library = home / "library"
    shown = set()
    for skill in store.skills():
        last = [verdict for verdict in store.verdicts(skill.name) if verdict.digest == skill.digest][-1:]
        source = place(home, skill)
        if source.is_dir() and any(verdict.exposure > ExposureTier.METADATA for verdict in last):
            package = read_package(source).skill
            files: dict[str, bytes | Path] = {file.path: source / file.path for file in package.files}
            write_package(package, library, files=files, replace_existing=True)
            shown.add(skill.name)
    for folder in list(library.iterdir()) if library.is_dir() else []:
        if folder.is_dir() and folder.name not in shown:
            shutil.rmtree(folder)
    return library


def _without_version(skill: Skill) -> str:
    return digest(replace(skill, version=""))
