"""How far off are wrong answers about a tree? Hierarchical precision and recall, common ancestors, strata, bins.

Hierarchical measures after Kiritchenko et al., *Functional annotation of genes using hierarchical text categorization*
(2005): the sets of a node and all above it are compared instead of the nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.evaluate.hierarchy.codes import CodeTree

LIGHT, HEAVY = 3, 5
"""Fewer than three codes above is memory-light, five and more memory-heavy (arXiv 2511.05933)."""

BINS = ("all", "majority", "minority", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeScore:
    """How answers stand to the truth in a tree.

    Attributes:
        answered: Answers that name a node; the others count as wrong in `accuracy` and are in no other figure.
        accuracy: The share that is right.
        beyond_chance: (accuracy - 1/k) / (1 - 1/k) for k options.
        precision, recall, f1: Hierarchical: of the nodes on the path of the answer, of those on the path of the truth.
        common_depth: The mean depth of the lowest node above both, over the depth of the truth; 1 for a right answer,
            and 0 where only the root is shared or nothing is.
        too_general: The share of answers that lie above the truth: right, but not specific.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    answers: int
    answered: int
    accuracy: float
    beyond_chance: float
    precision: float
    recall: float
    f1: float
    common_depth: float
    too_general: float


def tree_score(tree: CodeTree, pairs: Iterable[tuple[int, int | None]], *, options: int = 4) -> TreeScore:
    """Score answers: pairs of the true node and the one that was named, if any.

    Raises:
        ValueError: There are no pairs.

    >>> from metier.evaluate.hierarchy.codes import Row, tree_of
    >>> tree = tree_of("t", [Row(code="A"), Row(code="A1", parent="A"), Row(code="A2", parent="A")])
    >>> score = tree_score(tree, [(tree["A1"], tree["A2"]), (tree["A1"], tree["A1"])])
    >>> score.accuracy, score.f1, score.common_depth
    (0.5, 0.75, 0.5)
    """
    rows = list(pairs)
    if not rows:
        raise ValueError("Expected answers, got none.")
    named = [(truth, one) for truth, one in rows if one is not None]
    shared = [tree.common(truth, one) for truth, one in named]
    both = sum(tree.depth[node] + 1 for node in shared if node >= 0)
    on_answer = sum(tree.depth[one] + 1 for _, one in named)
    on_truth = sum(tree.depth[truth] + 1 for truth, _ in named)
    accuracy = sum(truth == one for truth, one in named) / len(rows)
    precision, recall = both / max(on_answer, 1), both / max(on_truth, 1)
    depths = [
        1.0
        if truth == node
        else max(tree.depth[node], 0) / tree.depth[truth]
        if node >= 0 and tree.depth[truth]
        else 0.0
        for (truth, _), node in zip(named, shared, strict=True)
    ]
    return TreeScore(
        answers=len(rows),
        answered=len(named),
        accuracy=accuracy,
        beyond_chance=(accuracy - 1 / options) / (1 - 1 / options),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if both else 0.0,
        common_depth=sum(depths) / max(len(depths), 1),
        too_general=sum(truth != one and tree.is_above(one, truth) for truth, one in named) / max(len(named), 1),
    )


def stratum(tree: CodeTree, node: int) -> str:
    """Say how much of the tree a node asks to remember: `light`, `medium` or `heavy`, by the codes above it."""
    above = tree.depth[node]
    return "light" if above < LIGHT else "heavy" if above >= HEAVY else "medium"


def by_stratum(tree: CodeTree, pairs: Iterable[tuple[int, int | None]], *, options: int = 4) -> dict[str, TreeScore]:
    """Score answers apart by stratum of the truth; strata without answers are left out."""
    parts: dict[str, list[tuple[int, int | None]]] = {"light": [], "medium": [], "heavy": []}
    for truth, one in pairs:
        parts[stratum(tree, truth)].append((truth, one))
    return {name: tree_score(tree, part, options=options) for name, part in parts.items() if part}


def majority(answers: Sequence[str]) -> str:
    """The answer that was given most often; a tie is no answer.

    >>> majority(["A", "B", "A"]), majority(["A", "B"])
    ('A', '')
    """
    counts = Counter(answer for answer in answers if answer).most_common(2)
    return counts[0][0] if counts and (len(counts) == 1 or counts[0][1] > counts[1][1]) else ""


def bins(correct: Iterable[Sequence[bool]]) -> dict[str, int]:
    """Count questions by how many of their epochs were right: all, more than half, half or fewer, none.

    >>> bins([[True, True], [True, False], [False, False]])
    {'all': 1, 'majority': 0, 'minority': 1, 'none': 1}
    """
    counts = dict.fromkeys(BINS, 0)
    for epochs in correct:
        share = sum(epochs) / len(epochs)
        counts["all" if share == 1 else "none" if share == 0 else "majority" if share > 0.5 else "minority"] += 1
    return counts
