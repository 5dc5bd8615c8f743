"""Practice itself, at toy size: it learns, it counts what it leaves out, and no crash changes what comes out."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import multiprocessing

import torch

from metier.attempt import Grade
from metier.client import Request
from metier.clients.generation import Generation
from metier.clients.local import LocalClient
from metier.errors import StageError
from metier.graders import grader_for
from metier.item import Item
from metier.practice.arms import ArmPlan, run_arms
from metier.practice.config import PracticeConfig
from metier.practice.groups import Groups
from metier.practice.grpo import advantages, clipped_loss, group_advantages, grpo_round
from metier.practice.learner import Learner, read_policy
from metier.practice.practise import practise
from metier.practice.rft import right_answers
from metier.practice.rollout import Rollout, numbers_of
from metier.practice.strings import make_items
from metier.practice.supervised import pretrain

pytestmark = pytest.mark.train

GROUPS = Groups(
    practised=("drop-first", "double-first"), held_out=("append-first",), shown=("double-last", "drop-last")
)
CONFIG = PracticeConfig(
    width=32, num_layers=2, threads=1, base_steps=190, base_batch=48, steps=16, prompts=8, samples=8, minibatch=32,
    lr=1e-3, muon_lr=2e-3, rft_rounds=3, rft_batch=16, checkpoint_every=20,
)  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pretrain(GROUPS, config=CONFIG, out=tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return list(make_items(GROUPS.practised, level=1, count=60, seed=0))


def weights(path: Path) -> bytes:
    return (path / "model.safetensors").read_bytes()


def curve(path: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (path / "curve.jsonl").read_text().splitlines()]


def accuracy(path: Path, exam: list[Item]) -> float:
    replies = LocalClient(path).replies(Request.ask(item.prompt, max_tokens=16) for item in exam)
    return sum(grader_for(i)(i, r.text).is_correct for i, r in zip(exam, replies, strict=True)) / len(exam)


def reply(text: str = "") -> Generation:
    return Generation(prompt_ids=(5,), token_ids=(len(text) + 3, 1), logprobs=(-1.0, -0.5), text=text, finish="stop")


def rollout(*scores: float | None) -> Rollout:
    replies = tuple(reply("x" * place) for place in range(len(scores)))
    return Rollout(item=Item(prompt="", reference=""), replies=replies, scores=scores)


def all_right(item: Item) -> object:
    return lambda item, answer: Grade.correct()


def vowel_lover(item: Item) -> object:
    """A grader with partial credit: the share of the letter `a` in a reply."""
    return lambda item, answer: Grade.incorrect("share", score=answer.count("a") / max(1, len(answer)))


def none_scored(item: Item) -> object:
    return lambda item, answer: Grade.unscored("could_not_tell")


def test_base_learns_and_its_curve_falls(base: Path) -> None:
    losses = [point["loss"] for point in curve(base)]
    assert losses[-1] < losses[0] / 2


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    short = replace(CONFIG, base_steps=6)
    first, again = (pretrain(GROUPS, config=short, out=tmp_path / name) for name in ("first", "again"))
    other = pretrain(GROUPS, config=replace(short, seed=1), out=tmp_path / "other")
    assert weights(first) == weights(again) != weights(other)
    assert (first / "curve.jsonl").read_bytes() == (again / "curve.jsonl").read_bytes()


def test_grpo_gains_what_is_rewarded(base: Path, items: list[Item], tmp_path: Path) -> None:
    after = practise(base, items, method="grpo", grader_for=vowel_lover, config=CONFIG, out=tmp_path)
    rewards = [point["reward"] for point in curve(after)]
    assert sum(rewards[-3:]) > 1.5 * sum(rewards[:3])


def test_rft_gains_on_fresh_inputs(base: Path, items: list[Item], tmp_path: Path) -> None:
    # Arithmetic differs between processors and with it the base: three times the rollouts gain on each of them.
    exam = list(make_items(GROUPS.practised, level=1, count=200, seed=9, for_exam=True))
    longer = replace(CONFIG, steps=3 * CONFIG.steps)
    after = practise(base, items, method="rft", grader_for=grader_for, config=longer, out=tmp_path)
    assert accuracy(after, exam) >= accuracy(base, exam) + 0.02


def test_finished_practice_is_not_done_again(base: Path, items: list[Item], tmp_path: Path) -> None:
    short = replace(CONFIG, steps=2)
    calls: list[int] = []

    def run(config: PracticeConfig) -> bytes:
        return weights(practise(base, items, method="grpo", grader_for=grader_for, config=config, out=tmp_path,
                                progress=lambda done, total, numbers: calls.append(done)))  # fmt: skip

    first = run(short)
    assert calls == [1, 2]
    assert run(short) == first
    assert calls == [1, 2, 2]
    assert run(replace(short, seed=5)) != first


def test_nothing_to_practise_on_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(StageError, match="got none"):
        practise(base, [], method="grpo", grader_for=grader_for, config=CONFIG, out=tmp_path)


def test_advantages_have_mean_zero_and_deviation_one() -> None:
    values = torch.tensor(advantages([1.0, 0.0, 0.5, 0.0]))
    assert values.mean().abs() < 1e-6
    assert abs(values.std(unbiased=False) - 1) < 1e-3


def test_group_without_variance_teaches_nothing() -> None:
    assert group_advantages(rollout(1.0, 1.0)) == group_advantages(rollout(0.0, 0.0)) == []


def test_unscored_replies_are_no_part_of_a_group() -> None:
    with_unscored = group_advantages(rollout(1.0, None, 0.0, None))
    assert [a for _, a in with_unscored] == advantages([1.0, 0.0])
    assert group_advantages(rollout(1.0, None)) == []
    assert numbers_of([rollout(1.0, None, 0.0, None)]) == {"reward": 0.5, "rollouts": 4, "tokens": 8, "unscored": 2}


def test_rft_keeps_different_right_answers_only() -> None:
    group = rollout(1.0, 0.0, 0.5, None, 1.0)
    group = replace(group, replies=(*group.replies[:4], group.replies[0]))
    assert len(right_answers(group, at_most=4)) == 1
    assert right_answers(rollout(1.0, 1.0, 1.0), at_most=2) == right_answers(rollout(1.0, 1.0), at_most=2)


def test_clipping_stops_the_push_on_both_sides() -> None:
    old = torch.zeros(2)
    new = torch.tensor([1.0, -1.0], requires_grad=True)
    clipped_loss(new, old, torch.tensor([1.0, -1.0]), clip_low=0.2, clip_high=0.28).backward()
    assert new.grad is not None and new.grad.abs().sum() == 0


@pytest.mark.parametrize(
    ("judge", "unscored"), [(all_right, 0), (none_scored, CONFIG.prompts * CONFIG.samples)], ids=["right", "unscored"]
)
def test_groups_that_tell_nothing_are_counted_and_change_nothing(
    judge: object, unscored: int, base: Path, items: list[Item], tmp_path: Path
) -> None:
    model, tokenizer = read_policy(base)
    before = [p.clone() for p in model.parameters()]
    learner = Learner(model, tokenizer, out=tmp_path, task="t", lr=1e-3, muon_lr=1e-3, num_steps=1, warm_up=1, end=1.0)
    numbers = grpo_round(learner, items[:8], grader_for=judge, config=CONFIG, seed=0)
    assert numbers["zero_variance"] == 8
    assert numbers["unscored"] == unscored
    assert all(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))


def test_killed_worker_goes_on_and_ends_with_the_same_weights(base: Path, items: list[Item], tmp_path: Path) -> None:
    arms = {"grpo": ArmPlan(items=tuple(items)), "rft": ArmPlan(items=tuple(items), method="rft", steps=6)}
    whole = run_arms(base, arms, grader_for=grader_for, config=CONFIG, out=tmp_path / "whole")
    at = random.SystemRandom().randint(3, 11)

    def kill(done: int, total: int, numbers: Mapping[str, float]) -> None:
        if (tmp_path / "killed/grpo/curve.jsonl").exists() and len(curve(tmp_path / "killed/grpo")) >= at:
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)

    slow = {"grpo": arms["grpo"]}
    with pytest.raises(StageError, match="-9"):
        run_arms(base, slow, grader_for=slowly, config=CONFIG, out=tmp_path / "killed", progress=kill)
    assert not (tmp_path / "killed/grpo/model.safetensors").exists()
    again = run_arms(base, slow, grader_for=grader_for, config=CONFIG, out=tmp_path / "killed")
    assert weights(again["grpo"]) == weights(whole["grpo"])
    assert (again["grpo"] / "curve.jsonl").read_bytes() == (whole["grpo"] / "curve.jsonl").read_bytes()
    assert not list(again["grpo"].glob("checkpoint*"))


def slowly(item: Item) -> object:
    """The grader, but so slow that the parent sees every round before the next."""
    time.sleep(0.05)
    return grader_for(item)


def failing(item: Item) -> object:
    raise RuntimeError("no grader today")


def test_failing_arm_is_named_with_its_traceback(base: Path, items: list[Item], tmp_path: Path) -> None:
    with pytest.raises(StageError, match="'only'") as caught:
        run_arms(base, {"only": ArmPlan(items=tuple(items))}, grader_for=failing, config=CONFIG, out=tmp_path)
    assert "no grader today" in caught.value.hint


_PARENT = """
import multiprocessing, sys
from pathlib import Path
from metier.graders import grader_for
from metier.practice.arms import ArmPlan, run_arms
from metier.practice.config import PracticeConfig
from metier.practice.strings import make_items

def say(done, total, numbers):
    if done:
        print(*[child.pid for child in multiprocessing.active_children()], flush=True)

items = tuple(make_items(["drop-first"], level=1, count=20, seed=0))
config = PracticeConfig(steps=100_000, prompts=4, samples=4)
run_arms(Path(sys.argv[1]), {"a": ArmPlan(items=items)}, grader_for=grader_for, config=config, out=Path(sys.argv[2]),
         progress=say)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see whether a process lives")
def test_workers_end_when_their_parent_is_killed(base: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PARENT, str(base), str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert pids
    deadline = time.monotonic() + 20
    while any(map(lives, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(lives, pids))


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
