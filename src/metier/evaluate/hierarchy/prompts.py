"""How is a question put, and does the way matter? The same questions in five arms, all worded from the tree.

`direct` asks; `chain` asks to think step by step; `structured` names the levels above a code and asks to recall them
first; `placebo` is as long as `structured` and says nothing about the tree; `shuffled` is `direct` with the options in
another order. Lengths are counted in words: no tokenizer is known here.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from metier.evaluate.hierarchy.codes import CodeTree
from metier.evaluate.hierarchy.questions import OPTIONS, Question
from metier.item import Item

ARMS = ("direct", "chain", "structured", "placebo", "shuffled")
LETTERS = "ABCD"
_ANSWER = "End with 'Answer:' and the letter of one option."
_CHAIN = "Think step by step before you choose."
_FILLER = (
    "Please read the question and every option with care before you reply. Take the time that you need, stay calm, "
    "write in plain and complete sentences, and keep to the subject. There is no hurry and no reward for a short reply."
).split()


def items_of(
    tree: CodeTree, questions: Iterable[Question], *, arm: str = "direct", to_code: bool = False, seed: int = 0
) -> list[Item]:
    """Put questions as Items of the grader `choice`, their cluster the root above the code.

    Args:
        arm: One of `ARMS`.
        to_code: Ask for the code of a description; otherwise for the description of a code.
        seed: Of the order of the options of `shuffled`.

    Raises:
        ValueError: There is no such arm.

    >>> from metier.evaluate.hierarchy.codes import Row, tree_of
    >>> tree = tree_of("t", [Row(code=c, parent=p, description=d) for c, p, d in
    ...     [("R", "", "all"), ("a", "R", "ant"), ("b", "R", "bee"), ("c", "R", "cat"), ("d", "R", "dog")]])
    >>> item = items_of(tree, [Question(tree["b"], "hard", tuple(tree[c] for c in "abcd"), 1)])[0]
    >>> item.reference, item.choices, item.cluster
    ('B', ('ant', 'bee', 'cat', 'dog'), 'R')
    """
    if arm not in ARMS:
        raise ValueError(f"Expected one of {', '.join(ARMS)}, got {arm!r}.")
    rng = random.Random(f"{seed} {arm}")
    return [_item(tree, q, arm, to_code, _shuffled(q, rng) if arm == "shuffled" else q.options) for q in questions]


def instruction(tree: CodeTree, arm: str, node: int) -> str:
    """What an arm says below the question; empty for `direct`. It names levels, never codes above the answer."""
    if arm == "chain":
        return _CHAIN
    if arm not in ("structured", "placebo"):
        return ""
    levels = " -> ".join(level_names(tree, node))
    structured = (
        f"First recall where it stands in the hierarchy of {tree.name}, from the top down: {levels}. "
        "Write the code and the description of each level, joined by ' > '. "
        "Then go through the options and leave out those that lie elsewhere."
    )
    return structured if arm == "structured" else placebo(structured)


def level_names(tree: CodeTree, node: int) -> list[str]:
    """The names of the levels from the root down to a node: their kinds, or `level 1`, `level 2` where none is given."""
    return [tree.kinds[above] or f"level {depth + 1}" for depth, above in enumerate(tree.path(node))]


def placebo(text: str) -> str:
    """Words that help nobody, exactly as many as a text has.

    >>> len(placebo("one two three").split())
    3
    """
    num_words = len(text.split())
    return " ".join(_FILLER[i % len(_FILLER)] for i in range(num_words))


def _item(tree: CodeTree, question: Question, arm: str, to_code: bool, options: Sequence[int]) -> Item:
    shown = [tree.codes[o] if to_code else tree.descriptions[o] for o in options]
    asked = (
        f"Which code of {tree.name} has the description {tree.descriptions[question.node]!r}?"
        if to_code
        else f"What is the description of the code {tree.codes[question.node]} in {tree.name}?"
    )
    lines = [asked, *(f"{letter}. {text}" for letter, text in zip(LETTERS, shown, strict=True))]
    lines += [line for line in (instruction(tree, arm, question.node), _ANSWER) if line]
    return Item(
        prompt="\n".join(lines),
        reference=LETTERS[options.index(question.node)],
        grader="choice",
        choices=tuple(shown),
        concepts=(tree.codes[question.node],),
        cluster=tree.codes[tree.path(question.node)[0]],
        source=f"{tree.name} {question.level} {arm}",
    )


def _shuffled(question: Question, rng: random.Random) -> tuple[int, ...]:
    """Another order in which the right option has moved, so that a favourite letter cannot pass for knowledge."""
    while True:
        options = tuple(rng.sample(question.options, OPTIONS))
        if options[question.place] != question.node:
            return options
