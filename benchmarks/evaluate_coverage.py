"""How often does a 95 % interval hold the true difference, and how often is there a false alarm, by way and design?

Simulated runs of right and wrong answers: the chance of being right depends on the question, on its cluster, and,
after, on how the cluster takes to the change. Every way of making an interval sees the same runs, but those that
resample see the first of them alone, as they take longer.

    python benchmarks/evaluate_coverage.py [--exams 2000] [--resampled 2000] [--seed 7]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from metier.evaluate.bootstrap import bootstrap
from metier.evaluate.clustered import clustered_mean
from metier.evaluate.comparison.resample import bca, wild

Groups = list[tuple[float, int]]
Interval = tuple[float, float]

DESIGNS = {
    "100 single questions": [1] * 100,
    "5 of 20": [20] * 5,
    "10 of 20": [20] * 10,
    "10 of 5 to 50": list(range(5, 55, 5)),
    "10 of 2 to 90": [2, 3, 5, 8, 12, 18, 27, 40, 60, 90],
    "9 of 10, one of 90": [10] * 9 + [90],
    "20 of 3 to 60": list(range(3, 63, 3)),
    "40 of 2 to 5": [2 + n % 4 for n in range(40)],
    "6 of 2 to 60": [2, 4, 8, 15, 30, 60],
    "8 of 10, one of 300": [10] * 8 + [300],
    "30 of 1 to 200": [round(1.2**k) for k in range(30)],
    "10 single questions": [1] * 10,
}


def by_pairs(groups: Groups) -> Sequence[float]:
    """The sums are not the pairs; the bootstrap of the light core takes one change for each cluster and its size."""
    return [total / size for total, size in groups for _ in range(size)]


WAYS: dict[str, Callable[[Groups], Interval]] = {
    "ours": lambda groups: _ends(clustered_mean(groups)),
    "CR1": lambda groups: _ends(clustered_mean(groups, reduced=False)),
    "clusters ignored": lambda groups: _ends(clustered_mean(groups)),
    "wild": wild,
    "light bootstrap": lambda groups: bootstrap(
        by_pairs(groups), [str(n) for n, (_, size) in enumerate(groups) for _ in range(size)], samples=1000
    ),
    "BCa": bca,
    "BCa, not stretched": partial(bca, stretched=False),
}
MOST_WILD = 50
"""With more clusters a comparison does not compute the wild interval."""
CLOSED = ("ours", "CR1", "clusters ignored")


def _ends(found: object) -> Interval:
    return found.low, found.high  # type: ignore[attr-defined]


def runs(
    sizes: Sequence[int], effect: float, count: int, chance: np.random.Generator
) -> Iterator[tuple[Groups, Groups]]:
    """Sums of changes by cluster, and the same without clusters."""
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    for _ in range(count):
        change = _changes(np.repeat(np.arange(len(sizes)), sizes), effect, chance)
        sums = np.add.reduceat(change, starts)
        yield list(zip(sums.tolist(), sizes, strict=True)), [(one, 1) for one in change.tolist()]


def _changes(clusters: np.ndarray, effect: float, chance: np.random.Generator) -> np.ndarray:
    groups = int(clusters.max()) + 1
    ease = chance.normal(0, 1, len(clusters)) + chance.normal(0, 1, groups)[clusters]
    after = ease + effect + chance.normal(0, 0.7, groups)[clusters]
    right = [chance.random(len(clusters)) < 1 / (1 + np.exp(-one)) for one in (after, ease)]
    return right[0].astype(float) - right[1]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--exams", type=int, default=2000)
    options.add_argument("--resampled", type=int, default=2000)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    start = time.process_time()
    print("| clusters | effect | " + " | ".join(WAYS) + " |")
    print("| --- | --- " + "| ---: " * len(WAYS) + "|")
    for name, sizes in DESIGNS.items():
        for effect in (0.0, 0.8):
            chance = np.random.default_rng(chosen.seed)
            many = np.arange(400_000)
            truth = float(_changes(many, effect, chance).mean()) if effect else 0.0
            held: Counter[str] = Counter()
            seen: Counter[str] = Counter()
            for number, (groups, apart) in enumerate(runs(sizes, effect, chosen.exams, chance)):
                for way, interval in WAYS.items():
                    if way == "wild" and len(sizes) > MOST_WILD:
                        continue
                    if number < chosen.resampled or way in CLOSED:
                        low, high = interval(apart if way == "clusters ignored" else groups)
                        held[way] += low - 1e-12 <= truth <= high + 1e-12
                        seen[way] += 1
            shares = " | ".join(f"{100 * held[way] / seen[way]:.1f} %" if seen[way] else "–" for way in WAYS)
            print(f"| {name} | {f'{100 * truth:+.0f} points' if effect else 'none'} | {shares} |", flush=True)
    print(
        "\nCoverage of 95 % intervals; where there is no effect, the rest of 100 % are false alarms. "
        f"{chosen.exams} runs a row, {chosen.resampled} where it is resampled, seed {chosen.seed}; "
        f"{time.process_time() - start:.0f} CPU s; Python {sys.version.split()[0]}, numpy {np.__version__}."
    )


if __name__ == "__main__":
    main()
