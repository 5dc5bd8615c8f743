"""What do the files of an eval run hold? `grading.json`, `timing.json` and `benchmark.json`, as agentskills has them.

An answer that could not be graded has no `grading.json`: the format knows no third value, and a zero would be a lie.
Attempts hold no clock time, so durations come from a `Stopwatch` around the client.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from metier.attempt import Attempt
from metier.client import Client, Reply, Request
from metier.errors import InputError, StoreError
from metier.evaluate.expectations import Checked, checked_of
from metier.evaluate.sit import request
from metier.evaluate.uplift import Taken
from metier.item import Exam, Item
from metier.skill import Skill
from metier.whole import whole

ARMS = ("with_skill", "without_skill")
"""The names of the two configurations; tools that read these files know them by exactly these words."""

_LIST = ".metier-results.json"
"""Beside the results: which of the files in a folder they are."""
_MEASURES = ("pass_rate", "time_seconds", "tokens")
_UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What comes of reading a file that is no JSON, or holds something else than was expected."""


@dataclass
class Stopwatch:
    """A client that notes how long each answer took, from when its request was taken until its reply came.

    >>> from metier.clients.rule import RuleClient
    >>> watch = Stopwatch(RuleClient("echo"))
    >>> [reply.text for reply in watch.replies([Request.ask("a")])], len(watch.durations)
    (['a'], 1)
    """

    client: Client
    durations: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the client inside."""
        return self.client.name

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer as the client inside does; see `metier.client.Client.replies`."""
        began: list[tuple[str, float]] = []

        def noted() -> Iterator[Request]:
            for one in requests:
                began.append((one.digest, time.monotonic()))
                yield one

        for number, reply in enumerate(self.client.replies(noted())):
            key, start = began[number]
            if not reply.cached:
                self.durations[key] = round(1000 * (time.monotonic() - start))
            yield reply

    def close(self) -> None:
        """Close the client inside."""
        self.client.close()


def durations_of(watch: Stopwatch, exam: Exam, taken: Taken, skill: Skill) -> dict[str, int]:
    """The milliseconds that a stopwatch noted, by the identifier of the attempt; what was not asked now has none."""
    items = {item.item_id: item for item in exam.items}
    found = {}
    for attempts, skills in ((taken.without, ()), (taken.having, (skill,))):
        for attempt in attempts:
            key = request(items[attempt.item_id], exam, epoch=attempt.epoch, skills=skills).digest
            if key in watch.durations:
                found[attempt.attempt_id] = watch.durations[key]
    return found


def grading(item: Item, attempt: Attempt, *, expectations_key: str = "assertions") -> dict[str, Any] | None:
    """Give the content of a `grading.json`, or None if the answer could not be graded.

    Args:
        expectations_key: As in `metier.evaluate.evals.Evals`: where evals say `expectations`, a grading does, and
            `assertion_results` elsewhere.

    >>> from metier.attempt import Grade
    >>> item = Item(prompt="1 + 1 =", reference="2", grader="number")
    >>> attempt = Attempt(item_id="i", model="m", run_id="r", reply="2", grade=Grade.correct(evidence="2 is 2"))
    >>> grading(item, attempt)["summary"]
    {'passed': 1, 'failed': 0, 'total': 1, 'pass_rate': 1.0}
    """
    if attempt.grade.score is None:
        return None
    rows = [
        {"text": one.text, "passed": bool(one.passed), "evidence": one.evidence}
        for one in checked_of(attempt.grade.evidence)
    ] or [
        {
            "text": f"The answer is right: {item.reference}",
            "passed": attempt.grade.is_correct,
            "evidence": attempt.grade.evidence,
        }
    ]
    passed = sum(bool(row["passed"]) for row in rows)
    rate = passed / len(rows)
    summary = {"passed": passed, "failed": len(rows) - passed, "total": len(rows), "pass_rate": rate}
    key = "expectations" if expectations_key == "expectations" else "assertion_results"
    return {key: rows, "summary": summary}


