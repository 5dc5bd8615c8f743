"""What does each arm of practice teach? Accuracy on fresh inputs, by group of functions and level, for given seeds.

Prints the table of the practice page: greedy decoding, strings that neither the base policy nor practice has seen.

    python benchmarks/practice_arms.py --seeds 6 7 8 --out runs

With `--out`, policies are kept there and an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import itertools
import os
import platform
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from metier.client import Request
from metier.clients.local import LocalClient
from metier.graders import grader_for
from metier.item import Item
from metier.practice.arms import run_arms, trade_arms
from metier.practice.config import PracticeConfig
from metier.practice.groups import Groups, split
from metier.practice.strings import FUNCTIONS, make_items
from metier.practice.supervised import pretrain

ITEMS = 300
PRACTICE = 80 * 32
CELLS = ("A1", "A2", "A3", "B1", "B2", "B3", "AB2", "C1")


def exam_cells(groups: Groups) -> dict[str, list[Item]]:
    """Items by cell: A are the practised functions, B the held-out, C the shown, AB a pair of both; then the level."""
    cells = {
        f"{letter}{level}": list(make_items(members, level=level, count=ITEMS, seed=77, for_exam=True))
        for letter, members in (("A", groups.practised), ("B", groups.held_out))
        for level in (1, 2, 3)
    }
    pairs = make_items(groups.practised + groups.held_out, level=2, count=4 * ITEMS, seed=78, for_exam=True)
    cells["C1"] = list(make_items(groups.shown, level=1, count=ITEMS, seed=77, for_exam=True))
    cells["AB2"] = [p for p in pairs if sum(name in groups.practised for name in p.concepts) == 1][:ITEMS]
    return cells


def accuracy(policy: Path, items: Sequence[Item]) -> float:
    """The share of right answers, decoded greedily."""
    replies = LocalClient(policy).replies(Request.ask(item.prompt, max_tokens=60) for item in items)
    return sum(grader_for(i)(i, r.text).is_correct for i, r in zip(items, replies, strict=True)) / len(items)


def run_seed(seed: int, out: Path) -> tuple[dict[str, Path], Mapping[str, list[Item]], str]:
    """Make the base policy and the arms of one seed, and say what they cost."""
    config, groups = PracticeConfig(seed=seed), split(FUNCTIONS, seed=seed)
    times = [_seconds()]
    base = pretrain(groups, config=config, out=out / "base")
    times.append(_seconds())
    level_1 = list(make_items(groups.names, level=1, count=PRACTICE, seed=1))
    level_2 = list(make_items(groups.practised, level=2, count=PRACTICE, seed=2))
    plans = trade_arms(config, level_1=level_1, level_2=level_2)
    arms = run_arms(base, plans, grader_for=grader_for, config=config, out=out / "arms")
    times.append(_seconds())
    took = [(after[0] - before[0], after[1] - before[1]) for before, after in itertools.pairwise(times)]
    cost = ", ".join(
        f"{what} {cpu:.0f} CPU s ({wall:.0f} s)" for what, (cpu, wall) in zip(("base", "arms"), took, strict=True)
    )
    return {"none": base, **arms}, exam_cells(groups), cost


def _seconds() -> tuple[float, float]:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system, time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[6, 7, 8])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    costs = []
    print("| seed | practice | " + " | ".join(CELLS) + " |")
    print("| ---: | --- |" + " ---: |" * len(CELLS))
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:
            policies, cells, cost = run_seed(seed, (options.out or Path(folder)) / f"seed-{seed}")
            costs.append(f"seed {seed}: {cost}")
            for arm, policy in policies.items():
                row = " | ".join(f"{100 * accuracy(policy, cells[cell]):.0f}" for cell in CELLS)
                print(f"| {seed} | {arm} | {row} |", flush=True)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "transformers"))
    print(
        f"\n{ITEMS} items a cell. {platform.machine()}, {os.cpu_count()} cores, {versions}. " + "; ".join(costs) + "."
    )


if __name__ == "__main__":
    main()
