"""What did a run score, whoever took the exam? Any log as rows of a comparison.

The kind is told by what is in the file, not by its name: our transcripts and attempts, `.eval` (and `.json`) logs of
Inspect AI, `samples_*.jsonl` of lm-evaluation-harness, and rows that are samples already.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from metier.attempt import Attempt
from metier.border import load_json
from metier.errors import InputError
from metier.evaluate.bridges.attempt_lines import columns_of_lines
from metier.evaluate.bridges.eval_log import samples_of_eval, samples_of_eval_json
from metier.evaluate.bridges.lm_eval import is_lm_eval, samples_of_lm_eval
from metier.evaluate.columns import Columns, columns_of, joined
from metier.evaluate.samples import Sample
from metier.evaluate.transcript import samples_of
from metier.evaluate.transcript_places import is_head, opened
from metier.evaluate.unreadable import unreadable

T = TypeVar("T")

_BLOCK = 256
"""Lines read in one call."""

_WAY_OUT = (
    "Known: transcripts of `take --log`, attempts of `take --out`, .eval logs of Inspect AI, samples_*.jsonl of "
    "lm-evaluation-harness."
)


def read_samples(path: Path, *, measure: str = "") -> list[Sample]:
    """Read the scores of a run, one row for each sample and measure; as `read_columns`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "rows.jsonl"
    ...     _ = path.write_text('{"sample_id": "q1", "score": 1.0}\\n')
    ...     read_samples(path)[0].score
    1.0
    """
    return list(read_columns(path, measure=measure))


def read_columns(path: Path, *, measure: str = "") -> Columns:
    """Read the scores of a run, one place for each sample and measure.

    A log may score one sample by several measures (scorers of Inspect, metrics and filters of lm-evaluation-harness).
    Each is then a task of its own, named `task/measure`; a log with one measure keeps the task's own name.

    Args:
        path: A file, or a folder of them, as lm-evaluation-harness writes one file for each task.
        measure: Take this measure alone.

    Returns:
        Columns in the order of the file. Epochs count from 0. What could not be scored has the score `None`.

    Raises:
        InputError: It is no log that is known here, a line of it is broken, it holds a sample twice, or it has no such
            measure; transcripts, attempts and samples have none.
        MissingExtra: An `.eval` log is compressed with zstd, and zstandard is not installed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "rows.jsonl"
    ...     _ = path.write_text('{"sample_id": "q1", "score": 1.0}\\n')
    ...     read_columns(path).scores
    [1.0]
    """
    path = Path(path)
    rows = joined([columns_of(_read(file, measure)) for file in _files(path)])
    if not len(rows):
        raise InputError(f"Expected samples in {str(path)!r}, found none.", hint=_WAY_OUT)
    # Where no question comes twice no sample does, and most runs have one epoch.
    if len(set(rows.sample_ids)) < len(rows) > len(set(_slots(rows))):
        raise _twice(path, rows)
    return rows


def _slots(rows: Columns) -> Iterator[tuple[str, str, int, str]]:
    return zip(rows.tasks, rows.sample_ids, rows.epochs, rows.models, strict=True)


def _twice(path: Path, rows: Columns) -> InputError:
    task, sample_id, epoch, _ = Counter(_slots(rows)).most_common(1)[0][0]
    return InputError(
        f"{str(path)!r} holds the sample {sample_id!r} of {task!r}, epoch {epoch}, twice.",
        hint="Name the file of one run.",
    )


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise unreadable(path)
    if not path.is_dir():
        return [path]
    return sorted(file for suffix in ("*.eval", "samples_*.jsonl") for file in path.rglob(suffix))


def _read(path: Path, measure: str) -> Iterable[Sample]:
    with opened(path) as file:
        start = file.read(4)
        if start == b"PK\x03\x04":
            return samples_of_eval(path, measure=measure)
        file.seek(0)
        first = next((line for line in file if line.strip()), b"")
    if is_head(first):
        return _only_scores(samples_of(path), path, measure)
    try:
        data = json.loads(first)
    except (ValueError, RecursionError):
        return _whole(path, measure)
    if not isinstance(data, dict):
        raise _unknown(path)
    if is_lm_eval(data):
        return samples_of_lm_eval(path, measure=measure)
    if "eval" in data and "version" in data:
        return samples_of_eval_json(path, measure=measure)
    if "sample_id" in data:
        return _only_scores(_rows(Sample, path), path, measure)
    if "item_id" in data and "grade" in data:
        return _only_scores(_of_attempts(path), path, measure)
    raise _unknown(path)


def _only_scores(rows: Iterable[Sample], path: Path, measure: str) -> Iterable[Sample]:
    """Rows of a kind of log that has one score a sample, so that no measure can be chosen."""
    if measure:
        raise InputError(
            f"{str(path)!r} has one score for each sample, and no measure {measure!r}.",
            hint="Leave the measure out, or compare logs that have it: .eval, samples_*.jsonl.",
        )
    return rows


def _whole(path: Path, measure: str) -> Iterable[Sample]:
    """A log of Inspect as one JSON text over many lines."""
    with path.open("rb") as file:
        start = file.read(2000)
    if start.lstrip().startswith(b"{") and b'"eval"' in start:
        return samples_of_eval_json(path, measure=measure)
    raise _unknown(path)


def _rows(noun: type[T], path: Path) -> Iterator[T]:
    return chain.from_iterable(_block(noun, path, lines, first) for first, lines in _blocks(path))


def _blocks(path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Some lines at a time, with the number of the first."""
    with path.open("rb") as file:
        first = 1
        while lines := list(islice(file, _BLOCK)):
            yield first, lines
            first += len(lines)


def _block(noun: type[T], path: Path, lines: list[bytes], first: int) -> list[T]:
    """Read many lines in one call, or where that fails each by itself: a line may be blank, and a fault names its own.

    Args:
        first: The number of the first line in the file.
    """
    with suppress(InputError):
        rows = load_json(list[noun], b"[" + b",".join(lines) + b"]", where=str(path))  # type: ignore[valid-type]
        if len(rows) == len(lines):
            return rows
    numbered = enumerate(lines, start=first)
    return [load_json(noun, line, where=f"{path}:{number}") for number, line in numbered if line.strip()]


def _of_attempts(path: Path) -> Columns:
    blocks = (columns_of_lines(lines) or _by_noun(path, lines, first) for first, lines in _blocks(path))
    return joined(list(blocks))


def _by_noun(path: Path, lines: list[bytes], first: int) -> Columns:
    return columns_of(
        Sample(
            sample_id=attempt.item_id,
            score=attempt.grade.score,
            epoch=attempt.epoch,
            model=attempt.model,
            reply=attempt.reply,
        )
        for attempt in _block(Attempt, path, lines, first)
    )


def _unknown(path: Path) -> InputError:
    return InputError(f"{str(path)!r} is no log that can be compared.", hint=_WAY_OUT)