def read_grading(path: str | Path) -> list[Checked]:
    """Read what a `grading.json`, of this tool or of another, says of each expectation.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "grading.json")
    ...     _ = path.write_text('{"assertion_results": [{"text": "It says two", "passed": true, "evidence": "two"}]}')
    ...     read_grading(path)
    [Checked(text='It says two', passed=True, evidence='two')]

    Raises:
        InputError: The file cannot be read, or has no list of expectations with a text and whether each passed.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        rows = data["assertion_results" if "assertion_results" in data else "expectations"]
        return [_row(row["text"], row["passed"], row.get("evidence")) for row in rows]
    except _UNREADABLE as error:
        raise InputError(f"Expected a grading.json with expectations in {str(path)!r}: {error!r}.") from error


def timing(attempt: Attempt, duration_ms: int | None = None) -> dict[str, int]:
    """Give the content of a `timing.json`; the duration is left out where nobody took it."""
    tokens = {"total_tokens": attempt.cost.input_tokens + attempt.cost.output_tokens}
    return tokens if duration_ms is None else {**tokens, "duration_ms": duration_ms}


def benchmark(taken: Taken, durations: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Give the content of a `benchmark.json`: mean and standard deviation of each arm, and what the skill adds.

    Only items that were scored on both sides count, and several epochs of one are averaged first, so that the delta is
    that of the paired comparison. The deviation is that of a sample of items, 0 for a single one.

    Args:
        durations: Milliseconds by the identifier of the attempt; an arm without them has no `time_seconds`, and where
            both have some, those of items that were timed on both sides count.
    """
    both = {a.item_id for a in taken.having if a.grade.score is not None}
    both &= {a.item_id for a in taken.without if a.grade.score is not None}
    spent = durations or {}
    timed = [{a.item_id for a in attempts if a.attempt_id in spent} for attempts in (taken.having, taken.without)]
    if all(timed):  # a run that was resumed has timed less of one side, and other items take another time
        same = {a.attempt_id for a in (*taken.having, *taken.without) if a.item_id in timed[0] & timed[1]}
        spent = {attempt_id: spent[attempt_id] for attempt_id in spent.keys() & same}
    arms = {
        arm: _arm([a for a in attempts if a.item_id in both], spent)
        for arm, attempts in zip(ARMS, (taken.having, taken.without), strict=True)
    }
    having, without = (arms[arm] for arm in ARMS)
    delta = {key: having[key]["mean"] - without[key]["mean"] for key in having if key in without}
    return {"run_summary": {**arms, "delta": delta}}


def write_workspace(
    folder: Path,
    items: Mapping[str, Item],
    taken: Taken,
    *,
    durations: Mapping[str, int] | None = None,
    expectations_key: str = "assertions",
) -> Path:
    """Write the files of one iteration; each file appears whole or not at all.

    The files of an iteration that was written here before are taken away first; what others put there stays, as
    `.metier-results.json` lists what was written.

    Args:
        items: By the id of their case, which names the folder of the case.
        durations: As `benchmark`.
        expectations_key: As `grading`.

    Raises:
        StoreError: The folder cannot be written, or holds a result of the same name that was not written here.
    """
    names = _folder_names(list(items))
    ids = {item.item_id: names[case] for case, item in items.items()}
    by_id = {item.item_id: item for item in items.values()}
    epochs = 1 + max((a.epoch for a in (*taken.having, *taken.without)), default=0)
    results: dict[str, str] = {}
    for arm, attempts in zip(ARMS, (taken.having, taken.without), strict=True):
        for attempt in attempts:
            place = f"{ids[attempt.item_id]}/{arm}"
            place = f"{place}/run-{attempt.epoch + 1}" if epochs > 1 else place
            if graded := grading(by_id[attempt.item_id], attempt, expectations_key=expectations_key):
                results[f"{place}/grading.json"] = _json(graded)
            spent = (durations or {}).get(attempt.attempt_id)
            results[f"{place}/timing.json"] = _json(timing(attempt, spent))
            results[f"{place}/outputs/reply.md"] = attempt.reply
    results["benchmark.json"] = _json(benchmark(taken, durations))
    ours = _written(folder)
    if foreign := [path for path in results if path not in ours and os.path.lexists(folder / path)]:
        raise StoreError(
            f"{str(folder)!r} holds results that were not written here, such as {foreign[0]!r}.",
            hint="Name another folder, or move them away.",
        )
    _clear(folder, ours)
    # The list comes first, so that what a killed process leaves is known by it.
    for path, text in {_LIST: _json(list(results)), **results}.items():
        _write_text(folder / path, text)
    return folder


