"""How is what is on the shelf found? It is put into an `Index`, as far as its exposure lets it be read."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace

from metier.index import Disclosure, Found, Index, Level, Listed
from metier.skill import Skill
from metier.stores.served.offer import Offer
from metier.stores.served.quote import quoted
from metier.stores.served.shelf import Shelf
from metier.stores.served.use import CHARACTERS_A_TOKEN, ORIGIN

_NOTE = "what each says of itself"


def count_tokens(text: str) -> int:
    """Count the tokens of a line by its characters, as a budget does here, so that what fits one fits the other.

    >>> count_tokens("- sum: Add.")
    4
    """
    return len(text) // CHARACTERS_A_TOKEN + 1


class Finding:
    """Keeps an index in step with a shelf.

    Args:
        index: An empty index, which this alone writes to.
        disclose: Chooses what to show of the index for a request under a number of tokens.
    """

    def __init__(self, shelf: Shelf, index: Index, disclose: Callable[[Index, str | None, int], Disclosure]) -> None:
        self._shelf, self._index, self._disclose = shelf, index, disclose
        self._lock = threading.Lock()
        self._seen: tuple[Offer, ...] = ()
        self._by_key: dict[tuple[str, str], Offer] = {}

    def answer(self, query: str, *, k: int, budget: int) -> tuple[str, list[dict[str, object]]]:
        """Say which skills answer a request within a number of tokens, as text and as data.

        When none fires that is said first, and the nearest are still named. Without a request, the catalogue is shown.
        """
        if not query.strip():
            return self.catalogue(budget=budget), []
        self._follow()
        found = self._index.find(query, k)
        hits = [(hit, offer) for hit in found.hits if (offer := self._offer(hit.listed)) is not None]
        data: list[dict[str, object]] = [
            {
                "skill": offer.handle,
                "uri": offer.root.child("SKILL.md").uri,
                "exposure": offer.exposure.name.lower(),
                "probability": round(hit.probability, 4),
            }
            for hit, offer in hits
        ]
        lines = [
            quoted(
                offer.skill.description,
                origin=ORIGIN,
                skill=offer.handle,
                note=f"{hit.probability:.0%} likely the one, {offer.exposure.name.lower()}",
            )
            for hit, offer in hits
        ]
        parts = _within([_head(found), *lines], budget)
        if hits and len(parts) == 1:
            names = (f"{offer.handle!r}, {hit.probability:.0%} likely the one" for hit, offer in hits)
            parts = _within([_head(found), *names], budget)
        # A host may hand on the data in place of the text, so they keep to the same budget.
        num_told = len(_within([json.dumps(one) for one in data], budget)) if data else 0
        return "\n\n".join(parts), data[:num_told]

    def catalogue(self, *, budget: int) -> str:
        """Show what an agent should know of the whole shelf within a number of tokens."""
        self._follow()
        room = budget * CHARACTERS_A_TOKEN - len(_listed([])) - len(_left_out(len(self._seen)))
        disclosure = self._disclose(self._index, None, room // CHARACTERS_A_TOKEN)
        lines = list[str]()
        for one in disclosure.shown:
            offer = self._offer(one.listed)
            if offer is None or one.level != Level.METADATA:
                continue
            # One line each, whatever line ends its author wrote: a description is not the next skill.
            path = f"{offer.handle}: " if offer.handle != offer.skill.name else ""
            line = path + " ".join(one.text.split())
            room -= len(line) + 1
            if room < 0:
                break
            lines.append(line)
        left_out = len(self._seen) - len(lines)
        return (_left_out(left_out) if left_out else "") + _listed(lines)

    def _follow(self) -> None:
        with self._lock:
            if self._shelf.offers is not self._seen:
                self._index_anew(self._shelf.offers)

    def _index_anew(self, offers: tuple[Offer, ...]) -> None:
        keys = {_key(offer): offer for offer in offers}
        for origin in {origin for origin, _ in self._by_key} | {origin for origin, _ in keys}:
            gone = [name for where, name in self._by_key if where == origin and (where, name) not in keys]
            self._index.remove(gone, origin=origin)
            here = [_shown(offer) for key, offer in keys.items() if key[0] == origin]
            self._index.put(here, origin=origin)
        self._seen, self._by_key = offers, keys

    def _offer(self, listed: Listed) -> Offer | None:
        return self._by_key.get((listed.origin, listed.name))


def _key(offer: Offer) -> tuple[str, str]:
    return ("" if offer.handle == offer.skill.name else offer.path, offer.skill.name)


def _shown(offer: Offer) -> Skill:
    return offer.skill if offer.readable else replace(offer.skill, policy="")


def _head(found: Found) -> str:
    if found.fires:
        return "These skills may answer it, best first; load one with load_skill."
    return f"No skill here fits this request well ({found.probability:.0%} that one does): go on without one."


def _left_out(number: int) -> str:
    return f"{number} more are not shown.\n\n"


def _listed(lines: list[str]) -> str:
    return quoted("\n".join(lines), origin=ORIGIN, skill="*", note=_NOTE)


def _within(parts: list[str], budget: int) -> list[str]:
    """As many of the parts, in their order, as the tokens last for; at least the first."""
    kept, left = [parts[0]], budget * CHARACTERS_A_TOKEN - len(parts[0])
    for part in parts[1:]:
        left -= len(part) + 2
        if left < 0:
            break
        kept.append(part)
    return kept
