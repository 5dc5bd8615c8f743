"""How many wrong answers near a right one does the answer grader accept? Slips drawn from a seed for every gold.

    python benchmarks/evaluate_false_accepts.py PAIRS.jsonl … [SCIBENCH_FOLDER] [--show]

A file of labelled pairs gives its golds, a folder the problems of a copy of SciBench. `--show` lists what was accepted.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections import Counter
from pathlib import Path

from metier import __version__
from metier.graders.ladder import grade_answer
from metier.graders.ladder.slips import slips

MOST = 50
SEED = 0
RELATIVE = 0.05


def main(paths: list[Path], show: bool) -> None:
    """Print the table, and how the accepted ones were wrong."""
    print("| golds of | golds | wrong answers | accepted | unscored | accepted, rate |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    begun, kinds, accepted_kinds = time.process_time(), Counter[str](), Counter[str]()
    for path in paths:
        golds = list(dict.fromkeys(_golds(path)))
        drawn, accepted, unscored = 0, 0, 0
        for gold, unit in golds:
            for slip in slips(gold, unit=unit, relative=RELATIVE, most=MOST, seed=SEED):
                grade = grade_answer(gold, slip.text, unit=unit, relative=RELATIVE)
                drawn, unscored = drawn + 1, unscored + (grade.score is None)
                kinds[slip.kind] += 1
                if grade.is_correct:
                    accepted += 1
                    accepted_kinds[slip.kind] += 1
                    if show:
                        print(f"{slip.kind}: {slip.text!r} for {gold!r} [{unit}] ({grade.reason})", file=sys.stderr)
        rate = accepted / max(drawn, 1)
        print(f"| {path.name} | {len(golds)} | {drawn} | {accepted} | {unscored} | {rate:.3%} |")
    print("\n| wrong by | " + " | ".join(kinds) + " |\n" + "| --- " * (len(kinds) + 1) + "|")
    print("| wrong answers | " + " | ".join(str(kinds[kind]) for kind in kinds) + " |")
    print("| accepted | " + " | ".join(str(accepted_kinds[kind]) for kind in kinds) + " |")
    spent = time.process_time() - begun
    print(f"\n{spent:.0f} s of CPU; seed {SEED}; metier {__version__}, Python {platform.python_version()}")


def _golds(path: Path) -> list[tuple[str, str]]:
    if path.is_dir():
        from metier.evaluate.scibench import read_problems

        return [(problem.gold, problem.unit) for problem in read_problems(path)]
    pairs = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [(pair["gold"], pair["gold_unit"]) for pair in pairs]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    main([Path(name) for name in sys.argv[1:] if name != "--show"], "--show" in sys.argv)
