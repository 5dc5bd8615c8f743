"""Which regime is practised in? The numbers here are the ones measured on the practice page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

ARMS = ("level-1", "level-2", "level-1+2", "rft")
"""The arms of practice that `arms.trade_arms` plans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeConfig:
    """Sizes, lengths and rates of practice. The same configuration gives the same weights on the same machine.

    Attributes:
        seed: All randomness is drawn from it.
        width, num_layers, num_heads: The shape of the model.
        threads: Threads of the base policy and of each arm. More than one gains little at this size, and loses much
            when other programs want the cores.
        base_steps, base_batch: Updates of the base policy, and sequences of each.
        base_lr, base_muon_lr: Peak learning rates: AdamW for embeddings, head and norms, Muon for the other matrices.
        steps: Rounds of practice of an arm.
        rehearsal: The share of atomic items in the arm that practises both levels.
        prompts, samples: Items of a round, and replies sampled to each.
        minibatch: Replies of one update.
        lr, muon_lr: As for the base policy, in practice.
        clip_low, clip_high: How far the ratio of new to old probability counts; clip-higher leaves more room upwards.
        temperature: Of sampling.
        tokens_per_level: Tokens that a reply may have for each function that its item composes.
        rft_rounds: Rounds of rejection fine-tuning; they share the rollouts of `steps`.
        rft_epochs, rft_batch: Passes over what a round keeps, and examples of one update.
        rft_keep: Different right replies that are kept of one item.
        checkpoint_every: Updates of the base policy, or a tenth of it in rounds, between two checkpoints.

    >>> PracticeConfig(steps=20).prompts
    32
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    seed: int = 0
    width: int = 64
    num_layers: int = 3
    num_heads: int = 4
    threads: int = 1
    base_steps: int = 1600
    base_batch: int = 64
    base_lr: float = 6e-3
    base_muon_lr: float = 0.02
    steps: int = 80
    rehearsal: float = 0.25
    prompts: int = 32
    samples: int = 16
    minibatch: int = 128
    lr: float = 5e-4
    muon_lr: float = 1e-3
    clip_low: float = 0.2
    clip_high: float = 0.28
    temperature: float = 1.0
    tokens_per_level: int = 12
    rft_rounds: int = 8
    rft_epochs: int = 4
    rft_batch: int = 64
    rft_keep: int = 4
    checkpoint_every: int = 100
