"""How good is a model's second opinion (G2)? The controls, and what it adds to the scan on sets of labelled packages.

    python benchmarks/govern_opinion.py --client http://127.0.0.1:8000/v1#model [SET.jsonl[.gz] …] [--most 20]

A set is one of `govern_scan.py`. The first row of a set is the scan alone, the second the model alone (also one that
fails the controls, which the gate would not ask), the third the harder of the two: an opinion clears nothing.
Where the model gave none, a package is left out of its row.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from govern_scan import read, wilson, write
from metier.clients.open import open_client
from metier.govern.controls import Judge, pairs
from metier.govern.opinion import Opinion, second_opinion
from metier.govern.scan import scan

ORDER = ("", "clean", "review", "block")
"""An opinion that is none is nothing."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("sets", nargs="*", type=Path)
    options.add_argument("--client", required=True, help="URL#MODEL, or FILE.toml")
    options.add_argument("--most", type=int, default=20, help="packages of each label")
    asked = options.parse_args()
    with closing(open_client(asked.client)) as client:
        judge = Judge(client)
        print(f"{client.name}: {judge.controlled}, of {len(pairs())} pairs; able: {judge.controlled.is_able}")
        for path in asked.sets:
            with tempfile.TemporaryDirectory() as folder:
                kinds: Counter[str] = Counter()
                decided: dict[str, list[tuple[str, str]]] = {}
                for number, row in enumerate(read(path)):
                    specimen = write(row, Path(folder) / str(number))
                    if kinds[specimen.group] >= asked.most:
                        continue
                    kinds[specimen.group] += 1
                    opinion = second_opinion(specimen.package, client)
                    ours = scan(specimen.package).decision.value.replace("incomplete", "review")
                    decided.setdefault(specimen.group, []).append((ours, said(opinion)))
            print(f"\n### {path.name}\n\n| packages | by | blocked | blocked or reviewed | no opinion |")
            print("| --- | --- | ---: | ---: | ---: |")
            for group, both in decided.items():
                told = [pair for pair in both if pair[1]]
                for by, pairs_of, which in (("scan", both, (0,)), ("model", told, (1,)), ("both", both, (0, 1))):
                    worst = [max((pair[place] for place in which), key=ORDER.index) for pair in pairs_of]
                    counts = [share(sum(ORDER.index(one) >= least for one in worst), len(worst)) for least in (2, 3)]
                    none = len(both) - len(told) if by == "model" else ""
                    print(f"| {group} ({len(both)}) | {by} | {counts[1]} | {counts[0]} | {none} |")


def said(opinion: Opinion) -> str:
    """What the points of an opinion come to; empty if it is none."""
    if opinion.fault and not opinion.objections:
        return ""
    return max((one.severity.value for one in opinion.objections), key=ORDER.index, default="clean")


def share(hits: int, count: int) -> str:
    if not count:
        return "–"
    low, high = wilson(hits, count)
    return f"{hits / count:.1%} [{100 * low:.1f}, {100 * high:.1f}]"


if __name__ == "__main__":
    main()
