"""What does the audit of an exam find, how often is it a false alarm, and what does it cost?

python benchmarks/evaluate_audit.py DATASET [--seed 7] [--list]

DATASET is a folder of JSON lists of problems, such as SciBench's `dataset/original`. No other tool audits an exam so;
what can be compared is a reader of numbers: Python's `float`, on the written answers.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from metier.evaluate.audit import Finding, Record, audit, graded_by, read_records
from metier.evaluate.audit.leaks import overlaps
from metier.evaluate.audit.reading import read
from metier.graders.scibench import SciBenchRule
from metier.item import Item

ASKS = r"with three digits after the decimal point. Conclude with \boxed{[ANSWER]}"
"""What SciBench's system message asks for."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("dataset", type=Path)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--list", action="store_true", help="print each error, to be looked at by hand")
    chosen = options.parse_args()
    records = read_records(chosen.dataset)
    plain, seconds = _timed(records)
    found = audit(graded_by(records, "scibench"), grader_for=_rule_for, asks=ASKS)
    _table(records, plain, found, seconds)
    if chosen.list:
        for one in plain:
            if one.severity == "error":
                print(f"- {one.rule} {one.place}: {one.evidence}")
    _written(records)
    _leaks(records, seed=chosen.seed)
    print(f"\nSeed {chosen.seed}; Python {sys.version.split()[0]}; CPU time of one core.")


def _timed(records: list[Record]) -> tuple[list[Finding], float]:
    start = time.process_time()
    found = audit(records)
    return found, time.process_time() - start


def _rule_for(item: Item) -> SciBenchRule:
    return SciBenchRule(**item.policy)


def _table(records: list[Record], plain: list[Finding], graded: list[Finding], seconds: float) -> None:
    tried = [one for one in graded if one.rule in ("gold_refused", "format_refused")]
    counts = Counter((one.severity, one.rule) for one in plain + tried)
    print(f"{len(records)} problems, audited in {seconds:.2f} s of CPU time.\n")
    print("| severity | rule | findings | first |\n| --- | --- | ---: | --- |")
    firsts: dict[str, str] = {}
    for one in plain + tried:
        firsts.setdefault(one.rule, one.place)
    for (severity, rule), count in sorted(counts.items()):
        print(f"| {severity} | `{rule}` | {count} | {firsts[rule]} |")


def _written(records: list[Record]) -> None:
    texts = [record.latex for record in records if record.latex.strip()]
    ours = sum(read(text) is not None for text in texts)
    theirs = sum(_is_float(text) for text in texts)
    print(f"\nWritten answers read as numbers: {ours} of {len(texts)}; Python's `float` reads {theirs}.\n")


def _is_float(text: str) -> bool:
    try:
        float(text.strip(" $"))
    except ValueError:
        return False
    return True


def _leaks(records: list[Record], *, seed: int) -> None:
    """Clean: each book against all others. Planted: every question in the corpus, changed in three ways."""
    books: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        books[record.place.partition(".")[0].removesuffix("_sol")].append(record)
    flags = {name: len(overlaps(rows, _others(books, name))) for name, rows in books.items()}
    rng = random.Random(seed)
    print("| corpus | questions | flagged | CPU s |\n| --- | ---: | ---: | ---: |")
    shown = ", ".join(f"{name} {count}" for name, count in flags.items() if count)
    print(f"| the other books (by book: {shown or 'none'}) | {len(records)} | {sum(flags.values())} | |")
    changes = {
        "word by word": lambda text: text,
        "with other numbers": lambda text: re.sub(r"\d", lambda _: str(rng.randrange(10)), text),
        "the first half": lambda text: text[: len(text) // 2],
    }
    for name, change in changes.items():
        documents = [(f"{n}", change(record.prompt)) for n, record in enumerate(records)]
        start = time.process_time()
        count = len(overlaps(records, documents))
        print(f"| planted, {name} | {len(records)} | {count} | {time.process_time() - start:.2f} |")


def _others(books: dict[str, list[Record]], name: str) -> list[tuple[str, str]]:
    return [(other, f"{row.prompt}\n{row.solution}") for other, rows in books.items() if other != name for row in rows]


if __name__ == "__main__":
    main()
