"""How does a folder with a SKILL.md become a `Skill`, and a `Skill` such a folder?

Reading is lenient: whatever has frontmatter and a description loads, and every fault is listed with its line and the
way out. Writing is strict: what metier writes, strict tools accept. Links are never followed, special files never
opened, and nothing in a package is run.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from metier.errors import Conflict, PackageError, StoreError
from metier.skill import File, Skill
from metier.stores.checks import format_faults, lies_inside, refuse_unplaceable
from metier.stores.disk import told
from metier.stores.fault import Fault
from metier.stores.frontmatter import Frontmatter, read_frontmatter
from metier.stores.markdown import render, representation_of, skill_of
from metier.stores.plain import NotPlain, open_plain
from metier.stores.strict import validate
from metier.stores.tree import MAX_BYTES, MAX_DEPTH, MAX_FILES, refuse_large

_MANIFEST = "SKILL.md"
_MAX_MANIFEST_BYTES = 1 << 20
_MAX_SEARCH_DEPTH = 128
_MAX_SEARCH_FOLDERS = 500_000
"""Many times the largest public collection; so many folders are looked into within a minute."""

_NOT_SEARCHED = (".git", ".metier", "node_modules")
_LEFT_BEHIND = re.compile(r"\..+-(part|old)-[a-z0-9_]{8}")
"""What `write_package` calls the folders in which a package grows, or lies while another takes its place."""

NOT_LOOKED_INTO = "Not looked into: it is a link, cannot be read, or lies too deep or beyond too many folders."
"""What is said of each place that `all_packages` passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A folder with a SKILL.md, as it was read.

    Attributes:
        skill: What it holds. `files` lists every file of the folder with its digest. SKILL.md itself is listed too,
            unless it is word for word what `write_package` makes of the skill, which then says it all. Concepts that
            it states are no part of the digest, so it is listed with them.
        path: The folder.
        faults: Where it leaves the format, errors and warnings, in the order of the lines.
        fields: The frontmatter as it was written, every scalar as text.
        refusals: What skills-ref 0.1.1 says against it, word for word; nothing if strict tools accept it.
    """

    skill: Skill
    path: Path
    faults: tuple[Fault, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether strict tools would accept it."""
        return not self.refusals


def read_package(path: str | Path) -> Package:
    """Read the package in a folder.

    Args:
        path: The folder, or the SKILL.md in it.

    Raises:
        PackageError: There is no SKILL.md, no frontmatter or no description, or the package is larger than any honest
            one.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as library:
    ...     folder = write_package(Skill(name="reverse", description="Write letters backwards."), Path(library))
    ...     read_package(folder).skill.description
    'Write letters backwards.'
    """
    folder = _package_folder(Path(path))
    name = _folder_name(folder)
    manifest, faults = _manifest(folder)
    data = manifest_bytes(folder / manifest)
    text, more = _text(data)
    front = read_frontmatter(text, where=str(folder / manifest))
    skill, guesses = skill_of(front, folder=name)
    files, odd = _files(folder)
    faults += [*more, *front.faults, *format_faults(front, folder=name), *guesses, *odd]
    refusals = validate(folder if folder.name == name else folder.resolve())
    return Package(
        skill=_with_files(skill, files, manifest=manifest, data=data, fields=front.fields),
        path=folder,
        faults=tuple(sorted(_levelled(faults, refusals), key=lambda fault: fault.line)),
        fields=front.fields,
        refusals=tuple(refusals),
    )


def manifest_path(path: str | Path) -> Path:
    """The file that is read as the SKILL.md of a folder, in whatever case its name is written.

    Raises:
        PackageError: There is none.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "skill.md").write_text("")
    ...     manifest_path(folder).name
    'skill.md'
    """
    folder = _package_folder(Path(path))
    return folder / _manifest(folder)[0]


