"""Which questions of an exam are nearly the same, and do they have the same answer?

Shingles of three words; Jaccard similarity, found exactly and in nearly linear time: only the rarest shingles of each
question are indexed, enough that no pair above the threshold can miss one (prefix filtering: Bayardo, Ma and Srikant,
"Scaling Up All Pairs Similarity Search", WWW 2007). No chance, no seed.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from metier.evaluate.audit.finding import Finding
from metier.evaluate.audit.reading import agree, read
from metier.evaluate.audit.record import Record

THRESHOLD = 0.8
_WORD = re.compile(r"[^\W_]+(?:\.\d+)?|[-+*/=^<>]")


def check_duplicates(records: Sequence[Record], *, threshold: float = THRESHOLD) -> list[Finding]:
    """Pairs of questions whose shingles overlap by `threshold` or more.

    The same words and numbers with another answer contradict each other; with the same answer they count twice. The
    same text but for a few words is a note: parts of one exercise share its story, so they belong into one cluster.

    >>> asked = "How many legs has a common house spider?"
    >>> rows = [Record(place=f"e:{n}", prompt=asked, gold=gold) for n, gold in enumerate("86")]
    >>> [finding.rule for finding in check_duplicates(rows)]
    ['duplicate_contradicts']
    """
    firsts: dict[tuple[str, ...], Record] = {}
    found = []
    for record in records:
        # A text that stands there a thousand times is told a thousand times, not a million.
        first = firsts.setdefault((*words(record.prompt), "", *sorted(record.choices)), record)
        if first is not record:
            found.append(_finding(first, record, 1.0))
    rows = list(firsts.values())
    return found + [_finding(rows[i], rows[j], share) for i, j, share in similar(rows, threshold=threshold)]


def similar(records: Sequence[Record], *, threshold: float = THRESHOLD) -> Iterator[tuple[int, int, float]]:
    """Pairs of indices, the first smaller, with their Jaccard similarity.

    >>> rows = [Record(place="", prompt="one two three four five", gold="") for _ in range(2)]
    >>> list(similar(rows))
    [(0, 1, 1.0)]
    """
    sets = [_shingles(record) for record in records]
    counts = Counter(shingle for one in sets for shingle in one)
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for j, one in enumerate(sets):
        ordered = sorted(one, key=lambda shingle: (counts[shingle], shingle))
        prefix = ordered[: len(one) - math.ceil(threshold * len(one)) + 1]
        for i in sorted({i for shingle in prefix for i in index[shingle]}):
            other = sets[i]
            if min(len(one), len(other)) < threshold * max(len(one), len(other)):
                continue
            common = len(one & other)
            share = common / (len(one) + len(other) - common)
            if share >= threshold:
                yield i, j, share
        for shingle in prefix:
            index[shingle].append(j)


def words(text: str) -> list[str]:
    """The words, numbers and operators of a text, folded.

    >>> words("Find $x^2$ at 1.5 m.")
    ['find', 'x', '^', '2', 'at', '1.5', 'm']
    """
    return [word.casefold() for word in _WORD.findall(text)]


def _shingles(record: Record) -> set[tuple[str, ...]]:
    tokens = words(" ".join((record.prompt, *sorted(record.choices))))
    return {tuple(tokens[i : i + 3]) for i in range(max(len(tokens) - 2, 1))}


def _finding(one: Record, other: Record, share: float) -> Finding:
    same_words = words(one.prompt) == words(other.prompt) and sorted(one.choices) == sorted(other.choices)
    same_gold = _same_gold(one, other)
    evidence = f"{one.place} and {other.place}, similarity {share:.2f}, answers {one.gold!r} and {other.gold!r}"
    place = other.place
    if same_words and same_gold is False:
        said = f"The same question as {one.place} has another answer."
        return Finding(
            rule="duplicate_contradicts", place=place, evidence=evidence[:300], message=said, severity="error"
        )
    if same_words:
        said = f"The same question as {one.place} counts twice."
        return Finding(rule="duplicate", place=place, evidence=evidence[:300], message=said, severity="warning")
    said = f"Nearly the same text as {one.place}: they should share a cluster."
    return Finding(rule="near_duplicate", place=place, evidence=evidence[:300], message=said, severity="note")


def _same_gold(one: Record, other: Record) -> bool | None:
    """Whether two answers are the same; None if they may be, in two units."""
    if _answer(one) == _answer(other):
        return True
    first, second = read(one.gold), read(other.gold)
    if first and second and not first.rest and not second.rest and agree(first, second):
        return True
    return False if _letters(one.unit) == _letters(other.unit) else None


def _letters(unit: str) -> str:
    r"""A unit without the spacing and the boxes of LaTeX."""
    return re.sub(r"\\(?:mathrm|text|operatorname)|[\s$~{}\\]", "", unit)


def _answer(record: Record) -> str:
    """The text of the right option, as letters move when options are shuffled."""
    index = right_option(record)
    return " ".join((record.gold if index is None else record.choices[index]).split()).casefold()


def right_option(record: Record) -> int | None:
    """Which option is the right one, by its text or its letter; None without options or if it is none of them.

    >>> from metier.item import Item
    >>> item = Item(prompt="Sky?", reference="B", choices=("green", "blue"), grader="choice")
    >>> right_option(Record(place="", prompt="", gold="B", item=item))
    1
    """
    gold = " ".join(record.gold.split()).casefold()
    for i, text in enumerate(record.choices):
        if " ".join(text.split()).casefold() == gold:
            return i
    letter = gold.strip("().: ")
    if len(letter) == 1 and 0 <= ord(letter) - ord("a") < len(record.choices):
        return ord(letter) - ord("a")
    return None
