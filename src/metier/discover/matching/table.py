"""Which forms stand in many texts? All texts in one buffer, and hashes of all runs of tokens looked up at once.

A run of tokens is the polynomial of their numbers (Karp and Rabin 1987), in which a gap before a token counts as well.
Each token begins a run; a run grows by a token as long as a table of bytes says that some form may go on so. What
the hash finds is compared character by character, so no hash decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from metier.discover.matching.lookup import Lookup, Row
from metier.discover.matching.tokens import Hashes, Numbers, Tokens
from metier.discover.matching.words import GAPS, aligned

_LEAST_BITS = 21
# The table is so many bits larger than what stands in it, so that few runs go on for nothing.
_ROOM = 4
_CHUNK = 1 << 17
_GOES_ON, _ENDS = 1, 2
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Index:
    """What `Table` knows of its forms, to be kept.

    Attributes:
        hashes: The hash of each form, sorted.
        numbers: The number of each form in that order.
        goes_on: The upper halves of the hashes of all runs that some form goes on from, sorted, each once.
    """

    hashes: Hashes
    numbers: NDArray[np.int32]
    goes_on: NDArray[np.uint32]


class Table:
    """Find canonical forms as `Lookup` does, in a few passes over a buffer instead of a step for each token.

    Texts with a character that folds to several, such as "ß", are left to `Lookup`.

    >>> Table(("swap ends", "swap")).rows(["to swap  ends"])
    [(0, 3, 7, 1), (0, 3, 13, 0)]
    """

    def __init__(self, forms: Sequence[str], index: Index | None = None) -> None:
        self.index = index or index_of(forms)
        self._forms = forms
        self._slow: Lookup | None = None
        hashes, goes_on = self.index.hashes, self.index.goes_on
        bits = max(_LEAST_BITS, (len(hashes) + len(goes_on)).bit_length() + _ROOM)
        self._flags, self._shift = np.zeros(1 << bits, np.uint8), np.uint64(64 - bits)
        self._flags[goes_on >> np.uint32(32 - bits)] = _GOES_ON
        self._flags[self._slots(hashes)] |= _ENDS
        ahead = 1
        while np.any(hashes[ahead:] == hashes[:-ahead]):
            ahead += 1
        self._twins = ahead if len(hashes) else 0

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Number of the text, start, end and number of each form, in this order, whole tokens only."""
        plain = np.fromiter(map(str.isascii, texts), bool, len(texts))
        numbers = np.flatnonzero(plain)
        found = [self._in(numbers, list(compress(texts, plain)))]
        if len(numbers) < len(texts):
            found += self._beyond_ascii(np.flatnonzero(~plain), texts)
        text, start, end, form = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((end, start, text))
        columns = (column[order].tolist() for column in (text, start, end, form))
        return list(zip(*columns, strict=True))

    def _beyond_ascii(self, numbers: Numbers, texts: Sequence[str]) -> Iterator[tuple[Numbers, ...]]:
        folded, slow = dict[int, str](), dict[int, str]()
        for number in numbers.tolist():
            said = aligned(texts[number])
            if said is None:
                slow[number] = texts[number]
            else:
                folded[number] = said
        yield self._in(np.fromiter(folded, np.int64), list(folded.values()))
        if slow:
            self._slow = self._slow or Lookup(self._forms)
            rows = np.array(self._slow.rows(list(slow.values())), np.int64).reshape(-1, 4).T
            yield (np.fromiter(slow, np.int64)[rows[0]], *rows[1:])

    def _in(self, numbers: Numbers, texts: list[str]) -> tuple[Numbers, ...]:
        """Number of the text, start, end and form of each place in texts that are read in pieces of a buffer's size."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
        ends = np.cumsum(lengths)
        found = [(_NONE, _NONE, _NONE, _NONE)]
        for low, high in _pieces(ends):
            begins = ends[low:high] - lengths[low:high]
            begins -= begins[0]
            start, end, form = self._places("\0".join(texts[low:high]))
            text = np.searchsorted(begins, start, side="right") - 1
            found.append((numbers[low + text], start - begins[text], end - begins[text], form))
        return tuple(np.concatenate(column) for column in zip(*found, strict=True))

    def _places(self, said: str) -> tuple[Numbers, Numbers, Numbers]:
        said = said.lower() if said.isascii() else said
        start, end, hashes = self._candidates(Tokens(said))
        hit, at = self._looked_up(hashes)
        start, end, form = start[hit], end[hit], self.index.numbers[at].astype(np.int64)
        forms = self._forms
        same = [
            (there := said[a:b]) == forms[n] or GAPS.sub(" ", there) == forms[n]
            for a, b, n in zip(start.tolist(), end.tolist(), form.tolist(), strict=True)
        ]
        return start[same], end[same], form[same]

    def _looked_up(self, hashes: Hashes) -> tuple[Numbers, Numbers]:
        """Which of the hashes are those of a form, and where in the index; several times where forms share a hash."""
        at = np.searchsorted(self.index.hashes, hashes)
        hits, places = [_NONE], [_NONE]
        for twin in range(self._twins):
            place = at + twin
            hit = np.flatnonzero(self.index.hashes.take(place, mode="clip") == hashes)
            hit = hit[place[hit] < len(self.index.hashes)]
            hits.append(hit)
            places.append(place[hit])
        return np.concatenate(hits), np.concatenate(places)

    def _candidates(self, tokens: Tokens) -> tuple[Numbers, Numbers, Hashes]:
        """Start, end and hash of each run that may be a form."""
        found = [(_NONE, _NONE, np.zeros(0, np.uint64))]
        flags = self._flags.take(self._slots(tokens.first)) * tokens.may_start
        first = last = np.flatnonzero(flags)
        runs, flags = tokens.first[first], flags[first]
        while first.size:
            ends = np.flatnonzero(flags & _ENDS)
            ends = ends[tokens.may_end[last[ends]]]
            found.append((tokens.starts[first[ends]], tokens.ends[last[ends]], runs[ends]))
            on = np.flatnonzero(flags & _GOES_ON)
            on = on[: np.searchsorted(last[on], len(tokens.starts) - 1)]
            first, last = first[on], last[on] + 1
            runs = tokens.grown(runs[on], last)
            flags = self._flags.take(self._slots(runs))
        start, end, hashes = (np.concatenate(column) for column in zip(*found, strict=True))
        return start, end, hashes

    def _slots(self, hashes: Hashes) -> Numbers:
        """Which byte of the table a hash has."""
        return (hashes >> self._shift).view(np.int64)


def index_of(forms: Sequence[str]) -> Index:
    """Hash the forms and whatever they begin with.

    >>> len(index_of(("swap ends", "swap")).hashes)
    2
    """
    tokens = Tokens("\0".join(forms))
    lengths = np.fromiter(map(len, forms), np.int64, len(forms))
    begins = np.cumsum(lengths + 1) - lengths - 1
    form = np.searchsorted(begins, tokens.starts, side="right") - 1
    inside = np.flatnonzero(tokens.starts < (begins + lengths)[form]) if len(forms) else _NONE
    form = form[inside]
    hashes = tokens.first[inside]
    place = np.arange(len(inside))
    depth = place - np.maximum.accumulate(np.where(tokens.starts[inside] == begins[form], place, 0))
    for far in range(1, int(depth.max(initial=0)) + 1):
        here = np.flatnonzero(depth == far)
        hashes[here] = tokens.grown(hashes[here - 1], inside[here])
    last = tokens.ends[inside] == (begins + lengths)[form]
    order = np.argsort(hashes[last], kind="stable")
    return Index(
        hashes=hashes[last][order],
        numbers=form[last][order].astype(np.int32),
        goes_on=np.unique((hashes[~last] >> np.uint64(32)).astype(np.uint32)),
    )


def _pieces(ends: Numbers) -> Iterator[tuple[int, int]]:
    """From which to which text a buffer goes, by where each would end in one long text."""
    low = 0
    while low < len(ends):
        begun = ends[low - 1] if low else 0
        high = max(low + 1, int(np.searchsorted(ends, begun + _CHUNK)))
        yield low, high
        low = high