def read_manifest(path: str | Path) -> Frontmatter:
    """Read the SKILL.md of a folder alone: its fields and its body, and no other file.

    Raises:
        PackageError: There is no SKILL.md or no frontmatter, or it is larger than any honest one.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as library:
    ...     folder = write_package(Skill(name="reverse", description="Write letters backwards."), Path(library))
    ...     read_manifest(folder).fields["name"]
    'reverse'
    """
    manifest = manifest_path(path)
    return read_frontmatter(_text(manifest_bytes(manifest))[0], where=str(manifest))


def manifest_bytes(manifest: Path) -> bytes:
    """The bytes of a SKILL.md.

    Raises:
        PackageError: It cannot be read, is no plain file, or is larger than any honest one.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "SKILL.md").write_text("---")
    ...     manifest_bytes(Path(folder) / "SKILL.md")
    b'---'
    """
    try:
        with os.fdopen(open_plain(manifest), "rb") as file:
            _refuse_large(os.fstat(file.fileno()).st_size, manifest)
            data = file.read(_MAX_MANIFEST_BYTES + 1)
    except NotPlain:
        raise PackageError(
            f"Expected {str(manifest)!r} to be a plain file, it is a folder, a link or a special file.",
            hint="Put a plain file in its place.",
        ) from None
    except OSError as failure:
        hint = "See that you may read it."
        raise PackageError(f"Cannot read {str(manifest)!r}: {failure.strerror}.", hint=hint) from failure
    _refuse_large(len(data), manifest)
    return data


def refuse_unloadable(data: bytes, manifest: Path) -> None:
    """Refuse bytes with which a package would not load, before they become its SKILL.md.

    Args:
        data: The bytes.
        manifest: The file they are for.

    Raises:
        PackageError: As `read_package` would.

    >>> refuse_unloadable(b"---\\nname: pdf\\n---\\n", Path("skills/pdf/SKILL.md"))
    Traceback (most recent call last):
    metier.errors.PackageError: The package 'pdf' has no description.
    Add a line description: that says what the skill does and when to use it.
    """
    _refuse_large(len(data), manifest)
    skill_of(read_frontmatter(_text(data)[0], where=str(manifest)), folder=_folder_name(manifest.parent))
    _files(manifest.parent)


def find_packages(
    folder: str | Path,
    *,
    skipped: list[Path] | None = None,
    max_depth: int = _MAX_SEARCH_DEPTH,
    max_folders: int = _MAX_SEARCH_FOLDERS,
) -> Iterator[Path]:
    """Find the folders that hold a SKILL.md, sorted.

    Links, the folders `.git`, `.metier` and `node_modules`, and what a killed `write_package` left are passed over.

    Args:
        skipped: Where to note the links, the folders that cannot be read, and those that lie too deep or are too many.
        max_depth: How many folders deep to look.
        max_folders: How many folders to look into.

    Raises:
        PackageError: There is no such folder; or, without `skipped`, some lie too deep or are too many.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as library:
    ...     _ = write_package(Skill(name="reverse", description="Write letters backwards."), Path(library))
    ...     [path.name for path in find_packages(library)]
    ['reverse']
    """
    top = Path(folder)
    if not _is_folder(top):
        named = top.name.lower() == _MANIFEST.lower()
        hint = "Name the folder it lies in." if named else "Name a folder with a SKILL.md, or one that holds such."
        raise PackageError(f"Expected a folder of packages, got {str(folder)!r}.", hint=hint)
    return _search(top, skipped, max_depth, max_folders)


def is_searched(name: str) -> bool:
    """Whether packages are looked for in a folder of this name.

    >>> [is_searched(name) for name in ("pdf", ".agents", ".git", ".pdf-old-x2b_k9qd")]
    [True, True, False, False]
    """
    return name not in _NOT_SEARCHED and not _LEFT_BEHIND.fullmatch(name)


