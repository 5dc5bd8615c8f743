"""Which questions test whether a tree is known? Each code with three wrong options at an exact distance.

After MedConceptsQA: easy options lie anywhere, medium ones three to five edges away, hard ones two. No option is a
relative of the right one (above it or below it), none has its description or that of another option, the letters are
balanced, and a code for which that cannot be done is counted with the reason.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from metier.evaluate.hierarchy.codes import CodeTree

LEVELS = ("easy", "medium", "hard")
DISTANCES = {"medium": (3, 5), "hard": (2, 2)}
OPTIONS = 4
_TRIES = 24

Ranges = list[tuple[int, int, int]]
"""Runs of nodes: a depth, and from where to where in the nodes of that depth."""


@dataclass(frozen=True, slots=True)
class Question:
    """One code, its options in the order shown, and the place of the right one."""

    node: int
    level: str
    options: tuple[int, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Made:
    """The questions of a tree; `left_out` counts the codes without one by level and reason."""

    questions: list[Question]
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)


def make_questions(
    tree: CodeTree, *, levels: Sequence[str] = LEVELS, nodes: Sequence[int] | None = None, seed: int = 0
) -> Made:
    """Make one question a level for each code that has a description.

    Args:
        nodes: The codes that are asked about; by default all.
        seed: Of the options and their order; the same seed gives the same questions.

    Raises:
        ValueError: There is no such level.
    """
    if unknown := set(levels) - set(LEVELS):
        raise ValueError(f"Expected levels among {', '.join(LEVELS)}, got {', '.join(sorted(unknown))}.")
    same = _same_description(tree)
    made = Made(questions=[])
    for level in levels:
        rng = random.Random(f"{seed} {level}")
        places = _balanced(rng)
        for node in range(len(tree)) if nodes is None else nodes:
            if not same[node]:
                made.left_out[level, "no_description"] += 1
                continue
            wrong = _wrong(tree, node, level, same, rng)
            if len(wrong) < OPTIONS - 1:
                made.left_out[level, "too_few_options"] += 1
                continue
            place = next(places)
            made.questions.append(Question(node, level, (*wrong[:place], node, *wrong[place:]), place))
    return made


def candidates(tree: CodeTree, node: int, level: str) -> Ranges:
    """Find the nodes at the distances of a level that are no relatives of a node, as runs within a depth."""
    if level == "easy":
        return [run for depth in range(len(tree.by_depth)) for run in _outside(tree, -1, depth, tree.path(node), node)]
    nearest, farthest = DISTANCES[level]
    found: Ranges = []
    inner, depth = node, tree.depth[node]
    for up in range(1, min(farthest, depth + 2)):
        outer = tree.parent[inner]
        for down in range(max(nearest - up, 1), farthest - up + 1):
            found += _without(tree, outer, inner, depth - up + down)
        inner = outer
        if inner < 0:
            break
    return found


def _without(tree: CodeTree, outer: int, inner: int, depth: int) -> Ranges:
    """The nodes of a depth below one node that are not below another."""
    begin, end = tree.below(outer, depth)
    if begin == end:
        return []
    first, last = tree.below(inner, depth)
    return [(depth, a, b) for a, b in ((begin, first), (last, end)) if a < b] if first < last else [(depth, begin, end)]


def _outside(tree: CodeTree, outer: int, depth: int, path: Sequence[int], node: int) -> Ranges:
    """The nodes of a depth that are neither on a path nor below its end."""
    if depth < len(path):
        first, _ = tree.below(path[depth], depth)
        runs = [(depth, 0, first), (depth, first + 1, len(tree.by_depth[depth]))]
        return [run for run in runs if run[1] < run[2]]
    return _without(tree, outer, node, depth)


def _wrong(tree: CodeTree, node: int, level: str, same: Sequence[str], rng: random.Random) -> list[int]:
    """Draw wrong options, all alike likely; fewer than three if there are no more."""
    runs = candidates(tree, node, level)
    total = sum(end - begin for _, begin, end in runs)
    chosen: list[int] = []
    taken = {same[node], ""}
    for _ in range(_TRIES if total > OPTIONS else 0):
        one = _nth(tree, runs, int(rng.random() * total))
        if same[one] not in taken:
            taken.add(same[one])
            chosen.append(one)
            if len(chosen) == OPTIONS - 1:
                return chosen
    # Few fit, or many share a description: look at every one.
    rest = [tree.by_depth[depth][place] for depth, begin, end in runs for place in range(begin, end)]
    rng.shuffle(rest)
    for one in rest:
        if same[one] not in taken:
            taken.add(same[one])
            chosen.append(one)
            if len(chosen) == OPTIONS - 1:
                break
    return chosen


def _nth(tree: CodeTree, runs: Ranges, place: int) -> int:
    for depth, begin, end in runs:
        if place < end - begin:
            return tree.by_depth[depth][begin + place]
        place -= end - begin
    raise AssertionError("a place beyond the candidates")


def _same_description(tree: CodeTree) -> list[str]:
    """Descriptions as they are compared: letters and digits in lower case, so that spelling makes no difference."""
    return [" ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split()) for text in tree.descriptions]


def _balanced(rng: random.Random) -> Iterator[int]:
    """Every four questions have each letter once, in a drawn order."""
    while True:
        yield from rng.sample(range(OPTIONS), OPTIONS)
