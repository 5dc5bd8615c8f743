"""What does a perfect answerer score on SciBench, and how many wrong answers pass? The released rule beside ours.

    python benchmarks/evaluate_scibench.py scibench/dataset/original

No model is asked and nothing is random; the problems are read from the copy that is named.
"""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

from metier import __version__
from metier.evaluate.scibench import read_problems
from metier.evaluate.scibench.oracle import oracle
from metier.graders import grader_for


def main(folder: Path) -> None:
    """Print the table."""
    problems = read_problems(folder)
    begun = time.process_time()
    rows = oracle(problems, grader_for=grader_for)
    spent = time.process_time() - begun
    books = sorted({problem.book for problem in problems})
    print("| answer | should pass | released rule | ours | unscored by ours |")
    print("| --- | --- | --- | --- | --- |")
    for row in rows:
        released, ours = row.released / row.problems, row.ours / row.problems
        print(f"| {row.format} | {'yes' if row.right else 'no'} | {released:.1%} | {ours:.1%} | {row.unscored} |")
    print(f"\n{len(problems)} problems of {len(books)} books ({', '.join(books)}); {len(rows)} ways to answer.")
    print(f"{spent:.2f} s of CPU for {2 * len(rows) * len(problems)} grades; ", end="")
    print(f"metier {__version__}, Python {platform.python_version()}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    main(Path(sys.argv[1]))
