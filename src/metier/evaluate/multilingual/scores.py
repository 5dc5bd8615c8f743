"""What did models score on benchmarks, and how do people rate them? Read from tables that the user gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metier.errors import InputError
from metier.evaluate.multilingual.languages import language_code
from metier.evaluate.multilingual.rows import number, read_rows

_VARIANT = re.compile(r"^(?P<model>.*\S)\s+\((?P<variant>[^()]*)\)$")
_STRUCK = re.compile(r"^~+(?P<task>.*?)~+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkScore:
    """What one model scored on one benchmark in one language.

    Attributes:
        language: Its code.
        task: What the benchmark asks; empty if that is not known.
        variant: How the model was run if not in the usual way, such as "zero-shot, val".
        standard_error: Of the score, in its unit; `None` if not known.
        is_official: False for a benchmark that a leaderboard keeps but no longer counts.
    """

    model: str
    language: str
    benchmark: str
    score: float
    task: str = ""
    variant: str = ""
    standard_error: float | None = None
    is_official: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanRating:
    """How people who write in a language rate a model, such as an Elo number; with its standard error if known."""

    model: str
    language: str
    rating: float
    standard_error: float | None = None


def read_euroeval(path: str | Path) -> Iterator[BenchmarkScore]:
    """Read EuroEval scores: a CSV, plain or gzipped, with `language`, `dataset`, `model`, `task`, `score1` and `ci1`.

    The half width `ci1` of the 95 % interval becomes a standard error; a bracket behind a model ("(zero-shot, val)")
    its variant; a struck task ("~~~Knowledge~~~") a benchmark that is not official.

    Raises:
        InputError: The file cannot be read, lacks a column, or has a language or number that cannot be read.

    >>> import tempfile
    >>> head, row = "language,dataset,model,task,score1,ci1", "german,mmlu_de,a/b (val),Knowledge,41.2,1.96"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "e.csv").write_text(f"{head}\\n{row}\\n")
    ...     score = next(read_euroeval(Path(folder, "e.csv")))
    >>> score.language, score.model, score.variant, round(score.standard_error, 2)
    ('deu', 'a/b', 'val', 1.0)
    """
    for where, row in read_rows(path, ("language", "dataset", "model", "task", "score1", "ci1")):
        named, struck = _VARIANT.match(row["model"]), _STRUCK.match(row["task"])
        yield BenchmarkScore(
            model=named["model"] if named else row["model"],
            variant=named["variant"] if named else "",
            language=_language(row["language"], where),
            benchmark=row["dataset"],
            task=struck["task"] if struck else row["task"],
            is_official=not struck,
            score=number(row["score1"], where),
            standard_error=number(row["ci1"], where, least=0) / 1.959964 if row["ci1"] else None,
        )


def read_scores(path: str | Path) -> Iterator[BenchmarkScore]:
    """Read scores from EuroEval's table or from one with `model`, `language`, `benchmark` and `score`.

    The second may have the columns `task` and `standard_error` too.

    Raises:
        InputError: As `read_euroeval`, or the file is neither table.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "s.csv").write_text("model,language,benchmark,score\\na/b,German,mmlu,41.2\\n")
    ...     next(read_scores(Path(folder, "s.csv"))).score
    41.2
    """
    try:
        yield from read_euroeval(path)
        return
    except InputError as error:
        if "has no column" not in str(error):
            raise
    for where, row in read_rows(path, ("model", "language", "benchmark", "score")):
        yield BenchmarkScore(
            model=row["model"],
            language=_language(row["language"], where),
            benchmark=row["benchmark"],
            task=row.get("task", ""),
            score=number(row["score"], where),
            standard_error=_optional(row.get("standard_error", ""), where),
        )


def read_ratings(path: str | Path) -> list[HumanRating]:
    """Read ratings: `model, language, rating[, standard_error]`, or `model` and one column a language.

    An empty cell of the wide form is a rating that is not known.

    Raises:
        InputError: The file cannot be read, a model is rated twice in a language, or a cell is no number.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "r.csv").write_text("model,german,french\\na/b,1000,\\n")
    ...     [(one.language, one.rating) for one in read_ratings(Path(folder, "r.csv"))]
    [('deu', 1000.0)]
    """
    ratings: dict[tuple[str, str], HumanRating] = {}
    for where, row in read_rows(path, ("model",)):
        for language, cell, error in _cells(row):
            code = _language(language, where)
            if (row["model"], code) in ratings:
                raise InputError(f"{where}: {row['model']!r} is rated in {language!r} already.")
            ratings[row["model"], code] = HumanRating(
                model=row["model"],
                language=code,
                rating=number(cell, where),
                standard_error=_optional(error, where),
            )
    return list(ratings.values())


def read_pairs(path: str | Path, columns: tuple[str, str]) -> dict[str, str]:
    """Read a CSV of two columns as a table from the first to the second: aliases of models, families of models.

    Raises:
        InputError: The file cannot be read, or a key has two values.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.csv").write_text("alias,model\\ngemma,google/gemma-7b\\n")
    ...     read_pairs(Path(folder, "a.csv"), ("alias", "model"))
    {'gemma': 'google/gemma-7b'}
    """
    pairs: dict[str, str] = {}
    for where, row in read_rows(path, columns):
        key, value = (row[name].strip() for name in columns)
        if pairs.setdefault(key, value) != value:
            raise InputError(f"{where}: {key!r} stands for {pairs[key]!r} already.")
    return pairs


def _cells(row: dict[str, str]) -> list[tuple[str, str, str]]:
    if "language" in row and "rating" in row:
        return [(row["language"], row["rating"], row.get("standard_error", ""))]
    return [(name, cell, "") for name, cell in row.items() if name != "model" and cell.strip()]


def _language(name: str, where: str) -> str:
    code = language_code(name)
    if code is None:
        raise InputError(f"{where}: no language is known as {name!r}.", hint="Use its ISO 639-3 code.")
    return code


def _optional(cell: str, where: str) -> float | None:
    return number(cell, where, least=0) if cell.strip() else None
