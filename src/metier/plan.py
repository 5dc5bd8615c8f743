"""How is a goal reached with the skills at hand, or which skill is missing?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One case of what is wanted: this input should become that output."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    input: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is wanted: a sequence of concepts, or examples from which the sequence is to be found, or both.

    >>> Goal(name="backwards", steps=("reverse",)).steps
    ('reverse',)
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    description: str = ""
    steps: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    max_steps: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One skill call of a plan, pinned to the content it was planned with.

    Attributes:
        recovery: The name of the skill that may act if this one fails; empty where there is none.
        recovery_version, recovery_digest: Its content, which alone is trusted as far.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("recovery", "recovery_version", "recovery_digest")

    skill: str
    version: str
    digest: str
    recovery: str = ""
    recovery_version: str = ""
    recovery_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A sequence of skill calls that reaches a goal, and how well it did on the goal's examples when executed.

    Attributes:
        tried: How many sequences were weighed before this one.
        evidence: One line for each execution: input, what came out, what was expected.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    goal: str
    steps: tuple[Step, ...]
    succeeded: int = 0
    executed: int = 0
    tried: int = 0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The signature of the skill that is missing: what it would be called, what it would have to do, and why.

    Attributes:
        missing: Concepts that no stored skill covers; empty when only examples describe what is missing.
        examples: What the missing skill would have to do.
        nearest: The stored skills that come nearest, best first.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    goal: str
    reason: str
    missing: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    nearest: tuple[str, ...] = ()
    tried: int = 0
