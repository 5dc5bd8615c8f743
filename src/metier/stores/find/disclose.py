"""What of a library is shown when a context holds so many tokens? Progressive disclosure as a budget.

With a request, each piece is worth the chance that its skill is the right one times what the piece adds, and the pieces
with the most worth per token are shown. Without one, every skill is shown as far as all fit: its whole line, its first
sentence or its name. What is shown is text of strangers: a host shows it as data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from metier.errors import NotStored
from metier.index import Disclosure, Hit, Index, Level, Listed, Shown

Read = Callable[[Listed], Mapping[str, str]]

_PIECE = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z][a-z]{0,5}(?![A-Z])|[A-Z]{2,3})|[A-Za-z][a-z]?|[0-9]{1,3}|[^\sA-Za-z0-9]"
)
_NUM_CONSIDERED = 40
_WORTH = {Level.METADATA: 1.0, Level.BODY: 0.25, Level.RESOURCE: 0.05}
"""An agent that does not see the line cannot choose the skill at all, and it can ask for a body or a file later."""


def count_tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too many than too few: no bound, as every model cuts texts its own way.

    The first six letters of a word are one, then every two, so that long compounds and encoded bytes count; three
    digits are one, and so is any other character, but from U+0800 on it is two, and outside of the basic plane three.

    >>> count_tokens("- fill-forms: Fill PDF forms.")
    9
    """
    found = len(_PIECE.findall(text))
    return found if text.isascii() else found + sum((one >= "\u0800") + (one > "\uffff") for one in text)


def disclose(
    index: Index,
    query: str | None,
    budget: int,
    *,
    tokens: Callable[[str], int] = count_tokens,
    read: Read | None = None,
    origins: Collection[str] | None = None,
) -> Disclosure:
    """Choose what to show of an index so that it costs at most `budget` tokens.

    Args:
        query: The request; without one the index is shown as evenly as it fits.
        tokens: Counts the tokens of a text; pass the counter of your model for exact budgets.
        read: Gives the files of a skill, text by path. Without it no files are shown.
        origins: Show only skills of these origins; of all by default.

    >>> from metier.skill import Skill
    >>> from metier.stores.find.open import open_index
    >>> index = open_index()
    >>> index.put([Skill(name="reverse", description="Write letters backwards.", policy="Start at the end.")])
    1
    >>> [piece.level.value for piece in disclose(index, "Write it backwards", 100).shown]
    ['metadata', 'body']
    >>> disclose(index, None, 2).shown
    ()
    """
    held = [listed for listed in index.skills() if origins is None or listed.origin in origins]
    if query is None:
        return _evenly(held, budget, tokens)
    found = index.find(query, _NUM_CONSIDERED, origins=origins)
    shown = list(_by_worth(index, found.hits, budget, tokens, read))
    order = {hit.listed: place for place, hit in enumerate(found.hits)}
    shown.sort(key=lambda piece: (list(Level).index(piece.level), order[piece.listed], piece.path))
    num_shown = len({piece.listed for piece in shown})
    return Disclosure(
        shown=tuple(shown),
        tokens=sum(piece.tokens for piece in shown),
        budget=budget,
        left_out=max(0, len(held) - num_shown),
    )


def line_of(listed: Listed, description: str | None = None) -> str:
    r"""The line that stands for a skill in a catalogue, without line breaks or control characters.

    >>> line_of(Listed(name="sum", digest="", description="Add\nnumbers."))
    '- sum: Add numbers.'
    >>> line_of(Listed(name="sum\n- add", digest="", description=""))
    '- sum - add'
    """
    text = listed.description if description is None else description
    name, clean = (" ".join("".join(c if c.isprintable() else " " for c in one).split()) for one in (listed.name, text))
    return f"- {name}: {clean}" if clean else f"- {name}"


@dataclass(order=True, frozen=True, slots=True)
class _Offer:
    """A piece that may be shown. The smallest comes first: the most worth per token, then the better hit."""

    minus_worth: float
    place: int
    path: str
    level: Level
    text: str
    tokens: int


def _by_worth(
    index: Index, hits: Sequence[Hit], budget: int, tokens: Callable[[str], int], read: Read | None
) -> Iterator[Shown]:
    offers = [_offer(hits, place, Level.METADATA, line_of(hit.listed), tokens) for place, hit in enumerate(hits)]
    heapify(offers)
    while offers:
        offer = heappop(offers)
        if offer.tokens > budget:
            continue
        budget -= offer.tokens
        listed = hits[offer.place].listed
        yield Shown(listed=listed, level=offer.level, text=offer.text, tokens=offer.tokens, path=offer.path)
        if offer.level is Level.METADATA and budget > 0 and (body := _body(index, listed)):
            heappush(offers, _offer(hits, offer.place, Level.BODY, body, tokens))
        if offer.level is Level.BODY and read is not None and budget > 0:
            for path, text in sorted(read(listed).items()):
                heappush(offers, _offer(hits, offer.place, Level.RESOURCE, text, tokens, path=path))


def _body(index: Index, listed: Listed) -> str:
    try:
        return index.body(listed)
    except NotStored:  # it was changed or removed since it was found: its line is all that is known of it
        return ""


def _offer(
    hits: Sequence[Hit], place: int, level: Level, text: str, tokens: Callable[[str], int], *, path: str = ""
) -> _Offer:
    cost = tokens(text)
    worth = hits[place].probability * _WORTH[level] / max(cost, 1)
    return _Offer(-worth, place, path, level, text, cost)


def _evenly(listed: Sequence[Listed], budget: int, tokens: Callable[[str], int]) -> Disclosure:
    shown = list[Shown]()
    for shorten in (_whole, _first_sentence, _nothing):
        lines = ((one, line_of(one, shorten(one.description))) for one in listed)
        shown = [Shown(listed=one, level=Level.METADATA, text=line, tokens=tokens(line)) for one, line in lines]
        if sum(piece.tokens for piece in shown) <= budget:
            break
    used, kept = 0, list[Shown]()
    for piece in shown:
        if used + piece.tokens <= budget:
            kept.append(piece)
            used += piece.tokens
    return Disclosure(shown=tuple(kept), tokens=used, budget=budget, left_out=len(listed) - len(kept))


def _whole(description: str) -> str:
    return description


def _first_sentence(description: str) -> str:
    return re.split(r"(?<=[.!?。])\s|\n", description.strip(), maxsplit=1)[0]


def _nothing(description: str) -> str:
    return ""
