"""How does a policy learn from its own right answers? Rejection fine-tuning, one round at a time.

Sample, keep what the Grader calls right, learn it as if it had been given (https://arxiv.org/abs/2308.01825). Nothing
is learnt from what went wrong; that is the difference from `grpo`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from metier.grader import GraderFor
from metier.item import Item
from metier.practice.config import PracticeConfig
from metier.practice.learner import Example, Learner
from metier.practice.rollout import Rollout, example_of, numbers_of, roll_out


def rft_round(
    learner: Learner, items: Sequence[Item], *, grader_for: GraderFor, config: PracticeConfig, seed: int
) -> dict[str, float]:
    """Sample replies to the items, learn the right ones, and return the numbers of the round.

    Returns:
        Mean reward and counts of `rollout.numbers_of`, and `kept`, the replies that were learnt.
    """
    rollouts: list[Rollout] = []
    # In slices as large as those of `grpo`, so that both need the same memory.
    for start in range(0, len(items), config.prompts):
        part = items[start : start + config.prompts]
        rollouts += roll_out(
            learner.model, learner.tokenizer, part, grader_for=grader_for, config=config, seed=seed + start
        )
    kept = [example for rollout in rollouts for example in right_answers(rollout, at_most=config.rft_keep)]
    learner.model.train()
    rng = random.Random(f"rft/{seed}")
    for _ in range(config.rft_epochs):
        rng.shuffle(kept)
        for start in range(0, len(kept), config.rft_batch):
            learner.descend(-learner.logprobs(kept[start : start + config.rft_batch]).mean())
    return {**numbers_of(rollouts), "kept": len(kept)}


def right_answers(rollout: Rollout, *, at_most: int) -> list[Example]:
    """The different replies of full score to an item, in the order in which they were sampled."""
    right = dict.fromkeys(example_of(reply) for reply, score in rollout.scored if score == 1.0)
    return list(right)[:at_most]
