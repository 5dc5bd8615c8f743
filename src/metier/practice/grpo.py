"""How does a policy learn from rewards alone? Group-relative policy optimization, one round at a time.

After DeepSeekMath (https://arxiv.org/abs/2402.03300, section 4.1) with three changes of DAPO
(https://arxiv.org/abs/2503.14476): no KL term, clip-higher (equation 10), and a mean over tokens instead of over
replies (equation 12). A group is the G replies to one item. With rewards r_i and the ratio of new to old probability
ρ_t of a token:

    A_i = (r_i - mean(r)) / (std(r) + ε)
    J   = mean over tokens of  min(ρ_t A_i, clip(ρ_t, 1 - ε_low, 1 + ε_high) A_i)

A group whose rewards are all equal has no gradient: it is dropped, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from metier.clients.generation import Generation
from metier.grader import GraderFor
from metier.item import Item
from metier.practice.config import PracticeConfig
from metier.practice.learner import Learner
from metier.practice.rollout import Rollout, example_of, numbers_of, roll_out

_EPSILON = 1e-4


def grpo_round(
    learner: Learner, items: Sequence[Item], *, grader_for: GraderFor, config: PracticeConfig, seed: int
) -> dict[str, float]:
    """Sample replies to the items, learn from the groups that tell something, and return the numbers of the round.

    Returns:
        Mean reward and counts of `rollout.numbers_of`, and `zero_variance`, the groups that were dropped.
    """
    rollouts = roll_out(learner.model, learner.tokenizer, items, grader_for=grader_for, config=config, seed=seed)
    groups = [group for group in map(group_advantages, rollouts) if group]
    learner.model.train()
    replies = [pair for group in groups for pair in group]
    order = torch.randperm(len(replies), generator=torch.Generator().manual_seed(seed)).tolist()
    for start in range(0, len(order), config.minibatch):
        batch = [replies[place] for place in order[start : start + config.minibatch]]
        # A last, smaller batch counts for less, so that no reply counts for more than another.
        learner.descend(_loss(learner, batch, config) * (len(batch) / config.minibatch))
    return {**numbers_of(rollouts), "zero_variance": len(rollouts) - len(groups)}


def group_advantages(rollout: Rollout) -> list[tuple[Generation, float]]:
    """Pair the scored replies of a group with their advantages; empty when the group tells nothing.

    Unscored replies count neither as right nor as wrong: they are no part of the group.
    """
    scored = rollout.scored
    if len({score for _, score in scored}) < 2:
        return []
    return list(zip([reply for reply, _ in scored], advantages([score for _, score in scored]), strict=True))


def advantages(rewards: Sequence[float]) -> list[float]:
    """Normalise the rewards of a group by its mean and standard deviation.

    >>> [round(a, 2) for a in advantages([1.0, 0.0, 0.0, 0.0])]
    [1.73, -0.58, -0.58, -0.58]
    """
    mean = sum(rewards) / len(rewards)
    deviation = (sum((r - mean) ** 2 for r in rewards) / len(rewards)) ** 0.5
    return [(r - mean) / (deviation + _EPSILON) for r in rewards]


def clipped_loss(
    new_K: torch.Tensor, old_K: torch.Tensor, advantage_K: torch.Tensor, *, clip_low: float, clip_high: float
) -> torch.Tensor:
    """The negative of J, from the log-probabilities of K tokens now and when they were sampled.

    >>> one = torch.ones(1)
    >>> round(clipped_loss(one, 0 * one, one, clip_low=0.2, clip_high=0.28).item(), 2)  # min(e, 1.28)
    -1.28
    """
    ratio_K = (new_K - old_K).exp()
    return -torch.min(ratio_K * advantage_K, ratio_K.clamp(1 - clip_low, 1 + clip_high) * advantage_K).mean()


def _loss(learner: Learner, batch: Sequence[tuple[Generation, float]], config: PracticeConfig) -> torch.Tensor:
    new_K = learner.logprobs([example_of(reply) for reply, _ in batch])
    old_K = torch.tensor([logprob for reply, _ in batch for logprob in reply.logprobs])
    advantage_K = torch.tensor([advantage for reply, advantage in batch for _ in reply.token_ids])
    return clipped_loss(new_K, old_K, advantage_K, clip_low=config.clip_low, clip_high=config.clip_high)
