"""The practice spoke: practice items in, a base policy and one policy for each arm, side by side, out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from metier.grader import GraderFor
from metier.item import Item
from metier.practice.config import PracticeConfig
from metier.practice.groups import Groups
from metier.wheel import Context, Result, count

_MODEL_FILES = ("config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


def run(
    context: Context,
    config: PracticeConfig,
    *,
    groups: Groups,
    level_1: Sequence[Item],
    level_2: Sequence[Item],
    grader_for: GraderFor,
) -> Result:
    """Teach a base policy the atomic skills, then practise in every arm from the same base."""
    from metier.practice.arms import run_arms, trade_arms
    from metier.practice.supervised import pretrain

    base = pretrain(groups, config=config, out=context.folder / "base", progress=context.progress)
    trained = run_arms(
        base,
        trade_arms(config, level_1=level_1, level_2=level_2),
        grader_for=grader_for,
        config=config,
        out=context.folder / "arms",
        progress=context.progress,
    )
    policies = {"base": base, **trained}
    return Result(
        output={
            "policies": {arm: path.relative_to(context.home).as_posix() for arm, path in policies.items()},
            "weights": {arm: weights_digest(path) for arm, path in policies.items()},
            "curves": {arm: curve(path) for arm, path in policies.items()},
        },
        came_out=f"a base and {count(len(trained), 'arm')}: {', '.join(trained)}",
        artefacts=[
            file.relative_to(context.home).as_posix()
            for path in policies.values()
            for file in model_files(path).values()
        ],
    )


def further(
    policy: Path,
    items: Sequence[Item],
    out: Path,
    *,
    config: PracticeConfig,
    steps: int,
    grader_for: GraderFor,
    context: Context,
) -> Path:
    """Practise on from a policy, for the update spoke: the same method, another seed, its own number of steps."""
    from metier.practice.practise import practise

    return practise(
        policy,
        items,
        method="grpo",
        grader_for=grader_for,
        config=replace(config, seed=config.seed + 1, steps=steps),
        out=out,
        progress=context.progress,
    )


def model_files(policy: Path) -> dict[str, Path]:
    """The files that make a `transformers` model, without checkpoints and curves, by name."""
    return {name: policy / name for name in _MODEL_FILES if (policy / name).is_file()}


def weights_digest(policy: Path) -> str:
    """The SHA-256 of the weights."""
    return "sha256:" + hashlib.sha256((policy / "model.safetensors").read_bytes()).hexdigest()


def curve(policy: Path) -> list[dict[str, Any]]:
    """The points of a learning curve."""
    file = policy / "curve.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [json.loads(line) for line in lines]
