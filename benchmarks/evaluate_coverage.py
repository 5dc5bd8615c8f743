"""Do the intervals hold what they promise? Coverage and false alarms of `paired` on simulated exams.

Clusters have 2 to 5 items that share a part of their change, the truth is a difference of 0, and an item changes by -1,
0 or 1. The same exams are also judged as if their items were independent.

    python benchmarks/evaluate_coverage.py [--exams 4000] [--seed 7]
"""

from __future__ import annotations

import argparse
import random
import sys

from metier.evaluate.compare import paired


def simulate(num_clusters: int, num_exams: int, *, seed: int) -> tuple[float, float, float]:
    """Coverage of the 95 % interval, false alarms at p < 0.05, and false alarms when clusters are ignored."""
    chance = random.Random(seed)
    clusters = [str(c) for c in range(num_clusters) for _ in range(2 + c % 4)]
    covered = alarms = ignored = 0
    for _ in range(num_exams):
        leaning = [chance.gauss(0, 0.5) for _ in range(num_clusters)]
        change = [leaning[int(cluster)] + chance.gauss(0, 0.5) for cluster in clusters]
        steps = [1 if c > 0.6 else -1 if c < -0.6 else 0 for c in change]
        _, low, high, p_value = paired(steps, clusters)
        covered += low <= 0 <= high
        alarms += p_value < 0.05
        ignored += paired(steps, [str(n) for n in range(len(steps))])[3] < 0.05
    return covered / num_exams, alarms / num_exams, ignored / num_exams


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--exams", type=int, default=4000)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    print("| clusters | 95 % interval covers | false alarms | false alarms, clusters ignored |")
    print("| ---: | ---: | ---: | ---: |")
    for num_clusters in (5, 10, 20, 40):
        figures = simulate(num_clusters, chosen.exams, seed=chosen.seed)
        print(f"| {num_clusters} | " + " | ".join(f"{100 * figure:.1f} %" for figure in figures) + " |")
    print(f"\n{chosen.exams} simulated exams a row, seed {chosen.seed}; Python {sys.version.split()[0]}.")


if __name__ == "__main__":
    main()
