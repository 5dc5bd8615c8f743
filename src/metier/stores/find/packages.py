"""How do folders of packages get into an index, and stay the same as it?"""

from __future__ import annotations

from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from metier.errors import PackageError
from metier.index import Index, Listed
from metier.skill import Skill
from metier.stores.package import all_packages, manifest_path, read_package


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What was done to an index.

    Attributes:
        num_changed: Skills that were added or replaced.
        num_removed: Skills that are no longer in the folders.
        left_out: Each package that could not be read, and why.
        unseen: Links and folders that may hold packages and were not looked into.
        origins: What each folder is called in the index: where it lies, whatever way it was named.
        empty: The folders in which no package lies, and nothing that may hold one.
    """

    num_changed: int
    num_removed: int
    left_out: tuple[tuple[Path, str], ...] = ()
    unseen: tuple[Path, ...] = ()
    origins: tuple[str, ...] = ()
    empty: tuple[Path, ...] = ()


def index_packages(index: Index, folders: Iterable[str | Path]) -> Indexed:
    """Make an index hold what some folders hold: each folder is an origin, and what is gone from it is removed.

    Packages of one name in a folder are told apart by where they lie.

    >>> import tempfile
    >>> from metier.stores.find import open_index
    >>> from metier.stores.package import write_package
    >>> with tempfile.TemporaryDirectory() as library:
    ...     folder = write_package(Skill(name="reverse", description="Write letters backwards."), Path(library))
    ...     index_packages(open_index(), [library]).num_changed
    1
    """
    num_changed, num_removed, left_out = 0, 0, list[tuple[Path, str]]()
    unseen, empty = list[Path](), list[Path]()
    origins = {Path(folder).resolve().as_posix(): folder for folder in folders}
    for origin, folder in origins.items():
        skills: dict[str, Skill] = {}
        found, passed_over = all_packages(folder)
        unseen += passed_over
        empty += [] if found or passed_over else [Path(folder)]
        for path in found:
            try:
                skill = read_package(path).skill
            except PackageError as error:
                left_out.append((path, str(error)))
                continue
            if skill.name in skills:
                skill = replace(skill, name=_free_name(path.relative_to(folder).as_posix(), skills))
            skills[skill.name] = skill
        changed, removed = index_skills(index, skills.values(), origin=origin)
        num_changed, num_removed = num_changed + changed, num_removed + removed
    return Indexed(
        num_changed=num_changed,
        num_removed=num_removed,
        left_out=tuple(left_out),
        unseen=tuple(unseen),
        origins=tuple(origins),
        empty=tuple(empty),
    )


def _free_name(path: str, taken: Container[str]) -> str:
    """The path of a package as its name, or another way of writing it where a skill is called so."""
    while path in taken:
        path = f"./{path}"
    return path


def files_of(listed: Listed) -> dict[str, str]:
    """Read the text files of a listed skill, by path, from the folder it comes from, if its content still lies there.

    Its SKILL.md is not among them: what that says is the line and the body of the skill.

    >>> files_of(Listed(name="sum", digest="sha256:0", description="Add.", origin="/nowhere"))
    {}
    """
    if not Path(listed.origin).is_dir():
        return {}
    # A package mostly lies in a folder of its name; to read thousands until it comes takes seconds.
    for folder in sorted(all_packages(listed.origin)[0], key=lambda folder: folder.name != Path(listed.name).name):
        with suppress(PackageError):
            # Of packages that share a name, the index named some by where they lie.
            skill = replace(read_package(folder).skill, name=listed.name)
            if skill.digest == listed.digest:
                manifest = manifest_path(folder).name
                paths = (file.path for file in skill.files if file.path != manifest)
                return {path: text for path in paths if (text := _text(folder / path))}
    return {}


def _text(path: Path) -> str:
    """The text of a file, or nothing of one that holds none."""
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8")
    return ""


def index_skills(index: Index, skills: Iterable[Skill], *, origin: str) -> tuple[int, int]:
    """Make an index hold these skills of an origin and no other, and return how many changed and were removed.

    >>> from metier.stores.find import open_index
    >>> index = open_index()
    >>> index_skills(index, [Skill(name="sum", description="Add.")], origin="here")
    (1, 0)
    >>> index_skills(index, [], origin="here")
    (0, 1)
    """
    given = {skill.name: skill for skill in skills}
    known = {listed.name for listed in index.skills() if listed.origin == origin}
    return index.put(given.values(), origin=origin), index.remove(sorted(known - given.keys()), origin=origin)
