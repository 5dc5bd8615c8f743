"""How many sentences that ask for nothing does the filter mark, and how many that name a skill does it lose?

On SkillSpan (Zhang et al., NAACL 2022), whose sentences carry tags of skills and knowledge: a file of JSON lines, one
sentence a line with `idx` of its ad, `source`, `tokens`, `tags_skill` and `tags_knowledge`. The rules were made on the
training part.

    python benchmarks/discover_boilerplate.py TRAIN.jsonl.gz DEV.jsonl.gz [--lost]
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter
from pathlib import Path

from metier.discover.extraction.boilerplate import HEADING, RULES, skipped

Ads = dict[tuple[str, int], list[tuple[str, bool]]]


def read(path: Path) -> Ads:
    """The sentences of each ad in order, each with whether it holds a tagged span."""
    ads: Ads = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            tagged = any(tag != "O" for tag in (*row["tags_skill"], *row["tags_knowledge"]))
            ads.setdefault((row["source"], row["idx"]), []).append((" ".join(row["tokens"]), tagged))
    return ads


def main(arguments: list[str]) -> None:
    """Print one row a file, and one row a rule."""
    marked: Counter[tuple[str, str, bool]] = Counter()
    paths = [Path(path) for path in arguments if not path.startswith("--")]
    print("| file | tagged | of them lost | untagged | of them marked | sentences per CPU s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for path in paths:
        ads = read(path)
        began = time.process_time()
        marks = [skipped([sentence for sentence, _ in ad]) for ad in ads.values()]
        seconds = time.process_time() - began
        pairs = [
            (*one, mark)
            for ad, said in zip(ads.values(), marks, strict=True)
            for one, mark in zip(ad, said, strict=True)
        ]
        cells = []
        for wanted in (True, False):
            rows = [mark for _, tagged, mark in pairs if tagged == wanted]
            hit = sum(map(bool, rows))
            cells.append(f"{len(rows):,} | {hit} = {hit / len(rows):.1%}")
            marked.update((path.name, mark, wanted) for mark in rows)
        print(f"| {path.name} | {' | '.join(cells)} | {len(pairs) / seconds:,.0f} |")
        if "--lost" in arguments:
            for sentence, tagged, mark in pairs:
                if tagged and mark:
                    print(f"  {mark}: {sentence}", file=sys.stderr)
    print(f"\n| rule | {' | '.join(f'{path.name}: marked, of them tagged' for path in paths)} |")
    print(f"| --- |{' ---: |' * len(paths)}")
    for name in (HEADING, *(rule.name for rule in RULES)):
        cells = [
            f"{marked[p.name, name, False] + marked[p.name, name, True]}, {marked[p.name, name, True]}" for p in paths
        ]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