def all_packages(folder: str | Path) -> tuple[list[Path], list[Path]]:
    """Find every package below a folder that somebody named, and whatever below it may hold more and was passed over.

    Returns:
        The packages; then the links that lead out to a folder or stand for a SKILL.md, the folders that cannot be read,
        and those that lie too deep or are too many. What lies in a package is told when that package is read.

    Raises:
        PackageError: There is no such folder.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as library:
    ...     (Path(library) / "more").symlink_to("/")
    ...     [path.name for path in all_packages(library)[1]]
    ['more']
    """
    skipped: list[Path] = []
    found = list(find_packages(folder, skipped=skipped))
    packages, top = set(found), os.path.realpath(folder)
    unseen = [path for path in skipped if packages.isdisjoint(path.parents) and not _hides_nothing(path, top)]
    return found, unseen


def write_package(
    skill: Skill,
    folder: str | Path,
    *,
    files: Mapping[str, bytes | Path] | None = None,
    replace_existing: bool = False,
) -> Path:
    """Write a skill as a package into a library; the package appears whole or not at all.

    Args:
        folder: The library; the package becomes the folder of the skill's name in it.
        files: The content of the package's files by their path in it. Every file the skill lists must be here, with
            the digest it lists; a SKILL.md among them is written as it is, else it is made from the skill.
        replace_existing: Whether another package may lie there already. The same one may always.

    Returns:
        The folder of the package. The concepts of the skill are not written.

    Raises:
        PackageError: The name, version or description breaks the format; the skill is too large to be read back as it
            is; or a file is missing, differs, or lies outside.
        Conflict: Another package lies there, and it is not to be replaced.
        StoreFull: The disk is full; nothing half-written is left.
        StoreError: The library cannot be written; a package that was to be replaced lies there as before.
    """
    refuse_unplaceable(skill.name, skill.version)
    library, place = Path(folder), Path(folder) / skill.name
    contents = dict(files or {})
    if _MANIFEST not in contents:
        contents[_MANIFEST] = _rendered(skill, place / _MANIFEST)
    for path in contents:
        _refuse_outside(path)
    with told("write", "a package", library):
        library.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=library, prefix=f".{skill.name}-part-"))
        try:
            for path, content in sorted(contents.items()):
                _write_file(part / path, content)
            _refuse_other_files(skill, part)
            part.chmod(0o755)
            with _alone(library):
                return _settle(part, place, replace_existing=replace_existing)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _rendered(skill: Skill, manifest: Path) -> bytes:
    """The SKILL.md that is made from a skill, and reads back as that skill."""
    data = render(skill).encode()
    _refuse_large(len(data), manifest)
    back, _ = skill_of(read_frontmatter(data.decode(), where=str(manifest)), folder=skill.name)
    if replace(back, files=skill.files).digest != skill.digest:
        raise PackageError(
            f"The skill {skill.name!r} does not fit into a SKILL.md: it would be read back as another one.",
            hint="Shorten its provenance and interface, and move a long policy into a file.",
        )
    return data


def _package_folder(path: Path) -> Path:
    return path.parent if path.name.lower() == _MANIFEST.lower() and not _is_folder(path) else path


def _levelled(faults: list[Fault], refusals: list[str]) -> list[Fault]:
    """Bring the faults, found leniently, in line with the strict verdict, which alone says whether one is an error."""
    if not refusals:
        return [replace(fault, level="warning") for fault in faults]
    if any(fault.level == "error" for fault in faults):
        return faults
    message = f"Strict tools refuse it: {' '.join(refusals[0].split())[:300].rstrip('.')}."
    return [*faults, Fault(level="error", line=1, message=message, fix="Write what is named there in a plainer way.")]


