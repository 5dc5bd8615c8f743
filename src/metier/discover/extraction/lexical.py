"""Which skills have a form that is spelt like words of this sentence?

A soft TF-IDF over every form: a word of the sentence speaks for each word of a form in the measure in which their
character n-grams agree, so that "programmer" speaks for "programming". What a word of the sentence says is worked out
once and kept, as most words come again; a sentence then costs a few sums over the forms that hold those words.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# Letters and digits with the signs that stand inside names such as C++, C#, Node.js, R&D and CI/CD.
WORD = re.compile(r"\.?[^\W_]+(?:[.'’&/+#-]+[^\W_]+)*[+#]*")
_GRAMS = (3, 4, 5)
_LEAST_LIKENESS = 0.35  # below, two words share an ending and nothing else
_KEPT_WORDS = 200_000


def words(text: str) -> list[str]:
    """Cut a text into words, in lower case; the parts of a compound follow it.

    >>> words("Senior C++/Node.js developers, R&D")
    ['senior', 'c++/node.js', 'c++', 'node.js', 'developers', 'r&d']
    """
    found = []
    for match in WORD.finditer(text.lower()):
        word = match[0]
        found.append(word)
        if "-" in word or "/" in word:
            found += [part for part in re.split(r"[-/]+", word) if part]
    return found


class Lexical:
    """Score every skill by the spelling of its forms.

    Args:
        forms: Every form of every skill; the forms of one skill stand together.
        starts: Index of the first form of each skill, rising.

    >>> lane = Lexical(["java", "javascript", "manage staff"], np.array([0, 1, 2]))
    >>> lane.score(["Managing our staff"]).argmax(1).tolist()
    [2]
    """

    def __init__(self, forms: Sequence[str], starts: Ints) -> None:
        self._starts = starts
        bags = [dict.fromkeys(words(form)) for form in forms]
        self._vocabulary = list(dict.fromkeys(word for bag in bags for word in bag))
        index = {word: i for i, word in enumerate(self._vocabulary)}
        counts = np.zeros(len(index), np.int64)
        for bag in bags:
            for word in bag:
                counts[index[word]] += 1
        idf = np.log(1 + len(forms) / np.maximum(counts, 1)).astype(np.float32)
        self._num_forms = len(forms)
        self._postings = _postings(bags, index, idf)
        self._grams = _gram_index(self._vocabulary)
        self._alike: dict[str, tuple[Ints, Floats]] = {}

    def score(self, sentences: Sequence[str]) -> Floats:
        """Score each skill for each sentence: shape (sentences, skills), 0 where nothing is alike."""
        scores = np.zeros((len(sentences), len(self._starts)), np.float32)
        for row, sentence in enumerate(sentences):
            said = self._said(sentence)
            if said is not None:
                scores[row] = np.maximum.reduceat(said, self._starts)
        return scores

    def best_form(self, sentence: str, first: int, last: int) -> int:
        """Which of the forms `[first, last)` the sentence speaks for most; the first if it speaks for none."""
        said = self._said(sentence)
        return first if said is None else first + int(said[first:last].argmax())

    def _said(self, sentence: str) -> Floats | None:
        alike = [self._row(word) for word in dict.fromkeys(words(sentence))]
        found = np.concatenate([row[0] for row in alike]) if alike else np.empty(0, np.int64)
        if not len(found):
            return None
        likeness = np.concatenate([row[1] for row in alike])
        order = np.lexsort((-likeness, found))
        found, likeness = found[order], likeness[order]
        first = np.r_[True, found[1:] != found[:-1]]
        begins, form, weight = self._postings
        found, likeness = found[first], likeness[first]
        lengths = begins[found + 1] - begins[found]
        places = np.repeat(begins[found] - np.r_[0, np.cumsum(lengths)[:-1]], lengths) + np.arange(lengths.sum())
        weights = weight[places] * np.repeat(likeness, lengths)
        return np.bincount(form[places], weights, minlength=self._num_forms).astype(np.float32)

    def _row(self, word: str) -> tuple[Ints, Floats]:
        row = self._alike.get(word)
        if row is None:
            if len(self._alike) >= _KEPT_WORDS:
                self._alike.clear()
            row = self._alike[word] = self._grams.alike(word)
        return row


def _postings(
    bags: Sequence[dict[str, None]], index: dict[str, int], idf: Floats
) -> tuple[Ints, NDArray[np.int32], Floats]:
    """For each word the forms that hold it, with the word's weight in a form of length one."""
    word = np.array([index[w] for bag in bags for w in bag], np.int64)
    form = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
    weight = idf[word]
    norms = np.sqrt(np.bincount(form, weight.astype(np.float64) ** 2, minlength=len(bags)))
    weight = (weight * weight / np.maximum(norms[form], 1e-9)).astype(np.float32)
    order = np.argsort(word, kind="stable")
    begins = np.r_[0, np.cumsum(np.bincount(word, minlength=len(index)))].astype(np.int64)
    return begins, form[order].astype(np.int32), weight[order]


def grams(word: str) -> list[int]:
    """Give the character n-grams of a framed word, n from 3 to 5, as 32-bit numbers; each once."""
    framed = f"<{word}>".encode()
    return list(
        dict.fromkeys(zlib.crc32(framed[i : i + n]) for n in _GRAMS for i in range(max(len(framed) - n + 1, 0)))
    )


class _gram_index:  # noqa: N801  (a record with one question, built like a function)
    """Which words of a vocabulary are spelt like a given one?"""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        lists = [grams(word) for word in vocabulary]
        keys = np.array([g for found in lists for g in found], np.int64)
        owner = np.repeat(np.arange(len(lists)), [len(found) for found in lists])
        self._keys, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        self._idf = np.log(1 + len(lists) / counts).astype(np.float32)
        squares = np.bincount(owner, self._idf[inverse].astype(np.float64) ** 2, minlength=len(lists))
        self._norms = np.sqrt(np.maximum(squares, 1e-9)).astype(np.float32)
        order = np.argsort(inverse, kind="stable")
        self._begins = np.r_[0, np.cumsum(counts)].astype(np.int64)
        self._owner = owner[order]
        self._exact = {word: i for i, word in enumerate(vocabulary)}
        self._num = len(lists)

    def alike(self, word: str) -> tuple[Ints, Floats]:
        """Indices of the words that are alike and the cosines of their n-grams; an equal word has 1."""
        keys = np.array(grams(word), np.int64)
        at = np.searchsorted(self._keys, keys)
        at = at[(at < len(self._keys)) & (self._keys[np.minimum(at, len(self._keys) - 1)] == keys)]
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
