"""Which file does a skill URI name? `skill://<skill path>/<file path>`, written in one way only.

A URI comes from strangers. It is taken apart here, once; no other module decodes one, and no path on a disk is ever
made from what one says: servers look the parts up in what they serve, hosts in the entry they hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from metier.errors import InputError

MANIFEST = "SKILL.md"
SCHEME = "skill"
_MAX_URI = 4096
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HEX = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEPT = "-._~!$'()*+,;="
"""What RFC 3986 lets stand in a segment, without `&`, `:` and `@`, which mean something where the first one stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A URI taken apart: its scheme and its segments, decoded. The first segment stands where a host would stand."""

    scheme: str
    segments: tuple[str, ...]

    @property
    def uri(self) -> str:
        """The one way of writing it."""
        return f"{self.scheme}://{'/'.join(quote(part, safe=_KEPT) for part in self.segments)}"

    @property
    def parent(self) -> Address:
        """The directory that it lies in."""
        return Address(scheme=self.scheme, segments=self.segments[:-1])

    def inside(self, folder: Address) -> bool:
        """Whether it lies below a directory.

        >>> parse("skill://a/b/c").inside(parse("skill://a/b")), parse("skill://a/bc").inside(parse("skill://a/b"))
        (True, False)
        """
        length = len(folder.segments)
        return (
            self.scheme == folder.scheme and len(self.segments) > length and self.segments[:length] == folder.segments
        )

    def child(self, path: str) -> Address:
        """The address of a file below, by its path with forward slashes."""
        return Address(scheme=self.scheme, segments=(*self.segments, *path.split("/")))

    def path_of(self, file: Address) -> str:
        """The path of a file from here, decoded, with forward slashes."""
        return "/".join(file.segments[len(self.segments) :])


def parse(uri: object) -> Address:
    """Take a URI apart.

    Raises:
        InputError: It is no text, has no scheme, a query, a fragment or a port, or a segment that could lead elsewhere:
            empty, `.`, `..`, or with a slash, a backslash or a control character in it, encoded or not.

    >>> parse("skill://acme/refunds/a%20b.md").segments
    ('acme', 'refunds', 'a b.md')
    >>> parse("skill://a/..")
    Traceback (most recent call last):
    metier.errors.InputError: Expected a URI such as skill://a/SKILL.md, got 'skill://a/..': '..' could lead elsewhere.
    Use the URIs that skills/list gives, as they stand.
    """
    if not isinstance(uri, str) or len(uri) > _MAX_URI:
        raise InputError(f"Expected a URI of at most {_MAX_URI} characters, got {str(uri)[:60]!r}.")
    scheme, mark, rest = uri.partition("://")
    if not mark or not _SCHEME.fullmatch(scheme):
        raise _refusal(uri, "it has no scheme")
    if any(character in rest for character in "?#@") or _HEX.search(rest):
        raise _refusal(uri, "a query, a fragment, a user and a broken escape have no place in it")
    return Address(scheme=scheme.lower(), segments=tuple(_segment(part, uri) for part in rest.split("/")))


def _segment(raw: str, uri: str) -> str:
    try:
        segment = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError:
        raise _refusal(uri, "something in it is not UTF-8") from None
    if segment in ("", ".", "..") or any(c in "/\\" or not c.isprintable() for c in segment):
        raise _refusal(uri, f"{raw!r} could lead elsewhere")
    return segment


def _refusal(uri: str, why: str) -> InputError:
    return InputError(
        f"Expected a URI such as skill://a/SKILL.md, got {uri[:200]!r}: {why}.",
        hint="Use the URIs that skills/list gives, as they stand.",
    )
