"""Which words of a vocabulary are spelt like a given one? Those that share many of its rarer character n-grams.

What the answer needs of the vocabulary is a handful of arrays, so that it can be kept in a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Arrays = Mapping[str, NDArray[Any]]

_GRAMS = (3, 4, 5)
WORD_BITS = 23
"""Of the number of a word: what is left beside the 40 of an n-gram in a number of 63."""
_LEAST_LIKENESS = 0.35  # below, two words share an ending and nothing else


class Spelling:
    """Words of a vocabulary that are spelt like a given one.

    Args:
        vocabulary: Each word once.
        kept: What `worked_out` gave for it.

    >>> vocabulary = ["programming", "java"]
    >>> Spelling(vocabulary, worked_out(vocabulary)).alike("programmer")[0].tolist()
    [0]
    """

    def __init__(self, vocabulary: Sequence[str], kept: Arrays) -> None:
        self._keys, self._begins, self._owner = kept["gram_keys"], kept["gram_begins"], kept["gram_owner"]
        self._idf, self._norms = kept["gram_idf"], kept["gram_norms"]
        self._num = len(vocabulary)
        self._exact = {word: i for i, word in enumerate(vocabulary)}

    def alike(self, word: str) -> tuple[Ints, Floats]:
        """Indices of the words that are alike and the cosines of their n-grams; an equal word has 1."""
        keys = np.array(grams(word), np.int64)
        at = np.searchsorted(self._keys, keys)
        known = at < len(self._keys)
        at = at[known][self._keys[at[known]] == keys[known]]
        exact = self._exact.get(word)
        if not len(at):
            return (
                (np.empty(0, np.int64), np.empty(0, np.float32))
                if exact is None
                else (np.array([exact], np.int64), np.ones(1, np.float32))
            )
        unknown = len(keys) - len(at)
        norm = np.sqrt((self._idf[at] ** 2).sum() + unknown * np.log(1 + self._num) ** 2)
        spans = [slice(self._begins[i], self._begins[i + 1]) for i in at]
        owners = np.concatenate([self._owner[span] for span in spans])
        weights = np.repeat(self._idf[at] ** 2, [span.stop - span.start for span in spans])
        dots = np.bincount(owners, weights, minlength=self._num)
        likeness = dots / (self._norms * norm)
        if exact is not None:
            likeness[exact] = 1.0
        found = np.flatnonzero(likeness >= _LEAST_LIKENESS)
        return found, likeness[found].astype(np.float32)


def worked_out(vocabulary: Sequence[str]) -> dict[str, NDArray[Any]]:
    """For each n-gram the words that hold it and how rare it is, and the length of each word's vector of n-grams.

    >>> worked_out(["c"])["gram_owner"].tolist()
    [0]
    """
    keys, owner = _all_grams(vocabulary)
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    begins = np.r_[first, len(keys)]
    counts = np.diff(begins)
    idf = np.log(1 + len(vocabulary) / counts).astype(np.float32)
    squares = np.bincount(owner, np.repeat(idf.astype(np.float64) ** 2, counts), minlength=len(vocabulary))
    norms = np.sqrt(np.maximum(squares, 1e-9)).astype(np.float32)
    return {
        "gram_keys": keys[first], "gram_begins": begins, "gram_owner": owner.astype(np.int32), "gram_idf": idf,
        "gram_norms": norms,
    }  # fmt: skip


def grams(word: str) -> list[int]:
    """Give the character n-grams of a framed word, n from 3 to 5, as numbers of 40 bits; each once.

    >>> grams("c") == [int.from_bytes(b"<c>")]
    True
    """
    framed = f"<{word}>".encode()
    return list(dict.fromkeys(int.from_bytes(framed[i : i + n]) for n in _GRAMS for i in range(len(framed) - n + 1)))


def _all_grams(words: Sequence[str]) -> tuple[Ints, Ints]:
    """As `grams`, for many words at once: the n-grams, and which word each is of."""
    if not words:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    framed = "".join(f"<{word}>" for word in words).encode()
    sizes = np.fromiter((len(word.encode()) + 2 for word in words), np.int64, len(words))
    owner = np.repeat(np.arange(len(words)), sizes)
    signs = np.frombuffer(framed, np.uint8).astype(np.int64)
    keys, owners = [], []
    for n in _GRAMS:
        last = max(len(signs) - n + 1, 0)
        inside = np.flatnonzero(owner[:last] == owner[n - 1 :])
        keys.append(sum(signs[inside + i] << (8 * (n - 1 - i)) for i in range(n)))
        owners.append(owner[inside])
    key, of = np.concatenate(keys), np.concatenate(owners)
    both = np.sort(key << WORD_BITS | of)  # one number each, as numbers are sorted far faster than pairs
    both = both[np.flatnonzero(np.diff(both, prepend=-1))]
    return both >> WORD_BITS, both & ((1 << WORD_BITS) - 1)
