"""What is in this folder of packages, what is wrong with each, and how far would it be trusted as it is?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from metier.client import Client
from metier.errors import PackageError
from metier.govern.judge import judge
from metier.govern.manifest import declared
from metier.govern.opinion import second_opinion
from metier.govern.policy import GovernPolicy
from metier.govern.scan import scan
from metier.skill import Skill
from metier.stores.frontmatter import Fault
from metier.stores.package import find_packages, read_package
from metier.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """One package of a folder: what it holds, what is wrong with it, and how far it would be trusted as it is."""

    path: str
    skill: Skill | None
    faults: tuple[Fault, ...] = ()
    verdict: Verdict | None = None
    error: str = ""


def look_over(folder: Path, *, policy: GovernPolicy | None = None, client: Client | None = None) -> list[LookedAt]:
    """Read, scan and judge every SKILL.md package below a folder; nothing is stored, nothing is executed.

    Args:
        client: Asked for a second opinion on each package, if given.

    Raises:
        PackageError: There is no such folder, or no package in it.
    """
    looked = []
    for place in find_packages(folder):
        name = place.relative_to(folder).as_posix()
        try:
            package = read_package(place)
        except PackageError as error:
            looked.append(LookedAt(path=name, skill=None, error=str(error)))
        else:
            opinion = second_opinion(place, client) if client else None
            verdict = judge(
                package.skill, scan(place), declared=declared(package.fields), opinion=opinion, policy=policy
            )
            looked.append(LookedAt(path=name, skill=package.skill, faults=package.faults, verdict=verdict))
    if not looked:
        raise PackageError(
            f"Expected SKILL.md packages or a metier.toml in {str(folder)!r}, found neither.",
            hint="A workspace has a metier.toml; a package is a folder with a SKILL.md.",
        )
    return looked
