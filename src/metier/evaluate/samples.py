"""What did one run score, sample by sample? The table that comparisons read, whoever took the exam.

Our own attempts, `.eval` logs of Inspect AI and `samples_*.jsonl` of lm-evaluation-harness all become rows of this
kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The score of one answer to one question.

    Attributes:
        sample_id: Which question; runs are aligned by `task` and `sample_id`.
        score: Between 0 and 1, or `None` when unscored.
        task: Which exam, or which part of one; several tasks are corrected for being many.
        cluster: Samples of one cluster stand or fall together; empty for one of its own.
        epoch: 0 for the first answer of a run to this question, 1 for the second.
        reply: The answer, for the list of flips; may be shortened.

    >>> Sample(sample_id="q1", score=1.0).task
    ''
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    sample_id: str
    score: float | None
    task: str = ""
    cluster: str = ""
    epoch: int = 0
    model: str = ""
    reply: str = ""
