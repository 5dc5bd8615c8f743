"""How does the ladder reward a policy? The callable that trainers such as TRL's GRPOTrainer and verifiers ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metier.graders.ladder.ladder import grade_answer


def answer_reward(
    completions: Sequence[Any], answer: Sequence[str], unit: Sequence[str] | None = None, **options: Any
) -> list[float | None]:
    r"""Give the reward of each completion: 1, 0, or None where it could not be scored, which TRL leaves out.

    Args:
        completions: Replies as text, or as lists of chat messages whose last one counts.
        answer: The gold of each.
        unit: The unit of each gold.
        **options: The tolerances of `Policy`; what else a trainer passes (`prompts`, other columns) is not looked at.

    >>> answer_reward([r"\boxed{3 km}", r"\boxed{3 s}"], ["3000", "3000"], ["m", "m"])
    [1.0, 0.0]
    """
    policy = {name: options[name] for name in ("relative", "absolute", "significant") if name in options}
    named = unit or [""] * len(answer)
    replies = [one if isinstance(one, str) else str(one[-1]["content"]) for one in completions]
    return [
        grade_answer(gold, reply, unit=of, **policy).score
        for gold, reply, of in zip(answer, replies, named, strict=True)
    ]
