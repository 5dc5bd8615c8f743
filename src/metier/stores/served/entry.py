"""What does a server say of one skill? Its URI, its frontmatter, and every file with digest and size (SEP-2640).

The list of files is the unit that a host verifies and that an approval is bound to. Whatever a server sends is checked
here before anything else looks at it; an entry that breaks a rule is refused, never mended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metier.digest import digest
from metier.errors import InputError
from metier.stores.served.uris import MANIFEST, Address, parse

EXTENSION = "io.modelcontextprotocol/skills"
MAX_RESOURCES = 512
MAX_BYTES = 16 << 20
"""The two limits of the extension: files of a skill, and their bytes together."""

DYNAMIC = "dynamic"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MAX_NAME, _MAX_DESCRIPTION, _MAX_COMPATIBILITY = 64, 1024, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One file of a skill: where it is read, and what its bytes are."""

    uri: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a server says of one skill.

    Attributes:
        uri: Where its SKILL.md is read; together with the server, the identity of the skill.
        frontmatter: What its author wrote at the head of SKILL.md. Text of strangers.
        resources: Every file; None if the server makes the content anew each time ("dynamic").
        meta: What intermediaries say of it; it carries no weight.
    """

    uri: str
    frontmatter: Mapping[str, Any]
    resources: tuple[Resource, ...] | None
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name; a label, not an identifier."""
        return str(self.frontmatter["name"])

    @property
    def description(self) -> str:
        """What it says of itself."""
        return str(self.frontmatter["description"])

    @property
    def root(self) -> Address:
        """The directory of the skill."""
        return parse(self.uri).parent

    @property
    def bound_to(self) -> str:
        """What an approval is bound to: the digest of every URI and digest, or an empty string if there is none."""
        if self.resources is None:
            return ""
        return digest(sorted([resource.uri, resource.digest] for resource in self.resources))

    def file(self, uri: str) -> Resource | None:
        """The listed file at a URI."""
        return next((resource for resource in self.resources or () if resource.uri == uri), None)

    def plain(self) -> dict[str, Any]:
        """The entry as it goes over the wire."""
        files: Any = DYNAMIC
        if self.resources is not None:
            files = [{"uri": one.uri, "digest": one.digest, "size": one.size} for one in self.resources]
        entry = {"uri": self.uri, "frontmatter": dict(self.frontmatter), "resources": files}
        return {**entry, "_meta": dict(self.meta)} if self.meta else entry


def read_entry(raw: object) -> Entry:
    """Check what a server sent as an entry.

    Raises:
        InputError: It breaks a rule of the extension; the message says which.

    >>> uri = "skill://acme/sum/SKILL.md"
    >>> files = [{"uri": uri, "digest": "sha256:" + "0" * 64, "size": 40}]
    >>> read_entry({"uri": uri, "frontmatter": {"name": "sum", "description": "Add."}, "resources": files}).name
    'sum'
    """
    if not isinstance(raw, Mapping):
        raise InputError(f"Expected an entry to be an object, got {type(raw).__name__}.")
    address = parse(raw.get("uri"))
    if address.segments[-1] != MANIFEST or len(address.segments) < 2:
        raise InputError(f"Expected an entry to name a {MANIFEST}, got {address.uri!r}.")
    frontmatter = raw.get("frontmatter")
    if not isinstance(frontmatter, Mapping):
        raise InputError(f"The entry {address.uri!r} has no frontmatter.")
    if fault := frontmatter_fault(frontmatter):
        raise InputError(f"The entry {address.uri!r} has a frontmatter that no skill may have: {fault}.")
    if address.segments[-2] != frontmatter["name"]:
        raise InputError(f"The entry {address.uri!r} is named {frontmatter['name']!r}, which its URI does not end in.")
    meta = raw.get("_meta")
    return Entry(
        uri=str(raw["uri"]),
        frontmatter=dict(frontmatter),
        resources=_resources(raw.get("resources"), address, str(raw["uri"])),
        meta=dict(meta) if isinstance(meta, Mapping) else {},
    )


