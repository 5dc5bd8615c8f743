"""When are two sentences the same, or nearly? By their letters, and by the word trigrams they share.

Case, signs, blanks and the places where a tokeniser cuts do not count. A placeholder such as `<ORGANIZATION>` stands
for words that nobody knows, so no trigram reaches across it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

Shingles = frozenset[tuple[str, ...]]
_PLACEHOLDER = re.compile(r"<[^<>\n]{1,40}>|\[[A-Z_]{2,40}\]|\{[A-Za-z_]{2,40}\}")
_WORD = re.compile(r"[^\W_]+|[+#]+")


def letters(text: str) -> str:
    """What is left of a sentence when only letters, digits, `+` and `#` count: equal for equal sentences.

    >>> letters("Don't use C++ , <ORGANIZATION> !") == letters("do n't use C ++")
    True
    """
    return "".join(word for run in _runs(text) for word in run)


def words(text: str) -> list[str]:
    """The words of a sentence, folded, without placeholders.

    >>> words("R&D at <ORGANIZATION>, C#")
    ['r', 'd', 'at', 'c', '#']
    """
    return [word for run in _runs(text) for word in run]


def shingles(text: str, *, size: int = 3) -> Shingles:
    """The word n-grams of a sentence; those of one that is shorter are the sentence itself.

    >>> sorted(shingles("Sing in tune <NAME> and loud"))
    [('and', 'loud'), ('sing', 'in', 'tune')]
    """
    runs = [run for run in _runs(text) if run]
    return frozenset(tuple(run[at : at + size]) for run in runs for at in range(max(1, len(run) - size + 1)))


def template(text: str, *, known: int = 4) -> re.Pattern[str] | None:
    """What a sentence with placeholders may have been: its words with one to six unknown ones for each placeholder.

    Meant for `" ".join(words(other))`. None if it has no placeholder, or fewer than `known` words beside them.

    >>> pattern = template("We at <NAME> <NAME> look for you")
    >>> bool(pattern.fullmatch("we at müller and sons look for you")), template("You at <NAME>")
    (True, None)
    """
    runs = _runs(text)
    filled = [run for run in runs if run]
    if len(runs) < 2 or sum(map(len, filled)) < known:
        return None
    unknown = r"\S+(?: \S+){0,5}"
    parts = [" ".join(re.escape(word) for word in run) for run in filled]
    ends = [unknown] if not runs[0] else [], [unknown] if not runs[-1] else []
    return re.compile(" ".join([*ends[0], f" {unknown} ".join(parts), *ends[1]]))


def jaccard(one: Shingles, other: Shingles) -> float:
    """Shared over all; 0 if either is empty."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def first_of_near(sets: Sequence[Shingles], *, threshold: float) -> Iterator[tuple[int, int]]:
    """Pairs (later, earlier kept) of sets whose Jaccard similarity reaches `threshold`; the later one is dropped.

    Exact and without chance: only the rarest shingles of each set are indexed, enough that no pair above the threshold
    can miss one (prefix filtering: Bayardo, Ma and Srikant, "Scaling Up All Pairs Similarity Search", WWW 2007).

    >>> a, b = shingles("one two three four five"), shingles("something else than that")
    >>> list(first_of_near([a, b, a], threshold=0.8))
    [(2, 0)]
    """
    counts = Counter(shingle for one in sets for shingle in one)
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for later, one in enumerate(sets):
        ordered = sorted(one, key=lambda shingle: (counts[shingle], shingle))
        prefix = ordered[: len(one) - math.ceil(threshold * len(one) - 1e-9) + 1]
        seen = sorted({i for shingle in prefix for i in index[shingle]})
        near = (i for i in seen if jaccard(sets[i], one) >= threshold - 1e-9)
        earlier = next(near, None)
        if earlier is not None:
            yield later, earlier
            continue
        for shingle in prefix:
            index[shingle].append(later)


def _runs(text: str) -> list[list[str]]:
    """The folded words between placeholders."""
    folded = unicodedata.normalize("NFKC", _PLACEHOLDER.sub("\n", text)).casefold()
    return [_WORD.findall(part) for part in folded.split("\n")]
