"""What is one skill as it is served, and what is said of it in the listing?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from metier.errors import PackageError
from metier.skill import File, Skill
from metier.stores.served.entry import MAX_BYTES, Entry, Resource, frontmatter_fault, limit_fault
from metier.stores.served.files import read_inside
from metier.stores.served.head import verbatim
from metier.stores.served.uris import MANIFEST, SCHEME, Address
from metier.verdict import ExposureTier


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One skill as it is served.

    Attributes:
        handle: What the plain tools call it: its name, or its path where two skills share a name.
        path: Its path in the server's own namespace; the last part is its name.
        folder: Where its package lies.
        files: Every file of the package, SKILL.md included, as it was judged.
        exposure: How far its content may go.
        entry: What is said of it in the listing; None if strict hosts would refuse it.
        why_not: Why there is no entry.
    """

    handle: str
    path: str
    folder: Path
    skill: Skill
    files: tuple[File, ...]
    exposure: ExposureTier
    entry: Entry | None
    why_not: str = ""

    @property
    def readable(self) -> bool:
        """Whether its text may be read."""
        return self.exposure > ExposureTier.METADATA

    @property
    def root(self) -> Address:
        """Its directory as a URI."""
        return Address(scheme=SCHEME, segments=tuple(self.path.split("/")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A direct child of a directory: its URI, its name, and its file, or None for a directory."""

    uri: str
    name: str
    file: File | None


def entry_of(offer: Offer, manifest: bytes, *, nested: bool) -> Entry:
    """Make the entry of an offer, or say why strict hosts would refuse it."""
    if all(file.path != MANIFEST for file in offer.files):
        raise PackageError(f"its file is not called {MANIFEST}")
    if not all(part.isprintable() and "\\" not in part for part in (offer.path, *(file.path for file in offer.files))):
        raise PackageError("the path of a file holds a backslash or a character that cannot be shown")
    frontmatter = verbatim(manifest)
    fault = frontmatter_fault(frontmatter)
    if not fault and frontmatter["name"] != offer.skill.name:
        fault = f"the name {frontmatter['name']!r} is not the one it is stored under"
    if not fault and nested and offer.folder.name != offer.skill.name:
        fault = "it lies inside another skill, in a folder that has not its name"
    resources = tuple(
        Resource(uri=offer.root.child(file.path).uri, digest=file.digest, size=file.size) for file in offer.files
    )
    fault = fault or limit_fault(resources)
    if fault:
        raise PackageError(fault)
    meta = {"metier/exposure": offer.exposure.name.lower()}
    return Entry(uri=offer.root.child(MANIFEST).uri, frontmatter=frontmatter, resources=resources, meta=meta)


def whole(place: Path, skill: Skill) -> tuple[tuple[File, ...], bytes]:
    """Every file of a package, and the bytes of its SKILL.md, which a skill does not list when it says no more."""
    listed = next((file for file in skill.files if file.path.lower() == MANIFEST.lower()), None)
    name = listed.path if listed else MANIFEST
    data = read_inside(place, name, limit=MAX_BYTES)
    manifest = File(path=name, size=len(data), digest=f"sha256:{hashlib.sha256(data).hexdigest()}")
    if listed is not None and listed != manifest:
        raise PackageError(f"{name} changed while the package was read.")
    files = {file.path: file for file in (*skill.files, manifest)}
    return tuple(sorted(files.values(), key=lambda file: file.path)), data


def children_of(offer: Offer, here: Address, inner: str) -> list[Child]:
    """The direct children of a directory of a skill, by URI."""
    prefix = f"{inner}/" if inner else ""
    found: dict[str, File | None] = {}
    for file in offer.files:
        if file.path.startswith(prefix):
            name, below, _ = file.path[len(prefix) :].partition("/")
            found[name] = None if below else file
    children = (Child(uri=here.child(name).uri, name=name, file=file) for name, file in found.items())
    return sorted(children, key=lambda child: child.uri)
