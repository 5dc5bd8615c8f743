"""How much does an exam cost this machine, beside the model? CPU per sample of `sit`, and of each grader.

A rule answers at once, every attempt is graded and stored in SQLite, so all that is counted is our own.

    python benchmarks/evaluate_overhead.py [--samples 2000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from metier.clients.rule import RuleClient, from_mapping
from metier.evaluate.sit import sit
from metier.graders import grader_for
from metier.item import Exam, Item
from metier.skill import Skill
from metier.stores.sqlite import SqliteStore

REPLY = "Let us think. " * 40 + "The answer is {}."
SKILLS = [Skill(name=f"skill-{n}", description="Add two numbers.", policy="Carry the one. " * 100) for n in range(3)]
GRADERS = {
    "exact": Item(prompt="?", reference="42", policy={"after": "answer is "}),
    "choice": Item(prompt="?", reference="C", grader="choice", choices=("40", "41", "42", "43")),
    "number": Item(prompt="?", reference="42", grader="number", policy={"relative": 0.01}),
    "regex": Item(prompt="?", reference=r"\b42\b", grader="regex"),
    "weighted": Item(
        prompt="?",
        reference="42",
        grader="weighted",
        policy={"parts": [{"grader": "number", "required": True}, {"grader": "regex", "reference": r"\.$"}]},
    ),
}


def take(num_samples: int, skills: list[Skill], *, again: bool = False) -> float:
    """CPU milliseconds per sample of a whole exam, or of one that is already finished."""
    items = tuple(Item(prompt=f"{n} + 1 =", reference=str(n + 1), grader="number") for n in range(num_samples))
    exam = Exam(name="sums", items=items)
    client = RuleClient(from_mapping({item.prompt: REPLY.format(item.reference) for item in items}))
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "metier.db")
        if again:
            sit(exam, client, store, grader_for=grader_for, skills=skills)
        began = time.process_time()
        attempts = sit(exam, client, store, grader_for=grader_for, skills=skills)
        spent = time.process_time() - began
        store.close()
    assert all(attempt.grade.is_correct for attempt in attempts)
    return 1000 * spent / num_samples


def grade(item: Item, num_samples: int) -> float:
    """CPU milliseconds of one grade of a reply of 573 characters."""
    answer = REPLY.format(42)
    began = time.process_time()
    for _ in range(num_samples):
        grader_for(item)(item, answer)
    return 1000 * (time.process_time() - began) / num_samples


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    ways: dict[str, Callable[[], float]] = {
        "an exam, each sample": lambda: take(chosen.samples, []),
        "with three skills in hand": lambda: take(chosen.samples, SKILLS),
        "resuming a finished exam": lambda: take(chosen.samples, [], again=True),
        **{f"one grade, {name}": lambda item=item: grade(item, chosen.samples) for name, item in GRADERS.items()},  # type: ignore[misc]
    }
    print("| what | CPU ms |\n| --- | ---: |")
    for name, measure in ways.items():
        print(f"| {name} | {statistics.median(measure() for _ in range(chosen.rounds)):.3f} |")
    print(
        f"\nMedian of {chosen.rounds} rounds of {chosen.samples} samples; {platform.machine()}, {os.cpu_count()} cores,"
        f" Python {sys.version.split()[0]}."
    )


if __name__ == "__main__":
    main()
