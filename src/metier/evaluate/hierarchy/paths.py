"""Was the way down to a code recalled, or only its neighbourhood? Scores of a recited path, and of the answer's own.

A path read from a reply and the path that the final answer implies are scored alike: where the second scores as well as
the first, nothing was shown but a near answer. Under a tree whose names are shuffled within each depth a path keeps
what it owes to chance and to depth alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from metier.evaluate.hierarchy.codes import CodeTree

LIGHT_BELOW, HEAVY_FROM = 3, 5
"""Ancestor traversals of light and of heavy questions (arXiv 2511.05933, section on patent codes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathScore:
    """A path against the true one: F1 over ancestors, order kept (CSS), and the two ways to join them."""

    f1: float
    order: float
    harmonic: float
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The scores of one reply: its recited path, the path its answer implies, and both with shuffled names."""

    recited: PathScore
    implied: PathScore
    recited_shuffled: PathScore
    implied_shuffled: PathScore

    @property
    def beyond_proximity(self) -> float:
        """How much better the recited path is than the answer alone explains, by the harmonic score."""
        return self.recited.harmonic - self.implied.harmonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchical:
    """hP, hR and hF over all answers, their sums first (micro), as in Kiritchenko et al. and hiclass."""

    precision: float
    recall: float
    f1: float


def path_score(found: Sequence[Hashable], gold: Sequence[Hashable]) -> PathScore:
    """Score a path against the true one; both from the top down, with or without the code itself, but alike.

    F1 is over the two sets; the Common Subsequence Score is the longest common subsequence over the length of the true
    path. Summaries of arXiv 2511.05933 join them by the harmonic mean or by the mean: both are given. An empty true
    path is matched by an empty one alone.

    >>> path_score("AB", "AB").harmonic, path_score("BA", "AB").order, path_score("", "AB").mean
    (1.0, 0.5, 0.0)
    """
    if not found or not gold:
        alike = float(not found and not gold)
        return PathScore(f1=alike, order=alike, harmonic=alike, mean=alike)
    shared = len(set(found) & set(gold))
    f1 = 2 * shared / (len(set(found)) + len(set(gold)))
    order = _common_subsequence(found, gold) / len(gold)
    harmonic = 2 * f1 * order / (f1 + order) if f1 + order else 0.0
    return PathScore(f1=f1, order=order, harmonic=harmonic, mean=(f1 + order) / 2)


def recited_path(tree: CodeTree, reply: str) -> list[int]:
    """Read the codes that a reply names, in the order in which each is first named.

    The text from the last `Answer:` on is left out: the answer is no part of the way to it. Codes are matched whole and
    in the case in which the tree has them, the longest first.

    >>> from metier.evaluate.hierarchy.codes import Row, tree_of
    >>> tree = tree_of("t", [Row(code="A"), Row(code="A1", parent="A"), Row(code="A2", parent="A")])
    >>> recited_path(tree, "A > A1, so Answer: A2") == [tree["A"], tree["A1"]]
    True
    """
    said = reply[: reply.rfind("Answer:")] if "Answer:" in reply else reply
    found: dict[int, None] = {}
    words = re.findall(r"\S+", said)
    longest = max(code.count(" ") + 1 for code in tree.codes)
    at = 0
    while at < len(words):
        for width in range(min(longest, len(words) - at), 0, -1):
            code = " ".join(words[at : at + width]).strip("()[]{}<>\"'`*:;,.!?")
            if code in tree.number:
                found.setdefault(tree.number[code])
                at += width - 1
                break
        at += 1
    return list(found)


def shuffled_names(tree: CodeTree, *, seed: int = 0) -> list[int]:
    """Permute the names of the nodes within each depth: the node that stands where each stood."""
    rng = random.Random(seed)
    stands = list(range(len(tree)))
    for level in tree.by_depth:
        for place, other in zip(level, rng.sample(level, len(level)), strict=True):
            stands[place] = other
    return stands


def recall(tree: CodeTree, gold: int, recited: Sequence[int], answer: int | None, *, shuffled: Sequence[int]) -> Recall:
    """Score one reply by the ancestors it recited and by those of its answer, beside their shuffled controls.

    Args:
        recited: Nodes as of `recited_path`; the true code among them is left out, as it is no ancestor.
        answer: The node chosen; `None` implies an empty path.
        shuffled: As of `shuffled_names`.
    """
    true = tree.path(gold)[:-1]
    said = [node for node in recited if node != gold]
    implied = tree.path(answer)[:-1] if answer is not None else []
    control = [shuffled[node] for node in true]
    return Recall(
        recited=path_score(said, true),
        implied=path_score(implied, true),
        recited_shuffled=path_score(said, control),
        implied_shuffled=path_score(implied, control),
    )


def hierarchical(tree: CodeTree, golds: Sequence[int], answers: Sequence[int | None]) -> Hierarchical:
    """hP, hR and hF: the nodes on the paths of answers that lie on the true ones, the code itself included.

    hP = Σ|A∩G|/Σ|A|, hR = Σ|A∩G|/Σ|G|, hF their harmonic mean (Kiritchenko, Matwin and Famili, BioLINK 2005). No answer
    has an empty path, which costs recall.
    """
    shared = found = wanted = 0
    for gold, answer in zip(golds, answers, strict=True):
        wanted += tree.depth[gold] + 1
        if answer is not None:
            found += tree.depth[answer] + 1
            above = tree.common(gold, answer)
            shared += tree.depth[above] + 1 if above >= 0 else 0
    precision, full = shared / found if found else 0.0, shared / wanted if wanted else 0.0
    return Hierarchical(
        precision=precision, recall=full, f1=2 * precision * full / (precision + full) if precision + full else 0.0
    )


def common_depth(tree: CodeTree, gold: int, answer: int) -> int:
    """The depth of the lowest node above both; -1 where their roots differ."""
    above = tree.common(gold, answer)
    return tree.depth[above] if above >= 0 else -1


def is_under_specific(tree: CodeTree, gold: int, answer: int) -> bool:
    """Whether the answer is true but not the whole truth: it lies above the right code."""
    return answer != gold and tree.is_above(answer, gold)


def beyond_chance(accuracy: float, options: int = 4) -> float:
    """Accuracy without guessing, (a - 1/k) / (1 - 1/k); below 0 is worse than guessing.

    >>> beyond_chance(0.25), beyond_chance(1.0)
    (0.0, 1.0)
    """
    return (accuracy - 1 / options) / (1 - 1 / options)


def stratum(tree: CodeTree, node: int) -> str:
    """`light` for fewer than 3 ancestors, `heavy` for 5 and more, else `middle`."""
    depth = tree.depth[node]
    return "light" if depth < LIGHT_BELOW else "heavy" if depth >= HEAVY_FROM else "middle"


def _common_subsequence(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    row = [0] * (len(other) + 1)
    for a in one:
        before = 0
        for place, b in enumerate(other, start=1):
            row[place], before = (before + 1 if a == b else max(row[place], row[place - 1])), row[place]
    return row[-1]
