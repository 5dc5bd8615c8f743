"""The discover spoke: documents and packages in; skills, and concepts of the taxonomy, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from metier.digest import plain
from metier.discover.papers import Unread
from metier.discover.read import read_documents
from metier.discover.survey import survey
from metier.discover.taxonomies import load_taxonomy
from metier.errors import PackageError
from metier.skill import Skill
from metier.stores.package import find_packages, read_package
from metier.wheel import Context, Result, count

_SHOWN_CHARS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverSettings:
    """Which taxonomy, which documents and which folders of packages are read.

    Attributes:
        taxonomy: Empty where only packages are governed; without one the wheel cannot be turned.
        model: The folder of a model that also finds implied skills, as `metier discover train` writes it, or empty.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    taxonomy: str = ""
    documents: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    model: str = ""


def run(context: Context, settings: DiscoverSettings, *, path: Callable[[str], Path]) -> Result:
    """Survey the documents and packages of a workspace; `path` makes a name of the settings absolute."""
    taxonomy = load_taxonomy(path(settings.taxonomy))
    unread: list[Unread] = []
    documents = [
        document for name in settings.documents for document in read_documents(path(name), name=name, unread=unread)
    ]
    packages, unreadable = read_packages({name: path(name) for name in settings.packages})
    found = survey(documents, taxonomy, packages=[s for s, _, _ in packages], implied=_implied(settings, path))
    leaves = [concept.id for concept in taxonomy if not taxonomy.children(concept.id)]
    output = {
        "skills": found.skills,
        "packages": [
            {"skill": skill, "path": where, "faults": faults}
            for skill, (_, where, faults) in zip(found.packages, packages, strict=True)
        ],
        "unreadable": unreadable,
        "documents": [replace(document, text=document.text[:_SHOWN_CHARS]) for document in documents],
        "unread": unread,
        "mentions": found.mentions,
        "silent": found.silent,
        "implied": found.implied,
        "concepts": len(taxonomy),
        "unmentioned": [leaf for leaf in leaves if leaf not in found.mentions and leaf not in found.implied],
    }
    came_out = f"{count(len(found.skills), 'skill')}, {count(len(packages), 'package')}, {len(unreadable)} unreadable"
    return Result(output=plain(output), came_out=came_out)


def read_packages(folders: dict[str, Path]) -> tuple[list[tuple[Skill, str, list[Any]]], list[dict[str, str]]]:
    """Read every package below some named folders.

    Returns:
        (skill, path, faults) for each package that loads, and path and error for each that does not.
    """
    packages, unreadable = [], []
    for name, top in folders.items():
        for folder in find_packages(top):
            where = f"{name}/{folder.relative_to(top).as_posix()}"
            try:
                package = read_package(folder)
            except PackageError as error:
                unreadable.append({"path": where, "error": str(error)})
            else:
                packages.append((package.skill, where, plain(package.faults)))
    return packages, unreadable


def _implied(settings: DiscoverSettings, path: Callable[[str], Path]) -> Callable[[str], list[str]] | None:
    """What a trained model says a text implies; the fast path, as a wheel is turned on any machine."""
    if not settings.model:
        return None
    from metier.discover.extraction.found import Kind
    from metier.discover.extraction.model import load

    model = load(path(settings.model), path="fast")

    def implied(text: str) -> list[str]:
        found = model.extract(text, keep_boilerplate=True).skills
        return [skill.uri for skill in found if skill.kind is Kind.IMPLICIT]

    return implied
