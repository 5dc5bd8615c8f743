"""Where do the tokens of a text stand, and which number has each? A few passes over a buffer, no step for each token.

The number of a token is made of its letters, eight at a time, multiplied and added modulo 2^64. Two tokens of up to
eight ASCII characters never share one; others hardly ever do, and whoever compares numbers compares letters as well.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metier.discover.matching.words import is_gap, is_word

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_WORD, _GAP, _SIGN = 1, 2, 0
_EIGHT = 8
# Letters that count; tokens that differ beyond share a number.
_LONGEST = 64
# Odd constants whose bits are well spread, from SplitMix64 (Steele et al. 2014).
_STEP, _SPREAD, _APART = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


class Tokens:
    """The tokens of a text without case.

    Attributes:
        starts: Where each begins.
        ends: Where each ends.
        first: The number of each as the first of a run.
        later: The number of each as a later one of a run, by whether a gap stands before it.
        may_start: Whether a form may begin here, that is, no word goes on into this token.
        may_end: Whether a form may end here.

    >>> Tokens("to swap").starts, bool(Tokens("swap").first[0] == Tokens("to swap").first[1])
    (array([0, 3]), True)
    """

    def __init__(self, text: str) -> None:
        letters = _letters(text)
        kinds = np.frombuffer(letters.translate(_KINDS), np.uint8)
        word = np.zeros(len(letters) + 2, bool)
        np.equal(kinds, _WORD, out=word[1:-1])
        before, here, after = word[:-2], word[1:-1], word[2:]
        sign = kinds == _SIGN
        self.starts = np.flatnonzero(sign | (here > before))
        self.ends = np.flatnonzero(sign | (here > after)) + 1
        self.may_start = ~word[self.starts]
        self.may_end = ~word[self.ends + 1]
        self.first = _numbers(letters, self.starts, self.ends - self.starts)
        self.later = self.first.copy()
        self.later[1:] += _APART * (self.starts[1:] > self.ends[:-1])

    def grown(self, runs: Hashes, last: Numbers) -> Hashes:
        """The numbers of runs that grew by a token.

        Args:
            runs: The number of each run before; that of a single token is its `first`.
            last: Which token it grew by.
        """
        return runs * _STEP + self.later[last]


def _numbers(letters: bytes, starts: Numbers, lengths: Numbers) -> Hashes:
    words = np.ndarray(len(letters) + 1, "<u8", letters + bytes(_EIGHT), strides=(1,))
    made: Hashes = (words.take(starts) & _MASKS.take(np.minimum(lengths, _EIGHT))) * _SPREAD
    for at in range(_EIGHT, _LONGEST, _EIGHT):
        long = np.flatnonzero(lengths > at)
        if not long.size:
            break
        more = words.take(starts[long] + at) & _MASKS.take(np.minimum(lengths[long] - at, _EIGHT))
        made[long] = (made[long] * _STEP + more) * _SPREAD
    return made


def _letters(text: str) -> bytes:
    """A byte for each character, equal for equal characters: its code, or for others than ASCII one of its kind."""
    if text.isascii():
        return text.encode()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    made = codes.astype(np.uint8)
    beyond = np.flatnonzero(codes > 127)
    known, which = np.unique(codes[beyond], return_inverse=True)
    made[beyond] = np.array([_letter(code) for code in known.tolist()], np.uint8)[which]
    return made.tobytes()


def _letter(code: int) -> int:
    if is_gap(chr(code)):
        return ord(" ")
    return (128 if is_word(chr(code)) else 192) + code % 64


def _kind(letter: int) -> int:
    if letter > 127:
        return _WORD if letter < 192 else _SIGN
    return _WORD if is_word(chr(letter)) else _GAP if is_gap(chr(letter)) else _SIGN


_KINDS = bytes(map(_kind, range(256)))
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_EIGHT + 1)], np.uint64)
