"""How fast are questions over a tree of codes made, and are their wrong options clean? hP, hR, hF beside hiclass.

python benchmarks/evaluate_hierarchy.py TREE [TREE ...]
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from metier.evaluate.hierarchy.codes import CodeTree
from metier.evaluate.hierarchy.questions import make_questions
from metier.evaluate.hierarchy.read import read_tree
from metier.evaluate.hierarchy.scores import tree_score

SEED = 0


def main(paths: list[str]) -> None:
    """Print one row a tree."""
    print("| tree | nodes | read, CPU s | questions | made, CPU s | left out | wrong options related | hP, hR, hF |")
    print("|---|---|---|---|---|---|---|---|")
    for path in map(Path, paths):
        start = time.process_time()
        tree = read_tree(path)
        read = time.process_time()
        made = make_questions(tree, seed=SEED)
        done = time.process_time()
        relatives = sum(
            tree.is_above(one, q.node) or tree.is_above(q.node, one)
            for q in made.questions
            for one in q.options
            if one != q.node
        )
        print(
            f"| {tree.name} | {len(tree):,} | {read - start:.2f} | {len(made.questions):,} | {done - read:.2f} "
            f"| {made.left_out.total():,} | {relatives} | {_beside_hiclass(tree)} |"
        )


def _beside_hiclass(tree: CodeTree) -> str:
    """The largest difference to hiclass in hP, hR and hF over 500 random pairs."""
    try:
        import numpy as np
        from hiclass.metrics import f1, precision, recall
    except ImportError:
        return "hiclass is not installed"
    rng = random.Random(SEED)
    pairs = [(rng.randrange(len(tree)), rng.randrange(len(tree))) for _ in range(500)]
    width = len(tree.by_depth)
    true, said = (
        np.array([[tree.codes[n] for n in tree.path(p[i])] + [""] * (width - 1 - tree.depth[p[i]]) for p in pairs])
        for i in (0, 1)
    )
    ours = tree_score(tree, pairs)
    theirs = [measure(true, said, average="micro") for measure in (precision, recall, f1)]
    far = max(abs(a - b) for a, b in zip((ours.precision, ours.recall, ours.f1), theirs, strict=True))
    return f"{far:.1e} from hiclass"


if __name__ == "__main__":
    main(sys.argv[1:])
