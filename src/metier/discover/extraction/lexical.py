"""Which skills have a form that is spelt like words of this sentence?

A soft TF-IDF over every form: a word of the sentence speaks for each word of a form in the measure in which their
character n-grams agree, so that "programmer" speaks for "programming". What a word of the sentence says is worked out
once and kept, as most words come again; some sentences together then cost a few sums over the forms that hold those
words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metier.discover.extraction import spelling
from metier.discover.extraction.spelling import WORD_BITS, Arrays, Floats, Ints, Spelling

# Letters and digits with the signs that stand inside names such as C++, C#, Node.js, R&D and CI/CD.
WORD = re.compile(r"\.?[^\W_]+(?:[.'’&/+#-]+[^\W_]+)*[+#]*")
_WORD_OR_END = re.compile(rf"{WORD.pattern}|\n")
_JOINT = re.compile(r"[-/]+")
_KEPT_WORDS = 200_000
_TWO = int(np.float32(2).view(np.int32))  # above the likeness of equal words, whatever the rounding
_SLAB = 4
"""Sentences whose sums over all forms stay in the cache of a processor."""


def words(text: str) -> list[str]:
    """Cut a text into words, in lower case; the parts of a compound follow it.

    >>> words("Senior C++/Node.js developers, R&D")
    ['senior', 'c++/node.js', 'c++', 'node.js', 'developers', 'r&d']
    """
    found = []
    for word in WORD.findall(text.lower()):
        found.append(word)
        if "-" in word or "/" in word:
            found += [part for part in _JOINT.split(word) if part]
    return found


class Lexical:
    """Score every skill by the spelling of its forms.

    Args:
        forms: Every form of every skill; the forms of one skill stand together.
        starts: Index of the first form of each skill, rising.
        kept: What `worked_out` gave for the same forms.

    >>> lane = Lexical(["java", "javascript", "manage staff"], np.array([0, 1, 2]))
    >>> lane.score(["Managing our staff"]).argmax(1).tolist()
    [2]
    """

    def __init__(self, forms: Sequence[str], starts: Ints, *, kept: Arrays | None = None) -> None:
        kept = worked_out(forms) if kept is None else kept
        vocabulary = kept["vocabulary"].tobytes().decode()
        self._spelling = Spelling(vocabulary.split("\n") if vocabulary else [], kept)
        self._blocks = _blocks(starts, len(forms))
        self._begins, self._weight = kept["begins"], kept["weight"]
        self._place = self._blocks.places[kept["form"]]
        self._held = kept["held_begins"], kept["held_word"], kept["held_weight"]
        self._alike: dict[str, Ints] = {}
        self._last: tuple[str, Floats | None] = ("", None)

    def score(self, sentences: Sequence[str]) -> Floats:
        """Score each skill for each sentence: shape (sentences, skills), 0 where nothing is alike."""
        scores = np.empty((len(sentences), len(self._blocks.ranks)), np.float32)
        for start in range(0, len(sentences), _SLAB):
            rows = slice(start, start + _SLAB)
            self._blocks.best(self._said(sentences[rows]), out=scores[rows])
        return scores

    def best_form(self, sentence: str, first: int, last: int) -> int:
        """Which of the forms `[first, last)` the sentence speaks for most; the first if it speaks for none."""
        before, likeness = self._last
        if before != sentence or likeness is None:
            _, word, found = self._alike_in([sentence])
            likeness = np.zeros(len(self._begins) - 1, np.float32)
            likeness[word] = found
            self._last = (sentence, likeness)
        begins, words, weight = self._held
        counts = np.diff(begins[first : last + 1])
        held = slice(begins[first], begins[last])
        said = np.bincount(np.repeat(np.arange(last - first), counts), weight[held] * likeness[words[held]])
        return first + int(said.astype(np.float32).argmax()) if len(said) else first

    def _said(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """What each sentence says for each form, laid out in blocks: shape (sentences, places)."""
        row, word, likeness = self._alike_in(sentences)
        size = self._blocks.size
        if not len(word):
            return np.zeros((len(sentences), size))
        start = self._begins[word]
        lengths = self._begins[word + 1] - start
        ends = np.cumsum(lengths)
        at = np.repeat(start - ends + lengths, lengths)
        at += np.arange(ends[-1])
        said = self._weight.take(at)
        said *= np.repeat(likeness, lengths)
        places = self._place.take(at)
        places += np.repeat(row * size, lengths)
        sums = np.bincount(places, said, minlength=len(sentences) * size)
        return sums.reshape(len(sentences), size).astype(np.float64, copy=False)

    def _alike_in(self, sentences: Sequence[str]) -> tuple[Ints, Ints, Floats]:
        """Words of forms that words of the sentences are like, each once for a sentence: row, word, likeness."""
        alike, counts = list[Ints](), list[int]()
        for sentence in sentences:
            found = [self._row(word) for word in dict.fromkeys(words(sentence))]
            alike += found
            counts.append(sum(map(len, found)))
        if not alike:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
        packed = np.concatenate(alike)
        packed |= np.repeat(np.arange(len(sentences)) << 32 + WORD_BITS, counts)
        packed.sort()
        key = packed >> 32
        first = np.flatnonzero(np.diff(key, prepend=-1))
        key, unlike = key[first], packed[first] & 0xFFFFFFFF
        return key >> WORD_BITS, key & (1 << WORD_BITS) - 1, (_TWO - unlike).astype(np.int32).view(np.float32)

    def _row(self, word: str) -> Ints:
        """Words of forms that are like a word, each in a number: the word, then how unlike it is.

        Numbers are sorted far faster than pairs, and the bits of a positive float rise as it does.
        """
        row = self._alike.get(word)
        if row is None:
            if len(self._alike) >= _KEPT_WORDS:
                self._alike.clear()
            found, likeness = self._spelling.alike(word)
            row = self._alike[word] = found << 32 | _TWO - likeness.view(np.int32).astype(np.int64)
        return row


class _blocks:  # noqa: N801  (a record with one question, built like a function)
    """How are forms laid out so that the best of each skill is found by whole arrays?

    Skills with as many forms, or almost as many, make a block: their first forms, then their second forms and so on,
    which are then compared with each other (far faster than to reduce segment by segment).

    Attributes:
        ranks: Where each skill is when one block follows the other.
        places: Where each form is.
        size: How many places there are, some of them empty.
    """

    def __init__(self, starts: Ints, size: int) -> None:
        counts = np.diff(starts, append=size)
        widths = _WIDTHS[np.searchsorted(_WIDTHS, counts)]
        order = np.argsort(widths, kind="stable")
        self.ranks = np.empty_like(counts)
        self.ranks[order] = np.arange(len(counts))
        self._blocks: list[tuple[int, int, int, int]] = []
        begins, steps = np.empty_like(counts), np.empty_like(counts)
        self.size = first = 0
        for width in sorted(set(widths.tolist())):  # `np.unique` would import `numpy.ma`
            inside = np.flatnonzero(widths == width)
            self._blocks.append((self.size, width, first, len(inside)))
            begins[inside], steps[inside] = self.size + np.arange(len(inside)), len(inside)
            self.size += width * len(inside)
            first += len(inside)
        within = np.arange(size) - np.repeat(starts, counts)
        self.places = np.repeat(begins, counts) + within * np.repeat(steps, counts)

    def best(self, said: NDArray[np.float64], *, out: Floats) -> None:
        """Write the greatest value of each skill to `out`, both of as many rows."""
        best = np.empty(out.shape, np.float32)
        for begin, width, first, count in self._blocks:
            some = said[:, begin : begin + width * count].reshape(len(said), width, count)
            best[:, first : first + count] = some.max(1) if width > 1 else some[:, 0]
        np.take(best, self.ranks, axis=1, out=out, mode="clip")  # other modes write to a copy of `out` first


_WIDTHS = np.array([1, 2, 3, 4, *(width << shift for shift in range(1, 40) for width in (3, 4))])
"""Forms of the skills of a block, at most: up to a third of its places are empty."""


def worked_out(forms: Sequence[str]) -> dict[str, NDArray[Any]]:
    """What `Lexical` needs of some forms besides themselves, as arrays that can be kept.

    >>> worked_out(["manage staff", "staff"])["begins"].tolist()
    [0, 1, 3]
    """
    vocabulary, word, form = _cut(forms)
    counts = np.bincount(word, minlength=len(vocabulary))
    idf = np.log(1 + len(forms) / np.maximum(counts, 1)).astype(np.float32)
    weight = idf[word]
    norms = np.sqrt(np.bincount(form, weight.astype(np.float64) ** 2, minlength=len(forms)))
    weight = (weight * weight / np.maximum(norms[form], 1e-9)).astype(np.float32)
    by_form = np.argsort(form, kind="stable")
    return {
        "vocabulary": np.frombuffer("\n".join(vocabulary).encode(), np.uint8),
        "begins": np.r_[0, np.cumsum(counts)].astype(np.int64), "form": form.astype(np.int32), "weight": weight,
        "held_begins": np.r_[0, np.cumsum(np.bincount(form, minlength=len(forms)))].astype(np.int64),
        "held_word": word[by_form].astype(np.int32), "held_weight": weight[by_form],
        **spelling.worked_out(vocabulary),
    }  # fmt: skip


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