def read_benchmark(path: str | Path) -> dict[str, dict[str, float]]:
    """Read the means of a `benchmark.json`, of this tool or of another: by arm and by measure, and their delta.

    The delta is computed from the means where the file has none; text such as "+0.50" counts as the number.

    Raises:
        InputError: The file cannot be read, has no summary of both arms, or a mean that is no number.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        summary = data["run_summary"]
        means = {
            arm: {key: _number(value["mean"]) for key, value in summary[arm].items() if isinstance(value, dict)}
            for arm in ARMS
        }
        delta = {key: _number(value) for key, value in summary.get("delta", {}).items()}
    except _UNREADABLE as error:
        raise InputError(
            f"Expected a benchmark.json with the means of {' and '.join(ARMS)} in {str(path)!r}: {error!r}."
        ) from error
    having, without = (means[arm] for arm in ARMS)
    return {**means, "delta": {key: having[key] - without[key] for key in having if key in without} | delta}


def _row(text: object, passed: object, evidence: object) -> Checked:
    if not isinstance(text, str) or not isinstance(passed, bool) or not isinstance(evidence, str | None):
        raise TypeError(f"{text!r} needs a text, and true or false")
    return Checked(text=text, passed=passed, evidence=evidence or "")


def _arm(attempts: Sequence[Attempt], durations: Mapping[str, int]) -> dict[str, dict[str, float]]:
    measures: dict[str, dict[str, list[float]]] = {key: defaultdict(list) for key in _MEASURES}
    for attempt in attempts:
        if attempt.grade.score is not None:
            measures["pass_rate"][attempt.item_id].append(attempt.grade.score)
        if attempt.attempt_id in durations:
            measures["time_seconds"][attempt.item_id].append(durations[attempt.attempt_id] / 1000)
        measures["tokens"][attempt.item_id].append(attempt.cost.input_tokens + attempt.cost.output_tokens)
    return {key: _spread([fmean(epochs) for epochs in items.values()]) for key, items in measures.items() if items}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"mean": fmean(values), "stddev": stdev(values) if len(values) > 1 else 0.0}


def _number(value: Any) -> float:
    number = float(value)
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError(f"{value!r} is no number")
    return number


def _folder_names(cases: Sequence[str]) -> dict[str, str]:
    """A folder for each case, each its own, on disks too that tell no capitals from small letters.

    >>> _folder_names(["2-a", "a!", "", "1", "A!"])
    {'2-a': 'eval-2-a', '1': 'eval-1', 'a!': 'eval-2-a-2', '': 'eval-3', 'A!': 'eval-5-A'}
    """
    read = {case: re.sub(r"[^A-Za-z0-9_-]+", "-", case).strip("-")[:40] for case in cases}
    numbers = {case: number for number, case in enumerate(cases, start=1)}
    names: dict[str, str] = {}
    taken: set[str] = set()
    # A case whose id can be a name has it; of the others the place among the cases tells which is which.
    for case in sorted(cases, key=lambda case: not case or read[case] != case):
        plain = f"eval-{read[case]}"
        numbered = f"eval-{numbers[case]}-{read[case]}".rstrip("-")
        first = plain if case and read[case] == case else numbered
        tries = chain([first, numbered], (f"{numbered}-{again}" for again in count(2)))
        names[case] = next(name for name in tries if name.casefold() not in taken)
        taken.add(names[case].casefold())
    return names


def _written(folder: Path) -> frozenset[str]:
    """The paths that `write_workspace` wrote into a folder before."""
    try:
        return frozenset(json.loads((folder / _LIST).read_text(encoding="utf-8")))
    except _UNREADABLE:
        return frozenset()


def _clear(folder: Path, ours: Collection[str]) -> None:
    """Take away what `write_workspace` wrote into a folder, and the folders that this leaves empty."""
    try:
        for case in folder.glob("eval-*"):
            for arm in (case / name for name in ARMS if not case.is_symlink()):
                for place in (*arm.glob("run-*"), arm) if arm.is_dir() and not arm.is_symlink() else ():
                    for result in (place / name for name in ("grading.json", "timing.json", "outputs/reply.md")):
                        if result.relative_to(folder).as_posix() in ours:
                            result.unlink(missing_ok=True)
                    _remove_empty(place / "outputs", place)
            _remove_empty(case)
    except OSError as error:
        raise StoreError(f"Cannot clear the results in {str(folder)!r}: {error.strerror}.") from error


def _remove_empty(*folders: Path) -> None:
    for folder in folders:
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            folder.rmdir()


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write_text(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path, mode=0o644, is_synced=False) as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise StoreError(f"Cannot write {str(path)!r}: {error.strerror}.") from error
