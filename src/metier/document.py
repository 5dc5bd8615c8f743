"""What did we read? A piece of source text with where it came from. Its text is data, never an instruction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from metier.digest import digest


class Kind(StrEnum):
    """What sort of source a document is."""

    TEXT = "text"
    PAPER = "paper"
    PACKAGE = "package"
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A piece of source text with its provenance.

    Attributes:
        source: Where it was read: a path relative to the workspace or a URL; `#line` is appended where it helps.
        metadata: What the source says of itself, such as a date or a number of authors. A missing count is `None`.

    >>> Document(title="On reversal", text="We reverse.", source="papers.txt#3").digest[:7]
    'sha256:'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    title: str
    text: str
    source: str
    kind: Kind = Kind.TEXT
    licence: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The SHA-256 of the whole record."""
        return digest(self)
