"""Which entries of the audit log are about which skill, and what do they hold of the evidence?

By the bytes that are chained, and by no column beside them.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from metier.audit import START, Anchor
from metier.digest import digest
from metier.stores.entered import Batch


class Chained:
    """Follows the audit log from its beginning, row by row, and remembers the hashes of the entries on each skill.

    Attributes:
        position: Of the row that was followed last.
        kept: The digest entered last of what has a key, by table and key.

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
        self.kept: dict[str, dict[str, str]] = {}
        self._about: dict[str, list[str]] = {}
        self._batches: list[Batch] = []
        self._of_run: dict[str, list[int]] = {}

    def about(self, skill: str) -> list[str]:
        """The hashes of the entries on a skill, oldest first."""
        return self._about.get(skill, [])

    def batches(
        self, positions: Iterable[int], *, run: str | None = None, every: bool = False
    ) -> tuple[list[Batch], list[int]]:
        """The batches of the attempts at these positions, in ascending order, and the positions that lie in none.

        Args:
            run: All batches of this run as well.
            every: All batches.
        """
        held = set(range(len(self._batches)) if every else self._of_run.get(run or "", ()))
        index, strange = 0, []
        for position in positions:
            if index < len(self._batches) and self._batches[index].last < position:
                index = bisect_left(self._batches, position, lo=index, key=lambda batch: batch.last)
            if index == len(self._batches) or position < self._batches[index].first:
                strange.append(position)
            else:
                held.add(index)
        return [self._batches[index] for index in sorted(held)], strange

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
            event = entry["event"]
            self._about.setdefault(event["skill"], []).append(self.head.hash)
            if "rows" in event:
                self._hold(event, event["rows"])

    def _hold(self, event: dict[str, Any], rows: dict[str, Any]) -> None:
        if rows["table"] != "attempts":
            self.kept.setdefault(rows["table"], {})[rows["keys"][0]] = event["digest"]
            return
        for run in rows["keys"]:
            self._of_run.setdefault(run, []).append(len(self._batches))
        self._batches.append(
            Batch(
                entry=self.head.number,
                first=rows["first"],
                last=rows["last"],
                count=len(rows["marks"]),
                digest=event["digest"],
            )
        )
