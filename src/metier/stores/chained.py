"""Which entries of the audit log are about which skill, by the bytes that are chained and by no column beside them?"""

from __future__ import annotations

import json
from collections.abc import Iterable

from metier.audit import START, Anchor
from metier.digest import digest


class Chained:
    """Follows the audit log from its beginning, row by row, and remembers the hashes of the entries on each skill.

    >>> from metier.audit import Deed, Entry, Event
    >>> from metier.digest import canonical
    >>> use = Event(deed=Deed.USE, who="me", skill="reverse", digest="sha256:0")
    >>> first = Entry(number=1, previous=START.hash, event=use)
    >>> log = Chained()
    >>> log.follow([(1, canonical(first))])
    >>> log.about("reverse") == [first.hash], log.head.number
    (True, 1)
    """

    def __init__(self) -> None:
        self.head = START
        self.position = 0
        """Of the row that was followed last."""
        self._about: dict[str, list[str]] = {}

    def about(self, skill: str) -> list[str]:
        """The hashes of the entries on a skill, oldest first."""
        return self._about.get(skill, [])

    def follow(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Take the next rows, each its position and its bytes.

        Raises:
            ValueError: One does not follow from the one before.
        """
        for position, body in rows:
            entry = json.loads(body.decode("utf-8", "surrogatepass"))
            if (entry["number"], entry["previous"]) != (self.head.number + 1, self.head.hash):
                raise ValueError(f"its entry {entry['number']} does not follow from entry {self.head.number}")
            self.head = Anchor(number=entry["number"], hash=digest(body))
            self.position = position
            self._about.setdefault(entry["event"]["skill"], []).append(self.head.hash)
