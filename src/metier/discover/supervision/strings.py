"""Which concepts are written alike? Cosine of the character n-grams of their forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from metier.discover.supervision.sampler import FromPool
from metier.discover.supervision.space import Indices, Pool, Space, pool

SIZES = (3, 4, 5)
FLOOR = 0.2
_COMMON, _FEW = 0.01, 100
_BATCH = 64


def string_near(space: Space) -> FromPool:
    """Draw from the `space.neighbours` concepts with a form that is written most like the label of a positive.

    The cosine is over n-grams of three to five characters inside words, weighted by inverse frequency; n-grams of more
    than 1 % of all forms and over 100, such as "ing", tell nothing and are left out. Below a cosine of 0.2 nothing is
    near; of 1, it is the same form, and so no negative. The table of neighbours is made once: some seconds for ESCO.

    >>> from metier.discover.supervision.space import space
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> labels = ("arc welding", "spot welding", "baking")
    >>> here = space(Taxonomy(name="t", concepts=tuple(Concept(id=label, label=label) for label in labels)))
    >>> string_near(here).pool.of(0)
    array([1])
    """
    return FromPool("string-near", space, _neighbours(space))


def ngrams(form: str) -> Iterator[str]:
    """The n-grams of each word of a form, with its edges.

    >>> sorted(set(ngrams("C++")))
    [' c+', ' c++', ' c++ ', '++ ', 'c++', 'c++ ']
    """
    for word in form.casefold().split():
        edged = f" {word} "
        for size in SIZES:
            for at in range(max(1, len(edged) - size + 1)):
                yield edged[at : at + size]


def _neighbours(space: Space) -> Pool:
    forms = [form for name in space.ids for form in space.taxonomy[name].labels]
    firsts = np.cumsum([0, *(len(space.taxonomy[name].labels) for name in space.ids)])[:-1]
    rows = _Rows(forms)
    return pool(
        near
        for start in range(0, len(space), _BATCH)
        for near in _near(rows, firsts, range(start, min(start + _BATCH, len(space))), space.neighbours)
    )


class _Rows:
    """Forms as unit vectors of n-grams, and for each n-gram the forms that hold it."""

    def __init__(self, forms: list[str]) -> None:
        numbers: dict[str, int] = {}
        grams = [np.unique([numbers.setdefault(gram, len(numbers)) for gram in ngrams(form)]) for form in forms]
        lengths = np.array([len(row) for row in grams])
        form, gram = np.repeat(np.arange(len(forms)), lengths), np.concatenate(grams).astype(np.int64)
        counts = np.bincount(gram, minlength=len(numbers))
        weight = np.log(1 + len(forms) / np.maximum(counts, 1)) * (counts <= max(_COMMON * len(forms), _FEW))
        squares = np.bincount(form, weights=weight[gram] ** 2, minlength=len(forms))
        values = weight[gram] / np.sqrt(np.where(squares, squares, 1))[form]
        keep = values > 0
        self.form, self.gram, self.values = form[keep], gram[keep], values[keep]
        self.starts = np.searchsorted(self.form, np.arange(len(forms) + 1))
        self.order = np.argsort(self.gram, kind="stable")
        self.postings = np.searchsorted(self.gram[self.order], np.arange(len(numbers) + 1))
        self.size = len(forms)

    def cosines(self, asked: Iterable[int]) -> NDArray[np.float64]:
        """Of each form that is asked for with all forms."""
        spans = [np.arange(self.starts[form], self.starts[form + 1]) for form in asked]
        row = np.repeat(np.arange(len(spans)), [len(span) for span in spans])
        entry = np.concatenate(spans)
        low, high = self.postings[self.gram[entry]], self.postings[self.gram[entry] + 1]
        at = np.repeat(np.arange(len(entry)), high - low)
        within = np.arange(len(at)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
        other = self.order[low[at] + within]
        products = self.values[entry[at]] * self.values[other]
        place = row[at] * self.size + self.form[other]
        scores = np.bincount(place, weights=products, minlength=len(spans) * self.size)
        return scores.astype(np.float64, copy=False).reshape(len(spans), self.size)


def _near(rows: _Rows, firsts: Indices, concepts: range, neighbours: int) -> Iterator[list[int]]:
    cosines = np.maximum.reduceat(rows.cosines(firsts[concepts.start : concepts.stop]), firsts, axis=1)
    cosines[(cosines < FLOOR) | (cosines > 1 - 1e-9)] = 0
    cosines[np.arange(len(concepts)), concepts] = 0
    for row in cosines:
        near = np.flatnonzero(row)
        best = near[np.lexsort((near, -row[near]))][:neighbours]
        yield best.tolist()