def frontmatter_fault(fields: Mapping[str, Any]) -> str:
    """Why no skill may have this frontmatter, or an empty string. Unknown fields are no fault.

    >>> frontmatter_fault({"name": "Sum", "description": "Add."})
    "the name 'Sum' is not 1 to 64 lower-case letters, digits and single hyphens"
    """
    name, description = fields.get("name"), fields.get("description")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        return f"the name {str(name)[:80]!r} is not 1 to 64 lower-case letters, digits and single hyphens"
    if not isinstance(description, str) or not description.strip() or len(description) > _MAX_DESCRIPTION:
        return f"the description is not text of 1 to {_MAX_DESCRIPTION} characters"
    if not isinstance(fields.get("license", ""), str):
        return "the license is not text"
    compatibility = fields.get("compatibility", "-")
    if not isinstance(compatibility, str) or not 1 <= len(compatibility) <= _MAX_COMPATIBILITY:
        return f"the compatibility is not text of 1 to {_MAX_COMPATIBILITY} characters"
    if not isinstance(fields.get("metadata", {}), Mapping):
        return "the metadata is not a mapping"
    tools = fields.get("allowed-tools", "")
    if not isinstance(tools, str) and not (isinstance(tools, list) and all(isinstance(tool, str) for tool in tools)):
        return "allowed-tools is not text"
    return ""


def limit_fault(resources: tuple[Resource, ...]) -> str:
    """Why a skill of these files is larger than every host must take, or an empty string.

    >>> limit_fault((Resource(uri="skill://a/SKILL.md", digest="", size=1 << 30),))
    'its files have 1073741824 bytes together; a host need not take more than 16777216'
    """
    total = sum(resource.size for resource in resources)
    if len(resources) > MAX_RESOURCES:
        return f"it has {len(resources)} files; a host need not take more than {MAX_RESOURCES}"
    if total > MAX_BYTES:
        return f"its files have {total} bytes together; a host need not take more than {MAX_BYTES}"
    return ""


def _resources(raw: object, manifest: Address, uri: str) -> tuple[Resource, ...] | None:
    if raw == DYNAMIC:
        return None
    if not isinstance(raw, list):
        raise InputError(f"The entry {uri!r} lists no files: expected an array or {DYNAMIC!r}.")
    if len(raw) > MAX_RESOURCES:
        raise InputError(f"The entry {uri!r} lists {len(raw)} files; at most {MAX_RESOURCES} are taken.")
    resources = tuple(_resource(one, manifest.parent, uri) for one in raw)
    # Two ways of writing one URI would be two files with one place.
    if len({parse(resource.uri).uri for resource in resources}) < len(resources):
        raise InputError(f"The entry {uri!r} lists a file twice.")
    if all(resource.uri != uri for resource in resources):
        raise InputError(f"The entry {uri!r} does not list its own {MANIFEST}.")
    if fault := limit_fault(resources):
        raise InputError(f"The entry {uri!r} is not loaded: {fault}.")
    return resources


def _resource(raw: object, root: Address, uri: str) -> Resource:
    if not isinstance(raw, Mapping):
        raise InputError(f"The entry {uri!r} lists something that is no file.")
    digest_, size = raw.get("digest"), raw.get("size")
    if not parse(raw.get("uri")).inside(root):
        raise InputError(f"The entry {uri!r} lists {str(raw['uri'])[:200]!r}, which lies outside of it.")
    if not isinstance(digest_, str) or not _DIGEST.fullmatch(digest_):
        raise InputError(f"The entry {uri!r} gives a digest that is not sha256 and 64 hexadecimal digits.")
    if isinstance(size, float) and size.is_integer():
        size = int(size)
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise InputError(f"The entry {uri!r} gives a size that is no count of bytes.")
    return Resource(uri=str(raw["uri"]), digest=digest_, size=size)
