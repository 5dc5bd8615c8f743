"""How does a host use a shelf of this process, without a wire between them? For tests, examples and local libraries."""

from __future__ import annotations

from collections.abc import Sequence

from metier.stores.served.shelf import Shelf


class Direct:
    """Reads a shelf. Keeps the promise of `metier.stores.served.host.Reader`.

    Args:
        shelf: What a server would serve.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def skills(self, cursor: str | None) -> tuple[Sequence[object], str | None]:
        """One page of the listing, as it would go over the wire."""
        page = self._shelf.list_page(cursor)
        return [entry.plain() for entry in page.items], page.next_cursor

    def skill(self, uri: str) -> object:
        """The entry of one skill, as it would go over the wire."""
        return self._shelf.entry(uri).plain()

    def read(self, uri: str) -> bytes:
        """The bytes of one file."""
        return self._shelf.read(uri)
