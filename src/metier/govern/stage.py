"""The govern spoke: package folders and evidence in; findings and a verdict for every skill out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from metier.digest import plain
from metier.govern.judge import held_back, judge
from metier.govern.look import as_read
from metier.govern.manifest import declared
from metier.govern.policy import GovernPolicy
from metier.govern.scan import scan
from metier.govern.transitions import last_on, standing_of
from metier.skill import Skill
from metier.stores.package import read_package
from metier.verdict import Evidence, ExposureTier, Verdict
from metier.wheel import Context, Result

Candidate = tuple[Path, Evidence | None]
"""A package folder, and what exams measured of its skill."""


def run(
    context: Context,
    policy: GovernPolicy,
    *,
    candidates: Iterable[Candidate],
    objection: Callable[[Skill], str] = lambda skill: "",
) -> Result:
    """Scan and judge every candidate. `objection` tells why a library cannot take a skill that is safe in itself.

    Raises:
        PackageError: A package cannot be read, or changed while it was scanned.
    """
    verdicts: list[Verdict] = []
    sources: dict[str, str] = {}
    for folder, evidence in candidates:
        package = read_package(folder)
        skill = package.skill
        with as_read(folder, skill) as copy:
            seen = scan(copy)
        verdict = judge(
            skill,
            seen,
            declared=declared(package.fields),
            evidence=evidence,
            standing=standing_of(context.store, skill.name, skill.digest, policy=policy),
            last=last_on(context.store, skill.name, skill.digest),
            policy=policy,
        )
        against = _shadows(skill, verdicts) or objection(skill)
        if against:
            verdict = held_back(verdict, against)
        verdicts.append(verdict)
        sources.setdefault(verdict.digest, os.path.relpath(folder, context.home))
        context.progress(len(verdicts), len(verdicts), {})
    admitted = sum(verdict.exposure > ExposureTier.METADATA for verdict in verdicts)
    return Result(
        output={"verdicts": plain(verdicts), "sources": sources},
        came_out=f"{admitted} admitted, {len(verdicts) - admitted} held back",
    )


def _shadows(skill: Skill, judged: Sequence[Verdict]) -> str:
    """A name belongs to the first that was admitted under it; one that was held back takes no name from others."""
    admitted = (verdict for verdict in judged if verdict.exposure > ExposureTier.METADATA)
    if any(verdict.skill == skill.name and verdict.digest != skill.digest for verdict in admitted):
        return f"another skill is called {skill.name!r} already, and no skill may take the place of another"
    return ""
