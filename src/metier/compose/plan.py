"""A goal and a library in, a Plan or the Gap out.

A goal that names its steps is met by the stored skills that cover those concepts. A goal that shows only examples is
met by search: stored skills are tried on the example inputs, alone and then in sequence, until one sequence gives every
output. The planner asks the skills themselves (`apply`), never a reference implementation. After Uni-Skill
(arXiv 2603.02623): where the library does not suffice, the missing skill is requested by its signature.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from metier.compose.resolve import Candidate, recoveries, resolve
from metier.plan import Example, Gap, Goal, Plan, Step
from metier.skill import Skill

Apply = Callable[[Sequence[tuple[tuple[Skill, ...], str]]], list[str]]
"""Runs sequences of skills on inputs: a list of (skills, input) in, the outputs in the same order out."""


def plan(
    goal: Goal,
    skills: Sequence[Skill],
    *,
    apply: Apply,
    known: Iterable[Candidate] = (),
    facts: Collection[str] = (),
) -> Plan | Gap:
    """Plan a goal and execute the plan on the goal's examples.

    Args:
        goal: What is wanted, with steps, examples or both.
        skills: The library; its order does not count. Where several skills apply, `resolve` decides: the one with the
            most conditions is taken, then priority, then trust. What covers a step and is equal so far is taken by
            fewest concepts, then the first by name, then the newest version.
        apply: Executes skill calls.
        known: Conditions, priority and trust of skills of the library, as far as somebody gave them; of several
            records of one content, the best trusted one that applies counts.
        facts: What holds; a skill whose conditions are not all among these is left out.

    Returns:
        A Plan whose execution is on record, or the Gap. A plan that fails on an example is a Gap as well: what is
        missing then is a skill that does what the examples show. Where the goal names its steps, each step of the plan
        names what may recover it: of the other skills that cover it and are trusted as far, the first as above.

    >>> upper = Skill(name="upper", description="", concepts=("upper",))
    >>> goal = Goal(name="shout", steps=("upper",), examples=(Example(input="a", output="A"),))
    >>> plan(goal, [upper], apply=lambda calls: [text.upper() for _, text in calls]).succeeded
    1
    >>> plan(Goal(name="whisper", steps=("lower",)), [upper], apply=lambda calls: []).missing
    ('lower',)
    """
    if not goal.steps and not goal.examples:
        return Gap(
            goal=goal.name, reason="the goal names neither steps nor examples, so nothing can be planned or checked"
        )
    given: dict[str, list[Candidate]] = {}
    for candidate in known:
        given.setdefault(candidate.skill.digest, []).append(candidate)
    records = (
        replace(record, skill=skill)
        for skill in _merged(skills)
        for record in given.get(skill.digest, [Candidate(skill=skill)])
    )
    ranked = resolve(records, facts).ranked
    if goal.steps:
        return _by_steps(goal, ranked, apply, facts)
    return _by_search(goal, [candidate.skill for candidate in ranked], apply)


def _merged(skills: Iterable[Skill]) -> list[Skill]:
    """Each content once, with the concepts of all that hold it: it may be placed twice, and its digest stays."""
    same: dict[str, list[Skill]] = {}
    for skill in skills:
        same.setdefault(skill.digest, []).append(skill)
    return [_placed(min(group, key=repr), group) if len(group) > 1 else group[0] for group in same.values()]


def _placed(skill: Skill, group: Iterable[Skill]) -> Skill:
    return replace(skill, concepts=tuple(sorted({concept for one in group for concept in one.concepts})))


def _by_steps(goal: Goal, ranked: Sequence[Candidate], apply: Apply, facts: Collection[str]) -> Plan | Gap:
    covering = {concept: _first(_able(concept, ranked)) for concept in goal.steps}
    missing = tuple(dict.fromkeys(concept for concept in goal.steps if covering[concept] is None))
    if missing:
        return Gap(
            goal=goal.name,
            reason=f"no stored skill covers {', '.join(map(repr, missing))}",
            missing=missing,
            examples=goal.examples,
            nearest=_nearest(missing, [candidate.skill for candidate in ranked]),
        )
    acting = [candidate for concept in goal.steps if (candidate := covering[concept]) is not None]
    chosen = tuple(candidate.skill for candidate in acting)
    outputs = apply([(chosen, example.input) for example in goal.examples])
    made = _plan(goal, chosen, outputs, tried=1)
    if made.succeeded < made.executed:
        wrong = [e for e, out in zip(goal.examples, outputs, strict=True) if out != e.output]
        return Gap(
            goal=goal.name,
            reason=f"the plan {_arrow(chosen)} gave {made.succeeded} of {made.executed} examples: " + made.evidence[-1],
            examples=tuple(wrong),
            nearest=tuple(skill.name for skill in chosen),
            tried=1,
        )
    placed = zip(made.steps, acting, goal.steps, strict=True)
    steps = (
        _recovered(step, _first(recoveries(one, _able(concept, ranked), facts).ranked)) for step, one, concept in placed
    )
    return replace(made, steps=tuple(steps))


def _recovered(step: Step, by: Candidate | None) -> Step:
    if by is None:
        return step
    skill = by.skill
    return replace(step, recovery=skill.name, recovery_version=skill.version, recovery_digest=skill.digest)


def _by_search(goal: Goal, skills: Sequence[Skill], apply: Apply) -> Plan | Gap:
    """Breadth first: every sequence of one skill, then every one of two … each executed as one call."""
    tried = 0
    best: tuple[int, tuple[Skill, ...]] = (0, ())
    sequences: list[tuple[Skill, ...]] = [()]
    for _ in range(goal.max_steps):
        sequences = [(*sequence, skill) for sequence in sequences for skill in skills]
        survivors = sequences
        outputs: dict[tuple[Skill, ...], list[str]] = {sequence: [] for sequence in sequences}
        for example in goal.examples:
            # A sequence that failed an example is not tried on the next one.
            answers = apply([(sequence, example.input) for sequence in survivors])
            tried += len(survivors)
            for sequence, answer in zip(survivors, answers, strict=True):
                outputs[sequence].append(answer)
            right = [s for s, answer in zip(survivors, answers, strict=True) if answer == example.output]
            for sequence in survivors:
                score = len(outputs[sequence]) - (outputs[sequence][-1] != example.output)
                best = max(best, (score, sequence), key=lambda b: b[0])
            survivors = right
            if not survivors:
                break
        if survivors:
            return _plan(goal, survivors[0], outputs[survivors[0]], tried=tried)
    return Gap(
        goal=goal.name,
        reason=f"no sequence of up to {goal.max_steps} stored skills gives every example ({tried} calls tried)",
        examples=goal.examples,
        nearest=tuple(skill.name for skill in best[1]),
        tried=tried,
    )


def _able(concept: str, ranked: Iterable[Candidate]) -> list[Candidate]:
    return [candidate for candidate in ranked if concept in candidate.skill.concepts]


def _first(ranked: Iterable[Candidate]) -> Candidate | None:
    """The first of a ranking; of those that only name and version put behind it, the one with the fewest concepts."""
    # A package may say its concepts itself, so they settle nothing that the owner of the library said.
    return min(ranked, key=_by_owner_then_concepts, default=None)


def _by_owner_then_concepts(one: Candidate) -> tuple[int, int, int, int, int]:
    return -len(one.conditions), -one.priority, -one.exposure, -one.vetting, len(one.skill.concepts)


def _nearest(missing: Sequence[str], skills: Sequence[Skill]) -> tuple[str, ...]:
    """Stored skills whose words are closest to what is missing."""
    words = {word for concept in missing for word in concept.split("-")}
    shared = {skill.name: len(words & set(skill.name.split("-"))) for skill in skills}
    return tuple(sorted((name for name in shared if shared[name]), key=lambda name: (-shared[name], name))[:3])


def _plan(goal: Goal, chosen: tuple[Skill, ...], outputs: Sequence[str], *, tried: int) -> Plan:
    pairs = list(zip(goal.examples, outputs, strict=True))
    return Plan(
        goal=goal.name,
        steps=tuple(Step(skill=skill.name, version=skill.version, digest=skill.digest) for skill in chosen),
        succeeded=sum(out == example.output for example, out in pairs),
        executed=len(pairs),
        tried=tried,
        evidence=tuple(_line(example, out) for example, out in sorted(pairs, key=lambda p: p[0].output != p[1])),
    )


def _line(example: Example, out: str) -> str:
    verdict = "as wanted" if out == example.output else f"wanted {example.output!r}"
    return f"{example.input!r} → {out!r}, {verdict}"


def _arrow(chosen: Sequence[Skill]) -> str:
    return " → ".join(skill.name for skill in chosen)


def describe(result: Plan | Gap) -> Mapping[str, str]:
    """Say in one line what a plan or a gap comes to.

    >>> describe(Gap(goal="g", reason="nothing stored"))
    {'goal': 'g', 'result': 'gap', 'line': 'nothing stored'}
    """
    if isinstance(result, Gap):
        return {"goal": result.goal, "result": "gap", "line": result.reason}
    arrow = " → ".join(step.skill for step in result.steps)
    return {"goal": result.goal, "result": "plan", "line": f"{arrow}: {result.succeeded} of {result.executed} examples"}
