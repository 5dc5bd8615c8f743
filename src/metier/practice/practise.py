"""How does a policy get better at a list of items? By rounds of `grpo` or `rft`, from where it stands."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from metier.clients.generation import fixed_threads
from metier.digest import digest
from metier.errors import StageError
from metier.grader import GraderFor
from metier.item import Item
from metier.practice.config import PracticeConfig
from metier.practice.grpo import grpo_round
from metier.practice.learner import Learner, is_done, read_policy, task_digest
from metier.practice.rft import rft_round
from metier.practice.rollout import items_of_round

Method = Literal["grpo", "rft"]
Progress = Callable[[int, int, Mapping[str, float]], None]
"""Called as `(done, total, numbers)` after every step."""

_ROUNDS = {"grpo": grpo_round, "rft": rft_round}
_WARM_UP, _END = 5, 0.2


def practise(
    base: Path,
    items: Sequence[Item],
    *,
    method: Method,
    grader_for: GraderFor,
    config: PracticeConfig,
    out: Path,
    progress: Progress = lambda done, total, numbers: None,
) -> Path:
    """Practise on items from a policy, and write the new policy beside a curve of what happened.

    A call that was interrupted goes on from its last checkpoint and ends with the same weights; a call that was
    finished returns at once.

    Args:
        base: Folder of the policy to start from; it stays as it is.
        items: What to practise on, of any levels.
        method: `grpo`, or `rft`.
        grader_for: Finds the reward of an item; what it leaves unscored teaches nothing.
        out: Folder of the new policy.
        progress: Called after every round.

    Returns:
        `out`, which holds the model, its tokenizer and `curve.jsonl`, a line for each round.

    Raises:
        StageError: There is nothing to practise on.
    """
    if not items:
        raise StageError("Expected items to practise on, got none.")
    task = task_digest(method, config, digest((base / "model.safetensors").read_bytes()), [i.item_id for i in items])
    if is_done(out, task):
        num_rounds, _ = rounds_of(method, config)
        progress(num_rounds, num_rounds, {})
        return out
    with fixed_threads(config.threads):
        return _practise(base, items, method, grader_for, config=config, out=out, task=task, progress=progress)


def _practise(
    base: Path,
    items: Sequence[Item],
    method: Method,
    grader_for: GraderFor,
    *,
    config: PracticeConfig,
    out: Path,
    task: str,
    progress: Progress,
) -> Path:
    num_rounds, size = rounds_of(method, config)
    model, tokenizer = read_policy(base)
    learner = Learner(
        model,
        tokenizer,
        out=out,
        task=task,
        lr=config.lr,
        muon_lr=config.muon_lr,
        num_steps=num_rounds,
        warm_up=min(_WARM_UP, max(1, num_rounds // 8)),
        end=_END,
    )
    every = max(1, config.checkpoint_every // 10) if method == "grpo" else 1
    while learner.step < num_rounds:
        number = learner.step
        chosen = items_of_round(items, number=number, size=size, seed=config.seed)
        numbers = _ROUNDS[method](
            learner, chosen, grader_for=grader_for, config=config, seed=_seed(config.seed, number)
        )
        learner.record(numbers, checkpoint=(number + 1) % every == 0)
        progress(learner.step, num_rounds, numbers)
    return learner.finish()


def rounds_of(method: Method, config: PracticeConfig) -> tuple[int, int]:
    """How many rounds a method takes, and the items of each: both methods sample the same number of replies, about.

    >>> rounds_of("grpo", PracticeConfig(steps=80)), rounds_of("rft", PracticeConfig(steps=80))
    ((80, 32), (8, 320))
    """
    if method == "grpo":
        return config.steps, config.prompts
    num_rounds = min(config.rft_rounds, config.steps)
    return num_rounds, config.prompts * config.steps // num_rounds


def _seed(seed: int, number: int) -> int:
    """One seed for each round. A hash keeps round 1 of seed 0 from being round 0 of seed 1."""
    return zlib.crc32(f"{seed}/{number}".encode())
