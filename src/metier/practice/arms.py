"""What does practice on compositions teach that practice on atoms does not? Arms of practice, side by side.

Each arm is a process with a fixed number of threads, so that its weights do not depend on what runs beside it. The
parent reads the curves that the arms write and reports them; an arm whose parent is gone ends at once, even when that
was `kill -9`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from metier.errors import ConfigError, StageError
from metier.grader import GraderFor
from metier.item import Item
from metier.practice.config import PracticeConfig
from metier.practice.practise import Method, Progress, practise, rounds_of

_POLL_S = 0.25
_FAULT = "fault.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPlan:
    """What one arm practises on, how, and for how many rounds (0: as many as the configuration says)."""

    items: tuple[Item, ...]
    method: Method = "grpo"
    steps: int = 0


def trade_arms(config: PracticeConfig, *, level_1: Sequence[Item], level_2: Sequence[Item]) -> dict[str, ArmPlan]:
    """Plan the arms of the question: reinforcement on atoms, on compositions, on both, and rejection fine-tuning.

    Both means compositions, as many as in the arm of compositions alone, and beside them `config.rehearsal` of atoms:
    an atom that is still known has no gradient, one that is being forgotten has. The arm without practice is the base.

    Args:
        level_1: Atomic items, of every function that is to stay known.
        level_2: Compositions of two practised functions.

    Raises:
        ConfigError: The share of rehearsal is not one.

    >>> list(trade_arms(PracticeConfig(), level_1=[], level_2=[]))
    ['level-1', 'level-2', 'level-1+2', 'rft']
    """
    if not 0.0 <= config.rehearsal < 1.0:
        raise ConfigError(f"Expected a practice.rehearsal of at least 0 and less than 1, got {config.rehearsal}.")
    share = config.rehearsal / (1.0 - config.rehearsal)
    both = (*level_2, *level_1[: round(share * len(level_2))])
    return {
        "level-1": ArmPlan(items=tuple(level_1), steps=config.steps),
        "level-2": ArmPlan(items=tuple(level_2), steps=config.steps),
        "level-1+2": ArmPlan(items=both, steps=round(config.steps * (1.0 + share))),
        "rft": ArmPlan(items=tuple(level_2), steps=config.steps, method="rft"),
    }


def run_arms(
    base: Path,
    arms: Mapping[str, ArmPlan],
    *,
    grader_for: GraderFor,
    config: PracticeConfig,
    out: Path,
    progress: Progress = lambda done, total, numbers: None,
    workers: int = 2,
) -> dict[str, Path]:
    """Practise every arm from the same base policy, up to `workers` at a time, each in a process of its own.

    Args:
        arms: By name, which is also the name of the folder under `out`.
        grader_for: A function of a module, so that another process can find it.
        progress: Called a few times a second with the rounds done and the last reward of each arm.

    Returns:
        The folder of each arm's policy, in the order of `arms`.

    Raises:
        StageError: An arm failed; the note holds its traceback. The other arms are stopped, their checkpoints stay.
    """
    running = [
        _Arm(name=name, plan=plan, config=_config(plan, config), folder=out / name) for name, plan in arms.items()
    ]
    # The longest first, so that no worker waits for a long arm that began late.
    waiting = sorted(running, key=lambda arm: arm.work)
    try:
        is_busy = True
        while is_busy:
            while waiting and sum(arm.is_running for arm in running) < workers:
                waiting.pop().start(base, grader_for)
            wait([arm.process.sentinel for arm in running if arm.process and arm.is_running], timeout=_POLL_S)
            # Asked before faults are looked for, so that an arm that dies in between is still found.
            is_busy = bool(waiting) or any(arm.is_running for arm in running)
            _raise_faults(running)
            _report(running, progress)
    finally:
        for arm in running:
            arm.stop()
    return {arm.name: arm.folder for arm in running}


@dataclass(slots=True, kw_only=True)
class _Arm:
    """One arm, its process and what is known of its curve."""

    name: str
    plan: ArmPlan
    config: PracticeConfig
    folder: Path
    process: SpawnProcess | None = None
    done: int = 0
    reward: float = 0.0

    @property
    def num_rounds(self) -> int:
        return rounds_of(self.plan.method, self.config)[0]

    @property
    def work(self) -> float:
        """How long the arm will take, in a unit of its own."""
        num_rounds, size = rounds_of(self.plan.method, self.config)
        return num_rounds * size * sum(item.level for item in self.plan.items) / max(1, len(self.plan.items))

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def start(self, base: Path, grader_for: GraderFor) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = multiprocessing.get_context("spawn").Process(
            target=_work, args=(base, self.plan, grader_for, self.config, self.folder), daemon=True
        )
        self.process.start()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.join()

    def look(self) -> None:
        """Read what has been added to the curve. A last line without its end is still being written."""
        curve = self.folder / "curve.jsonl"
        lines = curve.read_bytes().split(b"\n")[:-1] if curve.exists() else []
        if lines:
            last = json.loads(lines[-1])
            self.done, self.reward = last["step"], last["reward"]


def _report(arms: Sequence[_Arm], progress: Progress) -> None:
    for arm in arms:
        if arm.process is not None:
            arm.look()
    rewards = {f"{arm.name} reward": arm.reward for arm in arms if arm.done}
    progress(sum(arm.done for arm in arms), sum(arm.num_rounds for arm in arms), rewards)


def _raise_faults(arms: Sequence[_Arm]) -> None:
    for arm in arms:
        if arm.process is None or not arm.process.exitcode:
            continue
        fault = arm.folder / _FAULT
        raise StageError(
            f"Expected arm {arm.name!r} to finish, its process ended with code {arm.process.exitcode}.",
            hint=fault.read_text(encoding="utf-8") if fault.exists() else "",
        )


def _config(plan: ArmPlan, config: PracticeConfig) -> PracticeConfig:
    return replace(config, steps=plan.steps) if plan.steps else config


def _work(base: Path, plan: ArmPlan, grader_for: GraderFor, config: PracticeConfig, folder: Path) -> None:
    """Practise one arm; the whole life of a worker process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    (folder / _FAULT).unlink(missing_ok=True)
    try:
        practise(base, plan.items, method=plan.method, grader_for=grader_for, config=config, out=folder)
    except Exception:
        (folder / _FAULT).write_text(traceback.format_exc(), encoding="utf-8")
        raise SystemExit(1) from None


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        # Nothing is to be put in order: whatever is worth keeping is in the last checkpoint.
        os._exit(1)
