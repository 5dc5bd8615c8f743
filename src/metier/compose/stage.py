"""The compose spoke: goals and the library in; plans that were executed, and the gaps, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from metier.client import Client, Request
from metier.compose.plan import Apply, plan
from metier.compose.resolve import Candidate
from metier.digest import plain
from metier.errors import nearest
from metier.plan import Gap, Goal, Plan
from metier.skill import Skill
from metier.wheel import Context, Result, count


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeSettings:
    """The goals to plan, and what the owner of the library says of its skills, by their names.

    Attributes:
        facts: What holds.
        conditions: The facts that must all hold for a skill to apply; without, it always does.
        priorities: Which skill goes first where several are as specific: a higher number before a lower one, or 0.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("facts", "conditions", "priorities")

    goals: tuple[Goal, ...] = ()
    facts: tuple[str, ...] = ()
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    priorities: Mapping[str, int] = field(default_factory=dict)

    def given(self, known: Iterable[Candidate]) -> list[Candidate]:
        """Add the conditions and priorities of these settings to what is known of skills.

        >>> fill = Candidate(skill=Skill(name="fill", description="Fill a form."))
        >>> ComposeSettings(priorities={"fill": 2}).given([fill])[0].priority
        2
        """
        return [
            replace(
                one,
                conditions=one.conditions | frozenset(self.conditions.get(one.skill.name, ())),
                priority=self.priorities.get(one.skill.name, one.priority),
            )
            for one in known
        ]

    def unmatched(self, names: Iterable[str]) -> list[str]:
        """Say which names with conditions or a priority are none of the skills to plan with, each in a sentence.

        >>> ComposeSettings(priorities={"fil": 2}).unmatched(["fill"])
        ["No skill 'fil' is there to plan with, so what [compose] says of it counts for nothing. Did you mean 'fill'?"]
        """
        there = set(names)
        said = sorted({*self.conditions, *self.priorities} - there)
        why = "is there to plan with, so what [compose] says of it counts for nothing."
        return [f"No skill {name!r} {why} {nearest(name, there)}" for name in said]


def run(
    context: Context,
    settings: ComposeSettings,
    *,
    skills: Sequence[Skill],
    apply: Apply,
    known: Sequence[Candidate] = (),
) -> Result:
    """Plan every goal with the skills that can be called with one text, and execute the plans; as `plan` does.

    Args:
        known: The trust of skills; conditions, priorities and facts are those of the settings.
    """
    able = [skill for skill in skills if skill.interface.call and _takes_one_text(skill)]
    recorded = {one.skill.digest for one in known}
    others = [Candidate(skill=skill) for skill in able if skill.digest not in recorded]
    given = settings.given([*known, *others])
    results = []
    for number, goal in enumerate(settings.goals, start=1):
        results.append(plan(goal, able, apply=apply, known=given, facts=settings.facts))
        context.progress(number, len(settings.goals), {})
    plans = sum(isinstance(result, Plan) for result in results)
    unmatched = settings.unmatched(skill.name for skill in able)
    return Result(
        output={"results": [{"kind": type(result).__name__.lower(), **plain(result)} for result in results]},
        came_out="; ".join((f"{count(plans, 'plan')}, {count(len(results) - plans, 'gap')}", *unmatched)),
    )


def _takes_one_text(skill: Skill) -> bool:
    return all(parameter.name == "text" for parameter in skill.interface.parameters)


def refuse(settings: ComposeSettings, reason: str) -> Result:
    """Answer every goal with a gap, because nothing may be executed.

    >>> refuse(ComposeSettings(goals=(Goal(name="g", steps=("a",)),)), "unvetted").came_out
    '0 plans, 1 gap'
    """
    gaps = [Gap(goal=goal.name, reason=reason, examples=goal.examples) for goal in settings.goals]
    return Result(
        output={"results": [{"kind": "gap", **plain(gap)} for gap in gaps]},
        came_out=f"0 plans, {count(len(gaps), 'gap')}",
    )


def caller(client: Client, *, max_tokens: int) -> Apply:
    """Execute sequences of skills through one policy, step by step: each step is one call, equal calls are made once.

    The answer of a call is what follows the last colon of the reply; it is the input of the next step. A call that got
    no reply ends its sequence, and what went wrong stands in the place of the output, in round brackets.
    """
    known: dict[str, str] = {}
    failed: dict[str, str] = {}

    def ask(prompts: Sequence[str]) -> None:
        new = [prompt for prompt in dict.fromkeys(prompts) if prompt not in known and prompt not in failed]
        replies = client.replies(Request.ask(prompt, max_tokens=max_tokens) for prompt in new)
        for prompt, reply in zip(new, replies, strict=True):
            if reply.error:
                failed[prompt] = f"(no reply: {reply.error})"
            else:
                known[prompt] = reply.text.rpartition(":")[2].strip()

    def apply(calls: Sequence[tuple[tuple[Skill, ...], str]]) -> list[str]:
        texts = [text for _, text in calls]
        ended: set[int] = set()
        for depth in range(max((len(skills) for skills, _ in calls), default=0)):
            prompts = {
                i: skills[depth].interface.fill(text=texts[i])
                for i, (skills, _) in enumerate(calls)
                if depth < len(skills) and i not in ended
            }
            ask(list(prompts.values()))
            for i, prompt in prompts.items():
                texts[i] = known[prompt] if prompt in known else failed[prompt]
                ended |= {i} if prompt in failed else set()
        failed.clear()  # so that the next time it is asked again
        return texts

    return apply
