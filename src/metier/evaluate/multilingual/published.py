"""What do published correlations come to once their number of models is counted, and do others find the same?

Reads a table as Table 2 of arXiv 2504.15521 prints it: `benchmark`, `kind`, `type`, and one column a language with
Spearman's rho over the same models. The models' scores behind it were not published, so rho itself cannot be computed
again; what can be is its interval, the tests between cells, and an independent replication.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from metier.errors import InputError
from metier.evaluate.multilingual import correlation
from metier.evaluate.multilingual.agreement import Agreement, Interval
from metier.evaluate.multilingual.contrast import contrast, least_between, unlike
from metier.evaluate.multilingual.correlation import LEAST
from metier.evaluate.multilingual.languages import language_code
from metier.evaluate.multilingual.rows import number, read_rows
from metier.evaluate.multilingual.scores import HumanRating

_NOT_LANGUAGES = ("benchmark", "kind", "type")
BETWEEN = (0.5, 0.6, 0.7, 0.8)
"""Correlations of two benchmarks with each other to try where it was not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRho:
    """One cell of the table; `interval` is Fisher's with the variance of Bonett and Wright."""

    benchmark: str
    kind: str
    language: str
    rho: float
    n: int
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The claim that one benchmark agrees better than another, tested for what was not published beside it.

    Attributes:
        p_values: Williams' p for each correlation of the two with each other that is possible.
        least_between: The smallest such correlation at which p < 0.05; `None` if there is none.
    """

    first: float
    second: float
    n: int
    p_values: tuple[tuple[float, float], ...]
    least_between: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """A published rho beside our own.

    Attributes:
        is_outside: Whether the published one lies outside our interval.
        p_value: Of no difference, as if no model were in both, which makes it too large; `None` below 4 models or at 1.
    """

    published: PublishedRho
    ours: Agreement
    is_outside: bool
    p_value: float | None


def read_published(path: str | Path, *, n: int) -> Iterator[PublishedRho]:
    """Read every filled cell of a table of correlations over `n` models.

    Raises:
        InputError: The file cannot be read, a column is no language, or a cell is no correlation.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "t.csv").write_text("benchmark,kind,german\\nMMLU,discriminative,0.371\\n")
    ...     [(cell.language, cell.rho) for cell in read_published(Path(folder, "t.csv"), n=30)]
    [('deu', 0.371)]
    """
    for where, row in read_rows(path, ("benchmark", "kind")):
        for column, cell in row.items():
            if column in _NOT_LANGUAGES or not cell.strip():
                continue
            code = language_code(column)
            if code is None:
                raise InputError(f"{where}: the column {column!r} is no language that is known.")
            rho = number(cell, where)
            yield PublishedRho(
                benchmark=row["benchmark"],
                kind=row["kind"],
                language=code,
                rho=rho,
                n=n,
                interval=correlation.fisher_interval(rho, n),
            )


def claim(first: float, second: float, n: int, *, between: Sequence[float] = BETWEEN) -> Claim:
    """Test a claim of a difference for several correlations of the two benchmarks with each other.

    >>> [round(p, 2) for _, p in claim(0.68, 0.47, 30).p_values]
    [0.15, 0.11, 0.07, 0.02]
    """
    if n < LEAST or not (abs(first) < 1 and abs(second) < 1):
        raise InputError(
            f"Expected two correlations between -1 and 1 of at least {LEAST} models, got {first} and {second} of {n}."
        )
    found = []
    for third in between:
        try:
            found.append((third, contrast(first, second, third, n).p_williams))
        except InputError:
            continue
    return Claim(
        first=first,
        second=second,
        n=n,
        p_values=tuple(found),
        least_between=least_between(first, second, n),
    )


def means(cells: Iterable[PublishedRho]) -> list[tuple[str, str, float, int]]:
    """The mean rho of each benchmark over its languages, best first: `(benchmark, kind, mean, languages)`.

    >>> means([])
    []
    """
    by: dict[tuple[str, str], list[float]] = {}
    for cell in cells:
        by.setdefault((cell.benchmark, cell.kind), []).append(cell.rho)
    rows = [(benchmark, kind, fmean(values), len(values)) for (benchmark, kind), values in by.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def replications(
    published: Iterable[PublishedRho], ours: Iterable[Agreement], same: Mapping[str, Sequence[str]]
) -> list[Replication]:
    """Set published cells beside our own agreements.

    Args:
        same: Which of our benchmarks or tasks measure the same as a published one, by exact name:
            `{"MMLU": ["Knowledge"]}`.

    >>> replications([], [], {})
    []
    """
    by_language: dict[str, list[Agreement]] = {}
    for one in ours:
        by_language.setdefault(one.language, []).append(one)
    found = []
    for cell in published:
        wanted = same.get(cell.benchmark, ())
        for one in by_language.get(cell.language, ()):
            if one.rho is not None and (one.benchmark in wanted or one.task in wanted):
                found.append(_replication(cell, one, one.rho))
    return found


def _replication(cell: PublishedRho, ours: Agreement, rho: float) -> Replication:
    ends, p_value = ours.by_formula, None
    if ends is not None and max(abs(rho), abs(cell.rho)) < 1:
        p_value = unlike(rho, ours.n, cell.rho, cell.n)
    outside = ends is not None and not ends[0] <= cell.rho <= ends[1]
    return Replication(published=cell, ours=ours, is_outside=outside, p_value=p_value)


def between_languages(ratings: Iterable[HumanRating]) -> dict[tuple[str, str], tuple[float, int]]:
    """How far people of two languages agree on models: `{(code, code): (rho, models in common)}`.

    Where these are near 1, a correlation with one language's ratings says little about that language alone.

    >>> ratings = [HumanRating(model=m, language=c, rating=r) for c in ("deu", "fra") for m, r in zip("xyz", (1, 2, 3))]
    >>> between_languages(ratings)
    {('deu', 'fra'): (1.0, 3)}
    """
    rated: dict[str, dict[str, float]] = {}
    for rating in ratings:
        rated.setdefault(rating.language, {})[rating.model] = rating.rating
    found = {}
    codes = sorted(rated)
    for place, one in enumerate(codes):
        for two in codes[place + 1 :]:
            shared = sorted(set(rated[one]) & set(rated[two]))
            rho = correlation.spearman([rated[one][m] for m in shared], [rated[two][m] for m in shared])
            if rho is not None:
                found[one, two] = (rho, len(shared))
    return found
