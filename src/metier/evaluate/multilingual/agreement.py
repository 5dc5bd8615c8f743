"""Do the scores of a benchmark rank models as the speakers of its language do, and how sure is that?

Every figure comes with its number of models, an interval, and what it would be without one family of models. Models are
matched by their exact name or an explicit alias, never by a part of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from metier.errors import InputError
from metier.evaluate.multilingual import correlation
from metier.evaluate.multilingual.contrast import Contrast, contrast
from metier.evaluate.multilingual.scores import BenchmarkScore, HumanRating

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How one benchmark agrees with human ratings in one language.

    Attributes:
        n: Models that have both a score and a rating.
        rho: Spearman's; `None` where fewer than 3 models or only equal values are left.
        interval: BCa bootstrap over models; `None` below 4 models.
        by_formula: Fisher's z with the variance of Bonett and Wright; `None` below 4 models.
        reliability: The share of the variance of scores, times that of ratings, that is not noise, as far as standard
            errors are known; `None` if none is.
        corrected: rho over the root of the reliability, held between -1 and 1; `None` as that.
        without: The lowest and the highest rho with one family of models left out, each with the family.
        families: How many families there are.
    """

    language: str
    benchmark: str
    task: str
    n: int
    rho: float | None
    interval: Interval | None
    by_formula: Interval | None
    reliability: float | None
    corrected: float | None
    without: tuple[tuple[str, float], tuple[str, float]] | None
    families: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Which models of two tables are the same.

    Attributes:
        pairs: The name among the ratings to the name among the scores.
        unmatched: Rated models without a score, each with the nearest name of the scores or an empty string. The
            nearest name is shown, never used: put it into the alias table if it is the same model.
    """

    pairs: Mapping[str, str]
    unmatched: tuple[tuple[str, str], ...]


def match_models(rated: Iterable[str], scored: Iterable[str], aliases: Mapping[str, str] | None = None) -> Matching:
    """Match models by exact name, an alias standing for the name it is given.

    Raises:
        InputError: Two names of one table become the same by an alias.

    >>> found = match_models(["google/gemma-2-9b-it", "x"], ["google/gemma-2-9b", "y"], {"x": "y"})
    >>> found.pairs, found.unmatched
    ({'x': 'y'}, (('google/gemma-2-9b-it', 'google/gemma-2-9b'),))
    """
    named = aliases or {}
    left, right = (_by_name(names, named) for names in (rated, scored))
    pairs = {name: right[key] for key, name in left.items() if key in right}
    unmatched = []
    for name in sorted(set(left.values()) - set(pairs)):
        near = difflib.get_close_matches(name, list(right.values()), n=1)
        unmatched.append((name, near[0] if near else ""))
    return Matching(pairs=pairs, unmatched=tuple(unmatched))


def family(model: str, families: Mapping[str, str] | None = None) -> str:
    """The family of a model: from a table, else the organisation before the slash, else the name up to a digit or dash.

    >>> family("google/gemma-2-9b-it"), family("gemma-2-9b"), family("a/b", {"a/b": "llama"})
    ('google', 'gemma', 'llama')
    """
    if families and model in families:
        return families[model]
    head, slash, _ = model.partition("/")
    return head if slash else model.split("-")[0].rstrip("0123456789.")


def agreements(
    scores: Iterable[BenchmarkScore],
    ratings: Iterable[HumanRating],
    *,
    aliases: Mapping[str, str] | None = None,
    families: Mapping[str, str] | None = None,
    variants: Collection[str] = ("",),
    seed: int = 0,
    resamples: int = correlation.RESAMPLES,
) -> list[Agreement]:
    """Set every benchmark against the ratings in its language, by language and name.

    Args:
        variants: Which ways of running a model count; the usual one by default.

    Raises:
        InputError: A model has two scores of one benchmark, or an alias makes two models one.

    >>> scores = [BenchmarkScore(model=m, language="deu", benchmark="b", score=s) for m, s in zip("wxyz", (1, 3, 2, 4))]
    >>> ratings = [HumanRating(model=m, language="deu", rating=r) for m, r in zip("wxyz", (10, 20, 30, 40))]
    >>> found = agreements(scores, ratings, resamples=100)[0]
    >>> found.n, found.rho
    (4, 0.8)
    """
    rated = _ratings_by_language(ratings)
    table = _score_table(scores, variants)
    found = []
    for (language, benchmark), by_model in sorted(table.items()):
        if language in rated:
            rows = _matched(by_model, rated[language], aliases)
            found.append(_agreement(language, benchmark, rows, families=families, seed=seed, resamples=resamples))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """Two benchmarks of one language set against each other on the models that have all three numbers.

    Attributes:
        contrast: Williams' and Steiger's tests; `None` where they cannot be computed.
        difference: BCa interval of the difference of the two correlations; `None` below 4 models.
    """

    language: str
    first: str
    second: str
    n: int
    contrast: Contrast | None
    difference: Interval | None


def versus(
    scores: Iterable[BenchmarkScore],
    ratings: Iterable[HumanRating],
    *,
    language: str,
    first: str,
    second: str,
    aliases: Mapping[str, str] | None = None,
    variants: Collection[str] = ("",),
    seed: int = 0,
    resamples: int = correlation.RESAMPLES,
) -> Versus:
    """Test whether one benchmark of a language, say a localised one, agrees better with people than another.

    Raises:
        InputError: The language or a benchmark is not in the tables.

    >>> ranks = {"human": (1, 2, 3, 4, 5), "one": (1, 2, 3, 5, 4), "two": (2, 4, 1, 5, 3)}
    >>> ratings = [HumanRating(model=m, language="deu", rating=r) for m, r in zip("vwxyz", ranks["human"])]
    >>> scores = [
    ...     BenchmarkScore(model=m, language="deu", benchmark=name, score=s)
    ...     for name in ("one", "two")
    ...     for m, s in zip("vwxyz", ranks[name])
    ... ]
    >>> found = versus(scores, ratings, language="deu", first="one", second="two", resamples=50).contrast
    >>> round(found.first, 2), round(found.second, 2)
    (0.9, 0.3)
    """
    rated = _ratings_by_language(ratings).get(language, {})
    table = _score_table(scores, variants)
    columns = []
    for name in (first, second):
        if (language, name) not in table or not rated:
            raise InputError(f"Expected scores of {name!r} and ratings in {language!r}, got none.")
        columns.append({row[0]: row for row in _matched(table[language, name], rated, aliases)})
    models = sorted(set(columns[0]) & set(columns[1]))
    human = [columns[0][model][2].rating for model in models]
    one, two = ([column[model][1].score for model in models] for column in columns)
    return Versus(
        language=language,
        first=first,
        second=second,
        n=len(models),
        contrast=_contrast(human, one, two),
        difference=correlation.bootstrap_difference(human, one, two, seed=seed, resamples=resamples),
    )


_Row = tuple[str, BenchmarkScore, HumanRating]


def _contrast(human: Sequence[float], one: Sequence[float], two: Sequence[float]) -> Contrast | None:
    first, second, between = (correlation.spearman(a, b) for a, b in ((human, one), (human, two), (one, two)))
    if first is None or second is None or between is None:
        return None
    try:
        return contrast(first, second, between, len(human))
    except InputError:
        return None


def _agreement(
    language: str,
    benchmark: str,
    rows: Sequence[_Row],
    *,
    families: Mapping[str, str] | None,
    seed: int,
    resamples: int,
) -> Agreement:
    x, y = [row[1].score for row in rows], [row[2].rating for row in rows]
    rho = correlation.spearman(x, y)
    known = rho is not None and len(rows) >= correlation.LEAST
    share = _reliability(rows)
    return Agreement(
        language=language,
        benchmark=benchmark,
        task=rows[0][1].task if rows else "",
        n=len(rows),
        rho=rho,
        interval=correlation.bootstrap_interval(x, y, seed=seed, resamples=resamples),
        by_formula=correlation.fisher_interval(rho, len(rows)) if known and rho is not None else None,
        reliability=share,
        corrected=correlation.corrected(rho, reliabilities=[share]) if rho is not None and share else None,
        without=_without(rows, families),
        families=len({family(row[0], families) for row in rows}),
    )


def _without(
    rows: Sequence[_Row], families: Mapping[str, str] | None
) -> tuple[tuple[str, float], tuple[str, float]] | None:
    found = []
    for left_out in sorted({family(row[0], families) for row in rows}):
        kept = [row for row in rows if family(row[0], families) != left_out]
        rho = correlation.spearman([row[1].score for row in kept], [row[2].rating for row in kept])
        if rho is not None:
            found.append((left_out, rho))
    return (min(found, key=lambda one: one[1]), max(found, key=lambda one: one[1])) if found else None


def _reliability(rows: Sequence[_Row]) -> float | None:
    """The product over the sides whose every standard error is known; 0 < share <= 1."""
    shares = []
    if len(rows) >= 3:
        for values, errors in (
            ([row[1].score for row in rows], [row[1].standard_error for row in rows]),
            ([row[2].rating for row in rows], [row[2].standard_error for row in rows]),
        ):
            known = [error for error in errors if error is not None]
            if len(known) == len(rows):
                shares.append(correlation.reliability(values, known))
    if not shares or None in shares:
        return None
    product = 1.0
    for share in shares:
        product *= share or 0.0
    return product


def _matched(
    scores: Mapping[str, BenchmarkScore], ratings: Mapping[str, HumanRating], aliases: Mapping[str, str] | None
) -> list[_Row]:
    pairs = match_models(ratings, scores, aliases).pairs
    return [(rated, scores[scored], ratings[rated]) for rated, scored in sorted(pairs.items())]


def _score_table(
    scores: Iterable[BenchmarkScore], variants: Collection[str]
) -> dict[tuple[str, str], dict[str, BenchmarkScore]]:
    table: dict[tuple[str, str], dict[str, BenchmarkScore]] = {}
    for score in scores:
        if score.variant in variants:
            by_model = table.setdefault((score.language, score.benchmark), {})
            if score.model in by_model and by_model[score.model].score != score.score:
                raise InputError(f"{score.model!r} has two scores on {score.benchmark!r} in {score.language!r}.")
            by_model[score.model] = score
    return table


def _ratings_by_language(ratings: Iterable[HumanRating]) -> dict[str, dict[str, HumanRating]]:
    rated: dict[str, dict[str, HumanRating]] = {}
    for rating in ratings:
        rated.setdefault(rating.language, {})[rating.model] = rating
    return rated


def _by_name(names: Iterable[str], aliases: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        key = aliases.get(name, name)
        if found.setdefault(key, name) != name:
            raise InputError(f"{found[key]!r} and {name!r} both stand for {key!r}.", hint="Mend the alias table.")
    return found
