"""Which packages would an agent find here, and which one counts when two have the same name?

Follows the client guide of the format (agentskills.io, "Integrating skills"): the skills of the project come before
those of the user, those before what plugins bring; in one place the first one found counts, and what it shadows is
reported. The project may be a stranger's, so its skills are marked as untrusted until someone says otherwise. Names
and descriptions alone are read; nothing is hashed, run or followed through a link.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from metier.errors import PackageError
from metier.stores.markdown import skill_of
from metier.stores.package import find_packages, read_manifest

SKILL_FOLDERS = (
    ".agents/skills",
    ".claude/skills",
    ".codex/skills",
    ".cursor/skills",
    ".gemini/skills",
    ".github/skills",
    ".opencode/skills",
)
"""Where clients keep skills, below a project and below the home folder; the convention that all share comes first."""

_MAX_ANCESTORS = 32
_MAX_DEPTH = 6
_MAX_FOLDERS = 2000
"""Of one place, as the client guide advises."""


class Place(StrEnum):
    """Whose folder a package was found in; the earlier ones take precedence."""

    PROJECT = "project"
    USER = "user"
    PLUGIN = "plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPackage:
    """A package in one of the places where agents look.

    Attributes:
        name: The name that counts when two collide; that of the folder where the package cannot be read.
        is_trusted: Whether an agent may load it without asking: false for a project nobody vouched for.
        nested_in: The package whose folder it lies in.
        shadowed_by: The package of the same name that is loaded in its stead.
        fault: Why it cannot be loaded.
    """

    path: Path
    place: Place
    name: str
    description: str = ""
    is_trusted: bool = True
    nested_in: Path | None = None
    shadowed_by: Path | None = None
    fault: str = ""

    @property
    def is_loaded(self) -> bool:
        """Whether an agent would load it, once it may."""
        return not self.fault and self.shadowed_by is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What was found, in the order of precedence, and what was not looked into.

    Attributes:
        packages: Every package, the shadowed and the broken ones too.
        skipped: Links that were not followed, folders that cannot be read, and those beyond 6 levels or beyond the
            first 2,000 of a place.
    """

    packages: tuple[FoundPackage, ...]
    skipped: tuple[Path, ...] = ()

    @property
    def loaded(self) -> dict[str, FoundPackage]:
        """By name, the packages that an agent would load."""
        return {package.name: package for package in self.packages if package.is_loaded}


def discover_packages(
    project: str | Path | None = None,
    *,
    home: str | Path | None = None,
    plugins: str | Path | Iterable[str | Path] = (),
    trust_project: bool = False,
) -> Discovery:
    """Find the packages of a project, of a user and of plugins.

    Args:
        project: A folder of the project. The folders above it are looked at too, up to the one that holds `.git`.
        home: The home folder of the user.
        plugins: Folders of plugins, or one; the packages lie below `skills` in them, or directly.
        trust_project: Whether the user trusts what lies in the project.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as top:
    ...     for owner in ("project", "home"):
    ...         folder = Path(top) / owner / ".agents/skills/pdf"
    ...         folder.mkdir(parents=True)
    ...         _ = (folder / "SKILL.md").write_text(f"---\\nname: pdf\\ndescription: Of the {owner}.\\n---\\n")
    ...     found = discover_packages(Path(top) / "project", home=Path(top) / "home")
    >>> [(one.place.value, one.is_trusted, one.shadowed_by is not None) for one in found.packages]
    [('project', False, False), ('user', True, True)]
    >>> found.loaded["pdf"].description
    'Of the project.'
    """
    skipped: list[Path] = []
    packages = []
    first: dict[str, Path] = {}
    seen: set[Path] = set()
    # A text is a collection of texts too, and its letters are no folders.
    for place, root in _roots(project, home, (plugins,) if isinstance(plugins, str | Path) else plugins):
        if root in seen or not _is_open(root, skipped):
            continue
        seen.add(root)
        for package in _packages(root, place, skipped):
            if package.path in seen:
                continue
            seen.add(package.path)
            if not package.fault:
                by = first.setdefault(package.name, package.path)
                package = replace(package, shadowed_by=by if by != package.path else None)
            packages.append(replace(package, is_trusted=trust_project or place is not Place.PROJECT))
    return Discovery(packages=tuple(packages), skipped=tuple(dict.fromkeys(skipped)))


def _roots(
    project: str | Path | None, home: str | Path | None, plugins: Iterable[str | Path]
) -> Iterator[tuple[Place, Path]]:
    user = _absolute(home) if home is not None else None
    if project is not None:
        for folder in _up_to_repository(_absolute(project)):
            if user is None or os.path.realpath(folder) != os.path.realpath(user):
                yield from ((Place.PROJECT, folder / name) for name in SKILL_FOLDERS)
    if user is not None:
        yield from ((Place.USER, user / name) for name in SKILL_FOLDERS)
    for plugin in plugins:
        folder = _absolute(plugin)
        inner = folder / "skills"
        yield Place.PLUGIN, inner if os.path.isdir(inner) else folder  # noqa: PTH112 - a Path raises what is closed


def _absolute(path: str | Path) -> Path:
    """The path as it was written, unless `..` stands in it: what lies above is looked at by its own name."""
    return Path(os.path.realpath(path)) if ".." in Path(path).parts else Path(path).absolute()


def _up_to_repository(folder: Path) -> list[Path]:
    """The folder and those above it up to the root of the repository; the folder alone where there is none."""
    above = [folder, *folder.parents][:_MAX_ANCESTORS]
    root = next((n for n, one in enumerate(above) if os.path.exists(one / ".git")), 0)  # noqa: PTH110 - as above
    return above[: root + 1]


def _is_open(root: Path, skipped: list[Path]) -> bool:
    """Whether a folder is there and can be looked at, and neither it nor the client's folder it lies in is a link."""
    try:
        if not root.is_dir():
            return False
        if not root.is_symlink() and not root.parent.is_symlink():
            return True
    except OSError:
        pass
    skipped.append(root)
    return False


def _packages(root: Path, place: Place, skipped: list[Path]) -> Iterator[FoundPackage]:
    outer: set[Path] = set()
    for path in find_packages(root, skipped=skipped, max_depth=_MAX_DEPTH, max_folders=_MAX_FOLDERS):
        nested_in = next((above for above in path.parents if above in outer), None)
        outer.add(path)
        try:
            skill, _ = skill_of(read_manifest(path), folder=path.name)
        except PackageError as failure:
            yield FoundPackage(path=path, place=place, name=path.name, nested_in=nested_in, fault=str(failure))
            continue
        yield FoundPackage(path=path, place=place, name=skill.name, description=skill.description, nested_in=nested_in)
