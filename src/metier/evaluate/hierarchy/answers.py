"""What do the attempts at a tree exam come to? Each answer as nodes of the tree, then every score with its interval."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.attempt import Attempt
from metier.evaluate.clustered import clustered_mean, groups_of
from metier.evaluate.compare import unvaried
from metier.evaluate.hierarchy.codes import CodeTree
from metier.evaluate.hierarchy.paths import PathRecall, Reciter, ancestors, path_recall, path_score
from metier.evaluate.hierarchy.scores import BINS, TreeScore, bins, by_stratum, stratum, tree_score
from metier.item import Item

_CHOSEN = re.compile(r"^([A-Z])\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One attempt at a tree exam.

    Attributes:
        node, chosen: The code that was asked about, and that of the option which was chosen, if one was.
        path: What the reply recites, from its first word.
    """

    item_id: str
    cluster: str
    node: int
    chosen: int | None
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean with its 95 % interval, clusters respected; by the rule of three where all clusters are alike."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that an exam over a tree tells.

    Attributes:
        accuracy, recited, implied: With intervals, over all and by stratum; the path scores are the harmonic ones.
        epochs: Questions by how many of their epochs were right.
        left_out: Attempts at no item of the exam, or at codes that the tree lacks.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    score: TreeScore
    strata: Mapping[str, TreeScore]
    accuracy: Mapping[str, Interval]
    recited: Mapping[str, Interval]
    implied: Mapping[str, Interval]
    paths: PathRecall
    epochs: Mapping[str, int]
    left_out: int


def answers_of(tree: CodeTree, items: Mapping[str, Item], attempts: Iterable[Attempt]) -> tuple[list[Answered], int]:
    """Read attempts as nodes of the tree; the second value counts those that cannot be placed."""
    reciter, found, left_out = Reciter.of(tree), [], 0
    for attempt in attempts:
        item = items.get(attempt.item_id)
        nodes = [tree.number.get(code) for code in item.concepts] if item else []
        if item is None or len(nodes) != 1 + len(item.choices) or nodes[0] is None:
            left_out += 1
            continue
        letter = _CHOSEN.match(attempt.grade.evidence) if attempt.grade.score is not None else None
        place = ord(letter[1]) - ord("A") if letter else len(item.choices)
        chosen = nodes[1 + place] if place < len(item.choices) else None
        path = tuple(reciter(attempt.reply, node=nodes[0]))
        found.append(Answered(item_id=attempt.item_id, cluster=item.cluster, node=nodes[0], chosen=chosen, path=path))
    return found, left_out


def report(tree: CodeTree, answers: Sequence[Answered], *, left_out: int = 0, seed: int = 0) -> Report:
    """Score answers in every way.

    Args:
        seed: Of the shuffled control of the path scores.

    Raises:
        ValueError: There are no answers.
    """
    pairs = [(one.node, one.chosen) for one in answers]
    right: dict[str, list[bool]] = {}
    for one in answers:
        right.setdefault(one.item_id, []).append(one.node == one.chosen)
    return Report(
        score=tree_score(tree, pairs),
        strata=by_stratum(tree, pairs),
        accuracy=_intervals(tree, answers, [float(one.node == one.chosen) for one in answers]),
        recited=_intervals(
            tree, answers, [path_score(one.path, ancestors(tree, one.node)).harmonic for one in answers]
        ),
        implied=_intervals(tree, answers, [_implied(tree, one) for one in answers]),
        paths=path_recall(tree, ((one.node, one.path, one.chosen) for one in answers), seed=seed),
        epochs=dict(zip(BINS, (bins(right.values())[name] for name in BINS), strict=True)),
        left_out=left_out,
    )


def _implied(tree: CodeTree, one: Answered) -> float:
    path = [] if one.chosen is None else ancestors(tree, one.chosen)
    return path_score(path, ancestors(tree, one.node)).harmonic


def _intervals(tree: CodeTree, answers: Sequence[Answered], values: Sequence[float]) -> dict[str, Interval]:
    """Means over all and by stratum."""
    parts: dict[str, list[tuple[float, str]]] = {"all": []}
    for one, value in zip(answers, values, strict=True):
        for name in ("all", stratum(tree, one.node)):
            parts.setdefault(name, []).append((value, one.cluster or one.item_id))
    found = {}
    for name, part in parts.items():
        groups = groups_of((value for value, _ in part), (cluster for _, cluster in part))
        mean = clustered_mean(groups)
        low, high = (mean.low, mean.high) if mean.error else unvaried(mean.mean, len(groups))[:2]
        found[name] = Interval(mean=mean.mean, low=max(low, 0.0), high=min(high, 1.0))
    return found
