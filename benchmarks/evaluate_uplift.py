"""What do published with/without measurements come to? Means and bootstrap intervals by dimension, from a CSV table.

The table has the columns `skill`, `agent`, `dimension` and `uplift_pct`; intervals are by skill, as agents share one.
The means stand beside those of the standard library, which must be the same figures.

    python benchmarks/evaluate_uplift.py PATH.csv [--seed 7]
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

from metier.evaluate.reported import read_reported, sum_up


def plain_means(path: Path) -> dict[str, float]:
    """The same means without a line of ours."""
    with path.open(newline="") as file:
        points = defaultdict(list)
        for row in csv.DictReader(file):
            points[row["dimension"]].append(float(row["uplift_pct"]))
    return {dimension: statistics.fmean(values) for dimension, values in points.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("path", type=Path)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    began = time.process_time()
    found = sum_up(read_reported(chosen.path), seed=chosen.seed)
    seconds = time.process_time() - began
    plain = plain_means(chosen.path)
    print("| dimension | pairs | skills | mean uplift | 95 % interval | below 0 | by `statistics` |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for one in found:
        print(
            f"| {one.dimension} | {one.pairs} | {one.skills} | {one.mean:+.1f} | {one.low:+.1f} to {one.high:+.1f} "
            f"| {one.negative_share:.1%} | {plain[one.dimension]:+.1f} |"
        )
    print(f"\n{seconds:.2f} CPU s, bootstraps included; seed {chosen.seed}; Python {sys.version.split()[0]}.")


if __name__ == "__main__":
    main()
