"""How many rollouts and tokens does a second of processor time buy in practice, beside TRL's GRPOTrainer?

Both start from the same small policy and see the same prompts, samples, token limit, minibatch and reward in one run;
seconds are processor time of this process, so that other programs count little. The first round of each is not timed.

    python benchmarks/practice.py --rounds 6
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from metier.attempt import Grade
from metier.item import Item
from metier.practice.config import PracticeConfig
from metier.practice.groups import split
from metier.practice.learner import read_policy
from metier.practice.practise import practise
from metier.practice.strings import FUNCTIONS, make_items
from metier.practice.supervised import pretrain

LEVEL = 2


@dataclass
class Meter:
    """Processor seconds, rollouts and tokens since the first round ended."""

    seconds: float = 0.0
    rollouts: int = 0
    tokens: int = 0
    _start: float = field(default=0.0)

    def start(self) -> None:
        self.rollouts = self.tokens = 0
        self._start = time.process_time()

    def stop(self) -> None:
        self.seconds = time.process_time() - self._start


def score(reference: str, answer: str) -> float:
    """The share of letters of the final answer that stand where they should, so that most groups tell something."""
    said = answer.rsplit(":", 1)[-1].strip()
    return sum(a == b for a, b in zip(said, reference, strict=False)) / max(len(said), len(reference))


def ours(base: Path, items: Sequence[Item], config: PracticeConfig, out: Path) -> Meter:
    meter = Meter()

    def grader_for(item: Item) -> Any:
        return lambda item, answer: Grade.incorrect("share", score=score(item.reference, answer))

    def progress(done: int, total: int, numbers: Any) -> None:
        if done == 1:
            meter.start()
            return
        meter.rollouts += int(numbers["rollouts"])
        meter.tokens += int(numbers["tokens"])
        meter.stop()

    practise(base, items, method="grpo", grader_for=grader_for, config=config, out=out, progress=progress)
    return meter


def theirs(base: Path, items: Sequence[Item], config: PracticeConfig, out: Path) -> Meter:
    meter = Meter()
    updates = config.prompts * config.samples // config.minibatch

    class Watch(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            if state.global_step == updates:
                meter.start()
            meter.stop()

    def reward(
        completions: list[str], completion_ids: list[list[int]], reference: list[str], **others: Any
    ) -> list[float]:
        meter.rollouts += len(completions)
        meter.tokens += sum(map(len, completion_ids))
        return [score(r, c) for r, c in zip(reference, completions, strict=True)]

    model, tokenizer = read_policy(base)
    trainer = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        reward_funcs=reward,
        train_dataset=Dataset.from_list([{"prompt": i.prompt, "reference": i.reference} for i in items]),
        callbacks=[Watch()],
        args=GRPOConfig(
            output_dir=str(out),
            use_cpu=True,
            bf16=False,
            seed=config.seed,
            max_steps=config.steps * updates,
            per_device_train_batch_size=config.minibatch,
            steps_per_generation=updates,
            gradient_accumulation_steps=1,
            gradient_checkpointing=False,
            num_generations=config.samples,
            max_completion_length=config.tokens_per_level * LEVEL,
            temperature=config.temperature,
            top_k=0,
            beta=0.0,
            epsilon=config.clip_low,
            epsilon_high=config.clip_high,
            loss_type="dapo",
            learning_rate=config.lr,
            logging_steps=1000,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            dataloader_pin_memory=False,
        ),
    )
    trainer.train()
    return meter


def table(mine: Meter, other: Meter) -> str:
    rows = ["| | metier | TRL | ratio |", "| --- | ---: | ---: | ---: |"]
    for what, a, b in (
        ("rollouts per CPU second", mine.rollouts / mine.seconds, other.rollouts / other.seconds),
        ("tokens per CPU second", mine.tokens / mine.seconds, other.tokens / other.seconds),
    ):
        rows.append(f"| {what} | {a:,.0f} | {b:,.0f} | {a / b:.2f} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6, help="rounds of practice, the first of which is not timed")
    parser.add_argument("--base-steps", type=int, default=400, help="updates of the policy that both start from")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    config = PracticeConfig(seed=options.seed, base_steps=options.base_steps, steps=options.rounds)
    groups = split(FUNCTIONS, seed=config.seed)
    items = list(make_items(groups.practised, level=LEVEL, count=config.prompts * config.steps, seed=config.seed))
    with tempfile.TemporaryDirectory() as folder:
        base = pretrain(groups, config=config, out=Path(folder) / "base")
        mine = ours(base, items, config, Path(folder) / "ours")
        other = theirs(base, items, config, Path(folder) / "theirs")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "transformers", "trl"))
    print(table(mine, other))
    print(f"\n{config.prompts} prompts x {config.samples} samples, {config.steps - 1} timed rounds, one thread, "
          f"seed {config.seed}; {platform.machine()}, Python {platform.python_version()}, {versions}.")  # fmt: skip


if __name__ == "__main__":
    main()
