"""What was done, when, with what and how long did it take? The wheel's own records; clock time lives here only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar


class Status(StrEnum):
    """How a run or a stage stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One turn of the wheel. `started` is UTC in ISO 8601; `run_id` is unique for each turn."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    run_id: str
    workspace: str
    started: str
    config: str
    status: Status = Status.RUNNING
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """The result of one stage, addressed by what went in.

    Attributes:
        key: Digest of the stage, its settings and everything it reads: the same key need not be run again.
        output: What came out, as plain data; bulk is named by digest.
        went_in, came_out: One short line each, for people.
        seconds: How long the work took when it was done.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    key: str
    stage: str
    output: Mapping[str, Any] = field(default_factory=dict)
    went_in: str = ""
    came_out: str = ""
    seconds: float = 0.0
