"""How is what is on the shelf found? It is put into an `Index`, as far as its exposure lets it be read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from metier.index import Disclosure, Found, Index, Level, Listed
from metier.skill import Skill
from metier.stores.served.offer import Offer
from metier.stores.served.quote import quoted
from metier.stores.served.shelf import Shelf
from metier.stores.served.use import ORIGIN

_CHARACTERS_A_TOKEN = 3
_MARKS = 100
"""Tokens that the marks around the catalogue and its last line take."""


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
        return _within([_head(found), *lines], budget), data

    def catalogue(self, *, budget: int) -> str:
        """Show what an agent should know of the whole shelf within a number of tokens."""
        self._follow()
        disclosure = self._disclose(self._index, None, max(0, budget - _MARKS))
        lines, texts = [], []
        for one in disclosure.shown:
            offer = self._offer(one.listed)
            if offer is not None and one.level == Level.METADATA:
                # One line each, whatever line ends its author wrote: a description is not the next skill.
                path = f"{offer.handle}: " if offer.handle != offer.skill.name else ""
                lines.append(path + " ".join(one.text.split()))
            elif offer is not None and offer.readable:
                texts.append(quoted(one.text, origin=ORIGIN, skill=offer.handle, path=one.path))
        left = f"{disclosure.left_out} more are not shown." if disclosure.left_out else ""
        listed = quoted("\n".join(lines), origin=ORIGIN, skill="*", note="what each says of itself")
        return _within([part for part in (left, listed, *texts) if part], budget)

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


def _within(parts: list[str], budget: int) -> str:
    """As many of the parts, in their order, as the tokens last for; at least the first."""
    kept, left = [parts[0]], budget * _CHARACTERS_A_TOKEN - len(parts[0])
    for part in parts[1:]:
        left -= len(part) + 2
        if left < 0:
            break
        kept.append(part)
    return "\n\n".join(kept)
