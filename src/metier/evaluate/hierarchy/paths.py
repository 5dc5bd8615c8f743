"""Was the way to a code recalled, or only its neighbourhood guessed? Scores of the recited path and of the implied one.

After "RL Improves Traversal of Hierarchical Knowledge" (arXiv 2511.05933): the Path Matching Score joins the F1 over
ancestors with a score of their order. Readers of the paper give two ways to join them, the harmonic mean and the mean;
both are here. A path read off the final answer scores well for mere nearness, so it is scored apart.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.evaluate.hierarchy.codes import CodeTree

_LINE = re.compile(r"[^\n;→>]+")
_WORD = re.compile(r"[A-Za-z0-9]+(?:[./-][A-Za-z0-9]+)*(?: \d+/\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathScore:
    """How well one path matches another, each between 0 and 1.

    Attributes:
        f1: Of the two sets of nodes.
        order: The longest common subsequence, twice over the sum of lengths.
        harmonic, mean: The two ways to join them that are published.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    f1: float
    order: float

    @property
    def harmonic(self) -> float:
        """2·f1·order / (f1 + order), 0 where both are 0."""
        return 2 * self.f1 * self.order / (self.f1 + self.order) if self.f1 + self.order else 0.0

    @property
    def mean(self) -> float:
        """(f1 + order) / 2."""
        return (self.f1 + self.order) / 2


def path_score(path: Sequence[int], gold: Sequence[int]) -> PathScore:
    """Compare two paths, from the top down; an empty one matches nothing but another empty one.

    >>> score = path_score([1, 3, 2], [1, 2, 3])
    >>> score.f1, round(score.order, 3), round(score.harmonic, 3), round(score.mean, 3)
    (1.0, 0.667, 0.8, 0.833)
    """
    if not path or not gold:
        both_empty = float(not path and not gold)
        return PathScore(f1=both_empty, order=both_empty)
    both = len(set(path) & set(gold))
    f1 = 2 * both / (len(set(path)) + len(set(gold)))
    return PathScore(f1=f1, order=2 * _common_subsequence(path, gold) / (len(path) + len(gold)))


def ancestors(tree: CodeTree, node: int) -> list[int]:
    """The path that is scored: everything above a node, from the top, without the node itself."""
    return tree.path(node)[:-1]


@dataclass(frozen=True, slots=True)
class Reciter:
    """Reads the paths that replies recite: codes of the tree, and lines that hold a description, by first mention.

    >>> from metier.evaluate.hierarchy.codes import Row, tree_of
    >>> tree = tree_of("t", [Row(code="A", description="Animals"), Row(code="A01", parent="A", description="Horses")])
    >>> Reciter.of(tree)("First A - Animals, then horses.\\nThe answer is C.")
    [0, 1]
    """

    tree: CodeTree
    by_text: Mapping[str, int]

    @classmethod
    def of(cls, tree: CodeTree) -> Reciter:
        """Index the descriptions of a tree, once for all replies."""
        by_text: dict[str, int] = {}
        for place, text in enumerate(tree.descriptions):
            by_text.setdefault(_plain(text), place)
        return cls(tree, by_text)

    def __call__(self, reply: str, *, node: int | None = None) -> list[int]:
        """Read one path. The node that is asked about is left out, as the question itself names it."""
        found: dict[int, None] = {}
        for line in _LINE.finditer(reply):
            for one in _mentioned(self.tree, line[0], self.by_text):
                found.setdefault(one)
        return [one for one in found if one != node]


def shuffled_gold(tree: CodeTree, node: int, rng: random.Random) -> list[int]:
    """The gold path after the nodes of a depth were shuffled: that of a random node of the same depth.

    It keeps how common each branch is, so a habit of naming large branches scores as well here as against the truth.
    """
    level = tree.by_depth[tree.depth[node]]
    return ancestors(tree, level[int(rng.random() * len(level))])


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRecall:
    """Mean path scores over questions, by `harmonic` and `mean`.

    Attributes:
        recited, implied: Of the path in the reply, and of the path of the option that was chosen.
        recited_control, implied_control: The same against shuffled trees: what nearness and habit alone would give.
        beyond: `recited` less its control, less what `implied` has beyond its own: what the recital adds to the answer.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    questions: int
    recited: tuple[float, float]
    implied: tuple[float, float]
    recited_control: tuple[float, float]
    implied_control: tuple[float, float]

    @property
    def beyond(self) -> tuple[float, float]:
        """By both scores, what the recited path tells beyond the implied one, each above its control."""
        first, second = (
            (r - rc) - (i - ic)
            for r, rc, i, ic in zip(self.recited, self.recited_control, self.implied, self.implied_control, strict=True)
        )
        return first, second


def path_recall(
    tree: CodeTree, answers: Iterable[tuple[int, Sequence[int], int | None]], *, seed: int = 0, draws: int = 20
) -> PathRecall:
    """Score the paths of many answers.

    Args:
        answers: For each, the node that was asked about, the recited path and the node that was chosen, if any.
        seed: Of the shuffled trees; `draws` of them are averaged.

    Raises:
        ValueError: There are no answers.
    """
    rng, rows = random.Random(seed), []
    for node, path, chosen in answers:
        gold, implied = ancestors(tree, node), [] if chosen is None else ancestors(tree, chosen)
        others = [shuffled_gold(tree, node, rng) for _ in range(draws)]
        row = [path_score(path, gold), path_score(implied, gold)]
        rows.append(
            [(score.harmonic, score.mean) for score in row]
            + [_mean([path_score(one, other) for other in others]) for one in (path, implied)]
        )
    if not rows:
        raise ValueError("Expected answers, got none.")
    recited_, implied_, recited_control, implied_control = (
        (sum(row[k][0] for row in rows) / len(rows), sum(row[k][1] for row in rows) / len(rows)) for k in range(4)
    )
    return PathRecall(
        questions=len(rows),
        recited=recited_,
        implied=implied_,
        recited_control=recited_control,
        implied_control=implied_control,
    )


def _mean(scores: Sequence[PathScore]) -> tuple[float, float]:
    return sum(s.harmonic for s in scores) / len(scores), sum(s.mean for s in scores) / len(scores)


def _mentioned(tree: CodeTree, line: str, by_text: Mapping[str, int]) -> list[int]:
    found = [tree.number[word] for word in _WORD.findall(line) if word in tree.number]
    # A single letter is more often an option than a code.
    found = [one for one in found if len(tree.codes[one]) > 1 or re.search(rf"\b{tree.codes[one]}\b\s*[-–—:(]", line)]
    for part in (line, *re.split(r"[:,–—-]|\bthen\b", line)):
        one = by_text.get(_plain(part))
        if one is not None and _plain(part):
            found.append(one)
    return found


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())


def _common_subsequence(one: Sequence[int], other: Sequence[int]) -> int:
    row = [0] * (len(other) + 1)
    for a in one:
        diagonal = 0
        for place, b in enumerate(other, start=1):
            diagonal, row[place] = row[place], diagonal + 1 if a == b else max(row[place], row[place - 1])
    return row[-1]
