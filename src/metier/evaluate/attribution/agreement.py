"""How far do those who label agree, beyond chance? Cohen's kappa for two, Krippendorff's alpha for any number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

Distance = Callable[[Hashable, Hashable], float]


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Give kappa of two raters: (p_o - p_e) / (1 - p_e) (J. Cohen, *Educ. Psychol. Meas.* 20 (1960) 37).

    Returns:
        At most 1; 0 is what chance gives. None where both name one category alone, so that chance agrees fully.

    Raises:
        ValueError: The two lists have different lengths, or are empty.

    >>> cohen_kappa([True] * 20 + [True] * 5 + [False] * 10 + [False] * 15, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15)
    0.4
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"Expected two lists of one length, got {len(first)} and {len(second)} labels.")
    n = len(first)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    ones, others = Counter(first), Counter(second)
    expected = sum(ones[value] * others[value] for value in ones) / (n * n)
    return None if expected == 1 else round((observed - expected) / (1 - expected), 12)


def krippendorff_alpha(
    units: Sequence[Sequence[Hashable | None]], *, distance: Distance = lambda a, b: float(a != b)
) -> float | None:
    """Give alpha = 1 - D_o / D_e (K. Krippendorff, *Computing Krippendorff's alpha-reliability*, 2011).

    Args:
        units: One row a unit, one label a rater; None where a rater gave none. Units with fewer than two labels do not
            count.
        distance: Between two labels, 0 for equal ones; by default nominal. `masi` suits sets of labels.

    Returns:
        None where nothing can be paired, or where there is one label alone and so nothing to disagree on.

    >>> krippendorff_alpha([["a", "a"], ["b", "b"], ["a", "b"], ["b", "b"]])
    0.533333333333
    """
    rows = [[label for label in unit if label is not None] for unit in units]
    rows = [row for row in rows if len(row) > 1]
    totals = Counter(label for row in rows for label in row)
    n = totals.total()
    if not n:
        return None
    observed = sum(_within(Counter(row), distance) / (len(row) - 1) for row in rows) / n
    expected = _within(totals, distance) / (n * (n - 1))
    return None if expected == 0 else round(1 - observed / expected, 12)


def masi(first: Hashable, second: Hashable) -> float:
    """Give the distance of two sets of labels, 1 - J·M (R. Passonneau, *Agreement on set-valued items*, 2006).

    J is the Jaccard index; M is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, else 0.

    >>> masi(frozenset({"a"}), frozenset({"a", "b"}))
    0.666666666667
    """
    one, two = frozenset(first), frozenset(second)  # type: ignore[call-overload]
    if one == two:
        return 0.0
    both = one & two
    monotone = 0.0 if not both else 2 / 3 if one <= two or two <= one else 1 / 3
    return round(1 - len(both) / len(one | two) * monotone, 12)


def _within(counts: Counter[Hashable], distance: Distance) -> float:
    """Sum the distances of all ordered pairs of labels."""
    return sum(counts[a] * counts[b] * distance(a, b) for a in counts for b in counts if a != b)
