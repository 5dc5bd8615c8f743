"""Does an implied skill stand where people said it does? Windows against the words that annotators marked.

    python benchmarks/discover_places.py MODEL FILE…

A file is one of the published validation sets, a row for each label with `sentence`, `span` and, where only a part of
the span means the label, `sub_span`. Counted are gold skills that are among the five given and named by no form.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from metier.discover.extraction.found import Kind
from metier.discover.extraction.gold import read_gold
from metier.discover.extraction.model import Extractor, Lane, load

PATHS: tuple[Lane, ...] = ("full", "fast")


def main(model: Path, files: list[Path]) -> None:
    print("| path | set | implied gold skills found | window meets the span | share of both covered | the same |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for path in PATHS:
        reader = load(model, path=path)
        rows = {file.stem: np.array(list(places(reader, file))) for file in files}
        rows["all"] = np.concatenate(list(rows.values()))
        for name, found in rows.items():
            meets, shared, same = found.mean(0)
            print(f"| {path} | {name} | {len(found)} | {100 * meets:.0f} % | {shared:.2f} | {100 * same:.0f} % |")


def places(reader: Extractor, file: Path) -> Iterator[tuple[bool, float, bool]]:
    """For each implied gold skill that is given: whether its span meets the marked one, their share, equality."""
    marked = defaultdict[str, dict[str, str]](dict)
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            marked[row["sentence"]][row["label"]] = row["sub_span"] or row["span"]
    gold, _ = read_gold(file, reader.facts.skills)
    names = {label.replace(",", "").casefold(): uri for uri, label in zip(
        reader.facts.skills.ids, reader.facts.skills.labels, strict=True)}  # fmt: skip
    for one, skills in zip(gold, reader.extract_sentences([one.text for one in gold], least=0), strict=True):
        given = {skill.uri: skill for skill in skills if skill.kind is Kind.IMPLICIT and skill.start is not None}
        for label, span in marked[one.text].items():
            skill = given.get(names.get(label.replace(",", "").casefold(), ""))
            at = one.text.find(span)
            if skill is None or skill.start is None or skill.end is None or at < 0:
                continue
            shared = max(0, min(skill.end, at + len(span)) - max(skill.start, at))
            either = max(skill.end, at + len(span)) - min(skill.start, at)
            yield shared > 0, shared / either, (skill.start, skill.end) == (at, at + len(span))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
