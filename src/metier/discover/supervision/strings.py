"""Which concepts are written alike? Cosine of the character n-grams of their forms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from metier.discover.supervision.sampler import FromPool
from metier.discover.supervision.space import Indices, Pool, Space

SIZES = (3, 4, 5)
FLOOR = 0.2
_COMMON, _FEW = 0.01, 100
_BATCH = 16


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
    many = np.array([len(space.taxonomy[name].labels) for name in space.ids], dtype=np.int64)
    owner, firsts = np.repeat(np.arange(len(space)), many), np.cumsum(many) - many
    rows = _Rows(forms)
    batches = (range(start, min(start + _BATCH, len(space))) for start in range(0, len(space), _BATCH))
    found = [_near(rows.cosines(firsts[batch]), batch, owner, space.neighbours) for batch in batches]
    concept, near = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Pool(np.searchsorted(concept, np.arange(len(space) + 1)), near)


class _Rows:
    """Forms as unit vectors of n-grams, and for each n-gram the forms that hold it."""

    def __init__(self, forms: list[str]) -> None:
        numbers: dict[str, int] = {}
        grams = [{numbers.setdefault(gram, len(numbers)) for gram in ngrams(form)} for form in forms]
        lengths = np.array([len(row) for row in grams], dtype=np.int64)
        form = np.repeat(np.arange(len(forms)), lengths)
        gram = np.fromiter((number for row in grams for number in row), dtype=np.int64, count=len(form))
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

    def cosines(self, asked: Indices) -> NDArray[np.float64]:
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


def _near(cosines: NDArray[np.float64], concepts: range, owner: Indices, neighbours: int) -> tuple[Indices, Indices]:
    """Pairs (concept, near one), sorted, of a batch: for each near one its most similar form counts."""
    size = int(owner[-1]) + 1
    row, form = np.nonzero(cosines >= FLOOR)
    # Rounded, so that equals are equal whatever the order in which they were summed.
    cosine, other = np.round(cosines[row, form], 6), owner[form]
    order = np.lexsort((-cosine, row * size + other))
    row, other, cosine = row[order], other[order], cosine[order]
    keep = (np.diff(row * size + other, prepend=-1) > 0) & (cosine < 1) & (other != row + concepts.start)
    row, other, cosine = row[keep], other[keep], cosine[keep]
    order = np.lexsort((other, -cosine, row))
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    best = order[rank < neighbours]
    best = best[np.lexsort((other[best], row[best]))]
    return row[best] + concepts.start, other[best]
