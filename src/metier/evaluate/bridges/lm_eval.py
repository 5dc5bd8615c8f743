"""What do the `samples_*.jsonl` of lm-evaluation-harness say? Read without it.

One line is one document under one filter, with a value for each metric; a task has one file. The model's name is in the
`results_*.json` beside it. Documents are known by `doc_id`, so runs of the same version of a task can be aligned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from metier.errors import InputError
from metier.evaluate.bridges.measures import Measured, rows
from metier.evaluate.samples import Sample

_NO_METRICS = {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"}
_DATED = re.compile(r"samples_(?P<task>.+?)(?:_(?P<date>\d{4}-\d\d-\d\dT[\d.:-]+))?\.jsonl$")


def is_lm_eval(data: Mapping[str, Any]) -> bool:
    """Tell whether an object is a line of such a file.

    >>> is_lm_eval({"doc_id": 0, "resps": [["4"]], "filtered_resps": ["4"], "acc": 1.0})
    True
    """
    return "doc_id" in data and ("filtered_resps" in data or "resps" in data)


def samples_of_lm_eval(path: Path, *, measure: str = "") -> Iterator[Sample]:
    """Read the samples of one task. Measures are named as lm-evaluation-harness does: `exact_match,strict-match`.

    A metric that is computed over the whole task alone, such as BLEU, has no score for a sample and is left out.

    Args:
        measure: Take this one alone: `exact_match,strict-match`, or `exact_match`, or `strict-match`.

    Raises:
        InputError: A line is none of such a file, or there is no such measure.
    """
    found = _DATED.match(path.name)
    task = found["task"] if found else path.stem
    model = _model(path, found["date"] if found else None)
    values: dict[str, dict[str, object]] = {}
    replies: dict[str, dict[str, str]] = {}
    for number, line in _lines(path):
        doc_id = str(line["doc_id"])
        chosen = str(line.get("filter", "none"))
        names = line.get("metrics") or [
            key for key, value in line.items() if key not in _NO_METRICS and isinstance(value, bool | int | float)
        ]
        of_doc, said = values.setdefault(doc_id, {}), replies.setdefault(doc_id, {})
        for metric in names:
            name = f"{metric},{chosen}"
            if name in of_doc:
                raise InputError(
                    f"{path}:{number}: holds the document {doc_id} under the filter {chosen!r} a second time.",
                    hint="Name the file of one run.",
                )
            of_doc[name] = line.get(metric)
            said[name] = _reply(line)
    measured = (
        Measured(sample_id=doc_id, values=of_doc, task=task, model=model, replies=replies[doc_id])
        for doc_id, of_doc in values.items()
    )
    yield from rows(measured, measure=measure, where=repr(str(path)))


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                data = json.loads(line)
            except (ValueError, RecursionError):
                data = None
            if not isinstance(data, dict) or not is_lm_eval(data):
                raise InputError(f"{path}:{number}: expected a sample of lm-evaluation-harness, got {line[:80]!r}.")
            yield number, data


def _reply(line: Mapping[str, Any]) -> str:
    said = line.get("filtered_resps", line.get("resps", ""))
    while isinstance(said, list) and len(said) == 1:
        said = said[0]
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def _model(path: Path, date: str | None) -> str:
    """The model's name, as the results of the same run beside the file give it."""
    try:
        results = json.loads((path.parent / f"results_{date}.json").read_bytes())
    except (OSError, ValueError):
        return ""
    return str(results.get("model_name") or "") if isinstance(results, dict) else ""
