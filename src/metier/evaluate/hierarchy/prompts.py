"""How is a question about a tree put? Five arms of one experiment, each written from the tree.

*direct*; *chain_of_thought*; *structured*, which asks to recall the levels of the tree from above before options are
dropped (after "RL Improves Traversal of Hierarchical Knowledge", arXiv 2511.05933); *placebo*, as many words that say
nothing of the tree, so that length is ruled out; *shuffled*, direct with the options in another order, so that the
letter is. Every arm asks the same questions: `source` names the question, and items with one source are a pair.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import cycle, islice

from metier.evaluate.hierarchy.codes import CodeTree
from metier.evaluate.hierarchy.questions import Question
from metier.item import Item

ARMS = ("direct", "chain_of_thought", "structured", "placebo", "shuffled")
DIRECTIONS = ("describe", "find")

_LETTERS = "ABCD"
_ANSWER = "Answer with the letter of one option."
_THINK = "Think step by step, then answer with the letter of one option."
_FILLER = (
    "Please read the question and the options with care before you answer. Take the time that you need, and be sure "
    "that what you write is what you mean. There is one right option and the others are wrong. Keep your reply tidy "
    "and clear, write in full sentences, and do not repeat the question. "
)


def items_of(
    tree: CodeTree,
    questions: Iterable[Question],
    *,
    arm: str = "direct",
    direction: str = "describe",
    seed: int = 0,
) -> list[Item]:
    """Write questions as Items for the grader `choice`, in one arm.

    Args:
        direction: `describe` asks for the description of a code, `find` for the code of a description.
        seed: Of the order of options in the arm `shuffled`.

    Returns:
        Items of the same order. `concepts` are the code and those of the options as shown, the cluster is the code
        above, `level` the number of codes on its path, and `source` is `tree:code:level:direction`, the same in every
        arm.

    Raises:
        ValueError: There is no such arm or direction.
    """
    if arm not in ARMS or direction not in DIRECTIONS:
        known = f"{', '.join(ARMS)} and {' or '.join(DIRECTIONS)}"
        raise ValueError(f"Expected an arm and a direction of {known}, got {arm!r} and {direction!r}.")
    levels = level_names(tree)
    return [_item(tree, question, arm, direction, levels, seed) for question in questions]


def level_names(tree: CodeTree) -> list[str]:
    """Name each level of a tree: the commonest kind of its nodes, or its number.

    >>> from metier.evaluate.hierarchy.codes import Row, tree_of
    >>> level_names(tree_of("t", [Row(code="A", kind="chapter"), Row(code="A1", parent="A")]))
    ['chapter', 'level 2']
    """
    names = []
    for number, level in enumerate(tree.by_depth, start=1):
        kind, count = Counter(tree.kinds[node] for node in level).most_common(1)[0]
        names.append(kind if kind and not kind.isdigit() and count * 2 > len(level) else f"level {number}")
    return names


def instruction(tree: CodeTree, node: int, arm: str, levels: Sequence[str]) -> str:
    """Write what an arm asks for, below the options."""
    if arm in ("direct", "shuffled"):
        return _ANSWER
    if arm == "chain_of_thought":
        return _THINK
    structured = _structured(tree, node, levels)
    if arm == "structured":
        return f"{structured} {_ANSWER}"
    words = islice(cycle(_FILLER.split()), len(structured.split()))
    return f"{' '.join(words).rstrip('.,')}. {_ANSWER}"


def _structured(tree: CodeTree, node: int, levels: Sequence[str]) -> str:
    above = levels[: tree.depth[node]]
    steps = ", then ".join(f"the {name} it belongs to" for name in above) or "what kind of code it is"
    return (
        f"First recall where the code stands in {tree.name}, from the top: {steps}, then the code itself; write each "
        "with its description, one a line. Then go through the options and drop those that lie elsewhere."
    )


def _item(tree: CodeTree, question: Question, arm: str, direction: str, levels: Sequence[str], seed: int) -> Item:
    node, code = question.node, tree.codes[question.node]
    source = f"{tree.name}:{code}:{question.level}:{direction}"
    options = list(question.options)
    if arm == "shuffled":
        options = _other_order(options, random.Random(f"{seed} {source}"))
    if direction == "describe":
        asked = f"What is the description of the {tree.name} code {code}?"
        shown = tuple(tree.descriptions[one] for one in options)
    else:
        asked = f"Which {tree.name} code has the description {tree.descriptions[node]!r}?"
        shown = tuple(tree.codes[one] for one in options)
    listed = "\n".join(f"{letter}. {text}" for letter, text in zip(_LETTERS, shown, strict=True))
    above = tree.parent[node]
    return Item(
        prompt=f"{asked}\n\n{listed}\n\n{instruction(tree, node, arm, levels)}",
        reference=_LETTERS[options.index(node)],
        grader="choice",
        choices=shown,
        concepts=(code, *(tree.codes[one] for one in options)),
        cluster=f"{tree.name}:{tree.codes[above] if above >= 0 else ''}",
        level=tree.depth[node] + 1,
        source=source,
    )


def _other_order(options: list[int], rng: random.Random) -> list[int]:
    """Any order but the one they have."""
    order = list(options)
    while order == options:
        rng.shuffle(order)
    return order
