"""The compose spoke: goals and the library in; plans that were executed, and the gaps, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.client import Client, Request
from metier.compose.plan import Apply, plan
from metier.digest import plain
from metier.plan import Goal, Plan
from metier.skill import Skill
from metier.wheel import Context, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeSettings:
    """The goals to plan."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    goals: tuple[Goal, ...] = ()


def run(context: Context, settings: ComposeSettings, *, skills: Sequence[Skill], apply: Apply) -> Result:
    """Plan every goal with the skills that can be called, and execute the plans."""
    able = [skill for skill in skills if skill.interface.call]
    results = []
    for number, goal in enumerate(settings.goals, start=1):
        results.append(plan(goal, able, apply=apply))
        context.progress(number, len(settings.goals), {})
    plans = sum(isinstance(result, Plan) for result in results)
    return Result(
        output={"results": [{"kind": type(result).__name__.lower(), **plain(result)} for result in results]},
        came_out=f"{plans} plans, {len(results) - plans} gaps",
    )


def caller(client: Client, *, max_tokens: int) -> Apply:
    """Execute sequences of skills through one policy, step by step: each step is one call, equal calls are made once.

    The answer of a call is what follows the last colon of the reply; it is the input of the next step.
    """
    known: dict[str, str] = {}

    def ask(prompts: Sequence[str]) -> None:
        new = [prompt for prompt in dict.fromkeys(prompts) if prompt not in known]
        replies = client.replies(Request.ask(prompt, max_tokens=max_tokens) for prompt in new)
        known.update(zip(new, (reply.text.rpartition(":")[2].strip() for reply in replies), strict=True))

    def apply(calls: Sequence[tuple[tuple[Skill, ...], str]]) -> list[str]:
        texts = [text for _, text in calls]
        for depth in range(max((len(skills) for skills, _ in calls), default=0)):
            prompts = {
                i: skills[depth].interface.fill(text=texts[i])
                for i, (skills, _) in enumerate(calls)
                if depth < len(skills)
            }
            ask(list(prompts.values()))
            texts = [known[prompts[i]] if i in prompts else text for i, text in enumerate(texts)]
        return texts

    return apply