def _manifest(folder: Path) -> tuple[str, list[Fault]]:
    """The name of the SKILL.md, which some write in other cases."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.lower() == _MANIFEST.lower())
    except OSError as failure:
        hint = "Name a folder with a SKILL.md that you may read."
        raise PackageError(f"Cannot read the package {str(folder)!r}: {failure.strerror}.", hint=hint) from failure
    if not names:
        raise PackageError(f"No SKILL.md lies in {str(folder)!r}.", hint="Name the folder that holds SKILL.md.")
    name = next((name for name in (_MANIFEST, "skill.md") if name in names), names[0])
    if name == _MANIFEST:
        return name, []
    fix = "Rename it to SKILL.md."
    level: Any = "warning" if name == "skill.md" else "error"
    return name, [Fault(level=level, line=0, message=f"The file is called {name!r}.", fix=fix)]


def _folder_name(folder: Path) -> str:
    """The name of "." is empty, and the format compares the name of the folder."""
    return folder.name if folder.name not in ("", "..") else folder.resolve().name


def _refuse_large(num_bytes: int, manifest: Path) -> None:
    if num_bytes > _MAX_MANIFEST_BYTES:
        raise PackageError(
            f"{str(manifest)!r} has {num_bytes} bytes; at most {_MAX_MANIFEST_BYTES} are read.",
            hint="Move what is long into files beside it.",
        )


def _text(data: bytes) -> tuple[str, list[Fault]]:
    """The text of a SKILL.md with plain line ends, whatever bytes it holds."""
    faults = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = data[: failure.start].count(b"\n") + 1
        message = f"The bytes at position {failure.start} are not UTF-8; they are read as \ufffd."
        faults.append(Fault(level="error", line=line, message=message, fix="Save the file as UTF-8."))
        text = data.decode("utf-8", "replace")
    if "\r" in text:
        message = "Lines end with a carriage return."
        faults.append(Fault(level="warning", line=1, message=message, fix="Save it with plain line ends (LF)."))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, faults


def _files(folder: Path) -> tuple[list[File], list[Fault]]:
    files, faults, pending = [], [], [(folder, 0)]
    room = MAX_BYTES
    while pending:
        here, depth = pending.pop()
        try:
            entries = _entries(here)
        except PackageError as failure:
            if here == folder:
                raise
            faults.append(_unread(here.relative_to(folder).as_posix(), failure))
            continue
        for entry in entries:
            path = Path(entry.path).relative_to(folder).as_posix()
            if entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH:
                pending.append((Path(entry.path), depth + 1))
            elif entry.is_file(follow_symlinks=False):
                try:
                    files.append(_file(Path(entry.path), path, room))
                    room -= files[-1].size
                except OSError as failure:
                    faults.append(_unread(path, failure))
            else:
                message = f"{path!r} is a link, a special file or too deep, and is not part of the package."
                faults.append(Fault(level="warning", line=0, message=message, fix="Put a plain file in its place."))
            if len(files) + len(faults) > MAX_FILES:
                raise PackageError(
                    f"The package {str(folder)!r} has more than {MAX_FILES} files.",
                    hint="Pack what belongs together into one file, or keep it elsewhere.",
                )
    return sorted(files, key=lambda file: file.path), faults


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as failure:
        hint = "See that you may read it."
        raise PackageError(f"Cannot read the folder {str(folder)!r}: {failure.strerror}.", hint=hint) from failure


def _file(path: Path, name: str, room: int) -> File:
    with os.fdopen(open_plain(path), "rb") as file:
        refuse_large(file.fileno(), str(path), room)
        sha = hashlib.file_digest(file, "sha256").hexdigest()
        return File(path=name, size=file.tell(), digest=f"sha256:{sha}")


def _unread(path: str, failure: Exception) -> Fault:
    reason = failure.strerror if isinstance(failure, OSError) else failure
    message = f"{path!r} stays unread and is not part of the package: {str(reason).rstrip('.')}."
    return Fault(level="warning", line=0, message=message, fix="Make it readable, or remove it.")


def _is_folder(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.is_dir()
    return False


def _with_files(skill: Skill, files: list[File], *, manifest: str, data: bytes, fields: Mapping[str, Any]) -> Skill:
    others = tuple(file for file in files if file.path != manifest)
    metadata = fields.get("metadata")
    if not isinstance(metadata, Mapping) or "metier-representation" not in metadata:
        skill = replace(skill, representation=representation_of(others))
    own = replace(skill, files=others)
    # A skill must change when any byte of its package does, or a verdict would outlive what it judged.
    return own if _is_rendered(own, data) else replace(skill, files=tuple(files))


def _is_rendered(skill: Skill, data: bytes) -> bool:
    with contextlib.suppress(PackageError):
        return render(skill).encode() == data
    return False


def _search(top: Path, skipped: list[Path] | None, max_depth: int, max_folders: int) -> Iterator[Path]:
    pending, num_looked, passed_over, beyond = [(top, 0)], 0, list[Path](), list[Path]()
    while pending and num_looked < max_folders:
        here, depth = pending.pop()
        num_looked += 1
        try:
            entries = _entries(here)
        except PackageError:
            passed_over.append(here)
            continue
        if any(entry.name.lower() == _MANIFEST.lower() and not entry.is_symlink() for entry in entries):
            yield here
        passed_over += [Path(entry.path) for entry in entries if entry.is_symlink()]
        inner = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
        wanted = [Path(entry.path) for entry in inner if is_searched(entry.name)]
        if depth < max_depth:
            pending += [(path, depth + 1) for path in reversed(wanted)]
        else:
            beyond += wanted
    beyond += [path for path, _ in reversed(pending)]
    if skipped is not None:
        skipped += passed_over + beyond
    elif beyond:
        raise PackageError(
            f"Expected at most {max_folders} folders, {max_depth} deep, in {str(top)!r}; {str(beyond[0])!r} is beyond.",
            hint="Name a folder below it.",
        )


def _hides_nothing(path: Path, top: str) -> bool:
    """Whether a link leads to no package, or to a folder that is looked into where it lies."""
    # `Path.is_symlink` raises for a path that is too long.
    if not os.path.islink(path) or path.name.lower() == _MANIFEST.lower():  # noqa: PTH114
        return False
    target = Path(os.path.realpath(path))
    return not _is_folder(target) or (
        target.is_relative_to(top) and all(map(is_searched, target.relative_to(top).parts))
    )


def _refuse_outside(path: str) -> None:
    if not lies_inside(path):
        raise PackageError(
            f"The path {path!r} does not lie inside a package.", hint="Use forward slashes, as in scripts/fill.py."
        )


def _write_file(path: Path, content: bytes | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            with content.open("rb") as source:
                shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())


def _refuse_other_files(skill: Skill, part: Path) -> None:
    written = {file.path: file.digest for file in _files(part)[0]}
    for file in skill.files:
        if written.get(file.path) != file.digest:
            came = f"came with {written[file.path]}" if file.path in written else "was not given"
            raise PackageError(
                f"Skill {skill.name!r} lists the file {file.path!r} with the digest {file.digest}, but it {came}.",
                hint="Pass the content of every file of the skill in files.",
            )


@contextlib.contextmanager
def _alone(library: Path) -> Iterator[None]:
    """Keep other writers of a library waiting; the lock ends with the process, however that ends."""
    handle = os.open(library, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # a network share may lock no folder
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _settle(part: Path, place: Path, *, replace_existing: bool) -> Path:
    """Give the finished folder its name. A package that is in the way is moved aside whole, then removed."""
    if place.is_symlink() or place.exists():
        if place.is_dir() and not place.is_symlink() and _files(place) == _files(part):
            return place
        if not replace_existing:
            raise Conflict(
                f"Another package lies in {str(place)!r}.", hint="Remove it, or write with replace_existing=True."
            )
        _replace(part, place)
    else:
        part.rename(place)
    return place


def _replace(part: Path, place: Path) -> None:
    """Put a finished folder in the place of another; if it cannot be put there, the other one comes back."""
    old = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}-old-"))
    aside = old / place.name
    try:
        place.rename(aside)
        part.rename(place)
    except BaseException:
        if os.path.lexists(aside):
            _put_back(aside, place)
        old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _put_back(aside: Path, place: Path) -> None:
    try:
        aside.rename(place)
    except OSError as failure:
        raise StoreError(
            f"Neither the new package nor the old one can be put in {str(place)!r}: {failure.strerror or failure}.",
            hint=f"The old one lies in {str(aside)!r}: move it back.",
        ) from failure
