"""What does a policy do with an item, and what is that worth? Sampled replies, and the Grader's word on each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from metier.clients.generation import Generation, generate
from metier.grader import GraderFor
from metier.item import Item
from metier.practice.config import PracticeConfig
from metier.practice.learner import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """The replies sampled to one item, and their scores. A score of `None` means: could not tell."""

    item: Item
    replies: tuple[Generation, ...]
    scores: tuple[float | None, ...]

    @property
    def scored(self) -> list[tuple[Generation, float]]:
        """The replies that have a score."""
        return [(r, s) for r, s in zip(self.replies, self.scores, strict=True) if s is not None]


def roll_out(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    items: Sequence[Item],
    *,
    grader_for: GraderFor,
    config: PracticeConfig,
    seed: int,
) -> list[Rollout]:
    """Sample replies to every item and grade them."""
    replies = generate(
        model,
        tokenizer,
        [item.prompt for item in items],
        max_tokens=config.tokens_per_level * max((item.level for item in items), default=1),
        temperature=config.temperature,
        seed=seed,
        samples=config.samples,
    )
    rollouts = []
    for place, item in enumerate(items):
        mine = tuple(replies[place * config.samples : (place + 1) * config.samples])
        grader = grader_for(item)
        rollouts.append(Rollout(item=item, replies=mine, scores=tuple(grader(item, r.text).score for r in mine)))
    return rollouts


def numbers_of(rollouts: Sequence[Rollout]) -> dict[str, float]:
    """What a round of rollouts says about the policy: mean reward of scored replies, and counts.

    >>> numbers_of([])
    {'reward': 0.0, 'rollouts': 0, 'tokens': 0, 'unscored': 0}
    """
    scores = [score for rollout in rollouts for _, score in rollout.scored]
    num_replies = sum(len(rollout.replies) for rollout in rollouts)
    return {
        "reward": sum(scores) / len(scores) if scores else 0.0,
        "rollouts": num_replies,
        "tokens": sum(len(reply.token_ids) for rollout in rollouts for reply in rollout.replies),
        "unscored": num_replies - len(scores),
    }


def example_of(reply: Generation) -> Example:
    """Make of a reply what a policy can learn from."""
    return Example(prompt_ids=reply.prompt_ids, answer_ids=reply.token_ids)


def items_of_round(items: Sequence[Item], *, number: int, size: int, seed: int) -> list[Item]:
    """Choose the items of a round: every pass over the list is shuffled anew, and no state is kept between rounds.

    >>> items = [Item(prompt=p, reference="") for p in "abcd"]
    >>> sorted(i.prompt for n in (0, 1) for i in items_of_round(items, number=n, size=2, seed=0))
    ['a', 'b', 'c', 'd']
    """
    chosen: list[Item] = []
    place = number * size
    while len(chosen) < size:
        passes, start = divmod(place + len(chosen), len(items))
        order = list(items)
        random.Random(f"pass/{seed}/{passes}").shuffle(order)
        chosen += order[start : start + size - len(chosen)]
    return chosen
