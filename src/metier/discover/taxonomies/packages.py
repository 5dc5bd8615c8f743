"""How do skills become a taxonomy? Each SKILL.md package of a folder is a concept: name, description, headings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from metier.discover.taxonomies.draft import Draft, finish
from metier.discover.taxonomies.report import Loaded, note
from metier.errors import PackageError
from metier.skill import Skill
from metier.stores.package import find_packages, read_package

_HEADING = re.compile(r"^#{1,3} +(.+?) *#*$", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
# What every manual has says nothing about this one.
_EVERYWHERE = frozenset((
    "overview", "introduction", "instructions", "usage", "examples", "example", "notes", "references",
    "when", "to", "use", "how", "it", "works", "steps", "workflow",
    "quick", "start", "requirements", "prerequisites", "limitations", "resources", "troubleshooting",
))  # fmt: skip


def read_packages_as_taxonomy(folder: Path, *, name: str) -> Loaded:
    """Read every package below a folder; what cannot be read is told.

    Of two packages of one name the second is refused, as two concepts of one identifier are.
    """
    skills, unreadable = [], []
    for place in find_packages(folder):
        try:
            skills.append(read_package(place).skill)
        except PackageError as error:
            unreadable.append(f"{place.relative_to(folder).as_posix()}: {error}")
    return taxonomy_of_skills(skills, name=name, unreadable=unreadable)


def taxonomy_of_skills(skills: Iterable[Skill], *, name: str, unreadable: Iterable[str] = ()) -> Loaded:
    """A concept for each skill: its name in words as the label, its headings as further labels.

    >>> skill = Skill(name="fill-forms", description="Fill in forms.", policy="# Fill forms\\n\\n## Find the fields\\n")
    >>> taxonomy_of_skills([skill], name="library").taxonomy["fill-forms"].labels
    ('fill forms', 'fill-forms', 'Find the fields')
    """
    draft = Draft(uris=False, notes=note("packages that cannot be read, left out", unreadable))
    for skill in skills:
        label = skill.name.replace("-", " ").replace("_", " ").strip()
        alts = dict.fromkeys([skill.name, *headings(skill.policy)])
        draft.add(
            skill.name,
            label=label,
            alt_labels=tuple(alt for alt in alts if alt.casefold() != label.casefold()),
            definition=skill.description,
            kind="skill",
        )
    return finish(draft, name=name)


def headings(text: str) -> list[str]:
    """The headings of Markdown down to the third level, without those that every manual has; code is no heading.

    >>> headings("# Overview\\n## Merge PDF files\\n```\\n# no heading\\n```\\n")
    ['Merge PDF files']
    """
    found = (match[1].strip("*_` ") for match in _HEADING.finditer(_FENCED.sub("", text)))
    return [heading for heading in found if not set(re.findall(r"\w+", heading.casefold())) <= _EVERYWHERE]
