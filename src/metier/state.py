"""Which state may follow which in a skill's life, and why?

The seven stages of "SoK: Agentic Skills" (arXiv 2602.20867, Figure 2) with composition and execution told apart, an
update as the eighth, and retirement as the end. Three edges lead back: an evaluation that disappoints leads to more
practice, an index that misses leads back to storage, and a failure at run time leads to the discovery of a new skill.
This module knows no store and no stage; whoever changes the state of a stored skill asks here.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from metier.errors import SkillError
from metier.skill import Skill, State


class Cause(StrEnum):
    """Why a skill changes its state."""

    PROGRESS = "progress"
    UNDERPERFORMS = "underperforms"
    INDEX_MISS = "index miss"
    RUNTIME_FAILURE = "runtime failure"
    RETIREMENT = "retirement"


FEEDBACK = {
    (State.EVALUATED, State.PRACTISED): Cause.UNDERPERFORMS,
    (State.COMPOSED, State.STORED): Cause.INDEX_MISS,
    (State.EXECUTED, State.DISCOVERED): Cause.RUNTIME_FAILURE,
}
"""The edges that lead back, and what must have happened for each."""

_FORWARD = {
    # What people wrote needs neither practice nor distillation to be stored.
    State.DISCOVERED: (State.PRACTISED, State.DISTILLED, State.STORED),
    # The paper distils what was practised; where data is distilled first, practice follows. Both are told.
    State.PRACTISED: (State.DISTILLED, State.STORED, State.EVALUATED),
    State.DISTILLED: (State.PRACTISED, State.STORED, State.EVALUATED),
    State.STORED: (State.COMPOSED, State.EXECUTED, State.EVALUATED, State.UPDATED),
    State.COMPOSED: (State.EXECUTED,),
    State.EXECUTED: (State.EVALUATED,),
    # An exam may come before the library: what is not good enough is never stored.
    State.EVALUATED: (State.STORED, State.UPDATED),
    # A new version is stored like any other, or practised further.
    State.UPDATED: (State.STORED, State.PRACTISED, State.EVALUATED),
    State.RETIRED: (),
}


def moves(state: State) -> dict[State, Cause]:
    """The states that may follow one, each with its cause. Nothing follows retirement.

    >>> {to.value: cause.value for to, cause in moves(State.COMPOSED).items()}
    {'executed': 'progress', 'stored': 'index miss', 'retired': 'retirement'}
    """
    if state == State.RETIRED:
        return {}
    forward = dict.fromkeys(_FORWARD[state], Cause.PROGRESS)
    back = {to: cause for (start, to), cause in FEEDBACK.items() if start == state}
    return {**forward, **back, State.RETIRED: Cause.RETIREMENT}


def move(skill: Skill, to: State, *, because: Cause | None = None) -> Skill:
    """Give the skill its next state. Its digest stays, and staying in a state is no move and always allowed.

    Args:
        because: What happened. An edge that leads back wants its cause said; the others may leave it out.

    Raises:
        SkillError: That state does not follow, or not for this cause; the message names what does.

    >>> move(Skill(name="reverse", description="Backwards."), State.STORED).state.value
    'stored'
    """
    check_move(skill, to, because=because)
    return skill if skill.state == to else replace(skill, state=to)


def check_move(skill: Skill, to: State, *, because: Cause | None = None) -> None:
    """Refuse a state that does not follow that of a skill, or not for this cause, as `move` does.

    Raises:
        SkillError: As there.

    >>> check_move(Skill(name="reverse", description="Backwards.", state=State.UPDATED), State.STORED)
    """
    if skill.state == to:
        return
    allowed = moves(skill.state)
    if to not in allowed:
        raise SkillError(
            f"The skill {skill.name!r} cannot go from {skill.state.value} to {to.value}.", hint=_allowed(skill, allowed)
        )
    cause = allowed[to]
    if because != cause and (because is not None or (skill.state, to) in FEEDBACK):
        said = f"not because of {because.value}" if because else "and only if that is said"
        raise SkillError(
            f"The skill {skill.name!r} goes from {skill.state.value} to {to.value} because of {cause.value}, {said}.",
            hint=_allowed(skill, allowed),
        )


def _allowed(skill: Skill, allowed: dict[State, Cause]) -> str:
    if not allowed:
        return f"Nothing follows {skill.state.value}; store it anew under a new version."
    edges = (to.value + (f" ({cause.value})" if cause != Cause.PROGRESS else "") for to, cause in allowed.items())
    return f"From {skill.state.value} it may go to: {', '.join(edges)}."
