"""Which skills have a form that is spelt like words of this sentence?

A soft TF-IDF over every form: a word of the sentence speaks for each word of a form in the measure in which their
character n-grams agree, so that "programmer" speaks for "programming". What a word of the sentence says is worked out
once and kept, as most words come again; a sentence then costs a few sums over the forms that hold those words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# Letters and digits with the signs that stand inside names such as C++, C#, Node.js, R&D and CI/CD.
WORD = re.compile(r"\.?[^\W_]+(?:[.'’&/+#-]+[^\W_]+)*[+#]*")
_WORD_OR_END = re.compile(rf"{WORD.pattern}|\n")
_JOINT = re.compile(r"[-/]+")
_GRAMS = (3, 4, 5)
_OWNER_BITS = 23  # beside the 40 of an n-gram in a number of 63
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
            found += [part for part in _JOINT.split(word) if part]
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
        vocabulary, word, form = _cut(forms)
        self._layers = _layers(starts, len(forms))
        self._postings = _postings(word, form, len(vocabulary), self._layers.places)
        self._grams = _gram_index(vocabulary)
        self._alike: dict[str, tuple[Ints, Floats]] = {}
        self._last: tuple[str, Floats | None] = ("", None)

    def score(self, sentences: Sequence[str]) -> Floats:
        """Score each skill for each sentence: shape (sentences, skills), 0 where nothing is alike."""
        scores = np.zeros((len(sentences), len(self._layers.ranks)), np.float32)
        for row, sentence in enumerate(sentences):
            said = self._said(sentence)
            if said is not None:
                self._layers.best(said, out=scores[row])
        return scores

    def best_form(self, sentence: str, first: int, last: int) -> int:
        """Which of the forms `[first, last)` the sentence speaks for most; the first if it speaks for none."""
        before, said = self._last
        if before != sentence:
            said = self._said(sentence)
            self._last = (sentence, said)
        return first if said is None else first + int(said[self._layers.places[first:last]].argmax())

    def _said(self, sentence: str) -> Floats | None:
        """What the sentence says for each form, laid out in layers."""
        alike = [self._row(word) for word in dict.fromkeys(words(sentence))]
        found = np.concatenate([row[0] for row in alike]) if alike else np.empty(0, np.int64)
        if not len(found):
            return None
        likeness = np.concatenate([row[1] for row in alike])
        order = np.lexsort((-likeness, found))
        found, likeness = found[order], likeness[order]
        first = np.empty(len(found), bool)
        first[0] = True
        np.not_equal(found[1:], found[:-1], out=first[1:])
        begins, form, weight = self._postings
        found, likeness = found[first], likeness[first]
        start = begins[found]
        lengths = begins[found + 1] - start
        ends = np.cumsum(lengths)
        places = np.repeat(start - ends + lengths, lengths) + np.arange(ends[-1])
        said = weight[places] * np.repeat(likeness, lengths)
        return np.bincount(form[places], said, minlength=self._layers.size).astype(np.float32)

    def _row(self, word: str) -> tuple[Ints, Floats]:
        row = self._alike.get(word)
        if row is None:
            if len(self._alike) >= _KEPT_WORDS:
                self._alike.clear()
            row = self._alike[word] = self._grams.alike(word)
        return row


class _layers:  # noqa: N801  (a record with one question, built like a function)
    """How are forms laid out so that the best of each skill is found by whole arrays?

    The skills with the most forms come first; the first forms of all skills are the first layer, the second forms of
    those that have one the next. Each layer is then compared with the head of the first (seven times faster than to
    reduce segment by segment).

    Attributes:
        ranks: Where each skill is in the first layer.
        places: Where each form is.
        size: How many forms there are.
    """

    def __init__(self, starts: Ints, size: int) -> None:
        counts = np.diff(starts, append=size)
        self.ranks = np.empty_like(counts)
        self.ranks[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        widths = np.bincount(counts, minlength=2)[::-1].cumsum()[::-1][1:]  # skills with at least 1, 2, 3 … forms
        self._begins = np.r_[0, np.cumsum(widths)]
        within = np.arange(size) - np.repeat(starts, counts)
        self.places = self._begins[within] + np.repeat(self.ranks, counts)
        self.size = size

    def best(self, said: Floats, *, out: Floats) -> None:
        """Write the greatest value of each skill to `out`; `said` is used up."""
        best = said[: self._begins[1]]
        for begin, end in pairwise(self._begins[1:].tolist()):
            np.maximum(best[: end - begin], said[begin:end], out=best[: end - begin])
        np.take(best, self.ranks, out=out, mode="clip")  # other modes write to a copy of `out` first


def _cut(forms: Sequence[str]) -> tuple[list[str], Ints, Ints]:
    """The words of all forms, and each word of each form once, by word: its number and that of the form."""
    numbers = {"\n": 0}
    joined = "\n".join(form.replace("\n", " ") for form in forms).lower()
    # One search for all forms, as `words` would cut each.
    found = np.array([numbers.setdefault(word, len(numbers)) for word in _WORD_OR_END.findall(joined)], np.int64)
    form = np.cumsum(found == 0)
    compounds = {number: word for word, number in numbers.items() if "-" in word or "/" in word}
    at = np.flatnonzero(np.isin(found, list(compounds)))
    parts = [
        numbers.setdefault(part, len(numbers)) << 32 | place
        for number, place in zip(found[at].tolist(), form[at].tolist(), strict=True)
        for part in _JOINT.split(compounds[number])
        if part
    ]
    both = np.sort(np.concatenate([found << 32 | form, np.array(parts, np.int64)]))
    both = both[np.flatnonzero(np.diff(both, prepend=-1))]
    both = both[np.searchsorted(both, 1 << 32) :]
    return list(numbers)[1:], (both >> 32) - 1, both & 0xFFFFFFFF


def _postings(word: Ints, form: Ints, num_words: int, layout: Ints) -> tuple[Ints, NDArray[np.int32], Floats]:
    """For each word the forms that hold it, with the word's weight in a form of length one."""
    counts = np.bincount(word, minlength=num_words)
    idf = np.log(1 + len(layout) / np.maximum(counts, 1)).astype(np.float32)
    weight = idf[word]
    norms = np.sqrt(np.bincount(form, weight.astype(np.float64) ** 2, minlength=len(layout)))
    weight = (weight * weight / np.maximum(norms[form], 1e-9)).astype(np.float32)
    begins = np.r_[0, np.cumsum(counts)].astype(np.int64)
    return begins, layout[form].astype(np.int32), weight


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
    both = np.sort(key << _OWNER_BITS | of)  # one number each, as numbers are sorted far faster than pairs
    both = both[np.flatnonzero(np.diff(both, prepend=-1))]
    return both >> _OWNER_BITS, both & ((1 << _OWNER_BITS) - 1)


class _gram_index:  # noqa: N801  (a record with one question, built like a function)
    """Which words of a vocabulary are spelt like a given one?"""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        keys, self._owner = _all_grams(vocabulary)
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        self._keys = keys[first]
        self._begins = np.r_[first, len(keys)]
        counts = np.diff(self._begins)
        self._num = len(vocabulary)
        self._idf = np.log(1 + self._num / counts).astype(np.float32)
        weights = np.repeat(self._idf.astype(np.float64) ** 2, counts)
        squares = np.bincount(self._owner, weights, minlength=self._num)
        self._norms = np.sqrt(np.maximum(squares, 1e-9)).astype(np.float32)
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
