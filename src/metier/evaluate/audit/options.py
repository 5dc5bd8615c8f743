"""Can a choice question be answered without reading it: by the letter, by the longest option, by elimination?"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from metier.evaluate.audit.duplicates import right_option
from metier.evaluate.audit.finding import Finding
from metier.evaluate.audit.reading import agree, read
from metier.evaluate.audit.record import Record

ALPHA = 0.01
_MAX_OUTCOMES = 100_000


def check_options(records: Sequence[Record], *, name: str = "exam", alpha: float = ALPHA) -> list[Finding]:
    """Options that say the same, answers that are no option, and answers that a letter or a length gives away.

    Letters are tested within questions of equally many options (exact multinomial test, or Pearson's chi-squared where
    there are more than 100,000 outcomes), lengths by the exact Poisson-binomial distribution, both at `alpha`.

    >>> from metier.item import Item
    >>> item = Item(prompt="?", reference="A", choices=("one", "two", "three", "four"), grader="choice")
    >>> [f.rule for f in check_options([Record(place="", prompt="?", gold="A", item=item)] * 12)]
    ['letter_imbalance']
    """
    asked = [record for record in records if record.choices]
    found = [finding for record in asked for finding in _each(record)]
    answers = [(record, index) for record in asked if (index := right_option(record)) is not None]
    return [*found, *_letters(answers, name, alpha), *_longest(answers, name, alpha)]


def multinomial_p(counts: Sequence[int]) -> float:
    """The p value of the hypothesis that every category is equally likely.

    Exact: the probability of all outcomes that are no likelier than the one seen.

    >>> round(multinomial_p([4, 0]), 4), round(multinomial_p([3, 3, 3]), 4)
    (0.125, 1.0)
    """
    total, k = sum(counts), len(counts)
    if k < 2 or not total:
        return 1.0
    if math.comb(total + k - 1, k - 1) > _MAX_OUTCOMES:
        from scipy.stats import chi2

        expected = total / k
        return float(chi2.sf(sum((count - expected) ** 2 for count in counts) / expected, k - 1))
    weights = [math.lgamma(n + 1) for n in range(total + 1)]
    full = weights[total] - total * math.log(k)
    limit = full - sum(weights[n] for n in counts) + 1e-9
    # Stars and bars: every way to place k - 1 bars is one outcome.
    likely = 0.0
    for bars in combinations(range(total + k - 1), k - 1):
        edges = (-1, *bars, total + k - 1)
        log_p = full - sum(weights[b - a - 1] for a, b in pairwise(edges))
        likely += math.exp(log_p) if log_p <= limit else 0.0
    return min(likely, 1.0)


def upper_p(chances: Sequence[float], count: int) -> float:
    """The probability of `count` or more successes in independent trials with these chances (Poisson-binomial).

    >>> upper_p([0.5, 0.5], 2)
    0.25
    """
    row = [1.0]
    for chance in chances:
        row = [
            (row[n] * (1 - chance) if n < len(row) else 0.0) + (row[n - 1] * chance if n else 0.0)
            for n in range(len(row) + 1)
        ]
    return min(sum(row[count:]), 1.0)


def _each(record: Record) -> Iterator[Finding]:
    right = right_option(record)
    if right is None:
        yield Finding(
            rule="answer_is_no_option",
            place=record.place,
            evidence=f"{record.gold[:80]!r} of {len(record.choices)} options",
            message="The answer is none of the options.",
            severity="error",
        )
    for i, j in combinations(range(len(record.choices)), 2):
        if not _same(record.choices[i], record.choices[j]):
            continue
        is_right = right in (i, j)
        yield Finding(
            rule="answer_twice" if is_right else "identical_options",
            place=record.place,
            evidence=f"{chr(65 + i)} {record.choices[i][:80]!r} and {chr(65 + j)} {record.choices[j][:80]!r}",
            message="Two options say the same" + (", and one of them is the answer." if is_right else "."),
            severity="error" if is_right else "warning",
        )


def _same(one: str, other: str) -> bool:
    """Whether two options are the same words, or the same number in other digits."""
    if one.split() == other.split():
        return True
    first, second = read(one), read(other)
    if first is None or second is None or first.rest or second.rest:
        return False
    return first.value == second.value or (min(first.step, second.step) == 0 and agree(first, second))


def _letters(answers: Sequence[tuple[Record, int]], name: str, alpha: float) -> Iterator[Finding]:
    groups: dict[int, Counter[int]] = defaultdict(Counter)
    for record, index in answers:
        groups[len(record.choices)][index] += 1
    for k, counts in sorted(groups.items()):
        row = [counts[i] for i in range(k)]
        p = multinomial_p(row)
        if p < alpha:
            shown = ", ".join(f"{chr(65 + i)} {n}" for i, n in enumerate(row))
            yield Finding(
                rule="letter_imbalance",
                place=name,
                evidence=f"{shown}; p = {p:.2g}",
                message=f"The answers of questions with {k} options favour a letter beyond chance.",
                severity="warning",
            )


def _longest(answers: Sequence[tuple[Record, int]], name: str, alpha: float) -> Iterator[Finding]:
    chances, hits = [], 0
    for record, index in answers:
        lengths = [len(text) for text in record.choices]
        if lengths.count(max(lengths)) == 1:
            chances.append(1 / len(lengths))
            hits += lengths[index] == max(lengths)
    if not chances:
        return
    expected, p = sum(chances), upper_p(chances, hits)
    if p < alpha:
        yield Finding(
            rule="longest_option",
            place=name,
            evidence=f"{hits} of {len(chances)} answers are the longest option, {expected:.1f} expected; p = {p:.2g}",
            message="The longest option is right more often than chance allows.",
            severity="warning",
        )
