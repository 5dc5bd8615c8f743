"""Which forms stand in many texts? All texts in one buffer, and hashes of all runs of tokens looked up at once.

With prefix sums `H[i] = sum(r(c_j) m^j, j < i)` modulo 2^64 (Karp and Rabin 1987), `(H[e] - H[s]) m^-s` is the hash of
the characters from s to e wherever they stand. Each token begins a run; a run grows by a token as long as a table of
2^21 bytes says that some form may go on so. What the hash finds is compared character by character, so no hash decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from metier.discover.matching.lookup import Lookup, Place
from metier.discover.matching.words import aligned, is_gap, is_word

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_BITS = 21
_CHUNK = 1 << 16
_GOES_ON, _ENDS = 1, 2
_STEP = 0x9E3779B97F4A7C15
_BACK = pow(_STEP, -1, 1 << 64)
_WORD, _GAP = 1, 2


class Table:
    """Find canonical forms as `Lookup` does, in a few passes over a buffer instead of a step for each token.

    Texts with a character that folds to several, such as "ß", are left to `Lookup`.

    >>> Table(("swap ends", "swap")).all_places(["to swap  ends"])
    [[(3, 7, 1), (3, 13, 0)]]
    """

    def __init__(self, forms: Sequence[str]) -> None:
        self._forms = forms
        self._slow: Lookup | None = None
        buffer = _Buffer("\0".join(forms))
        lengths = np.fromiter(map(len, forms), np.int64, len(forms))
        self._codes, self._begins = buffer.codes, np.cumsum(lengths + 1) - lengths - 1
        owner = np.searchsorted(self._begins, buffer.starts, side="right") - 1
        inside = buffer.starts < (self._begins + lengths)[owner] if len(forms) else np.zeros(0, bool)
        owner, ends = owner[inside], buffer.ends[inside]
        hashes = buffer.hashes(self._begins[owner], ends)
        last = ends == (self._begins + lengths)[owner]
        self._flags = np.zeros(1 << _BITS, np.uint8)
        self._flags[_slots(hashes[~last])] = _GOES_ON
        self._flags[_slots(hashes[last])] |= _ENDS
        order = np.argsort(hashes[last], kind="stable")
        self._sorted, self._order = hashes[last][order], owner[last][order]

    def places(self, text: str) -> list[Place]:
        """Start, end and number of each form in a text, by start and then by end, whole tokens only."""
        return self.all_places((text,))[0]

    def all_places(self, texts: Sequence[str]) -> list[list[Place]]:
        """The places in each text."""
        found: list[list[Place]] = [[] for _ in texts]
        plain, other = list[int](), dict[int, str]()
        for number, text in enumerate(texts):
            if text.isascii():
                plain.append(number)
            elif (folded := aligned(text)) is not None:
                other[number] = folded
            else:
                self._slow = self._slow or Lookup(self._forms)
                found[number] = self._slow.places(text)
        for batch in _batches(plain, texts):
            self._find([texts[number] for number in batch], [found[number] for number in batch])
        for batch in _batches(other, other):
            self._find([other[number] for number in batch], [found[number] for number in batch])
        return found

    def _find(self, texts: list[str], found: list[list[Place]]) -> None:
        buffer = _Buffer("\0".join(texts))
        begins, ends, hashes = self._candidates(buffer)
        at = np.minimum(np.searchsorted(self._sorted, hashes), len(self._sorted) - 1)
        sure = self._sorted[at] == hashes if len(self._sorted) else np.zeros(0, bool)
        begins, ends, forms = begins[sure], ends[sure], self._order[at[sure]]
        same = self._same(buffer, begins, ends, forms)
        starts, tills, forms = buffer.origin[begins[same]], buffer.origin[ends[same] - 1] + 1, forms[same]
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        firsts = np.cumsum(lengths + 1) - lengths - 1
        text = np.searchsorted(firsts, starts, side="right") - 1
        whole = tills <= (firsts + lengths)[text]
        order = np.flatnonzero(whole)[np.lexsort((tills[whole], starts[whole]))]
        shift = firsts[text[order]]
        rows = (text[order], starts[order] - shift, tills[order] - shift, forms[order])
        for number, start, till, form in zip(*(row.tolist() for row in rows), strict=True):
            found[number].append((start, till, form))

    def _candidates(self, buffer: _Buffer) -> tuple[Numbers, Numbers, Hashes]:
        begins, ends, hashes = [], [], []
        token = np.flatnonzero(buffer.may_start)
        depth = 0
        while token.size:
            start, till = buffer.starts[token], buffer.ends[token + depth]
            run = buffer.hashes(start, till)
            flag = self._flags[_slots(run)]
            done = np.flatnonzero(flag & _ENDS)
            done = done[buffer.may_end[token[done] + depth]]
            begins.append(start[done])
            ends.append(till[done])
            hashes.append(run[done])
            depth += 1
            token = token[(flag & _GOES_ON).astype(bool)]
            token = token[: np.searchsorted(token, len(buffer.starts) - depth)]
        empty = np.zeros(0, np.int64)
        return (
            np.concatenate([empty, *begins]),
            np.concatenate([empty, *ends]),
            np.concatenate([empty.astype(np.uint64), *hashes]),
        )

    def _same(self, buffer: _Buffer, begins: Numbers, ends: Numbers, forms: Numbers) -> NDArray[np.bool_]:
        """Whether the characters of each place are those of its form."""
        lengths = ends - begins
        row = np.repeat(np.arange(len(begins)), lengths)
        within = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        differs = (
            buffer.codes[begins[row] + within]
            != self._codes[np.minimum(self._begins[forms[row]] + within, len(self._codes) - 1)]
        )
        wrong = np.bincount(row[differs], minlength=len(begins))
        return np.equal(wrong, 0)


def _batches(numbers: Iterable[int], texts: Mapping[int, str] | Sequence[str]) -> Iterator[list[int]]:
    """The numbers of texts that make a buffer together."""
    batch: list[int] = []
    size = 0
    for number in numbers:
        size += len(texts[number]) + 1
        batch.append(number)
        if size > _CHUNK:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Buffer:
    """Folded text as code points with single blanks, its tokens, and the hash of any run."""

    def __init__(self, text: str) -> None:
        raw, kind = _classes(text)
        gap = kind == _GAP
        keep = ~gap
        keep[1:] |= ~gap[:-1]
        keep[:1] = True
        self.origin = np.flatnonzero(keep)
        if len(self.origin) < len(raw):
            raw, kind = raw[self.origin], kind[self.origin]
        self.codes = raw
        word = np.zeros(len(raw) + 2, bool)
        word[1:-1] = kind == _WORD
        sign = kind == 0
        before, here, after = word[:-2], word[1:-1], word[2:]
        self.starts = np.flatnonzero(sign | (here & ~before))
        self.ends = np.flatnonzero(sign | (here & ~after)) + 1
        self.may_start = ~word[self.starts]
        self.may_end = ~word[self.ends + 1]
        powers, self._inverse = _powers(1 << len(raw).bit_length())
        self._sums = np.zeros(len(raw) + 1, np.uint64)
        np.cumsum(_values(self.codes) * powers[: len(raw)], out=self._sums[1:])

    def hashes(self, starts: Numbers, ends: Numbers) -> Hashes:
        return (self._sums[ends] - self._sums[starts]) * self._inverse[starts]


def _classes(text: str) -> tuple[NDArray[np.unsignedinteger], NDArray[np.uint8]]:
    """The code points of a text, gaps as blanks, and whether each is of a word, a gap or a sign."""
    if text.isascii():
        raw = text.encode()
        return np.frombuffer(raw.translate(_FOLDED), np.uint8), np.frombuffer(raw.translate(_KINDS), np.uint8)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _ASCII[np.minimum(codes, 127)]
    beyond = np.flatnonzero(codes > 127)
    known, which = np.unique(codes[beyond], return_inverse=True)
    kinds[beyond] = np.array([_kind(chr(code)) for code in known.tolist()], np.uint8)[which]
    return np.where(kinds == _GAP, np.uint32(32), codes), kinds


def _kind(sign: str) -> int:
    return _WORD if is_word(sign) else _GAP if is_gap(sign) else 0


_ASCII = np.array([_kind(chr(code)) for code in range(128)], np.uint8)
_KINDS = bytes(_kind(chr(code)) for code in range(256))
_FOLDED = bytes(32 if code < 128 and is_gap(chr(code)) else code for code in range(256)).lower()


def _values(codes: NDArray[np.unsignedinteger]) -> Hashes:
    """A scattered number for each code point: the finaliser of SplitMix64 (Steele et al. 2014)."""
    if codes.dtype == np.uint8:
        return _VALUES.take(codes)
    return _scatter(codes.astype(np.uint64))


def _scatter(value: Hashes) -> Hashes:
    value = (value + np.uint64(1)) * np.uint64(_STEP)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: Hashes = value ^ (value >> np.uint64(31))
    return scattered


_VALUES = _scatter(np.arange(128, dtype=np.uint64))


@lru_cache(maxsize=4)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    """The powers of the multiplier and of its inverse modulo 2^64."""
    rows = []
    for factor in (_STEP, _BACK):
        row = np.full(size + 1, factor, np.uint64)
        row[0] = 1
        rows.append(np.cumprod(row, dtype=np.uint64))
    return rows[0], rows[1]


def _slots(hashes: Hashes) -> NDArray[np.int64]:
    return (hashes >> np.uint64(64 - _BITS)).astype(np.int64)
